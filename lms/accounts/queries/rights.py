"""Consents, corrections, documents and real names of people whom the principal may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from lms.accounts.models import Consent, CorrectionRequest, Person, PersonDocument, RealNameCheck
from lms.accounts.rules import consents, real_names
from lms.accounts.rules.consents import Purpose
from lms.accounts.rules.real_names import RealName
from lms.foundation import secrets
from lms.foundation.database import db
from lms.foundation.errors import NotFound

FIELDS = {"name": "姓名", "id_number": "身份证号"}
STATES = {"open": ("wait", "等老师看"), "accepted": ("ok", "改好了"), "refused": ("no", "没有改")}


@dataclass(frozen=True)
class ConsentView:
    """One yes or one withdrawal."""

    purpose: str
    version: str
    how: str
    given: bool
    created_at: datetime
    by_id: UUID | None

    @property
    def title(self) -> str:
        """What it was about."""
        text = consents.text_of(self.purpose, self.version)
        return text.title if text else self.purpose


@dataclass(frozen=True)
class CorrectionView:
    """A request to put a name or a number right; `wanted` and `answer` are empty where they were not opened."""

    id: UUID
    person_id: UUID
    field: str
    state: str
    created_at: datetime
    decided_at: datetime | None
    decided_by: UUID | None
    document_id: UUID | None
    wanted: str = ""
    reason: str = ""
    answer: str = ""

    @property
    def words(self) -> str:
        """Which field."""
        return FIELDS[self.field]

    @property
    def tag(self) -> tuple[str, str]:
        """Tone and words of its state."""
        return STATES[self.state]


@dataclass(frozen=True)
class RealNameView:
    """How a real name stands, and who made it so."""

    status: RealName
    document: str
    checked_by: UUID | None
    checked_at: datetime | None

    @property
    def words(self) -> str:
        """The status in words."""
        return real_names.WORDS[self.status]

    @property
    def tone(self) -> str:
        """The tone of its tag."""
        return real_names.TONES[self.status]


@dataclass(frozen=True)
class DocumentView:
    """A document that was shown; size in bytes."""

    id: UUID
    person_id: UUID
    kind: str
    media_type: str
    size: int
    uploaded_by: UUID | None
    created_at: datetime
    deleted_at: datetime | None


def consents_of(person_id: UUID) -> list[ConsentView]:
    """Every yes and every withdrawal, oldest first."""
    query = select(*(getattr(Consent, name) for name in ConsentView.__dataclass_fields__))
    rows = db.session.execute(query.where(Consent.person_id == person_id).order_by(Consent.created_at, Consent.id))
    return [ConsentView(*row) for row in rows]


def has_consented(person_id: UUID, purpose: Purpose = Purpose.SENSITIVE) -> bool:
    """Whether the last word of a person is yes."""
    said = [each for each in consents_of(person_id) if each.purpose == purpose]
    return bool(said) and said[-1].given


def real_name(person_id: UUID) -> RealNameView:
    """How somebody's real name stands; raises NotFound."""
    status = db.session.scalar(select(Person.real_name).where(Person.id == person_id))
    if status is None:
        raise NotFound()
    query = select(RealNameCheck).where(RealNameCheck.person_id == person_id, RealNameCheck.status == status)
    row = db.session.scalar(query.order_by(RealNameCheck.created_at.desc()).limit(1))
    checked = (row.document, row.checked_by, row.created_at) if row else ("", None, None)
    return RealNameView(RealName(status), *checked)


def real_names_of(ids: Collection[UUID]) -> dict[UUID, RealName]:
    """The statuses of many people."""
    rows = db.session.execute(select(Person.id, Person.real_name).where(Person.id.in_(ids)))
    return {person_id: RealName(status) for person_id, status in rows}


def corrections(person_id: UUID, *, opened: bool = False) -> list[CorrectionView]:
    """A person's requests, newest first; `opened` is for themself and for the look that is entered in the audit."""
    query = select(CorrectionRequest).where(CorrectionRequest.person_id == person_id)
    rows = db.session.scalars(query.order_by(CorrectionRequest.created_at.desc()))
    return [_correction(row, opened=opened) for row in rows]


def document(document_id: UUID) -> DocumentView:
    """One document; raises NotFound."""
    query = select(*(getattr(PersonDocument, name) for name in DocumentView.__dataclass_fields__))
    row = db.session.execute(query.where(PersonDocument.id == document_id)).first()
    if row is None:
        raise NotFound()
    return DocumentView(*row)


def documents_of(person_id: UUID) -> list[DocumentView]:
    """Every document of a person, oldest first."""
    query = select(*(getattr(PersonDocument, name) for name in DocumentView.__dataclass_fields__))
    rows = db.session.execute(query.where(PersonDocument.person_id == person_id).order_by(PersonDocument.created_at))
    return [DocumentView(*row) for row in rows]


def _correction(row: CorrectionRequest, *, opened: bool) -> CorrectionView:
    told: dict[str, Any] = dict(_told(row)) if opened else {}
    names = ("id", "person_id", "field", "state", "created_at", "decided_at", "decided_by", "document_id")
    return CorrectionView(**{name: getattr(row, name) for name in names}, **told)


def _told(row: CorrectionRequest) -> dict[str, str]:
    told: dict[str, str] = {}
    if row.content is not None:
        told |= msgspec.json.decode(secrets.unseal("correction_request", "content", row.id, row.content))
    if row.answer is not None:
        told["answer"] = secrets.unseal("correction_request", "answer", row.id, row.answer)
    return told
