"""Whatever stands in a sheet, reading it ends in a roster that accounts for every line, or in words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.accounts.rules.identity import Fault, read_id_number, read_name, read_phone
from lms.cohorts.rules.headers import find_header, has_header
from lms.cohorts.rules.roster import read_roster
from lms.foundation.spreadsheets.sheets import Cell, Line, Sheet, Unreadable
from lms.foundation.spreadsheets.text import read_text
from lms.foundation.spreadsheets.workbook import pack
from tests.cohorts.rosters import HEADER, TODAY, people, text, xlsx

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
plausible = st.sampled_from(
    [*people(3)[0], *people(3)[1], *HEADER, "合计", "", " ", "4.4E+17", "=A1", "440699", "李 辉", "X"]
)
cells = st.builds(Cell, text=anything | plausible, is_number=st.booleans(), is_formula=st.booleans())
rows = st.lists(st.lists(cells, max_size=6).map(tuple), max_size=12)


def lines(found: list[tuple[Cell, ...]], start: int) -> tuple[Line, ...]:
    made = (Line(number, row) for number, row in enumerate(found, start))
    return tuple(line for line in made if not line.blank)


@settings(max_examples=600, deadline=None)
@given(rows)
def test_every_line_is_good_refused_or_passed_over_with_words(found: list[tuple[Cell, ...]]) -> None:
    """Sabotage: drop a line in _gather, or let read_name raise on an odd character."""
    header = Line(1, tuple(Cell(word) for word in HEADER))
    below = lines(found, 2)
    try:
        roster = read_roster([Sheet("名单", (header, *below))], TODAY)
    except Unreadable as refused:
        assert refused.reason and refused.mend
        return
    told = [i.row for kind in (roster.good, roster.refused, roster.passed_over) for i in kind]
    found_header = find_header(Sheet("名单", (header, *below)))
    assert found_header is not None and found_header.last_line <= (below[0].number if below else 1)
    assert sorted(told) == [line.number for line in below if line.number > found_header.last_line]
    assert all(r.reason and r.mend and r.column for r in roster.refused)
    assert len({c.id_number for c in roster.good}) == len(roster.good)


@settings(max_examples=1000, deadline=None)
@given(anything | plausible, st.booleans())
def test_each_reader_gives_a_clean_value_or_words(written: str, is_number: bool) -> None:
    """Sabotage: index into an empty string."""
    number = read_id_number(written, is_number=is_number, today=TODAY)
    assert isinstance(number, Fault) or (
        len(number) == 18 and read_id_number(number, is_number=False, today=TODAY) == number
    )
    phone = read_phone(written)
    assert isinstance(phone, Fault) or (len(phone) == 11 and read_phone(phone) == phone)
    name = read_name(written)
    assert isinstance(name, Fault) or read_name(name) == name


@settings(max_examples=600, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    """Sabotage: let UnicodeDecodeError or csv.Error out."""
    try:
        read_text(data, has_header)
    except Unreadable as refused:
        assert refused.reason and refused.mend


SMALL = xlsx([HEADER, *people(2)])


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data: st.DataObject) -> None:
    """Sabotage: catch only BadZipFile."""
    place = data.draw(st.integers(0, len(SMALL) - 1))
    damaged = bytearray(SMALL)
    damaged[place : place + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    try:
        pack(bytes(damaged))
    except Unreadable as refused:
        assert refused.reason and refused.mend


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(anything, anything, anything), max_size=5), st.sampled_from(["utf-8-sig", "gb18030", "utf-16"])
)
def test_text_comes_back_as_it_was_written(written: list[tuple[str, str, str]], encoding: str) -> None:
    """Sabotage: strip the fields."""
    rows = [tuple(cell.replace("\0", "") for cell in row) for row in written]
    [sheet] = read_text(text([HEADER, *rows], encoding=encoding), has_header)
    found = [tuple(c.text for c in line.cells) for line in sheet.lines[1:]]
    assert found == [row for row in rows if any(cell.strip() for cell in row)]
