"""A missed presence check on the page of hours: time that waits, the one thing to do next, and what comes of it."""

from tests.learning.classroom import an_open_class, policy
from tests.learning.test_presence import TERMS, checked, reply, right


def test_a_missed_check_waits_for_its_answer(database, people, turn_clock, client_for) -> None:
    """It is no loss before the time of grace is over, and the page sends people to answer, not to watch again.

    Sabotage: show what a check took as not counted, or leave the step out.
    """
    room = an_open_class(people, seconds=1200)
    policy(**TERMS)
    trainee, mine = room.trainee(), client_for(people.xiulan)
    trainee.open()
    place, check = checked(room, trainee)
    assert "接着学" in mine.get("/learn/hours").text
    trainee.watch(place, place + 120)
    page = mine.get("/learn/hours").text
    assert "先补答“还在学习吗？”" in page
    assert "先放着，待确认" in page
    assert page.count("去补答") == 1
    assert page.count('class="btn main') == 1
    assert "没计入 1 分钟" in page
    reply(trainee, check, right(check))
    page = mine.get("/learn/hours").text
    assert "去补答" not in page
    assert "先放着" not in page
    assert "补看没计入的一段" in page


def test_nothing_learnt_is_not_called_all_counted(database, people, turn_clock, client_for) -> None:
    """Sabotage: say that all of nothing was counted."""
    an_open_class(people)
    page = client_for(people.xiulan).get("/learn/hours").text
    assert "今天还没有学" in page
    assert "学的都计入了" not in page
