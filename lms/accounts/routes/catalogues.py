"""The public catalogues of institutions and enterprises (L252): open to everybody; changed by an authority in its region."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput

from lms.accounts.actions import catalogues as actions
from lms.accounts.queries import catalogues as queries
from lms.accounts.queries.organisations import organisation
from lms.accounts.queries.regions import regions_below
from lms.accounts.rules import catalogues as rules
from lms.accounts.rules.catalogues import Catalogue, Facts, State, Step
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Access, Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans

bp = Blueprint("catalogues", __name__)
LONGEST = 60
CSV_COLUMNS = ["名称", "类别", "地区", "地址", "计划", "培训项目", "状态", "哪天起"]


class StepForm(FlaskForm):
    """A step with an entry: what the catalogue says, and why."""

    step = SelectField("办什么", [InputRequired("选一样要办的事")])
    name = StringField("目录里的名称")
    nature = SelectField("类别")
    address = StringField("地址")
    plans = SelectMultipleField("计划", option_widget=CheckboxInput())
    projects = TextAreaField("培训项目")
    reason = TextAreaField("原因")
    seen = HiddenField()


@bp.get("/catalogues/<catalogue>")
@allow(Access.PUBLIC)
def index(catalogue: str) -> Any:
    """A catalogue today, or on a day of the past."""
    kind, problem = _kind(catalogue), ""
    try:
        search = _search()
    except Refused as refusal:
        search, problem = queries.Search(), refusal.sentence
    with transaction(current()):
        entries = queries.catalogue(kind, search, _mark(), queries.PAGE + 1)
        cities, titles = regions_below("44"), _plans()
    shown = entries[: queries.PAGE]
    older = _next(kind, shown[-1]) if len(entries) > queries.PAGE else None
    shares = {"kind": kind, "title": rules.TITLES[kind], "search": search, "problem": problem, "first": _mark() is None}
    lists = {"cities": cities, "plans": titles, "natures": rules.NATURES[kind], "catalogues": rules.TITLES}
    return render_template("registers/catalogue.html", **shares, **lists, entries=shown, older=older, kept=_kept())


@bp.get("/catalogues/<catalogue>/list.csv")
@allow(Access.PUBLIC)
def table(catalogue: str) -> Response:
    """The same as a table, whole."""
    kind = _kind(catalogue)
    with transaction(current()):
        titles = _plans()
        rows = [_cells(view, titles) for view in queries.whole_catalogue(kind, _search())]
    answer = Response(b"\xef\xbb\xbf" + _written([CSV_COLUMNS, *rows]), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{kind}.csv")
    return answer


@bp.get("/catalogues/changes")
@allow(Access.PUBLIC)
def changes() -> Any:
    """What entered, left or changed, newest first."""
    with transaction(current()):
        found = queries.catalogue_changes(_before(), queries.PAGE + 1)
    shown = found[: queries.PAGE]
    older = url_for("catalogues.changes", before=shown[-1].id) if len(found) > queries.PAGE else None
    return render_template("registers/changes.html", changes=shown, older=older, first=_before() is None)


@bp.get("/catalogues/changes.xml")
@allow(Access.PUBLIC)
def feed() -> Response:
    """The newest changes as an Atom feed (RFC 4287)."""
    with transaction(current()):
        found = queries.catalogue_changes(limit=50)
    page = render_template("registers/changes.xml", changes=found, updated=found[0].at if found else clock.now())
    return Response(page, content_type="application/atom+xml; charset=utf-8")


@bp.get("/catalogues/<catalogue>/<uuid:organisation_id>")
@allow(Access.PUBLIC)
def entry(catalogue: str, organisation_id: UUID) -> Any:
    """One entry with all that happened to it."""
    kind = _kind(catalogue)
    with transaction(current()):
        found = queries.catalogue_entry(kind, organisation_id, _day("on"))
        history, titles = queries.catalogue_history(kind, organisation_id), _plans()
    shares = {"kind": kind, "title": rules.TITLES[kind], "entry": found, "history": history, "plans": titles}
    return render_template(
        "registers/entry.html", **shares, on=_day("on"), may=current().may(Permission.CATALOGUE_KEEP)
    )


@bp.get("/registers")
@allow(Permission.CATALOGUE_KEEP)
def keep() -> Any:
    """The catalogues of one's region: what is in notice, and whom to add."""
    words, kind = request.args.get("q", "").strip()[:LONGEST], _kind(request.args.get("kind", "institution"))
    with transaction(current()):
        entries = queries.entries_to_keep(current())
        others = queries.organisations_to_list(current(), kind, words)
    shares = {"entries": entries, "others": others, "words": words, "kind": kind, "catalogues": rules.TITLES}
    return render_template("registers/keep.html", **shares, now=clock.now())


