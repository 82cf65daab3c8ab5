"""The tables of people, organisations, sign-in and audit."""

from lms.accounts.models.attributes import PersonAttribute, PersonDocument
from lms.accounts.models.audit import AuditEntry
from lms.accounts.models.bindings import ProvinceIdentity, WechatBinding
from lms.accounts.models.factors import Authenticator, Passkey, RecoveryCode
from lms.accounts.models.organisations import (
    Application,
    AuthorityScope,
    FormerName,
    Organisation,
    OrganisationPlan,
)
from lms.accounts.models.papers import Qualification, Teacher
from lms.accounts.models.people import SEALED, KnownTo, Person, PersonAlias
from lms.accounts.models.resets import Reset
from lms.accounts.models.rights import Consent, CorrectionRequest, RealNameCheck
from lms.accounts.models.signing_in import Attempt, KnownDevice, OneTimeCode, WebSession
from lms.accounts.models.staff import Delegation, Handover, Membership, SecondLook, StaffInvitation

__all__ = [
    "SEALED",
    "Application",
    "Attempt",
    "AuditEntry",
    "Authenticator",
    "AuthorityScope",
    "Consent",
    "CorrectionRequest",
    "Delegation",
    "FormerName",
    "Handover",
    "KnownDevice",
    "KnownTo",
    "Membership",
    "OneTimeCode",
    "Organisation",
    "OrganisationPlan",
    "Passkey",
    "Person",
    "PersonAlias",
    "PersonAttribute",
    "PersonDocument",
    "ProvinceIdentity",
    "Qualification",
    "RealNameCheck",
    "RecoveryCode",
    "Reset",
    "SecondLook",
    "StaffInvitation",
    "Teacher",
    "WebSession",
    "WechatBinding",
]
