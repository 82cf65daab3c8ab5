"""Sheets of hours: what they say, that they say it twice alike, that no cell is worked out, that an alarm stops them."""

import csv
import os
import subprocess
import sys
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from uuid import UUID, uuid4

import openpyxl
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.learning.checking import alarms, reading, rounds
from lms.subsidies.models import HoursSheetResult
from lms.subsidies.sheets import asking
from lms.subsidies.sheets.writing import Csv, Workbook
from tests.learning.classroom import Classroom
from tests.people import SYSTEM, Cast
from tests.subsidies.exporting import a_studied_class

COLUMNS = (("序号", 6), ("文字", 20), ("数", 8))


@pytest.fixture
def room(people: Cast, turn_clock) -> Classroom:  # type: ignore[no-untyped-def]
    return a_studied_class(people)


def ask(people: Cast, key: str = "hequan", **wish: object) -> UUID:
    principal = people.principal(key)
    with transaction(principal):
        return asking.ask(asking.Wish(**wish), str(uuid4()), principal)  # type: ignore[arg-type]


def done(sheet_id: UUID) -> HoursSheetResult:
    with transaction(SYSTEM):
        job_id = asking.sheet(sheet_id).job_id
    jobs.run(job_id)
    with transaction(SYSTEM):
        assert (error := jobs.find(job_id).error) is None, error
        result = asking.result(sheet_id)
    assert result is not None
    return result


def kept(app: Flask, key: str) -> bytes:
    with app.extensions["storage"].open(key) as stream:
        return stream.read()


def rows_of(app: Flask, result: HoursSheetResult) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(kept(app, result.csv_key).decode("utf-8-sig"))))


# What they say


def test_the_ledger_of_a_class_says_each_record_with_its_reason(app: Flask, people: Cast, room: Classroom) -> None:
    """Sabotage: leave the reason out of kinds._ledger_row, or read rows that have no place in the tree."""
    result = done(ask(people, kind="ledger", cohort_id=room.cohort_id))
    rows = rows_of(app, result)
    assert len(rows) == result.rows == len(room.rows("xiulan")) + len(room.rows("ahui"))
    assert sum(float(row["计入(秒)"]) for row in rows) == 420
    assert {row["没计入的原因"] for row in rows} == {"", "这些内容以前计过了，重看不再计"}
    assert {(row["学员"], row["终端类型"]) for row in rows} == {("黄*兰", "手机"), ("何*辉", "电脑")}
    book = openpyxl.load_workbook(BytesIO(kept(app, result.xlsx_key)))
    cells = list(book["学时台账"].iter_rows(min_row=4, values_only=True))
    assert [["" if cell is None else str(cell) for cell in row] for row in cells] == [
        list(row.values()) for row in rows
    ]


def test_the_data_for_the_seal_has_both_figures(app: Flask, people: Cast, room: Classroom) -> None:
    """Online and credited minutes side by side. Sabotage: sum credited_ms twice in _SUMS."""
    rows = rows_of(app, done(ask(people, kind="platform", cohort_id=room.cohort_id)))
    assert {(row["姓名"], row["在线(分钟)"], row["培训时长：计入(分钟)"], row["待核实(分钟)"]) for row in rows} == {
        ("黄*兰", "7", "6", "0"),
        ("何*辉", "1", "1", "0"),
    }


def test_the_attendance_form_has_a_line_for_everybody(app: Flask, people: Cast, room: Classroom) -> None:
    rows = rows_of(app, done(ask(people, "liumin", kind="attendance", cohort_id=room.cohort_id)))
    assert {(row["培训教师"], row["参训员工"], row["签名"]) for row in rows} == {
        ("刘敏", "黄*兰", ""),
        ("刘敏", "何*辉", ""),
    }


def test_a_person_s_ledger_and_all_of_a_region(app: Flask, people: Cast, room: Classroom) -> None:
    """Sabotage: drop the person from Which.conditions."""
    mine = rows_of(app, done(ask(people, kind="ledger", person_id=people.ahui)))
    assert {row["学员"] for row in mine} == {"何*辉"}
    assert len(rows_of(app, done(ask(people, kind="ledger")))) == len(room.rows("xiulan")) + len(room.rows("ahui"))


