"""The doors of a syllabus 大纲: row by row on the page, or from a sheet; and what a new version changes."""

import io
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, send_file, url_for
from werkzeug.datastructures import FileStorage

from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.foundation.spreadsheets import MOST_BYTES, Page, write
from lms.publishing.actions import syllabus as actions
from lms.publishing.forms.training import ItemForm, SyllabusSheetForm, TakeForm
from lms.publishing.queries import training as queries
from lms.publishing.queries.training import TrainingView
from lms.publishing.routes.training import bp, point_at, status_of
from lms.publishing.rules import syllabus as rules
from lms.publishing.rules.signatures import EDITABLE
from lms.publishing.rules.syllabus import Item, spoken
from lms.publishing.rules.syllabus_header import Column
from lms.publishing.rules.syllabus_sheet import NoSyllabus, Reading

ITEMS_ON_A_PAGE = 50
ROWS_ON_A_PAGE = 100
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = (10, 44, 10, 10, 16, 34, 16)
MENDING = ("原来第几行", "原因", "怎么改")
SAMPLE = (
    ("1", "职业道德", "2", "", "4-10-01-06", "家政服务员国家职业技能标准", "五级/初级工"),
    ("2", "居家保洁", "", "", "4-10-01-06", "家政服务员国家职业技能标准", "五级/初级工"),
    ("2.1", "认识清洁剂", "1.5", "", "", "", ""),
    ("2.2", "擦玻璃", "0.5", "4", "", "", ""),
)
NOTES = (
    "“编号”“内容”必填。编号按层次写：1、1.1、1.1.2，最多 4 层。",
    "这一列已经设成文本，1.10 不会变成 1.1。从别的表复制时，右键“选择性粘贴”，选“数值”。",
    "理论学时和实操学时分开写，写在最细的那一级。可以有一位小数，比如 1.5。",
    "上一级的学时可以空着；写了，就要等于下面各条加起来的数。",
    "标准编号写职业编码（4-10-01-06）或者标准号（AQ 8011-2023）。空着就跟上一级一样。",
    f"一份大纲最多 {rules.MOST_ITEMS} 条。",
)


