"""What a bundle is made from: the class, the seal, the records; and what it adds up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lms.foundation.evidence.keys import Known
from lms.subsidies.rules.people import Person
from lms.subsidies.rules.sheet import Frame, Lesson


@dataclass(frozen=True, slots=True)
class Record:
    """A ledger record with its place in the tree: what was sealed, where, its hash and its marks.

    `ip` is the address as the export may show it; `ip_salt` (hex) opens its commitment, empty where it is masked.
    """

    content: dict[str, Any]
    position: int
    leaf_hash: bytes
    marks: bytes
    ip: str
    ip_salt: str


@dataclass(frozen=True)
class Seal:
    """The signed checkpoint that a bundle stands on, the key that signs the bundle, and all keys where it was ever turned."""

    origin: str
    size: int
    checkpoint: str
    sealed_at: datetime
    key: Ed25519PrivateKey
    keys: tuple[Known, ...] = ()


@dataclass(frozen=True)
class Subject:
    """The class that a bundle is about; `identity` is masked or full, `year` the one of those who earned nothing.

    `held` are the sessions whose time waits for a reviewer, in order."""

    cohort_id: str
    cohort_code: str
    title: str
    facts: str
    teacher: str
    planned_class_hours: int
    year: str
    identity: str
    lessons: tuple[Lesson, ...]
    people: tuple[Person, ...]
    policies: tuple[dict[str, Any], ...]
    reasons: Mapping[str, str]
    kind: str
    held: tuple[str, ...] = ()

    @property
    def class_hour_seconds(self) -> int:
        """Seconds of one class hour; ValueError when the policies of the class disagree."""
        (found,) = {int(policy["class_hour_seconds"]) for policy in self.policies}
        return found

    @property
    def frame(self) -> Frame:
        """What all lines of the sheet share."""
        return Frame(
            self.cohort_code,
            self.teacher,
            self.planned_class_hours,
            self.class_hour_seconds,
            {lesson.id: lesson for lesson in self.lessons},
            {person.person_id: person for person in self.people},
        )


@dataclass(frozen=True)
class Figures:
    """What a bundle adds up to."""

    rows: int
    people: int
    lines: int
    credited_ms: int
    excluded_ms: int
    class_hours: int
    held_ms: int = 0
