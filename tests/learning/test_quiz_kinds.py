"""A quiz of every kind over HTTP: answered, left open, marked by a teacher, told to the record store."""

import pytest
from sqlalchemy import func, select

from lms.accounts.events import PersonErased
from lms.foundation import events
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict
from lms.foundation.todo import Ask
from lms.learning import inbox, queries
from lms.learning.actions import marking, presence
from lms.learning.models import QuizAttempt, StudyWish
from lms.learning.models.quizzes import QuizMark
from lms.learning.queries import copies, quizzes
from tests.learning.classroom import an_open_class
from tests.people import SYSTEM
from tests.questions.every_kind import FORM, QUIZ


@pytest.fixture
def room(people, monkeypatch):
    """An open class whose quiz asks a question of every kind, one of them for a teacher."""
    monkeypatch.setattr("tests.learning.classroom.QUIZ", QUIZ.as_json())
    return an_open_class(people)


@pytest.fixture
def address(room) -> str:
    return f"/learn/courses/{room.registrations['xiulan']}/lessons/{room.quiz_id}"


def hand_in(client, address, **changed):
    return client.post(f"{address}/answers", data={"number": "1", **FORM, **changed})


def only_paper(room):
    clerk = room.people.principal("liumin")
    with transaction(clerk):
        [paper] = quizzes.papers_to_mark(clerk, Ask())
    return paper


def test_every_kind_has_fields_that_need_no_script(room, address, client_for) -> None:
    page = client_for(room.people.xiulan).get(address).text
    assert page.count("<select") == 5 and 'name="q4-2"' in page and "<textarea" in page and "draggable" not in page
    assert "要老师批" in page


def test_what_is_left_open_is_said_question_by_question(room, address, client_for) -> None:
    """Sabotage: take an order in which two steps share a place."""
    client = client_for(room.people.xiulan)
    answer = hand_in(client, address, **{"q4-2": " ", "q5-1": "", "q6-2": "3", "q8": " "})
    assert answer.status_code == 422 and "还有 4 题没答完" in answer.text
    for words in ("这一题还有空没填", "这一题还有没配上的", "不能有两步排在同一位", "这一题还没写"):
        assert words in answer.text
    assert 'value="７５"' in answer.text
    with transaction(SYSTEM):
        assert queries.tries(room.registrations["xiulan"], room.quiz_id) == 0


def test_a_paper_waits_for_the_teacher_and_becomes_a_result(room, address, client_for) -> None:
    """Sabotage: count a paper before its marks, or lose the teacher's words."""
    trainee, clerk = client_for(room.people.xiulan), client_for(room.people.liumin)
    result = hand_in(trainee, address)
    assert result.status_code == 303
    waiting = trainee.get(result.location).text
    assert "交上去了，等老师批" in waiting and "等老师批" in waiting and "应该" not in waiting
    with transaction(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(QuizAttempt)) == 0
    paper = only_paper(room)
    assert f"/learn/papers/{paper.id}" in clerk.get("/learn/papers").text
    page = clerk.get(f"/learn/papers/{paper.id}").text
    assert "先蹲下来，和老人一样高" in page and "满分 4 分" in page
    assert clerk.post(f"/learn/papers/{paper.id}", data={"points-8": ""}).status_code == 422
    too_many = clerk.post(f"/learn/papers/{paper.id}", data={"points-8": "4.5"})
    assert too_many.status_code == 422 and "满分 4 分，不能超过" in too_many.text
    marked = clerk.post(f"/learn/papers/{paper.id}", data={"points-8": "３.5 分", "comment-8": "<b>再说说语气"})
    assert marked.status_code == 303
    decided = trainee.get(result.location).text
    assert (
        "通过了" in decided and "96" in decided and "3.5 分，满分 4 分" in decided and "&lt;b&gt;再说说语气" in decided
    )
    assert "没有等着批的卷子" in clerk.get("/learn/papers").text


