"""A ledger row is put right by two people: one proposes, another decides, and the correction is a row of its own.

Nothing of the ledger is changed. Time that is added joins the covered set, so that it is never earned a second time, and
counts towards the limit of its day; time that is taken stays covered. They flush; the door commits.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, text

from lms.accounts import actions as accounts
from lms.foundation import clock, evidence
from lms.foundation.database import acting, db, widened
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.permissions import Permission
from lms.learning.actions import appealing, completing, leases, sessions
from lms.learning.models import Coverage, HourLedger, StudySession
from lms.learning.models.reviews import CorrectionDecision, HourCorrection
from lms.learning.queries import appeals
from lms.learning.rules import corrections, holding, ledger
from lms.learning.rules.holding import Verdict
from lms.learning.rules.ledger import LedgerRow
from lms.learning.rules.misses import Misses
from lms.learning.rules.stretches import NOTHING, Stretches, length, minus, take, tidy, union
from lms.plans import queries as plans

PROPOSAL, DECISION = "hours.correction", "hours.correction-decision"
# Lease and coverage are the person's own; who corrects hours sees the one figure that follows from them.
WHY = "hours: a correction by two people"
DECIDED = "这条更正刚才已经有人看过了，刷新看看结果"
_NUMBER = text("select nextval('hour_correction_number')")
_COLUMNS = tuple(name for name in LedgerRow.__slots__ if name not in {"id", "leaf_id", "leaf_hash"})


def propose(ledger_id: int, delta_ms: int, reason: str, appeal_id: UUID | None = None) -> UUID:
    """A first person proposes to add (or take) time at one ledger row; gives the correction's id.

    Raises NotFound for a row outside what they see or their own, Refused with the field at fault.
    """
    row = _row(ledger_id)
    if problem := holding.refuse_reason(reason):
        raise Refused(problem, field="reason")
    with widened(WHY):
        problem = _refuse(row, appeals.line(ledger_id), delta_ms)
    if problem:
        raise Refused(problem, field="minutes")
    return _write(row, delta_ms, reason.strip(), appeal_id)


def propose_for(appeal_id: UUID, delta_ms: int, reason: str) -> UUID:
    """A first person proposes to add time for an appeal, shared out over the rows it is about; gives the first correction's id.

    What is proposed at once is decided at once. Raises NotFound, Refused with the field at fault, Conflict once it is answered.
    """
    one = appealing.look(appeal_id)
    if one.answered_at:
        raise Conflict(appealing.ANSWERED)
    if problem := holding.refuse_reason(reason):
        raise Refused(problem, field="reason")
    lines = appeals.rows_of_appeal(one)
    shares = corrections.shared_out(delta_ms, [line.open_ms for line in lines])
    if not shares:
        raise Refused(corrections.refuse_total(delta_ms), field="minutes")
    rows = {line.id: _row(line.id) for line in lines}
    with widened(WHY):
        if problem := _refuse_together([(rows[line.id], ms) for line, ms in zip(lines, shares, strict=True) if ms]):
            raise Refused(problem, field="minutes")
    made = [_write(rows[line.id], ms, reason.strip(), appeal_id) for line, ms in zip(lines, shares, strict=True) if ms]
    return made[0]


def _refuse_together(parts: Sequence[tuple[Any, int]]) -> str | None:
    """Why time cannot be added to several rows of one day and content; None where it can."""
    row, total_ms = parts[0][0], sum(ms for _, ms in parts)
    if total_ms > _curable_ms(row):
        return corrections.EARNED_SINCE
    return corrections.refuse_day(total_ms, _day_ms(row), _cap_ms(row))


def _refuse(row: Any, line: appeals.LedgerLine, delta_ms: int) -> str | None:
    """Why a row cannot be corrected by so much; None where it can."""
    curable = _curable_ms(row) if delta_ms > 0 else 0
    problem = corrections.refuse_delta(delta_ms, line.open_ms, line.credited_ms + line.corrected_ms, curable)
    return problem or corrections.refuse_day(delta_ms, _day_ms(row), _cap_ms(row))


def _day_ms(row: Any) -> int:
    """What the row's day has earned the person, corrections included."""
    mine = (HourLedger.person_id == row.person_id, HourLedger.day == row.day)
    return int(db.session.scalar(select(func.coalesce(func.sum(HourLedger.credited_ms), 0)).where(*mine)) or 0)


def _cap_ms(row: Any) -> int:
    """What a day may earn by the policy that judged the row."""
    return plans.hour_policy_by_id(row.policy_id).daily_cap_ms


