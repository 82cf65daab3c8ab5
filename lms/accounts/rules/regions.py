"""Codes of places: levels by their length, a scope by its prefix. Plain data in, plain data out.

Codes are prefixes of one another: 44 province, 4406 city, 440606 county, 440606003 township, 440606003201 village. Dongguan (4419) and
Zhongshan (4420) have no counties; their townships carry 441900 and 442000 in front and stand under the city, so 4419 covers 441900003.
"""

import re
from enum import StrEnum


class Level(StrEnum):
    """How large a place is."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Tag(StrEnum):
    """What some villages, townships and counties count as."""

    POOR_VILLAGE = "poor_village"
    OLD_BASE = "old_base"
    SOVIET = "soviet"
    ETHNIC = "ethnic"


LEVELS = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.COUNTY, 9: Level.TOWNSHIP, 12: Level.VILLAGE}
LEVEL_WORDS = {
    Level.PROVINCE: "省",
    Level.CITY: "市",
    Level.COUNTY: "县（市、区）",
    Level.TOWNSHIP: "镇（街道）",
    Level.VILLAGE: "村（社区）",
}
TAG_WORDS = {Tag.POOR_VILLAGE: "省定贫困村", Tag.OLD_BASE: "老区", Tag.SOVIET: "苏区", Tag.ETHNIC: "民族地区"}
PROVINCE = "44"
WITHOUT_COUNTIES = ("4419", "4420")


def normal(code: str) -> str | None:
    """A code in the length of its level, however it was filled up: 440600 and 440600000000 are 4406; None if it is none."""
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{2,12}", digits) or len(digits) not in LEVELS:
        return None
    for length in (9, 6, 4, 2):
        if len(digits) > length and not digits[length:].strip("0"):
            digits = digits[:length]
    return digits


def level_of(code: str) -> Level:
    """The level of a normal code; ValueError for another length."""
    if len(code) not in LEVELS:
        raise ValueError(f"{code} is no code of a place")
    return LEVELS[len(code)]


def parent_of(code: str) -> str | None:
    """The code of the place above, None for the province; a township of Dongguan or Zhongshan lies under its city."""
    above = {2: "", 4: code[:2], 6: code[:4], 9: code[:6], 12: code[:9]}[len(code)]
    return normal(above) if above else None


def within(code: str, scope: str) -> bool:
    """Whether a place lies in the reach of a scope, which is a prefix in any filling."""
    return code.startswith(normal(scope) or scope)


def reaches_province(scope: str) -> bool:
    """Whether a scope covers all of Guangdong."""
    return PROVINCE.startswith(normal(scope) or scope)
