"""Questions about what is being uploaded. Row-level security shows everybody their own alone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from lms.foundation import clock
from lms.foundation.database import acting, db, widened
from lms.foundation.errors import NotFound
from lms.publishing.models.life import Upload, UploadPiece
from lms.publishing.rules.uploads import Waiting


@dataclass(frozen=True)
class UploadView:
    """A file that arrives piece by piece; sizes in bytes."""

    id: UUID
    part: str
    name: str
    fingerprint: str
    size_bytes: int
    received_bytes: int
    created_at: datetime
    expires_at: datetime

    @property
    def whole(self) -> bool:
        """Whether all of it is here."""
        return self.received_bytes == self.size_bytes


def upload(upload_id: UUID) -> UploadView:
    """One upload of the acting person that goes on: not too old, and no version has taken it yet. Raises NotFound."""
    row = db.session.scalar(select(Upload).where(Upload.id == upload_id, *_own()))
    if row is None:
        raise NotFound()
    return _view(row)


def unfinished() -> list[UploadView]:
    """What the acting person has begun and not sent in, newest first."""
    return [_view(row) for row in db.session.scalars(select(Upload).where(*_own()).order_by(Upload.created_at.desc()))]


def pieces(upload_id: UUID) -> list[str]:
    """The storage keys of what has arrived, in order."""
    query = select(UploadPiece.key).where(UploadPiece.upload_id == upload_id, UploadPiece.arrived)
    return list(db.session.scalars(query.order_by(UploadPiece.start)))


def all_pieces(upload_id: UUID) -> list[str]:
    """The storage keys of everything that was ever announced of it."""
    return list(db.session.scalars(select(UploadPiece.key).where(UploadPiece.upload_id == upload_id)))


def count_pieces(upload_id: UUID) -> int:
    """How many pieces have come, those among them that another request was quicker than."""
    query = select(func.count()).select_from(UploadPiece).where(UploadPiece.upload_id == upload_id)
    return db.session.scalar(query) or 0


def waiting(tenant_id: UUID) -> Waiting:
    """How much is unfinished: the person's files, and the institution's bytes, colleagues' among them."""
    files = db.session.scalar(select(func.count()).select_from(Upload).where(*_own())) or 0
    told = select(func.coalesce(func.sum(Upload.size_bytes), 0))
    with widened("quota of uploads: one sum over an institution's own rows"):
        total = db.session.scalar(told.where(Upload.tenant_id == tenant_id, Upload.version_id.is_(None))) or 0
    return Waiting(files, int(total))


def _own():  # type: ignore[no-untyped-def]
    return (Upload.version_id.is_(None), Upload.person_id == acting().person_id, Upload.expires_at > clock.now())


def _view(row: Upload) -> UploadView:
    return UploadView(**{name: getattr(row, name) for name in UploadView.__dataclass_fields__})
