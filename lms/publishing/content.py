"""Videos of our own on the content host: a file for a signed token, by byte ranges; and how that host says no."""

from typing import Any

from flask import Blueprint, Response, request

from lms.config import settings
from lms.foundation.errors import LMSError, NotFound
from lms.foundation.permissions import Access, allow
from lms.publishing.files import storage
from lms.publishing.links import WINDOW_SECONDS, allowed
from media import elsewhere
from media.links import BadLink, ExpiredLink, Link
from media.serving import Wanted, respond, type_of
from media.storage import NoSuchFile

bp = Blueprint("content", __name__)

GONE = "这个链接过期了，回到课程页重新打开这一课"
ABSENT = "没有找到这个文件，回到课程页重新打开这一课"
HEADERS = {
    # The page that plays it is on another host; the token is what guards it, so any page that holds one may embed it.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": f"private, max-age={WINDOW_SECONDS}, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Disposition": "inline",
}


@bp.get("/<token>/<name>")
@allow(Access.PUBLIC)
def media(token: str, name: str) -> Any:
    """One media file; the token is the permission."""
    try:
        link = allowed(token, request.host)
    except ExpiredLink:
        return _said(410, GONE)
    except BadLink:
        return _said(404, ABSENT)
    return _file(link, name)


@bp.app_errorhandler(404)
def absent(_problem: Exception) -> Any:
    """Nothing else lives here."""
    return _said(404, ABSENT)


@bp.app_errorhandler(NotFound)
def not_found(_problem: Exception) -> Any:
    """The same words for what is absent and what is not allowed."""
    return _said(404, ABSENT)


@bp.app_errorhandler(LMSError)
def refused(problem: LMSError) -> Any:
    """A refusal in its own words."""
    return _said(problem.status, problem.sentence)


def _file(link: Link, name: str) -> Any:
    suffix = link.key[link.key.rfind(".") :]
    if not name.endswith(suffix):
        return _said(404, ABSENT)
    address = elsewhere.signed(settings().s3_url, link.key, type_of(link.key))
    if address:
        # Signed anew each time, and good for an hour: nobody keeps it.
        return Response(status=302, headers={**HEADERS, "Location": address, "Cache-Control": "no-store"})
    asked = request.headers
    wanted = Wanted(request.method, asked.get("Range", ""), asked.get("If-Range", ""), asked.get("If-None-Match", ""))
    kept = storage()
    try:
        size = kept.size(link.key)
        etag = link.key.rpartition("/")[2].partition(".")[0]
        answer = respond(
            wanted, size, etag, type_of(link.key), lambda start, length: kept.open(link.key, start, length)
        )
    except NoSuchFile:
        return _said(404, ABSENT)
    # direct: the iterator is handed to the server as it is, which closes it when a phone goes away.
    return Response(answer.body, answer.status, {**answer.headers, **HEADERS}, direct_passthrough=True)


def _said(status: int, sentence: str) -> Response:
    response = Response(sentence + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
