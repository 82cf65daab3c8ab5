"""The papers that say who somebody is: the resident card, and the permits of those who have none."""

import re
from datetime import date
from enum import StrEnum

from lms.accounts.rules.identity import Fault, birth_date, check_character, clean, read_id_number


class IdKind(StrEnum):
    """证件类型."""

    ID_CARD = "id_card"
    HMT_RESIDENCE = "hmt_residence"
    HM_PERMIT = "hm_permit"
    TW_PERMIT = "tw_permit"
    FOREIGN_RESIDENCE = "foreign_residence"
    PASSPORT = "passport"


WORDS = {
    IdKind.ID_CARD: "居民身份证",
    IdKind.HMT_RESIDENCE: "港澳台居民居住证",
    IdKind.HM_PERMIT: "港澳居民来往内地通行证",
    IdKind.TW_PERMIT: "台湾居民来往大陆通行证",
    IdKind.FOREIGN_RESIDENCE: "外国人永久居留身份证",
    IdKind.PASSPORT: "护照",
}
# Rosters shorten these names; what is left of a heading's brackets does not matter.
_CALLED = {
    "身份证": IdKind.ID_CARD,
    "居民身份证": IdKind.ID_CARD,
    "二代身份证": IdKind.ID_CARD,
    "中华人民共和国居民身份证": IdKind.ID_CARD,
    "港澳台居住证": IdKind.HMT_RESIDENCE,
    "港澳台居民居住证": IdKind.HMT_RESIDENCE,
    "回乡证": IdKind.HM_PERMIT,
    "港澳通行证": IdKind.HM_PERMIT,
    "港澳居民来往内地通行证": IdKind.HM_PERMIT,
    "台胞证": IdKind.TW_PERMIT,
    "台湾居民来往大陆通行证": IdKind.TW_PERMIT,
    "永久居留证": IdKind.FOREIGN_RESIDENCE,
    "外国人永久居留证": IdKind.FOREIGN_RESIDENCE,
    "外国人永久居留身份证": IdKind.FOREIGN_RESIDENCE,
    "护照": IdKind.PASSPORT,
    "外国护照": IdKind.PASSPORT,
}
_SHAPES = {
    IdKind.HM_PERMIT: (re.compile(r"[HM][0-9]{8}"), "H 或 M 加 8 位数字"),
    IdKind.TW_PERMIT: (re.compile(r"[0-9]{8}"), "8 位数字"),
    IdKind.FOREIGN_RESIDENCE: (
        re.compile(r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]"),
        "3 个字母加 12 位数字，或者 9 开头的 18 位",
    ),
    IdKind.PASSPORT: (re.compile(r"[A-Z0-9]{5,20}"), "5 到 20 位字母和数字"),
}
_RESIDENT = (IdKind.ID_CARD, IdKind.HMT_RESIDENCE)


def read_kind(text: str) -> IdKind | Fault:
    """Which paper a cell names; an empty one means the resident card."""
    bare = re.sub(r"[(（].*?[)）]", "", clean(text))
    if not bare:
        return IdKind.ID_CARD
    found = _CALLED.get(bare)
    return found or Fault(f"没认出“{bare[:12]}”是哪种证件", f"从这几种里填一种：{'、'.join(WORDS.values())}")


def read_number(kind: IdKind, text: str, *, is_number: bool, today: date) -> str | Fault:
    """The number of a paper as it is kept: half-width, capital letters, without spaces; old 15 digits as 18."""
    if kind in _RESIDENT:
        return read_id_number(text, is_number=is_number, today=today)
    bare = re.sub(r"[-‐‑–—_.]", "", clean(text)).upper().removesuffix(".0")
    if kind is IdKind.HM_PERMIT and len(bare) == 11:
        bare = bare[:9]  # the last two digits count renewals, the person stays the same
    shape, words = _SHAPES[kind]
    if not bare:
        return Fault("没有填证件号码", f"照着{WORDS[kind]}填")
    if not shape.fullmatch(bare):
        return Fault(f"{WORDS[kind]}的号码是{words}，这一格不是", "照着证件再看一遍")
    if len(bare) == 18 and check_character(bare[:17]) != bare[17]:
        return Fault("证件号码最后一位和前面对不上，多半是抄错一位", "照着证件再看一遍")
    return bare


def settled_kind(kind: IdKind, number: str) -> IdKind:
    """The paper that a resident number belongs to: 81, 82 and 83 are given to residents from Hong Kong, Macao and Taiwan."""
    if kind not in _RESIDENT:
        return kind
    return IdKind.HMT_RESIDENCE if number.startswith(("81", "82", "83")) else IdKind.ID_CARD


def index_text(kind: str, number: str) -> str:
    """What the blind index is made of: a resident number stands alone, other papers carry their kind."""
    return number if kind in _RESIDENT else f"{kind}:{number}"


def masked(kind: str, number: str) -> str:
    """440681********3325, or H******78: enough to tell two people of one name apart."""
    if len(number) == 18 and kind != IdKind.PASSPORT:
        return f"{number[:6]}********{number[-4:]}"
    return f"{number[0]}{'*' * (len(number) - 3)}{number[-2:]}"


def born_and_sex(kind: str, number: str) -> tuple[date | None, str | None]:
    """What the number itself says: the day of birth and f or m; (None, None) for papers that do not."""
    if kind not in _RESIDENT or len(number) != 18:
        return None, None
    return birth_date(number), "m" if int(number[16]) % 2 else "f"
