"""Write a class down, change it, file it, decide on it, close it."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from lms.accounts import actions as acts
from lms.accounts import queries as accounts
from lms.cohorts import teaching
from lms.cohorts.events import CohortOpened
from lms.cohorts.models import Cohort, CohortDecision, Enrolment
from lms.cohorts.rules import filing
from lms.cohorts.rules.filing import State, Step, Terms
from lms.foundation import clock, events, evidence
from lms.foundation.database import db
from lms.foundation.errors import Conflict, LMSError, NotFound, Refused
from lms.foundation.principal import Principal
from lms.plans import queries as plans
from lms.publishing import queries as publishing
from lms.publishing import rules as publishing_rules

DECISION = "cohort_decision"
FILING = "cohort"
LOCK_NOT_AVAILABLE = "55P03"


def create(terms: Terms, principal: Principal) -> UUID:
    """Write a class down as a draft; raises Refused with the field at fault."""
    tenant_id = principal.tenant()
    place = accounts.organisation(tenant_id)
    cohort = Cohort(
        tenant_id=tenant_id, region_code=place.region_code, created_by=principal.person(), state=State.DRAFT
    )
    cohort.id = uuid4()
    _write(cohort, terms)
    db.session.add(cohort)
    _flush_code()
    return cohort.id


def change(cohort_id: UUID, terms: Terms, principal: Principal) -> None:
    """Change the terms of a class that is not filed; raises Refused with the field at fault, or Conflict."""
    cohort = _own(cohort_id, principal)
    if State(cohort.state) not in filing.EDITABLE:
        raise Conflict(filing.too_late(State(cohort.state)))
    acts.withdraw_second_look(FILING, cohort_id)
    _write(cohort, terms)
    _flush_code()


def file(cohort_id: UUID, principal: Principal) -> None:
    """Hand a class in for approval; raises Refused where its terms no longer hold, or Conflict."""
    cohort = _own(cohort_id, principal)
    state = _after(cohort, Step.FILE)
    _check(_terms_of(cohort), cohort.programme_code, cohort.region_code)
    _refuse_without_papers(cohort)
    if accounts.needs_second_look(cohort.tenant_id):
        what: dict[str, Any] = {"tenant_id": cohort.tenant_id, "title": cohort.title, "plan_code": cohort.plan_code}
        acts.ask_second_look(FILING, cohort_id, **what, digest=digest(cohort_id), principal=principal)
        return
    cohort.state, cohort.filed_by, cohort.filed_at = state, principal.person(), clock.now()
    db.session.flush()


def file_checked(cohort_id: UUID, *, approve: bool, reason: str, seen: str, principal: Principal) -> None:
    """The institution's second person hands a class in for the clerk who asked, or gives it back with a reason.

    `seen` is the digest of what was on the page; raises Conflict where terms or people have changed since.
    """
    cohort = _own(cohort_id, principal)
    said: dict[str, Any] = {"approve": approve, "reason": reason, "seen": seen, "now": digest(cohort_id)}
    asked_by = acts.second_look(FILING, cohort_id, **said, principal=principal)
    if not approve:
        return
    state = _after(cohort, Step.FILE)
    _check(_terms_of(cohort), cohort.programme_code, cohort.region_code)
    _refuse_without_papers(cohort)
    cohort.state, cohort.filed_by, cohort.filed_at = state, asked_by, clock.now()
    db.session.flush()


def digest(cohort_id: UUID) -> str:
    """A fingerprint of what a second person looks at: the terms of a class and who is in it."""
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None:
        raise NotFound()
    people = db.session.scalars(select(Enrolment.person_id).where(Enrolment.cohort_id == cohort_id))
    words = [*(str(value) for value in _written_terms(cohort).values()), *sorted(map(str, people))]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _refuse_without_papers(cohort: Cohort) -> None:
    """What a programme asks of its institution and its course beside the terms; raises Refused."""
    papers = accounts.why_not_file(cohort.tenant_id, cohort.programme_code, cohort.starts_on)
    papers = papers or publishing.refuse_new_class(cohort.version_id)
    problem = papers or publishing.refuse_outside_unified(cohort.version_id, cohort.region_code)
    if problem:
        raise Refused(problem, field="version_id")


def decide(cohort_id: UUID, *, approve: bool, reason: str, seen_at: datetime, principal: Principal) -> None:
    """Open a filed class or return it with a reason; the decision is a row with its leaf in the evidence tree.

    `seen_at` is the filing that the administrator looked at: a class that was filed anew meanwhile raises Conflict.
    """
    cohort = _in_scope(cohort_id, principal)
    not_yours = filing.why_not_decide(
        principal.person_id, principal.organisations, filed_by=cohort.filed_by, tenant_id=cohort.tenant_id
    )
    if not_yours:
        raise Refused(not_yours, code="own_filing")
    state = _after(cohort, Step.OPEN if approve else Step.RETURN)
    if cohort.filed_at != seen_at:
        raise Conflict("这个班刚才改过又交了一次，看看最新的内容再决定")
    if approve and cohort.ends_on < clock.today():
        raise Refused("结班日期已经过了，退回去让他们改日期")
    if not approve and not reason.strip():
        raise Refused("写一句为什么退回，培训机构才知道改哪里", field="reason")
    said = "，".join(part for part in (accounts.in_whose_place(), reason.strip()) if part)
    verdict = "opened" if approve else "returned"
    _record(cohort, verdict, said, principal)
    region, plan = cohort.region_code, cohort.plan_code
    acts.audit(f"filing:{verdict}", subject=f"cohort {cohort.id}", reason=said, region=region, plan=plan)
    cohort.state = state
    if approve:
        cohort.opened_at = clock.now()
    db.session.flush()
    if approve:
        place = (cohort.id, cohort.tenant_id, cohort.version_id, cohort.region_code, cohort.plan_code)
        events.publish(CohortOpened(*place))


def close(cohort_id: UUID, principal: Principal) -> None:
    """End a class: nobody joins it any more and nothing is earned in it."""
    cohort = _own(cohort_id, principal)
    cohort.state, cohort.closed_at = _after(cohort, Step.CLOSE), clock.now()
    db.session.flush()


def locked(cohort_id: UUID, principal: Principal) -> Cohort:
    """A class of the principal's own institution with its row locked; raises NotFound."""
    return _own(cohort_id, principal)


