"""The authority's list of organisations, a new one of its own making, names and papers."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.accounts.actions import organisations as acts
from lms.accounts.actions import papers
from lms.accounts.organisation_forms import NameForm, VerdictForm
from lms.accounts.queries import papers as held
from lms.accounts.queries.organisations import (
    count_applications,
    former_names,
    organisation,
    organisation_in_scope,
    organisations_in_scope,
    plans_of_organisation,
)
from lms.accounts.queries.regions import region_name, region_names
from lms.accounts.queries.staff import colleagues
from lms.accounts.routes.organisations import bp, point_at, status
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans

ON_A_PAGE = 50


@bp.get("/organisations")
@allow(Permission.ORGANISATION_ADMIT)
def index() -> Any:
    """List the organisations that take part where the authority answers."""
    words, number = request.args.get("q", "").strip(), max(1, request.args.get("page", 1, type=int))
    with transaction(current()):
        found, count = organisations_in_scope(current(), words, number, ON_A_PAGE)
        waiting = count_applications(current())
        regions = region_names({one.region_code for one in found})
    pages = {"words": words, "page": number, "size": ON_A_PAGE, "count": count, "waiting": waiting}
    return render_template("organisations/index.html", found=found, regions=regions, **pages)


@bp.get("/organisations/<uuid:organisation_id>")
@allow(Permission.ORGANISATION_ADMIT)
def show(organisation_id: UUID) -> Any:
    """Show an organisation to the authority."""
    return _page(organisation_id, NameForm())


@bp.post("/organisations/<uuid:organisation_id>/name")
@allow(Permission.ORGANISATION_ADMIT)
def rename(organisation_id: UUID) -> Any:
    """Give an organisation its new name."""
    form = NameForm()
    with transaction(current()):
        organisation_in_scope(organisation_id, current())
    if not form.validate_on_submit():
        return _page(organisation_id, form)
    try:
        with transaction(current()):
            acts.rename(organisation_id, form.name.data or "", form.reason.data or "")
    except Refused as refusal:
        point_at(form, refusal)
        return _page(organisation_id, form)
    return redirect(url_for("organisations.show", organisation_id=organisation_id), 303)


@bp.route("/organisations/qualifications/<uuid:qualification_id>", methods=["GET", "POST"])
@allow(Permission.ORGANISATION_ADMIT)
def review_qualification(qualification_id: UUID) -> Any:
    """Show a paper to the authority, and take what it says."""
    with transaction(current()):
        found = held.qualification_in_scope(qualification_id, current())
        place = organisation(found.tenant_id)
    form = VerdictForm()
    if form.validate_on_submit():
        said = {"approve": form.verdict.data == "yes", "reason": form.reason.data or ""}
        try:
            with transaction(current()):
                papers.decide_qualification(qualification_id, **said, principal=current())
            return redirect(url_for("organisations.review_qualification", qualification_id=qualification_id), 303)
        except Refused as refusal:
            form.reason.errors = [refusal.sentence]
    shows = {"found": found, "place": place, "form": form, "today": clock.today()}
    return render_template("organisations/qualification.html", **shows), status(form)


def _page(organisation_id: UUID, form: NameForm) -> Any:
    with transaction(current()):
        place = organisation_in_scope(organisation_id, current())
        shows = {"papers": held.qualifications_of(place.id), "pool": held.teachers(place.id)}
        known = {"former": former_names(place.id), "staff": colleagues(place.id)}
        codes, region = plans_of_organisation(place.id), region_name(place.region_code)
        titles = {programme.plan_code: programme.plan for programme in plans.programmes()}
    rest = {"plans": [titles[code] for code in codes], "today": clock.today(), "form": form, "region": region}
    return render_template("organisations/show.html", place=place, **shows, **known, **rest), status(form)
