"""Saying yes to a text, and taking it back."""

from uuid import UUID

from lms.accounts import queries
from lms.accounts.actions import attributes, documents
from lms.accounts.actions.audit import audit
from lms.accounts.models import Consent
from lms.accounts.rules import consents as rules
from lms.accounts.rules.attributes import Ended
from lms.accounts.rules.consents import Purpose
from lms.foundation.database import db
from lms.foundation.errors import Conflict
from lms.foundation.principal import Principal

TEXT_CHANGED = "同意书刚换了新的一版，看完新的再决定"


def give(purpose: Purpose, version: str, principal: Principal) -> None:
    """Say yes to the wording that was shown; raises Conflict where it is no longer the current one."""
    if rules.current(purpose).version != version:
        raise Conflict(TEXT_CHANGED)
    if not queries.has_consented(principal.person(), purpose):
        _write(principal.person(), purpose, "phone", principal, given=True)


def give_on_paper(person_id: UUID, purpose: Purpose, principal: Principal) -> None:
    """Write down that somebody signed the current wording on paper, in front of a named clerk."""
    queries.person(person_id)
    if not queries.has_consented(person_id, purpose):
        _write(person_id, purpose, "paper", principal, given=True)
        audit("consent:paper", subject=f"person {person_id}", reason="看过签了字的纸")


def withdraw(purpose: Purpose, principal: Principal) -> None:
    """Take a yes back: what rested on it ends; what only the consent to sensitive data allowed is deleted."""
    person_id = principal.person()
    if not queries.has_consented(person_id, purpose):
        return
    _write(person_id, purpose, "phone", principal, given=False)
    if purpose is Purpose.SENSITIVE:
        documents.delete(attributes.end_sensitive(person_id, Ended.CONSENT_WITHDRAWN, principal))
    audit("consent:withdraw", subject=f"person {person_id}", reason=str(purpose))


def _write(person_id: UUID, purpose: Purpose, how: str, principal: Principal, *, given: bool) -> None:
    text = rules.current(purpose)
    values = {"purpose": str(purpose), "version": text.version, "text_sha256": text.sha256, "how": how}
    db.session.add(Consent(person_id=person_id, by_id=principal.person_id, given=given, **values))
    db.session.flush()