def test_a_paper_is_in_the_inbox_and_its_marks_on_the_front_page(room, address, client_for) -> None:
    """Sabotage: leave the papers out of the sources, or do not tell the trainee that the marks are there."""
    trainee, clerk = client_for(room.people.xiulan), client_for(room.people.liumin)
    hand_in(trainee, address)
    paper, principal = only_paper(room), room.people.principal("liumin")
    [source] = [one for one in inbox.SOURCES if one.kind == "批卷"]
    with transaction(principal):
        assert [item.subject_id for item in source.page(principal, Ask())] == [paper.id]
        assert source.count(principal, "") == 1
    assert "老师批完了" not in trainee.get("/learn").text
    clerk.post(f"/learn/papers/{paper.id}", data={"points-8": "3.5"})
    with transaction(principal):
        assert source.page(principal, Ask()) == []
    assert "老师批完了" in trainee.get("/learn").text


def test_tries_and_papers_are_in_the_copy_and_stay_under_the_pseudonym(room, address, client_for) -> None:
    """Sabotage: leave a kind of paper out of the copy, or out of reactions.COPIES; forget nothing that learning wrote down."""
    mine = room.people.xiulan
    hand_in(client_for(mine), address)
    with transaction(room.people.principal("xiulan")):
        [waits] = copies.copy_of(mine)["等老师批的卷子"]
    assert waits["答案"]
    client_for(room.people.liumin).post(
        f"/learn/papers/{only_paper(room).id}", data={"points-8": "3.5", "comment-8": "说说语气"}
    )
    with transaction(room.people.principal("xiulan")):
        copied = copies.copy_of(mine)
        presence.wish(mine, slow=True)
    [tried] = copied["测验"]
    assert (tried["得分"], tried["通过"], copied["等老师批的卷子"]) == (96, "是", [])
    assert [(one["题号"], one["老师给的分"], one["评语"]) for one in tried["老师批的"]] == [(8, 3.5, "说说语气")]
    with transaction(room.people.principal("xiulan")):
        events.publish(PersonErased(mine))
    with transaction(SYSTEM):
        assert db.session.get(StudyWish, mine) is None
        assert db.session.scalar(select(QuizAttempt.score)) == 96


def test_a_paper_is_marked_once(room, address, client_for) -> None:
    """Sabotage: write over a mark. The tables take no second one, and no change of the first."""
    hand_in(client_for(room.people.xiulan), address)
    paper, clerk = only_paper(room), client_for(room.people.liumin)
    assert clerk.post(f"/learn/papers/{paper.id}", data={"points-8": "1"}).status_code == 303
    assert clerk.post(f"/learn/papers/{paper.id}", data={"points-8": "4"}).status_code in {409, 422, 303}
    with transaction(SYSTEM):
        assert db.session.scalars(select(QuizMark.hundredths)).all() == [100]
    principal = room.people.principal("liumin")
    with pytest.raises(Conflict), transaction(principal):
        marking.decide(paper.id, {8: marking.Given(400, "")})


def test_who_waits_may_try_again_and_each_try_has_its_number(room, address, client_for) -> None:
    """Sabotage: number a try by the decided ones alone: the second would be the first again."""
    client = client_for(room.people.xiulan)
    assert hand_in(client, address).location.endswith("/results/1")
    assert hand_in(client, address).location.endswith("/results/1")
    assert hand_in(client, address, number="2").location.endswith("/results/2")
    with transaction(SYSTEM):
        assert queries.tries(room.registrations["xiulan"], room.quiz_id) == 2


def test_another_school_sees_no_paper(room, address, client_for) -> None:
    """Sabotage: load a paper by its id alone."""
    hand_in(client_for(room.people.xiulan), address)
    paper = only_paper(room)
    stranger = client_for(room.people.chenbo)
    assert stranger.get(f"/learn/papers/{paper.id}").status_code == 404
    assert stranger.post(f"/learn/papers/{paper.id}", data={"points-8": "4"}).status_code == 404
    assert client_for(room.people.xiulan).get(f"/learn/papers/{paper.id}").status_code == 404
