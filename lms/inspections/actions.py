"""Inspections are drawn, opened, recorded, found upon and mended. Actions flush; the door commits."""

import secrets as random
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts import actions as accounts
from lms.cohorts import queries as cohorts
from lms.cohorts.queries import CohortView
from lms.foundation import clock, evidence, jobs, secrets, working_days
from lms.foundation.database import acting, db, widened
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.permissions import Permission
from lms.inspections import queries, rules
from lms.inspections.models import Inspection, InspectionFinding, InspectionRecord, InspectionSample, Rectification
from lms.inspections.rules import Days, Kind, Outcome
from lms.learning import queries as learning
from lms.learning.actions import holding

HOLD = "inspections.hold"
DECIDED = "刚才有人写过结论，刷新看看最新的"
PLACE = ("tenant_id", "region_code", "plan_code")


def draw(title: str, region: str, plan_code: str, classes: int, people: int) -> UUID:
    """Draw classes and people by lot and open a call for each of them, a visit for each class; gives the sample's id.

    Raises Refused where nothing is open to draw from, NotFound for a region outside the scope.
    """
    me, today = acting(), clock.today()
    if not any(region.startswith(one.region) and one.plan in (None, plan_code or None) for one in me.scope):
        raise NotFound()
    known = queries.population(me, region, plan_code, today)
    if not known:
        raise Refused("这个范围里现在没有开着的班，换个地区或计划再抽", field="region")
    seed = random.token_hex(16)
    drawn = rules.draw(seed, known, classes, people)
    sample_id = _keep_sample(title, region, plan_code, seed, (classes, people, len(known)), drawn)
    for one in drawn:
        cohort = cohorts.cohort(UUID(one.cohort_id))
        open_one(Kind.VISIT, cohort, sample_id=sample_id)
        for person in one.people:
            open_one(Kind.CALL, cohort, person_id=UUID(person), sample_id=sample_id)
    return sample_id


def _keep_sample(
    title: str, region: str, plan_code: str, seed: str, sizes: tuple[int, int, int], drawn: tuple[rules.Drawn, ...]
) -> UUID:
    sample_id, at, me = uuid4(), clock.now(), acting().person()
    lists = [[one.cohort_id, list(one.people)] for one in drawn]
    content = {"id": str(sample_id), "seed": seed, "drawn_by": str(me), "population": sizes[2], "drawn": lists}
    leaf = evidence.append("inspection.sample", content | {"at": at.isoformat()}, subject=str(sample_id))
    db.session.add(
        InspectionSample(
            id=sample_id, created_at=at, region_code=region, plan_code=plan_code or None, title=title.strip()[:60],
            seed=seed, drawn_by=me, classes=sizes[0], people_per_class=sizes[1], population=sizes[2], drawn=lists,
            leaf_id=leaf.id, leaf_hash=leaf.hash,
        )
    )  # fmt: skip
    db.session.flush()
    accounts.audit(
        "inspection:draw", subject=f"inspection_sample {sample_id}", reason=title.strip()[:60], region=region
    )
    return sample_id


def open_one(kind: Kind, cohort: CohortView, *, person_id: UUID | None = None, sample_id: UUID | None = None) -> UUID:
    """Open one inspection of a class, or of one of its people."""
    return _open(kind, cohort, {"person_id": person_id, "sample_id": sample_id}, rules.INSPECTION_WORKING_DAYS)


def visit(cohort_id: UUID) -> UUID:
    """An inspector stands in the class: the visit that was drawn for it, or a new one."""
    cohort = cohorts.cohort(cohort_id)
    drawn = select(Inspection.id).where(
        Inspection.cohort_id == cohort_id, Inspection.kind == Kind.VISIT.value, Inspection.closed_at.is_(None)
    )
    known: UUID | None = db.session.scalar(drawn.order_by(Inspection.created_at).limit(1))
    return known or open_one(Kind.VISIT, cohort)


def complain(registration_id: UUID, words: str) -> UUID:
    """A trainee complains about their class; the institution does not learn who. Raises NotFound, Refused."""
    if len(words.strip()) < 4 or len(words) > rules.LONGEST_WORDS:
        raise Refused("写清楚是什么事，4 到 1000 个字", field="words")
    me = acting().person()
    registration = learning.registration(registration_id, me)
    with widened("a trainee's complaint goes to the authority"):
        cohort = cohorts.cohort(registration.cohort_id)
        return _open(Kind.COMPLAINT, cohort, {"complainant_id": me}, rules.COMPLAINT_WORKING_DAYS, words.strip())


def _open(kind: Kind, cohort: CohortView, more: dict[str, Any], days: int, words: str = "") -> UUID:
    inspection_id, at = uuid4(), clock.now()
    sealed = secrets.seal("inspection", "words", inspection_id, words) if words else None
    place = {name: getattr(cohort, name) for name in PLACE}
    due = working_days.deadline(at, days)
    db.session.add(
        Inspection(
            id=inspection_id, created_at=at, kind=kind.value, cohort_id=cohort.id, words=sealed, due_at=due,
            opened_by=acting().person(), **place, **more,
        )
    )  # fmt: skip
    db.session.flush()
    return inspection_id


