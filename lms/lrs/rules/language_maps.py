"""Language maps and tags (Data 4.2; RFC 5646)."""

import re
from collections.abc import Iterable, Mapping

from lms.lrs.rules.refusal import Invalid

_TAG = re.compile(r"(?:[A-Za-z]{2,8}|[xXiI](?=-))(?:-[A-Za-z0-9]{1,8}+)*")


def check_language(tag: str, where: str) -> None:
    """A language tag such as zh-CN, well-formed by RFC 5646; raises Invalid."""
    if _TAG.fullmatch(tag) is None:
        raise Invalid(where, f"{tag[:40]!r} is not a language tag such as zh-CN (RFC 5646)")


def check_language_map(words: Mapping[str, str], where: str) -> None:
    """A text in one or more languages, by tag; raises Invalid."""
    for tag in words:
        if tag not in _SEEN:
            check_language(tag, where)


# The tags nearly every statement carries need not be taken apart each time.
_SEEN = frozenset({"zh", "zh-CN", "zh-Hans", "zh-Hans-CN", "en", "en-US", "en-GB", "und"})


def choose(words: Mapping[str, str], wanted: Iterable[str]) -> dict[str, str]:
    """The one entry a reader would choose: the tag itself, then one of its regions, then its language; else the first.

    `wanted` is in order of preference, as `accepted` gives it.
    """
    if not words:
        return {}
    lower = {tag.lower(): tag for tag in words}
    for tag in wanted:
        near = [have for have in lower if have.startswith(f"{tag}-")] + [
            have for have in lower if tag.startswith(f"{have}-")
        ]
        for have in (tag, *near):
            if have in lower:
                return {lower[have]: words[lower[have]]}
    first = next(iter(words))
    return {first: words[first]}


def accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header, lower case, most wanted first; what cannot be read is left out."""
    ranked = []
    for place, entry in enumerate(header[:1000].split(",")):
        tag, _, quality = entry.strip().partition(";")
        ranked.append((-_weight(quality), place, tag.strip().lower()))
    return [tag for weight, _, tag in sorted(ranked) if tag and weight < 0]


def _weight(quality: str) -> float:
    try:
        return float(quality.partition("=")[2]) if quality else 1.0
    except ValueError:
        return 0.0
