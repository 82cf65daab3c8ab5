"""The pure rules of organisations: codes, departments, loans, papers, staff."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from lms.accounts.rules import credit_codes, delegation, qualifications, second_looks, staffing
from lms.accounts.rules.delegation import Job, Loan
from lms.accounts.rules.departments import DEPARTMENTS, PLANS, Remit, level_of, plans_of, prefix_of, spelled_out
from lms.accounts.rules.qualifications import Qualification
from lms.foundation.principal import Scope
from tests.accounts.houses import credit_code

TODAY = date(2026, 11, 20)
ME, OTHER, THIRD = (UUID(int=n) for n in (1, 2, 3))
BUREAU, SCHOOL = UUID(int=10), UUID(int=11)

days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
bodies = st.from_regex(r"[159]1440[1-9][0-9]{2}", fullmatch=True)
organisation_bodies = st.text(alphabet=credit_codes.ALPHABET, min_size=8, max_size=8)


def whole(front: str, organisation: str) -> str:
    body = front + organisation + credit_codes.organisation_check(organisation)
    return body + credit_codes.check_character(body) if set(body) <= set(credit_codes.ALPHABET) else ""


@given(bodies, organisation_bodies)
def test_a_right_code_holds_and_an_independent_reader_agrees(front, organisation):
    """Sabotage: let the weights begin with 3 instead of 1."""
    code = whole(front, organisation)
    if code:
        assert credit_codes.why_not(code) is None
        assert uscc.is_valid(code)


@given(bodies, organisation_bodies, st.integers(2, 17), st.sampled_from(credit_codes.ALPHABET))
def test_one_wrong_character_never_holds(front, organisation, place, other):
    """Sabotage: leave the check of the 18th character out."""
    code = whole(front, organisation)
    if code and code[place] != other:
        assert credit_codes.why_not(code[:place] + other + code[place + 1 :])


@given(bodies, organisation_bodies, st.integers(0, 16))
def test_two_neighbours_swapped_never_hold(front, organisation, place):
    """Sabotage: weigh every place alike."""
    code = whole(front, organisation)
    swapped = code[:place] + code[place : place + 2][::-1] + code[place + 2 :]
    if code and swapped != code:
        assert credit_codes.why_not(swapped)


@given(st.text(max_size=30))
def test_any_text_gets_a_sentence_or_is_a_code(text):
    code = credit_codes.normal(text)
    problem = credit_codes.why_not(code)
    assert problem is None or ("，" in problem and "！" not in problem)


def test_a_code_is_read_as_people_type_it():
    code = credit_code(7)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for typed in (code.lower(), f" {code[:6]} {code[6:12]}-{code[12:]} ", wide):
        assert credit_codes.normal(typed) == code
    assert "“O”，这一位可能是 0" in (credit_codes.why_not("O" + code[1:]) or "")
    assert "18 位，现在是 17 位" in (credit_codes.why_not(code[:17]) or "")


def test_every_plan_has_a_department_and_every_department_words():
    assert set(PLANS) == {f"P{n:02}" for n in range(1, 11)}
    assert {d for departments in PLANS.values() for d in departments} <= set(DEPARTMENTS)
    assert plans_of("disabled_federation") == ("P10",)
    assert "P10" not in plans_of("veterans") and "P07" in plans_of("veterans")
    assert plans_of("no such department") == ()


regions = st.sampled_from(["44", "4406", "440606", "4401", "440106", "441900"])
remits = st.builds(
    Remit,
    regions,
    st.none() | st.sampled_from(sorted(DEPARTMENTS)),
    st.none() | st.sampled_from(sorted(PLANS)),
)


@given(remits, regions, st.sampled_from(sorted(PLANS)))
def test_a_spelled_out_remit_covers_just_what_it_means(remit, region, plan):
    """Region prefix AND plan AND department. Sabotage: leave `remit.plan in (None, plan)` out of spelled_out()."""
    scopes = [Scope(one.region, one.department, one.plan) for one in spelled_out([remit])]
    means = (
        region.startswith(remit.region)
        and remit.plan in (None, plan)
        and (remit.department is None or remit.department in PLANS[plan])
    )
    assert any(scope.covers(region, plan) for scope in scopes) is means


def test_the_scope_of_a_department_names_its_plan():
    """Else it would cover every plan. Sabotage: drop __post_init__ of Scope."""
    with pytest.raises(ValueError, match="plan"):
        Scope("44", "disabled_federation", None)


def test_levels_and_prefixes():
    assert [level_of(code) for code in ("44", "4406", "440606", "440606101", "440606101001")] == [
        "province", "city", "county", "township", "village",
    ]  # fmt: skip
    assert [prefix_of(code) for code in ("440000", "440600", "440606", "441900", "440606101")] == [
        "44", "4406", "440606", "4419", "440606101",
    ]  # fmt: skip


staff_of_two = [Job(ME, BUREAU, "authority", "administrator"), Job(OTHER, BUREAU, "authority", "auditor")]


@given(days, st.integers(0, 60), days)
def test_a_loan_holds_on_its_days_and_no_other(begins, length, on):
    """Both ends included; it ends by itself. Sabotage: compare with < instead of <=."""
    loan = Loan("administrator", ME, OTHER, begins, begins + timedelta(days=length))
    inside = begins <= on <= begins + timedelta(days=length)
    lent = delegation.roles_lent(OTHER, BUREAU, staff_of_two, [loan], on)
    assert lent == ({"administrator": ME} if inside else {})


@given(days)
def test_a_loan_ends_with_the_work_of_either(on):
    loan = Loan("administrator", ME, OTHER, on, on)
    for staff in (staff_of_two[:1], staff_of_two[1:], [Job(ME, SCHOOL, "authority", "administrator"), staff_of_two[1]]):
        assert delegation.roles_lent(OTHER, BUREAU, staff, [loan], on) == {}
    assert (
        delegation.roles_lent(OTHER, BUREAU, staff_of_two, [Loan("administrator", ME, OTHER, on, on, True)], on) == {}
    )


@given(days)
def test_what_was_lent_is_not_lent_on(on):
    """Sabotage: look for the lender's role among loans too."""
    staff = [*staff_of_two, Job(THIRD, BUREAU, "authority", "export_officer")]
    chain = [Loan("administrator", ME, OTHER, on, on), Loan("administrator", OTHER, THIRD, on, on)]
    assert delegation.roles_lent(THIRD, BUREAU, staff, chain, on) == {}


