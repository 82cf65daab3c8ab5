"""The other side of an inspection: the institution mends, the trainee complains."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.accounts.actions import documents
from lms.accounts.routes.people import as_file, prepared_upload, takes_pictures
from lms.cohorts import queries as cohorts
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError, NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.foundation.todo import Ask
from lms.inspections import actions, forms, queries, rules
from lms.inspections.routes import DO, MEND, WORDS, bp
from lms.learning import queries as learning

takes_pictures(bp, "inspections.mend")


@bp.get("/to-mend")
@allow(MEND)
def to_mend() -> Any:
    """What the institution must mend."""
    with transaction(current()):
        found = queries.to_mend(current(), Ask(limit=100))
        classes = cohorts.titles({one.cohort_id for one in found})
    return render_template("inspections/to_mend.html", found=found, classes=classes, **WORDS)


@bp.route("/<uuid:inspection_id>/mend", methods=["GET", "POST"])
@allow(MEND)
def mend(inspection_id: UUID) -> Any:
    """What was found, and the form for what was mended."""
    form = forms.MendForm()
    if form.validate_on_submit():
        try:
            _send(inspection_id, form)
            return redirect(url_for("inspections.mend", inspection_id=inspection_id), 303)
        except Refused as refusal:
            (form.file if refusal.field == "file" else form.words).errors = [refusal.sentence]
    with transaction(current()):
        one, found = queries.inspection(inspection_id), queries.findings_of(inspection_id)
        cohort = cohorts.cohort(one.cohort_id)
    if one.tenant_id not in current().organisations:
        raise NotFound()
    waits = bool(found) and found[-1].outcome in rules.WITH_DEADLINE and not found[-1].mended
    page = render_template(
        "inspections/mend.html", one=one, found=found, cohort=cohort, form=form, waits=waits, **WORDS
    )
    return page, 422 if form.errors else 200


@bp.post("/<uuid:inspection_id>/material/<uuid:finding_id>")
@allow(DO)
def material(inspection_id: UUID, finding_id: UUID) -> Any:
    """What an institution sent along with its mending; the look is entered in the audit."""
    with transaction(current()):
        one = queries.inspection(inspection_id)
        sent = next((found.document_id for found in queries.findings_of(inspection_id) if found.id == finding_id), None)
        if sent is None or not any(scope.covers(one.region_code, one.plan_code) for scope in current().scope):
            raise NotFound()
        opening = documents.open_document(sent, "看机构交的整改材料", current())
    return as_file(opening)


@bp.route("/complaints", methods=["GET", "POST"])
@allow(Permission.LESSON_STUDY)
def complaints() -> Any:
    """A trainee complains about their class, and sees what came of it."""
    form = forms.ComplainForm()
    with transaction(current()):
        courses = learning.courses_of(current().person())
        made = queries.complaints_of(current().person())
    if form.validate_on_submit():
        try:
            with transaction(current()):
                actions.complain(_chosen(courses), form.words.data or "")
            return redirect(url_for("inspections.complaints"), 303)
        except Refused as refusal:
            form.words.errors = [refusal.sentence]
    page = render_template("inspections/complaints.html", form=form, courses=courses, made=made, **WORDS)
    return page, 422 if form.errors else 200


def _chosen(courses: list[learning.Course]) -> UUID:
    asked = request.form.get("registration", "")
    found = next((one.registration.id for one in courses if str(one.registration.id) == asked), None)
    if found is None:
        raise Refused("先选是哪个班的事", field="words")
    return found


def _send(inspection_id: UUID, form: forms.MendForm) -> None:
    prepared = prepared_upload(form.file.data)
    try:
        with transaction(current()):
            kept = documents.record(prepared, current().person(), "rectification", current()) if prepared else None
            actions.mend(inspection_id, form.words.data or "", kept)
    except LMSError:
        if prepared:
            documents.discard(prepared)
        raise
