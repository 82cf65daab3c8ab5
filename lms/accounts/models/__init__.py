"""The tables of people, organisations, sign-in and audit."""

from lms.accounts.models.audit import AuditEntry
from lms.accounts.models.organisations import AuthorityScope, Membership, Organisation
from lms.accounts.models.people import SEALED, KnownTo, Person
from lms.accounts.models.signing_in import OneTimeCode, SignInFailure, WebSession

__all__ = [
    "SEALED",
    "AuditEntry",
    "AuthorityScope",
    "KnownTo",
    "Membership",
    "OneTimeCode",
    "Organisation",
    "Person",
    "SignInFailure",
    "WebSession",
]
