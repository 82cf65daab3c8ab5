"""先当学员看一遍: any lesson as a trainee would meet it, with nothing recorded, for who uploads and who reviews."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.learning.actions import opening
from lms.learning.routes.blueprint import bp
from lms.learning.routes.packages import about, size_of, this_browser, told, waits_for_script
from lms.publishing import files
from lms.publishing import queries as publishing
from lms.publishing.links import media_url
from lms.publishing.queries import LessonView, VersionView

LOOK = (Permission.PACKAGE_UPLOAD, Permission.PACKAGE_REVIEW)
# The launch modes of cmi5: as a trainee, leafing through, looking back.
MODES = ("Normal", "Browse", "Review")


@bp.get("/versions/<uuid:version_id>/lessons/<uuid:lesson_id>/preview")
@allow(*LOOK)
def preview(version_id: UUID, lesson_id: UUID) -> Any:
    """A lesson of a version that one may see, opened as a trainee would."""
    with transaction(current()):
        version, lessons = seen(publishing.version(version_id)), publishing.lessons(version_id)
        view = _one_of(lessons, lesson_id)
        size = size_of(view) if view.kind in opening.RUNS else view.size_bytes
    place = lessons.index(view)
    shown: dict[str, Any] = {
        "version": version,
        "before": lessons[place - 1] if place else None,
        "after": lessons[place + 1] if place + 1 < len(lessons) else None,
        "eyebrow": f"{version.title} · 第 {view.number} 课",
        "back": home_of(version_id),
        "begin": url_for("learning.begin_preview", version_id=version_id, lesson_id=lesson_id),
    }
    if view.kind in opening.RUNS:
        return render_template("learning/package.html", answer=None, state=None, **shown, **about(view, size))
    media = media_url(version_id, view.id, view.content_hash, current().person()) if view.media_key else None
    return render_template("learning/preview.html", media=media, cues=files.captions(view), **shown, view=view)


@bp.post("/versions/<uuid:version_id>/lessons/<uuid:lesson_id>/preview")
@allow(*LOOK)
def begin_preview(version_id: UUID, lesson_id: UUID) -> Any:
    """Open a lesson on the content host for a look."""
    browser, back = this_browser(), url_for("learning.preview", version_id=version_id, lesson_id=lesson_id)
    mode = request.args.get("mode", MODES[0])
    with transaction(current()):
        seen(publishing.version(version_id))
        view = publishing.lesson(lesson_id)
        if view.kind not in opening.RUNS:
            raise NotFound()
        if waits_for_script(view):
            return redirect(f"{back}#open", 303)
        opened = opening.preview(
            version_id,
            lesson_id,
            mode if mode in MODES else MODES[0],
            person_id=current().person(),
            browser=browser,
            return_url=settings().app_origin + back,
        )
    return told(opened, back)


def home_of(version_id: UUID) -> tuple[str, str]:
    """Where one came from: the version's own page, or that of its review, with its name."""
    if current().may(Permission.PACKAGE_UPLOAD):
        return url_for("publishing.version", version_id=version_id), "课程包"
    return url_for("publishing.review", version_id=version_id), "课程审核"


def seen(version: VersionView) -> VersionView:
    """A version that the person answers for, as its institution or, once it was sent in, its authority; raises NotFound.

    Once it is published everybody may see that it is there; only these look at it lesson by lesson.
    """
    me = current()
    if version.tenant_id in me.organisations:
        return version
    mine = any(scope.covers(version.region_code, version.plan_code) for scope in me.scope)
    if mine and version.submitted_at is not None:
        return version
    raise NotFound()


def _one_of(lessons: list[LessonView], lesson_id: UUID) -> LessonView:
    found = next((one for one in lessons if one.id == lesson_id), None)
    if found is None:
        raise NotFound()
    return found
