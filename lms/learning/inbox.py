"""What waits at the desks: held time, appeals, corrections for a second person, papers to be marked."""

from collections.abc import Callable, Sequence
from typing import Any

from lms.accounts import queries as accounts
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import Ask, Source, TodoItem
from lms.learning.queries import appeals, holds, quizzes
from lms.learning.rules import holding, marks


def _listed(
    kind: str,
    page: Callable[[Principal, Ask], Sequence[Any]],
    title: Callable[[Any], str],
    endpoint: str,
    argument: str,
) -> Callable[[Principal, Ask], list[TodoItem]]:
    """A page of a source, each item with its title and the address where it is done."""

    def items(principal: Principal, ask: Ask) -> list[TodoItem]:
        found = page(principal, ask)
        names = accounts.organisations({one.tenant_id for one in found})
        return [
            TodoItem(
                kind, title(one), names[one.tenant_id].name, endpoint, {argument: one.id}, one.id, one.created_at,
                plan_code=one.plan_code,
            )
            for one in found
        ]  # fmt: skip

    return items


_holds = _listed("学时核实", holds.open_holds, lambda one: one.words.title, "reviews.hold", "anomaly_id")
_appeals = _listed(
    "学时申诉", appeals.open_appeals, lambda one: f"{one.lesson_title}：学员的申诉", "reviews.appeal", "appeal_id"
)
_corrections = _listed(
    "学时更正", appeals.open_corrections, lambda one: f"更正 {one.number}", "reviews.correction", "correction_id"
)
_papers = _listed(
    "批卷",
    quizzes.papers_to_mark,
    lambda one: f"第 {one.number} 次交的卷子，有要老师批的题",
    "learning.paper",
    "paper_id",
)

SOURCES = (
    Source("学时核实", Permission.HOURS_REVIEW, _holds, holds.count_open, holding.HOLD_WORKING_DAYS),
    Source("学时申诉", Permission.HOURS_CORRECT, _appeals, appeals.count_appeals, holding.APPEAL_WORKING_DAYS),
    Source("学时更正", Permission.HOURS_REVIEW, _corrections, appeals.count_corrections, holding.APPEAL_WORKING_DAYS),
    Source("批卷", Permission.QUIZ_MARK, _papers, quizzes.count_to_mark, marks.WORKING_DAYS),
)
