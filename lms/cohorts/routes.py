"""Pages about classes: the clerk's and, for a filing, the administrator's."""

import io
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from lms.accounts import queries as accounts
from lms.accounts.rules.identity import masked_id_number
from lms.cohorts import queries, teaching, writing
from lms.cohorts.actions import checking, enrolling, filing
from lms.cohorts.forms import DecisionForm, RosterForm, TermsForm
from lms.cohorts.rules.filing import Terms
from lms.cohorts.rules.preview import shown
from lms.foundation import spreadsheets
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.foundation.spreadsheets.sheets import Unreadable

bp = Blueprint("cohorts", __name__, url_prefix="/cohorts")

PEOPLE_ON_A_PAGE = 50
ROWS_ON_A_PAGE = 100
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.url_value_preprocessor
def _let_a_roster_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A roster may be larger than any other body; it is read only after the gate has let the person in."""
    if endpoint == "cohorts.read_roster":
        request.max_content_length = spreadsheets.MOST_BYTES + 100_000


@bp.get("/")
@allow(Permission.COHORT_FILE)
def index() -> Any:
    """List the institution's classes."""
    with transaction(current()):
        found = queries.cohorts_of_tenant(current().tenant())
    return render_template("cohorts/index.html", cohorts=found)


@bp.route("/new", methods=["GET", "POST"])
@allow(Permission.COHORT_FILE)
def new() -> Any:
    """Write a class down."""
    form, choices = _terms_form()
    if form.validate_on_submit():
        try:
            with transaction(current()):
                cohort_id = filing.create(form.terms(), current())
            return redirect(url_for("cohorts.detail", cohort_id=cohort_id))
        except Refused as refusal:
            _point_at(form, refusal)
    return render_template("cohorts/terms.html", form=form, choices=choices, cohort=None), _status(form)


@bp.get("/<uuid:cohort_id>")
@allow(Permission.COHORT_FILE)
def detail(cohort_id: UUID) -> Any:
    """Show a class: where it stands, what comes next, who is in it."""
    number = max(1, request.args.get("page", 1, type=int))
    with transaction(current()):
        cohort = queries.own_cohort(cohort_id, current())
        said, imports = queries.decisions(cohort_id), queries.imports_of(cohort_id)
        teaches = teaching.taught_in(cohort)
        rows = people_of(cohort_id, number)
        look = accounts.second_look_of(filing.FILING, cohort_id)
    shares = {"cohort": cohort, "decisions": said, "imports": imports, "teaching": teaches, "look": look}
    return render_template("cohorts/detail.html", **shares, rows=rows, page=number, size=PEOPLE_ON_A_PAGE)


@bp.route("/<uuid:cohort_id>/edit", methods=["GET", "POST"])
@allow(Permission.COHORT_FILE)
def edit(cohort_id: UUID) -> Any:
    """Change a class that is not filed."""
    with transaction(current()):
        cohort = queries.own_cohort(cohort_id, current())
    form, choices = _terms_form(obj=cohort)
    if form.validate_on_submit():
        try:
            with transaction(current()):
                filing.change(cohort_id, form.terms(), current())
            return redirect(url_for("cohorts.detail", cohort_id=cohort_id))
        except Refused as refusal:
            _point_at(form, refusal)
    return render_template("cohorts/terms.html", form=form, choices=choices, cohort=cohort), _status(form)


@bp.post("/<uuid:cohort_id>/file")
@allow(Permission.COHORT_FILE)
def file(cohort_id: UUID) -> Any:
    """Hand a class in; where its terms no longer hold, show the form with the field at fault."""
    try:
        with transaction(current()):
            filing.file(cohort_id, current())
    except Refused as refusal:
        return _terms_to_mend(cohort_id, refusal)
    return redirect(url_for("cohorts.detail", cohort_id=cohort_id))


@bp.post("/<uuid:cohort_id>/close")
@allow(Permission.COHORT_FILE)
def close(cohort_id: UUID) -> Any:
    """End a class."""
    with transaction(current()):
        filing.close(cohort_id, current())
    return redirect(url_for("cohorts.detail", cohort_id=cohort_id))


@bp.get("/roster-sample.xlsx")
@allow(Permission.ROSTER_IMPORT)
def sample() -> Any:
    """The sheet to fill in."""
    return _sheet(writing.sample(), "学员名单样表.xlsx")


@bp.get("/<uuid:cohort_id>/roster")
@allow(Permission.ROSTER_IMPORT)
def choose_roster(cohort_id: UUID) -> Any:
    """Ask for the file."""
    with transaction(current()):
        cohort = queries.own_cohort(cohort_id, current())
    return render_template("cohorts/choose.html", cohort=cohort, form=RosterForm(), refusal=None)


@bp.post("/<uuid:cohort_id>/roster")
@allow(Permission.ROSTER_IMPORT)
def read_roster(cohort_id: UUID) -> Any:
    """Read the file, compare it with the accounts there are, keep the preview."""
    with transaction(current()):
        cohort = queries.own_cohort(cohort_id, current())
    form, refusal = RosterForm(), None
    if form.validate_on_submit():
        try:
            import_id = _preview(cohort_id, form.file.data)
            return redirect(url_for("cohorts.roster", cohort_id=cohort_id, import_id=import_id))
        except Unreadable as problem:
            refusal = problem
    return render_template("cohorts/choose.html", cohort=cohort, form=form, refusal=refusal), 422


def _preview(cohort_id: UUID, upload: Any) -> UUID:
    name = PurePosixPath((upload.filename or "").replace("\\", "/")).name[-80:] or "名单"
    found = enrolling.read(upload.stream.read())
    with transaction(current()):
        compared = enrolling.compare(found, cohort_id, current())
    kept = enrolling.seal(compared)
    with transaction(current()):
        return enrolling.keep(kept, cohort_id, name, current())


