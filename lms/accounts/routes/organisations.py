"""The page of one's own organisation: what it is called, its papers, people, teachers, handovers."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask_wtf import FlaskForm

from lms.accounts.actions import papers
from lms.accounts.organisation_forms import QualificationForm, TeacherForm, as_choices
from lms.accounts.queries import papers as held
from lms.accounts.queries.organisations import (
    former_names,
    is_tenant,
    organisation,
    plans_of_organisation,
)
from lms.accounts.queries.regions import region_name
from lms.accounts.queries.second_looks import needs_second_look
from lms.accounts.queries.staff import colleagues, handovers, names_of, open_invitations, own_organisation
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans

bp = Blueprint("organisations", __name__)
LARGEST = papers.MOST_BYTES + 100_000


@bp.url_value_preprocessor
def _let_a_paper_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A scanned paper may be larger than any other body; it is read only after the gate has let the person in."""
    if endpoint == "organisations.add_qualification":
        request.max_content_length = LARGEST


@bp.get("/organisation")
@allow(Permission.ORGANISATION_READ, Permission.STAFF_MANAGE)
def home() -> Any:
    """Show one's own organisation."""
    with transaction(current()):
        place = organisation(own_organisation(current()))
        left = handovers(place.id)
        here = {"staff": colleagues(place.id), "invited": open_invitations(place.id), "left": left}
        shows = {"papers": held.qualifications_of(place.id), "pool": held.teachers(place.id)}
        known = {"former": former_names(place.id), "plans": _titles(plans_of_organisation(place.id))}
        names = names_of({one for gone in left for one in (gone.person_id, gone.successor_id)})
        looks, region = needs_second_look(place.id), region_name(place.region_code)
    may = {"may_staff": current().may(Permission.STAFF_MANAGE), "may_teach": current().may(Permission.TEACHERS_KEEP)}
    rest = {"names": names, "today": clock.today(), "tenant": is_tenant(place), "has_approver": looks, "region": region}
    return render_template("organisations/home.html", place=place, **here, **shows, **known, **rest, **may)


def _titles(codes: list[str]) -> list[str]:
    found = {programme.plan_code: programme.plan for programme in plans.programmes()}
    return [found[code] for code in codes if code in found]


@bp.route("/organisation/qualifications/new", methods=["GET", "POST"])
@allow(Permission.STAFF_MANAGE)
def add_qualification() -> Any:
    """Enter a paper."""
    with transaction(current()):
        tenant_id = own_tenant()
        own = plans_of_organisation(tenant_id)
        choices = {programme.plan_code: programme.plan for programme in plans.programmes()}
    form = QualificationForm()
    form.plan_code.choices = as_choices(dict(sorted(choices.items(), key=lambda pair: (pair[0] not in own, pair[0]))))
    if form.validate_on_submit():
        try:
            paper = papers.keep_paper(form.file.data.stream.read() if form.file.data else b"")
            with transaction(current()):
                papers.add_qualification(tenant_id, form.new(), paper, current())
            return redirect(url_for("organisations.home") + "#papers", 303)
        except Refused as refusal:
            point_at(form, refusal)
    return render_template("organisations/qualification_new.html", form=form), status(form)


@bp.get("/organisation/qualifications/<uuid:qualification_id>/file")
@allow(Permission.ORGANISATION_READ, Permission.STAFF_MANAGE, Permission.ORGANISATION_ADMIT)
def qualification_file(qualification_id: UUID) -> Any:
    """The document of a paper."""
    with transaction(current()):
        found = held.qualification(qualification_id, current())
    if found.file_key is None or found.file_type is None:
        raise NotFound()
    answer: Response = send_file(
        papers.open_paper(found.file_key), mimetype=found.file_type, download_name="资质" + found.file_key[-4:]
    )
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.route("/organisation/teachers/new", methods=["GET", "POST"])
@allow(Permission.TEACHERS_KEEP)
def new_teacher() -> Any:
    """Write a teacher into the pool."""
    form = TeacherForm()
    with transaction(current()):
        tenant_id = own_tenant()
    if form.validate_on_submit():
        with transaction(current()):
            papers.add_teacher(tenant_id, form.entry())
        return redirect(url_for("organisations.home") + "#teachers", 303)
    return render_template("organisations/teacher.html", form=form, teacher=None), status(form)


@bp.route("/organisation/teachers/<uuid:teacher_id>", methods=["GET", "POST"])
@allow(Permission.TEACHERS_KEEP)
def teacher(teacher_id: UUID) -> Any:
    """Change what is written of a teacher."""
    with transaction(current()):
        found = held.teacher(teacher_id, current())
    form = TeacherForm(obj=found)
    if form.validate_on_submit():
        with transaction(current()):
            papers.change_teacher(teacher_id, form.entry(), current())
        return redirect(url_for("organisations.home") + "#teachers", 303)
    return render_template("organisations/teacher.html", form=form, teacher=found), status(form)


@bp.post("/organisation/teachers/<uuid:teacher_id>/left")
@allow(Permission.TEACHERS_KEEP)
def teacher_left(teacher_id: UUID) -> Any:
    """Take a teacher out of the pool."""
    with transaction(current()):
        papers.teacher_left(teacher_id, current())
    return redirect(url_for("organisations.home") + "#teachers", 303)


def own_tenant() -> UUID:
    """The institution or enterprise of the principal; raises NotFound for an authority."""
    place = organisation(own_organisation(current()))
    if not is_tenant(place) or place.id not in current().organisations:
        raise NotFound()
    return place.id


def point_at(form: FlaskForm, refusal: Refused) -> None:
    """Put the sentence at its field; a refusal of no field is the whole page's."""
    if refusal.field is None or refusal.field not in form:
        raise refusal
    form[refusal.field].errors = [refusal.sentence]


def status(form: FlaskForm) -> int:
    """422 where something is to be mended."""
    return 422 if any(field.errors for field in form) else 200