@bp.route("/registers/<catalogue>/<uuid:organisation_id>", methods=["GET", "POST"])
@allow(Permission.CATALOGUE_KEEP)
def change(catalogue: str, organisation_id: UUID) -> Any:
    """Take a step with an entry."""
    kind, form = _kind(catalogue), StepForm()
    with transaction(current()):
        found, place = _entry(kind, organisation_id), organisation(organisation_id)
        titles = _plans()
    if place.kind != kind or not any(place.region_code.startswith(s.region) for s in current().scope):
        raise NotFound()
    state = found.state if found else State.OUT
    _prepare(form, kind, state, titles, found, place.name)
    if form.validate_on_submit() and _taken(form, kind, organisation_id):
        return redirect(url_for("catalogues.entry", catalogue=kind, organisation_id=organisation_id), 303)
    shares = {"form": form, "kind": kind, "title": rules.TITLES[kind], "entry": found, "place": place, "state": state}
    page = render_template("registers/step.html", **shares, words=rules.STATE_WORDS[state])
    return page, 422 if form.errors else 200


def _taken(form: StepForm, kind: Catalogue, organisation_id: UUID) -> bool:
    facts = Facts(
        form.name.data or "", form.nature.data or "", form.address.data or "", tuple(form.plans.data or ()),
        form.projects.data or "",
    )  # fmt: skip
    seen = int(form.seen.data) if (form.seen.data or "").isdecimal() else 0
    try:
        with transaction(current()):
            actions.take(kind, organisation_id, Step(form.step.data), facts, form.reason.data or "", seen, current())
    except Refused as refusal:
        if refusal.field not in form:
            raise
        form[refusal.field].errors = [refusal.sentence]
        return False
    return True


def _prepare(
    form: StepForm, kind: Catalogue, state: State, titles: dict[str, str], found: queries.EntryView | None, name: str
) -> None:
    """The choices of this moment, and what the catalogue says already."""
    form.step.choices = [SelectChoice(step.value, rules.STEP_WORDS[step]) for step in rules.steps_from(state)]
    form.nature.choices = [SelectChoice(*one) for one in rules.NATURES[kind].items()]
    mine = {plan for plan in titles for scope in current().scope if scope.plan in (None, plan)}
    form.plans.choices = [SelectChoice(code, title) for code, title in titles.items() if code in mine]
    if request.method == "GET":
        facts = found.facts if found else Facts(name, "", "", (), "")
        form.process(data={**facts.as_json(), "seen": str(found.change_id if found else 0)})


def _entry(kind: Catalogue, organisation_id: UUID) -> queries.EntryView | None:
    try:
        return queries.catalogue_entry(kind, organisation_id)
    except NotFound:
        return None


def _kind(text: str) -> Catalogue:
    try:
        return Catalogue(text)
    except ValueError:
        raise NotFound() from None


def _search() -> queries.Search:
    texts = {name: request.args.get(key, "").strip()[:LONGEST] for key, name in _ASKED}
    states = (State.ENTERING,) if request.args.get("show") == "notice" else rules.PUBLIC
    return queries.Search(**texts, on=_day("on"), states=states)


_ASKED = (("q", "words"), ("region", "region"), ("plan", "plan"), ("nature", "nature"))


def _kept() -> dict[str, str]:
    """What the address asks for, for links that go on from here."""
    names = ("q", "region", "plan", "nature", "on", "show")
    return {name: value for name in names if (value := request.args.get(name, "")[:LONGEST])}


def _mark() -> tuple[str, UUID] | None:
    name, text = request.args.get("after", ""), request.args.get("id", "")
    try:
        return (name, UUID(text)) if name and text else None
    except ValueError:
        return None


def _next(kind: Catalogue, last: queries.EntryView) -> str:
    asked: dict[str, Any] = {**_kept(), "after": last.facts.name, "id": last.organisation_id}
    return url_for("catalogues.index", catalogue=kind, **asked)


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("日期写成 2026-11-22 这样") from None


def _plans() -> dict[str, str]:
    return {programme.plan_code: programme.plan for programme in plans.programmes()}


def _cells(view: queries.EntryView, titles: dict[str, str]) -> list[str]:
    told = "；".join(titles.get(code, code) for code in view.facts.plans)
    since = clock.local(view.since).date().isoformat()
    return [
        view.facts.name,
        view.nature_words,
        view.region,
        view.facts.address,
        told,
        view.facts.projects,
        view.words,
        since,
    ]


def _written(rows: Iterable[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([[_safe(cell) for cell in row] for row in rows])
    return out.getvalue().encode()


def _safe(text: str) -> str:
    """A name that looks like a formula stays a name when a spreadsheet opens the csv."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r＝＋－＠") else text
