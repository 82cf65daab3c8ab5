"""The doors of people, organisations and sign-in."""

from lms.accounts.routes import (
    front,
    organisations,
    organisations_authority,
    organisations_delegations,
    organisations_register,
    organisations_staff,
    phone,
    province,
    resets,
    second_factor,
    security,
    signing_in,
    wechat,
)
from lms.accounts.routes.blueprint import bp
from lms.accounts.routes.receipts import bp as receipts
from lms.accounts.routes.resets import helping

__all__ = [
    "bp",
    "front",
    "helping",
    "organisations",
    "organisations_authority",
    "organisations_delegations",
    "organisations_register",
    "organisations_staff",
    "phone",
    "province",
    "receipts",
    "resets",
    "second_factor",
    "security",
    "signing_in",
    "wechat",
]
