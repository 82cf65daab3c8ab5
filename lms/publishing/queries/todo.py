"""What waits for somebody in publishing: courses and training packages to decide on, packages to sign, to mend, to send in."""

from uuid import UUID

from lms.accounts import queries as accounts
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import TodoItem
from lms.publishing.queries import training
from lms.publishing.queries.training import TrainingView
from lms.publishing.rules.signatures import EDITABLE, Authored, State


def todo(principal: Principal) -> list[TodoItem]:
    """What authors and reviewers of training packages may do next; courses to decide on are a source of their own."""
    found = []
    if principal.may(Permission.TRAINING_REVIEW):
        found += _trainings_to_review(principal)
    if principal.organisations and principal.may(Permission.TRAINING_SIGN):
        found += _of_authors(principal)
    return found


def _trainings_to_review(principal: Principal) -> list[TodoItem]:
    waiting = training.trainings_to_review(principal)
    names = accounts.organisations({author for one in waiting for author in one.authors})
    return [
        _item(one, "培训包审核", "training.review", "、".join(names[author].name for author in one.authors))
        for one in waiting
    ]


def _of_authors(principal: Principal) -> list[TodoItem]:
    """What is being written: to sign, where the other has signed; to mend, where it was returned; to send in, where both have."""
    written = [one for one in training.trainings_of(principal) if one.state in EDITABLE]
    names = accounts.organisations({author for one in written for author in one.authors})
    found = []
    for one in written:
        kind, endpoint = _next(one, training.authored(one), principal)
        other = next((author for author in one.authors if author not in principal.organisations), one.partner_id)
        if kind:
            found.append(_item(one, kind, endpoint, names[other].name))
    return found


def _next(one: TrainingView, authored: Authored, principal: Principal) -> tuple[str, str]:
    mine: set[UUID] = set(one.authors) & principal.organisations
    if authored.complete:
        return "培训包送审", "training.detail"
    if authored.signed_by and mine - authored.signed_by:
        return "培训包签署", "training.sign"
    if one.state is State.RETURNED:
        return "培训包修改", "training.detail"
    return "", ""


def _item(one: TrainingView, kind: str, endpoint: str, organisation: str) -> TodoItem:
    return TodoItem(
        kind=kind,
        title=f"{one.title}，第 {one.number} 版",
        organisation=organisation,
        endpoint=endpoint,
        arguments={"training_id": one.id},
        subject_id=one.id,
        since=one.submitted_at if one.state is State.SUBMITTED else one.decided_at or one.created_at,
        plan_code=one.plan_code,
    )
