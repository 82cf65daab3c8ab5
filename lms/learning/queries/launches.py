"""What a token of the content host stands for, found by one statement that never changes."""

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import LMSError, NotFound
from lms.foundation.principal import Principal
from lms.learning.models import StudySession
from lms.publishing.links import label_of

# The platform itself answers on the content host: the token is the permission, and there is no session there.
CONTENT = Principal.system_of("content")
# What a lesson says while it is being left still arrives when another one has taken its place.
GRACE = timedelta(seconds=60)


class LaunchOver(LMSError):
    """The token was good once: its time is up, its browser has signed out, or another lesson has taken its place (410)."""

    status = 410
    code = "launch_over"
    default = "这一课关上了，回到课程页重新打开，学过的都在"


@dataclass(frozen=True, slots=True)
class LaunchView:
    """A launch with what its lesson is; see models/launches.py. `entry` is where the lesson starts, as the package wrote it."""

    id: UUID
    kind: str
    tenant_id: UUID
    region_code: str
    plan_code: str
    version_id: UUID
    lesson_id: UUID
    registration: UUID
    person_id: UUID | None
    session_id: UUID | None
    actor: dict[str, Any]
    mode: str
    return_url: str
    created_at: datetime
    expires_at: datetime
    fetched_at: datetime | None
    ended_at: datetime | None
    lesson_kind: str
    lesson_title: str
    entry: str

    @property
    def records(self) -> bool:
        """Whether anything of it is kept: a preview keeps nothing but its scratch, which dies with it."""
        return self.kind != "preview"

    @property
    def principal(self) -> Principal:
        """On whose behalf its requests act: the person's, or the platform's where the launch has nobody."""
        return Principal(person_id=self.person_id) if self.person_id else CONTENT


NAMES = [one.name for one in fields(LaunchView)]
OWN = ", ".join(f"l.{name}" for name in NAMES if name not in {"lesson_kind", "lesson_title", "entry"})
OWN += ", o.kind, o.title, o.entry, s.ended_at, l.tied and l.browser is null"
JOINED = "from launch l join lesson o on o.id = l.lesson_id left join study_session s on s.id = l.session_id"
# How many values of a row read() looks at.
WIDTH = len(NAMES) + 2
# Built once: every request of the content host asks it.
_FIND = text(f"select {OWN} {JOINED} where l.token_hash = :token")


def launch_of(token: str, host: str) -> LaunchView:
    """The launch of a token on the host that was asked, inside a transaction of CONTENT.

    Raises NotFound for a token that is none, or that belongs to another host; LaunchOver when it was good once.
    """
    return read(db.session.execute(_FIND, {"token": hash_of(token)}).one_or_none(), host)


def read(row: Row[Any] | None, host: str) -> LaunchView:
    """The launch of a row whose first values are OWN; raises as launch_of()."""
    if row is None:
        raise NotFound()
    found = LaunchView(*row[: len(NAMES)])
    if not is_at_home(host, found.version_id):
        raise NotFound()
    session_ended_at, signed_out = row[len(NAMES) : WIDTH]
    if signed_out or is_over(clock.now(), found.expires_at, found.ended_at, session_ended_at):
        raise LaunchOver()
    return found


def is_at_home(host: str, version_id: UUID) -> bool:
    """Whether a host is the one that a version has for itself."""
    return host.lower().partition(".")[0] == label_of(version_id)


def is_over(now: datetime, expires_at: datetime, ended_at: datetime | None, session_ended_at: datetime | None) -> bool:
    """Whether the time of a launch is up, or another lesson has taken its place."""
    left = session_ended_at is not None and session_ended_at + GRACE < now
    return left or expires_at <= now or (ended_at is not None and ended_at <= now)


def last_place(launch: LaunchView) -> str:
    """Where the person last stood in the lesson, on whichever device, by what the page told then; empty in previews."""
    if launch.session_id is None:
        return ""
    mine = (StudySession.person_id == launch.person_id, StudySession.lesson_id == launch.lesson_id)
    query = select(StudySession.place).where(*mine, StudySession.place != "")
    return db.session.scalar(query.order_by(StudySession.last_at.desc()).limit(1)) or ""


def hash_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
