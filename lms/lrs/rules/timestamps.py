"""Timestamps (Data 4.5; RFC 3339 in 2.0): read, checked, and written in UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone

from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.versions import Version

_FORM = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,20}))?)?(?:([Zz])|([+-])(\d{2})(?::?(\d{2}))?)?)?"
)


def parse_timestamp(text: str, where: str, version: Version = Version.V1_0_3) -> datetime:
    """The instant that a timestamp names, aware, to the microsecond.

    2.0 wants RFC 3339: a time with seconds and an offset. 1.0.3 takes ISO 8601, whose missing offset is read as UTC.
    Raises Invalid; an offset of -00 is refused in both.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise Invalid(where, "must be a timestamp such as 2026-11-22T09:30:00.000+08:00")
    year, month, day, hour, minute, second, fraction, zulu, sign, off_hour, off_minute = form.groups()
    if version is Version.V2_0_0 and (second is None or not (zulu or sign)):
        raise Invalid(where, "must have seconds and an offset (RFC 3339)")
    try:
        offset = timedelta(hours=int(off_hour or 0), minutes=int(off_minute or 0))
        if sign == "-" and not offset:
            raise Invalid(where, "must not have the offset -00:00")
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59),
            int((fraction or "0")[:6].ljust(6, "0")),
            timezone(-offset if sign == "-" else offset),
        )
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        if isinstance(problem, Invalid):
            raise
        raise Invalid(where, "names a day or time that does not exist") from problem


def write_timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC to the millisecond, as `stored` is written."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
