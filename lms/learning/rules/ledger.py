"""A row of the ledger of hours, and what of it is sealed as evidence. Plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

KIND = "hours"


class Flag(StrEnum):
    """What was noticed at an interval and takes nothing away by itself."""

    TOO_FAST = "too_fast"
    PLACES_EXCEED_MANIFEST = "places_exceed_manifest"


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One Shanghai day's part of one interval: what was claimed, what the server saw, what counts and why not more.

    claimed_ms = credited_ms + excluded_ms; credited_ms <= observed_ms. from_ms and to_ms are the reach of the
    credited stretches. A correction names the row it corrects and carries the signed difference in credited_ms.

    `place` is where a lesson without a timeline stood; `counted` are the credited stretches where they are several;
    `flag` is what was noticed and takes nothing away (too_fast, places_exceed_manifest). A row with a `check_id` takes
    back what was credited since the last proof of presence, or gives it back: credited and excluded are one below nought
    and one above, nothing is claimed.
    """

    id: int
    person_id: UUID
    registration_id: UUID
    cohort_id: UUID
    tenant_id: UUID
    region_code: str
    plan_code: str
    lesson_id: UUID
    session_id: UUID
    seq: int
    content_hash: str
    day: date
    started_at: datetime
    ended_at: datetime
    device: str
    ip: str
    ip_salt: bytes
    from_ms: int | None
    to_ms: int | None
    claimed_ms: int
    observed_ms: int
    credited_ms: int
    excluded_ms: int
    reason: str | None
    policy_id: str
    policy_hash: str
    corrects_id: int | None
    correction_no: str | None
    created_at: datetime
    leaf_id: int | None = None
    leaf_hash: bytes | None = None
    place: str | None = None
    counted: list[list[int]] | None = None
    flag: str | None = None
    check_id: UUID | None = None


# the id is given by the table as the row is written; the leaf is made of the row; the address is sealed as a commitment
UNSEALED = frozenset({"id", "ip", "ip_salt", "leaf_id", "leaf_hash"})
SEALED = tuple(name for name in LedgerRow.__slots__ if name not in UNSEALED)
# These came later: a row that has none of them is sealed as rows were before.
LATER = frozenset({"place", "counted", "flag", "check_id"})


def leaf_content(row: LedgerRow, commitment: Callable[[str, bytes], str]) -> dict[str, str | int | None]:
    """Say what is hashed for a row: text, whole numbers and nulls, times in UTC with microseconds.

    Of the address, which is personal data, only the salted commitment is hashed (design.md decision 7): address and
    salt may be erased one day, and the tree stays whole.
    """
    values = {name: getattr(row, name) for name in SEALED}
    plain = {name: _plain(value) for name, value in values.items() if value is not None or name not in LATER}
    return {**plain, "ip_commitment": commitment(row.ip, row.ip_salt)}


def _plain(value: object) -> str | int | None:
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ";".join(f"{start}-{end}" for start, end in value)
    return str(value)
