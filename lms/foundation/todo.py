"""What waits for somebody: the one shape in which every capability names its open items for the inbox.

A capability offers `todo(principal)` for short lists, or `Source`s, which can be asked for a page and may be decided in batches.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal

Mark = tuple[datetime, UUID]


@dataclass(frozen=True)
class TodoItem:
    """One thing to do: what kind it is, what it is called, who asks, until when, and the page where it is done.

    `kind` is a Chinese noun (开班, 课程包); `endpoint` and `arguments` make the address; `due` is the promised time limit and
    `since` when it began to wait; `batch` names the endpoint that takes several `subject_id` at once, empty where each needs
    its own look; `owner` is who of the institution looks after it, where it is somebody's.
    """

    kind: str
    title: str
    organisation: str
    endpoint: str
    arguments: dict[str, object]
    subject_id: UUID
    since: datetime | None = None
    due: datetime | None = None
    plan_code: str = ""
    batch: str = ""
    owner: UUID | None = None


@dataclass(frozen=True)
class Ask:
    """Which page of a source is asked for: what comes after a mark, in the order (since, id); of one plan, or of all ("")."""

    after: Mark | None = None
    limit: int = 50
    plan_code: str = ""


@dataclass(frozen=True)
class Decision:
    """What is said to one item of a batch; `seen_at` is the item's `since` on the page that was looked at."""

    subject_id: UUID
    seen_at: datetime
    approve: bool
    reason: str


@dataclass(frozen=True)
class Batch:
    """How alike items are decided together: the two answers in words (the second empty where there is none), and the verb.

    `decide` does one item inside a transaction and raises an LMSError with its sentence; `warns` says what cannot be undone.
    """

    decide: Callable[[Decision, Principal], object]
    yes: str
    no: str = ""
    warns: str = ""


@dataclass(frozen=True)
class Source:
    """One kind of item: who sees it, how many working days it may wait (None: none promised), how it is asked for."""

    kind: str
    needs: Permission
    page: Callable[[Principal, Ask], list[TodoItem]]
    count: Callable[[Principal, str], int]
    working_days: int | None = None
    batch: Batch | None = field(default=None)
