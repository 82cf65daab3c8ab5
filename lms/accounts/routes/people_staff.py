"""People as staff see them: masked, opened with a reason, vouched for, put right."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.accounts import actions, queries, sessions
from lms.accounts.actions import attributes, consents, corrections, documents, merging, real_names
from lms.accounts.people_forms import (
    ConfirmForm,
    DecisionForm,
    RealNameForm,
    ReasonForm,
    SearchForm,
    WhichForm,
    value_form,
)
from lms.accounts.queries.eligibility import judged
from lms.accounts.routes.people import as_file, bp, groups, places_of, point_at, prepared_upload, said_in, status
from lms.accounts.rules.attributes import ATTRIBUTES, NOT_DECLARED, REGIONS
from lms.accounts.rules.consents import Purpose
from lms.accounts.rules.real_names import RealName
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current


@bp.route("/people", methods=["GET", "POST"])
@allow(Permission.PERSON_READ)
def index() -> Any:
    """What waits about people, and a search whose words stay out of the address."""
    form, found = SearchForm(), None
    with transaction(current()):
        waiting = queries.todo_people(current())
        if form.validate_on_submit():
            found = queries.search((form.words.data or "").strip())
    return render_template("people/index.html", form=form, found=found, waiting=waiting), status(form)


@bp.get("/people/<uuid:person_id>")
@allow(Permission.PERSON_READ)
def person(person_id: UUID) -> Any:
    """One person, masked, with what is said of them; the sensitive stays closed."""
    return _page(person_id)


@bp.post("/people/<uuid:person_id>/look")
@allow(Permission.PERSON_SENSITIVE)
def look(person_id: UUID) -> Any:
    """The same with the sensitive opened; the look is entered with its reason."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(person_id, looking=form), 422
    with transaction(current()):
        opened = attributes.look(person_id, form.reason.data or "", current())
    return _no_store(_page(person_id, opened=opened))


@bp.post("/people/<uuid:person_id>/reveal")
@allow(Permission.PERSON_REVEAL)
def reveal(person_id: UUID) -> Any:
    """The full number, once, with a reason that is kept."""
    sessions.require_fresh_proof()
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(person_id, revealing=form), 422
    with transaction(current()):
        queries.person(person_id)
        numbers = actions.full_id_numbers([person_id], reason=form.reason.data or "")
    return _no_store(_page(person_id, number=numbers.get(person_id, "没有登记")))


@bp.route("/people/<uuid:person_id>/enter", methods=["GET", "POST"])
@allow(Permission.PERSON_VOUCH)
def enter(person_id: UUID) -> Any:
    """Write down what one has checked oneself."""
    with transaction(current()):
        somebody = queries.person(person_id)
    which = WhichForm()
    key = which.key.data or ""
    if key not in ATTRIBUTES or key in NOT_DECLARED:
        return render_template("people/which.html", groups=groups(), key=key, person=somebody)
    form = value_form(key)
    said = said_in(form)
    if said is not None:
        try:
            prepared = prepared_upload(form.file.data)
            with transaction(current()):
                kept = documents.record(prepared, person_id, "proof", current()) if prepared else None
                attributes.enter(person_id, said, current(), kept)
            return redirect(url_for("people.person", person_id=person_id))
        except Refused as refusal:
            point_at(form, refusal)
    shares = {"attribute": ATTRIBUTES[key], "key": key, "is_region": key in REGIONS, "person": somebody}
    return render_template("people/value.html", form=form, **shares), status(form)


@bp.post("/people/attributes/<uuid:attribute_id>")
@allow(Permission.PERSON_VOUCH, Permission.PERSON_PROVE)
def confirm(attribute_id: UUID) -> Any:
    """Vouch for, prove or deny one thing that was said."""
    form = ConfirmForm()
    with transaction(current()):
        row = queries.attribute(attribute_id)
    prepared = prepared_upload(form.file.data)
    with transaction(current()):
        kept = documents.record(prepared, row.person_id, "proof", current()) if prepared else None
        _confirm(attribute_id, form, kept)
    return redirect(url_for("people.person", person_id=row.person_id))


def _confirm(attribute_id: UUID, form: ConfirmForm, document_id: UUID | None) -> None:
    needs = {"vouch": Permission.PERSON_VOUCH, "prove": Permission.PERSON_PROVE}
    step = form.step.data or ""
    if step == "deny":
        return attributes.deny(attribute_id, form.reason.data or "", current())
    if step not in needs:
        raise Refused("选一步：核过属实、材料能证明，或者不是这样")
    if not current().may(needs[step]):
        raise NotFound()
    do = attributes.vouch if step == "vouch" else attributes.prove
    do(attribute_id, current(), document_id)
    return None


