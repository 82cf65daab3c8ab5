"""People read records: an administrator those of classes in scope, a trainee their own; a look is entered in the audit."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.config import settings
from lms.foundation.database import transaction
from lms.lrs import actions, copies, reading
from lms.lrs.rules.parameters import Question
from lms.reactions import COPIES
from tests.learning.classroom import Classroom, an_open_class
from tests.lrs.statements import made
from tests.lrs.test_key_pages import audited
from tests.people import SYSTEM, Cast

Clients = Callable[[UUID | None], FlaskClient]


@pytest.fixture
def room(people: Cast, turn_clock: Callable[..., None]) -> Classroom:
    """A class in which xiulan has watched two minutes."""
    room = an_open_class(people)
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 120)
    return room


def records(person: UUID, school: UUID, count: int, cohort_id: UUID | None = None) -> list[str]:
    """Records of a person that came from outside, of a class or of none."""
    made_now = []
    for _ in range(count):
        one = {**made(), "actor": {"account": {"homePage": settings().app_origin, "name": str(person)}}}
        around = {"grouping": [{"id": reading.class_iri(cohort_id)}]} if cohort_id else {}
        made_now.append({**one, "context": {"contextActivities": around}})
    with transaction(SYSTEM):
        for begin in range(0, count, 500):
            actions.store(made_now[begin : begin + 500], school, "outside/1")
    return [str(one["id"]) for one in made_now]


def test_an_administrator_reads_a_class_in_scope(room: Classroom, people: Cast, client_for: Clients) -> None:
    """Sabotage: leave `within` out of Filters.question: records without a class are shown too."""
    outside = records(people.xiulan, people.organisations["anyi"], 1)
    page = client_for(people.hequan).get("/records")
    assert page.status_code == 200
    assert "黄秀兰" in page.text
    assert "打开了《拍好产品照片》" in page.text
    assert "本平台" in page.text
    assert outside[0] not in page.text
    assert audited() == ["record:browse"]


def test_out_of_scope_there_is_nothing(room: Classroom, people: Cast, client_for: Clients) -> None:
    """Sabotage: choose the class by its id alone, without outlook.classes()."""
    for stranger in (people.zhaojun, people.chenbo):
        client = client_for(stranger)
        assert "黄秀兰" not in client.get("/records").text
        assert client.get(f"/records?cohort={room.cohort_id}").status_code in {200, 404}
        assert "拍好产品照片" not in client.get(f"/records?cohort={room.cohort_id}").text
    with transaction(SYSTEM) as session:
        told = session.scalar(text("select id from lrs_statement limit 1"))
    assert client_for(people.zhaojun).get(f"/records/classes/{room.cohort_id}/{told}").status_code == 404
    assert (
        client_for(people.zhaojun).post(f"/records/people/{people.xiulan}/file", data={"reason": "看看她"}).status_code
        == 404
    )
    assert client_for(people.xiulan).get("/records").status_code == 404
    assert audited() == []


def test_filters_are_in_the_address(room: Classroom, people: Cast, client_for: Clients) -> None:
    """Sabotage: leave the verb out of Filters.question."""
    client, base = client_for(people.hequan), f"/records?cohort={room.cohort_id}"
    assert "打开了《拍好产品照片》" in client.get(f"{base}&person={people.xiulan}").text
    assert "打开了《拍好产品照片》" not in client.get(f"{base}&person={people.ahui}").text
    assert "打开了《拍好产品照片》" not in client.get(f"{base}&verb=http://adlnet.gov/expapi/verbs/passed").text
    lesson = f"{settings().app_origin}/activities/lessons/{room.video_id}"
    assert "打开了《拍好产品照片》" in client.get(f"{base}&lesson={lesson}").text
    assert "没有符合的记录" in client.get(f"{base}&lesson={lesson}x").text
    today = reading.clock.local(stored_first()).date().isoformat()
    assert "打开了《拍好产品照片》" in client.get(f"{base}&since={today}&until={today}").text
    assert "没有符合的记录" in client.get(f"{base}&until=2020-01-01").text
    assert client.get(f"{base}&person=nonsense&since=never&verb=x&before=y").status_code == 200


def stored_first():  # type: ignore[no-untyped-def]
    """When the first record was stored."""
    with transaction(SYSTEM) as session:
        return reading.stored_at(session.scalar(text("select min(seq) from lrs_statement")))


def test_somebody_is_found_by_name_without_the_name_in_an_address(
    room: Classroom, people: Cast, client_for: Clients
) -> None:
    """Sabotage: look among all people instead of the class."""
    client, address = client_for(people.hequan), f"/records/classes/{room.cohort_id}/people"
    answer = client.post(address, data={"name": "黄秀兰"})
    assert answer.status_code == 303
    assert str(people.xiulan) in answer.location
    assert "%" not in answer.location
    missing = client.post(address, data={"name": "余芳"})
    assert missing.status_code == 422
    assert "这个班里没有这个名字" in missing.text


def test_json_on_demand(room: Classroom, people: Cast, client_for: Clients) -> None:
    """Sabotage: leave `_is_about` out of reading.one: a record of no class is told to whoever knows its id."""
    client = client_for(people.hequan)
    with transaction(SYSTEM) as session:
        told = session.scalar(text("select id from lrs_statement order by seq limit 1"))
    page = client.get(f"/records/classes/{room.cohort_id}/{told}")
    assert page.status_code == 200
    assert "&#34;verb&#34;: {" in page.text
    assert audited() == ["record:read"]
    [outside] = records(people.xiulan, people.organisations["anyi"], 1)
    assert client.get(f"/records/classes/{room.cohort_id}/{outside}").status_code == 404


def test_a_persons_whole_record_wants_a_reason(room: Classroom, people: Cast, client_for: Clients) -> None:
    """Sabotage: stream before the audit, or without `within`: records of other classes go along."""
    client, address = client_for(people.hequan), f"/records/people/{people.xiulan}/file"
    outside = records(people.xiulan, people.organisations["anyi"], 1)
    assert client.post(address, data={"reason": ""}).status_code == 422
    assert audited() == []
    answer = client.post(address, data={"reason": "核对第 7 期学时"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert {line["actor"]["account"]["name"] for line in lines} == {str(people.xiulan)}
    assert outside[0] not in answer.text
    with transaction(SYSTEM) as session:
        entry = session.execute(text("select action, subject, reason from audit_entry")).one()
    assert tuple(entry) == ("record:export", f"person {people.xiulan}", "核对第 7 期学时")


def test_my_own_records_in_plain_words(room: Classroom, people: Cast, client_for: Clients) -> None:
    """Sabotage: ask for the records of the organisation instead of the person."""
    mine = client_for(people.xiulan).get("/me/records")
    assert "打开了《拍好产品照片》" in mine.text
    assert "xAPI" in mine.text
    assert 'href="/me/records"' in client_for(people.xiulan).get("/me").text
    other = client_for(people.ahui).get("/me/records")
    assert "还没有记录" in other.text


def test_pages_follow_one_another(room: Classroom, people: Cast, client_for: Clients) -> None:
    """Sabotage: begin the next page at the last item again."""
    school = people.organisations["anyi"]
    sent = records(people.ahui, school, 120, room.cohort_id)
    with transaction(people.principal("ahui")):
        asked = Question(agent=reading.agent_of(people.ahui))
        first = reading.merged([school], asked)
        second = reading.merged([school], Question(agent=asked.agent, cursor=first.older))
        third = reading.merged([school], Question(agent=asked.agent, cursor=second.older))
    ids = [str(item.id) for part in (first, second, third) for item in part.items]
    assert ids == list(reversed(sent))
    assert third.older is None


def test_my_file_is_streamed_in_small_memory(app: Flask, room: Classroom, people: Cast, client_for: Clients) -> None:
    """Sabotage: join all lines before answering: the peak is then the whole file."""
    school = people.organisations["anyi"]
    sent = records(people.ahui, school, 3000, room.cohort_id)
    with transaction(people.principal("ahui")):
        parts = [(school, Question(agent=reading.agent_of(people.ahui)))]
    assert sum(len(chunk) for chunk in reading.stream(people.principal("ahui"), parts)) > 2_000_000
    tracemalloc.start()
    size, lines = 0, 0
    for chunk in reading.stream(people.principal("ahui"), parts):
        size, lines = size + len(chunk.encode()), lines + chunk.count("\n")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == len(sent)
    assert peak < size / 2
    answer = client_for(people.ahui).get("/me/records.jsonl")
    assert [json.loads(line)["id"] for line in answer.text.splitlines()] == sent


def test_a_statement_of_several_lines_is_one_line() -> None:
    """Sabotage: write the payload as it is."""
    assert reading.line('{"a":\n 1.50,\r\n "b":"x\\ny"}') == '{"a":1.50,"b":"x\\ny"}\n'
    assert reading.line('{"a": 1}') == '{"a": 1}\n'


def test_days_are_those_of_guangdong() -> None:
    """Sabotage: take UTC for the beginning of a day."""
    assert str(reading.since(date(2026, 11, 20))) == "2026-11-20 00:00:00+08:00"
    assert str(reading.until(date(2026, 11, 20))) == "2026-11-20 23:59:59.999000+08:00"
    assert reading.since(None) is None


def test_my_records_are_in_the_copy_of_my_data(room: Classroom, people: Cast) -> None:
    """Sabotage: take copy_of out of reactions.COPIES."""
    with transaction(people.principal("xiulan")):
        [(heading, rows)] = copies.copy_of(people.xiulan).items()
    assert heading == "学习记录"
    assert {"打开了《拍好产品照片》"} <= {row["做了什么"] for row in rows}
    with transaction(people.principal("ahui")):
        assert copies.copy_of(people.ahui) == {"学习记录": []}
    assert copies.copy_of in COPIES
