"""Phones and masks. Plain data in, plain data out."""

import re
from dataclasses import dataclass

from lms.accounts.rules.identity import read_name

PHONE = re.compile(r"1[3-9][0-9]{9}")
FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－", "0123456789+-")


@dataclass(frozen=True)
class NewPerson:
    """Somebody on a roster: name, number of a paper as rules.documents reads it, phone (11 digits); `id_kind` an IdKind."""

    name: str
    id_number: str
    phone: str
    id_kind: str = "id_card"
    real_name: str = "roster_vouched"


def normal_phone(text: str) -> str | None:
    """A mainland mobile number as 11 digits, however it was typed; None if it is not one."""
    digits = re.sub(r"[\s\-]", "", text.translate(FULL_WIDTH))
    digits = re.sub(r"^(\+86|0086|86(?=1[3-9]\d{9}$))", "", digits)
    return digits if PHONE.fullmatch(digits) else None


def mask_id_number(number: str) -> str:
    """440681********3325: enough to tell two people of one name apart."""
    return f"{number[:6]}********{number[-4:]}"


def mask_phone(phone: str) -> str:
    """138 **** 6789."""
    return f"{phone[:3]} **** {phone[-4:]}"


def mask_name(name: str) -> str:
    """黄*梅; of two characters the second goes."""
    return name[0] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > 2 else "")


def same_name(one: str, other: str) -> bool:
    """Whether two writings are one name: dots and spaces of lay-out do not matter."""
    tidy = read_name(one)
    return one == other or (isinstance(tidy, str) and tidy == read_name(other))
