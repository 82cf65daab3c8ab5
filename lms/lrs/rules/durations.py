"""Durations (Data 4.6): ISO 8601 with designators, weeks alone, a decimal only in the smallest part."""

import re

from lms.lrs.rules.refusal import Invalid

LONGEST = 200
# groups are not possessive: Python 3.11.2, which Debian 12 brings, misreads a possessive group
_NUMBER = r"\d++(?:[.,]\d++)?"
_FORM = re.compile(
    rf"P(?:(?P<W>{_NUMBER}W)|(?P<Y>{_NUMBER}Y)?(?P<Mo>{_NUMBER}M)?(?P<D>{_NUMBER}D)?"
    rf"(?:T(?P<H>{_NUMBER}H)?(?P<Mi>{_NUMBER}M)?(?P<S>{_NUMBER}S)?)?)"
)


def check_duration(text: str, where: str) -> None:
    """A duration such as PT4H35M59.14S; raises Invalid."""
    form = _FORM.fullmatch(text) if len(text) <= LONGEST else None
    parts = [part for part in form.groups() if part] if form else []
    if not parts or text[-1] == "T" or any("." in part or "," in part for part in parts[:-1]):
        raise Invalid(where, "must be an ISO 8601 duration such as PT4H35M59.14S or P4W")


def to_hundredths(text: str) -> str:
    """The same duration with its seconds cut to 0.01 s, which is as finely as two may be compared."""
    whole, dot, fraction = text.rstrip("S").replace(",", ".").partition(".")
    if not dot or not text.endswith("S"):
        return text
    fraction = fraction[:2].rstrip("0")
    return f"{whole}.{fraction}S" if fraction else f"{whole}S"
