"""Entering who did what and why."""

from lms.accounts.models import AuditEntry
from lms.accounts.queries.delegations import in_whose_place
from lms.foundation import clock, evidence
from lms.foundation.database import acting, db


def audit(action: str, *, subject: str, reason: str) -> None:
    """Enter who did what and why; the entry has its leaf in the evidence tree."""
    actor, at = acting().person_id, clock.now()
    reason = "，".join(part for part in (in_whose_place(), reason) if part)
    entry = {"action": action, "subject": subject, "reason": reason, "actor": str(actor), "at": at.isoformat()}
    leaf = evidence.append("audit_entry", entry)
    db.session.add(AuditEntry(at=at, actor_id=actor, action=action, subject=subject, reason=reason, leaf_id=leaf.id))
    db.session.flush()
