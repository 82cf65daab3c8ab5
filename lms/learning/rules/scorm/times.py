"""The two ways in which SCORM writes how long something took; seconds with hundredths on our side."""

import re

# SCORM 1.2 RTE 3.4.2.1.1: HHHH:MM:SS.SS. Some packages write more hours than four digits hold.
_TIMESPAN = re.compile(r"(\d{2,7}):([0-5]?\d):([0-5]?\d(?:\.\d{1,3})?)", re.ASCII)
# SCORM 2004 RTE 4.1.1.7: timeinterval(second,10,2), ISO 8601 without weeks.
_INTERVAL = re.compile(
    r"P(?=.)(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,6})D)?"
    r"(?:T(?=.)(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,11}(?:\.\d{1,3})?)S)?)?",
    re.ASCII,
)
_SECONDS = (31_536_000, 2_592_000, 86_400, 3_600, 60, 1)
_MOST_HOURS = 9_999


def seconds_of(text: str) -> float | None:
    """A time span of either standard in seconds; None for what is neither."""
    if span := _TIMESPAN.fullmatch(text):
        return int(span[1]) * 3600 + int(span[2]) * 60 + float(span[3])
    if interval := _INTERVAL.fullmatch(text):
        return sum(float(part or 0) * worth for part, worth in zip(interval.groups(), _SECONDS, strict=True))
    return None


def timespan(seconds: float) -> str:
    """Seconds as SCORM 1.2 writes them: 0001:02:03.45; what is longer than four digits of hours is cut there."""
    hundredths = min(round(seconds * 100), _MOST_HOURS * 360_000 + 359_999)
    hours, rest = divmod(hundredths, 360_000)
    minutes, rest = divmod(rest, 6_000)
    return f"{hours:04}:{minutes:02}:{rest // 100:02}.{rest % 100:02}"


def interval(seconds: float) -> str:
    """Seconds as SCORM 2004 writes them: PT3723.45S becomes PT1H2M3.45S."""
    hundredths = round(seconds * 100)
    hours, rest = divmod(hundredths, 360_000)
    minutes, rest = divmod(rest, 6_000)
    return f"PT{hours}H{minutes}M{rest / 100:.2f}S"
