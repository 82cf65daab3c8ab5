"""Launches: what the content host lets one opening of a package lesson do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.database import Dated, Identified, db
from lms.learning.models.study import Placed


class Launch(Identified, Dated, Placed, db.Model):  # type: ignore[name-defined]
    """One opening of a lesson that runs on the content host; its token is in the path there, its hash is here.

    `kind` is class (somebody's own lesson, with a study session), preview (nothing is recorded) or external (an actor of
    another system, cmi5 only). `registration` is the registration id that packages and statements carry. `actor` is
    their xAPI agent. `mode` is the launch mode of cmi5: Normal, Browse, Review.
    """

    __tablename__ = "launch"

    token_hash: Mapped[bytes]
    kind: Mapped[str]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("package_version.id"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lesson.id"))
    registration: Mapped[UUID]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("study_session.id"))
    actor: Mapped[dict[str, Any]]
    mode: Mapped[str]
    return_url: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
