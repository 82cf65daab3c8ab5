"""The doors of training packages for the authority, and for everybody: review, the unified syllabus, the catalogue."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.accounts import queries as accounts
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Access, Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.publishing.actions import training as actions
from lms.publishing.actions import unified as naming
from lms.publishing.forms.training import REMARKS, ReviewForm, UnifyForm, remarks_of, revision_of
from lms.publishing.queries import coverage, unified
from lms.publishing.queries import training as queries
from lms.publishing.queries.training import TrainingView
from lms.publishing.routes.training import bp, point_at, shown, status_of
from lms.publishing.rules import signatures, syllabus
from lms.publishing.rules.unified import demand_of
from lms.questions import queries as questions

ITEMS_ON_A_PAGE = 100


@bp.get("/reviews")
@allow(Permission.TRAINING_REVIEW)
def reviews() -> str:
    """What waits for this administrator, the longest waiting first."""
    with transaction(current()):
        waiting = queries.trainings_to_review(current())
        names = accounts.organisations({author for one in waiting for author in one.authors})
        programmes = {programme.code: programme for programme in plans.programmes()}
    return render_template("training/reviews.html", packages=waiting, names=names, programmes=programmes)


@bp.route("/<uuid:training_id>/review", methods=["GET", "POST"])
@allow(Permission.TRAINING_REVIEW)
def review(training_id: UUID) -> Any:
    """Read what both have signed, say something about an item, decide."""
    with transaction(current()):
        found = queries.reviewed_training(training_id, current())
    form = ReviewForm(revision=str(found.revision)) if request.method == "GET" else ReviewForm()
    wrong = ""
    if form.validate_on_submit():
        try:
            with transaction(current()):
                _decide(training_id, form)
            return redirect(url_for("training.review", training_id=training_id), 303)
        except Refused as refusal:
            if refusal.field == "remarks":
                wrong = refusal.sentence
            else:
                point_at(form, refusal)
    return _review_page(training_id, form, wrong)


@bp.post("/<uuid:training_id>/unify")
@allow(Permission.TRAINING_REVIEW)
def unify(training_id: UUID) -> Any:
    """Name an approved version the unified syllabus, from a day on."""
    form = UnifyForm()
    with transaction(current()):
        queries.reviewed_training(training_id, current())
    if not form.validate_on_submit() or form.effective_from.data is None:
        raise Refused("选从哪一天起用这份统一大纲，像 2026-11-22 这样填")
    with transaction(current()):
        naming.unify(training_id, form.effective_from.data)
    return redirect(url_for("training.review", training_id=training_id), 303)


@bp.get("/published")
@allow(Access.PUBLIC)
def catalogue() -> str:
    """Every approved package, for everybody."""
    with transaction(current()):
        found = queries.trainings_published()
        names = accounts.organisations({author for one in found for author in one.authors})
        programmes = {programme.code: programme for programme in plans.programmes()}
    return render_template("training/catalogue.html", packages=found, names=names, programmes=programmes)


@bp.get("/published/<uuid:training_id>")
@allow(Access.PUBLIC)
def published(training_id: UUID) -> str:
    """One approved package: what it teaches, hours, standards, who made it, its versions."""
    page = max(1, request.args.get("page", 1, type=int))
    with transaction(current()):
        found = queries.published_training(training_id)
        items = queries.items_of(training_id)
        before = queries.version_before(found)
        changes = syllabus.difference(queries.items_of(before.id), items) if before else []
        shares = _public(found)
    cited = syllabus.standards(items, found.standard)
    shown_items = items[(page - 1) * ITEMS_ON_A_PAGE : page * ITEMS_ON_A_PAGE]
    return render_template(
        "training/published.html",
        items=shown_items,
        count=len(items),
        sums=syllabus.sums_by_number(items),
        total=syllabus.sums(items),
        standards=sorted(set(filter(None, cited.values())), key=lambda one: (one.code, one.level)),
        changes=changes,
        before=before,
        page=page,
        size=ITEMS_ON_A_PAGE,
        **shares,
    )


def _public(found: TrainingView) -> dict[str, Any]:
    versions = [one for one in queries.versions_of_training(found.package_id) if one.state is signatures.State.APPROVED]
    banks = questions.named(queries.bank_versions_of(found.id)).values()
    return {
        "package": found,
        "programme": plans.programme(found.programme_code),
        "names": accounts.organisations(found.authors),
        "versions": versions,
        "courses": coverage.courses_in(found.id),
        "questions": sum(bank.questions for bank in banks),
        "named": unified.naming_of(found.id),
    }


def _decide(training_id: UUID, form: ReviewForm) -> None:
    actions.decide(
        training_id,
        approve=form.verdict.data == "approve",
        reason=form.reason.data or "",
        remarks=remarks_of(request.form),
        seen_revision=revision_of(request.form),
    )


def _review_page(training_id: UUID, form: ReviewForm, wrong: str) -> Any:
    with transaction(current()):
        found = queries.reviewed_training(training_id, current())
        shares = shown(found)
        said, remarks = queries.decisions_of(training_id), queries.remarks_of(training_id)
        before = queries.version_before(found)
        named = unified.naming_of(training_id)
    why_not = signatures.refuse_decision(
        shares["authored"], current().person(), current().organisations, found.drafted_by, found.revision, True
    )
    page = render_template(
        "training/review.html",
        form=form,
        unify=UnifyForm(formdata=None),
        typed=request.form,
        remark_places=range(1, REMARKS + 1),
        wrong=wrong,
        why_not=why_not,
        said=said,
        remarks=remarks,
        before=before,
        named=named,
        demand=demand_of(found.plan_code),
        **shares,
    )
    return page, 422 if wrong else status_of(form)
