"""A list of places: preview, faults with their mend, names of before that stay."""

import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts import queries
from lms.accounts.actions import regions as actions
from lms.accounts.queries import regions as places
from lms.accounts.rules import region_lists as lists
from lms.accounts.rules.region_lists import Kind, Known
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound
from lms.foundation.principal import Principal, Scope
from lms.foundation.spreadsheets import Unreadable
from tests.people import SYSTEM

KNOWN = {"44": Known("广东省"), "4406": Known("佛山市"), "440606": Known("顺德区"), "440606003": Known("伦教街道")}
COLUMNS = {"code": 0, "name": 1, "valid_from": 2, "valid_until": 3, "successor": 4, "tags": 5}


def judge(*cells):
    """One line against the books: its row, or the column at fault."""
    rows, refused = lists.read([(2, tuple(cells))], COLUMNS, KNOWN)
    return rows[0] if rows else refused[0].column


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("440606003201", "常教社区"), Kind.NEW),
        (("440606", "顺德区"), Kind.SAME),
        (("440606000", "顺德区"), Kind.SAME),
        (("440606", "顺德新区", "2027-01-01"), Kind.RENAMED),
        (("440606003", "伦教街道", "", "2027/1/1", "440606"), Kind.ENDED),
        (("440606003", "伦教街道", "", "", "", "老区、苏区"), Kind.TAGGED),
    ],
)
def test_what_a_line_does(cells, kind):
    """Sabotage: take a rename for a new place."""
    assert judge(*cells).kind is kind


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (("44060", "顺德区"), "代码"),
        (("110101", "东城区"), "代码"),
        (("440607001", "西南街道"), "代码"),  # its county is not known
        (("440606", ""), "名称"),
        (("440606", "顺德2区"), "名称"),
        (("440606", "顺德新区"), "从哪天起"),
        (("440606004", "勒流街道", "明年"), "从哪天起"),
        (("440606004", "勒流街道", "2027-02-01", "2027-01-01"), "到哪天止"),
        (("440606004", "勒流街道", "", "", "440606"), "到哪天止"),
        (("440606004", "勒流街道", "", "2027-01-01", "440699"), "并入代码"),
        (("440606004", "勒流街道", "", "", "", "富村"), "标签"),
    ],
)
def test_what_cannot_be_taken_names_its_column(cells, column):
    """Sabotage: let an orphan, a nameless or a second name without a day through."""
    assert judge(*cells) == column


def test_a_list_may_bring_the_place_above_first():
    """Sabotage: look in the books alone; or allow the same code twice."""
    lines = [(2, ("440607", "三水区")), (3, ("440607001", "西南街道")), (4, ("440607", "三水区"))]
    rows, refused = lists.read(lines, COLUMNS, KNOWN)
    assert [row.code for row in rows] == ["440607", "440607001"] and refused[0].line == 4


@given(st.lists(st.tuples(*[st.text(max_size=14)] * 6), max_size=5))
def test_strange_cells_are_refused_and_never_an_error(lines):
    """Sabotage: int() a cell."""
    numbered = list(enumerate(lines, 2))
    rows, refused = lists.read(numbered, COLUMNS, KNOWN)
    assert len(rows) + len(refused) == len(lines)
    assert all(one.reason and one.mend for one in refused)


PROVINCE = Principal(scope=(Scope("44", None, None),))


def taken(text, principal=PROVINCE):
    """Read a list, look at it, write it."""
    found = actions.read(text.encode())
    with transaction(principal):
        import_id = actions.keep(actions.compare(found), "名单.csv", principal)
    with transaction(principal):
        return actions.confirm(import_id, principal)


def test_a_rename_keeps_the_old_name(people):
    """Sabotage: overwrite the name."""
    taken("代码,名称,从哪天起\n440606005,大良新街道,2026-12-01\n")
    with transaction(SYSTEM):
        assert queries.region_name("440606005", date(2026, 11, 30)).endswith("大良街道")
        assert queries.region_name("440606005", date(2026, 12, 1)).endswith("大良新街道")
        assert len(places.region_history("440606005")) == 2


def test_a_merger_says_where_it_went(people):
    """Sabotage: leave the successor out."""
    taken("代码,名称,到哪天止,并入代码\n440606005,大良街道,2026-01-01,440606003\n")
    with transaction(SYSTEM):
        gone = queries.region("440606005")
        assert (gone.ended, gone.successor) == (date(2026, 1, 1), "440606003")
        assert "440606005" not in {view.code for view in queries.regions_below("440606")}


def test_tags_come_with_a_list(people):
    """Sabotage: write tags twice, or not at all."""
    for _ in range(2):
        taken("代码,名称,标签\n440606005201,文秀社区,省定贫困村、老区\n441825,连山壮族瑶族自治县,民族地区\n")
    with transaction(SYSTEM):
        village = queries.region("440606005201")
        assert village.tag_words == ["省定贫困村", "老区"] and village.full_name == "佛山市顺德区大良街道文秀社区"
        assert [view.code for view in queries.regions_with_tag("ethnic")] == ["441825"]
        assert queries.regions_with_tag("old_base", "4401") == []


def test_a_list_is_written_once_and_not_over_newer_books(people):
    """Sabotage: leave the state or the comparison out of confirm()."""
    found = actions.read("代码,名称,从哪天起\n440606005,大良新街道,2026-12-01\n".encode())
    with transaction(PROVINCE):
        first, second = (actions.keep(actions.compare(found), "名单.csv", PROVINCE) for _ in range(2))
    with transaction(PROVINCE):
        actions.confirm(first, PROVINCE)
        assert actions.confirm(first, PROVINCE).state == "imported"
    with pytest.raises(Conflict), transaction(PROVINCE):
        actions.confirm(second, PROVINCE)


def test_only_the_province_may(people, client_for):
    """Sabotage: leave refuse_reach() out."""
    city = Principal(scope=(Scope("4406", None, None),))
    with pytest.raises(NotFound):
        taken("代码,名称\n440606005201,文秀社区\n", city)
    assert client_for(people.hequan).get("/regions/import").status_code == 404
    assert client_for(people.haoran).get("/regions/import").status_code == 200


def test_a_file_without_a_header_is_told_so():
    """Sabotage: take the first line for the header."""
    with pytest.raises(Unreadable, match="没有找到表头"):
        actions.read("顺德区,440606\n".encode())


def test_by_the_pages(people, client_for):
    """Sabotage: write at the preview, or lose the reason in the sheet of rejected rows."""
    browser = client_for(people.haoran)
    sheet = "代码,名称,标签\n440606005201,文秀社区,老区\n44060600520,少一位,\n".encode()
    answer = browser.post("/regions/import", data={"file": (io.BytesIO(sheet), "名单.csv")})
    assert answer.status_code == 303
    page = browser.get(answer.location).get_data(as_text=True)
    assert "写入 1 行" in page and "要改的 1 行" in page and "现在是 11 位" in page
    assert "下面还没有登记" in browser.get("/regions?up=440606005").get_data(as_text=True)
    rows = openpyxl.load_workbook(io.BytesIO(browser.get(f"{answer.location}/rows.xlsx").data)).active
    assert [cell.value for cell in rows[2]][:2] == ["44060600520", "少一位"]
    assert browser.post(answer.location).status_code == 303
    assert "文秀社区" in browser.get("/regions?up=440606005").get_data(as_text=True)
    assert "大良街道" in client_for(None).get("/regions?q=大良").get_data(as_text=True)
    assert browser.get("/regions/sample.xlsx").status_code == 200
    assert "先选一个文件" in browser.post("/regions/import").get_data(as_text=True)
