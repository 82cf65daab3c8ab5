"""Work lent to a colleague: what the borrower may do, under whose name, and that it ends by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lms.accounts import actions, queries
from lms.accounts.actions import delegating, registering
from lms.accounts.models import AuditEntry, Membership
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import filing
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from tests.accounts import houses
from tests.cohorts.classes import a_class
from tests.people import SYSTEM


def decide(cohort_id, principal, approve=True):
    with transaction(principal):
        seen = cohorts.cohort(cohort_id).filed_at
        filing.decide(cohort_id, approve=approve, reason="材料齐全", seen_at=seen, principal=principal)


def test_a_colleague_decides_in_ones_place_and_says_so(people, client_for):
    """Sabotage: leave `using()` out of the gate, or the name out of the decision."""
    cohort_id = a_class(people, state="filed")
    client = client_for(people.suwen)
    assert client.get(f"/cohorts/{cohort_id}/review").status_code == 404
    houses.lends(people, "hequan", "suwen", "administrator")
    page = client.get(f"/cohorts/{cohort_id}/review")
    assert page.status_code == 200 and "代办" in client.get("/inbox").text
    with transaction(SYSTEM):
        seen = cohorts.cohort(cohort_id).filed_at
    said = {"verdict": "open", "seen_at": seen.isoformat()}
    assert client.post(f"/cohorts/{cohort_id}/review", data=said).status_code == 302
    with transaction(SYSTEM):
        [decision] = cohorts.decisions(cohort_id)
        assert decision.decided_by == people.suwen and decision.reason.startswith("代何泉办理")


def test_what_one_may_do_oneself_is_done_in_ones_own_name(people):
    """Sabotage: take any loan for the reason of every act."""
    houses.lends(people, "hequan", "suwen", "administrator")
    suwen = people.principal("suwen")
    assert suwen.using({Permission.HOURS_EXPORT}).deputy_for is None
    assert suwen.using({Permission.COHORT_APPROVE}).deputy_for == people.hequan
    assert suwen.using({Permission.COHORT_APPROVE, Permission.HOURS_EXPORT}).deputy_for is None
    deputy = suwen.using({Permission.COHORT_APPROVE})
    assert Principal.from_json(deputy.as_json()).deputy_for == people.hequan


def test_it_begins_and_ends_by_itself(people, turn_clock):
    """Both days included, in Guangdong. Sabotage: compare the moment, not the day."""
    houses.lends(people, "hequan", "fangyu", "administrator", after=1, days=2)
    seen = []
    for _ in range(4):
        seen.append(people.principal("fangyu").may(Permission.COHORT_APPROVE))
        turn_clock(days=1)
    assert seen == [False, True, True, False]


def test_it_ends_when_it_is_taken_back_or_the_lender_goes(people):
    """Sabotage: do not look at memberships in roles_lent()."""
    for ends in ("lender", "borrower", "leaves"):
        loan = houses.lends(people, "hequan", "suwen", "administrator")
        assert people.principal("suwen").may(Permission.COHORT_APPROVE)
        if ends == "leaves":
            with transaction(SYSTEM):
                row = db.session.scalar(select(Membership).where(Membership.person_id == people.hequan))
                row.ended_at = clock.now()
        else:
            principal = people.principal("hequan" if ends == "lender" else "suwen")
            with transaction(principal):
                delegating.take_back(loan, principal)
            with pytest.raises(Conflict), transaction(principal):
                delegating.take_back(loan, principal)
        assert not people.principal("suwen").may(Permission.COHORT_APPROVE)


def test_what_cannot_be_lent(people):
    """To somebody elsewhere, what one has not, to who files: refused. Sabotage: drop a branch of faults_of()."""
    for lender, borrower, role, told in (
        ("hequan", "zhaojun", "administrator", "同事"),
        ("hequan", "liumin", "administrator", "同事"),
        ("suwen", "fangyu", "administrator", "不是你自己的"),
        ("hequan", "hequan", "administrator", "同事"),
    ):
        with pytest.raises(Refused, match=told):
            houses.lends(people, lender, borrower, role)
    with transaction(SYSTEM):
        actions.employ(people.suwen, people.organisations["qiming"], "clerk")
    with pytest.raises(Refused, match="会审到自己交的材料"):
        houses.lends(people, "hequan", "suwen", "administrator")


def test_who_files_afterwards_still_cannot_decide_on_it(people):
    """The borrower goes to work for the school meanwhile: the second wall stands. Sabotage: ask only when lending."""
    houses.lends(people, "hequan", "suwen", "administrator")
    cohort_id = a_class(people, state="filed")
    with transaction(SYSTEM):
        actions.employ(people.suwen, people.organisations["anyi"], "clerk")
    suwen = people.principal("suwen").using({Permission.COHORT_APPROVE})
    with pytest.raises(Refused, match="你单位提交的"):
        decide(cohort_id, suwen)


def test_an_auditor_takes_note_once_and_not_of_ones_own(people, client_for):
    """Sabotage: let the lender or the borrower take note."""
    loan = houses.lends(people, "hequan", "suwen", "administrator")
    own = houses.lends(people, "hequan", "fangyu", "administrator")
    auditor = client_for(people.fangyu)
    assert "苏文代何泉做主管" in auditor.get("/inbox").text
    assert auditor.get(f"/delegations/{loan}").status_code == 200
    assert auditor.get(f"/delegations/{own}").status_code == 404
    assert auditor.post(f"/delegations/{loan}").status_code == 303
    assert auditor.post(f"/delegations/{loan}").status_code == 409
    assert "苏文代何泉做主管" not in auditor.get("/inbox").text


def test_the_page_lends_and_tells_what_is_wrong(people, client_for):
    client, today = client_for(people.hequan), clock.today()
    assert client.get("/delegations").status_code == 200
    form = {"role": "administrator", "borrower": str(people.suwen), "starts_on": today.isoformat(), "reason": "出差"}
    wrong = client.post("/delegations", data=form | {"ends_on": (today - timedelta(days=1)).isoformat()})
    assert wrong.status_code == 422 and "填反" in wrong.text
    strange = client.post("/delegations", data=form | {"ends_on": today.isoformat(), "borrower": str(people.zhaojun)})
    assert strange.status_code == 422
    assert client.post("/delegations", data=form | {"ends_on": today.isoformat()}).status_code == 303
    assert "苏文代何泉" in client.get("/delegations").text
    with transaction(SYSTEM):
        entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "delegation:lend"))
        assert entry.subject.startswith("delegation ") and "出差" in entry.reason


def test_the_audit_says_in_whose_place(people):
    """Sabotage: leave deputy_for out of an entry of the audit."""
    houses.lends(people, "hequan", "suwen", "administrator")
    application_id = houses.asks()
    suwen = people.principal("suwen").using({Permission.ORGANISATION_ADMIT})
    with transaction(suwen):
        registering.decide_application(application_id, approve=True, reason="", principal=suwen)
    with transaction(SYSTEM):
        entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "organisation:admit"))
        assert (entry.actor_id, entry.deputy_for) == (people.suwen, people.hequan)
        assert queries.in_whose_place() == ""


def test_nobody_elsewhere_sees_a_loan(people):
    """Sabotage: drop the policy of table delegation."""
    loan = houses.lends(people, "hequan", "suwen", "administrator")
    for key in ("zhaojun", "haoran", "liumin"):
        principal = people.principal(key)
        with pytest.raises(NotFound), transaction(principal):
            delegating.take_back(loan, principal)
