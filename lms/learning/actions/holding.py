"""Time is put on hold and looked at: anomalies found, decisions made. Nothing is ever deleted. They flush; the door commits."""

from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert

from lms.accounts import actions as accounts
from lms.foundation import clock, evidence, working_days
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.learning.models.reviews import Anomaly, HoldDecision, HourSuspension, LookMark
from lms.learning.queries import holds, looks, suspensions
from lms.learning.rules import anomalies, holding
from lms.learning.rules.anomalies import Code, Found, SessionFacts
from lms.learning.rules.holding import HoldState
from lms.plans import queries as plans

ANOMALY, DECISION, SUSPENSION = "hours.anomaly", "hours.hold", "hours.suspension"
SESSIONS = "sessions"
MARGIN, FIRST_LOOK = timedelta(minutes=10), timedelta(days=7)


class Place(Protocol):
    """Whose hours: a class, or one of its people."""

    @property
    def tenant_id(self) -> UUID: ...
    @property
    def region_code(self) -> str: ...
    @property
    def plan_code(self) -> str: ...
    @property
    def cohort_id(self) -> UUID: ...
    @property
    def person_id(self) -> UUID | None: ...


def look_over(since: datetime, until: datetime) -> int:
    """Look at every session that was alive between two moments and hold what is out of the common; gives how many.

    Looking again finds nothing new: a session is held once for each kind of anomaly.
    """
    suspects, held = [], 0
    for session, facts in looks.sessions_alive(since, until):
        codes, made = _judged(session, facts, until)
        held += made
        if codes & anomalies.OF_A_DAY:
            suspects.append(session)
    while more := hold_named():
        held += more
    if suspects:
        held += sum(_judged(session, facts, until)[1] for session, facts in looks.beside(suspects))
    return held


def _judged(session: Any, facts: SessionFacts, until: datetime) -> tuple[set[Code], int]:
    """What is out of the common in a session, and how many holds that made."""
    day = clock.local(until).date()
    limits = anomalies.Limits(**plans.limits(anomalies.KEYS, session.programme_code, day, session.region_code))
    found = anomalies.judge(facts, limits)
    return {one.code for one in found}, sum(_hold(session, one) for one in found)


def look_on() -> int:
    """Look over what was alive since the last look, with a margin for what was being written then; gives how many are held."""
    until = clock.now()
    mark = db.session.get(LookMark, SESSIONS, with_for_update=True)
    since = mark.until - MARGIN if mark else until - FIRST_LOOK
    held = look_over(since, until)
    if mark is None:
        db.session.add(LookMark(name=SESSIONS, until=until))
    else:
        mark.until = max(mark.until, until)
    db.session.flush()
    return held


def hold_named(cohort_id: UUID | None = None) -> int:
    """Hold the next 200 sessions (of a class) that an inspection names and that earned anything; gives how many, 0 at the end."""
    return sum(_hold(session, Found(Code.INSPECTION, {})) for session in looks.sessions_named(cohort_id=cohort_id))


def suspend(where: Place, inspection_id: UUID, since: date | None, until: date | None) -> None:
    """An inspection holds the hours of a class, or of one of its people, from one day to another; what it held before is replaced.

    No `since`: from the beginning; no `until`: what is studied from now on is held too, until the inspection lifts it. It counts
    at once; the holds of the sessions follow with hold_named() and the looks.
    """
    before, at = suspensions.of_inspection(inspection_id), clock.now()
    number = before.number + 1 if before else 1
    content = {
        "inspection_id": str(inspection_id),
        "cohort_id": str(where.cohort_id),
        "person_id": str(where.person_id) if where.person_id else None,
        "number": number,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "at": at.isoformat(timespec="microseconds"),
    }
    leaf = evidence.append(SUSPENSION, content, subject=str(where.cohort_id))
    names = ("tenant_id", "region_code", "plan_code", "cohort_id", "person_id")
    row = {name: getattr(where, name) for name in names} | {"id": uuid4(), "created_at": at, "number": number}
    row |= {"inspection_id": inspection_id, "since": since, "until": until}
    db.session.execute(insert(HourSuspension).values(**row, leaf_id=leaf.id, leaf_hash=leaf.hash))