def test_the_same_request_twice_gives_the_same_bytes(app: Flask, people: Cast, room: Classroom, turn_clock) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: let zipfile write the time of day, or name the moment in the sentences above."""
    for kind in ("ledger", "platform", "attendance"):
        first = done(ask(people, kind=kind, cohort_id=room.cohort_id))
        turn_clock(days=1)
        second = done(ask(people, kind=kind, cohort_id=room.cohort_id))
        assert (first.xlsx_sha256, first.csv_sha256) == (second.xlsx_sha256, second.csv_sha256)


# Who may not, and what stops them


def test_whose_class_it_is_not_finds_nothing(people: Cast, room: Classroom) -> None:
    for key in ("zhaojun", "chenbo"):
        with pytest.raises(NotFound):
            ask(people, key, kind="ledger", cohort_id=room.cohort_id)
    with pytest.raises(Refused):
        ask(people, "liumin", kind="ledger")
    with pytest.raises(Refused):
        ask(people, "hequan", kind="ledger", cohort_id=room.cohort_id, identity="full", reason="报补贴")


def test_an_unsettled_difference_stops_every_export_but_the_form_to_sign(
    app: Flask, people: Cast, room: Classroom
) -> None:
    """Sabotage: leave _refuse_differences out of ask()."""
    with transaction(SYSTEM) as session:
        session.execute(text("update coverage set stretches = '[]'"))
    assert rounds.run("all", reading.everybody()).differences
    for wish in ({"cohort_id": room.cohort_id}, {"person_id": people.xiulan}, {}):
        with pytest.raises(Refused, match="对不上"):
            ask(people, kind="ledger", **wish)
    done(ask(people, kind="attendance", cohort_id=room.cohort_id))
    with transaction(SYSTEM):
        for one in alarms.alarms():
            alarms.settle(one.id, people.hequan, "是测试")
            alarms.settle(one.id, people.suwen, "我也看过")
    done(ask(people, kind="ledger", cohort_id=room.cohort_id))


# The files


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=12), st.integers(-(10**9), 10**9)), max_size=12))
def test_text_comes_back_unharmed_and_is_never_a_formula(tmp_path_factory, cells) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: write cells without t="inlineStr", or strip what looks like a formula."""
    rows = [[nth, words, number] for nth, (words, number) in enumerate(cells)]
    rows += [[n, f"{sign}1+1", 0] for n, sign in enumerate("=+-@\t|＝＋－＠")]
    xlsx, plain = (tmp_path_factory.getbasetemp() / name for name in ("s.xlsx", "s.csv"))
    book, sheet = Workbook(xlsx, "表", ["标题 <&>"], COLUMNS), Csv(plain, COLUMNS)
    for file in (book, sheet):
        file.add(rows)
        file.close()
    found = list(openpyxl.load_workbook(xlsx)["表"].iter_rows(min_row=3))
    assert {cell.data_type for row in found for cell in row} <= {"n", "s", "inlineStr"}
    for line, row in zip(found, rows, strict=True):
        assert (line[1].value or "") == row[1] or not row[1].isprintable()
    lines = list(csv.reader(StringIO(plain.read_bytes().decode("utf-8-sig"), newline="")))
    for line, row in zip(lines[1:], rows, strict=True):
        assert not line[1].startswith(tuple("=+-@\t|＝＋－＠"))
        assert line[1] in (row[1], f"'{row[1]}") or not row[1].isprintable()


_MAKE = """
from pathlib import Path
from lms.subsidies.sheets.writing import Csv, Workbook
columns = (("序号", 6), ("文字", 20))
for file in (Workbook(Path("s.xlsx"), "表", ["标题"], columns), Csv(Path("s.csv"), columns)):
    file.add([[n, f"第 {n} 行 =1+1"] for n in range(50)])
    file.close()
"""


def test_another_process_place_and_language_give_the_same_bytes(tmp_path: Path) -> None:
    """Sabotage: let zipfile take the time of day, or open the CSV in the language of the machine."""
    made = []
    for zone, language in (("Asia/Shanghai", "zh_CN.UTF-8"), ("America/St_Johns", "C")):
        folder = tmp_path / language
        folder.mkdir()
        around = {**os.environ, "TZ": zone, "LC_ALL": language, "PYTHONPATH": str(Path(__file__).parents[3])}
        subprocess.run([sys.executable, "-c", _MAKE], cwd=folder, env=around, check=True)
        made.append([(folder / name).read_bytes() for name in ("s.xlsx", "s.csv")])
    assert made[0] == made[1]


def test_the_strongest_proof_that_held_is_shown_with_its_means(app: Flask, people: Cast, room: Classroom) -> None:
    """A proof given in the class, whatever session was open. Sabotage: leave the interval's end out of the join."""
    began = room.rows("xiulan")[0].started_at
    with transaction(SYSTEM) as session:
        place = "tenant_id, region_code, plan_code from registration where person_id = :who"
        proof = (
            "insert into identity_proof (id, person_id, cohort_id, at, method, level, tenant_id, region_code, plan_code)"
            " select gen_random_uuid(), person_id, cohort_id, cast(:at as timestamptz), :method, :level, "
        )
        for method, level, hours in (("code", 1, 1), ("passkey", 2, 2), ("passkey", 2, 30)):
            told = {"who": people.xiulan, "at": began - timedelta(hours=hours), "method": method, "level": level}
            session.execute(text(proof + place), told)
    rows = rows_of(app, done(ask(people, kind="ledger", cohort_id=room.cohort_id)))
    assert {(row["学员"], row["身份核验"]) for row in rows} == {("黄*兰", "2 级，手机通行密钥"), ("何*辉", "没有核验")}
    rows = rows_of(app, done(ask(people, kind="platform", cohort_id=room.cohort_id)))
    assert {row["身份核验"] for row in rows} == {"2 级，手机通行密钥", "没有核验"}


def test_a_full_sheet_goes_on_in_the_next(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: never begin a second sheet."""
    monkeypatch.setattr("lms.subsidies.sheets.writing.LONGEST_SHEET", 10)
    book = Workbook(tmp_path / "s.xlsx", "表", ["标题"], COLUMNS)
    book.add([[n, "字", n] for n in range(20)])
    book.close()
    sheets = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert sheets.sheetnames == ["表", "表 2", "表 3"]
    assert [
        row[0] for name in sheets.sheetnames for row in sheets[name].iter_rows(min_row=3, values_only=True)
    ] == list(range(20))
