"""Preparing a look at a face and asking what became of it. Never inside a transaction: a provider may be slow."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import select

from lms.accounts.faces.aliyun import AliyunFaces
from lms.accounts.faces.settings import FaceSettings, read
from lms.accounts.faces.tencent import TencentFaces
from lms.accounts.models import Person
from lms.accounts.rules import faces as rules
from lms.accounts.rules.faces import Finding, Started, Subject
from lms.config import Settings
from lms.foundation import clock, secrets
from lms.foundation.database import db
from lms.foundation.errors import NotFound, Unavailable
from lms.foundation.sending.messages import ProviderAway, ProviderRefused

AWAY = "人脸核验的服务商这会儿没有回应。换一种办法确认，或者过几分钟再来"
# What a provider answers that is not what its documents say breaks in one of these.
JUNK = (KeyError, TypeError, ValueError, AttributeError)


class FaceProvider(Protocol):
    """Somebody who compares faces. `words` names them on pages, `device_script` tells them about the browser."""

    name: str
    words: str
    device_script: str

    def start(self, subject: Subject, face_id: UUID, back: str, device: str) -> Started:
        """Prepare a look; raises ProviderAway or ProviderRefused."""

    def find(self, token: str, subject: Subject, face_id: UUID) -> Finding:
        """What became of it; raises the same."""


@dataclass(frozen=True)
class Looks:
    """The provider of the running application, and the settings it came from."""

    provider: FaceProvider
    settings: FaceSettings


def init_app(app: Flask, settings: Settings) -> None:
    """Know the provider that the settings name; without LMS_FACE_URL there is none."""
    found = read(settings.providers)
    app.extensions["faces"] = open_looks(found) if found else None


def open_looks(settings: FaceSettings) -> Looks:
    """The provider that settings name."""
    kind = TencentFaces if settings.account.kind == "tencent" else AliyunFaces
    return Looks(kind(settings), settings)


def looks() -> Looks | None:
    """Who compares faces here; None where nobody does."""
    found: Looks | None = current_app.extensions["faces"]
    return found


def subject_of(person_id: UUID) -> Subject | None:
    """Whose face it must be; None for somebody without a resident card that nobody else claims, or too young.

    In the transaction of the person themself.
    """
    query = select(Person.name, Person.id_kind, Person.id_number, Person.claimed_index).where(Person.id == person_id)
    row = db.session.execute(query).first()
    if row is None or row.id_number is None or row.claimed_index is not None:
        return None
    number = secrets.unseal("person", "id_number", person_id, row.id_number)
    return Subject(row.name, number) if rules.comparable(row.id_kind, number, clock.today()) else None


def start(subject: Subject, face_id: UUID, back: str, device: str) -> Started:
    """Prepare a look at somebody's face; raises Unavailable in words for them."""
    here = _looks()
    try:
        found = here.provider.start(subject, face_id, back, device)
    except (ProviderAway, ProviderRefused, *JUNK):
        raise Unavailable(AWAY, code="face_away") from None
    parts = urlsplit(found.url)
    if not found.token or parts.scheme != here.settings.account.scheme or not parts.netloc:
        raise Unavailable(AWAY, code="face_away")
    return found


def find(token: str, subject: Subject, face_id: UUID) -> Finding:
    """What the provider says of a look, judged by the operator's likeness; raises Unavailable in words for the person."""
    here = _looks()
    try:
        found = here.provider.find(token, subject, face_id)
    except (ProviderAway, ProviderRefused, *JUNK):
        raise Unavailable(AWAY, code="face_away") from None
    return rules.judged(found, here.settings.least)


def _looks() -> Looks:
    here = looks()
    if here is None:
        raise NotFound()
    return here
