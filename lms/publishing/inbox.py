"""What waits among packages, for whom: a page at a time, because there may be thousands."""

from lms.accounts import queries as accounts
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import Ask, Source, TodoItem
from lms.publishing.actions.second_looks import PACKAGE
from lms.publishing.queries import review


def _versions(principal: Principal, ask: Ask) -> list[TodoItem]:
    found = review.versions_waiting(principal, ask.after, ask.limit, ask.plan_code)
    names = accounts.organisations({one.tenant_id for one in found})
    return [
        TodoItem(
            "课程包", f"{one.title}，第 {one.number} 版", names[one.tenant_id].name, "publishing.review",
            {"version_id": one.id}, one.id, one.submitted_at, plan_code=one.plan_code,
        )
        for one in found
    ]  # fmt: skip


def _looks(principal: Principal, ask: Ask) -> list[TodoItem]:
    found = accounts.second_looks_waiting(principal, PACKAGE, ask.after, ask.limit, ask.plan_code)
    names = accounts.names_of({one.asked_by for one in found})
    return [
        TodoItem(
            "课程包内审", one.title, f"{names.get(one.asked_by, '')}提交", "publishing.check",
            {"version_id": one.subject_id}, one.subject_id, one.created_at, plan_code=one.plan_code,
        )
        for one in found
    ]  # fmt: skip


def _count_looks(principal: Principal, plan_code: str) -> int:
    return accounts.count_second_looks(principal, PACKAGE, plan_code)


# A package is approved lesson by lesson and a second person watches it: neither can be done to several at once.
SOURCES = (
    Source("课程包", Permission.PACKAGE_REVIEW, _versions, review.count_waiting, 5),
    Source("课程包内审", Permission.FILING_APPROVE, _looks, _count_looks, 2),
)
