"""Organisations that ask to take part: the public form, its receipt, and the authority's answer."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for

from lms.accounts.actions import registering
from lms.accounts.organisation_forms import PICK, ApplicationForm, VerdictForm, as_choices
from lms.accounts.queries.organisations import application as one_application
from lms.accounts.queries.organisations import application_in_scope, counties, organisation_by_credit_code
from lms.accounts.queries.regions import region_name
from lms.accounts.routes.organisations import bp, point_at, status
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Access, Permission, allow
from lms.foundation.principal import Principal, current
from lms.plans import queries as plans

desk = Principal.system_of("registration of organisations")
ANSWER_DAYS = 5


@bp.route("/register", methods=["GET", "POST"])
@allow(Access.PUBLIC)
def apply() -> Any:
    """Take an organisation's wish to take part."""
    form = _form()
    if form.validate_on_submit():
        prepared = registering.prepare_application(form.asked())
        try:
            with transaction(desk):
                application_id = registering.apply(prepared)
            return redirect(url_for("organisations.receipt", application_id=application_id), 303)
        except Refused as refusal:
            point_at(form, refusal)
    return render_template("organisations/apply.html", form=form, days=ANSWER_DAYS), status(form)


@bp.get("/register/<uuid:application_id>")
@allow(Access.PUBLIC)
def receipt(application_id: UUID) -> Any:
    """How an application stands, for who holds its number."""
    with transaction(desk):
        found = one_application(application_id)
    return render_template("organisations/receipt.html", found=found, days=ANSWER_DAYS)


@bp.route("/organisations/applications/<uuid:application_id>", methods=["GET", "POST"])
@allow(Permission.ORGANISATION_ADMIT)
def application(application_id: UUID) -> Any:
    """Show an application to the authority, and take its answer."""
    with transaction(current()):
        found = application_in_scope(application_id, current())
        twin = organisation_by_credit_code(found.credit_code)
        titles = {programme.plan_code: programme.plan for programme in plans.programmes()}
        region = region_name(found.region_code)
    form = VerdictForm()
    if form.validate_on_submit():
        said = {"approve": form.verdict.data == "yes", "reason": form.reason.data or ""}
        try:
            with transaction(current()):
                registering.decide_application(application_id, **said, principal=current())
            return redirect(url_for("organisations.application", application_id=application_id), 303)
        except Refused as refusal:
            form.reason.errors = [refusal.sentence]
    shows = {"found": found, "twin": twin, "plan": titles.get(found.plan_code, ""), "form": form, "region": region}
    return render_template("organisations/application.html", **shows), status(form)


def _form() -> ApplicationForm:
    with transaction(desk):
        titles = {programme.plan_code: programme.plan for programme in plans.programmes()}
        places = counties()
    form = ApplicationForm()
    form.region_code.choices = [PICK, *(one for city, below in places.items() for one in as_choices(dict(below), city))]
    form.plan_code.choices = [PICK, *as_choices(dict(sorted(titles.items())))]
    return form
