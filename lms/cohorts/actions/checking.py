"""People who are added to a class that is filed already: the institution's second person looks first, where it has one."""

import hashlib
from typing import Any
from uuid import UUID

from lms.accounts import actions as acts
from lms.accounts import queries as accounts
from lms.cohorts import queries
from lms.cohorts.actions import enrolling
from lms.cohorts.actions.filing import locked
from lms.cohorts.rules.filing import EDITABLE, State
from lms.foundation.principal import Principal

ROSTER = "roster"


def waits_for_second_look(cohort_id: UUID, import_id: UUID, principal: Principal) -> bool:
    """Whether a roster must be looked at by a second person before it counts; asks for the look, once.

    A class that is not filed yet goes to the second person as a whole, people and all.
    """
    cohort = locked(cohort_id, principal)
    if State(cohort.state) in EDITABLE or not accounts.needs_second_look(cohort.tenant_id):
        return False
    look = accounts.second_look_of(ROSTER, import_id)
    if look is None or look.state != "waiting":
        roster = queries.roster_import(cohort_id, import_id)
        what: dict[str, Any] = {"tenant_id": cohort.tenant_id, "plan_code": cohort.plan_code, "parent_id": cohort_id}
        title = f"{cohort.title}补进 {roster.to_enrol} 人"
        acts.ask_second_look(ROSTER, import_id, title=title, digest=digest(import_id), principal=principal, **what)
    return True


def roster_checked(
    prepared: enrolling.Prepared | None,
    cohort_id: UUID,
    import_id: UUID,
    *,
    reason: str,
    seen: str,
    principal: Principal,
) -> None:
    """What the second person says to a roster: enrol everybody of it, or (prepared=None) give it back with a reason."""
    said: dict[str, Any] = {"approve": prepared is not None, "reason": reason, "seen": seen, "now": digest(import_id)}
    acts.second_look(ROSTER, import_id, **said, principal=principal)
    if prepared is not None:
        enrolling.confirm(prepared, cohort_id, principal)


def digest(import_id: UUID) -> str:
    """A fingerprint of the lines of a kept roster."""
    return hashlib.sha256(queries.sealed_content(import_id) or b"").hexdigest()
