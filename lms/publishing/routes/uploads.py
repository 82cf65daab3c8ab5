"""Resumable uploads: the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload) with creation, checksum, expiration
and termination. The bytes of a request go to the storage as they are; what arrived before the line broke is kept."""

import base64
import binascii
from datetime import UTC
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for

from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, LMSError, TooLarge
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.publishing import arriving
from lms.publishing.actions import uploads as actions
from lms.publishing.queries import uploads as queries
from lms.publishing.queries.uploads import UploadView
from lms.publishing.routes.courses import bp
from lms.publishing.rules.uploads import MOST_BYTES

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"
ABOUT = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,checksum,expiration,termination",
    "Tus-Checksum-Algorithm": ",".join(arriving.ALGORITHMS),
    "Tus-Max-Size": str(max(MOST_BYTES.values())),
}


class BadRequest(LMSError):
    """A request that is not of the protocol (400)."""

    code = "not_tus"
    default = "这个请求不是续传协议里的，刷新上传页再试"


class NotAPiece(LMSError):
    """Something else than a piece of a file (415)."""

    status = 415
    code = "not_a_piece"
    default = "这里只收续传的文件片段"


class Spoilt(LMSError):
    """The bytes are not what the sender meant (460, of the checksum extension)."""

    status = 460
    code = "checksum"
    default = "这一段在路上坏了，会自动重传"


@bp.route("/uploads", methods=["OPTIONS"], provide_automatic_options=False)
@allow(Permission.PACKAGE_UPLOAD)
def uploads_about() -> Response:
    """What is spoken here."""
    return _said(204, **ABOUT)


@bp.post("/uploads")
@allow(Permission.PACKAGE_UPLOAD)
def begin_upload() -> Response:
    """Begin a file: its size, and what it is, in Upload-Metadata (part, filename, fingerprint)."""
    if wrong := _other_version():
        return wrong
    size, told = _number("Upload-Length"), _metadata()
    with transaction(current()):
        upload_id = actions.begin(told.get("part", ""), told.get("filename", ""), size, told.get("fingerprint", ""))
        found = queries.upload(upload_id)
    return _said(201, Location=url_for("publishing.take_piece", upload_id=upload_id), **_expiry(found))


@bp.route("/uploads/<uuid:upload_id>", methods=["HEAD"], provide_automatic_options=False)
@allow(Permission.PACKAGE_UPLOAD)
def upload_state(upload_id: UUID) -> Response:
    """How far a file has come."""
    with transaction(current()):
        found = queries.upload(upload_id)
    return _said(200, **_offset(found.received_bytes), **{"Upload-Length": str(found.size_bytes)}, **_expiry(found))


@bp.route("/uploads/<uuid:upload_id>", methods=["PATCH"], provide_automatic_options=False)
@allow(Permission.PACKAGE_UPLOAD)
def take_piece(upload_id: UUID) -> Response:
    """Take bytes that begin exactly where the last ones ended."""
    with transaction(current()):
        found = queries.upload(upload_id)
    if wrong := _other_version():
        return wrong
    if request.mimetype != PIECE:
        raise NotAPiece()
    start = _number("Upload-Offset")
    if start != found.received_bytes:
        raise Conflict(actions.OUT_OF_STEP, code="out_of_step")
    return _taken(found, start)


@bp.route("/uploads/<uuid:upload_id>", methods=["DELETE"], provide_automatic_options=False)
@allow(Permission.PACKAGE_UPLOAD)
def end_upload(upload_id: UUID) -> Response:
    """Forget a file (termination)."""
    arriving.end(upload_id)
    return _said(204)


@bp.post("/uploads/<uuid:upload_id>/give-up")
@allow(Permission.PACKAGE_UPLOAD)
def give_up_upload(upload_id: UUID) -> Any:
    """The button of the page, which works without script."""
    arriving.end(upload_id)
    return redirect(url_for("publishing.new"), 303)


def _taken(found: UploadView, start: int) -> Response:
    most = found.size_bytes - start
    if (request.content_length or 0) > most:
        raise TooLarge("传来的比说好的多，刷新上传页再传一次")
    checksum = request.headers.get("Upload-Checksum", "")
    try:
        after = arriving.take(found.id, start, most, request.stream, checksum)  # type: ignore[arg-type]
    except arriving.UnknownChecksum:
        raise BadRequest() from None
    except arriving.BadChecksum:
        raise Spoilt() from None
    return _said(204, **_offset(after), **_expiry(found))


def _other_version() -> Response | None:
    """The protocol's answer to another version of itself."""
    return None if request.headers.get("Tus-Resumable") == VERSION else _said(412, **{"Tus-Version": VERSION})


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 15:
        raise BadRequest()
    return int(text)


def _metadata() -> dict[str, str]:
    """Upload-Metadata: `name base64, name base64`; what cannot be read is refused."""
    found = {}
    for pair in filter(None, request.headers.get("Upload-Metadata", "").split(",")):
        name, _, encoded = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(encoded, validate=True).decode().replace("\0", "")
        except (binascii.Error, UnicodeDecodeError):
            raise BadRequest() from None
    return found


def _offset(value: int) -> dict[str, str]:
    return {"Upload-Offset": str(value)}


def _expiry(found: UploadView) -> dict[str, str]:
    return {"Upload-Expires": format_datetime(found.expires_at.astimezone(UTC), usegmt=True)}


def _said(status: int, **headers: str) -> Response:
    response = Response(status=status, headers={"Tus-Resumable": VERSION, "Cache-Control": "no-store", **headers})
    del response.headers["Content-Type"]
    return response
