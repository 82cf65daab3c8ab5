"""The vocabulary of what may be done, and the declaration that every view carries."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])


class Permission(StrEnum):
    """What a role may do, as resource:action."""

    LESSON_STUDY = "lesson:study"
    PACKAGE_UPLOAD = "package:upload"
    PACKAGE_REVIEW = "package:review"
    COHORT_FILE = "cohort:file"
    COHORT_APPROVE = "cohort:approve"
    ROSTER_IMPORT = "roster:import"
    HOURS_EXPORT = "hours:export"
    HOURS_EXPORT_FULL = "hours:export-full"
    HOURS_CHECK = "hours:check"
    HOURS_CORRECT = "hours:correct"
    HOURS_REVIEW = "hours:review"
    INSPECTION_DO = "inspection:do"
    INSPECTION_MEND = "inspection:mend"
    INBOX_READ = "inbox:read"
    SIGN_IN_HELP = "sign-in:help"
    FILING_APPROVE = "filing:approve"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_ADMIT = "organisation:admit"
    STAFF_MANAGE = "staff:manage"
    TEACHERS_KEEP = "teachers:keep"
    WORK_DELEGATE = "work:delegate"
    AUDIT_READ = "audit:read"
    CATALOGUE_KEEP = "catalogue:keep"
    REGION_IMPORT = "region:import"
    RECORD_READ = "record:read"
    RECORD_EXCHANGE = "record:exchange"
    LRS_KEY_MANAGE = "lrs-key:manage"
    BANK_KEEP = "bank:keep"
    QUIZ_MARK = "quiz:mark"
    TRAINING_WRITE = "training-package:write"
    TRAINING_SIGN = "training-package:sign"
    TRAINING_REVIEW = "training-package:review"
    PERSON_READ = "person:read"
    PERSON_VOUCH = "person:vouch"
    PERSON_PROVE = "person:prove"
    PERSON_SENSITIVE = "person:sensitive"
    PERSON_REVEAL = "person:reveal"
    PERSON_CORRECT = "person:correct"
    PERSON_MERGE = "person:merge"


class Access(StrEnum):
    """Ways in that need no permission of a role, said aloud."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    LRS_KEY = "lrs-key"


def allow(*ways: Permission | Access) -> Callable[[View], View]:
    """Declare who may call a view: any one of the ways is enough. A view without it answers nobody."""
    if not ways:
        raise ValueError("allow() needs at least one way in")

    def declare(view: View) -> View:
        view.allowed = frozenset(ways)  # type: ignore[attr-defined]
        return view

    return declare


def declared(view: Callable[..., object] | None) -> frozenset[Permission | Access]:
    """What a view declared; empty when it declared nothing, and then nobody may call it."""
    return getattr(view, "allowed", frozenset())
