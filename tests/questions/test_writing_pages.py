"""Questions written in the browser without script: every kind, changed, moved, seen, for a bank and for a lesson's quiz."""

import io
import re

import pytest
from sqlalchemy import update

from lms.foundation.database import db, transaction
from lms.publishing import queries as publishing
from lms.publishing.models import Lesson, PackageVersion
from lms.questions import queries
from tests.cohorts.classes import a_version
from tests.people import SYSTEM, Cast
from tests.questions.bank_sheets import a_bank
from tests.questions.every_kind import QUIZ

WRITTEN = {
    "single": {"text": "先做什么", "a-1": "除尘", "a-3": "上光", "right": "3"},
    "multiple": {"text": "哪些是", "a-1": "洗洁精", "a-2": "白米", "a-3": "白醋", "right": ["1", "3"], "partial": "1"},
    "judge": {"text": "可以混用", "right": "no"},
    "fill": {"text": "用 ____", "a-1": "酒精 | 乙醇"},
    "match": {"text": "配", "a-1": "酒精", "b-1": "消毒", "a-2": "白醋", "b-2": "去水垢"},
    "order": {"text": "洗手", "a-1": "打湿", "a-2": "搓手", "a-4": "冲净"},
    "short": {"text": "怎样安抚", "marking": "teacher", "points": "5"},
}


def test_every_kind_is_written_changed_and_moved_in_a_bank(people: Cast, client_for) -> None:
    """Sabotage: read the options by their row instead of their place among those that are filled."""
    bank_id = a_bank(people, items=("1",), finished=False)
    clerk = client_for(people.liumin)
    for kind, fields in WRITTEN.items():
        answer = clerk.post(f"/banks/{bank_id}/questions/new", data={"kind": kind, "item": "２.1", **fields})
        assert answer.status_code == 303, answer.text
    with transaction(people.principal("liumin")):
        views = queries.page_of(bank_id, 1, 20)
    assert [view.question.kind for view in views[1:]] == list(WRITTEN)
    assert views[1].question.answer == (1,) and views[1].item == "2.1" and views[7].question.points == 5
    for view in views:
        page = clerk.get(f"/banks/{bank_id}/questions/{view.id}").text
        assert view.question.text in page
    fields = {"text": "用什么", "a-1": "白醋", "item": "2.2"}
    assert clerk.post(f"/banks/{bank_id}/questions/{views[4].id}", data=fields).status_code == 303
    assert clerk.post(f"/banks/{bank_id}/questions/{views[4].id}/move", data={"to": "up"}).status_code == 303
    with transaction(people.principal("liumin")):
        after = queries.page_of(bank_id, 1, 20)
    assert [view.id for view in after][3:5] == [views[4].id, views[3].id]
    assert after[3].question.accepted == (("白醋",),) and after[3].item == "2.2"
    assert "老师会看你写的" in clerk.get(f"/banks/{bank_id}/preview").text


def test_what_is_wrong_comes_back_as_it_was_typed(people: Cast, client_for) -> None:
    """Sabotage: forget the fields of a form that is not taken."""
    bank_id = a_bank(people, items=("1",), finished=False)
    clerk = client_for(people.liumin)
    address = f"/banks/{bank_id}/questions/new"
    answer = clerk.post(address, data={"kind": "fill", "text": "__ 和 __", "a-1": "<b>酒精"})
    assert answer.status_code == 422 and "题目里有 2 个空，答案写了 1 个" in answer.text
    assert "&lt;b&gt;酒精" in answer.text
    assert "选作答案的那一格是空的" in clerk.post(address, data={**WRITTEN["single"], "right": "2"}).text
    more = clerk.post(address, data={"kind": "fill", "text": "题", "more": "1", "rows": "2"})
    assert more.status_code == 200 and 'name="a-4"' in more.text and 'name="a-5"' not in more.text
    assert clerk.post(address, data={"kind": "judge", "text": "家政题库：第 1 条", "right": "yes"}).status_code == 422


def test_a_finished_bank_is_not_written_in(people: Cast, client_for) -> None:
    """Sabotage: ask for the state in the page alone."""
    bank_id = a_bank(people, items=("1",))
    with transaction(people.principal("liumin")):
        [view] = queries.page_of(bank_id, 1, 1)
    clerk = client_for(people.liumin)
    assert clerk.post(f"/banks/{bank_id}/questions/new", data=WRITTEN["fill"] | {"kind": "fill"}).status_code == 409
    assert clerk.post(f"/banks/{bank_id}/questions/{view.id}", data=WRITTEN["judge"]).status_code == 409
    assert clerk.post(f"/banks/{bank_id}/questions/{view.id}/move").status_code == 409


