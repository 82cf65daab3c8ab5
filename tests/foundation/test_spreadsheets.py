"""Sheets of strangers in, sheets of text out. What the reader does with broken files is tried with the roster's tests."""

import pytest

from lms.foundation.spreadsheets import Page, Sheet, Unreadable, open_sheets, write


def texts(sheet: Sheet) -> list[list[str]]:
    return [[cell.text for cell in line.cells] for line in sheet.lines]


def test_what_we_write_is_text_that_no_program_runs() -> None:
    """Sabotage: write with `write` instead of `write_string`, or let strings become formulas."""
    lines = [["=1+1", "+8613800000001", "1.10"], ["@SUM(A1)", "http://example.invalid", "-3"]]
    [sheet, _] = open_sheets(write(Page("大纲", ["a", "b", "c"], lines), Page("怎么填", ["说明"], [["x"]])))
    assert texts(sheet) == [["a", "b", "c"], *lines]
    assert not any(cell.is_formula or cell.is_number for line in sheet.lines for cell in line.cells)


def test_a_text_file_is_cut_where_it_looks_right() -> None:
    """Sabotage: take the widest cut whatever the header says."""
    data = "编号;内容\n1;a,b,c,d,e\n".encode()
    [sheet] = open_sheets(data, lambda found: found.lines[0].at(0).text == "编号")
    assert texts(sheet) == [["编号", "内容"], ["1", "a,b,c,d,e"]]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"PK\x03\x04 broken", b"<html><table>", b"\xff\xfe\x00"])
def test_what_is_no_sheet_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        open_sheets(data)
    assert caught.value.reason and caught.value.mend
