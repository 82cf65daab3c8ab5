"""The tables of a course's life: what is being uploaded, what reviewers ask, what was withdrawn."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db


class Upload(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """A file that arrives piece by piece; `version_id` is the version that it became a source of.

    `part` is what it will be (package, video, captions, quiz); `fingerprint` tells the browser its own file again.
    """

    __tablename__ = "upload"

    tenant_id: Mapped[UUID]
    person_id: Mapped[UUID]
    part: Mapped[str]
    name: Mapped[str]
    fingerprint: Mapped[str]
    size_bytes: Mapped[int]
    received_bytes: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    version_id: Mapped[UUID | None]


class UploadPiece(db.Model):  # type: ignore[name-defined]
    """Bytes of one request, from `start` on, in the storage under `key`; written down before they are put there.

    They belong to the file once they have `arrived`; what a killed process left is known by its row.
    """

    __tablename__ = "upload_piece"

    key: Mapped[str] = mapped_column(primary_key=True)
    upload_id: Mapped[UUID]
    start: Mapped[int]
    size_bytes: Mapped[int]
    arrived: Mapped[bool] = mapped_column(default=False)


class ReviewThread(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """Something about a lesson (number 0: about the whole) that reviewer and institution talk about until it is settled."""

    __tablename__ = "review_thread"

    version_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    lesson_number: Mapped[int]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]


class ReviewComment(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """What one side said in a thread; only ever added."""

    __tablename__ = "review_comment"

    version_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    thread_id: Mapped[UUID]
    person_id: Mapped[UUID]
    side: Mapped[str]
    body: Mapped[str]


class VersionStanding(Identified, Dated, db.Model):  # type: ignore[name-defined]
    """That an approved version was withdrawn, stopped or restored, by whom and why; the last row is how it stands."""

    __tablename__ = "version_standing"

    version_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    region_code: Mapped[str]
    plan_code: Mapped[str]
    person_id: Mapped[UUID]
    act: Mapped[str]
    reason: Mapped[str]
    leaf_id: Mapped[int]
    leaf_hash: Mapped[bytes]
