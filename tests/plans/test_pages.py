"""The public pages, read without signing in."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text as sql

from lms.foundation import clock
from lms.foundation.database import transaction
from lms.plans import actions, reading
from lms.plans.models import Policy
from lms.plans.rules.targets import WORDS, Target, Unit
from tests.people import SYSTEM
from tests.plans.trainees import DAY, TRAINEES


@pytest.fixture
def stranger(client_for):
    """A browser in which nobody is signed in."""
    return client_for(None)


def read(client, address):
    """The text of a page, without its tags."""
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_all_ten_are_listed(stranger):
    """Sabotage: list only those that have a remote clause."""
    text = read(stranger, "/plans")
    assert all(sheet.title in text for sheet in reading.sheets().values())
    assert text.count("文件没有写网上学") == 3 and text.count("试点的市能在手机上学") == 1


@pytest.mark.parametrize("code", reading.sheets())
def test_a_plan_says_what_the_document_says(stranger, code):
    """Sabotage: leave a programme, a target, its unit or a contradiction out of the page."""
    sheet, text = reading.sheets()[code], read(stranger, f"/plans/{code}")
    said = [sheet.who, sheet.gets, sheet.lead, *(note.words for note in sheet.notes)]
    said += [words for p in sheet.programmes for words in (p.title, p.who, *(c.words for c in p.stated))]
    said += [words for r in sheet.remotes for words in (r.quote, r.words)]
    for target in reading.targets():
        if target.plan_code == code:
            said += [target.item, target.figure, WORDS[target.unit], f"第 {target.line} 行", target.note]
    said += [rule.quote for rule in sheet.rules]
    said += [rule.words for rule in reading.later_rules() if not rule.plans or code in rule.plans]
    assert [words for words in said if re.sub(r"\s+", " ", words) not in text] == []


def test_how_hours_are_counted_is_the_policy_of_the_day(app, stranger):
    """Sabotage: write 45 minutes and 8 class hours in the template."""
    text = read(stranger, "/plans/P06")
    assert "1 学时是 45 分钟" in text and "每天最多计 8 学时" in text and "待主管部门批准" in text
    row = {"key": "daily_cap_class_hours", "value": 7, "jurisdiction": "44", "effective_from": clock.today()}
    with transaction(SYSTEM) as session:
        session.add(Policy(**row, programme_code="P06-lead_goose", source="新规定", confidence="confirmed"))
    text = read(stranger, "/plans/P06")
    assert "每天最多计 7 学时" in text and "每天最多计 8 学时" in text and "新规定" in text


@pytest.mark.parametrize("code", ["P08", "P09", "P10"])
def test_it_is_said_where_the_document_has_no_remote_clause(stranger, code):
    """Sabotage: say that they can be learnt on a phone because the platform could do it."""
    text = read(stranger, f"/plans/{code}")
    assert "文件没有要求这一项在网上学" in text and "能，文件说" not in text
    assert ("只限理论" in text) is (code == "P09")


@pytest.mark.parametrize("code", ["P01", "P02", "P04", "P05", "P06"])
def test_five_plans_keep_seats_for_veterans(stranger, code):
    assert "安排一定名额面向退役军人开展培训" in read(stranger, f"/plans/{code}")


def test_a_target_of_a_later_document_names_it(app, stranger):
    """Sabotage: show the seed's line for what the seed does not say."""
    later = Target("P02.2022-1", "粤菜师傅培训", Unit.PERSONS, 70_000, "2022年", "2022 年任务清单")
    with transaction(SYSTEM):
        actions.add_target(later)
    text = read(stranger, "/plans/P02")
    assert "7万 人" in text and "2022 年任务清单" in text


@pytest.mark.parametrize("address", ["/plans/P11", "/plans/p01", "/plans/x"])
def test_what_is_no_plan_is_not_there(stranger, address):
    assert stranger.get(address).status_code == 404


def test_the_table_of_clauses_shows_what_is_open(stranger):
    """Sabotage: leave out what is not done."""
    text = read(stranger, "/plans/traceability")
    for trace in reading.traces():
        assert trace.words in text and trace.open in text
        assert all(route in text for route in trace.routes)


YES = {"new_gen_worker": "yes", "certificate_level": "2"}
TOP = "/plans/programmes/P01-top_talent/eligible"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (YES, "按你说的，可以报名"),
        ({"new_gen_worker": "yes"}, "还差几样要说清楚或证明"),
        (YES | {"new_gen_worker": "no"}, "按你说的，这一种还不符合"),
        ({}, "还差几样要说清楚或证明"),
    ],
)
def test_a_stranger_asks_whether_it_is_for_them(stranger, answers, said):
    """Sabotage: read an empty answer as "no"; or keep what was answered in the address."""
    answer = stranger.post(TOP, data=answers)
    assert answer.status_code == 200 and said in answer.text
    assert all(title in answer.text for title in ("第 86 行", "拔尖技能人才培养"))


@pytest.mark.parametrize(
    ("code", "answers", "said"),
    [
        ("P01-top_talent", {"certificate_level": "9"}, "从给出的几个里选一个"),
        ("P01-top_talent", {"new_gen_worker": "<b>"}, "从给出的几个里选一个"),
        ("P07-employment_skill", {"born": "1990/5/1"}, "写成 1990-05-01 这样的日期"),
        ("P07-adaptation", {"settlement_year": "二〇二六"}, "写 4 位数的年份，比如 2026"),
        ("P05-remote", {"employed_by": "厂" * 61}, "写短一点"),
    ],
)
def test_an_answer_that_will_not_do_gets_a_sentence_and_stays(stranger, code, answers, said):
    """Sabotage: let it through to the rules, where a date that is none is a fault of ours."""
    answer = stranger.post(f"/plans/programmes/{code}/eligible", data=answers)
    assert answer.status_code == 422 and said in answer.text and "<b>" not in answer.text.split("<form")[1]


@pytest.mark.parametrize("code", reading.programmes())
def test_every_programme_asks_for_what_its_rule_turns_on(stranger, code):
    """Sabotage: forget a kind of condition in the questions."""
    clock.freeze(datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC))
    address = f"/plans/programmes/{code}/eligible"
    assert stranger.get(address).status_code == 200
    answers = TRAINEES[code][0] | {"born": "1994-01-05", "sex": "f", "hukou": "no" if "aid" in code else "yes"}
    assert "按你说的，可以报名" in stranger.post(address, data=answers).text


def test_nothing_that_was_answered_is_kept(app, stranger, caplog):
    """Sabotage: log the form, or put the answers into the session."""
    stranger.post(TOP, data={"new_gen_worker": "yes", "certificate_level": "1"})
    assert "certificate_level" not in caplog.text
    with transaction(SYSTEM) as session:
        kept = session.execute(sql("select data::text from web_session")).scalars().all()
    assert not [row for row in kept if "certificate_level" in row or "new_gen" in row]