@pytest.fixture
def unsent(people: Cast):
    """A checked version with a quiz of every kind as its second lesson; gives (version id, lesson id)."""
    version_id = a_version(people, state="checked")
    with transaction(SYSTEM):
        lessons = publishing.lessons_of(version_id)
        quiz = next(one for one in lessons if one.kind == "quiz")
        db.session.execute(
            update(Lesson).where(Lesson.id == quiz.id).values(quiz=QUIZ.as_json(), content_hash="q" * 64)
        )
    return version_id, quiz.id


def state_of(version_id, lesson_id):
    with transaction(SYSTEM):
        return publishing.version(version_id).content_hash, publishing.lesson(lesson_id)


def test_a_lesson_s_quiz_is_written_until_it_is_sent_in(people: Cast, client_for, unsent) -> None:
    """Sabotage: change a quiz without the version's hash, or after it was sent in."""
    version_id, lesson_id = unsent
    clerk, address = client_for(people.liumin), f"/packages/{version_id}/lessons/{lesson_id}/quiz"
    before, _ = state_of(version_id, lesson_id)
    page = clerk.get(address).text
    assert all(words in page for words in ("填空", "匹配", "排序", "老师批"))
    assert clerk.post(f"{address}/new", data={"kind": "judge", "text": "新题", "right": "yes"}).status_code == 303
    after, lesson = state_of(version_id, lesson_id)
    assert lesson.questions.questions[-1].text == "新题" and after != before
    assert clerk.post(f"{address}/9", data={"text": "改过的题", "right": "no"}).status_code == 303
    assert clerk.post(f"{address}/9/move", data={"to": "up"}).status_code == 303
    assert clerk.post(f"{address}/1/remove").status_code == 303
    _, lesson = state_of(version_id, lesson_id)
    assert [one.text for one in lesson.questions.questions][6:] == ["改过的题", "说说怎样安抚老人"]
    assert clerk.post(address, data={"pass_percent": "80"}).status_code == 303
    assert clerk.post(address, data={"pass_percent": "101"}).status_code == 422
    assert "学员看到的样子" in clerk.get(f"{address}/preview").text
    with transaction(SYSTEM):
        db.session.execute(update(PackageVersion).where(PackageVersion.id == version_id).values(state="submitted"))
    assert clerk.post(f"{address}/new", data={"kind": "judge", "text": "晚了", "right": "yes"}).status_code == 409
    assert "题目不再变" in clerk.get(address).text


def test_two_clerks_at_one_quiz(people: Cast, client_for, unsent) -> None:
    """Sabotage: write over what somebody else has just changed."""
    version_id, lesson_id = unsent
    clerk, address = client_for(people.liumin), f"/packages/{version_id}/lessons/{lesson_id}/quiz"
    seen = re.search(r'name="seen" value="(\w+)"', clerk.get(f"{address}/1").text)[1]
    fields = {"text": "擦玻璃先做什么", "a-1": "除尘", "a-2": "晾干", "right": "1", "seen": seen}
    assert clerk.post(f"{address}/1", data=fields).status_code == 303
    assert clerk.post(f"{address}/1", data={**fields, "text": "第二个人"}).status_code == 409


def test_a_sheet_takes_the_place_of_a_quiz_or_leaves_it(people: Cast, client_for, unsent) -> None:
    version_id, lesson_id = unsent
    clerk, address = client_for(people.liumin), f"/packages/{version_id}/lessons/{lesson_id}/quiz"
    bad, good = "题型,题目,答案\n填空,____,\n", "题型,题目,答案\n填空,____,酒精\n"
    answer = clerk.post(f"{address}/sheet", data={"file": (io.BytesIO(bad.encode()), "题.csv")})
    assert answer.status_code == 422 and "第 2 行：填空题没有答案" in answer.text
    assert clerk.post(f"{address}/sheet", data={"file": (io.BytesIO(good.encode()), "题.csv")}).status_code == 303
    assert [one.kind for one in state_of(version_id, lesson_id)[1].questions.questions] == ["fill"]
    assert clerk.post(f"{address}/1/remove").status_code == 422
    new = clerk.post(
        f"/packages/{version_id}/quizzes/new", data={"title": "再测一测", "kind": "judge", "text": "题", "right": "yes"}
    )
    assert new.status_code == 303 and "再测一测" in clerk.get(new.location).text


def test_another_school_finds_no_quiz_to_write(people: Cast, client_for, unsent) -> None:
    """Sabotage: load the lesson by its id alone."""
    version_id, lesson_id = unsent
    stranger = client_for(people.chenbo)
    address = f"/packages/{version_id}/lessons/{lesson_id}/quiz"
    assert {stranger.get(address).status_code, stranger.post(f"{address}/1/remove").status_code} == {404}
    assert stranger.get(f"/packages/{version_id}/sounds").status_code == 404
