"""What waits about hours: held time, appeals, corrections for a second person."""

from lms.accounts import queries as accounts
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import Ask, Source, TodoItem
from lms.learning.queries import appeals, holds
from lms.learning.rules import holding


def _holds(principal: Principal, ask: Ask) -> list[TodoItem]:
    found = holds.open_holds(principal, ask)
    names = accounts.organisations({one.tenant_id for one in found})
    return [
        TodoItem(
            "学时核实", one.words.title, names[one.tenant_id].name, "reviews.hold", {"anomaly_id": one.id}, one.id,
            one.created_at, plan_code=one.plan_code,
        )
        for one in found
    ]  # fmt: skip


def _appeals(principal: Principal, ask: Ask) -> list[TodoItem]:
    found = appeals.open_appeals(principal, ask)
    names = accounts.organisations({one.tenant_id for one in found})
    return [
        TodoItem(
            "学时申诉", f"{one.lesson_title}：学员的申诉", names[one.tenant_id].name, "reviews.appeal",
            {"appeal_id": one.id}, one.id, one.created_at, plan_code=one.plan_code,
        )
        for one in found
    ]  # fmt: skip


def _corrections(principal: Principal, ask: Ask) -> list[TodoItem]:
    found = appeals.open_corrections(principal, ask)
    names = accounts.organisations({one.tenant_id for one in found})
    return [
        TodoItem(
            "学时更正", f"更正 {one.number}", names[one.tenant_id].name, "reviews.correction",
            {"correction_id": one.id}, one.id, one.created_at, plan_code=one.plan_code,
        )
        for one in found
    ]  # fmt: skip


SOURCES = (
    Source("学时核实", Permission.HOURS_REVIEW, _holds, holds.count_open, holding.HOLD_WORKING_DAYS),
    Source("学时申诉", Permission.HOURS_CORRECT, _appeals, appeals.count_appeals, holding.APPEAL_WORKING_DAYS),
    Source("学时更正", Permission.HOURS_REVIEW, _corrections, appeals.count_corrections, holding.APPEAL_WORKING_DAYS),
)
