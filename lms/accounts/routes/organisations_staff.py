"""Asking people in, roles, leaving; and answering an invitation of one's own."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from lms.accounts import roles
from lms.accounts.actions import prepare, staffing
from lms.accounts.organisation_forms import InvitationForm, LeavingForm, RoleForm, as_choices, role_choices
from lms.accounts.queries.organisations import OrganisationView, organisation, organisations
from lms.accounts.queries.staff import Colleague, colleagues, invitations_to, led_organisation
from lms.accounts.routes.organisations import bp, point_at, status
from lms.accounts.rules.staffing import roles_for
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Access, Permission, allow
from lms.foundation.principal import current


@bp.route("/organisation/staff/new", methods=["GET", "POST"])
@allow(Permission.STAFF_MANAGE)
def invite() -> Any:
    """Ask somebody to work here; the answer is the same whether or not the person is known."""
    with transaction(current()):
        place = organisation(led_organisation(current()))
    form = InvitationForm()
    form.role.choices = role_choices(roles_for(place.kind, roles.OF_TENANTS, roles.OF_AUTHORITIES))
    if form.validate_on_submit():
        [row] = prepare([form.who()])
        try:
            with transaction(current()):
                staffing.invite_prepared(place.id, row, form.role.data, current())
            return redirect(url_for("organisations.home") + "#staff", 303)
        except Refused as refusal:
            point_at(form, refusal)
    return render_template("organisations/invite.html", form=form, place=place), status(form)


@bp.post("/organisation/invitations/<uuid:invitation_id>/withdraw")
@allow(Permission.STAFF_MANAGE)
def withdraw(invitation_id: UUID) -> Any:
    """Take an invitation back."""
    with transaction(current()):
        staffing.withdraw(invitation_id, led_organisation(current()))
    return redirect(url_for("organisations.home") + "#staff", 303)


@bp.get("/organisation/staff/<uuid:person_id>")
@allow(Permission.STAFF_MANAGE)
def colleague(person_id: UUID) -> Any:
    """Show somebody's roles, what can be given or taken, and how they leave."""
    with transaction(current()):
        place, found, others = _found(person_id)
    return _page(place, found, others, _leaving(others))


@bp.post("/organisation/staff/<uuid:person_id>/roles")
@allow(Permission.STAFF_MANAGE)
def give_role(person_id: UUID) -> Any:
    """Give somebody a role."""
    with transaction(current()):
        staffing.give_role(led_organisation(current()), person_id, RoleForm().role.data or "", current())
    return redirect(url_for("organisations.colleague", person_id=person_id), 303)


@bp.post("/organisation/staff/<uuid:person_id>/roles/end")
@allow(Permission.STAFF_MANAGE)
def take_role(person_id: UUID) -> Any:
    """Take a role from somebody."""
    with transaction(current()):
        place = led_organisation(current())
        staffing.take_role(place, person_id, RoleForm().role.data or "", current())
        still = any(one.person_id == person_id for one in colleagues(place))
    to = url_for("organisations.colleague", person_id=person_id) if still else url_for("organisations.home")
    return redirect(to, 303)


@bp.post("/organisation/staff/<uuid:person_id>/leave")
@allow(Permission.STAFF_MANAGE)
def leave(person_id: UUID) -> Any:
    """Somebody leaves; a named colleague takes over."""
    with transaction(current()):
        place, found, others = _found(person_id)
    form = _leaving(others)
    if not form.validate_on_submit():
        return _page(place, found, others, form)
    try:
        with transaction(current()):
            staffing.leave(place.id, person_id, UUID(form.successor.data), form.reason.data or "", current())
    except Refused as refusal:
        point_at(form, refusal)
        return _page(place, found, others, form)
    to = "accounts.root" if person_id == current().person_id else "organisations.home"
    return redirect(url_for(to), 303)


@bp.get("/me/invitations")
@allow(Access.SIGNED_IN)
def invitations() -> Any:
    """Which organisations ask one to work for them."""
    with transaction(current()):
        found = invitations_to(current().person())
        places = organisations({one.organisation_id for one in found})
    return render_template("organisations/invitations.html", found=found, places=places, form=FlaskForm())


@bp.post("/me/invitations/<uuid:invitation_id>")
@allow(Access.SIGNED_IN)
def answer(invitation_id: UUID) -> Any:
    """Say yes or no."""
    with transaction(current()):
        staffing.answer(invitation_id, accept=request.form.get("answer") == "yes", principal=current())
    return redirect(url_for("accounts.root"), 303)


def _found(person_id: UUID) -> tuple[OrganisationView, Colleague, list[Colleague]]:
    place = organisation(led_organisation(current()))
    here = colleagues(place.id)
    found = next((one for one in here if one.person_id == person_id), None)
    if found is None:
        raise NotFound()
    return place, found, [one for one in here if one.person_id != person_id]


def _leaving(others: list[Colleague]) -> LeavingForm:
    form = LeavingForm()
    names = {str(one.person_id): f"{one.name}（{one.words}）" for one in others}
    form.successor.choices = [SelectChoice("", "选一位同事"), *as_choices(names)]
    return form


def _page(place: OrganisationView, found: Colleague, others: list[Colleague], form: LeavingForm) -> Any:
    offered = roles_for(place.kind, roles.OF_TENANTS, roles.OF_AUTHORITIES)
    to_give = {role: roles.WORDS[role] for role in offered if role not in found.roles}
    shows = {"place": place, "found": found, "others": others, "form": form, "to_give": to_give, "words": roles.WORDS}
    return render_template(
        "organisations/colleague.html", oneself=found.person_id == current().person_id, **shows
    ), status(form)
