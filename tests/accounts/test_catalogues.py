"""The public catalogues: notice before entry and exit, history for ever, open to everybody."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from lms.accounts.actions import catalogues as actions
from lms.accounts.queries import catalogues as queries
from lms.accounts.rules import catalogues as rules
from lms.accounts.rules.catalogues import Catalogue, Facts, State, Step
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.principal import NOBODY
from lms.plans.rules import Threshold
from tests.people import SYSTEM

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SCHOOL = Facts("安颐职业培训学校", "training_institution", "大良街道", ("P06",), "农村电商")


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_nothing_enters_or_leaves_without_a_notice_before(steps):
    """Sabotage: add a move from OUT to LISTED, or from LISTED to OUT."""
    state, before = State.OUT, None
    for step in steps:
        reached = rules.after(state, step)
        if reached is None:
            continue
        if reached is State.LISTED and state is not State.LISTED:
            assert state in (State.ENTERING, State.LEAVING)
        if reached is State.OUT:
            assert state in (State.ENTERING, State.LEAVING)
        state, before = reached, step
    assert state in State and (before is None or before in Step)


@given(st.sampled_from(State), st.sampled_from(Step), st.integers(-10, 10))
def test_a_step_after_notice_waits_for_its_end(state, step, days):
    """Sabotage: leave the notice out of why_not()."""
    end = NOW + timedelta(days=days)
    refused = rules.why_not(state, step, end, NOW, "材料齐全") is not None
    assert refused == (rules.after(state, step) is None or (step in rules.AFTER_NOTICE and end > NOW))
    assert rules.why_not(state, step, end, NOW, " ") is not None


def test_each_state_can_be_left_and_reached():
    """Sabotage: take a move away."""
    assert all(rules.steps_from(state) for state in State)
    assert {rules.after(at, step) for at in State for step in rules.steps_from(at)} == set(State)


def test_the_closest_notice_period_holds():
    """Sabotage: take the first row."""
    rows = [
        Threshold(rules.NOTICE_KEY, value, where, None, date(year, 1, 1), "", "")
        for value, where, year in ((5, "44", 2020), (7, "44", 2026), (10, "4406", 2021), (3, "4406", 2027))
    ]
    assert rules.notice_days(rows, "440606", date(2026, 11, 20)) == 10
    assert rules.notice_days(rows, "440106", date(2026, 11, 20)) == 7
    assert rules.notice_days(rows, "440106", date(2019, 1, 1)) is None


def step(people, what, *, who="hequan", facts=SCHOOL, reason="材料齐全", seen=None):
    """Somebody takes a step with the school anyi."""
    principal = people.principal(who)
    with transaction(principal):
        known = queries.catalogue_history(Catalogue.INSTITUTION, people.organisations["anyi"])
        mark = (known[0].id if known else 0) if seen is None else seen
        return actions.take(Catalogue.INSTITUTION, people.organisations["anyi"], what, facts, reason, mark, principal)


def names(**search):
    """What the public finds."""
    with transaction(NOBODY):
        return [view.facts.name for view in queries.catalogue(Catalogue.INSTITUTION, queries.Search(**search))]


def test_from_notice_to_entry_to_exit(people, turn_clock):
    """Sabotage: list at once, count calendar days, or lose a change of the history."""
    step(people, Step.PROPOSE_ENTRY)
    assert names() == [] and names(states=(State.ENTERING,)) == [SCHOOL.name]
    turn_clock(days=6)
    with pytest.raises(Refused, match="公示期还没有过"):
        step(people, Step.ENTER)
    turn_clock(days=2)  # five working days after Friday the 20th end with Friday the 27th
    step(people, Step.ENTER)
    listed = clock.today()
    assert names() == [SCHOOL.name]
    turn_clock(days=40)
    step(people, Step.PROPOSE_EXIT, reason="停止办学")
    assert names() == [SCHOOL.name]
    turn_clock(days=30)
    step(people, Step.LEAVE, reason="公示没有异议")
    assert names() == [] and names(on=listed) == [SCHOOL.name] and names(on=date(2026, 11, 1)) == []
    with transaction(NOBODY):
        history = queries.catalogue_history(Catalogue.INSTITUTION, people.organisations["anyi"])
    assert [change.step for change in history] == [Step.LEAVE, Step.PROPOSE_EXIT, Step.ENTER, Step.PROPOSE_ENTRY]
    assert history[1].reason == "停止办学" and history[0].authority == "顺德区人力资源和社会保障局"


def test_an_authority_next_door_finds_nothing_to_change(people, turn_clock):
    """Sabotage: leave the region out of _locked()."""
    with pytest.raises(NotFound):
        step(people, Step.PROPOSE_ENTRY, who="zhaojun")


def test_only_plans_in_scope_are_written(people, turn_clock):
    """Sabotage: leave the plans out of _refuse()."""
    with pytest.raises(Refused, match="归你管的计划"):
        step(people, Step.PROPOSE_ENTRY, facts=Facts("安颐", "training_institution", "", ("P06", "P07"), ""))


def test_who_looked_at_an_old_page_is_told(people, turn_clock):
    """Sabotage: leave `seen` out."""
    step(people, Step.PROPOSE_ENTRY)
    with pytest.raises(Conflict):
        step(people, Step.REFUSE, seen=0)


def test_search_by_name_region_plan_and_kind(people, turn_clock):
    """Sabotage: drop one of the conditions."""
    step(people, Step.PROPOSE_ENTRY)
    turn_clock(days=10)
    step(people, Step.ENTER)
    for good in (
        {"words": "安颐"},
        {"region": "4406"},
        {"region": "440600"},
        {"plan": "P06"},
        {"nature": "training_institution"},
    ):
        assert names(**good) == [SCHOOL.name], good
        assert names(**good, on=clock.today()) == [SCHOOL.name], good
    for bad in ({"words": "启明"}, {"region": "4401"}, {"plan": "P07"}, {"nature": "college"}, {"words": "%"}):
        assert names(**bad) == [] == names(**bad, on=clock.today()), bad


def test_history_is_only_added(app):
    """Sabotage: forget append_only()."""
    with pytest.raises(Exception, match="permission denied"), transaction(SYSTEM) as session:
        session.execute(text("update catalogue_change set reason = ''"))


def test_pages_are_open_to_everybody(people, turn_clock, client_for):
    """Sabotage: ask for a sign-in."""
    step(people, Step.PROPOSE_ENTRY)
    turn_clock(days=10)
    step(people, Step.ENTER, reason="公示没有异议")
    browser, school = client_for(None), people.organisations["anyi"]
    page = browser.get("/catalogues/institution?q=安颐").get_data(as_text=True)
    assert SCHOOL.name in page and "佛山市顺德区" in page
    entry = browser.get(f"/catalogues/institution/{school}").get_data(as_text=True)
    assert "公示没有异议" in entry and "列入目录" in entry and "办理变动" not in entry
    assert browser.get(f"/catalogues/institution/{school}?on=2020-01-01").status_code == 404
    assert "安颐" in browser.get("/catalogues/institution/list.csv").data.decode("utf-8-sig")
    assert "列入目录" in browser.get("/catalogues/changes").get_data(as_text=True)
    feed = browser.get("/catalogues/changes.xml")
    assert feed.content_type.startswith("application/atom+xml") and "列入目录" in feed.get_data(as_text=True)
    assert browser.get("/catalogues/nothing").status_code == 404
    assert "日期写成" in browser.get("/catalogues/institution?on=昨天").get_data(as_text=True)


def test_the_administrator_takes_a_step_by_the_form(people, turn_clock, client_for):
    """Sabotage: leave `reason` out of the form's checks."""
    browser, school = client_for(people.hequan), people.organisations["anyi"]
    assert "安颐" in browser.get("/registers").get_data(as_text=True)
    address = f"/registers/institution/{school}"
    assert browser.get(address).status_code == 200
    body = {"step": "propose_entry", "nature": "training_institution", "name": "安颐", "plans": ["P06"], "seen": "0"}
    refused = browser.post(address, data=body)
    assert refused.status_code == 422 and "写一句原因" in refused.get_data(as_text=True)
    assert browser.post(address, data=body | {"reason": "申请材料齐全"}).status_code == 303
    assert names(states=(State.ENTERING,)) == ["安颐"]
    assert browser.get(f"/registers/institution/{people.organisations['qiming']}").status_code == 404
