"""Places: open to everybody to look up; lists taken in by an administrator of the province."""

import io
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from lms.accounts.actions import regions as actions
from lms.accounts.actions.regions import Preview
from lms.accounts.queries import regions as queries
from lms.accounts.rules import regions as rules
from lms.accounts.rules.region_lists import KIND_WORDS
from lms.foundation.database import transaction
from lms.foundation.permissions import Access, Permission, allow
from lms.foundation.principal import current
from lms.foundation.spreadsheets import MOST_BYTES, Unreadable

bp = Blueprint("regions", __name__)
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 100


class ListForm(FlaskForm):
    """A file with a list of places."""

    file = FileField("选一份地区名单", [FileRequired("先选一个文件")])


@bp.before_request
def _room_for_a_list() -> None:
    if request.endpoint == "regions.read" and request.method == "POST":
        request.max_content_length = MOST_BYTES + 100_000


@bp.get("/regions")
@allow(Access.PUBLIC)
def index() -> Any:
    """What lies below a place, or what a word finds."""
    words, tag = request.args.get("q", "").strip()[:40], request.args.get("tag", "")
    up = rules.normal(request.args.get("up", rules.PROVINCE)) or rules.PROVINCE
    tag = tag if tag in set(rules.Tag) else ""
    with transaction(current()):
        place = queries.region(up)
        below = _found(words, tag, up)
        history = queries.region_history(up)
        above = queries.region(place.parent) if place.parent else None
    shares = {"place": place, "above": above, "below": below, "history": history, "words": words, "tag": tag}
    may = current().may(Permission.REGION_IMPORT) and _reaches_province()
    return render_template("registers/regions.html", **shares, levels=rules.LEVEL_WORDS, tags=rules.TAG_WORDS, may=may)


def _found(words: str, tag: str, up: str) -> list[queries.RegionView]:
    if words:
        return queries.find_regions(words)
    return queries.regions_with_tag(tag, up) if tag else queries.regions_below(up)


def _reaches_province() -> bool:
    return any(rules.reaches_province(scope.region) for scope in current().scope)


@bp.get("/regions/import")
@allow(Permission.REGION_IMPORT)
def choose() -> Any:
    """Where a list is chosen."""
    actions.refuse_reach(current())
    return render_template("registers/region_file.html", form=ListForm())


@bp.post("/regions/import")
@allow(Permission.REGION_IMPORT)
def read() -> Any:
    """Read a list and show what it would do; nothing is written but the preview."""
    actions.refuse_reach(current())
    form = ListForm()
    if not form.validate_on_submit():
        return render_template("registers/region_file.html", form=form), 422
    try:
        found = actions.read(form.file.data.read())
    except Unreadable as refusal:
        return render_template("registers/region_file.html", form=form, refusal=refusal), 422
    with transaction(current()):
        import_id = actions.keep(actions.compare(found), form.file.data.filename or "地区名单", current())
    return redirect(url_for("regions.preview", region_import_id=import_id), 303)


@bp.get("/regions/import/<uuid:region_import_id>")
@allow(Permission.REGION_IMPORT)
def preview(region_import_id: UUID) -> Any:
    """What a list would do, or what it did."""
    actions.refuse_reach(current())
    with transaction(current()):
        kept = queries.region_import(region_import_id)
    found = Preview.from_json(kept.content)
    changing = [row for row in found.rows if row.kind != "same"]
    shares = {
        "kept": kept,
        "found": found,
        "changing": changing,
        "shown": SHOWN,
        "words": KIND_WORDS,
        "tags": rules.TAG_WORDS,
    }
    return render_template("registers/region_preview.html", **shares)


@bp.post("/regions/import/<uuid:region_import_id>")
@allow(Permission.REGION_IMPORT)
def confirm(region_import_id: UUID) -> Any:
    """Write the lines that can be taken; twice is once."""
    with transaction(current()):
        actions.confirm(region_import_id, current())
    return redirect(url_for("regions.preview", region_import_id=region_import_id), 303)


@bp.get("/regions/import/<uuid:region_import_id>/rows.xlsx")
@allow(Permission.REGION_IMPORT)
def rows_to_mend(region_import_id: UUID) -> Response:
    """The rejected rows as a sheet, ready to be mended and imported again."""
    actions.refuse_reach(current())
    with transaction(current()):
        kept = queries.region_import(region_import_id)
    content = actions.rows_to_mend(Preview.from_json(kept.content))
    return send_file(io.BytesIO(content), mimetype=SHEET, as_attachment=True, download_name="要改的行.xlsx")


@bp.get("/regions/sample.xlsx")
@allow(Permission.REGION_IMPORT)
def sample() -> Response:
    """The sheet to fill in."""
    return send_file(
        io.BytesIO(actions.sample()), mimetype=SHEET, as_attachment=True, download_name="地区名单样表.xlsx"
    )
