"""A lesson with a timeline: its page, its transcript, and the addresses that the player talks to."""

import re
from typing import Any
from uuid import UUID

import msgspec
from flask import Response, jsonify, make_response, render_template, request, url_for

from lms.accounts import sessions
from lms.accounts.signing_in import visits
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.actions import beating, launching, opening
from lms.learning.forms import beats
from lms.learning.routes import viewing
from lms.learning.routes.blueprint import STUDY, bp, own_course, own_lesson
from lms.learning.routes.packages import package_page
from lms.learning.routes.quizzes import quiz_page
from lms.learning.rules import pictures, words
from lms.learning.rules.devices import device_of
from lms.learning.rules.progress import LessonState, resume_at
from lms.publishing import files
from lms.publishing import queries as publishing


@bp.get("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>")
@allow(STUDY)
def lesson(registration_id: UUID, lesson_id: UUID) -> Any:
    """A lesson: the player of a video, or the questions of a quiz."""
    with transaction(current()):
        found = own_course(registration_id)
        state = own_lesson(found, lesson_id)
        view = publishing.lesson(lesson_id)
        if not state.is_video:
            number = queries.tries(registration_id, lesson_id) + 1
        else:
            policy = queries.policy_of(found)
            answer = queries.standing(current().person(), state, view.content_hash, policy) if policy else None
            shown = viewing.shown(view, answer if found.is_open else None, policy)
    if view.kind in opening.RUNS:
        return package_page(found, state, view)
    if not state.is_video:
        return quiz_page(found, state, view, number)
    start_ms = _asked_place(state, shown)
    page = render_template(
        "learning/player.html",
        course=found,
        lesson=state,
        answer=answer,
        before=found.neighbour(state, -1),
        after=found.neighbour(state, 1),
        start_ms=start_ms,
        shown=shown,
        transcript=_transcript(registration_id, view),
        words=words,
        timeline=pictures.timeline(answer.covered, answer.misses, state.length_ms) if answer else [],
        live=words.live(0, None, answer.full, False) if answer else ("no", "现在不计学时"),
    )
    return viewing.remember(make_response(page))


@bp.get("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>/transcript")
@allow(STUDY)
def transcript(registration_id: UUID, lesson_id: UUID) -> Any:
    """What is said in a video, sentence by sentence; the player draws its captions from here."""
    with transaction(current()):
        found = own_course(registration_id)
        state, view = own_lesson(found, lesson_id), publishing.lesson(lesson_id)
    if not view.captions_key:
        raise NotFound()
    page = render_template("learning/transcript.html", course=found, lesson=state, cues=files.captions(view))
    response = make_response(page)
    # Its address names the captions by their hash: a phone asks for a long transcript once.
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _transcript(registration_id: UUID, view: publishing.LessonView) -> str | None:
    if not view.captions_key:
        return None
    version = view.captions_key.rsplit("/", 1)[-1][:12]
    return url_for("learning.transcript", registration_id=registration_id, lesson_id=view.id, v=version)


@bp.post("/courses/<uuid:registration_id>/lessons/<uuid:lesson_id>/launch")
@allow(STUDY)
def launch(registration_id: UUID, lesson_id: UUID) -> Any:
    """Begin a session on this device."""
    device, person_id = device_of(request.headers.get("User-Agent", "")), current().person()
    with transaction(current()):
        token = request.cookies.get(visits.COOKIE, "")
        found = launching.launch(person_id, registration_id, lesson_id, device, request.remote_addr or "", token)
    return jsonify(
        session=str(found.session_id),
        beats=url_for("learning.record", session_id=found.session_id),
        position_ms=found.position_ms,
        beat_seconds=found.beat_seconds,
        stopped=f"刚才在别处开着的“{found.stopped}”已经停下，在这里接着计" if found.stopped else "",
        check=found.check,
    )


# A beat's session is read in the round trip that tells who sends it.
_UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
BEATS = sessions.Beside(
    re.compile(rf"{bp.url_prefix}/sessions/(?P<session>{_UUID})/beats"),
    "study_read_as(asks_person, %(session)s::uuid, '{}')",
)
bp.record_once(lambda state: sessions.ask_beside(state.app, BEATS))


@bp.post("/sessions/<uuid:session_id>/beats")
@allow(STUDY)
def record(session_id: UUID) -> Any:
    """Take in beats, and say what they earned."""
    sent = beats(request.get_data(cache=False))
    answer = beating.take(current(), session_id, sent, request.remote_addr or "", sessions.read_beside())
    return Response(answered(answer.as_json()), mimetype="application/json")


answered = msgspec.json.Encoder().encode


def _asked_place(lesson: LessonState, shown: viewing.Shown | None) -> int:
    """Where the page was asked to begin (?from=190000), or where the person last was."""
    asked = request.args.get("from", "")
    if asked.isdecimal() and len(asked) < 10 and int(asked) < lesson.length_ms:
        reached_ms = max(lesson.position_ms, shown.furthest_ms) if shown else 0
        return min(int(asked), reached_ms) if shown and shown.locked else int(asked)
    return resume_at(lesson.position_ms, lesson.length_ms)