def _row(ledger_id: int) -> Any:
    row = db.session.get(HourLedger, ledger_id)
    me = acting()
    inside = row is not None and (
        row.tenant_id in me.organisations or any(one.covers(row.region_code, row.plan_code) for one in me.scope)
    )
    if row is None or not inside or row.person_id == me.person_id or row.corrects_id is not None:
        raise NotFound()
    return row


def _write(row: Any, delta_ms: int, reason: str, appeal_id: UUID | None) -> UUID:
    at, me, correction_id = clock.now(), acting().person(), uuid4()
    number = f"GZ{clock.local(at).year}-{db.session.scalar(_NUMBER):06}"
    content = {
        "id": str(correction_id),
        "number": number,
        "ledger_id": row.id,
        "delta_ms": delta_ms,
        "reason": reason,
        "proposed_by": str(me),
        "at": at.isoformat(timespec="microseconds"),
    }
    leaf = evidence.append(PROPOSAL, content, subject=str(row.cohort_id))
    values = {name: getattr(row, name) for name in (*_PLACED, "person_id", "registration_id", "cohort_id")}
    db.session.execute(
        insert(HourCorrection).values(
            id=correction_id,
            created_at=at,
            number=number,
            ledger_id=row.id,
            delta_ms=delta_ms,
            reason=reason,
            proposed_by=me,
            appeal_id=appeal_id,
            leaf_id=leaf.id,
            leaf_hash=leaf.hash,
            **values,
        )
    )
    _enter("proposed", correction_id, reason, row)
    return correction_id


_PLACED = ("tenant_id", "region_code", "plan_code")


def decide(correction_id: UUID, *, verdict: Verdict, reason: str) -> None:
    """A second person decides, together with what was proposed for the same appeal by the same person.

    Approved, each becomes a ledger row, and the appeal behind them is answered. Raises NotFound outside their scope, Refused
    for the first person or where the time was earned meanwhile, Conflict.
    """
    one = appeals.correction(correction_id)
    me = acting()
    if not me.may(Permission.HOURS_REVIEW) or not any(s.covers(one.region_code, one.plan_code) for s in me.scope):
        raise NotFound()
    if me.person_id == one.person_id:
        raise Refused("这是你自己的学时，要由别人来看", code="own_hours")
    if me.person_id == one.proposed_by:
        raise Refused("这条更正是你提出的，不能由你同意，要等第二个人", code="own_proposal")
    if problem := holding.refuse_reason(reason):
        raise Refused(problem, field="reason")
    if one.verdict:
        raise Conflict(DECIDED)
    _decide(appeals.proposed_with(one), verdict, reason.strip())
    if one.appeal_id:
        _answer(one, verdict, reason.strip())


def _decide(together: Sequence[appeals.CorrectionView], verdict: Verdict, reason: str) -> None:
    with widened(WHY):
        held = leases.lock(together[0].person_id)
        made = [_correct(one) if verdict is Verdict.GRANTED else (None, NOTHING) for one in together]
        if verdict is Verdict.GRANTED:
            leases.keep(_on_the_day(held, together))
    for one, (ledger_id, added) in zip(together, made, strict=True):
        _settle(one, verdict, reason, ledger_id, added)


def _on_the_day(held: leases.Held, together: Sequence[appeals.CorrectionView]) -> leases.Held:
    """The lease counts what the newest day has earned: a correction of that day counts with it."""
    for one in together:
        day = db.session.get_one(HourLedger, one.ledger_id).day
        if day >= held.day:
            held = replace(held, day=day, day_ms=(held.day_ms if day == held.day else 0) + one.delta_ms)
    return held


def _settle(
    one: appeals.CorrectionView, verdict: Verdict, reason: str, ledger_id: int | None, added: Stretches
) -> None:
    at, me = clock.now(), acting().person()
    word = "approved" if verdict is Verdict.GRANTED else "declined"
    content = {
        "correction_id": str(one.id),
        "verdict": word,
        "reason": reason,
        "ledger_id": ledger_id,
        "decided_by": str(me),
        "at": at.isoformat(timespec="microseconds"),
    }
    leaf = evidence.append(DECISION, content, subject=str(one.cohort_id))
    row = {name: getattr(one, name) for name in (*_PLACED, "person_id", "proposed_by")}
    row |= {"id": uuid4(), "created_at": at, "correction_id": one.id, "verdict": word, "reason": reason}
    row |= {"decided_by": me, "ledger_id": ledger_id, "stretches": [list(pair) for pair in added]}
    _once(row | {"leaf_id": leaf.id, "leaf_hash": leaf.hash})
    _enter(word, one.id, reason, one)


