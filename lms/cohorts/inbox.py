"""What waits among classes, for whom, and how alike filings are decided together."""

from lms.accounts import queries as accounts
from lms.cohorts import queries
from lms.cohorts.actions import checking, filing
from lms.foundation.errors import Conflict
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import Ask, Batch, Decision, Source, TodoItem

MOVED_ON = "这份材料刚才已经有变化，单独打开看看"


def todo(principal: Principal) -> list[TodoItem]:
    """Classes that a clerk must mend because the authority sent them back."""
    if not principal.may(Permission.COHORT_FILE) or not principal.organisations:
        return []
    return [
        TodoItem(
            "班级退回", one.title, "", "cohorts.detail", {"cohort_id": one.id}, one.id, since,
            plan_code=one.plan_code, owner=one.filed_by,
        )
        for one, since in queries.returned_cohorts(principal)
    ]  # fmt: skip


def _filings(principal: Principal, ask: Ask) -> list[TodoItem]:
    found = queries.cohorts_waiting(principal, ask.after, ask.limit, ask.plan_code)
    names = accounts.organisations({one.tenant_id for one in found})
    return [
        TodoItem(
            "开班", f"{one.title}开班", names[one.tenant_id].name, "cohorts.review", {"cohort_id": one.id}, one.id,
            one.filed_at, plan_code=one.plan_code,
        )
        for one in found
    ]  # fmt: skip


def _looks(kind: str, words: str, endpoint: str):  # type: ignore[no-untyped-def]
    def page(principal: Principal, ask: Ask) -> list[TodoItem]:
        found = accounts.second_looks_waiting(principal, kind, ask.after, ask.limit, ask.plan_code)
        names = accounts.names_of({one.asked_by for one in found})
        return [
            TodoItem(
                words, one.title, f"{names.get(one.asked_by, '')}提交", endpoint, _address(one), one.subject_id,
                one.created_at, plan_code=one.plan_code,
            )
            for one in found
        ]  # fmt: skip

    return page


def _address(look: accounts.SecondLookView) -> dict[str, object]:
    if look.kind == checking.ROSTER:
        return {"cohort_id": look.parent_id, "import_id": look.subject_id}
    return {"cohort_id": look.subject_id}


def _count(kind: str):  # type: ignore[no-untyped-def]
    return lambda principal, plan_code: accounts.count_second_looks(principal, kind, plan_code)


def _open(said: Decision, principal: Principal) -> None:
    filing.decide(said.subject_id, approve=said.approve, reason=said.reason, seen_at=said.seen_at, principal=principal)


def _look(said: Decision, principal: Principal) -> None:
    look = accounts.second_look_of(filing.FILING, said.subject_id)
    if look is None or look.created_at != said.seen_at:
        raise Conflict(MOVED_ON)
    filing.file_checked(
        said.subject_id, approve=said.approve, reason=said.reason, seen=look.digest, principal=principal
    )


SOURCES = (
    Source(
        "开班", Permission.COHORT_APPROVE, _filings, queries.count_waiting, 5,
        Batch(_open, "同意开班", "退回修改", "开班期间学的时间计入学时。同意以后不能撤回"),
    ),
    Source(
        "开班内审", Permission.FILING_APPROVE, _looks(filing.FILING, "开班内审", "cohorts.check"),
        _count(filing.FILING), 2, Batch(_look, "没问题，报主管部门", "退给经办"),
    ),
    Source(
        "名单内审", Permission.FILING_APPROVE, _looks(checking.ROSTER, "名单内审", "cohorts.check_roster"),
        _count(checking.ROSTER), 2,
    ),
)  # fmt: skip
