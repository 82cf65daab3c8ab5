"""One floor at the claim line; the sheet says what the records say."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.foundation.evidence import canonical
from lms.subsidies import verify
from lms.subsidies.rules import claims, sheet
from lms.subsidies.rules.entries import Entry, entry, on_the_wall
from lms.subsidies.rules.lines import Line, lines, played
from tests.subsidies import ledgers

XIAOYING, AMEI = ledgers.PEOPLE[:2]
ORDER = [person.person_id for person in ledgers.PEOPLE]


def entries(rows: list[dict]) -> list[Entry]:  # type: ignore[type-arg]
    return [entry(row, nth, canonical.hash_of("hours", row), row["ip"]) for nth, row in enumerate(rows)]


@pytest.mark.parametrize(
    ("seconds", "hours"), [(0, 0), (44 * 60 + 59, 0), (2700, 1), (5399, 1), (5400, 2), (2699.999, 0), (-30, 0)]
)
def test_vectors_of_the_domain(seconds: float, hours: int) -> None:
    """domain.md 2.2. Sabotage: round to the nearest."""
    assert claims.class_hours(round(seconds * 1000), 2700) == hours


def test_one_floor_for_all_lines_of_a_year() -> None:
    """Two lines of 44 min 59 s and 1 min 1 s in two sessions make one hour. Sabotage: floor each line."""
    rows = [
        ledgers.content(1, XIAOYING, credited_ms=2_699_000, claimed_ms=2_699_000),
        ledgers.content(2, XIAOYING, credited_ms=1_000, claimed_ms=1_000, session_id="another"),
    ]
    found = lines(entries(rows), ORDER)
    assert len(found) == 2
    [claim] = claims.claims(found, [XIAOYING.person_id], 2700, "2026")
    assert (claim.class_hours, claim.remainder_ms) == (1, 0)
    assert [claims.class_hours(line.running_ms, 2700) for line in found] == [0, 1]


def test_years_are_claimed_apart() -> None:
    """Sabotage: add both years before the floor."""
    half = 1_350_000
    rows = [
        ledgers.content(1, XIAOYING, credited_ms=half, claimed_ms=half, day="2026-12-31"),
        ledgers.content(2, XIAOYING, credited_ms=half, claimed_ms=half, day="2027-01-01"),
    ]
    found = claims.claims(lines(entries(rows), ORDER), [XIAOYING.person_id], 2700, "2026")
    assert [(claim.year, claim.class_hours) for claim in found] == [("2026", 0), ("2027", 0)]


def test_who_earned_nothing_stands_in_the_summary() -> None:
    [claim] = claims.claims([], [AMEI.person_id], 2700, "2026")
    assert (claim.year, claim.credited_ms, claim.class_hours) == ("2026", 0, 0)


def test_a_line_is_one_person_session_lesson_and_day() -> None:
    rows = [
        ledgers.content(1, XIAOYING),
        ledgers.content(2, XIAOYING, at=30),
        ledgers.content(3, XIAOYING, lesson=ledgers.LESSONS[1]),
        ledgers.content(4, XIAOYING, session_id="later"),
        ledgers.content(5, XIAOYING, at=86_400),
        ledgers.content(6, AMEI),
    ]
    found = lines(entries(rows), ORDER)
    assert [(line.person_id, line.day, line.credited_ms) for line in found] == [
        (XIAOYING.person_id, "2026-11-20", 60_000),
        (XIAOYING.person_id, "2026-11-20", 30_000),
        (XIAOYING.person_id, "2026-11-20", 30_000),
        (XIAOYING.person_id, "2026-11-21", 30_000),
        (AMEI.person_id, "2026-11-20", 30_000),
    ]


def one_line(*rows: dict) -> tuple[Line, list]:  # type: ignore[type-arg]
    [line] = lines(entries(list(rows)), ORDER)
    return line, next(sheet.line_rows([line], ledgers.SUBJECT.frame))


def cell(row: list, title: str) -> object:  # type: ignore[type-arg]
    return row[[name for name, _, _ in sheet.LINE_COLUMNS].index(title)]


def test_columns_of_the_domain() -> None:
    """domain.md §3.3 B, each by its name. Sabotage: rename or drop one."""
    wanted = "班级编号 课程/章节 学员 学习日期 开始时间 结束时间 终端类型 IP 播放起止点 原始时长(秒) 有效时长(秒) 不计时长及原因代码 折算学时 累计学时 计划学时 完成率 测验成绩 身份核验次数/通过次数 抓拍张数 授课方式(线上/线下) 教师 是否人工更正/更正单号 证据摘要(哈希) 记录时间"
    titles = [name for name, _, _ in sheet.LINE_COLUMNS if name not in {"序号", "身份证号"}]
    assert titles == wanted.split(" ")


def test_cells() -> None:
    row = ledgers.content(0, XIAOYING, credited_ms=12_500, claimed_ms=30_000, device="tablet")
    line, cells = one_line(row, ledgers.content(1, XIAOYING, at=30, ip="10.0.0.2"))
    assert cell(cells, "课程/章节") == "第 1 课 第1讲 <卖货> & =1+1"
    assert cell(cells, "身份证号") == XIAOYING.id_number
    assert cell(cells, "开始时间") == "2026-11-20 09:00:00"
    assert cell(cells, "结束时间") == "2026-11-20 09:01:00"
    assert cell(cells, "终端类型") == "平板、手机"
    assert cell(cells, "IP") == "10.0.0.1、10.0.0.2"
    assert cell(cells, "播放起止点") == "0:00–0:12、0:30–1:00"
    assert cell(cells, "原始时长(秒)") == Decimal(60)
    assert cell(cells, "有效时长(秒)") == Decimal("42.5")
    assert cell(cells, "不计时长及原因代码") == "17.5（gap 17.5）"
    assert cell(cells, "折算学时") == Decimal("0.0157")
    assert cell(cells, "累计学时") == 0
    assert cell(cells, "完成率") == "0.0%"
    assert cell(cells, "测验成绩") == "60"
    assert cell(cells, "抓拍张数") == "—"
    assert cell(cells, "是否人工更正/更正单号") == "否"
    assert cell(cells, "证据摘要(哈希)") == line.evidence


def test_a_correction_is_named() -> None:
    fix = ledgers.content(2, XIAOYING, credited_ms=-10_000, claimed_ms=0, excluded_ms=0, correction_no="GZ-7")
    _, cells = one_line(ledgers.content(1, XIAOYING), {**fix, "from_ms": None, "to_ms": None})
    assert cell(cells, "是否人工更正/更正单号") == "是 GZ-7"
    assert cell(cells, "有效时长(秒)") == Decimal(20)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 20)), max_size=8))
def test_played_holds_each_millisecond_once(pairs: list[tuple[int, int]]) -> None:
    stretches = [(start, start + length) for start, length in pairs]
    joined = played(stretches)
    held = {ms for start, end in stretches for ms in range(start, end)}
    assert sum(end - start for start, end in joined) == len(held)
    assert all(a[1] < b[0] for a, b in pairwise(joined))


def test_time_on_hold_and_time_taken_back_are_not_claimed() -> None:
    """Sabotage: leave `held` out of claims._claim, or count what a check took as played."""
    kept = ledgers.content(0, XIAOYING, credited_ms=5_400_000, claimed_ms=5_400_000)
    waits = {**ledgers.content(1, XIAOYING, credited_ms=2_700_000, claimed_ms=2_700_000), "session_id": "waits"}
    taken = {**kept, "claimed_ms": 0, "credited_ms": -2_700_000, "excluded_ms": 2_700_000, "reason": "presence"}
    found = lines(entries([kept, waits, {**taken, "check_id": "c1"}]), ORDER)
    [claim, *_] = claims.claims(found, [XIAOYING.person_id], 2700, "2026", {"waits"})
    assert (claim.credited_ms, claim.held_ms, claim.class_hours, claim.remainder_ms) == (5_400_000, 2_700_000, 1, 0)


def test_midnight_is_guangdongs() -> None:
    assert on_the_wall("2026-11-22T16:00:00.000000Z") == "2026-11-23 00:00:00"


@settings(deadline=None)
@given(rows=st.integers(1, 60), seed=st.integers(0, 2**32))
def test_the_verifier_derives_the_same_sheet(rows: int, seed: int) -> None:
    """Two programs written apart agree cell by cell. Sabotage: change any reader of sheet.LINE_COLUMNS."""
    made = ledgers.ledger(rows, seed)
    found = lines(entries(made), ORDER)
    bundle = verify.Bundle(
        context={
            "cohort_code": ledgers.SUBJECT.cohort_code,
            "lessons": [{"id": le.id, "number": le.number, "title": le.title} for le in ledgers.LESSONS],
            "planned_class_hours": ledgers.SUBJECT.planned_class_hours,
            "teacher": ledgers.SUBJECT.teacher,
            "year": "2026",
            "held": sorted({row["session_id"] for row in made[: rows // 3]}),
        },
        policies={ledgers.POLICY_HASH: ledgers.POLICY},
        people={p.person_id: {"name": p.name, "id_number": p.id_number, "scores": p.scores} for p in ledgers.PEOPLE},
    )
    for nth, row in enumerate(made):
        verify.line_of(bundle, row, nth).add(row, row["ip"], canonical.hash_of("hours", row))
    frame = ledgers.SUBJECT.frame
    assert list(sheet.line_rows(found, frame)) == list(verify.line_cells(bundle))
    claimed = claims.claims(found, ORDER, 2700, "2026", frozenset(bundle.context["held"]))
    assert list(sheet.claim_rows(claimed, frame)) == list(verify.claim_cells(bundle))