@bp.get("/<uuid:cohort_id>/roster/<uuid:import_id>")
@allow(Permission.ROSTER_IMPORT)
def roster(cohort_id: UUID, import_id: UUID) -> Any:
    """Show what would happen, or what has happened."""
    cohort, kept, blob = _kept(cohort_id, import_id)
    found = enrolling.opened(import_id, blob)
    rows = shown(found.roster.refused, ROWS_ON_A_PAGE)
    page = "cohorts/imported.html" if kept.state == "imported" else "cohorts/check.html"
    again = request.args.get("again") == "1"
    return render_template(
        page,
        cohort=cohort,
        kept=kept,
        roster=found.roster,
        rows=rows,
        again=again,
        form=FlaskForm(),
        mask=masked_id_number,
    )


@bp.post("/<uuid:cohort_id>/roster/<uuid:import_id>")
@allow(Permission.ROSTER_IMPORT)
def confirm_roster(cohort_id: UUID, import_id: UUID) -> Any:
    """Enrol the good rows, all or nobody; a second yes finds it done."""
    _, kept, blob = _kept(cohort_id, import_id)
    again = kept.state == "imported"
    if not again and _looked_at_first(cohort_id, import_id):
        return redirect(url_for("cohorts.detail", cohort_id=cohort_id))
    if not again:
        prepared = enrolling.prepare(import_id, enrolling.opened(import_id, blob))
        with transaction(current()):
            again = enrolling.confirm(prepared, cohort_id, current()).again
    address = url_for("cohorts.roster", cohort_id=cohort_id, import_id=import_id, again="1" if again else None)
    return redirect(address)


def _looked_at_first(cohort_id: UUID, import_id: UUID) -> bool:
    with transaction(current()):
        return checking.waits_for_second_look(cohort_id, import_id, current())


@bp.get("/<uuid:cohort_id>/roster/<uuid:import_id>/rows-to-mend.xlsx")
@allow(Permission.ROSTER_IMPORT)
def rows_to_mend(cohort_id: UUID, import_id: UUID) -> Any:
    """The refused rows with their reasons, to be mended and chosen again."""
    cohort, _, blob = _kept(cohort_id, import_id)
    return _sheet(writing.rows_to_mend(enrolling.opened(import_id, blob).roster), f"要改的行-{cohort.code}.xlsx")


@bp.route("/<uuid:cohort_id>/review", methods=["GET", "POST"])
@allow(Permission.COHORT_APPROVE)
def review(cohort_id: UUID) -> Any:
    """Show a filing to the authority, and take its decision."""
    with transaction(current()):
        cohort = queries.cohort_in_scope(cohort_id, current())
        shares = {"institution": accounts.organisation(cohort.tenant_id), "teaching": teaching.taught_in(cohort)}
        said, rows = queries.decisions(cohort_id), people_of(cohort_id, 1)
    form = DecisionForm(seen_at=cohort.filed_at.isoformat() if cohort.filed_at else "")
    if form.validate_on_submit():
        approve = form.verdict.data == "open"
        reason = form.reason.data or ""
        with transaction(current()):
            filing.decide(cohort_id, approve=approve, reason=reason, seen_at=form.filed_at, principal=current())
        return redirect(url_for("cohorts.review", cohort_id=cohort_id))
    return render_template(
        "cohorts/review.html", cohort=cohort, form=form, decisions=said, rows=rows, **shares
    ), _status(form)


Row = tuple[accounts.PersonView | None, queries.Details]


def people_of(cohort_id: UUID, number: int) -> Sequence[Row]:
    """A page (from 1) of the people of a class, with what the roster said of them."""
    found = queries.page_of_people(cohort_id, number, PEOPLE_ON_A_PAGE)
    views = accounts.people([person_id for person_id, _ in found])
    return [(views.get(person_id), details) for person_id, details in found]


def _kept(cohort_id: UUID, import_id: UUID) -> tuple[queries.CohortView, queries.ImportView, bytes | None]:
    with transaction(current()):
        cohort = queries.own_cohort(cohort_id, current())
        return cohort, queries.roster_import(cohort_id, import_id), queries.sealed_content(import_id)


def _terms_form(obj: queries.CohortView | None = None) -> tuple[TermsForm, list[teaching.Choice]]:
    with transaction(current()):
        choices = teaching.choices()
        pool = [one.name for one in accounts.teachers(current().tenant())]
    form = TermsForm(obj=obj)
    form.pool = pool
    form.version_id.choices = [SelectChoice(str(choice.id), choice.words) for choice in choices]
    return form, choices


def _terms_to_mend(cohort_id: UUID, refusal: Refused) -> Any:
    with transaction(current()):
        cohort = queries.own_cohort(cohort_id, current())
    form, choices = _terms_form()
    for name in Terms.__dataclass_fields__:
        form[name].data = getattr(cohort, name)
    _point_at(form, refusal)
    return render_template("cohorts/terms.html", form=form, choices=choices, cohort=cohort), 422


def _point_at(form: FlaskForm, refusal: Refused) -> None:
    """Put the sentence at its field; a refusal of no field is the whole page's."""
    if refusal.field is None or refusal.field not in form:
        raise refusal
    form[refusal.field].errors = [refusal.sentence]


def _status(form: FlaskForm) -> int:
    return 422 if any(field.errors for field in form) else 200


def _sheet(data: bytes, name: str) -> Response:
    answer = send_file(io.BytesIO(data), mimetype=SHEET, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
