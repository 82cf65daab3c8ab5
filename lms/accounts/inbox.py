"""What waits among organisations, for whom, and how alike items are decided together."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from lms.accounts.actions import delegating, papers, registering
from lms.accounts.queries import delegations, names_of
from lms.accounts.queries import papers as held
from lms.accounts.queries.organisations import applications_waiting, count_applications, organisations
from lms.foundation import clock
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import Ask, Batch, Decision, Source, TodoItem


def todo(principal: Principal) -> list[TodoItem]:
    """What a 负责人 or clerk must renew: papers and teachers' certificates that end soon or have ended."""
    items = []
    if principal.may(Permission.STAFF_MANAGE):
        items += [_ending(paper) for paper in held.qualifications_ending(principal)]
    if principal.may(Permission.TEACHERS_KEEP):
        items += [_teacher_ending(teacher) for teacher in held.teachers_ending(principal)]
    return items


def _ending(paper: held.QualificationView) -> TodoItem:
    title = f"{paper.words}{_how_long(paper.valid_until)}"
    return TodoItem(
        "资质到期", title, "", "organisations.home", {}, paper.id, paper.created_at, _end_of(paper.valid_until),
        paper.plan_code,
    )  # fmt: skip


def _teacher_ending(teacher: held.TeacherView) -> TodoItem:
    title = f"{teacher.name}的{teacher.certificate or '证书'}{_how_long(teacher.valid_until)}"
    address: dict[str, object] = {"teacher_id": teacher.id}
    due = _end_of(teacher.valid_until)
    return TodoItem("师资证书到期", title, "", "organisations.teacher", address, teacher.id, due, due)


def _how_long(until: date | None) -> str:
    days = (until - clock.today()).days if until else 0
    return f"还有 {days} 天到期" if days >= 0 else "已经过期"


def _end_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time(23, 59, 59), clock.SHANGHAI).astimezone(UTC) if day else None


def _applications(principal: Principal, ask: Ask) -> list[TodoItem]:
    return [
        TodoItem(
            "机构登记", f"{one.name}申请登记", one.kind_words, "organisations.application",
            {"application_id": one.id}, one.id, one.created_at, plan_code=one.plan_code,
        )
        for one in applications_waiting(principal, ask.after, ask.limit, ask.plan_code)
    ]  # fmt: skip


def _papers(principal: Principal, ask: Ask) -> list[TodoItem]:
    found = held.qualifications_waiting(principal, ask.after, ask.limit, ask.plan_code)
    names = organisations({one.tenant_id for one in found})
    return [
        TodoItem(
            "资质核对", one.words, names[one.tenant_id].name, "organisations.review_qualification",
            {"qualification_id": one.id}, one.id, one.created_at, plan_code=one.plan_code,
        )
        for one in found
    ]  # fmt: skip


def _loans(principal: Principal, ask: Ask) -> list[TodoItem]:
    if ask.plan_code:
        return []
    found = delegations.delegations_to_note(principal.person(), ask.after, ask.limit)
    names = names_of({one for loan in found for one in (loan.person_id, loan.borrower_id)})
    return [
        TodoItem(
            "代办", f"{names[loan.borrower_id]}代{names[loan.person_id]}做{loan.words}", "",
            "delegations.show", {"delegation_id": loan.id}, loan.id, loan.created_at,
        )
        for loan in found
    ]  # fmt: skip


def _count_loans(principal: Principal, plan_code: str) -> int:
    return 0 if plan_code else delegations.count_delegations_to_note(principal.person())


def _admit(said: Decision, principal: Principal) -> UUID | None:
    return registering.decide_application(
        said.subject_id, approve=said.approve, reason=said.reason, principal=principal
    )


def _look_at_paper(said: Decision, principal: Principal) -> None:
    papers.decide_qualification(said.subject_id, approve=said.approve, reason=said.reason, principal=principal)


def _take_note(said: Decision, principal: Principal) -> None:
    delegating.note(said.subject_id, principal)


SOURCES = (
    Source(
        "机构登记", Permission.ORGANISATION_ADMIT, _applications, count_applications, 5,
        Batch(_admit, "同意登记", "退回", "同意以后单位就能登录办事"),
    ),
    Source(
        "资质核对", Permission.ORGANISATION_ADMIT, _papers, held.count_qualifications, 5,
        Batch(_look_at_paper, "核对无误", "退回", "核对以后才能据此报班"),
    ),
    Source("代办", Permission.AUDIT_READ, _loans, _count_loans, 5, Batch(_take_note, "知道了")),
)  # fmt: skip
