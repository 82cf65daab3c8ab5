"""The tables of people, organisations, sign-in and audit."""

from lms.accounts.models.attributes import PersonAttribute, PersonDocument
from lms.accounts.models.audit import AuditEntry
from lms.accounts.models.bindings import ProvinceIdentity, WechatBinding
from lms.accounts.models.factors import Authenticator, Passkey, RecoveryCode
from lms.accounts.models.organisations import AuthorityScope, Membership, Organisation
from lms.accounts.models.people import SEALED, KnownTo, Person, PersonAlias
from lms.accounts.models.resets import Reset
from lms.accounts.models.rights import Consent, CorrectionRequest, RealNameCheck
from lms.accounts.models.signing_in import Attempt, KnownDevice, OneTimeCode, SignInFailure, WebSession

__all__ = [
    "SEALED",
    "Attempt",
    "AuditEntry",
    "Authenticator",
    "AuthorityScope",
    "Consent",
    "CorrectionRequest",
    "KnownDevice",
    "KnownTo",
    "Membership",
    "OneTimeCode",
    "Organisation",
    "Passkey",
    "Person",
    "PersonAlias",
    "PersonAttribute",
    "PersonDocument",
    "ProvinceIdentity",
    "RealNameCheck",
    "RecoveryCode",
    "Reset",
    "SignInFailure",
    "WebSession",
    "WechatBinding",
]
