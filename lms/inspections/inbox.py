"""What waits about inspections: to be looked at, to be mended."""

from lms.accounts import queries as accounts
from lms.cohorts import queries as cohorts
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import Ask, Source, TodoItem
from lms.inspections import queries, rules


def _open(principal: Principal, ask: Ask) -> list[TodoItem]:
    return _items("抽查", queries.open_inspections(principal, ask), "inspections.detail")


def _mend(principal: Principal, ask: Ask) -> list[TodoItem]:
    return _items("抽查整改", queries.to_mend(principal, ask), "inspections.mend")


def _items(kind: str, found: list[queries.InspectionView], endpoint: str) -> list[TodoItem]:
    names = accounts.organisations({one.tenant_id for one in found})
    classes = cohorts.titles({one.cohort_id for one in found})
    return [
        TodoItem(
            kind, f"{classes.get(one.cohort_id, '')}：{rules.KIND_WORDS[one.kind]}", names[one.tenant_id].name, endpoint,
            {"inspection_id": one.id}, one.id, one.created_at, plan_code=one.plan_code,
        )
        for one in found
    ]  # fmt: skip


SOURCES = (
    Source("抽查", Permission.INSPECTION_DO, _open, queries.count_open, rules.INSPECTION_WORKING_DAYS),
    Source("抽查整改", Permission.INSPECTION_MEND, _mend, queries.count_to_mend),
)
