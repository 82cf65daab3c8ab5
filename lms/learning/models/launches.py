"""Launches: what the content host lets one opening of a package lesson do; and which hosts abroad a package may use."""

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
    their xAPI agent. `mode` is the launch mode of cmi5: Normal, Browse, Review. `tied` launches live as long as `browser`
    is signed in (the key becomes null when it is not). From `ended_at` on the token opens nothing. `scratch` is where the
    runtimes of a preview keep what they would record; it is emptied when the launch ends.
    """

    __tablename__ = "launch"

    token_hash: Mapped[bytes]
    kind: Mapped[str]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("package_version.id"))
    lesson_id: Mapped[UUID] = mapped_column(ForeignKey("lesson.id"))
    registration: Mapped[UUID]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("study_session.id"))
    browser: Mapped[UUID | None] = mapped_column(ForeignKey("web_session.id", ondelete="SET NULL"))
    tied: Mapped[bool] = mapped_column(default=False)
    actor: Mapped[dict[str, Any]]
    mode: Mapped[str]
    return_url: Mapped[str] = mapped_column(default="")
    scratch: Mapped[dict[str, Any]] = mapped_column(default=dict)
    expires_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RemoteHost(Dated, Placed, db.Model):  # type: ignore[name-defined]
    """A host abroad that an administrator lets the pages of a package reach, by https alone."""

    __tablename__ = "remote_host"

    package_id: Mapped[UUID] = mapped_column(ForeignKey("package.id"), primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    allowed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class BlockedHost(Placed, db.Model):  # type: ignore[name-defined]
    """A host that browsers say they kept a version's pages from: what the administrator decides by."""

    __tablename__ = "blocked_host"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("package_version.id"), primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    times: Mapped[int]
    last_at: Mapped[datetime]
