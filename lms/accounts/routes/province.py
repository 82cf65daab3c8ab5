"""Signing in by the province's single sign-on."""

from typing import Any

from flask import url_for

from lms.accounts.routes import welcome
from lms.accounts.routes.blueprint import bp
from lms.accounts.rules import limits as most
from lms.accounts.signing_in import limits
from lms.accounts.signing_in import province as ways
from lms.foundation.permissions import Access, allow


@bp.get("/sign-in/province")
@allow(Access.PUBLIC)
def province() -> Any:
    """Send the person to the province."""
    limits.spend([(most.GUESSES_ADDRESS, welcome.visit().network), (most.GUESSES_HOUSE, limits.HOUSE)])
    return ways.redirect_to(url_for("accounts.province_back", _external=True))


@bp.get("/sign-in/province/back")
@allow(Access.PUBLIC)
def province_back() -> Any:
    """Let in whom the province vouches for."""
    return welcome.passed(ways.person_of(ways.citizen()), "province")
