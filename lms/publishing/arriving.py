"""The bytes of one request of an upload: written to the disk as they come, kept as far as they came. Never in a transaction."""

import base64
import binascii
import hashlib
from tempfile import TemporaryFile
from typing import IO, BinaryIO
from uuid import UUID, uuid4

from werkzeug.exceptions import ClientDisconnected

from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.principal import Principal, current
from lms.publishing import files
from lms.publishing.actions import uploads
from lms.publishing.actions.uploads import Piece
from lms.publishing.queries import uploads as queries
from media.storage import full_told

READ_BYTES = 1 << 16
ALGORITHMS = ("sha256", "sha1")
_platform = Principal.system_of("uploads")


class BadChecksum(Exception):
    """The bytes are not what the sender meant; nothing of them is kept."""


class UnknownChecksum(Exception):
    """The sender names an algorithm that is not ours, or no checksum at all."""


def room() -> IO[bytes]:
    """A file without a name on the file system of the data, gone with the request."""
    place = settings().data / "incoming"
    place.mkdir(parents=True, exist_ok=True)
    return TemporaryFile(dir=place)


def take(upload_id: UUID, start: int, most: int, stream: BinaryIO, checksum: str = "") -> int:
    """Keep what arrives of `stream`, also when the line breaks in the middle; gives where the next piece begins.

    `checksum` is the header of the tus extension ("sha256 base64"). Raises BadChecksum, UnknownChecksum, Unavailable when
    the storage is full or silent, Conflict when another request was quicker. On behalf of who is signed in.
    """
    wanted = _wanted(checksum)
    with files.told(), room() as kept:
        size = _poured(stream, kept, most, wanted)
        return (
            start
            if not size
            else _kept(Piece(upload_id, start, size, f"uploads/{upload_id}/{start}-{uuid4().hex}"), kept)
        )


def _kept(piece: Piece, file: IO[bytes]) -> int:
    """Announced, put, added: at whatever point it ends, a row tells what lies in the storage."""
    with transaction(current()):
        uploads.announce(piece)
    try:
        file.seek(0)
        files.storage().put(piece.key, file)  # type: ignore[arg-type]
        with transaction(current()):
            return uploads.add(piece)
    except Exception:
        files.storage().delete(piece.key)
        with transaction(current()):
            uploads.forget_piece(piece.key)
        raise


def sweep() -> int:
    """Forget what is never finished and what no version needs, files first; gives how many uploads are gone."""
    gone = 0
    while True:
        with transaction(_platform):
            found = uploads.to_forget()
        for key in (key for keys in found.values() for key in keys):
            files.storage().delete(key)
        with transaction(_platform):
            uploads.forget(found)
        gone += len(found)
        if not found:
            return gone


def end(upload_id: UUID) -> None:
    """Forget one file of who is signed in; raises NotFound."""
    with transaction(current()):
        uploads.give_up(upload_id)
        keys = queries.all_pieces(upload_id)
    for key in keys:
        files.storage().delete(key)
    with transaction(current()):
        uploads.forget([upload_id])


def whole(part: str, name: str, size: int, keys: list[str]) -> files.KeptFile:
    """What is written down of a file that has arrived: its pieces, and one hash over all of them."""
    digest = hashlib.sha256()
    with files.told():
        for chunk in files.chunks_of(keys):
            digest.update(chunk)
    return files.KeptFile(part, "", name, size, digest.hexdigest(), tuple(keys))


def _wanted(checksum: str) -> tuple[str, bytes] | None:
    if not checksum:
        return None
    name, _, encoded = checksum.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise UnknownChecksum() from None
    if name not in ALGORITHMS or not digest:
        raise UnknownChecksum()
    return name, digest


def _poured(stream: BinaryIO, out: IO[bytes], most: int, wanted: tuple[str, bytes] | None) -> int:
    """How many bytes came before the end, or before the line broke. A checksum holds for the whole request alone."""
    size, digest = 0, hashlib.new(wanted[0]) if wanted else None
    while size < most and (chunk := _read(stream, min(READ_BYTES, most - size))):
        with full_told():
            out.write(chunk)
        if digest:
            digest.update(chunk)
        size += len(chunk)
    if wanted and digest and digest.digest() != wanted[1]:
        raise BadChecksum()
    return size


def _read(stream: BinaryIO, most: int) -> bytes:
    try:
        return stream.read(most)
    except (ClientDisconnected, ConnectionError, TimeoutError):
        return b""
