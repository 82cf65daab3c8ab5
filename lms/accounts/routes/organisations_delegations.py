"""Lending one's work to a colleague while away; an auditor's look at it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask_wtf import FlaskForm

from lms.accounts.actions import delegating
from lms.accounts.organisation_forms import PICK, LoanForm, as_choices, role_choices
from lms.accounts.queries.delegations import delegation_audited, delegations_of
from lms.accounts.queries.staff import colleagues, names_of, own_authority
from lms.accounts.routes.organisations import point_at, status
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current

bp = Blueprint("delegations", __name__)


@bp.route("/delegations", methods=["GET", "POST"])
@allow(Permission.WORK_DELEGATE, Permission.AUDIT_READ)
def index() -> Any:
    """Show what one lent and borrowed, and lend."""
    me = current().person()
    with transaction(current()):
        authority = own_authority(current())
        here, found = colleagues(authority), delegations_of(me)
        names = names_of({one for loan in found for one in (loan.person_id, loan.borrower_id)})
    form = _form(here, me)
    if form.validate_on_submit():
        try:
            with transaction(current()):
                delegating.lend(_wish(authority, form), current())
            return redirect(url_for("delegations.index"), 303)
        except Refused as refusal:
            point_at(form, refusal)
    shows = {"found": found, "names": names, "today": clock.today(), "me": me, "end": FlaskForm()}
    return render_template("organisations/delegations.html", form=form, **shows), status(form)


@bp.post("/delegations/<uuid:delegation_id>/end")
@allow(Permission.WORK_DELEGATE, Permission.AUDIT_READ)
def take_back(delegation_id: UUID) -> Any:
    """End a loan before its day."""
    with transaction(current()):
        delegating.take_back(delegation_id, current())
    return redirect(url_for("delegations.index"), 303)


@bp.route("/delegations/<uuid:delegation_id>", methods=["GET", "POST"])
@allow(Permission.AUDIT_READ)
def show(delegation_id: UUID) -> Any:
    """Show a loan to an auditor, who takes note of it."""
    with transaction(current()):
        found = delegation_audited(delegation_id, current().person())
        names = names_of({found.person_id, found.borrower_id})
    form = FlaskForm()
    if form.validate_on_submit():
        with transaction(current()):
            delegating.note(delegation_id, current())
        return redirect(url_for("reporting.inbox"), 303)
    return render_template("organisations/loan.html", found=found, names=names, form=form, today=clock.today())


def _form(here: list[Any], me: UUID) -> LoanForm:
    form = LoanForm()
    mine = next((one.roles for one in here if one.person_id == me), ())
    others = {str(one.person_id): f"{one.name}（{one.words}）" for one in here if one.person_id != me}
    form.role.choices = [PICK, *role_choices(mine)]
    form.borrower.choices = [PICK, *as_choices(others)]
    return form


def _wish(authority: UUID, form: LoanForm) -> delegating.Wish:
    days: dict[str, Any] = {
        "starts_on": form.starts_on.data,
        "ends_on": form.ends_on.data,
        "reason": form.reason.data or "",
    }
    return delegating.Wish(authority, form.role.data, UUID(form.borrower.data), **days)
