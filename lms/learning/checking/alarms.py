"""Differences as alarms: kept once, shown, and in the way of every export until two people have settled them."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from lms.foundation import clock, evidence
from lms.foundation.database import db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.evidence.canonical import canonical
from lms.learning.checking.comparing import WORDS, Difference
from lms.learning.models.checking import HoursCheck, HoursDifference, HoursDifferenceWord
from lms.learning.models.study import Registration

KIND, WORD_KIND = "hours_difference", "hours_difference_word"
TO_SETTLE = 2
MOST = 200


@dataclass(frozen=True)
class Alarm:
    """A difference as pages show it; `words` are (person, what they said) in the order they said it."""

    id: UUID
    created_at: datetime
    cohort_id: UUID
    person_id: UUID
    region_code: str
    plan_code: str
    seq: int
    day: str
    field: str
    recorded: str
    recomputed: str
    words: tuple[tuple[UUID, str], ...] = ()

    @property
    def settled(self) -> bool:
        """Whether two people have said what it was."""
        return len(self.words) >= TO_SETTLE

    @property
    def what(self) -> str:
        """The name of what differs."""
        return WORDS.get(self.field, self.field)


def keep(person_id: UUID, found: Collection[Difference]) -> int:
    """Keep those differences of a person that are not kept yet; say how many were new."""
    if not found:
        return 0
    query = select(Registration).where(Registration.person_id == person_id).order_by(Registration.created_at)
    places = {row.cohort_id: row for row in db.session.scalars(query)}
    if not places:
        return 0
    # where even the sessions are gone, the person's first class stands in the way
    first = next(iter(places.values()))
    return sum(_keep(person_id, one, places.get(one.cohort_id, first)) for one in found)


def _keep(person_id: UUID, one: Difference, place: Registration) -> bool:
    plain = {"session_id": str(one.session_id or ""), "seq": one.seq, "day": one.day, "field": one.field}
    said = {**plain, "recorded": one.recorded, "recomputed": one.recomputed}
    content = {**said, "person_id": str(person_id), "cohort_id": str(place.cohort_id)}
    mark = hashlib.sha256(canonical(content)).digest()
    if db.session.scalar(select(HoursDifference.id).where(HoursDifference.mark == mark)) is not None:
        return False
    leaf = evidence.append(KIND, content)
    values = {name: getattr(place, name) for name in ("tenant_id", "region_code", "plan_code")}
    values |= {**said, "session_id": one.session_id, "person_id": person_id, "cohort_id": place.cohort_id, "mark": mark}
    row = insert(HoursDifference).values(
        id=uuid4(), created_at=clock.now(), leaf_id=leaf.id, leaf_hash=leaf.hash, **values
    )
    return db.session.execute(row.on_conflict_do_nothing().returning(HoursDifference.id)).first() is not None


def settle(alarm_id: UUID, person_id: UUID, reason: str) -> Alarm:
    """Somebody says what a difference was. Raises NotFound, Refused without a reason, Conflict where they said it before."""
    found = alarm(alarm_id)
    if not reason.strip():
        raise Refused("写一句查到了什么，这句话会留档", field="reason")
    if person_id in {person for person, _ in found.words}:
        raise Conflict("你已经写过了，这一条要等第二个人也查过")
    row = db.session.get_one(HoursDifference, alarm_id)
    at = clock.now()
    content = {"difference_id": str(alarm_id), "person_id": str(person_id), "reason": reason, "at": at.isoformat()}
    leaf = evidence.append(WORD_KIND, content, subject=str(row.cohort_id))
    place = {name: getattr(row, name) for name in ("tenant_id", "region_code", "plan_code")}
    word = HoursDifferenceWord(difference_id=alarm_id, person_id=person_id, created_at=at, reason=reason, **place)
    word.leaf_id, word.leaf_hash = leaf.id, leaf.hash
    db.session.add(word)
    db.session.flush()
    return alarm(alarm_id)


def alarm(alarm_id: UUID) -> Alarm:
    """One difference that the principal may see; raises NotFound."""
    found = _alarms(HoursDifference.id == alarm_id)
    if not found:
        raise NotFound()
    return found[0]


def alarms(most: int = MOST) -> list[Alarm]:
    """The newest differences that the principal may see, those that nobody has settled first."""
    found = _alarms(HoursDifference.id.is_not(None), most)
    return sorted(found, key=lambda one: one.settled)


def unsettled(*, cohort_id: UUID | None = None, person_id: UUID | None = None) -> int:
    """How many differences of a class or of a person are in the way of an export."""
    which = HoursDifference.cohort_id == cohort_id if cohort_id else HoursDifference.person_id == person_id
    return db.session.scalar(select(func.count()).select_from(HoursDifference).where(which, _open())) or 0


def troubled(cohort_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the classes that have differences which nobody has settled."""
    query = select(HoursDifference.cohort_id).where(HoursDifference.cohort_id.in_(cohort_ids), _open())
    return frozenset(db.session.scalars(query.distinct()))


def rounds(most: int = 10) -> list[HoursCheck]:
    """The last rounds, newest first."""
    return list(db.session.scalars(select(HoursCheck).order_by(HoursCheck.id.desc()).limit(most)))


def _open() -> ColumnElement[bool]:
    said = select(func.count()).where(HoursDifferenceWord.difference_id == HoursDifference.id).scalar_subquery()
    return said < TO_SETTLE


def _alarms(which: ColumnElement[bool], most: int = 1) -> list[Alarm]:
    query = select(HoursDifference).where(which).order_by(HoursDifference.created_at.desc(), HoursDifference.id)
    rows = list(db.session.scalars(query.limit(most)))
    words = _words([row.id for row in rows])
    names = [name for name in Alarm.__dataclass_fields__ if name != "words"]
    return [Alarm(**{name: getattr(row, name) for name in names}, words=words.get(row.id, ())) for row in rows]


def _words(ids: Sequence[UUID]) -> dict[UUID, tuple[tuple[UUID, str], ...]]:
    query = select(HoursDifferenceWord).where(HoursDifferenceWord.difference_id.in_(ids))
    found: dict[UUID, tuple[tuple[UUID, str], ...]] = {}
    for row in db.session.scalars(query.order_by(HoursDifferenceWord.created_at)):
        found[row.difference_id] = (*found.get(row.difference_id, ()), (row.person_id, row.reason))
    return found
