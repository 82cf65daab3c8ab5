"""Quiz sheets as WPS and Excel really save them."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.course import QuestionKind, Quiz, Refused
from courses.quiz.reading import read_sheet
from courses.zipped import Bomb, refuse_bomb
from tests.courses import sheets


def refusals(path: Path) -> list[str]:
    with pytest.raises(Refused) as refusal:
        read_sheet(path)
    assert all(finding.mend for finding in refusal.value.findings)
    return [finding.what for finding in refusal.value.findings]


def test_five_questions(tmp_path: Path) -> None:
    quiz, findings = read_sheet(sheets.good(tmp_path / "quiz.xlsx"))
    assert [question.kind for question in quiz.questions] == [
        QuestionKind(k) for k in ("single", "multiple", "judge", "judge", "single")
    ]
    assert quiz.questions[1].answer == (0, 1, 3)
    assert quiz.questions[2].options == ("对", "错")
    assert quiz.questions[2].answer == (1,)
    assert quiz.questions[4].options == ("250", "500", "2000")
    assert findings[0].what == "5 道题，单选 2、多选 1、判断 2"
    assert findings[1].what == "有 1 道题没有解析"
    assert Quiz.from_json(quiz.as_json()) == quiz


def test_title_row_full_width_and_other_habits(tmp_path: Path) -> None:
    """Sabotage: expect the header in the first row, or compare letters without NFKC."""
    header = ["题 型", "题　目", "Ａ", "B选项", "选项 C", "正确答案", "答案解析"]
    rows = [
        header,
        ["单选题", " 荔枝 ", "一", "二", "三", "Ｂ", ""],
        [],
        ["多选题", "包装", "一", "二", "三", "A、C", ""],
        ["", "要验证码的是骗子", "", "", "", "√", ""],
    ]
    quiz, _ = read_sheet(sheets.write(tmp_path / "wps.xlsx", rows, above=2))
    assert [question.answer for question in quiz.questions] == [(1,), (0, 2), (0,)]
    assert quiz.questions[0].text == "荔枝"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-8"])
def test_csv_of_excel_and_wps(tmp_path: Path, encoding: str) -> None:
    """Sabotage: read csv as UTF-8 alone."""
    path = tmp_path / "quiz.csv"
    path.write_bytes("题型,题目,选项A,选项B,答案\r\n单选,荔枝,一,二,A\r\n".encode(encoding))
    assert read_sheet(path)[0].questions[0].text == "荔枝"


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    """Sabotage: stop at the first."""
    rows = [
        sheets.HEADER,
        ["单选", "一", "甲", "乙", "", "", "E", ""],
        ["口试", "二", "", "", "", "", "随便", ""],
        ["单选", "", "甲", "乙", "", "", "A", ""],
        ["判断", "四", "", "", "", "", "也许", ""],
        ["多选", "五", "甲", "乙", "", "", "A", ""],
        ["单选", "六", "甲", "", "丙", "", "A", ""],
        ["单选", "七", "甲", "甲", "", "", "A", ""],
        ["单选", "八", "甲", "乙", "", "", "", ""],
        ["单选", "九", "甲", "乙", "", "", "AB", ""],
    ]
    found = refusals(sheets.write(tmp_path / "bad.xlsx", rows))
    assert [what.split("：")[0] for what in found] == [f"第 {number} 行" for number in range(2, 11)]


def test_no_header_no_rows_and_no_table(tmp_path: Path) -> None:
    assert "没有“题目”和“答案”" in refusals(sheets.write(tmp_path / "a.xlsx", [["姓名", "电话"], ["甲", "1"]]))[0]
    assert refusals(sheets.write(tmp_path / "b.xlsx", [sheets.HEADER])) == ["表里一道题也没有"]
    broken = tmp_path / "c.xlsx"
    broken.write_bytes(b"PK\x03\x04" + bytes(300))
    assert refusals(broken) == ["表格打不开，文件可能坏了"]


def test_a_bomb_is_not_opened(tmp_path: Path) -> None:
    """A good workbook whose sheet unpacks to 150 MB. Sabotage: skip refuse_bomb: the reader takes it all into memory."""
    bomb = tmp_path / "bomb.xlsx"
    bomb.write_bytes(_padded(sheets.good(tmp_path / "good.xlsx"), 150 << 20))
    assert bomb.stat().st_size < 1 << 20
    assert refusals(bomb) == ["表格打不开，文件可能坏了"]


def test_a_bomb_that_lies_about_its_size_is_seen_through(tmp_path: Path) -> None:
    """Sabotage: add up the file_size of the listing instead of inflating."""
    with pytest.raises(Bomb):
        refuse_bomb(_lying(_padded(sheets.good(tmp_path / "good.xlsx"), 150 << 20)), 100 << 20)


def _padded(workbook: Path, blanks: int) -> bytes:
    """The same workbook with blanks behind its sheet's last tag."""
    packed = io.BytesIO()
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b" " * blanks if name.endswith("sheet1.xml") else b""))
    return packed.getvalue()


def _lying(data: bytes) -> bytes:
    """The archive with every size above a megabyte told as 1000, in local headers and in the listing."""
    told = bytearray(data)
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = told.find(magic)
        while place >= 0:
            size = told[place + offset : place + offset + 4]
            if int.from_bytes(size, "little") > 1 << 20:
                told[place + offset : place + offset + 4] = (1000).to_bytes(4, "little")
            place = told.find(magic, place + 4)
    return bytes(told)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=300)
    | st.binary(max_size=300).map(lambda data: b"PK\x03\x04" + data)
    | st.binary(max_size=600).map(lambda data: b"\xd0\xcf\x11\xe0" + data)
)
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes) -> None:
    """Sabotage: catch CalamineError alone: the reader panics on some of these."""
    path = tmp_path / "any.xlsx"
    path.write_bytes(data)
    _read_or_refuse(path)


_cell = (
    st.text(max_size=12)
    | st.sampled_from(["单选", "多选", "判断", "A", "AB", "对", "×", "Ａ、Ｂ", "题目"])
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.lists(_cell, max_size=8), max_size=8))
def test_any_table_is_read_or_refused(tmp_path: Path, rows: list[list[object]]) -> None:
    path = tmp_path / "any.csv"
    lines = [sheets.HEADER, *rows]
    path.write_text(
        "\n".join(",".join('"' + str(cell).replace('"', '""') + '"' for cell in row) for row in lines),
        "utf-8",
        errors="replace",
    )
    _read_or_refuse(path)


def _read_or_refuse(path: Path) -> None:
    try:
        quiz, _ = read_sheet(path)
    except Refused as refusal:
        assert all(finding.what and finding.mend for finding in refusal.findings)
        return
    for question in quiz.questions:
        assert question.answer
        assert max(question.answer) < len(question.options)