def _once(row: dict[str, Any]) -> None:
    """The unique key decides between two who press at once."""
    taken = select(CorrectionDecision.id).where(CorrectionDecision.correction_id == row["correction_id"])
    if db.session.scalar(taken) is not None:
        raise Conflict(DECIDED)
    db.session.execute(insert(CorrectionDecision).values(**row))


def _answer(one: appeals.CorrectionView, verdict: Verdict, reason: str) -> None:
    """An approved correction grants the appeal; a declined one leaves it open for another look."""
    asked = appeals.appeal(one.appeal_id) if one.appeal_id else None
    if asked and asked.answered_at is None and verdict is Verdict.GRANTED:
        appealing.write_answer(asked, verdict, reason)


def _correct(one: appeals.CorrectionView) -> tuple[int, Stretches]:
    """Write the ledger row of a correction and the stretches that it adds to what is covered."""
    row = db.session.get_one(HourLedger, one.ledger_id)
    if problem := _refuse(row, appeals.line(one.ledger_id), one.delta_ms):
        raise Refused(f"现在不能这样更正：{problem}", code="overtaken")
    added = _cover(row, one.delta_ms) if one.delta_ms > 0 else NOTHING
    ledger_id = _add(row, one)
    completing.reconsider(row.person_id, row.content_hash, _credited_ms(row))
    return ledger_id, added


def _add(row: Any, one: appeals.CorrectionView) -> int:
    """The correction's own row: the same interval, the signed difference, its number."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    values |= {"claimed_ms": 0, "excluded_ms": 0, "reason": None, "credited_ms": one.delta_ms}
    values |= {"observed_ms": max(one.delta_ms, 0), "from_ms": None, "to_ms": None}
    values |= {"counted": None, "flag": None, "check_id": None}
    values |= {"corrects_id": row.id, "correction_no": one.number, "created_at": clock.now()}
    made = LedgerRow(id=0, **values)
    leaf = evidence.append(ledger.KIND, ledger.leaf_content(made, evidence.commitment))
    kept = {name: asdict(made)[name] for name in _COLUMNS} | {"leaf_id": leaf.id, "leaf_hash": leaf.hash}
    return db.session.scalar(insert(HourLedger).values(**kept).returning(HourLedger.id)) or 0


def _curable(row: Any) -> Stretches:
    """What of the row's content was played and missed and has not been earned since."""
    state = _coverage(row)
    missed = tidy((one.start_ms, one.end_ms) for one in sessions.misses_of(state.misses if state else None))
    return minus(missed, tidy(state.stretches) if state else NOTHING)


def _coverage(row: Any) -> Coverage | None:
    return db.session.get(Coverage, (row.person_id, row.content_hash), populate_existing=True)


def _cover(row: Any, delta_ms: int) -> Stretches:
    """Widen what is covered by a correction, so that it is not earned again; gives the stretches where there are any."""
    state = _coverage(row)
    if state is None:
        raise Refused("现在不能这样更正：这一课没有可以补的时间", code="overtaken")
    misses = sessions.misses_of(state.misses)
    if not _has_timeline(row):
        name = row.place or ""
        places = {**state.places, name: state.places.get(name, 0) + delta_ms}
        sessions.keep_coverage(row.person_id, row.content_hash, tidy(state.stretches), misses, places)
        return NOTHING
    added = take(_curable(row), delta_ms)
    covered = union(tidy(state.stretches), added)
    left: Misses = tuple(one for one in misses if minus(((one.start_ms, one.end_ms),), covered))
    sessions.keep_coverage(row.person_id, row.content_hash, covered, left, state.places)
    return added


def _curable_ms(row: Any) -> int:
    """How much of the row's lesson can still be earned by a correction."""
    if _has_timeline(row):
        return length(_curable(row))
    session, state = db.session.get_one(StudySession, row.session_id), _coverage(row)
    return max(0, (session.approved_ms or 0) - (state.credited_ms if state else 0))


def _has_timeline(row: Any) -> bool:
    return db.session.get_one(StudySession, row.session_id).kind == "video"


def _credited_ms(row: Any) -> int:
    """What the ledger holds of a person's content, corrections included."""
    mine = (HourLedger.person_id == row.person_id) & (HourLedger.content_hash == row.content_hash)
    return int(db.session.scalar(select(func.coalesce(func.sum(HourLedger.credited_ms), 0)).where(mine)) or 0)


def _enter(word: str, correction_id: UUID, reason: str, place: Any) -> None:
    told = {"region": place.region_code, "plan": place.plan_code}
    accounts.audit(f"hours:correction-{word}", subject=f"hour_correction {correction_id}", reason=reason, **told)
