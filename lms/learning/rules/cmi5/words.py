"""What a package says of its learner, in words for people."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class AuStanding:
    """When an AU was completed, passed, waived and with that satisfied; None for what was not."""

    completed_at: datetime | None = None
    passed_at: datetime | None = None
    waived_at: datetime | None = None
    satisfied_at: datetime | None = None


def words(standing: AuStanding | None) -> str:
    """One short line; "" where the package has said nothing."""
    if standing is None:
        return ""
    if standing.waived_at is not None:
        return "这一课免修"
    said = [said for said, at in (("学完", standing.completed_at), ("通过", standing.passed_at)) if at is not None]
    if standing.satisfied_at is not None:
        return f"课件说：{'、'.join(said)}，达到要求" if said else "课件说：达到要求"
    return f"课件说：{'、'.join(said)}，还没达到要求" if said else ""