def _own(cohort_id: UUID, principal: Principal) -> Cohort:
    query = select(Cohort).where(Cohort.id == cohort_id, Cohort.tenant_id.in_(principal.organisations))
    return _lock(query)


def _in_scope(cohort_id: UUID, principal: Principal) -> Cohort:
    cohort = _lock(select(Cohort).where(Cohort.id == cohort_id, Cohort.state != State.DRAFT))
    if not any(scope.covers(cohort.region_code, cohort.plan_code) for scope in principal.scope):
        raise NotFound()
    return cohort


def _lock(query) -> Cohort:  # type: ignore[no-untyped-def]
    # What the session has read before the lock may be old by now.
    try:
        cohort: Cohort | None = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    except OperationalError as problem:
        raise _in_use(problem) from problem
    if cohort is None:
        raise NotFound()
    return cohort


def _in_use(problem: OperationalError) -> LMSError | OperationalError:
    """An import of thousands holds its class for seconds; who waits longer than the limit is told so."""
    busy = getattr(problem.orig, "sqlstate", "") == LOCK_NOT_AVAILABLE
    return Conflict("这个班正在导入名单，过一分钟再来") if busy else problem


def _after(cohort: Cohort, step: Step) -> State:
    state = filing.after(State(cohort.state), step)
    if state is None:
        raise Conflict(filing.too_late(State(cohort.state)))
    return state


def _write(cohort: Cohort, terms: Terms) -> None:
    version = publishing.version(terms.version_id)
    if version.state != publishing_rules.State.APPROVED:
        raise Refused("这个课程包还没审核通过，换一个已发布的课程包", field="version_id")
    withdrawn = publishing.refuse_new_class(version.id)
    if withdrawn:
        raise Refused(withdrawn, field="version_id")
    _check(terms, version.programme_code, cohort.region_code)
    programme = plans.programme(version.programme_code)
    cohort.programme_code, cohort.plan_code = programme.code, programme.plan_code
    for name in Terms.__dataclass_fields__:
        setattr(cohort, name, getattr(terms, name))


def _check(terms: Terms, programme_code: str, region_code: str) -> None:
    seconds, today = teaching.approved_seconds(terms.version_id), clock.today()
    hour = teaching.class_hour_seconds(programme_code, region_code)
    faults = filing.faults_of(terms, approved_seconds=seconds, class_hour_seconds=hour, today=today)
    for field, sentence in faults.items():
        raise Refused(sentence, field=field)


def _terms_of(cohort: Cohort) -> Terms:
    return Terms(**{name: getattr(cohort, name) for name in Terms.__dataclass_fields__})


def _flush_code() -> None:
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as problem:
        raise _code_taken(problem) from problem


def _code_taken(problem: IntegrityError) -> LMSError | IntegrityError:
    if "uq_cohort_tenant_id_code" in str(problem) or "tenant_id_code" in str(problem):
        return Refused("这个班级编号用过了，换一个没用过的", field="code")
    return problem


def leaf_content(row: CohortDecision) -> dict[str, Any]:
    """What is sealed of a decision: its columns without the leaf's own, as text and whole numbers."""
    return {
        "cohort_id": str(row.cohort_id),
        "terms": row.terms,
        "people": row.people,
        "verdict": row.verdict,
        "reason": row.reason,
        "filed_by": str(row.filed_by),
        "filed_at": row.filed_at.isoformat(timespec="microseconds"),
        "decided_by": str(row.decided_by),
        "decided_at": row.decided_at.isoformat(timespec="microseconds"),
    }


def _record(cohort: Cohort, verdict: str, reason: str, principal: Principal) -> None:
    people = db.session.scalar(select(func.count()).where(Enrolment.cohort_id == cohort.id)) or 0
    place = {"tenant_id": cohort.tenant_id, "region_code": cohort.region_code, "plan_code": cohort.plan_code}
    filed = {
        "filed_by": cohort.filed_by,
        "filed_at": cohort.filed_at,
        "people": people,
        "terms": _written_terms(cohort),
    }
    decided = {"decided_by": principal.person(), "decided_at": clock.now(), "verdict": verdict, "reason": reason}
    row = CohortDecision(cohort_id=cohort.id, **place, **filed, **decided)
    leaf = evidence.append(DECISION, leaf_content(row))
    row.leaf_id, row.leaf_hash = leaf.id, leaf.hash
    db.session.add(row)
    db.session.flush()


def _written_terms(cohort: Cohort) -> dict[str, Any]:
    """The terms that were decided on, as text and whole numbers."""
    values = {name: getattr(cohort, name) for name in Terms.__dataclass_fields__}
    return {name: value if isinstance(value, int) else str(value) for name, value in values.items()}