def lift(where: Place, inspection_id: UUID) -> None:
    """What is studied from tomorrow on is not held any more; what was held waits for a reviewer. Nothing where nothing is held."""
    stands, today = suspensions.of_inspection(inspection_id), clock.today()
    if stands and (stands.until is None or stands.until > today):
        suspend(where, inspection_id, stands.since, max(today, stands.since or today))


def _hold(session: Any, found: Found) -> bool:
    """Put a session on hold for one anomaly; False where it is already."""
    if looks.is_held(session.id, found.code):
        return False
    at, anomaly_id = clock.now(), uuid4()
    content = {
        "id": str(anomaly_id),
        "session_id": str(session.id),
        "person_id": str(session.person_id),
        "cohort_id": str(session.cohort_id),
        "code": found.code.value,
        "facts": {name: int(value) for name, value in found.facts.items()},
        "at": at.isoformat(timespec="microseconds"),
    }
    leaf = evidence.append(ANOMALY, content, subject=str(session.cohort_id))
    places = ("tenant_id", "region_code", "plan_code", "person_id", "registration_id", "cohort_id")
    row = insert(Anomaly).values(
        id=anomaly_id,
        created_at=at,
        session_id=session.id,
        code=found.code.value,
        facts=found.facts,
        due_at=working_days.deadline(at, holding.HOLD_WORKING_DAYS),
        leaf_id=leaf.id,
        leaf_hash=leaf.hash,
        **{name: getattr(session, name) for name in places},
    )
    db.session.execute(row)
    return True


def decide(anomaly_id: UUID, *, verdict: HoldState, reason: str, seen: int, together: bool = False) -> None:
    """A reviewer lets held time count, or not, with a reason that the trainee reads; `seen` is how many decisions were shown.

    `together` decides what else of the person and class is open for the same thing as well. Raises NotFound for what is
    outside the reviewer's scope or their own, Refused for a missing reason, Conflict when somebody was quicker.
    """
    one = holds.hold(anomaly_id)
    if not holds.may_decide(one):
        raise NotFound()
    if problem := holding.refuse_reason(reason):
        raise Refused(problem, field="reason")
    before = holds.decisions_of(anomaly_id)
    if len(before) != seen:
        raise Conflict("刚才有人核实过这一条，刷新看看最新的结果")
    for other in holds.open_with(one) if together else ():
        if other.id != one.id:
            _write(other, 1, verdict, reason.strip())
    _write(one, len(before) + 1, verdict, reason.strip())


def _write(one: holds.HoldView, number: int, verdict: HoldState, reason: str) -> None:
    at, me = clock.now(), acting().person()
    content = {
        "anomaly_id": str(one.id),
        "number": number,
        "verdict": verdict.value,
        "reason": reason,
        "decided_by": str(me),
        "at": at.isoformat(timespec="microseconds"),
    }
    leaf = evidence.append(DECISION, content, subject=str(one.cohort_id))
    places = ("tenant_id", "region_code", "plan_code", "person_id")
    row = insert(HoldDecision).values(
        id=uuid4(),
        created_at=at,
        anomaly_id=one.id,
        number=number,
        verdict=verdict.value,
        reason=reason,
        decided_by=me,
        leaf_id=leaf.id,
        leaf_hash=leaf.hash,
        **{name: getattr(one, name) for name in places},
    )
    kept = row.on_conflict_do_nothing(index_elements=["anomaly_id", "number"]).returning(HoldDecision.id)
    if db.session.scalar(kept) is None:
        raise Conflict("刚才有人核实过这一条，刷新看看最新的结果")
    accounts.audit(
        f"hours:hold-{verdict.value}",
        subject=f"anomaly {one.id}",
        reason=reason,
        region=one.region_code,
        plan=one.plan_code,
    )
