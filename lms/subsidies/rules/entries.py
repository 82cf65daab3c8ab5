"""One record of the hours ledger, as it was sealed and as the sheet reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger record. Times are text as sealed (RFC 3339, UTC), durations milliseconds.

    claimed is what the device said it played, observed what the server saw pass, credited what counts;
    credited + excluded == claimed except in a correction, whose credited_ms is a signed difference, and with a
    check_id: a presence check took time back or gave it back.
    """

    position: int
    leaf_hash: bytes
    person_id: str
    session_id: str
    lesson_id: str
    day: str
    started_at: str
    ended_at: str
    device: str
    ip: str
    from_ms: int | None
    to_ms: int | None
    claimed_ms: int
    observed_ms: int
    credited_ms: int
    excluded_ms: int
    reason: str | None
    policy_hash: str
    correction_no: str | None
    created_at: str
    check_id: str | None = None

    @property
    def year(self) -> str:
        """The calendar year of the day of study, four digits."""
        return self.day[:4]


def entry(content: Mapping[str, Any], position: int, leaf_hash: bytes, ip: str) -> Entry:
    """Read a sealed record and the address as it may be shown; KeyError when a field is missing."""
    own = {name: content[name] for name in Entry.__slots__ if name not in {"position", "leaf_hash", "ip", "check_id"}}
    own["check_id"] = content.get("check_id")
    return Entry(position=position, leaf_hash=leaf_hash, ip=ip, **own)


def on_the_wall(moment: str) -> str:
    """Write a sealed moment as a clock in Guangdong showed it: 2026-11-22 20:00:01."""
    utc = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    return utc.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def shown_ip(ip: str, salt: bytes, identity: str) -> tuple[str, str]:
    """The address and, in hex, the salt that opens its commitment; a masked export shows the network alone, no salt."""
    return (ip, salt.hex()) if identity == "full" else (mask_ip(ip), "")


def mask_ip(ip: str) -> str:
    """203.0.*.* or 2001:db8:*; what is no address is a star, nothing stays nothing."""
    if ":" in ip:
        return ":".join(ip.split(":")[:2]) + ":*"
    parts = ip.split(".")
    return ".".join([*parts[:2], "*", "*"]) if len(parts) == 4 else "*" if ip else ""
