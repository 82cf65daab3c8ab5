"""Pages of sheets: ask, wait, download, print for the seals, keep the scan of the sealed paper."""

import csv
import hashlib
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, current_app, redirect, render_template, request, send_file, url_for
from wtforms.fields.choices import SelectChoice

from lms.accounts import queries as accounts
from lms.accounts import sessions
from lms.cohorts import queries as cohorts
from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound, Refused, TooLarge
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.subsidies.models import HoursSheet, HoursSheetResult
from lms.subsidies.sheets import asking
from lms.subsidies.sheets.forms import SheetForm
from lms.subsidies.sheets.kinds import PLATFORM, WORDS
from media.storage import key_for

bp = Blueprint("sheets", __name__)
WAYS = (Permission.HOURS_EXPORT, Permission.COHORT_FILE)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUFFIX = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
MOST_ON_PAPER = 500


@bp.url_value_preprocessor
def _let_a_scan_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A scan may be larger than any other body; it is read only after the gate has let the person in."""
    if endpoint == "sheets.add_scan":
        request.max_content_length = asking.MOST_SCAN_BYTES + 100_000


@bp.get("/sheets")
@allow(*WAYS)
def index() -> Any:
    """Choose a sheet; what was made before."""
    form = SheetForm(token=str(uuid4()))
    if request.args.get("cohort"):
        form.cohort_id.process_data(request.args["cohort"])
    return _choose(form)


@bp.post("/sheets")
@allow(*WAYS)
def ask() -> Any:
    """Queue a sheet, once for each form."""
    form = SheetForm()
    if not form.validate_on_submit():
        return _choose(form), 422
    if form.identity.data == "full":
        sessions.require_fresh_proof()
    try:
        with transaction(current()):
            sheet_id = asking.ask(form.wish(), form.token.data, current())
    except Refused as refusal:
        if refusal.field not in form:
            raise
        form[refusal.field].errors = [refusal.sentence]
        return _choose(form), 422
    return redirect(url_for("sheets.sheet", hours_sheet_id=sheet_id), 303)


def _choose(form: SheetForm) -> str:
    may_all = current().may(Permission.HOURS_EXPORT)
    with transaction(current()):
        if may_all:
            classes = cohorts.cohorts_to_export()
        else:
            classes = [one for school in current().organisations for one in cohorts.cohorts_of_tenant(school)]
        found = asking.newest()
        who = accounts.people({one.requested_by for one in found if one.requested_by})
    own = [SelectChoice(str(one.id), f"{one.title}（{one.code}）") for one in classes]
    form.cohort_id.choices = [SelectChoice("", "我管的地区和计划，所有的班"), *own] if may_all else own
    titles = {one.id: one.title for one in classes}
    may = {"may_all": may_all, "may_full": current().may(Permission.HOURS_EXPORT_FULL)}
    return render_template("subsidies/sheets.html", form=form, found=found, titles=titles, who=who, words=WORDS, **may)


@bp.get("/sheets/<uuid:hours_sheet_id>")
@allow(*WAYS)
def sheet(hours_sheet_id: UUID) -> Any:
    """How far a sheet is, then its files; asks for itself again while it runs."""
    with transaction(current()):
        found, result = asking.sheet(hours_sheet_id), asking.result(hours_sheet_id)
        title = cohorts.cohort(found.cohort_id).title if found.cohort_id else ""
        scans = asking.scans(hours_sheet_id)
        job = _job(found, result)
    shares = {"sheet": found, "result": result, "title": title, "scans": scans, "job": job, "words": WORDS}
    may = {"may_download": _may_download(found), "sealable": found.kind == PLATFORM}
    return render_template("subsidies/sheet.html", **shares, **may)


def _job(found: HoursSheet, result: HoursSheetResult | None) -> jobs.Job | None:
    try:
        return jobs.find(found.job_id) if found.job_id and not result else None
    except NotFound:
        return None


def _may_download(found: HoursSheet) -> bool:
    return found.identity != "full" or current().may(Permission.HOURS_EXPORT_FULL)


@bp.get("/sheets/<uuid:hours_sheet_id>/sheet.xlsx")
@allow(*WAYS)
def xlsx(hours_sheet_id: UUID) -> Any:
    """The sheet for a spreadsheet program."""
    found, result = _finished(hours_sheet_id)
    return _kept(result.xlsx_key, XLSX, f"{WORDS[found.kind]}.xlsx")


@bp.get("/sheets/<uuid:hours_sheet_id>/sheet.csv")
@allow(*WAYS)
def plain(hours_sheet_id: UUID) -> Any:
    """The same as CSV."""
    found, result = _finished(hours_sheet_id)
    return _kept(result.csv_key, "text/csv; charset=utf-8", f"{WORDS[found.kind]}.csv")


@bp.get("/sheets/<uuid:hours_sheet_id>/print")
@allow(*WAYS)
def paper(hours_sheet_id: UUID) -> Any:
    """The sheet as a page for paper, with a place for the seals; it shows what the kept file says, nothing else."""
    found, result = _finished(hours_sheet_id)
    if not found.cohort_id or result.rows > MOST_ON_PAPER:
        raise Conflict(f"超过 {MOST_ON_PAPER} 行的表请下载以后打印")
    with current_app.extensions["storage"].open(result.csv_key) as stream:
        rows = _rows(stream.read())
    with transaction(current()):
        cohort = cohorts.cohort(found.cohort_id)
        school = accounts.organisation(cohort.tenant_id).name
    shares = {"sheet": found, "result": result, "rows": rows, "cohort": cohort, "school": school, "words": WORDS}
    return render_template("subsidies/sheet_print.html", **shares, sealable=found.kind == PLATFORM)


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(content.decode("utf-8-sig").splitlines()))


@bp.post("/sheets/<uuid:hours_sheet_id>/scans")
@allow(*WAYS)
def add_scan(hours_sheet_id: UUID) -> Any:
    """Keep the scan of the paper with its seals."""
    found, _ = _finished(hours_sheet_id)
    file = request.files.get("scan")
    if file is None or not file.filename:
        raise Refused("先选一个扫描件，PDF、JPG 或 PNG", field="scan")
    content = file.stream.read(asking.MOST_SCAN_BYTES + 1)
    if len(content) > asking.MOST_SCAN_BYTES:
        raise TooLarge("扫描件最大 20 MB，扫得小一点再传")
    kind = asking.kind_of_scan(content)
    key = key_for(hashlib.sha256(content).hexdigest(), SUFFIX[kind])
    current_app.extensions["storage"].put(key, BytesIO(content), kind)
    with transaction(current()):
        asking.keep_scan(asking.sheet(found.id), file.filename, kind, key, content)
    return redirect(url_for("sheets.sheet", hours_sheet_id=hours_sheet_id), 303)


@bp.get("/sheets/<uuid:hours_sheet_id>/scans/<uuid:scan_id>")
@allow(*WAYS)
def scan(hours_sheet_id: UUID, scan_id: UUID) -> Any:
    """A scan as it came."""
    with transaction(current()):
        found = [one for one in asking.scans(hours_sheet_id) if one.id == scan_id]
    if not found:
        raise NotFound()
    return _kept(found[0].key, found[0].content_type, f"盖章扫描件{SUFFIX[found[0].content_type]}")


def _finished(hours_sheet_id: UUID) -> tuple[HoursSheet, HoursSheetResult]:
    with transaction(current()):
        found, result = asking.sheet(hours_sheet_id), asking.result(hours_sheet_id)
    if not _may_download(found):
        raise NotFound()
    if result is None:
        raise Conflict("还没有生成好，等页面上说“生成好了”再下载")
    return found, result


def _kept(key: str, kind: str, name: str) -> Any:
    stream = current_app.extensions["storage"].open(key)
    return send_file(stream, mimetype=kind, as_attachment=True, download_name=name)
