"""What the content host answers for a launch: files of its package, its shell, and what browsers say they stopped."""

import unicodedata
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Access, allow
from lms.learning.actions import abroad
from lms.learning.host_forms import stopped_by_policy
from lms.learning.queries.launches import CONTENT, LaunchView, launch_of
from lms.learning.queries.members import Member, asked
from lms.learning.rules import isolation
from lms.publishing.files import storage
from lms.publishing.links import member_key
from media import elsewhere
from media.serving import Wanted, respond, type_of
from media.storage import NoSuchFile

bp = Blueprint("runtime", __name__)

ABSENT = "课程包里没有这个文件，告诉办课的机构，请他们补上再传一版"
# Sound and pictures of this many bytes come from the bucket itself, where browsers can reach it.
LARGE = 1 << 20
KEPT = "private, max-age=43200, immutable"

Shell = Callable[[LaunchView, str], Any]
_SHELLS: dict[str, Shell] = {}


def shell(kind: str) -> Callable[[Shell], Shell]:
    """Name what draws the shell of a kind of lesson: given the launch and its token, it answers with a page."""

    def keep(draw: Shell) -> Shell:
        _SHELLS[kind] = draw
        return draw

    return keep


def launch_for(token: str) -> LaunchView:
    """The launch of the token that a request of this host names, in a transaction of its own; raises as launch_of()."""
    with transaction(CONTENT):
        return launch_of(token, request.host)


@bp.get("/shell/<token>")
@allow(Access.PUBLIC)
def shell_page(token: str) -> Any:
    """The page around a lesson; the token is the permission."""
    with transaction(CONTENT):
        found = asked(token, request.host)
    if found.launch.lesson_kind not in _SHELLS:
        raise NotFound()
    drawn = _SHELLS[found.launch.lesson_kind](found.launch, token)
    answer = drawn if isinstance(drawn, Response) else Response(drawn, content_type="text/html; charset=utf-8")
    return shut_in(answer, token, found.hosts)


@bp.get("/c/<token>/", defaults={"path": ""})
@bp.get("/c/<token>/<path:path>")
@allow(Access.PUBLIC)
def member(token: str, path: str) -> Any:
    """A file of the launch's package, whole or by ranges; the token is the permission."""
    if "\0" in path:
        raise NotFound()
    with transaction(CONTENT):
        found = asked(token, request.host, unicodedata.normalize("NFC", path))
    if found.member is None:
        return shut_in(Response(ABSENT + "\n", 404, content_type="text/plain; charset=utf-8"), token)
    return shut_in(_file(found.member), token, found.hosts, KEPT)


@bp.post("/_csp/<token>")
@allow(Access.PUBLIC)
def stopped(token: str) -> Any:
    """What a browser kept a package from: the administrator sees the hosts."""
    told = stopped_by_policy(request.get_data(cache=False))
    with transaction(CONTENT):
        launch = launch_of(token, request.host)
        if told is not None:
            abroad.note_blocked(launch, *told)
    return Response(status=204)


def shut_in(answer: Response, token: str, hosts: tuple[str, ...] = (), cache: str = "no-store") -> Response:
    """The headers under which other people's pages run (rules/isolation.py)."""
    own = settings()
    media, reports = elsewhere.origin(own.s3_url), f"/_csp/{token}"
    answer.headers["Content-Security-Policy"] = isolation.policy(own.app_origin, hosts, media, reports)
    answer.headers.update(isolation.FIXED)
    answer.headers["Cache-Control"] = cache
    return answer


def _file(found: Member) -> Response:
    told, key, kind = request.headers, member_key(found.sha256), type_of(found.path)
    if found.size_bytes >= LARGE and kind.startswith(("video/", "audio/")):
        address = elsewhere.signed(settings().s3_url, key, kind)
        if address:
            return Response(status=302, headers={"Location": address})
    wanted = Wanted(request.method, told.get("Range", ""), told.get("If-Range", ""), told.get("If-None-Match", ""))
    kept = storage()
    try:
        answer = respond(
            wanted, found.size_bytes, found.sha256, kind, lambda start, length: kept.open(key, start, length)
        )
    except NoSuchFile as problem:
        raise NotFound() from problem
    # direct: the iterator is handed to the server as it is, which closes it when a phone goes away.
    return Response(answer.body, answer.status, answer.headers, direct_passthrough=True)
