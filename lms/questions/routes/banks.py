"""The doors of question banks 题库: an institution's or an enterprise's own."""

import io
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import FileStorage

from courses.course import Refused as Unreadable
from courses.quiz.banks import BankSheet, read_bank
from courses.quiz.sample import SAMPLES, TITLES, WIDTHS
from lms.accounts import queries as accounts
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.foundation.spreadsheets import Page, write
from lms.plans import queries as plans
from lms.questions import actions, queries
from lms.questions.forms import BankForm, SheetForm
from lms.questions.rules import banks
from lms.questions.rules.banks import Tagged

bp = Blueprint("questions", __name__, url_prefix="/banks")

ON_A_PAGE = 20
FAULTS_ON_A_PAGE = 100
MOST_BYTES = 5_000_000
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLE = (
    ("1.1", *SAMPLES[0]),
    ("1.2", *SAMPLES[1]),
    *(("2.1", *row) for row in SAMPLES[2:]),
)


@bp.url_value_preprocessor
def _let_a_sheet_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A sheet of questions may be larger than any other body."""
    if endpoint in ("questions.new", "questions.add"):
        request.max_content_length = MOST_BYTES


@bp.get("/")
@allow(Permission.BANK_KEEP)
def index() -> Any:
    """The banks of the clerk's organisation."""
    with transaction(current()):
        found = queries.versions_of_tenant(current().tenant())
        programmes = {programme.code: programme for programme in plans.programmes()}
    return render_template("questions/index.html", banks=found, programmes=programmes, words=banks.WORDS)


@bp.get("/sample.xlsx")
@allow(Permission.BANK_KEEP)
def sample() -> Any:
    """The sheet to fill in."""
    data = write(Page("题目", ("大纲条目", *TITLES), SAMPLE, (12, *WIDTHS)))
    return send_file(io.BytesIO(data), mimetype=SHEET, as_attachment=True, download_name="题库样表.xlsx")


@bp.get("/quiz-sample.xlsx")
@allow(Permission.BANK_KEEP, Permission.PACKAGE_UPLOAD)
def quiz_sample() -> Any:
    """The sheet of a lesson's quiz to fill in."""
    data = write(Page("题目", TITLES, SAMPLES, WIDTHS))
    return send_file(io.BytesIO(data), mimetype=SHEET, as_attachment=True, download_name="小测验样表.xlsx")


@bp.route("/new", methods=["GET", "POST"])
@allow(Permission.BANK_KEEP)
def new() -> Any:
    """Begin a bank with a first sheet of questions, or empty, to be written here."""
    form = BankForm()
    with transaction(current()):
        form.programme_code.choices = _choices()
    if not form.validate_on_submit():
        return _new_page(form, None)
    sheet = _read(form.file.data) if form.file.data else None
    if isinstance(sheet, Unreadable) or (sheet and sheet.faults):
        return _new_page(form, sheet)
    try:
        with transaction(current()):
            version_id = actions.begin(_bank(form))
            if sheet:
                actions.add(version_id, _tagged(sheet))
    except Refused as refusal:
        form[refusal.field or "file"].errors = [refusal.sentence]
        return _new_page(form, None)
    return redirect(url_for("questions.bank" if sheet else "questions.write", bank_id=version_id), 303)


@bp.get("/<uuid:bank_id>")
@allow(Permission.BANK_KEEP)
def bank(bank_id: UUID) -> Any:
    """One version: where it stands, its questions with their answers."""
    return _bank_page(bank_id, SheetForm(formdata=None), None)


@bp.post("/<uuid:bank_id>/add")
@allow(Permission.BANK_KEEP)
def add(bank_id: UUID) -> Any:
    """Put the questions of a sheet in: all of them, or none where a line must be mended."""
    form = SheetForm()
    if not form.validate_on_submit():
        return _bank_page(bank_id, form, None, 422)
    sheet = _read(form.file.data)
    if isinstance(sheet, Unreadable) or sheet.faults:
        return _bank_page(bank_id, form, sheet, 422)
    with transaction(current()):
        new, twice = actions.add(bank_id, _tagged(sheet))
    return redirect(url_for("questions.bank", bank_id=bank_id, new=new, twice=twice), 303)


