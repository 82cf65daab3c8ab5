"""Syllabi as plain data: numbers, hours, sums, sheets of every kind."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.publishing.rules import syllabus
from lms.publishing.rules.syllabus import Fault, Hours, Item, Standard
from lms.publishing.rules.syllabus_sheet import NoSyllabus, Reading, read_syllabus
from tests.publishing.syllabi import CITED, HEADER, HOUSEKEEPER, ITEMS, ROWS, lines, long_rows


def read(*rows, formulas=None, known=()) -> Reading:
    return read_syllabus(lines(HEADER, *rows, formulas=formulas), known)


def reasons(reading: Reading) -> dict[int, str]:
    return {bad.line: bad.reason for bad in reading.bad}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", "1"),
        (" １．２ ", "1.2"),
        ("第一章", "1"),
        ("十二、", "12"),
        ("二十", "20"),
        ("模块3", "3"),
        ("任务1.2", "1.2"),
        ("2.", "2"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number) -> None:
    assert syllabus.read_number(text) == number


@pytest.mark.parametrize("text", ["", "甲", "1.0", "0", "1.1.1.1.1", "2026-01-02", "1-2", "=1+1", "9999"])
def test_what_is_no_number_is_told_with_a_mend(text) -> None:
    fault = syllabus.read_number(text)
    assert isinstance(fault, Fault) and fault.reason and fault.mend


@given(st.integers(0, syllabus.MOST_HOURS))
def test_hours_are_read_back_as_they_are_spoken(tenths) -> None:
    """Sabotage: read through a float, or drop the tenth."""
    assert syllabus.read_hours(syllabus.spoken(tenths)) == tenths


@given(st.text(max_size=12))
def test_hours_are_a_number_or_a_fault_and_never_below_zero(text) -> None:
    hours = syllabus.read_hours(text)
    assert isinstance(hours, Fault) or 0 <= hours <= syllabus.MOST_HOURS


numbers = st.lists(st.integers(1, 12), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
hours = st.integers(0, 400)


@st.composite
def syllabi(draw) -> list[Item]:
    """Whole trees: with each item everything above it; chapters carry no hours."""
    known = set(draw(st.lists(numbers, min_size=1, max_size=25)))
    for number in list(known):
        while number := syllabus.parent(number):
            known.add(number)
    above = syllabus.chapters(known)
    return [
        Item(n, f"第 {n} 条", *((0, 0) if n in above else (draw(st.integers(1, 400)), draw(hours))), HOUSEKEEPER)
        for n in draw(st.permutations(sorted(known)))
    ]


@given(syllabi())
def test_the_sums_of_chapters_are_the_sum_of_all(items) -> None:
    """Sabotage: add a chapter's own line, or a leaf to its nearest chapter alone."""
    by_number, whole = syllabus.sums_by_number(items), syllabus.sums(items)
    first = [by_number[item.number] for item in items if "." not in item.number]
    assert sum(first, Hours()) == whole
    assert whole.theory == sum(item.theory for item in items)


@given(syllabi())
def test_a_sheet_gives_back_the_syllabus_that_was_written_in_it(items) -> None:
    """Whatever the order of its lines, with sums beside the chapters. Sabotage: keep a chapter's hours."""
    totals = syllabus.sums_by_number(items)
    rows = [
        (
            i.number,
            i.title,
            syllabus.spoken(totals[i.number].theory),
            syllabus.spoken(totals[i.number].practical),
            *CITED,
        )
        for i in items
    ]
    reading = read(*rows)
    assert reading.bad == ()
    assert syllabus.ordered(reading.items) == syllabus.ordered(items)
    assert syllabus.problems(reading.items, Standard()) == []
    assert syllabus.difference(items, reading.items) == []


@given(syllabi(), st.data())
def test_what_a_reading_takes_always_stands_and_nothing_is_lost(items, data) -> None:
    """Lines spoiled at will: what is taken is a tree with its chapters; each line is taken or told. Sabotage: keep an orphan."""
    rows = [[i.number, i.title, syllabus.spoken(i.theory), syllabus.spoken(i.practical), "", "", ""] for i in items]
    for _ in range(data.draw(st.integers(0, 4))):
        row = data.draw(st.integers(0, len(rows) - 1))
        rows[row][data.draw(st.integers(0, 3))] = data.draw(
            st.sampled_from(["", "x", "=1", "1", "2.1", "-5", "9" * 9, "2026-01-02"])
        )
    if data.draw(st.booleans()):
        rows.append(list(rows[0]))
    reading = read(*rows)
    taken = {good.item.number for good in reading.good}
    assert len(taken) == len(reading.good)
    assert all(not syllabus.parent(number) or syllabus.parent(number) in taken for number in taken)
    told = (
        {good.line for good in reading.good} | {bad.line for bad in reading.bad} | {n for n, _ in reading.passed_over}
    )
    assert told == {n for n, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)}
    assert all(bad.reason and bad.mend for bad in reading.bad)


def test_a_common_sheet() -> None:
    title = ["家政服务员培训大纲"]
    merged = ["序号", "培训内容", "学时", "", "职业编码", "国家职业技能标准", "技能等级"]
    below = ["", "", "理论", "实操", "", "", ""]
    reading = read_syllabus(lines(title, merged, below, *ROWS, ["合计", "", "4", "4"], ["编制：刘敏"]))
    assert syllabus.ordered(reading.items) == list(ITEMS)
    assert [line for line, _ in reading.passed_over] == [8, 9]
    assert reading.notices == ()


