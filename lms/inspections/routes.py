"""Inspections: drawn, done on the phone of an inspector, found upon, mended; and complaints."""

from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms.fields import SelectChoice

from lms.accounts import actions as accounts_actions
from lms.accounts import queries as accounts
from lms.accounts import sessions
from lms.cohorts import queries as cohorts
from lms.config import settings
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.foundation.todo import Ask
from lms.inspections import actions, forms, queries, quizzes, rules
from lms.inspections.rules import Kind, Outcome
from lms.learning import queries as learning
from lms.learning.queries import suspensions
from lms.plans import queries as plans

bp = Blueprint("inspections", __name__, url_prefix="/inspections")

DO, MEND = Permission.INSPECTION_DO, Permission.INSPECTION_MEND
WORDS = {"kinds": rules.KIND_WORDS, "outcomes": rules.OUTCOME_WORDS}


@bp.get("")
@allow(DO)
def index() -> Any:
    """What is open, what was drawn, what was closed."""
    with transaction(current()):
        found = queries.open_inspections(current(), Ask(limit=100))
        closed, drawn = queries.closed_inspections(current()), queries.samples()
        shares = _named([*found, *closed])
    return render_template("inspections/index.html", found=found, closed=closed, drawn=drawn, **shares, **WORDS)


@bp.route("/draw", methods=["GET", "POST"])
@allow(DO)
def draw() -> Any:
    """Draw classes and people by lot."""
    form = forms.DrawForm()
    with transaction(current()):
        names = accounts.region_names({one.region for one in current().scope})
        known = sorted({(one.plan_code, one.plan) for one in plans.programmes()})
    regions = {one.region: names.get(one.region, one.region) for one in current().scope}
    form.region.choices = [SelectChoice(code, name) for code, name in regions.items()]
    form.plan.choices = [SelectChoice(code, name) for code, name in (("", "所有计划"), *known)]
    if form.validate_on_submit():
        try:
            with transaction(current()):
                sizes = (form.classes.data or 0, form.people.data or 0)
                actions.draw(form.title.data or "", form.region.data, form.plan.data, *sizes)
            return redirect(url_for("inspections.index"), 303)
        except Refused as refusal:
            form.region.errors = [refusal.sentence]
    return render_template("inspections/draw.html", form=form), 422 if form.errors else 200


@bp.get("/<uuid:inspection_id>")
@allow(DO)
def detail(inspection_id: UUID) -> Any:
    """One inspection: what to do, what was seen, what it came to."""
    return _detail(inspection_id)


@bp.post("/<uuid:inspection_id>/phone")
@allow(DO)
def phone(inspection_id: UUID) -> Any:
    """Show the number to call; the look is entered in the audit and asks for a fresh proof."""
    with transaction(current()):
        one = queries.inspection(inspection_id)
        if one.kind is not Kind.CALL or one.person_id is None or one.closed_at:
            raise NotFound()
        sessions.require_fresh_proof()
        number = accounts_actions.full_phone(one.person_id, reason="抽查电话回访")
    return _detail(inspection_id, number=number)


@bp.post("/<uuid:inspection_id>/call")
@allow(DO)
def call(inspection_id: UUID) -> Any:
    """Keep the answers of a telephone call."""
    answers = forms.called(request.form)
    if answers is None:
        return _detail(inspection_id, problem="还有问题没选答案，每个问题选一项"), 422
    with transaction(current()):
        content = {
            "answers": answers,
            "doubtful": rules.doubtful(answers),
            "words": request.form.get("words", "")[:500],
        }
        one = queries.inspection(inspection_id)
        actions.record(inspection_id, "call", content, person_id=one.person_id)
    return redirect(url_for("inspections.detail", inspection_id=inspection_id), 303)


@bp.post("/<uuid:inspection_id>/visit")
@allow(DO)
def visited(inspection_id: UUID) -> Any:
    """Keep what was seen in a class."""
    form = forms.VisitForm()
    if not form.validate_on_submit():
        return _detail(inspection_id, visiting=form), 422
    with transaction(current()):
        content = {"present": form.present.data, "teacher": form.teacher.data, "words": form.words.data}
        actions.record(inspection_id, "visit", content)
    return redirect(url_for("inspections.detail", inspection_id=inspection_id), 303)


@bp.post("/<uuid:inspection_id>/note")
@allow(DO)
def note(inspection_id: UUID) -> Any:
    """Keep a note."""
    form = forms.NoteForm()
    if not form.validate_on_submit():
        return _detail(inspection_id, noting=form), 422
    with transaction(current()):
        actions.record(inspection_id, "note", {"words": form.words.data})
    return redirect(url_for("inspections.detail", inspection_id=inspection_id), 303)


@bp.post("/<uuid:inspection_id>/finding")
@allow(DO)
def find(inspection_id: UUID) -> Any:
    """Say what it came to."""
    form = forms.FindForm()
    if form.validate_on_submit():
        try:
            with transaction(current()):
                said = Outcome(form.outcome.data)
                actions.find(inspection_id, said, form.words.data or "", form.due_on.data, form.shown, form.held)
            return redirect(url_for("inspections.detail", inspection_id=inspection_id), 303)
        except Refused as refusal:
            field = getattr(form, refusal.field or "words", form.words)
            field.errors = [refusal.sentence]
    return _detail(inspection_id, finding=form), 422