def faults(role="administrator", borrower=OTHER, starts=TODAY, ends=TODAY, jobs=tuple(staff_of_two)):
    return delegation.faults_of(Loan(role, ME, borrower, starts, ends), BUREAU, jobs, TODAY)


def test_what_cannot_be_lent():
    """Sabotage: drop any of the branches of faults_of()."""
    assert faults() == {}
    assert "不是你自己的" in faults(role="export_officer")["role"]
    assert "同事" in faults(borrower=THIRD)["borrower"] and "同事" in faults(borrower=ME)["borrower"]
    both = (*staff_of_two, Job(OTHER, SCHOOL, "institution", "clerk"))
    assert "会审到自己交的材料" in faults(jobs=both)["borrower"]
    same = (*staff_of_two, Job(OTHER, BUREAU, "authority", "administrator"))
    assert "本来就做" in faults(jobs=same)["borrower"]
    assert "已经过了" in faults(starts=TODAY - timedelta(days=1))["starts_on"]
    assert "填反" in faults(ends=TODAY - timedelta(days=1))["ends_on"]
    assert "92 天" in faults(ends=TODAY + timedelta(days=92))["ends_on"]
    assert faults(ends=TODAY + timedelta(days=91)) == {}


def paper(kind, state="accepted", since=TODAY, until=None):
    return Qualification(kind, state, since, until)


REPORTED, PRACTICE = paper("emergency_reported"), paper("practical_capacity")


def test_plan_nine_asks_for_papers():
    """L420, L442. Sabotage: ask enterprises for the report too, or forget the practice of special operations."""
    special, principal = "P09-special_operation", "P09-principal"
    ask = qualifications.why_not_file
    assert ask("institution", "P06-rural_ecommerce", [], TODAY) is None
    assert ask("institution", principal, [], TODAY) == qualifications.NOT_REPORTED
    assert ask("institution", principal, [REPORTED], TODAY) is None
    assert ask("enterprise", principal, [], TODAY) is None
    assert ask("enterprise", special, [PRACTICE], TODAY) == qualifications.NOT_REPORTED
    assert ask("institution", special, [REPORTED], TODAY) == qualifications.NO_PRACTICE
    assert ask("institution", special, [REPORTED, PRACTICE], TODAY) is None


@given(days, st.integers(0, 400), days, st.sampled_from(["waiting", "accepted", "refused", "revoked"]))
def test_only_an_accepted_paper_in_its_days_counts(since, length, on, state):
    until = since + timedelta(days=length)
    told = qualifications.why_not_file(
        "institution", "P09-principal", [paper("emergency_reported", state, since, until)], on
    )
    assert (told is None) is (state == "accepted" and since <= on <= until)


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), max_size=12), st.integers(1, 6))
def test_open_items_find_their_present_owner(pairs, start):
    """Along the handovers, however they loop. Sabotage: forget who was seen."""
    handed = {UUID(int=a): UUID(int=b) for a, b in pairs}
    owner = staffing.present_owner(UUID(int=start), handed)
    assert owner not in handed or any(UUID(int=start) == key for key in handed)


def test_nobody_is_their_own_second_person_and_a_house_keeps_a_lead():
    assert second_looks.why_not_look(ME, ME) and second_looks.why_not_look(ME, OTHER) is None
    staff = [(ME, "lead"), (OTHER, "clerk")]
    assert staffing.why_not_end(ME, ME, "lead", staff) == staffing.OWN_ROLE
    assert "唯一的负责人" in (staffing.why_not_end(ME, OTHER, "lead", staff) or "")
    assert staffing.why_not_end(OTHER, ME, "clerk", staff) is None
    assert staffing.why_not_leave(OTHER, ME, ME, staff) is None
    for successor in (None, OTHER, THIRD):
        assert "选一位" in (staffing.why_not_leave(OTHER, successor, ME, staff) or "")
    assert "唯一的负责人" in (staffing.why_not_leave(ME, None, ME, staff) or "")
    assert staffing.why_not_leave(ME, OTHER, ME, staff) is None
