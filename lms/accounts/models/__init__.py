"""The tables of people, organisations, sign-in and audit."""

from lms.accounts.models.attributes import PersonAttribute, PersonDocument
from lms.accounts.models.audit import AuditEntry
from lms.accounts.models.organisations import AuthorityScope, Membership, Organisation
from lms.accounts.models.people import SEALED, KnownTo, Person, PersonAlias
from lms.accounts.models.rights import Consent, CorrectionRequest, RealNameCheck
from lms.accounts.models.signing_in import OneTimeCode, SignInFailure, WebSession

__all__ = [
    "SEALED",
    "AuditEntry",
    "AuthorityScope",
    "Consent",
    "CorrectionRequest",
    "KnownTo",
    "Membership",
    "OneTimeCode",
    "Organisation",
    "Person",
    "PersonAlias",
    "PersonAttribute",
    "PersonDocument",
    "RealNameCheck",
    "SignInFailure",
    "WebSession",
]
