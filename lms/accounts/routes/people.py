"""What a person sees and says of themself: particulars, situation, what they may join."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from lms.accounts import queries
from lms.accounts.actions import attributes, corrections, documents
from lms.accounts.people_forms import CorrectionForm, ValueForm, WhichForm, value_form
from lms.accounts.queries.attributes import AttributeView
from lms.accounts.queries.eligibility import judged
from lms.accounts.queries.places import code_of_place, name_of_place
from lms.accounts.rules.attributes import ATTRIBUTES, NOT_DECLARED, REGIONS, Said, sensitive
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import current

bp = Blueprint("people", __name__)
INLINE = frozenset({"image/jpeg", "image/png"})


def takes_pictures(blueprint: Blueprint, *endpoints: str) -> None:
    """Let a photograph in, which is larger than any other body; it is read only after the gate has let the person in."""

    @blueprint.url_value_preprocessor
    def let_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
        if endpoint in endpoints:
            request.max_content_length = documents.MOST_BYTES + 100_000


takes_pictures(bp, "people.situation_add", "people.correction", "people.enter", "people.confirm")


@bp.get("/me/details")
@allow(Access.SIGNED_IN)
def details() -> Any:
    """Name, number, phone, how the real name stands, what was asked to be put right."""
    person_id = current().person()
    with transaction(current()):
        shares = {"person": queries.person(person_id), "real_name": queries.real_name(person_id)}
        asked = queries.corrections(person_id, opened=True)
    return render_template("people/details.html", **shares, asked=asked)


@bp.route("/me/correction", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def correction() -> Any:
    """Ask for the name or the number to be put right."""
    form = CorrectionForm()
    if form.validate_on_submit():
        try:
            prepared = prepared_upload(form.file.data)
            with transaction(current()):
                kept = documents.record(prepared, current().person(), "identity", current()) if prepared else None
                corrections.ask(form.field.data, form.wanted.data or "", form.reason.data or "", current(), kept)
            return redirect(url_for("people.details"))
        except Refused as refusal:
            point_at(form, refusal)
    return render_template("people/correction.html", form=form), status(form)


@bp.get("/me/situation")
@allow(Access.SIGNED_IN)
def situation() -> Any:
    """What is said of oneself, on whose word, and what has ended."""
    person_id = current().person()
    with transaction(current()):
        rows = queries.attributes(person_id, opened=True, ended=True)
        shares = {"agreed": queries.has_consented(person_id), "places": places_of(rows)}
    live, over = [r for r in rows if r.ended_at is None], [r for r in rows if r.ended_at is not None]
    return render_template("people/situation.html", live=live, over=over[::-1], **shares)


@bp.route("/me/situation/add", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
def situation_add() -> Any:
    """Say one more thing: first what it is about, then the value."""
    which = WhichForm()
    key = which.key.data or ""
    if key not in ATTRIBUTES or key in NOT_DECLARED:
        return render_template("people/which.html", groups=groups(), key=key), 422 if request.method == "POST" else 200
    with transaction(current()):
        agreed = queries.has_consented(current().person())
    if sensitive(key) and not agreed:
        return redirect(url_for("people.consent"))
    form = value_form(key)
    said = said_in(form)
    if said is not None:
        try:
            prepared = prepared_upload(form.file.data)
            with transaction(current()):
                kept = documents.record(prepared, current().person(), "proof", current()) if prepared else None
                attributes.claim(said, current(), kept)
            return redirect(url_for("people.situation"))
        except Refused as refusal:
            point_at(form, refusal)
    shares = {"attribute": ATTRIBUTES[key], "key": key, "is_region": key in REGIONS}
    return render_template("people/value.html", form=form, person=None, **shares), status(form)


@bp.post("/me/situation/<uuid:attribute_id>/take-back")
@allow(Access.SIGNED_IN)
def take_back(attribute_id: UUID) -> Any:
    """End what one said oneself."""
    with transaction(current()):
        attributes.take_back(attribute_id, current())
    return redirect(url_for("people.situation"))


@bp.post("/me/documents/<uuid:document_id>")
@allow(Access.SIGNED_IN)
def own_document(document_id: UUID) -> Any:
    """Open a document of one's own."""
    with transaction(current()):
        row = queries.document(document_id)
        opening = documents.open_document(document_id, "", current()) if row.person_id == current().person() else None
    if opening is None:
        raise attributes.NotFound()
    return as_file(opening)


@bp.get("/me/eligible")
@allow(Access.SIGNED_IN)
def eligible() -> Any:
    """What one may join: every programme with its answer, the clause and what is missing."""
    with transaction(current()):
        facts = queries.facts(current().person())
        found = judged(facts, clock.today())
    return render_template("people/eligible.html", found=found)


def said_in(form: ValueForm) -> Said | None:
    """What a form says; a place becomes its code. None while nothing, or nothing good, was sent."""
    # A browser sends nothing for a choice that was not made; the field of days tells the second step from the first.
    if not {"value", "valid_from"} & set(request.form) or not form.validate_on_submit():
        return None
    said = form.said()
    if said is None or said.key not in REGIONS:
        return said
    with transaction(current()):
        code, sentence = code_of_place(said.value)
    if sentence:
        form.value.errors = [sentence]
        return None
    return Said(said.key, code, said.valid_from, said.valid_until)


def prepared_upload(upload: FileStorage | None) -> documents.Prepared | None:
    """A document that was sent along, encrypted and put away; None where none was. Outside the transaction."""
    if upload is None or not upload.filename:
        return None
    prepared = documents.prepare(upload.stream.read())
    documents.keep(prepared)
    return prepared


def as_file(opening: documents.Opening) -> Response:
    """A document for the eyes of who asked: never cached, a PDF only as a download."""
    answer = Response(opening.read(), content_type=opening.media_type)
    shown = "inline" if opening.media_type in INLINE else "attachment"
    ending = {"image/jpeg": "jpg", "image/png": "png"}.get(opening.media_type, "pdf")
    answer.headers["Content-Disposition"] = f'{shown}; filename="document.{ending}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def places_of(rows: list[AttributeView]) -> dict[str, str]:
    """The names of the places that rows speak of, by code."""
    codes = {row.value for row in rows if row.is_region and row.value}
    known = queries.region_names(codes)
    return {code: name_of_place(code, known) for code in codes}


def groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be said, under headings, as (key, words)."""
    open_ones = [(key, a.words) for key, a in ATTRIBUTES.items() if not a.sensitive and key not in NOT_DECLARED]
    hidden = [(key, a.words) for key, a in ATTRIBUTES.items() if a.sensitive and key not in NOT_DECLARED]
    first = open_ones[:4]
    return [("基本情况", first), ("身份、工作和技能", open_ones[4:]), ("敏感信息（要先同意保存）", hidden)]


def point_at(form: Any, refusal: Refused) -> None:
    """Put the sentence at its field; a refusal of no field is the whole page's."""
    if refusal.field is None or refusal.field not in form or form[refusal.field].type == "HiddenField":
        raise refusal
    form[refusal.field].errors = [refusal.sentence]


def status(form: Any) -> int:
    """422 where something is to be mended."""
    return 422 if any(field.errors for field in form) else 200
