"""Makes a sheet in both forms, page by page, on the principal's behalf."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from lms.accounts import actions as accounts_actions
from lms.accounts import queries as accounts
from lms.accounts.rules import mask_name
from lms.cohorts import queries as cohorts
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.evidence import checkpoint_now
from lms.foundation.principal import Principal
from lms.learning import queries as learning
from lms.learning.queries import sheets as ledger
from lms.learning.rules.reasons import Reason, cause
from lms.publishing import queries as publishing
from lms.subsidies.models import HoursSheet
from lms.subsidies.rules.sheet import Lesson, lesson_text
from lms.subsidies.sheets import kinds
from lms.subsidies.sheets.kinds import ATTENDANCE, COLUMNS, LEDGER, WORDS, Known
from lms.subsidies.sheets.writing import Cell, Csv, Workbook

CHANGED = "台账第 {} 号封存和它的记录对不上，不能导出。请联系平台管理员"
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Made:
    """A finished sheet on disk; figures are whole numbers for the page."""

    xlsx: Path
    csv: Path
    rows: int
    figures: dict[str, int]


def make(wish: HoursSheet, principal: Principal, folder: Path, progress: Progress) -> Made:
    """Write both files; raises Refused where a row is not as it was sealed."""
    size = checkpoint_now().size
    columns = COLUMNS[wish.kind]
    xlsx, csv = folder / "sheet.xlsx", folder / "sheet.csv"
    book, plain = Workbook(xlsx, WORDS[wish.kind], _top(wish, principal), columns), Csv(csv, columns)
    totals = {"rows": 0, "credited_ms": 0, "excluded_ms": 0, "held_ms": 0}
    for rows in _rows(wish, principal, size, totals, progress):
        book.add(rows)
        plain.add(rows)
        totals["rows"] += len(rows)
    book.close()
    plain.close()
    return Made(xlsx, csv, totals["rows"], totals)


def _rows(
    wish: HoursSheet, principal: Principal, size: int, totals: dict[str, int], progress: Progress
) -> Iterator[list[list[Cell]]]:
    if wish.kind == LEDGER:
        yield from _ledger(wish, principal, size, totals, progress)
    else:
        yield _of_class(wish, principal, size, totals)


def which(wish: HoursSheet) -> ledger.Which:
    """The rows that a ledger sheet is about."""
    region = "" if wish.cohort_id else wish.region_code
    plan = "" if wish.cohort_id else wish.plan_code
    return ledger.Which(wish.cohort_id, wish.person_id, region, plan, wish.first, wish.last)


def _ledger(
    wish: HoursSheet, principal: Principal, size: int, totals: dict[str, int], progress: Progress
) -> Iterator[list[list[Cell]]]:
    of, after, known, number = which(wish), 0, _Learning(wish, principal), 1
    with transaction(principal):
        expected, holds = ledger.count(of, size), ledger.holds()
    while True:
        with transaction(principal):
            page = ledger.page(of, size, after, holds)
            names = known.of(page)
        if not page:
            return
        for row in page:
            if not row[-1]:
                raise Refused(CHANGED.format(row[0]), code="records_changed")
            totals["credited_ms"] += row[10]
            totals["excluded_ms"] += row[11]
            totals["held_ms"] += row[10] if row[3] in names.held else 0
        yield kinds.ledger_rows(page, number, names)
        after, number = page[-1][0], number + len(page)
        progress(number - 1, expected, f"正在写学时台账，{number - 1} / {expected} 条")


class _Learning:
    """What the ids of pages stand for, learnt as they come and kept."""

    def __init__(self, wish: HoursSheet, principal: Principal) -> None:
        self._wish, self._principal = wish, principal
        self._known = Known({}, {}, {}, {reason.value: cause(reason) for reason in Reason}, frozenset())

    def of(self, page: Sequence[Any]) -> Known:
        """Everything that a page names (inside a transaction)."""
        known = self._known
        new_classes = {row[1] for row in page} - known.classes.keys()
        new_people = {row[2] for row in page} - known.people.keys()
        if new_classes or new_people:
            self._known = Known(
                {**known.lessons, **_lessons(new_classes)},
                {**known.classes, **{one: cohorts.cohort(one).code for one in new_classes}},
                {**known.people, **_people(new_people, self._wish)},
                known.reasons,
                known.held.union(*(learning.held_sessions(one) for one in new_classes)),
            )
        return self._known


def _lessons(cohort_ids: Collection[UUID]) -> dict[object, str]:
    found = [lesson for one in cohort_ids for lesson in publishing.lessons(cohorts.cohort(one).version_id)]
    return {le.id: lesson_text(Lesson(str(le.id), le.number, le.title, le.duration_ms or 0)) for le in found}


def _people(ids: Collection[UUID], wish: HoursSheet) -> dict[object, tuple[str, str, str]]:
    """Name, number and phone: masked, or whole by an audited look."""
    found = accounts.people(ids)
    if wish.identity != "full":
        return {one.id: (mask_name(one.name), one.masked_id_number, one.masked_phone) for one in found.values()}
    numbers = accounts_actions.full_id_numbers(ids, reason=wish.reason)
    return {one.id: (one.name, numbers.get(one.id, ""), one.masked_phone) for one in found.values()}


def _of_class(wish: HoursSheet, principal: Principal, size: int, totals: dict[str, int]) -> list[list[Cell]]:
    assert wish.cohort_id is not None
    with transaction(principal):
        cohort = cohorts.cohort(wish.cohort_id)
        members = cohorts.members(wish.cohort_id)
        people = _people(members, wish)
        held = learning.held_sessions(wish.cohort_id)
        reasons: dict[str, str] = {reason.value: cause(reason) for reason in Reason}
        known = Known(_lessons([wish.cohort_id]), {}, people, reasons, held)
        sums = [] if wish.kind == ATTENDANCE else ledger.sums(wish.cohort_id, size, held)
    if wish.kind == ATTENDANCE:
        lines = [people.get(one, kinds.NOBODY) for one in members]
        return [kinds.attendance_row(nth, one, cohort.teacher, cohort.title) for nth, one in enumerate(lines, 1)]
    place = {person: nth for nth, person in enumerate(members)}
    sums.sort(key=lambda row: (place.get(row[0], len(place)), known.lessons.get(row[1], ""), str(row[1])))
    for row in sums:
        totals["credited_ms"] += row[5]
        totals["excluded_ms"] += row[6] or 0
        totals["held_ms"] += row[8]
    return [kinds.platform_row(nth, row, known) for nth, row in enumerate(sums, 1)]


def _top(wish: HoursSheet, principal: Principal) -> list[str]:
    """The sentences above the titles; nothing in them changes from one day to the next."""
    days = f"{wish.first or '开始'} 至 {wish.last or '现在'}" if wish.first or wish.last else ""
    if not wish.cohort_id:
        whose = "一位学员" if wish.person_id else f"地区 {wish.region_code}，{wish.plan_code or '各项工程'}"
        return [f"{WORDS[wish.kind]}　{whose}", days]
    with transaction(principal):
        cohort = cohorts.cohort(wish.cohort_id)
        school = accounts.organisation(cohort.tenant_id).name
    term = f"{cohort.starts_on} 至 {cohort.ends_on}"
    return [
        f"{WORDS[wish.kind]}　{cohort.title}（{cohort.code}）",
        f"培训机构：{school}　培训时间：{term}　{days}".strip(),
    ]