@bp.post("/people/documents/<uuid:document_id>")
@allow(Permission.PERSON_SENSITIVE)
def document(document_id: UUID) -> Any:
    """Open a document, with a reason that is kept."""
    with transaction(current()):
        opening = documents.open_document(document_id, request.form.get("reason", ""), current())
    return as_file(opening)


@bp.post("/people/<uuid:person_id>/real-name")
@allow(Permission.PERSON_CORRECT)
def real_name(person_id: UUID) -> Any:
    """Say which document one has held in hand."""
    form = RealNameForm()
    if not form.validate_on_submit():
        return _page(person_id, naming=form), 422
    with transaction(current()):
        queries.person(person_id)
        paper = form.document.data
        real_names.set_real_name_status(person_id, RealName.DOCUMENT_SEEN, current(), document=paper)
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/people/<uuid:person_id>/consent")
@allow(Permission.PERSON_VOUCH)
def paper_consent(person_id: UUID) -> Any:
    """Write down a consent that was signed on paper."""
    with transaction(current()):
        consents.give_on_paper(person_id, Purpose.SENSITIVE, current())
    return redirect(url_for("people.person", person_id=person_id))


@bp.route("/people/<uuid:person_id>/corrections", methods=["GET", "POST"])
@allow(Permission.PERSON_CORRECT)
def decide(person_id: UUID) -> Any:
    """What somebody wants put right; the decision of who has seen the document."""
    form = DecisionForm()
    with transaction(current()):
        somebody = queries.person(person_id)
        asked = [c for c in corrections.open_corrections(person_id, current()) if c.state == "open"]
    wanted = next((c for c in asked if str(c.id) == request.form.get("correction")), None)
    if wanted is not None and form.validate_on_submit():
        accept = form.decision.data == "accept"
        said = {"paper": form.document.data or "", "answer": form.answer.data or ""}
        try:
            with transaction(current()):
                corrections.decide(wanted.id, accept=accept, **said, principal=current())
            return redirect(url_for("people.person", person_id=person_id))
        except Refused as refusal:
            point_at(form, refusal)
    return render_template("people/decide.html", person=somebody, asked=asked, form=form), status(form)


@bp.post("/people/<uuid:person_id>/merge")
@allow(Permission.PERSON_MERGE)
def merge(person_id: UUID) -> Any:
    """Say that two entries with one number are one person."""
    sessions.require_fresh_proof()
    form = ReasonForm()
    with transaction(current()):
        holder = merging.merge_doubtful(person_id, form.reason.data or "", current())
    return redirect(url_for("people.person", person_id=holder if _sees(holder) else person_id))


def _sees(person_id: UUID) -> bool:
    with transaction(current()):
        return bool(queries.people([person_id]))


def _page(person_id: UUID, *, opened: list[Any] | None = None, number: str = "", **forms: Any) -> str:
    """The page of a person; `opened` are the things said with the sensitive readable, `number` the full one."""
    with transaction(current()):
        shares = {"person": queries.person(person_id), "real_name": queries.real_name(person_id)}
        rows = opened if opened is not None else queries.attributes(person_id)
        over = [row for row in queries.attributes(person_id, ended=True) if row.ended_at is not None]
        facts = queries.facts(person_id, sensitive=opened is not None)
        who = queries.people({row.entered_by for row in rows if row.entered_by})
        shares |= {"agreed": queries.has_consented(person_id), "corrections": queries.corrections(person_id)}
        shares |= {"doubtful": person_id in queries.doubtful([person_id]), "places": places_of(rows)}
        shares |= {"found": judged(facts, clock.today()), "oneself": person_id == current().person_id}
    shares |= {"naming": forms.get("naming") or RealNameForm(formdata=None)}
    shares |= {name: _named(forms.get(name) or ReasonForm(formdata=None), name) for name in ("looking", "revealing")}
    may = {p.name.removeprefix("PERSON_").lower(): current().may(p) for p in Permission if p.name.startswith("PERSON_")}
    opens = opened is not None
    return render_template(
        "people/person.html", rows=rows, over=over[::-1], who=who, may=may, number=number, opened=opens, **shares
    )


def _named(form: ReasonForm, name: str) -> ReasonForm:
    """Two forms of one kind on a page need ids of their own."""
    form.reason.id = form.reason.label.field_id = f"{name}-reason"
    return form


def _no_store(page: str) -> Any:
    return page, 200, {"Cache-Control": "no-store"}
