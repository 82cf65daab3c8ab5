"""Question banks over HTTP and in the tables."""

import io
import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound
from lms.questions import actions, queries
from tests.people import RURAL_ECOMMERCE, SYSTEM
from tests.questions.bank_sheets import ROWS, a_bank, csv, question


def send(client, address: str, data: bytes, **fields):
    return client.post(
        address, data={"file": (io.BytesIO(data), "题目.csv"), **fields}, content_type="multipart/form-data"
    )


def begun(client, data: bytes | None = None):
    return send(client, "/banks/new", csv() if data is None else data, title="家政题库", programme_code=RURAL_ECOMMERCE)


def test_from_a_sheet_to_a_finished_bank(people, client_for) -> None:
    """The whole way over HTTP, as a clerk goes it: L438, an institution's own bank."""
    clerk = client_for(people.liumin)
    address = begun(clerk).location
    page = clerk.get(address).text
    assert "单选 1、多选 1、判断 1" in page and "考大纲 2.10" in page and "会放出氯气" in page
    again = send(clerk, f"{address}/add", csv(*ROWS, "3,判断,玻璃要天天擦。,,,,错,"))
    assert (
        "1 道题导入了" in clerk.get(again.location).text and "另有 3 道题里面已经有" in clerk.get(again.location).text
    )
    assert clerk.post(f"{address}/finish").status_code == 303
    page = clerk.get(address).text
    assert "已定稿" in page and "拿掉第" not in page
    assert send(clerk, f"{address}/add", csv()).status_code == 409
    newer = clerk.post(f"{address}/revise").location
    assert "第 2 版" in clerk.get(newer).text and "共 4 题" in clerk.get(newer).text
    assert clerk.post(f"{address}/revise").status_code == 409
    assert clerk.post(f"{address}/retire").status_code == 303
    assert "已停用" in clerk.get("/banks/").text


def test_one_line_to_mend_and_nothing_is_imported(people, client_for) -> None:
    """Sabotage: import the good lines of a bad sheet."""
    clerk = client_for(people.liumin)
    answer = begun(clerk, csv(*ROWS, "3,单选,<b>甲</b>,一,,,A,"))
    assert answer.status_code == 422 and "第 5 行" in answer.text and "选项少于 2 个" in answer.text
    assert "&lt;b&gt;甲" in answer.text and "还没有题库" in clerk.get("/banks/").text
    address = begun(clerk).location
    assert send(clerk, f"{address}/add", csv("3,单选,甲,一,,,A,")).status_code == 422
    assert "共 3 题" in clerk.get(address).text


@pytest.mark.parametrize("data", [b"", b"%PDF", b"PK\x03\x04xx", "姓名,电话\n甲,1\n".encode(), csv().splitlines()[0]])
def test_what_is_no_sheet_is_told(people, client_for, data) -> None:
    answer = begun(client_for(people.liumin), data)
    assert answer.status_code == 422 and re.search(r"class=\"(note bad|err)", answer.text)


def test_two_banks_of_one_name_are_refused_at_the_field(people, client_for) -> None:
    clerk = client_for(people.liumin)
    begun(clerk)
    answer = begun(clerk)
    assert answer.status_code == 422 and "同名的题库" in answer.text


def test_another_school_finds_nothing(people) -> None:
    """Sabotage: load a version by its id alone."""
    version_id = a_bank(people, finished=False)
    stranger = people.principal("chenbo")
    with transaction(stranger), pytest.raises(NotFound):
        queries.version(version_id, stranger.organisations)
    for act in (lambda: actions.add(version_id, [question("甲")]), lambda: actions.finish(version_id)):
        with pytest.raises(NotFound), transaction(stranger):
            act()
    with transaction(stranger):
        assert db.session.scalar(text("select count(*) from question")) == 0


@pytest.mark.parametrize(
    "change",
    [
        "update question set answer = '[1]'",
        "delete from question",
        (
            "insert into question select gen_random_uuid(), created_at, tenant_id, region_code, plan_code, version_id, 99, item, kind,"
            " text, options, answer, explanation, 'x' from question limit 1"
        ),
        "update question_bank_version set state = 'draft'",
        "update question_bank_version set content_hash = 'x'",
    ],
)
def test_the_tables_themselves_keep_a_finished_bank(people, change) -> None:
    """Sabotage: drop a trigger of 0015; whoever has the application's role could then change what people are asked."""
    a_bank(people)
    with pytest.raises(DBAPIError, match="never change"), transaction(SYSTEM):
        db.session.execute(text(change))


def test_an_empty_version_is_not_finished(people) -> None:
    version_id = a_bank(people, items=("1",), finished=False)
    with transaction(people.principal("liumin")):
        [asked] = queries.page_of(version_id, 1, 20)
        actions.remove(version_id, asked.id)
    with pytest.raises(Conflict, match="一道题也没有"), transaction(people.principal("liumin")):
        actions.finish(version_id)
