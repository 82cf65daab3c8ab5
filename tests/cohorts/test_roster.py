"""A roster out of sheets: which line is the header, which lines are people, what comes back with words."""

from collections.abc import Sequence

import pytest

from lms.cohorts.rules.headers import Column, column_named, find_header
from lms.cohorts.rules.roster import MOST_PEOPLE, Roster, read_roster
from lms.foundation.spreadsheets.sheets import Cell, Line, Sheet, Unreadable
from tests.cohorts.rosters import HEADER, TODAY, id_number, people, phone


def sheet(rows: Sequence[Sequence[str | Cell]], *, name: str = "名单", hidden: bool = False) -> Sheet:
    lines = (Line(n, tuple(c if isinstance(c, Cell) else Cell(c) for c in row)) for n, row in enumerate(rows, 1))
    return Sheet(name, tuple(line for line in lines if not line.blank), hidden)


def read(rows: Sequence[Sequence[str | Cell]]) -> Roster:
    return read_roster([sheet(rows)], TODAY)


def refusal(*sheets: Sheet) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_roster(sheets, TODAY)
    assert caught.value.reason and caught.value.mend
    return caught.value


ONE, TWO, THREE = people(3)


def test_a_plain_roster_is_read() -> None:
    roster = read([HEADER, ONE, TWO])
    assert [(c.row, c.name, c.id_number, c.phone) for c in roster.good] == [(2, *ONE), (3, *TWO)]
    assert not roster.refused and not roster.passed_over


def test_the_header_is_found_under_titles_and_notes() -> None:
    """Sabotage: take the first line as the header."""
    rows = [["2026年农村电商培训班学员花名册"], [""], ["填表说明：身份证号照身份证填"], ["序号", *HEADER], ["1", *ONE]]
    roster = read(rows)
    assert [c.row for c in roster.good] == [5] and roster.unused == ("序号",)


@pytest.mark.parametrize(
    ("title", "column"),
    [
        ("学员姓名", Column.NAME),
        ("名字", Column.NAME),
        ("姓 名", Column.NAME),
        ("*姓名（必填）", Column.NAME),
        ("参训人员姓名", Column.NAME),
        ("身份证号码", Column.ID_NUMBER),
        ("公民身份号码", Column.ID_NUMBER),
        ("证件号码", Column.ID_NUMBER),
        ("身份证号\n(18位)", Column.ID_NUMBER),
        ("身份证", Column.ID_NUMBER),
        ("联系电话", Column.PHONE),
        ("手机", Column.PHONE),
        ("电话：", Column.PHONE),
        ("本人手机号码", Column.PHONE),
        ("工作单位", Column.EMPLOYER),
        ("户籍所在地", Column.HOUSEHOLD),
        ("备注", Column.REMARK),
        ("监护人姓名", None),
        ("紧急联系人电话", None),
        ("证件类型", Column.ID_KIND),
        ("学历", Column.EDUCATION),
        ("监护人证件类型", None),
        ("班主任姓名", None),
    ],
)
def test_headings_are_known_by_their_many_words(title: str, column: Column | None) -> None:
    """Another person's name or phone is not the trainee's. Sabotage: match by `in`."""
    assert column_named(title) is column


def test_a_header_of_two_merged_lines_is_one_header() -> None:
    rows = [["序号", "学员基本信息", "", "联系方式", ""], ["", "姓名", "身份证号", "手机", "微信"], ["1", *ONE, "wx"]]
    header = find_header(sheet(rows))
    assert header is not None and header.columns[Column.PHONE] in {(3,), (3, 3)}
    assert [c.name for c in read(rows).good] == [ONE[0]]
    upper_merged = [["姓名", "身份证号", "联系方式", ""], ["", "", "手机", "微信"], [*ONE, "wx"]]
    assert [c.phone for c in read(upper_merged).good] == [ONE[2]]
    assert not read(upper_merged).refused


def test_two_halves_side_by_side_are_refused_not_halved() -> None:
    """Sabotage: take the first of the two columns; every second person would be lost in silence."""
    assert "左右两半" in refusal(sheet([[*HEADER, *HEADER], [*ONE, *TWO]])).reason


def test_of_two_phones_the_first_that_is_filled_counts() -> None:
    roster = read(
        [["姓名", "身份证号", "联系电话", "手机"], [ONE[0], ONE[1], "", ONE[2]], [TWO[0], TWO[1], TWO[2], "0757-1"]]
    )
    assert [c.phone for c in roster.good] == [ONE[2], TWO[2]]


def test_empty_lines_totals_and_signatures_are_nobody() -> None:
    """They are told, not lost. Sabotage: leave passed_over out."""
    rows: list[Sequence[str]] = [["序号", *HEADER], ["1", *ONE], ["2", "", "", ""], ["合计", "2 人", "", ""]]
    rows += [["", "制表人：李辉", "", ""], ["序号", *HEADER], ["3", *TWO], ["", "共2人", "", ""]]
    roster = read(rows)
    assert [c.row for c in roster.good] == [2, 7] and not roster.refused
    assert [p.row for p in roster.passed_over] == [3, 4, 5, 6, 8]
    assert all(p.why for p in roster.passed_over)


def test_a_person_with_a_word_of_totals_in_the_remark_is_no_total() -> None:
    roster = read([[*HEADER, "备注"], [ONE[0], "", "", "说明：证件在办"]])
    assert [r.row for r in roster.refused] == [2]


