"""The pure rules of people, organisations and sign-in."""

from lms.accounts.rules.organisations import TENANT_KINDS
from lms.accounts.rules.people import (
    FULL_WIDTH,
    PHONE,
    NewPerson,
    mask_id_number,
    mask_name,
    mask_phone,
    normal_phone,
    same_name,
)
from lms.accounts.rules.signing_in import SESSION_LIFE, Code, code_good

__all__ = [
    "FULL_WIDTH",
    "PHONE",
    "SESSION_LIFE",
    "TENANT_KINDS",
    "Code",
    "NewPerson",
    "code_good",
    "mask_id_number",
    "mask_name",
    "mask_phone",
    "normal_phone",
    "same_name",
]
