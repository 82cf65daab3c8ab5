"""Where held time is looked at, appeals are answered and corrections are decided."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask_wtf import FlaskForm

from lms.accounts import queries as accounts
from lms.accounts.actions import documents
from lms.accounts.routes.people import as_file
from lms.cohorts import queries as cohorts
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.foundation.todo import Ask
from lms.learning.actions import appealing, correcting, holding
from lms.learning.queries import appeals, evidence, holds
from lms.learning.review_forms import AnswerForm, CorrectionForm, DecideForm
from lms.learning.rules import anomalies, reasons
from lms.learning.rules import holding as terms
from lms.learning.rules.holding import HoldState, Verdict
from lms.learning.rules.reasons import Reason

bp = Blueprint("reviews", __name__, url_prefix="/hours")

EITHER = (Permission.HOURS_CORRECT, Permission.HOURS_REVIEW)
ON_A_PAGE = Ask(limit=50)


@bp.get("/reviews")
@allow(*EITHER)
def index() -> Any:
    """What waits: held time, appeals, corrections."""
    me = current()
    with transaction(me):
        held = holds.open_holds(me, ON_A_PAGE) if me.may(Permission.HOURS_REVIEW) else []
        asked, proposed = appeals.open_appeals(me, ON_A_PAGE), appeals.open_corrections(me, ON_A_PAGE)
        seen: list[holds.HoldView | appeals.AppealView | appeals.CorrectionView] = [*held, *asked, *proposed]
        people = accounts.people({one.person_id for one in seen})
        classes = cohorts.titles({one.cohort_id for one in seen})
    shares = {
        "held": _alike(held),
        "asked": asked,
        "proposed": _at_once(proposed),
        "people": people,
        "classes": classes,
    }
    return render_template("reviews/index.html", **shares, reason=_cause)


@bp.get("/holds/<uuid:anomaly_id>")
@allow(Permission.HOURS_REVIEW)
def hold(anomaly_id: UUID) -> Any:
    """One hold: what was noticed, the figures, what was decided."""
    return _hold(anomaly_id, DecideForm())


@bp.post("/holds/<uuid:anomaly_id>")
@allow(Permission.HOURS_REVIEW)
def decide(anomaly_id: UUID) -> Any:
    """Let held time count, or not."""
    form = DecideForm()
    if form.validate_on_submit():
        try:
            with transaction(current()):
                said = HoldState(form.verdict.data)
                why, together = form.reason.data or "", bool(form.together.data)
                holding.decide(anomaly_id, verdict=said, reason=why, seen=form.shown, together=together)
            return redirect(url_for("reviews.hold", anomaly_id=anomaly_id), 303)
        except Refused as refusal:
            form.reason.errors = [refusal.sentence]
    return _hold(anomaly_id, form), 422


@bp.get("/appeals/<uuid:appeal_id>")
@allow(*EITHER)
def appeal(appeal_id: UUID) -> Any:
    """One appeal with what was written and the rows it is about; the look is entered in the audit."""
    return _appeal(appeal_id, AnswerForm(prefix="answer"), CorrectionForm(prefix="correction"))


@bp.post("/appeals/<uuid:appeal_id>/answer")
@allow(*EITHER)
def answer(appeal_id: UUID) -> Any:
    """Answer an appeal."""
    form = AnswerForm(prefix="answer")
    if form.validate_on_submit():
        try:
            with transaction(current()):
                appealing.answer(appeal_id, verdict=Verdict(form.verdict.data), reason=form.reason.data or "")
            return redirect(url_for("reviews.appeal", appeal_id=appeal_id), 303)
        except Refused as refusal:
            form.reason.errors = [refusal.sentence]
    return _appeal(appeal_id, form, CorrectionForm(None, prefix="correction")), 422


@bp.post("/appeals/<uuid:appeal_id>/corrections")
@allow(*EITHER)
def propose(appeal_id: UUID) -> Any:
    """Propose to add time because of an appeal."""
    form = CorrectionForm(prefix="correction")
    if form.validate_on_submit():
        try:
            with transaction(current()):
                made = correcting.propose_for(appeal_id, form.delta_ms, form.reason.data or "")
            return redirect(url_for("reviews.correction", correction_id=made), 303)
        except Refused as refusal:
            (form.minutes if refusal.field == "minutes" else form.reason).errors = [refusal.sentence]
    return _appeal(appeal_id, AnswerForm(None, prefix="answer"), form), 422


@bp.post("/appeals/<uuid:appeal_id>/photo")
@allow(*EITHER)
def photo(appeal_id: UUID) -> Any:
    """The picture that was sent along; the look is entered in the audit."""
    with transaction(current()):
        one = appealing.look(appeal_id)
        if one.document_id is None:
            raise NotFound()
        opening = documents.open_document(one.document_id, "看申诉附的照片", current())
    return as_file(opening)


@bp.get("/corrections/<uuid:correction_id>")
@allow(*EITHER)
def correction(correction_id: UUID) -> Any:
    """One correction: the row, the difference, who proposed it, what was decided."""
    return _correction(correction_id, AnswerForm())


@bp.post("/corrections/<uuid:correction_id>")
@allow(Permission.HOURS_REVIEW)
def settle(correction_id: UUID) -> Any:
    """A second person decides."""
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            with transaction(current()):
                correcting.decide(correction_id, verdict=Verdict(form.verdict.data), reason=form.reason.data or "")
            return redirect(url_for("reviews.correction", correction_id=correction_id), 303)
        except Refused as refusal:
            form.reason.errors = [refusal.sentence]
    return _correction(correction_id, form), 422


def _hold(anomaly_id: UUID, form: DecideForm) -> str:
    with transaction(current()):
        one, decided = holds.hold(anomaly_id), holds.decisions_of(anomaly_id)
        mine = holds.may_decide(one)
        seen, alike = evidence.of_hold(one), holds.open_with(one)
        people = accounts.people({one.person_id, *(sitting.person_id for sitting in seen.sittings)})
        names = accounts.names_of({said.decided_by for said in decided})
        cohort = cohorts.cohort(one.cohort_id)
    if not mine:
        raise NotFound()
    form.seen.data = str(len(decided))
    shares = {"one": one, "decided": decided, "person": people.get(one.person_id), "names": names, "cohort": cohort}
    shares |= {"seen": seen, "alike": alike, "people": people}
    return render_template("reviews/hold.html", form=form, states=terms.HOLD_WORDS, **shares)


def _appeal(appeal_id: UUID, answering: AnswerForm, correction: CorrectionForm) -> str:
    with transaction(current()):
        one = appealing.look(appeal_id)
        rows, made = appeals.rows_of_appeal(one), appeals.corrections_of_appeal(appeal_id)
        person = accounts.people([one.person_id]).get(one.person_id)
        cohort = cohorts.cohort(one.cohort_id)
        held = holds.hold(one.anomaly_id) if one.anomaly_id else None
    waits = [fix for fix in made if fix.verdict is None]
    open_ms = sum(max(0, row.open_ms) for row in rows)
    correction.suggest(open_ms)
    shares = {"one": one, "runs": appeals.runs(rows), "made": made, "person": person, "cohort": cohort, "held": held}
    shares |= {"open_ms": open_ms, "waits": waits}
    state, form = terms.APPEAL_WORDS[one.verdict], FlaskForm()
    shares |= {"state": state, "answering": answering, "correction": correction, "form": form, "reason": _cause}
    return render_template("reviews/appeal.html", **shares)


def _correction(correction_id: UUID, form: AnswerForm) -> str:
    with transaction(current()):
        one = appeals.correction(correction_id)
        row, together = appeals.line(one.ledger_id), appeals.proposed_with(one)
        person = accounts.people([one.person_id]).get(one.person_id)
        names = accounts.names_of({who for who in (one.proposed_by, one.decided_by) if who})
        cohort = cohorts.cohort(one.cohort_id)
    if one.person_id == current().person_id:
        raise NotFound()
    shares = {"one": one, "row": row, "person": person, "names": names, "cohort": cohort, "form": form}
    return render_template("reviews/correction.html", **shares, together=together, reason=_cause)


def _alike(held: list[holds.HoldView]) -> list[list[holds.HoldView]]:
    """What is decided together: the holds of one person and class for the same thing."""
    found: dict[Any, list[holds.HoldView]] = {}
    for one in held:
        found.setdefault((one.person_id, one.cohort_id, one.code), []).append(one)
    return [sorted(alike, key=lambda one: one.launched_at) for alike in found.values()]


def _at_once(proposed: list[appeals.CorrectionView]) -> list[list[appeals.CorrectionView]]:
    """What is decided together: the corrections that one person proposed for one appeal."""
    found: dict[Any, list[appeals.CorrectionView]] = {}
    for one in proposed:
        found.setdefault((one.appeal_id or one.id, one.proposed_by), []).append(one)
    return list(found.values())


def _cause(code: str) -> str:
    """A reason or an anomaly in words."""
    known = {str(one): reasons.cause(one) for one in Reason}
    return known[code] if code in known else anomalies.WORDS[anomalies.Code(code)].title
