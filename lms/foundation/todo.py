"""What waits for somebody: the one shape in which every capability names its open items for the inbox."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class TodoItem:
    """One thing to do: what kind it is, what it is called, who asks, until when, and the page where it is done.

    `kind` is a Chinese noun (开班, 课程包); `endpoint` and `arguments` make the address; `due` is the promised time limit and
    `since` when it began to wait; `batch` names the endpoint that takes several `subject_id` at once, empty where each needs its own look.
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
