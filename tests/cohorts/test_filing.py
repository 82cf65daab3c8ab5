"""Writing, filing and deciding, on a real PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.cohorts import queries
from lms.cohorts.actions import filing
from lms.cohorts.events import CohortOpened
from lms.cohorts.models import CohortDecision, Enrolment
from lms.cohorts.rules.filing import State, Terms
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.events import Reactions
from lms.foundation.evidence.canonical import hash_of
from lms.foundation.principal import Principal, Scope
from tests.cohorts.classes import a_class, a_version, change
from tests.people import SYSTEM, Cast


def terms(version_id: UUID, **values: Any) -> Terms:
    today = clock.today()
    given = Terms("2026-01", "农村电商第 1 期", version_id, today, today + timedelta(days=30), 2, "刘敏", "村委会")
    return replace(given, **values)


def written(people: Cast, **values: Any) -> UUID:
    principal, version_id = people.principal("liumin"), a_version(people)
    with transaction(principal):
        return filing.create(terms(version_id, **values), principal)


def filed(people: Cast) -> UUID:
    cohort_id, principal = written(people), people.principal("liumin")
    with transaction(principal):
        filing.file(cohort_id, principal)
    return cohort_id


def seen(cohort_id: UUID) -> queries.CohortView:
    with transaction(SYSTEM):
        return queries.cohort(cohort_id)


def decide(cohort_id: UUID, principal: Principal, approve: bool = True, reason: str = "") -> None:
    filed_at = seen(cohort_id).filed_at or clock.now()
    with transaction(principal):
        filing.decide(cohort_id, approve=approve, reason=reason, seen_at=filed_at, principal=principal)


@pytest.fixture
def heard(app: Flask) -> list[Any]:
    found: list[Any] = []
    app.extensions["reactions"] = {**app.extensions["reactions"], CohortOpened: Reactions(now=(found.append,))}
    return found


def test_a_class_is_written_filed_and_opened(people: Cast, heard: list[Any]) -> None:
    """Sabotage: open without publishing."""
    cohort_id = filed(people)
    assert (seen(cohort_id).state, seen(cohort_id).filed_by) == (State.FILED, people.liumin)
    assert seen(cohort_id).region_code == "440606" and seen(cohort_id).plan_code == "P06"
    decide(cohort_id, people.principal("hequan"))
    view = seen(cohort_id)
    assert view.state == State.OPEN and view.opened_at is not None and queries.is_open(view, clock.today())
    assert heard == [CohortOpened(cohort_id, view.tenant_id, view.version_id, "440606", "P06")]


def test_a_returned_class_is_changed_and_filed_again(people: Cast) -> None:
    cohort_id, liumin, hequan = filed(people), people.principal("liumin"), people.principal("hequan")
    decide(cohort_id, hequan, approve=False, reason="授课老师写全名")
    with transaction(liumin):
        assert queries.decisions(cohort_id)[0].reason == "授课老师写全名"
        view = queries.own_cohort(cohort_id, liumin)
        filing.change(cohort_id, terms(view.version_id, teacher="刘敏敏"), liumin)
        filing.file(cohort_id, liumin)
    assert seen(cohort_id).teacher == "刘敏敏"
    decide(cohort_id, hequan)
    assert seen(cohort_id).state == State.OPEN


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"planned_class_hours": 3}, "planned_class_hours"),
        ({"starts_on": clock.today() - timedelta(days=1)}, "starts_on"),
        ({"ends_on": clock.today() - timedelta(days=1)}, "ends_on"),
    ],
)
def test_what_does_not_hold_is_refused_at_its_field(people: Cast, values: dict[str, Any], field: str) -> None:
    """Sabotage: leave _check() out of _write()."""
    with pytest.raises(Refused) as refused:
        written(people, **values)
    assert refused.value.field == field


def test_terms_are_looked_at_again_when_a_class_is_filed(people: Cast, turn_clock: Callable[..., None]) -> None:
    """Sabotage: leave _check() out of file()."""
    cohort_id, liumin = written(people), people.principal("liumin")
    turn_clock(hours=48)
    with pytest.raises(Refused, match="开班日期已经过了"), transaction(liumin):
        filing.file(cohort_id, liumin)


def test_a_version_that_is_not_published_opens_no_class(people: Cast) -> None:
    """Sabotage: leave the question for the state out."""
    version_id, liumin = a_version(people, state="submitted"), people.principal("liumin")
    with pytest.raises(Refused, match="还没审核通过"), transaction(liumin):
        filing.create(terms(version_id), liumin)


def test_a_code_is_used_once_in_an_institution(people: Cast) -> None:
    """Sabotage: leave the constraint out."""
    first = written(people)
    with pytest.raises(Refused) as refused:
        written(people)
    assert refused.value.field == "code" and seen(first)
    chenbo, version_id = people.principal("chenbo"), a_version(people, "qiming")
    with transaction(chenbo):
        assert filing.create(terms(version_id), chenbo)


@pytest.mark.parametrize("state", ["filed", "open", "closed"])
def test_a_class_that_is_filed_does_not_change(people: Cast, state: str) -> None:
    """Sabotage: leave EDITABLE out."""
    cohort_id, liumin = a_class(people, state=state), people.principal("liumin")
    view = seen(cohort_id)
    with pytest.raises(Conflict), transaction(liumin):
        filing.change(cohort_id, terms(view.version_id), liumin)
    with pytest.raises(Conflict), transaction(liumin):
        filing.file(cohort_id, liumin)


@pytest.mark.parametrize("who", ["chenbo", "hequan", "xiulan"])
def test_only_its_own_clerks_touch_a_class(people: Cast, who: str) -> None:
    """Its authority sees it and still touches nothing. Sabotage: load by id alone in _own() or own_cohort()."""
    returned, opened = a_class(people, state="returned"), a_class(people, code="2026-02")
    stranger = people.principal(who)
    for verb, cohort_id in ((filing.file, returned), (filing.close, opened)):
        with pytest.raises(NotFound), transaction(stranger):
            verb(cohort_id, stranger)
    with pytest.raises(NotFound), transaction(stranger):
        queries.own_cohort(opened, stranger)


@pytest.mark.parametrize("who", ["zhaojun", "liumin", "chenbo", "xiulan"])
def test_only_the_authority_of_region_and_plan_decides(people: Cast, who: str) -> None:
    """Sabotage: leave the scope out of _in_scope()."""
    cohort_id = filed(people)
    with pytest.raises(NotFound):
        decide(cohort_id, people.principal(who))
    assert seen(cohort_id).state == State.FILED


def test_scope_is_region_and_plan(people: Cast) -> None:
    """Two walls: the action and the row rule. Sabotage: compare the region alone in Scope.covers() and lms_in_scope()."""
    cohort_id, hequan = filed(people), people.principal("hequan")
    with pytest.raises(NotFound):
        decide(cohort_id, replace(hequan, scope=(Scope("440606", None, "P05"),)))
    with transaction(hequan):
        assert [c.id for c in queries.cohorts_to_decide(hequan)] == [cohort_id]
        assert queries.cohorts_to_decide(replace(hequan, scope=())) == []
    decide(cohort_id, replace(hequan, scope=(Scope("44", None, None),)))


def test_nobody_decides_on_their_own_filing(people: Cast) -> None:
    """Sabotage: leave why_not_decide() out."""
    cohort_id, hequan = filed(people), people.principal("hequan")
    change(cohort_id, filed_by=people.hequan)
    with pytest.raises(Refused, match="不能由你审"):
        decide(cohort_id, hequan)
    change(cohort_id, filed_by=people.liumin)
    both = replace(hequan, organisations=frozenset({people.organisations["anyi"]}))
    with pytest.raises(Refused, match="你单位提交的"):
        decide(cohort_id, both)
    assert seen(cohort_id).state == State.FILED


def test_a_decision_is_about_the_filing_that_was_looked_at(people: Cast) -> None:
    """Sabotage: leave seen_at out."""
    cohort_id, hequan = filed(people), people.principal("hequan")
    old = seen(cohort_id).filed_at
    assert old is not None
    change(cohort_id, filed_at=old + timedelta(minutes=5))
    with pytest.raises(Conflict, match="又交了一次"), transaction(hequan):
        filing.decide(cohort_id, approve=True, reason="", seen_at=old, principal=hequan)


def test_a_return_says_why_and_an_ended_class_is_not_opened(people: Cast) -> None:
    cohort_id, hequan = filed(people), people.principal("hequan")
    with pytest.raises(Refused, match="为什么退回"):
        decide(cohort_id, hequan, approve=False, reason="  ")
    change(cohort_id, starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(Refused, match="结班日期已经过了"):
        decide(cohort_id, hequan)


def test_a_decision_twice_is_one_decision(people: Cast) -> None:
    """Sabotage: leave the state out."""
    cohort_id, hequan = filed(people), people.principal("hequan")
    decide(cohort_id, hequan)
    with pytest.raises(Conflict):
        decide(cohort_id, hequan)
    with transaction(hequan):
        assert len(queries.decisions(cohort_id)) == 1


def test_a_decision_has_its_leaf_and_stays(people: Cast) -> None:
    """Added, never changed. Sabotage: leave append_only() out of the migration."""
    cohort_id, hequan = filed(people), people.principal("hequan")
    decide(cohort_id, hequan, approve=False, reason="改日期")
    with transaction(hequan):
        row = db.session.scalar(select(CohortDecision).execution_options(populate_existing=True))
        leaf = db.session.execute(
            text("select kind, subject, hash from evidence_leaf where id = :id"), {"id": row.leaf_id}
        )
        assert leaf.one() == ("cohort_decision", str(cohort_id), row.leaf_hash)
        assert row.leaf_hash == hash_of("cohort_decision", filing.leaf_content(row))
    for change_it in ("update cohort_decision set reason = 'x'", "delete from cohort_decision"):
        with pytest.raises(DBAPIError), transaction(SYSTEM):
            db.session.execute(text(change_it))


def test_the_database_holds_what_the_rules_say(people: Cast) -> None:
    """Sabotage: leave the checks and keys out of 0006."""
    cohort_id = a_class(people)
    for wrong in ({"state": "anything"}, {"planned_class_hours": -1}, {"opened_at": None}, {"filed_at": None}):
        with pytest.raises(IntegrityError):
            change(cohort_id, **wrong)
    with pytest.raises(IntegrityError), transaction(SYSTEM):
        place = {"tenant_id": people.organisations["qiming"], "region_code": "440606", "plan_code": "P06"}
        db.session.add(Enrolment(id=uuid4(), cohort_id=cohort_id, person_id=people.ahui, **place))
        db.session.flush()


def test_what_others_ask(people: Cast) -> None:
    """The queries that the capabilities above stand on."""
    draft, opened = a_class(people, state="draft"), a_class(people, code="2026-02")
    other = a_class(people, code="2026-03", school="qiming")
    liumin, hequan = people.principal("liumin"), people.principal("hequan")
    with transaction(liumin):
        assert {c.id for c in queries.cohorts_of_tenant(liumin.tenant())} == {draft, opened}
        assert queries.cohort_by_code("2026-02").id == opened
        with pytest.raises(NotFound):
            queries.cohort(other)
    with transaction(hequan):
        assert [c.id for c in queries.cohorts_in_scope(hequan)] == [opened]
        with pytest.raises(NotFound):
            queries.cohort_in_scope(draft, hequan)
    for principal, cohort_id, open_now in ((liumin, opened, True), (liumin, draft, False), (liumin, other, False)):
        with transaction(principal):
            assert queries.is_open_now(cohort_id, clock.today()) is open_now
            assert not queries.is_open_now(cohort_id, clock.today() + timedelta(days=31))
    with transaction(SYSTEM):
        assert queries.enrolments(opened) == queries.enrolments_of(people.ahui) == []
        with pytest.raises(NotFound):
            queries.cohort_by_code("2027-01")