@bp.url_value_preprocessor
def _let_a_sheet_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A syllabus may be larger than any other body; it is read only after the gate has let the person in."""
    if endpoint == "training.sheet":
        request.max_content_length = MOST_BYTES + 100_000


@bp.route("/<uuid:training_id>/syllabus", methods=["GET", "POST"])
@allow(Permission.TRAINING_WRITE, Permission.TRAINING_SIGN, Permission.TRAINING_REVIEW)
def syllabus(training_id: UUID) -> Any:
    """The items page by page, for who writes, signs or reviews; and for who writes a form for the next one."""
    form = ItemForm()
    if request.method == "POST":
        done = _put(training_id, form, None)
        if done is not None:
            return done
    page = max(1, request.args.get("page", 1, type=int))
    with transaction(current()):
        found = visible(training_id)
        rows = queries.items_on_page(training_id, page, ITEMS_ON_A_PAGE)
        items = queries.items_of(training_id)
    sums, total = rules.sums_by_number(items), rules.sums(items)
    shares = {"package": found, "rows": rows, "sums": sums, "total": total, "count": len(items), "form": form}
    writes = found.state in EDITABLE and bool(current().organisations) and current().may(Permission.TRAINING_WRITE)
    chapters = rules.chapters(item.number for item in items)
    body = render_template(
        "training/syllabus.html", page=page, size=ITEMS_ON_A_PAGE, writes=writes, chapters=chapters, **shares
    )
    return body, status_of(form)


@bp.route("/<uuid:training_id>/syllabus/<uuid:item_id>", methods=["GET", "POST"])
@allow(Permission.TRAINING_WRITE)
def item(training_id: UUID, item_id: UUID) -> Any:
    """Change one item."""
    with transaction(current()):
        found = queries.own_training(training_id, current())
        row = queries.item_of(training_id, item_id)
    form = ItemForm(data=_typed(row.item))
    if request.method == "POST":
        done = _put(training_id, form, item_id)
        if done is not None:
            return done
    return render_template("training/item.html", package=found, row=row, form=form), status_of(form)


@bp.post("/<uuid:training_id>/syllabus/<uuid:item_id>/remove")
@allow(Permission.TRAINING_WRITE)
def remove(training_id: UUID, item_id: UUID) -> Any:
    """Take an item out with all below it."""
    with transaction(current()):
        actions.remove_item(training_id, item_id)
    return redirect(url_for("training.syllabus", training_id=training_id), 303)


@bp.get("/syllabus-sample.xlsx")
@allow(Permission.TRAINING_WRITE)
def sample() -> Any:
    """The sheet to fill in."""
    notes = [(f"{n}. {note}",) for n, note in enumerate(NOTES, start=1)]
    return _file(
        write(Page("大纲", list(Column), SAMPLE, WIDTHS), Page("怎么填", ["怎么填"], notes, (90,))), "大纲样表.xlsx"
    )


@bp.get("/<uuid:training_id>/syllabus.xlsx")
@allow(Permission.TRAINING_WRITE, Permission.TRAINING_SIGN, Permission.TRAINING_REVIEW)
def download(training_id: UUID) -> Any:
    """The syllabus as a sheet that can be read in again."""
    with transaction(current()):
        found = visible(training_id)
        items = queries.items_of(training_id)
    lines = [tuple(_typed(one).values()) for one in items]
    return _file(write(Page("大纲", list(Column), lines, WIDTHS)), f"大纲-{found.title}-第{found.number}版.xlsx")


@bp.route("/<uuid:training_id>/sheet", methods=["GET", "POST"])
@allow(Permission.TRAINING_WRITE)
def sheet(training_id: UUID) -> Any:
    """Ask for a sheet, read it, keep what was read."""
    with transaction(current()):
        found = queries.own_training(training_id, current())
        known = [one.number for one in queries.items_of(training_id)]
    form, refusal = SyllabusSheetForm(), None
    if form.validate_on_submit():
        try:
            sheet_id = _keep(training_id, form.file.data, known)
            return redirect(url_for("training.kept", training_id=training_id, sheet_id=sheet_id), 303)
        except NoSyllabus as problem:
            refusal = problem
    status = 422 if refusal else status_of(form)
    return render_template("training/sheet.html", package=found, form=form, refusal=refusal), status


@bp.route("/<uuid:training_id>/sheet/<uuid:sheet_id>", methods=["GET", "POST"])
@allow(Permission.TRAINING_WRITE)
def kept(training_id: UUID, sheet_id: UUID) -> Any:
    """Show what would come in and what must be mended; take it in."""
    form = TakeForm()
    if form.validate_on_submit():
        with transaction(current()):
            actions.take_sheet(training_id, sheet_id, whole=form.way.data == "whole")
        return redirect(url_for("training.kept", training_id=training_id, sheet_id=sheet_id), 303)
    found, view, reading = _kept(training_id, sheet_id)
    shares = {"package": found, "sheet": view, "reading": reading, "form": form}
    total = rules.sums(reading.items)
    return render_template("training/kept.html", total=total, most=ROWS_ON_A_PAGE, **shares), status_of(form)


@bp.get("/<uuid:training_id>/sheet/<uuid:sheet_id>/rows-to-mend.xlsx")
@allow(Permission.TRAINING_WRITE)
def to_mend(training_id: UUID, sheet_id: UUID) -> Any:
    """The refused lines as they came, each with its reason: mended, the file can be chosen again."""
    _, _, reading = _kept(training_id, sheet_id)
    keep = [n for n, title in enumerate(reading.titles) if title not in MENDING]
    titles = [MENDING[0], *(reading.titles[n] for n in keep), *MENDING[1:]]
    lines = [
        (str(bad.line), *(bad.texts[n] if n < len(bad.texts) else "" for n in keep), bad.reason, bad.mend)
        for bad in reading.bad
    ]
    return _file(write(Page("要改的行", titles, lines, [12, *([18] * len(keep)), 44, 44])), "大纲要改的行.xlsx")


@bp.get("/<uuid:training_id>/differences")
@allow(Permission.TRAINING_WRITE, Permission.TRAINING_SIGN, Permission.TRAINING_REVIEW)
def differences(training_id: UUID) -> Any:
    """What this version changes in the syllabus of the approved one before it."""
    with transaction(current()):
        found = visible(training_id)
        before = queries.version_before(found)
        changes = rules.difference(queries.items_of(before.id), queries.items_of(training_id)) if before else []
    shares = {"package": found, "before": before, "count": len(changes), "changes": changes[:ROWS_ON_A_PAGE]}
    return render_template("training/differences.html", **shares)


def visible(training_id: UUID) -> TrainingView:
    """A version that the principal's organisation writes, or that was sent in to their authority."""
    if current().organisations:
        return queries.own_training(training_id, current())
    return queries.reviewed_training(training_id, current())


def _put(training_id: UUID, form: ItemForm, item_id: UUID | None) -> Response | None:
    """Write the item of a form; None where a field says why it cannot be."""
    if not current().may(Permission.TRAINING_WRITE):
        raise NotFound()
    found = form.item() if form.validate() else None
    if found is None:
        return None
    try:
        with transaction(current()):
            actions.put_item(training_id, found, item_id)
    except Refused as refusal:
        point_at(form, refusal)
        return None
    return redirect(url_for("training.syllabus", training_id=training_id, page=request.args.get("page")), 303)  # type: ignore[return-value]


def _keep(training_id: UUID, upload: FileStorage, known: list[str]) -> UUID:
    name = PurePosixPath((upload.filename or "").replace("\\", "/")).name[-80:] or "大纲"
    reading = actions.read(upload.stream.read(), known)
    with transaction(current()):
        return actions.keep_sheet(training_id, reading, name)


def _kept(training_id: UUID, sheet_id: UUID) -> tuple[TrainingView, queries.ImportView, Reading]:
    with transaction(current()):
        found = queries.own_training(training_id, current())
        view = queries.syllabus_import(training_id, sheet_id)
    return found, view, actions.opened(view)


def _typed(found: Item) -> dict[str, str]:
    """An item as it stands in fields and cells, in the order of the columns."""
    hours = {
        "theory": spoken(found.theory) if found.theory else "",
        "practical": spoken(found.practical) if found.practical else "",
    }
    cited = {"code": found.standard.code, "name": found.standard.name, "level": found.standard.level}
    return {"number": found.number, "title": found.title, **hours, **cited}


def _file(data: bytes, name: str) -> Response:
    answer = send_file(io.BytesIO(data), mimetype=SHEET, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