@bp.route("/<uuid:inspection_id>/quiz/<uuid:person_id>", methods=["GET", "POST"])
@allow(DO)
def quiz(inspection_id: UUID, person_id: UUID) -> Any:
    """Ask somebody of the class a few questions of their own course, on the inspector's phone."""
    with transaction(current()):
        one = queries.inspection(inspection_id)
        asked = quizzes.asked_of(one, person_id)
        person = accounts.people([person_id]).get(person_id)
    chosen = quizzes.chosen(request.form, asked) if request.method == "POST" else None
    if chosen is not None:
        with transaction(current()):
            score, content = quizzes.marked(asked, chosen)
            actions.record(inspection_id, "quiz", content, person_id=person_id, score=score)
        return redirect(url_for("inspections.detail", inspection_id=inspection_id), 303)
    missing = request.method == "POST"
    page = render_template(
        "inspections/quiz.html",
        one=one,
        asked=asked,
        person=person,
        form=FlaskForm(),
        missing=missing,
        sent=request.form,
    )
    return page, 422 if missing else 200


@bp.get("/classes/<uuid:cohort_id>")
@allow(DO)
def scanned(cohort_id: UUID) -> Any:
    """What an inspector's phone shows after scanning the code of a class."""
    with transaction(current()):
        cohort = cohorts.cohort(cohort_id)
        if not any(one.covers(cohort.region_code, cohort.plan_code) for one in current().scope):
            raise NotFound()
        institution = accounts.organisation(cohort.tenant_id)
        progress = {row.person_id: row for row in learning.progress_of_cohort(cohort_id)}
        people = accounts.people(list(progress)[:500])
    is_open = cohorts.is_open(cohort, clock.today())
    shares = {"cohort": cohort, "institution": institution, "people": people, "progress": progress, "is_open": is_open}
    return render_template("inspections/scanned.html", form=FlaskForm(), **shares)


@bp.post("/classes/<uuid:cohort_id>")
@allow(DO)
def begin(cohort_id: UUID) -> Any:
    """Begin (or go on with) a visit."""
    with transaction(current()):
        cohort = cohorts.cohort(cohort_id)
        if not any(one.covers(cohort.region_code, cohort.plan_code) for one in current().scope):
            raise NotFound()
        inspection_id = actions.visit(cohort_id)
    return redirect(url_for("inspections.detail", inspection_id=inspection_id), 303)


@bp.get("/classes/<uuid:cohort_id>/code")
@allow(Permission.COHORT_FILE)
def code(cohort_id: UUID) -> Any:
    """A sheet with the class's code, to hang in the classroom."""
    with transaction(current()):
        cohort = cohorts.own_cohort(cohort_id, current())
        institution = accounts.organisation(cohort.tenant_id)
    address = settings().app_origin + url_for("inspections.scanned", cohort_id=cohort_id)
    picture = segno.make(address, error="m").svg_inline(
        border=2, omitsize=True, svgclass="qr-code", lineclass="qr-line"
    )
    return render_template("inspections/code.html", cohort=cohort, institution=institution, picture=picture)


def _detail(
    inspection_id: UUID,
    *,
    visiting: forms.VisitForm | None = None,
    noting: forms.NoteForm | None = None,
    finding: forms.FindForm | None = None,
    problem: str = "",
    number: str = "",
) -> str:
    with transaction(current()):
        one = queries.inspection(inspection_id)
        if not any(scope.covers(one.region_code, one.plan_code) for scope in current().scope):
            raise NotFound()
        records, found = queries.records_of(inspection_id), queries.findings_of(inspection_id)
        said, stands = queries.words_of(inspection_id), suspensions.of_inspection(inspection_id)
        can_ask = one.kind is Kind.VISIT and not one.closed_at and quizzes.can_be_asked(one.cohort_id)
        cohort, shares = cohorts.cohort(one.cohort_id), _named([one])
        people = accounts.people(
            {row.person_id for row in records if row.person_id} | set(cohorts.members(cohort.id)[:500])
        )
        staff = accounts.names_of({row.written_by for row in records} | {row.decided_by for row in found})
    finding = finding or forms.FindForm(formdata=None)
    finding.seen.data = str(len(found))
    last = found[-1] if found else None
    may = [o for o in Outcome if rules.may_follow(last.outcome if last else None, o, mended=bool(last and last.mended))]
    finding.outcome.choices = [SelectChoice(o.value, rules.OUTCOME_WORDS[o][1]) for o in may]
    shares |= {"cohort": cohort, "records": records, "found": found, "said": said, "everybody": people, "staff": staff}
    shares |= {
        "visiting": visiting or forms.VisitForm(formdata=None),
        "noting": noting or forms.NoteForm(formdata=None),
    }
    shares |= {"stands": stands, "can_ask": can_ask, "teacher": forms.TEACHER_WORDS}
    shares |= {"questions": rules.CALL_QUESTIONS, "answers": rules.CALL_ANSWERS, "sent": request.form, "number": number}
    return render_template(
        "inspections/detail.html", one=one, finding=finding, problem=problem, may=may, **shares, **WORDS
    )


def _named(found: list[queries.InspectionView]) -> dict[str, Any]:
    """The names that a list of inspections needs, inside a transaction."""
    ids = {one.person_id for one in found if one.person_id}
    return {
        "people": accounts.people(ids),
        "classes": cohorts.titles({one.cohort_id for one in found}),
        "houses": accounts.organisations({one.tenant_id for one in found}),
    }