@bp.post("/<uuid:bank_id>/questions/<uuid:question_id>/remove")
@allow(Permission.BANK_KEEP)
def remove(bank_id: UUID, question_id: UUID) -> Any:
    """Take a question out."""
    with transaction(current()):
        actions.remove(bank_id, question_id)
    return redirect(url_for("questions.bank", bank_id=bank_id), 303)


@bp.post("/<uuid:bank_id>/finish")
@allow(Permission.BANK_KEEP)
def finish(bank_id: UUID) -> Any:
    """Close a version for good."""
    with transaction(current()):
        actions.finish(bank_id)
    return redirect(url_for("questions.bank", bank_id=bank_id), 303)


@bp.post("/<uuid:bank_id>/retire")
@allow(Permission.BANK_KEEP)
def retire(bank_id: UUID) -> Any:
    """Take a finished version out of use."""
    with transaction(current()):
        actions.retire(bank_id)
    return redirect(url_for("questions.bank", bank_id=bank_id), 303)


@bp.post("/<uuid:bank_id>/revise")
@allow(Permission.BANK_KEEP)
def revise(bank_id: UUID) -> Any:
    """Begin the next version."""
    with transaction(current()):
        version_id = actions.revise(bank_id)
    return redirect(url_for("questions.bank", bank_id=version_id), 303)


def _bank_page(bank_id: UUID, form: SheetForm, sheet: BankSheet | Unreadable | None, status: int = 200) -> Any:
    page = max(1, request.args.get("page", 1, type=int))
    with transaction(current()):
        found = queries.version(bank_id, current().organisations)
        asked = queries.page_of(bank_id, page, ON_A_PAGE)
        counted = banks.counts(queries.kinds_of(bank_id))
        programme = plans.programme(found.programme_code)
    told = {"new": request.args.get("new", type=int), "twice": request.args.get("twice", type=int)}
    shares = {"bank": found, "questions": asked, "counted": counted, "programme": programme, "told": told}
    words = {"state": banks.WORDS[found.state], "page": page, "size": ON_A_PAGE, "form": form, **_said(sheet)}
    return render_template("questions/bank.html", **shares, **words), status


def _new_page(form: BankForm, sheet: BankSheet | Unreadable | None) -> Any:
    wrong = sheet is not None or any(field.errors for field in form)
    return render_template("questions/new.html", form=form, **_said(sheet)), 422 if wrong else 200


def _said(sheet: BankSheet | Unreadable | None) -> dict[str, Any]:
    """What a page says of a sheet that was not taken."""
    findings = sheet.findings if isinstance(sheet, Unreadable) else ()
    faults = sheet.faults if isinstance(sheet, BankSheet) else ()
    return {"findings": findings, "faults": faults[:FAULTS_ON_A_PAGE], "wrong": len(faults)}


def _read(sent: FileStorage) -> BankSheet | Unreadable:
    """The sheet in an upload, read outside any transaction; or why it cannot be."""
    with NamedTemporaryFile(suffix=".sheet") as file:
        sent.save(file)
        file.flush()
        try:
            return read_bank(Path(file.name))
        except Unreadable as refusal:
            return refusal


def _tagged(sheet: BankSheet) -> list[Tagged]:
    return [Tagged(row.item, row.question) for row in sheet.rows]


def _bank(form: BankForm) -> actions.NewBank:
    tenant_id = current().tenant()
    programme = plans.programme(form.programme_code.data)
    region = accounts.organisation(tenant_id).region_code
    title = (form.title.data or "").strip()
    if any(view.title == title for view in queries.versions_of_tenant(tenant_id)):
        raise Refused("你们单位已经有一个同名的题库，换个名字，或者打开它写新的一版", field="title")
    return actions.NewBank(tenant_id, region, programme.plan_code, programme.code, title)


def _choices() -> dict[str, list[tuple[str, str]]]:
    """Programmes under the plans they belong to."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for programme in plans.programmes():
        groups.setdefault(programme.plan, []).append((programme.code, programme.title))
    return groups
