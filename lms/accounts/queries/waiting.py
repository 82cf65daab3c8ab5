"""What waits for staff about people: things to vouch for, to prove, to put right, and numbers held twice."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from lms.accounts.models import CorrectionRequest, Person, PersonAttribute
from lms.foundation import working_days
from lms.foundation.database import db
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import TodoItem
from lms.plans.rules.facts import Standing

MOST = 50
DAYS = 3


def todo_people(principal: Principal) -> list[TodoItem]:
    """Open items about people whom the principal may see, one for each person and kind, oldest first."""
    found: list[TodoItem] = []
    if principal.may(Permission.PERSON_VOUCH):
        found += _standing(Standing.CLAIMED, "情况待核", principal)
    if principal.may(Permission.PERSON_PROVE):
        found += _standing(Standing.VOUCHED, "情况待证明", principal)
    if principal.may(Permission.PERSON_CORRECT):
        found += _corrections(principal)
    if principal.may(Permission.PERSON_MERGE):
        found += _doubtful()
    return found


def _standing(standing: Standing, kind: str, principal: Principal) -> list[TodoItem]:
    """What stands at `standing` and can be made firmer by the principal: not their own, not what they entered."""
    live = (PersonAttribute.ended_at.is_(None), PersonAttribute.standing == standing)
    others = (
        PersonAttribute.person_id.is_distinct_from(principal.person_id),
        PersonAttribute.entered_by.is_distinct_from(principal.person_id),
    )
    asked = (PersonAttribute.document_id.is_not(None),) if standing is Standing.VOUCHED else ()
    query = (
        select(Person.id, Person.name, func.min(PersonAttribute.created_at), func.count())
        .join(PersonAttribute, PersonAttribute.person_id == Person.id)
        .where(*live, *others, *asked)
        .group_by(Person.id, Person.name)
        .order_by(func.min(PersonAttribute.created_at))
    )
    return _items(kind, db.session.execute(query.limit(MOST)).all(), "{name}的 {count} 条情况")


def _corrections(principal: Principal) -> list[TodoItem]:
    query = (
        select(Person.id, Person.name, func.min(CorrectionRequest.created_at), func.count())
        .join(CorrectionRequest, CorrectionRequest.person_id == Person.id)
        .where(CorrectionRequest.state == "open", Person.id.is_distinct_from(principal.person_id))
        .group_by(Person.id, Person.name)
        .order_by(func.min(CorrectionRequest.created_at))
    )
    return _items("更正", db.session.execute(query.limit(MOST)).all(), "{name}要改姓名或身份证号")


def _doubtful() -> list[TodoItem]:
    query = select(Person.id, Person.name, Person.created_at, func.now()).where(Person.claimed_index.is_not(None))
    rows = db.session.execute(query.order_by(Person.created_at).limit(MOST)).all()
    return _items("重号", rows, "{name}的证件号码另有一个账号在用")


def _items(kind: str, rows: Sequence[Any], words: str) -> list[TodoItem]:
    return [
        TodoItem(
            kind=kind,
            title=words.format(name=name, count=count),
            organisation="",
            endpoint="people.person",
            arguments={"person_id": person_id},
            subject_id=person_id,
            since=since,
            due=working_days.deadline(since, DAYS),
        )
        for person_id, name, since, count in rows
    ]
