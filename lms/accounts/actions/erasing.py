"""Erasing an account: what names the person goes, what the law wants kept stays under a pseudonym."""

import secrets as random
from collections.abc import Callable
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, select, update

from lms.accounts import queries
from lms.accounts.actions import attributes, documents
from lms.accounts.actions.audit import audit
from lms.accounts.events import PersonErased
from lms.accounts.models import (
    CorrectionRequest,
    OneTimeCode,
    Person,
    PersonDocument,
    WebSession,
)
from lms.accounts.rules.attributes import Ended
from lms.foundation import clock, events
from lms.foundation.database import db, widened
from lms.foundation.errors import Conflict, Refused
from lms.foundation.principal import Principal

Hold = Callable[[UUID], str | None]
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def why_not_erase(person_id: UUID) -> list[str]:
    """Everything that stands in the way, in sentences: work not handed over, a claim under way."""
    works = queries.works_for(person_id)
    own = [f"你还在{name}工作，先办好交接" for name in works]
    return own + [said for hold in _holds() if (said := hold(person_id))]


def erase(principal: Principal) -> str:
    """Erase the account of who asks; gives back the pseudonym that records go on under. Raises Refused with the reasons."""
    person_id = principal.person()
    row = db.session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    if row.erased_at is not None:
        raise Conflict("这个账号已经注销了")
    reasons = why_not_erase(person_id)
    if reasons:
        raise Refused("；".join(reasons), code="held")
    pseudonym, phone_index = f"学员{_code()}", row.phone_index
    _blank(row, pseudonym)
    attributes.end_all(person_id, Ended.ERASED, principal)
    documents.delete(list(db.session.scalars(select(PersonDocument.id).where(PersonDocument.person_id == person_id))))
    blank = {"content": None, "answer": None}
    db.session.execute(update(CorrectionRequest).where(CorrectionRequest.person_id == person_id).values(**blank))
    audit("person:erase", subject=f"person {person_id}", reason="本人要求")
    events.publish(PersonErased(person_id))
    _end_sign_in(person_id, phone_index)
    return pseudonym


def _blank(row: Person, pseudonym: str) -> None:
    row.name, row.pseudonym, row.erased_at = pseudonym, pseudonym, clock.now()
    for column in (
        "id_number", "id_number_index", "id_number_mask", "claimed_index", "particulars", "phone", "phone_index",
        "phone_mask", "password_hash",
    ):  # fmt: skip
        setattr(row, column, None)
    db.session.flush()


def _end_sign_in(person_id: UUID, phone_index: bytes | None) -> None:
    with widened("end the sessions of an erased account"):
        db.session.execute(delete(WebSession).where(WebSession.person_id == person_id))
        others = select(Person.id).where(Person.phone_index == phone_index).limit(1)
        if phone_index is not None and db.session.scalar(others) is None:
            db.session.execute(delete(OneTimeCode).where(OneTimeCode.phone_index == phone_index))


def _code() -> str:
    return "".join(random.choice(_LETTERS) for _ in range(8))


def _holds() -> tuple[Hold, ...]:
    return current_app.extensions.get("holds", ())