def test_the_same_person_twice_is_taken_once() -> None:
    """hours.md attack 24. Sabotage: leave out _refuse_twins."""
    roster = read([HEADER, ONE, TWO, (ONE[0], ONE[1].lower() + " ", phone(99))])
    assert [c.row for c in roster.good] == [2, 3]
    assert "第 2 行是同一个人" in roster.refused[0].reason and roster.refused[0].row == 4


def test_the_old_and_the_new_number_of_one_person_are_one_person() -> None:
    """hours.md attack 21. Sabotage: compare the numbers as they were written."""
    short = ONE[1][:6] + ONE[1][8:17]
    assert len(read([HEADER, ONE, (ONE[0], short, ONE[2])]).good) == 1


def test_one_number_with_two_names_waits_for_a_person() -> None:
    """Sabotage: keep the first."""
    roster = read([HEADER, ONE, ("别的名字", ONE[1], phone(98)), TWO])
    assert [c.row for c in roster.good] == [4] and [r.row for r in roster.refused] == [2, 3]
    assert all("名字不一样" in r.reason for r in roster.refused)


def test_two_people_may_share_a_phone() -> None:
    assert len(read([HEADER, ONE, (TWO[0], TWO[1], ONE[2])]).good) == 2


def test_a_formula_in_a_column_that_is_read_refuses_the_line() -> None:
    """hours.md attack 24 and the list of bad input. Sabotage: take the cached value."""
    roster = read([HEADER, (ONE[0], Cell(ONE[1], is_formula=True), ONE[2]), TWO])
    assert [c.row for c in roster.good] == [3]
    assert "公式" in roster.refused[0].reason and "数值" in roster.refused[0].mend
    assert roster.refused[0].filled == ("公式",)


def test_a_formula_in_a_column_that_is_not_read_harms_nobody() -> None:
    roster = read([[*HEADER, "年龄"], [*ONE, Cell("48", is_formula=True)]])
    assert len(roster.good) == 1


def test_all_that_is_wrong_with_a_line_comes_back_at_once() -> None:
    roster = read([HEADER, ("", ONE[1][:17], "123")])
    [row] = roster.refused
    assert "姓名" in row.reason and "少了 1 位" in row.reason and "手机号" in row.reason
    assert row.column == "姓名、身份证号、手机号" and row.filled == ("", ONE[1][:17], "123")


def test_the_line_comes_back_as_it_was() -> None:
    rows = [["序号", *HEADER, "备注"], ["1", "李辉", "440", "199", "  原样 "]]
    assert read(rows).refused[0].texts == ("1", "李辉", "440", "199", "  原样 ")


def test_other_numbers_that_were_rounded_are_not_let_through_by_luck() -> None:
    """One rounded number of eleven passes its check. Sabotage: leave out _refuse_rounded."""
    lucky = next(
        n
        for n in (id_number(s * 100, area=a) for s in range(1, 10) for a in ("440698", "440699", "440697"))
        if n.endswith("000")
    )
    assert len(read([HEADER, ("李辉", lucky, phone(1))]).good) == 1
    ruined = next(
        n[:15] + "000" for n in (id_number(s) for s in range(9)) if not id_number(int(n[14]) * 100).endswith("0")
    )
    roster = read([HEADER, ("李辉", lucky, phone(1)), ("黄敏", ruined, phone(2))])
    assert not roster.good and len(roster.refused) == 2


def test_hidden_sheets_are_not_read_and_hidden_lines_are_told() -> None:
    """Sabotage: read every sheet."""
    secret = sheet([HEADER, TWO], name="旧名单", hidden=True)
    shown = Sheet("名单", sheet([HEADER, ONE, THREE]).lines, hidden_lines=frozenset({3}))
    roster = read_roster([secret, shown], TODAY)
    assert [c.name for c in roster.good] == [ONE[0], THREE[0]]
    assert any("1 行是隐藏的" in n for n in roster.notices)
    assert "隐藏" in refusal(secret).reason


def test_two_rosters_in_one_file_are_refused_by_name() -> None:
    refused = refusal(sheet([HEADER, ONE], name="一组"), sheet([HEADER, TWO], name="二组"))
    assert "“一组”、“二组”" in refused.reason
    note, empty = sheet([["填表说明"]], name="说明"), sheet([HEADER], name="空表")
    assert len(read_roster([note, empty, sheet([HEADER, ONE])], TODAY).good) == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["姓名", "手机号"], ["李辉", "1"]], "“身份证号”"),
        ([["身份证号", "手机号"], ["1", "1"]], "“姓名”"),
        ([["姓名", "身份证号"], ["李辉", "1"]], "“手机号”"),
        ([["a", "b"], ["c", "d"]], "没有找到表头"),
        ([HEADER], "一个人也没有"),
        ([HEADER, ["", "", ""]], "一个人也没有"),
        ([], "没有内容"),
    ],
)
def test_a_file_without_a_roster_says_what_is_missing(rows: list[Sequence[str]], words: str) -> None:
    assert words in refusal(sheet(rows)).reason


def test_rows_that_could_not_be_given_back_are_refused_as_a_file() -> None:
    """What is refused is kept, sealed, until it is mended. Sabotage: leave MOST_TEXT out."""
    long = "长" * 10_000
    rows = [[*HEADER, "简历"], *([name, "1", phone_number, long] for name, _, phone_number in people(501))]
    assert "退不回来" in refusal(sheet(rows)).reason


def test_more_people_than_can_be_taken_at_once() -> None:
    """Sabotage: cut the list off at the limit."""
    rows = [HEADER, *people(MOST_PEOPLE)]
    assert len(read(rows).good) == MOST_PEOPLE
    assert "5000 行" in refusal(sheet([*rows, *people(1, start=MOST_PEOPLE)])).reason
