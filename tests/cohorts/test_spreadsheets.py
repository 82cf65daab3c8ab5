"""Files as they come from WPS, Excel, other systems and strangers."""

import io
import resource
import struct
import zipfile

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.worksheet.formula import ArrayFormula

from lms.cohorts.rules.headers import has_header
from lms.cohorts.rules.roster import Roster, read_roster
from lms.foundation.spreadsheets.opening import open_sheets, unpack
from lms.foundation.spreadsheets.sheets import Sheet, Unreadable
from lms.foundation.spreadsheets.workbook import pack
from tests.cohorts.rosters import HEADER, TODAY, people, saved, text, xls, xlsx

PEOPLE = people(3)
ROWS = [("学员花名册", "", ""), HEADER, *PEOPLE]


def read(data: bytes) -> Roster:
    return read_roster(open_sheets(data, has_header), TODAY)


def in_process(data: bytes) -> tuple[Sheet, ...]:
    return unpack({"sheets": pack(data)})


def refusal(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_roster(open_sheets(data, has_header), TODAY)
    assert caught.value.reason and caught.value.mend
    return caught.value


def names(roster: Roster) -> list[str]:
    return [c.name for c in roster.good]


@pytest.mark.parametrize("data", [xlsx(ROWS), xlsx(ROWS, formats="@"), xls(ROWS)], ids=["xlsx", "xlsx text", "xls"])
def test_workbooks_are_read(data: bytes) -> None:
    roster = read(data)
    assert names(roster) == [p[0] for p in PEOPLE] and [c.row for c in roster.good] == [3, 4, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_files_are_read_whatever_program_wrote_them(encoding: str, separator: str) -> None:
    """Sabotage: read with utf-8 alone, or with commas alone."""
    assert names(read(text(ROWS, encoding=encoding, separator=separator))) == [p[0] for p in PEOPLE]


def test_a_text_file_keeps_what_is_written_in_it() -> None:
    odd = [("a,b", 'c"d', "e\nf"), ("  g ", "", "䶮")]
    [sheet] = open_sheets(text([HEADER, *odd]), has_header)
    assert [tuple(c.text for c in line.cells) for line in sheet.lines[1:]] == odd


def test_rows_have_the_numbers_that_the_margin_shows() -> None:
    """Sabotage: count only the lines that hold something."""
    book = openpyxl.Workbook()
    for place, row in ((4, HEADER), (9, PEOPLE[0])):
        for column, value in enumerate(row, start=3):
            book.active.cell(place, column, value)
    assert [c.row for c in read(saved(book)).good] == [9]
    assert [c.row for c in read(xls([[], [], [], ["", *HEADER], [], ["", *PEOPLE[0]]])).good] == [6]
    assert [c.row for c in read(text([[], [], HEADER, [], PEOPLE[0]])).good] == [5]


def test_a_number_kept_as_a_number_is_refused_and_a_phone_kept_as_a_number_is_not() -> None:
    """Sabotage: print a float with all its digits; the wrong person would be enrolled one time in eleven."""
    name, id_number, phone = PEOPLE[0]
    digits = int(id_number[:17] + "0")
    for data in (xlsx([HEADER, (name, digits, int(phone))]), xls([HEADER, (name, digits, int(phone))])):
        [row] = read(data).refused
        assert row.column == "身份证号" and "丢了" in row.reason and "E+17" in row.filled[0]


def test_formulas_in_xlsx_are_refused_never_worked_out() -> None:
    """calamine tells the cached value of a formula; the file's XML is looked into. Sabotage: leave facts.formulas out."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for r, row in enumerate([HEADER, *PEOPLE]):
        sheet.write_row(r, 0, row)
    sheet.write_formula(1, 1, f'="{PEOPLE[0][1]}"', None, PEOPLE[0][1])
    sheet.write_array_formula(2, 2, 3, 2, "{=A1:A2}", None, PEOPLE[1][2])
    book.close()
    roster = read(file.getvalue())
    assert [(r.row, r.column) for r in roster.refused] == [(2, "身份证号"), (3, "手机号"), (4, "手机号")]
    assert all("公式" in r.reason for r in roster.refused)


def test_a_formula_without_a_value_is_a_formula_too() -> None:
    book = openpyxl.Workbook()
    for row in (HEADER, PEOPLE[0]):
        book.active.append(row)
    book.active["A3"], book.active["B3"], book.active["C3"] = "李辉", "=VLOOKUP(A3,旧表!A:B,2,0)", PEOPLE[1][2]
    book.active["B4"] = ArrayFormula("B4:B5", "=B2:B3")
    assert [r.row for r in read(saved(book)).refused] == [3, 4, 5]


def test_formulas_in_xls_are_refused() -> None:
    """Sabotage: leave formulas_of_sheets out."""
    data = xls([HEADER, PEOPLE[0], (PEOPLE[1][0], xlwt.Formula('CONCATENATE("44","06")'), PEOPLE[1][2])])
    roster = read(data)
    assert names(roster) == [PEOPLE[0][0]] and [(r.row, r.column) for r in roster.refused] == [(3, "身份证号")]
    assert "公式" in roster.refused[0].reason


def test_formulas_in_text_are_refused() -> None:
    roster = read(
        text([HEADER, (PEOPLE[0][0], f'="{PEOPLE[0][1]}"', PEOPLE[0][2]), ("=cmd|'/c calc'!A1", *PEOPLE[1][1:])])
    )
    assert [r.row for r in roster.refused] == [2, 3] and not roster.good
    assert all("公式" in r.reason for r in roster.refused)


def test_hidden_sheets_and_hidden_rows_of_a_workbook() -> None:
    book = openpyxl.Workbook()
    for row in (HEADER, *PEOPLE):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    secret = book.create_sheet("旧名单")
    secret.sheet_state = "veryHidden"
    secret.append(HEADER)
    secret.append(people(1, start=50)[0])
    roster = read(saved(book))
    assert len(roster.good) == 3 and any("1 行是隐藏的" in n for n in roster.notices)


def test_merged_cells_around_the_header() -> None:
    book = openpyxl.Workbook()
    for row in (
        ("花名册", "", "", ""),
        ("序号", "姓名", "证件", ""),
        ("", "", "身份证号", "手机号"),
        ("1", *PEOPLE[0]),
    ):
        book.active.append(row)
    for area in ("A1:D1", "A2:A3", "B2:B3", "C2:D2"):
        book.active.merge_cells(area)
    assert names(read(saved(book))) == [PEOPLE[0][0]]


def _zip(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _with(data: bytes, name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return _zip({m: archive.read(m) for m in archive.namelist()} | {name: content})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空的"),
        (b"\0" * 900, "空的"),
        (b"\xef\xbb\xbf\r\n", "空的"),
        (b"%PDF-1.7 ...", "不是表格"),
        (b"\x89PNG\r\n\x1a\n....", "不是表格"),
        (b"PK\x03\x04 cut off", "坏了"),
        (xlsx(ROWS)[:-200], "坏了"),
        (xls(ROWS)[:3000], "坏了"),
        (_zip({"a.txt": b"x"}), "不是表格"),
        (_zip({"word/document.xml": b"<x/>"}), "不是表格"),
        (_zip({"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}), "这种表格"),
        (_zip({"xl/workbook.bin": b"x"}), "这种表格"),
        (b"<html><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d", "网页"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "网页"),
        (b"a" * (10 * 1024 * 1024 + 1), "10 MB"),
        ("姓名,身份证号\n".encode() + b"\xff\xfe\xfd\xfc\xfb", "认不出来"),
    ],
)
def test_files_of_the_wrong_kind_are_told_in_words(data: bytes, words: str) -> None:
    """The name says nothing: only the bytes are asked. Sabotage: go by the ending of the name."""
    assert words in refusal(data).reason


def test_a_zip_bomb_is_refused_before_it_unfolds() -> None:
    """Sabotage: leave budget() out."""
    assert "太大" in refusal(_with(xlsx(ROWS), "xl/media/image1.png", b"\0" * (90 * 1024 * 1024))).reason
    many = {f"xl/x{n}.xml": b"" for n in range(4001)} | {"xl/workbook.xml": b"<workbook/>"}
    assert "太大" in refusal(_zip(many)).reason


def test_a_size_that_lies_does_not_get_past_the_budget() -> None:
    """The central directory says 1,000 bytes, the member unfolds to 100 MB: the process meets its limits, we go on."""
    data = bytearray(_with(xlsx(ROWS), "xl/sharedStrings.xml", b"<sst>" + b" " * (100 * 1024 * 1024) + b"</sst>"))
    place = data.rfind(b"xl/sharedStrings.xml") - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    data[place + 24 : place + 28] = struct.pack("<I", 1000)
    refusal(bytes(data))


def test_one_long_text_in_many_cells_ends_only_the_reading_process() -> None:
    """100 kB of file ask for 20 GB. Sabotage: give the process 3 GB."""
    cells = b"".join(b'<c t="s"><v>0</v></c>' for _ in range(400))
    rows = b"".join(b"<row>" + cells + b"</row>" for _ in range(400))
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>' + b"x" * 130_000
    data = _with(xlsx(ROWS), "xl/worksheets/sheet1.xml", sheet + b"</sheetData></worksheet>")
    assert "太大" in refusal(_with(data, "xl/sharedStrings.xml", strings + b"</t></si></sst>")).reason
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_000_000  # kB


def test_a_value_in_the_last_corner_is_told_where_it_stands() -> None:
    """Sabotage: leave _reach out; a billion cells would be asked for."""
    book = openpyxl.Workbook()
    for row in (HEADER, *PEOPLE):
        book.active.append(row)
    book.active["XFD1048576"] = "."
    assert "第 1048576 行" in refusal(saved(book)).reason


def test_entities_are_not_unfolded() -> None:
    """Sabotage: leave _refuse_doctype out."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><workbook>&a;</workbook>'
    with pytest.raises(Unreadable, match="不该有的东西"):
        in_process(_with(xlsx(ROWS), "xl/workbook.xml", bomb))


def _compound(streams: dict[str, bytes]) -> bytes:
    """A small compound file: header, one table sector, one directory sector, then the streams."""
    table, bodies, entries, at = [0xFFFFFFFD, 0xFFFFFFFE], b"", [("Root Entry", 5, 0xFFFFFFFE, 0)], 2
    for name, content in streams.items():
        sectors = -(-max(len(content), 4096) // 512)
        entries.append((name, 2, at, sectors * 512))
        table += [*range(at + 1, at + sectors), 0xFFFFFFFE]
        bodies, at = bodies + content.ljust(sectors * 512, b"\0"), at + sectors
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    directory = b""
    for name, kind, start, size in entries:
        word = name.encode("utf-16-le") + b"\0\0"
        directory += word.ljust(64, b"\0") + struct.pack("<HBB", len(word), kind, 1) + b"\xff" * 12 + b"\0" * 36
        directory += struct.pack("<IQ", start, size)
    fat = b"".join(struct.pack("<I", n) for n in table).ljust(512, b"\xff")
    return head.ljust(512, b"\xff")[:512] + fat + directory.ljust(512, b"\0") + bodies


def test_files_with_a_password_are_told_as_such() -> None:
    """New ones are packed into a stream, old ones begin with FILEPASS. Sabotage: leave has_password out."""
    assert "密码" in refusal(_compound({"EncryptionInfo": b"x", "EncryptedPackage": b"y" * 5000})).reason
    data = bytearray(xls(ROWS))
    start = data.index(b"\x09\x08\x10\x00")
    data[start + 20 : start + 22] = b"\x2f\x00"
    assert "密码" in refusal(bytes(data)).reason
    assert "不是表格" in refusal(_compound({"WordDocument": b"x"})).reason


def test_five_thousand_people_with_their_details_are_read_in_seconds() -> None:
    rows = [(*HEADER, "单位", "户籍地", "备注"), *((*p, "某某合作社", "广东省佛山市顺德区", "") for p in people(5000))]
    assert len(read(xlsx(rows)).good) == 5000
