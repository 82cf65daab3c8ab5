"""Time is put on hold and looked at: anomalies found, decisions made. Nothing is ever deleted. They flush; the door commits."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert

from lms.accounts import actions as accounts
from lms.foundation import clock, evidence, working_days
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.learning.models.reviews import Anomaly, HoldDecision, LookMark
from lms.learning.queries import holds, looks
from lms.learning.rules import anomalies, holding
from lms.learning.rules.anomalies import Code, Found
from lms.learning.rules.holding import HoldState
from lms.plans import queries as plans

ANOMALY, DECISION = "hours.anomaly", "hours.hold"
SESSIONS = "sessions"
MARGIN, FIRST_LOOK = timedelta(minutes=10), timedelta(days=7)


def look_over(since: datetime, until: datetime) -> int:
    """Look at every session that was alive between two moments and hold what is out of the common; gives how many.

    Looking again finds nothing new: a session is held once for each kind of anomaly.
    """
    held = 0
    for session, facts in looks.sessions_alive(since, until):
        limits = anomalies.Limits(
            **plans.limits(anomalies.KEYS, session.programme_code, clock.local(until).date(), session.region_code)
        )
        held += sum(_hold(session, found) for found in anomalies.judge(facts, limits))
    return held


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


def hold_for_inspection(cohort_id: UUID, person_id: UUID | None, after: UUID | None = None) -> tuple[int, UUID | None]:
    """Hold the next 200 sessions of a class, or of one of its people, that earned anything; gives how many and the last id."""
    page = looks.sessions_that_earned(cohort_id, person_id, after)
    held = sum(_hold(session, Found(Code.INSPECTION, {})) for session in page)
    return held, page[-1].id if page else None


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


def decide(anomaly_id: UUID, *, verdict: HoldState, reason: str, seen: int) -> None:
    """A reviewer lets held time count, or not, with a reason that the trainee reads; `seen` is how many decisions were shown.

    Raises NotFound for what is outside the reviewer's scope or their own, Refused for a missing reason, Conflict when somebody
    was quicker.
    """
    one = holds.hold(anomaly_id)
    if not holds.may_decide(one):
        raise NotFound()
    if problem := holding.refuse_reason(reason):
        raise Refused(problem, field="reason")
    before = holds.decisions_of(anomaly_id)
    if len(before) != seen:
        raise Conflict("刚才有人核实过这一条，刷新看看最新的结果")
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