def record(
    inspection_id: UUID, kind: str, content: dict[str, Any], *, person_id: UUID | None = None, score: int | None = None
) -> None:
    """Keep what was seen or heard; raises NotFound outside the scope, Conflict once the inspection is closed."""
    one = _mine(inspection_id)
    record_id, at, me = uuid4(), clock.now(), acting().person()
    text = msgspec.json.encode(content).decode()
    commitment = evidence.commitment(text, record_id.bytes)
    told = {"id": str(record_id), "inspection_id": str(one.id), "kind": kind, "score": score, "content": commitment}
    leaf = evidence.append(
        "inspection.record", told | {"by": str(me), "at": at.isoformat()}, subject=str(one.cohort_id)
    )
    db.session.add(
        InspectionRecord(
            id=record_id, created_at=at, inspection_id=one.id, kind=kind, person_id=person_id, score=score, written_by=me,
            content=secrets.seal("inspection_record", "content", record_id, text), leaf_id=leaf.id, leaf_hash=leaf.hash,
            **{name: getattr(one, name) for name in PLACE},
        )
    )  # fmt: skip
    db.session.flush()


def find(
    inspection_id: UUID, outcome: Outcome, words: str, due_on: date | None, seen: int, held: Days | None = None
) -> None:
    """Say what an inspection came to; `seen` is how many findings the page showed.

    To hold puts the credited time of the person, or of the whole class, on hold for the days of `held`, at once and for what is
    studied later; without a last day the inspection stays open. Raises NotFound, Refused, Conflict.
    """
    one, held = _mine(inspection_id), held or Days()
    problem = rules.refuse_finding(words, outcome, due_on, clock.today())
    if outcome is Outcome.HOLD:
        problem = problem or rules.refuse_days(held, clock.today())
    if problem:
        raise Refused(problem[1], field=problem[0])
    before = queries.findings_of(inspection_id)
    if len(before) != seen:
        raise Conflict(DECIDED)
    last = before[-1] if before else None
    if not rules.may_follow(last.outcome if last else None, outcome, mended=bool(last and last.mended)):
        raise Refused("机构还没有交整改情况，现在只能等，或者先停算学时", field="outcome")
    _write(one, len(before) + 1, outcome, words.strip(), due_on if outcome in rules.WITH_DEADLINE else None)
    if outcome is Outcome.HOLD:
        holding.suspend(one, one.id, held.since, held.until)
        _queue_hold(one, len(before) + 1)
    if rules.ends(outcome, held):
        if outcome in rules.ENDS:
            holding.lift(one, one.id)
        db.session.get_one(Inspection, one.id).closed_at = clock.now()
        db.session.flush()


def _write(one: queries.InspectionView, number: int, outcome: Outcome, words: str, due_on: date | None) -> None:
    at, me, finding_id = clock.now(), acting().person(), uuid4()
    content = {
        "inspection_id": str(one.id),
        "number": number,
        "outcome": outcome.value,
        "words": words,
        "due_on": due_on.isoformat() if due_on else None,
        "by": str(me),
        "at": at.isoformat(),
    }
    leaf = evidence.append("inspection.finding", content, subject=str(one.cohort_id))
    row = InspectionFinding(
        id=finding_id, created_at=at, inspection_id=one.id, number=number, outcome=outcome.value, words=words,
        due_on=due_on, decided_by=me, leaf_id=leaf.id, leaf_hash=leaf.hash, **{n: getattr(one, n) for n in PLACE},
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as taken:
        raise Conflict(DECIDED) from taken
    where = f"inspection {one.id}"
    accounts.audit(
        f"inspection:{outcome.value}", subject=where, reason=words, region=one.region_code, plan=one.plan_code
    )


def _queue_hold(one: queries.InspectionView, number: int) -> None:
    body = {"cohort_id": str(one.cohort_id)}
    jobs.enqueue(HOLD, body, key=f"{one.id}:{number}", title="抽查以后先停算学时", tenant_id=None)


def mend(inspection_id: UUID, words: str, document_id: UUID | None = None) -> None:
    """The institution says what it has mended. Raises NotFound, Refused, Conflict when it has already."""
    one = queries.inspection(inspection_id)
    me = acting()
    if one.tenant_id not in me.organisations or not me.may(Permission.INSPECTION_MEND):
        raise NotFound()
    found = queries.findings_of(inspection_id)
    last = found[-1] if found else None
    if last is None or last.outcome not in rules.WITH_DEADLINE:
        raise NotFound()
    if last.mended:
        raise Conflict("整改情况已经交过，等主管部门看")
    if len(words.strip()) < 4 or len(words) > rules.LONGEST_WORDS:
        raise Refused("写清楚改了什么，4 到 1000 个字", field="words")
    _keep_mending(one, last.id, words.strip(), document_id)


def _keep_mending(one: queries.InspectionView, finding_id: UUID, words: str, document_id: UUID | None) -> None:
    at, me = clock.now(), acting().person()
    content = {"finding_id": str(finding_id), "words": words, "by": str(me), "at": at.isoformat()}
    leaf = evidence.append("inspection.rectification", content, subject=str(one.cohort_id))
    place = {name: getattr(one, name) for name in PLACE}
    db.session.add(
        Rectification(
            id=uuid4(), created_at=at, inspection_id=one.id, finding_id=finding_id, words=words, document_id=document_id,
            sent_by=me, leaf_id=leaf.id, leaf_hash=leaf.hash, **place,
        )
    )  # fmt: skip
    db.session.flush()


def _mine(inspection_id: UUID) -> queries.InspectionView:
    """An open inspection of the principal's scope; nobody inspects themselves."""
    one, me = queries.inspection(inspection_id), acting()
    covered = any(scope.covers(one.region_code, one.plan_code) for scope in me.scope)
    if not covered or not me.may(Permission.INSPECTION_DO) or me.person_id in (one.person_id, one.complainant_id):
        raise NotFound()
    if one.closed_at:
        raise Conflict("这次检查已经结束，要再查就另开一次")
    return one
