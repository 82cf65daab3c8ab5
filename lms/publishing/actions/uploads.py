"""What is done with a file that arrives piece by piece: begin, add, give up, use. Actions flush; the door commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update

from lms.foundation import clock
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, TooLarge
from lms.publishing.models.courses import PackageVersion
from lms.publishing.models.life import Upload, UploadPiece
from lms.publishing.queries import uploads as queries
from lms.publishing.rules import State
from lms.publishing.rules.uploads import LIFE, MOST_PIECES, refuse_upload

OUT_OF_STEP = "这个文件在另一个窗口也在传，以先到的为准，会自动接着传"
# What was refused may be looked at and asked about for a while; what passed is kept file by file.
REFUSED_STAYS = timedelta(days=7)


@dataclass(frozen=True)
class Piece:
    """Bytes of one request: where they begin, how many, and where they lie in the storage."""

    upload_id: UUID
    start: int
    size: int
    key: str


def begin(part: str, name: str, size: int, fingerprint: str) -> UUID:
    """Begin a file of the acting person; raises TooLarge with the reason where it may not be."""
    tenant_id = acting().tenant()
    problem = refuse_upload(part, size, queries.waiting(tenant_id))
    if problem:
        raise TooLarge(problem, field=part)
    row = Upload(
        id=uuid4(),
        tenant_id=tenant_id,
        person_id=acting().person(),
        part=part,
        name=name[:200],
        fingerprint=fingerprint[:200],
        size_bytes=size,
        expires_at=clock.now() + LIFE,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def announce(piece: Piece) -> None:
    """Write down that a piece is about to be put into the storage, so that nothing there is without a row."""
    if queries.count_pieces(piece.upload_id) >= MOST_PIECES:
        raise TooLarge("线路断得太多次，这个文件传碎了。点“不传了”，换个网络重新传")
    row = UploadPiece(key=piece.key, upload_id=piece.upload_id, start=piece.start, size_bytes=piece.size)
    db.session.add(row)
    db.session.flush()


def add(piece: Piece) -> int:
    """Make a piece that lies in the storage part of its file; gives where the next one begins.

    Raises Conflict when another request was quicker: then the piece is nobody's.
    """
    after, now = piece.start + piece.size, clock.now()
    own = (Upload.id == piece.upload_id, Upload.person_id == acting().person_id, Upload.version_id.is_(None))
    fits = (Upload.received_bytes == piece.start, Upload.size_bytes >= after, Upload.expires_at > now)
    moved = update(Upload).where(*own, *fits).values(received_bytes=after, expires_at=now + LIFE)
    if db.session.scalar(moved.returning(Upload.id)) is None:
        raise Conflict(OUT_OF_STEP, code="out_of_step")
    db.session.execute(update(UploadPiece).where(UploadPiece.key == piece.key).values(arrived=True))
    return after


def give_up(upload_id: UUID) -> None:
    """Let a file that is not sent in after all be forgotten: nobody sees it from now on. Raises NotFound."""
    own = (Upload.id == upload_id, Upload.person_id == acting().person_id, Upload.version_id.is_(None))
    over = update(Upload).where(*own, Upload.expires_at > clock.now()).values(expires_at=clock.now())
    if db.session.scalar(over.returning(Upload.id)) is None:
        raise NotFound()


def use(upload_ids: Collection[UUID], version_id: UUID) -> None:
    """Make whole files the source of a version; a file that has become another's meanwhile is left alone."""
    mine = (Upload.id.in_(upload_ids), Upload.person_id == acting().person_id, Upload.version_id.is_(None))
    db.session.execute(update(Upload).where(*mine).values(version_id=version_id))


def to_forget(limit: int = 100) -> dict[UUID, list[str]]:
    """What was never finished in its time, and originals that no version needs, with the keys of all their pieces."""
    now = clock.now()
    never = Upload.version_id.is_(None) & (Upload.expires_at <= now)
    settled = PackageVersion.state.not_in((State.CHECKING, State.REFUSED))
    old = (PackageVersion.state == State.REFUSED) & (PackageVersion.created_at < now - REFUSED_STAYS)
    done = Upload.version_id.in_(select(PackageVersion.id).where(settled | old))
    query = select(Upload.id).where(never | done).order_by(Upload.created_at).limit(limit)
    found: dict[UUID, list[str]] = {upload_id: [] for upload_id in db.session.scalars(query)}
    pieces = select(UploadPiece.upload_id, UploadPiece.key).where(UploadPiece.upload_id.in_(found))
    for upload_id, key in db.session.execute(pieces):
        found[upload_id].append(key)
    return found


def forget(upload_ids: Collection[UUID]) -> None:
    """Take the rows away, once the storage holds nothing of them."""
    db.session.execute(delete(Upload).where(Upload.id.in_(upload_ids)))


def forget_piece(key: str) -> None:
    """Take away the row of a piece that never became part of its file."""
    db.session.execute(delete(UploadPiece).where(UploadPiece.key == key, ~UploadPiece.arrived))
