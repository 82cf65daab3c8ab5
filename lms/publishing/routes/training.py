"""The doors of training packages 职业培训包 for their two authors: begin, describe, sign, send in, take back, write anew."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf import FlaskForm

from lms.accounts import queries as accounts
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.publishing.actions import training as actions
from lms.publishing.forms.training import DescriptionForm, NewPackageForm, revision_of
from lms.publishing.queries import coverage
from lms.publishing.queries import training as queries
from lms.publishing.queries.training import TrainingView
from lms.publishing.rules import signatures, syllabus
from lms.questions import queries as questions

bp = Blueprint("training", __name__, url_prefix="/training-packages")

OTHER = {"institution": "enterprise", "enterprise": "institution"}
ASKED = {"institution": "企业", "enterprise": "培训机构"}


@bp.context_processor
def _who() -> dict[str, bool]:
    """Whether the page is read by an author, who goes back to the package, or by the authority, who goes back to the review."""
    return {"author_here": bool(current().organisations)}


@bp.get("/")
@allow(Permission.TRAINING_WRITE, Permission.TRAINING_SIGN)
def index() -> str:
    """The packages that the organisation writes."""
    with transaction(current()):
        found = queries.trainings_of(current())
        names = accounts.organisations({author for one in found for author in one.authors})
        programmes = {programme.code: programme for programme in plans.programmes()}
    mine = current().organisations
    others = {one.id: [names[author].name for author in one.authors if author not in mine] for one in found}
    return render_template("training/index.html", packages=found, others=others, programmes=programmes)


@bp.route("/new", methods=["GET", "POST"])
@allow(Permission.TRAINING_WRITE)
def new() -> Any:
    """Begin a package with another organisation."""
    form = NewPackageForm()
    with transaction(current()):
        kind = accounts.organisation(current().tenant()).kind
        offered = accounts.organisations_of(OTHER.get(kind, "enterprise"), "")
        form.programme_code.choices = _choices()
    if form.validate_on_submit():
        try:
            with transaction(current()):
                version_id = actions.begin(_partner(form), form.programme_code.data, form.description)
            return redirect(url_for("training.detail", training_id=version_id), 303)
        except Refused as refusal:
            point_at(form, refusal)
    page = render_template("training/new.html", form=form, offered=offered, asked=ASKED.get(kind, "企业"))
    return page, status_of(form)


@bp.get("/<uuid:training_id>")
@allow(Permission.TRAINING_WRITE, Permission.TRAINING_SIGN)
def detail(training_id: UUID) -> str:
    """Where a version stands, what comes next, and what it holds in figures."""
    with transaction(current()):
        found = queries.own_training(training_id, current())
        shares = shown(found)
        versions = queries.versions_of_training(found.package_id)
        said, remarks = queries.decisions_of(training_id), queries.remarks_of(training_id)
        wrong = syllabus.problems(queries.items_of(training_id), found.standard)
    newest = versions[0].id == found.id
    return render_template(
        "training/detail.html", versions=versions, newest=newest, said=said, remarks=remarks, wrong=wrong, **shares
    )


@bp.route("/<uuid:training_id>/describe", methods=["GET", "POST"])
@allow(Permission.TRAINING_WRITE)
def describe(training_id: UUID) -> Any:
    """Change the words of a version."""
    with transaction(current()):
        found = queries.own_training(training_id, current())
    form = DescriptionForm(data=_described(found))
    if form.validate_on_submit():
        with transaction(current()):
            actions.describe(training_id, form.description)
        return redirect(url_for("training.detail", training_id=training_id), 303)
    return render_template("training/describe.html", package=found, form=form), status_of(form)


@bp.route("/<uuid:training_id>/sign", methods=["GET", "POST"])
@allow(Permission.TRAINING_SIGN)
def sign(training_id: UUID) -> Any:
    """Read what is signed, and sign for one's own organisation."""
    if request.method == "POST":
        with transaction(current()):
            actions.sign(training_id, revision_of(request.form))
        return redirect(url_for("training.sign", training_id=training_id), 303)
    with transaction(current()):
        found = queries.own_training(training_id, current())
        shares = shown(found)
        authored = queries.authored(found)
        wrong = syllabus.problems(queries.items_of(training_id), found.standard)
        before = queries.version_before(found)
    mine = [one for one in found.authors if one in current().organisations]
    own = next((one for one in mine if one not in authored.signed_by), mine[0])
    why_not = signatures.refuse_signature(authored, own, current().person(), found.revision, len(wrong))
    return render_template("training/sign.html", own=own, why_not=why_not, before=before, **shares)


@bp.post("/<uuid:training_id>/submit")
@allow(Permission.TRAINING_WRITE)
def submit(training_id: UUID) -> Any:
    """Send in what both have signed."""
    with transaction(current()):
        actions.submit(training_id)
    return redirect(url_for("training.detail", training_id=training_id), 303)


@bp.post("/<uuid:training_id>/withdraw")
@allow(Permission.TRAINING_WRITE)
def withdraw(training_id: UUID) -> Any:
    """Take back what waits."""
    with transaction(current()):
        actions.withdraw(training_id)
    return redirect(url_for("training.detail", training_id=training_id), 303)


@bp.post("/<uuid:training_id>/revise")
@allow(Permission.TRAINING_WRITE)
def revise(training_id: UUID) -> Any:
    """Begin the next version."""
    with transaction(current()):
        version_id = actions.revise(training_id)
    return redirect(url_for("training.detail", training_id=version_id), 303)


def shown(found: TrainingView) -> dict[str, Any]:
    """What every page says of a version: authors, signatures, figures, courses and banks."""
    authored = queries.authored(found)
    signed = queries.signatures_of(found.id)
    called = accounts.names_of({one.person_id for one in signed})
    standing = {one.organisation_id: one for one in signed if one.revision == found.revision}
    return {
        "package": found,
        "programme": plans.programme(found.programme_code),
        "names": accounts.organisations(found.authors),
        "authored": authored,
        "standing": standing,
        "signers": {one.organisation_id: called.get(one.person_id) for one in standing.values()},
        "void": len(signed) - len(standing),
        "report": coverage.report_of(found),
        "items": queries.items_count(found.id),
        "courses": coverage.courses_in(found.id),
        "banks": list(questions.named(queries.bank_versions_of(found.id)).values()),
        "steps": signatures.STEPS,
    }


def point_at(form: FlaskForm, refusal: Refused) -> None:
    """Put the sentence at its field; a refusal of no field is the whole page's."""
    if refusal.field is None or refusal.field not in form:
        raise refusal
    form[refusal.field].errors = [refusal.sentence]


def status_of(form: FlaskForm) -> int:
    """422 where a field says why it cannot stand."""
    return 422 if any(field.errors for field in form) else 200


def _partner(form: NewPackageForm) -> UUID:
    """The organisation of that name; raises Refused at the field."""
    name = form.partner.data or ""
    for kind in OTHER:
        for one in accounts.organisations_of(kind, name):
            if one.name == name:
                return one.id
    raise Refused("没有找到这家单位，看看全称有没有写错。对方要先在平台上登记", field="partner")


def _described(found: TrainingView) -> dict[str, str]:
    standard = {f"standard_{name}": getattr(found.standard, name) for name in ("code", "name", "level")}
    return {"title": found.title, "summary": found.summary, **standard}


def _choices() -> dict[str, list[tuple[str, str]]]:
    """Programmes under the plans they belong to."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for programme in plans.programmes():
        groups.setdefault(programme.plan, []).append((programme.code, programme.title))
    return groups
