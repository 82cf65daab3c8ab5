"""Deciding several alike items: each in a transaction of its own, each with its own answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.foundation.database import transaction
from lms.foundation.errors import LMSError
from lms.foundation.principal import Principal
from lms.foundation.todo import Decision, Source

MOST = 100


@dataclass(frozen=True)
class Chosen:
    """One item that was ticked: what it was called on the page, and since when it waited there."""

    subject_id: UUID
    seen_at: datetime
    title: str


@dataclass(frozen=True)
class Result:
    """What came of one item: done, or the sentence why not."""

    title: str
    sentence: str

    @property
    def done(self) -> bool:
        """Whether it was decided."""
        return not self.sentence


def decide_each(
    source: Source, chosen: Sequence[Chosen], *, approve: bool, reason: str, principal: Principal
) -> list[Result]:
    """Decide the items one after the other; one that cannot be decided does not stop the others."""
    return [_decide(source, one, approve, reason, principal.using((source.needs,))) for one in chosen[:MOST]]


def _decide(source: Source, one: Chosen, approve: bool, reason: str, principal: Principal) -> Result:
    assert source.batch is not None
    try:
        with transaction(principal):
            source.batch.decide(Decision(one.subject_id, one.seen_at, approve, reason), principal)
    except LMSError as refusal:
        return Result(one.title, refusal.sentence)
    return Result(one.title, "")