def test_a_wrong_total_is_told_and_hours_are_counted_by_items() -> None:
    """Sabotage: believe the line of totals."""
    [notice] = read(*ROWS, ("合计", "", "40", "4", "", "", "")).notices
    assert "合计写理论 40、实操 4 学时" in notice and "学时按各条算" in notice


def test_a_chapter_that_claims_other_hours_comes_back_with_its_items() -> None:
    """Sabotage: drop _refuse_wrong_sums, or take the items of a refused chapter."""
    wrong = [ROWS[0], ("2", "居家保洁", "9", "4", *CITED), *ROWS[2:]]
    reading = read(*wrong)
    assert [item.number for item in reading.items] == ["1"]
    told = reasons(reading)
    assert "加起来是理论 2、实操 4 学时" in told[3] and "上一级“2”那一行也要改" in told[4] and told[4] == told[5]


def test_where_a_line_is_refused_its_chapter_is_not_blamed() -> None:
    reading = read(ROWS[0], ("2", "居家保洁", "9", "4", *CITED), ROWS[2], ("2.2", "擦玻璃", "半天", "4", "", "", ""))
    assert list(reasons(reading)) == [5] and reading.items[1] == replace(ITEMS[1])


def test_formulas_are_never_worked_out() -> None:
    reading = read(*ROWS, formulas={4: {2}})
    assert reasons(reading) == {4: "这一格是公式，我们不替表格算数"}


def test_a_formula_written_as_text_is_words_and_no_more() -> None:
    reading = read(("1", '=HYPERLINK("http://x.invalid")', "1", "", *CITED))
    assert reading.items[0].title == '=HYPERLINK("http://x.invalid")'
    assert reasons(read(("=1+1", "a", "1", "", *CITED)))[2].startswith("编号“=1+1”")


def test_duplicate_numbers() -> None:
    """Sabotage: let the last line win."""
    same = read(*ROWS, ROWS[2])
    assert reasons(same) == {6: "编号 2.1 和第 4 行一样"} and len(same.items) == 4
    other = read(*ROWS, ("2.1", "别的", "1", "", "", "", ""))
    assert sorted(reasons(other)) == [4, 6] and "1.10" in other.bad[0].mend


def test_every_fault_of_a_line_is_told_at_once() -> None:
    [bad] = read(("x", "", "-1", "很多", "abc", "", "八级")).bad
    assert bad.column == "编号、内容、理论学时、实操学时、标准编号、等级"
    assert bad.filled.split("；") == ["x", "空着", "-1", "很多", "abc", "八级"]


def test_a_code_needs_its_name_and_a_name_its_code() -> None:
    assert "没写标准名称" in reasons(read(("1", "a", "1", "", "4-10-01-06", "", "")))[2]
    assert "没写标准编号" in reasons(read(("1", "a", "1", "", "", "家政服务员", "")))[2]


def test_five_thousand_lines_are_refused_in_words_and_two_thousand_are_read() -> None:
    with pytest.raises(NoSyllabus) as caught:
        read(*long_rows(5000))
    assert "5000 行" in caught.value.reason and "3000" in caught.value.reason
    assert len(read(*long_rows(2000)).items) == 2000


@pytest.mark.parametrize("rows", [[["姓名", "身份证号"], ["a", "b"]], [HEADER], [["编号", "内容"], ["1", "a"]], []])
def test_what_is_no_syllabus_is_told_with_a_mend(rows) -> None:
    with pytest.raises(NoSyllabus) as caught:
        read_syllabus(lines(*rows))
    assert caught.value.reason and caught.value.mend


def test_an_item_may_hang_on_a_chapter_that_stands_already() -> None:
    """A sheet of mended lines need not repeat the chapters. Sabotage: forget `known`."""
    row = ("7.1", "擦窗框", "1", "", *CITED)
    assert read(row, known={"7"}).items and not read(row).items


def test_problems_are_told_item_by_item() -> None:
    """Sabotage: let an item without hours or without a standard be signed."""
    items = [
        Item("1", "a", 10),
        Item("2", "b", 5),
        Item("2.1", "c", 0, 0, HOUSEKEEPER),
        Item("4.1", "d", 5, 0, HOUSEKEEPER),
    ]
    told = {(p.number, p.sentence) for p in syllabus.problems(items, Standard())}
    assert told == {
        ("1", "没有写依据哪个职业标准"),
        ("2", "下面还有细的条目，学时写在最细的那一级"),
        ("2.1", "理论学时和实操学时都是 0"),
        ("4.1", "上一级“4”没有写"),
    }
    assert syllabus.problems([], HOUSEKEEPER)


def test_a_standard_holds_for_all_below_it() -> None:
    other = Standard("4-10-01-01", "母婴护理员国家职业技能标准")
    held = syllabus.standards(ITEMS, other)
    assert held["2.2"] == HOUSEKEEPER and syllabus.standards([Item("1", "a", 10)], other)["1"] == other


def test_differences_are_told_by_number() -> None:
    after = [*ITEMS[:2], replace(ITEMS[2], theory=30, title="认识各种清洁剂"), Item("3", "洗衣", 10)]
    changes = {change.number: change.words for change in syllabus.difference(ITEMS, after)}
    assert changes == {"2.1": "改了内容、理论学时", "2.2": "去掉", "3": "新加"}


def test_items_stand_in_the_order_of_their_numbers() -> None:
    """1.10 after 1.9. Sabotage: sort numbers as text."""
    items = [Item(number, "a", 10) for number in ("10", "1.10", "1.9", "2", "1")]
    assert [item.number for item in syllabus.ordered(items)] == ["1", "1.9", "1.10", "2", "10"]
