"""The audit: for the auditor by filters, as an export that proves itself; for a person what concerns them."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, current_app, redirect, render_template, request, send_file, url_for

from lms.accounts import auditing
from lms.accounts.actions import audit_exports
from lms.accounts.actions.audit import audit as enter
from lms.accounts.queries import audit as queries
from lms.accounts.rules import audit as rules
from lms.foundation import jobs, secrets
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.evidence import note
from lms.foundation.permissions import Access, Permission, allow
from lms.foundation.principal import current

bp = Blueprint("audit", __name__)
TEXTS = ("actor", "action", "subject_kind", "subject", "organisation")
LONGEST = 100


@bp.get("/audit")
@allow(Permission.AUDIT_READ)
def index() -> Any:
    """Who saw and did what, in the auditor's reach."""
    return _page()


def _page(problem: str = "", token: str | None = None, reason: str = "") -> str:
    try:
        filters = _filters()
    except Refused as refusal:
        filters, problem = queries.Filters(), refusal.sentence
    with transaction(current()):
        if filters.person:
            enter("audit:read", subject=f"person {filters.person}", reason="看涉及这个人的操作记录")
        entries = queries.entries(current(), filters, _before(), queries.PAGE + 1)
        exports = queries.exports_of(current().person())
    shown = entries[: queries.PAGE]
    older = _address(filters, before=shown[-1].id) if len(entries) > queries.PAGE else None
    shares = {"filters": filters, "entries": shown, "older": older, "first": _before() is None, "problem": problem}
    form = {"token": token or str(uuid4()), "reason": reason, "asks": url_for("audit.ask", **filters.as_json())}
    return render_template(
        "registers/audit.html",
        **shares,
        **form,
        exports=exports,
        actions=_sorted(rules.ACTIONS),
        about=auditing.facts(filters),
    )


def _sorted(words: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(words.items(), key=lambda item: item[0])


def _filters() -> queries.Filters:
    """What the address asks for; raises Refused for a day that is none, NotFound for an id that is none."""
    texts = {name: request.args.get(name, "").strip()[:LONGEST] for name in TEXTS}
    person = request.args.get("person", "")
    return queries.Filters(**texts, person=str(_id(person)) if person else "", since=_day("since"), until=_day("until"))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None


def _day(name: str) -> date | None:
    text = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("日期写成 2026-11-22 这样") from None


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _address(filters: queries.Filters, **more: object) -> str:
    return url_for("audit.index", **{**filters.as_json(), **more})


@bp.post("/audit/exports")
@allow(Permission.AUDIT_READ)
def ask() -> Any:
    """Queue an export of what the page shows and all older, once for each form."""
    token, reason = request.form.get("token", "")[:40] or str(uuid4()), request.form.get("reason", "")
    try:
        with transaction(current()):
            export_id = audit_exports.request_export(_filters(), reason, token, current())
    except Refused as refusal:
        return _page(refusal.sentence, token, reason), 422
    return redirect(url_for("audit.export", audit_export_id=export_id), 303)


@bp.get("/audit/exports/<uuid:audit_export_id>")
@allow(Permission.AUDIT_READ)
def export(audit_export_id: UUID) -> Any:
    """How far one's export is, and then the file."""
    with transaction(current()):
        found = queries.audit_export(audit_export_id)
        job = jobs.find(found.job_id) if found.job_id and not found.result else None
    print_ = note.fingerprint(secrets.signing_key().public_key())
    about = auditing.facts(queries.Filters.from_json(found.filters))
    return render_template("registers/audit_export.html", export=found, job=job, fingerprint=print_, about=about)


@bp.get("/audit/exports/<uuid:audit_export_id>/audit.zip")
@allow(Permission.AUDIT_READ)
def bundle(audit_export_id: UUID) -> Response:
    """The file: rows, sheet and proof."""
    with transaction(current()):
        found = queries.audit_export(audit_export_id)
    if found.result is None:
        raise Conflict("还没有生成好，等页面上说“生成好了”再下载")
    stream = current_app.extensions["storage"].open(found.result["key"])
    answer = send_file(stream, mimetype="application/zip", as_attachment=True, download_name="操作记录.zip")
    answer.content_length = found.result["bytes"]
    return answer


@bp.get("/me/looks")
@allow(Access.SIGNED_IN)
def looks() -> Any:
    """Who saw or changed one's own data: role, organisation and reason, no names."""
    with transaction(current()):
        found = queries.looks(current().person(), _before(), queries.PAGE + 1)
    shown = found[: queries.PAGE]
    older = url_for("audit.looks", before=shown[-1].id) if len(found) > queries.PAGE else None
    return render_template("registers/looks.html", looks=shown, older=older, first=_before() is None)
