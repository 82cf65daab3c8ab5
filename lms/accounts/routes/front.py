"""The front door, the larger version, oneself."""

from typing import Any

from flask import redirect, render_template, request, url_for

from lms.accounts import queries
from lms.accounts.routes.blueprint import bp, own_path
from lms.foundation.database import transaction
from lms.foundation.permissions import Access, Permission, allow
from lms.foundation.principal import current

HOMES = (
    (Permission.COHORT_FILE, "cohorts.index"),
    (Permission.COHORT_APPROVE, "reporting.inbox"),
    (Permission.HOURS_EXPORT, "subsidies.exports"),
    (Permission.INBOX_READ, "reporting.inbox"),
    (Permission.LESSON_STUDY, "learning.home"),
)


@bp.get("/")
@allow(Access.PUBLIC)
def root() -> Any:
    """Send everybody to what they came for."""
    if not current().signed_in:
        return redirect(url_for("accounts.sign_in"))
    return redirect(url_for(next(home for needs, home in HOMES if current().may(needs))))


@bp.get("/me")
@allow(Access.SIGNED_IN)
def me() -> Any:
    """Oneself, and the way out."""
    with transaction(current()):
        person = queries.person(current().person())
    return render_template("accounts/me.html", person=person)


# A name that no sibling host can set: a package must not choose how pages look.
CARE = "__Host-care"


@bp.post("/care")
@allow(Access.PUBLIC)
def care() -> Any:
    """Switch between the standard and the larger version (关怀版)."""
    response = redirect(own_path(request.form.get("next", "/")))
    if request.cookies.get(CARE) == "1":
        response.delete_cookie(CARE, samesite="Lax", secure=True)
    else:
        response.set_cookie(CARE, "1", max_age=365 * 86400, samesite="Lax", secure=True)
    return response
