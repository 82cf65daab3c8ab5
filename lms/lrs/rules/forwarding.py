"""When to try again, and which statements go together."""

from datetime import timedelta

from lms.lrs.rules.versions import Version

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, at most an hour."""
    doubled: int = 2 ** min(max(failures, 1) - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def version_of(payload_version: str) -> Version:
    """In which version a kept statement must be sent."""
    return Version.V2_0_0 if payload_version.startswith("2.") else Version.V1_0_3
