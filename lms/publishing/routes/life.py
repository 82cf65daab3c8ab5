"""The doors of a course's life: withdraw, stop, restore; copy to another programme; download as cmi5."""

from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for

from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.publishing import downloads, files, queries
from lms.publishing.actions import copying, standing
from lms.publishing.forms.life import CopyForm, StandingForm, WithdrawForm
from lms.publishing.routes.courses import bp, own, programmes_by_plan, reviewed, visible
from lms.publishing.rules.standing import Act
from media.serving import Wanted, respond
from media.storage import NoSuchFile


@bp.post("/packages/<uuid:version_id>/withdraw")
@allow(Permission.PACKAGE_UPLOAD)
def withdraw(version_id: UUID) -> Any:
    """The institution withdraws its own course."""
    with transaction(current()):
        own(version_id)
        form = WithdrawForm()
        if not form.validate_on_submit():
            raise Refused("写一句为什么下架，最多 400 个字", field="reason")
        standing.put(version_id, Act.WITHDRAWN, form.reason.data or "", authority=False)
    return redirect(url_for("publishing.version", version_id=version_id), 303)


@bp.post("/reviews/<uuid:version_id>/standing")
@allow(Permission.PACKAGE_REVIEW)
def stand(version_id: UUID) -> Any:
    """The authority withdraws, stops at once, or restores."""
    with transaction(current()):
        reviewed(version_id)
        form = StandingForm()
        if not form.validate_on_submit():
            raise Refused(str(next(iter(form.errors.values()))[0]), field=next(iter(form.errors)))
        standing.put(version_id, Act(form.act.data), form.reason.data or "", authority=True)
    return redirect(url_for("publishing.review", version_id=version_id), 303)


@bp.post("/packages/<uuid:version_id>/copy")
@allow(Permission.PACKAGE_UPLOAD)
def copy(version_id: UUID) -> Any:
    """Copy it to another programme, where it is reviewed anew."""
    with transaction(current()):
        own(version_id)
        form = CopyForm()
        form.programme_code.choices = programmes_by_plan()
        if not form.validate_on_submit():
            raise Refused("选一个项目再复制", field="programme_code")
        programme = plans.programme(form.programme_code.data)
        copied_id = copying.copy_to(version_id, programme.code, programme.plan_code)
    return redirect(url_for("publishing.version", version_id=copied_id), 303)


@bp.post("/packages/<uuid:version_id>/cmi5")
@allow(Permission.PACKAGE_UPLOAD, Permission.PACKAGE_REVIEW)
def make_download(version_id: UUID) -> Any:
    """Begin to write the cmi5 package; asked again on the same day it is the same one."""
    with transaction(current()):
        found = visible(version_id)
        problem = downloads.why_not(found, queries.lessons_of(version_id))
        if problem:
            raise Conflict(problem, code="not_cmi5")
        job_id = downloads.begin(found)
    return redirect(url_for("publishing.download_page", version_id=version_id, job_id=job_id), 303)


@bp.get("/packages/<uuid:version_id>/cmi5/<uuid:job_id>")
@allow(Permission.PACKAGE_UPLOAD, Permission.PACKAGE_REVIEW)
def download_page(version_id: UUID, job_id: UUID) -> Any:
    """How far it is, then the link."""
    with transaction(current()):
        found, job = visible(version_id), downloads.job_of(version_id, job_id)
        back = "publishing.version" if found.tenant_id in current().organisations else "publishing.review"
    page = make_response(
        render_template("publishing/download.html", version=found, job=job, ready=downloads.is_there(job), back=back)
    )
    if job.over and request.headers.get("HX-Request"):
        page.headers["HX-Refresh"] = "true"
    return page


@bp.get("/packages/<uuid:version_id>/cmi5/<uuid:job_id>/course.zip")
@allow(Permission.PACKAGE_UPLOAD, Permission.PACKAGE_REVIEW)
def download(version_id: UUID, job_id: UUID) -> Response:
    """The cmi5 package, by byte ranges."""
    with transaction(current()):
        found, job = visible(version_id), downloads.job_of(version_id, job_id)
    key, kept, asked = downloads.key_of(job.id), files.storage(), request.headers
    wanted = Wanted(request.method, asked.get("Range", ""), asked.get("If-Range", ""), asked.get("If-None-Match", ""))
    try:
        opener = partial(kept.open, key)
        answer = respond(wanted, kept.size(key), job.id.hex, "application/zip", opener)
    except NoSuchFile:
        raise NotFound() from None
    name = quote(f"{found.title}-第{found.number}版-cmi5.zip")
    told = {"Content-Disposition": f"attachment; filename=course.zip; filename*=UTF-8''{name}"}
    headers = {**answer.headers, **told, "Cache-Control": "private, no-cache"}
    return Response(answer.body, answer.status, headers, direct_passthrough=True)
