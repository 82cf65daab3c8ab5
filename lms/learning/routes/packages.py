"""Lessons that run on the content host: the page that frames them, and the door that opens them."""

from typing import Any
from uuid import UUID

from flask import jsonify, redirect, render_template, request, session, url_for

from lms.accounts import sessions
from lms.accounts.signing_in import visits
from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.permissions import allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.actions import opening
from lms.learning.queries.courses import Course
from lms.learning.queries.members import bytes_of
from lms.learning.queries.saying import said_of
from lms.learning.routes.blueprint import STUDY, bp, own_course, own_lesson
from lms.learning.rules import isolation, words
from lms.learning.rules.devices import device_of
from lms.learning.rules.progress import LessonState
from lms.publishing import queries as publishing
from lms.publishing.links import origin_of
from lms.publishing.queries import LessonView

WECHAT = "MicroMessenger"
WORDS = {"document": "文档", "sco": "互动课件", "au": "互动课件", "activity": "互动课件"}


def package_page(course: Course, lesson: LessonState, view: LessonView) -> str:
    """The page of a lesson that runs on the content host; what counts stands on it, as on a video's."""
    with transaction(current()):
        policy, size = queries.policy_of(course), size_of(view)
        answer = queries.standing(current().person(), lesson, view.content_hash, policy) if policy else None
        said = said_of(course.registration.id).get(view.id, "")
    return render_template(
        "learning/package.html",
        course=course,
        state=lesson,
        answer=answer,
        before=course.neighbour(lesson, -1),
        after=course.neighbour(lesson, 1),
        words=words,
        package_says=said,
        live=words.live(0, None, answer.full, False) if answer else ("no", "现在不计学时"),
        eyebrow=f"{course.title} · 第 {lesson.number} 课",
        back=(url_for("learning.course", registration_id=course.registration.id), "课程"),
        begin=url_for("learning.begin", registration_id=course.registration.id, lesson_id=view.id),
        **about(view, size),
    )


def about(view: LessonView, size: int) -> dict[str, Any]:
    """What the page says of a lesson and lets its frame do, whoever looks at it."""
    agent = request.headers.get("User-Agent", "")
    own_window = view.settings.get("launch_method") == opening.OWN_WINDOW
    return {
        "view": view,
        "kind": WORDS.get(view.kind, ""),
        "size": size,
        "own_window": own_window,
        # WeChat opens no second window and saves no file: its menu leads to a browser that does.
        "wechat": WECHAT in agent and (own_window or bool(view.settings.get("window"))),
        "content": origin_of(view.version_id),
        "sandbox": isolation.SANDBOX,
        "signed": current().signed_in and current().person(),
    }


def size_of(view: LessonView) -> int:
    """How many bytes opening a lesson may cost, inside a transaction."""
    return view.size_bytes or bytes_of(view.version_id)


@bp.post("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>/open")
@allow(STUDY)
def begin(registration_id: UUID, lesson_id: UUID) -> Any:
    """Open a package lesson on this device; a button pressed before the script was there is pressed again by the script."""
    device, person_id = device_of(request.headers.get("User-Agent", "")), current().person()
    browser, back = this_browser(), url_for("learning.lesson", registration_id=registration_id, lesson_id=lesson_id)
    with transaction(current()):
        own_lesson(own_course(registration_id), lesson_id)
        if waits_for_script(publishing.lesson(lesson_id)):
            return redirect(f"{back}#open", 303)
        opened = opening.open_lesson(
            person_id,
            registration_id,
            lesson_id,
            device,
            request.remote_addr or "",
            browser=browser,
            return_url=settings().app_origin + back,
            device_token=request.cookies.get(visits.COOKIE, ""),
        )
    return told(opened, back)


def waits_for_script(view: LessonView) -> bool:
    """Whether the page was asked by its form alone for a lesson that the script puts into a frame."""
    return not request.is_json and view.settings.get("launch_method") != opening.OWN_WINDOW


def told(opened: opening.Opened, back: str) -> Any:
    """The opened lesson for the page's script; without one, a page with a link that leads there."""
    if not request.is_json:
        return render_template("learning/package_go.html", url=opened.url, back=back)
    beats = url_for("learning.record", session_id=opened.session_id) if opened.session_id else ""
    return jsonify(
        url=opened.url,
        own_window=opened.own_window,
        session=str(opened.session_id) if opened.session_id else None,
        beats=beats,
        beat_seconds=opened.beat_seconds,
        stopped=f"刚才在别处开着的“{opened.stopped}”已经停下，在这里接着计" if opened.stopped else "",
    )


def this_browser() -> UUID | None:
    """The signed-in browser that asks; with it the launch ends. Opens a transaction of its own."""
    token = session.token  # type: ignore[attr-defined]
    return next((one.id for one in sessions.browsers(current().person(), token) if one.here), None)
