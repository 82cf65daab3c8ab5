"""The doors where a version's videos are heard: sound tracks added before it is sent in, smaller files as they are made."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.publishing import encoding, files, queries
from lms.publishing.actions import unsent, variants
from lms.publishing.links import media_url
from lms.publishing.queries.variants import hash_in, making_of, sounds_of, ways_of
from lms.publishing.routes.lessons import bp, own_version
from lms.publishing.rules import State
from lms.publishing.rules.ways import LANGUAGES, language_words, words_of
from media.probe import Unusable
from media.sound import examine_sound

SOUND_BYTES = 200 << 20
NO_FILE = ("还没选声音文件", "选一个 MP3、M4A、WAV 或 FLAC 文件")


@bp.url_value_preprocessor
def _let_a_sound_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A recording is larger than a form."""
    if endpoint == "lessons.add_sound":
        request.max_content_length = SOUND_BYTES


@bp.get("/sounds")
@allow(Permission.PACKAGE_UPLOAD, Permission.PACKAGE_REVIEW)
def sounds(version_id: UUID) -> Any:
    """Every video of a version with its sounds and its smaller files; the institution adds sounds, a reviewer listens."""
    return _page(version_id)


@bp.post("/lessons/<uuid:lesson_id>/sounds")
@allow(Permission.PACKAGE_UPLOAD)
def add_sound(version_id: UUID, lesson_id: UUID) -> Any:
    """Put a sound track to a lesson: examined and kept first, then one short transaction."""
    with transaction(current()):
        version, lesson = own_version(version_id), _video(version_id, lesson_id)
    language, sent = _language(), request.files.get("file")
    if State(version.state) not in unsent.OPEN:
        raise Conflict(unsent.CLOSED)
    if sent is None or not sent.filename:
        return _page(version_id, lesson_id, NO_FILE)
    try:
        key, size_bytes, duration_ms = _kept(sent, lesson.duration_ms)
    except Unusable as problem:
        return _page(version_id, lesson_id, (problem.what, problem.mend))
    with transaction(current()):
        variants.add_sound(lesson, language, key, size_bytes, duration_ms)
    return redirect(f"{url_for('lessons.sounds', version_id=version_id)}#lesson-{lesson.number}", 303)


@bp.post("/lessons/<uuid:lesson_id>/own-sound")
@allow(Permission.PACKAGE_UPLOAD)
def own_sound(version_id: UUID, lesson_id: UUID) -> Any:
    """Say in which language the video itself speaks."""
    with transaction(current()):
        own_version(version_id)
        lesson = _video(version_id, lesson_id)
        variants.name_own_sound(lesson, _language())
    return redirect(f"{url_for('lessons.sounds', version_id=version_id)}#lesson-{lesson.number}", 303)


@bp.post("/sounds/<uuid:sound_id>/remove")
@allow(Permission.PACKAGE_UPLOAD)
def remove_sound(version_id: UUID, sound_id: UUID) -> Any:
    """Take a sound track away."""
    with transaction(current()):
        variants.remove_sound(version_id, sound_id)
    return redirect(url_for("lessons.sounds", version_id=version_id), 303)


def _page(version_id: UUID, lesson_id: UUID | None = None, fault: tuple[str, str] | None = None) -> Any:
    with transaction(current()):
        version = queries.version(version_id)
        mine = version.tenant_id in current().organisations
        in_scope = any(scope.covers(version.region_code, version.plan_code) for scope in current().scope)
        if not (mine or (in_scope and current().may(Permission.PACKAGE_REVIEW))):
            raise NotFound()
        videos = [lesson for lesson in queries.lessons_of(version_id) if lesson.kind == "video" and lesson.media_key]
        heard = sounds_of([lesson.id for lesson in videos])
        ways = {lesson.id: ways_of(lesson) for lesson in videos}
        making = making_of([lesson.id for lesson in videos])
    found = [(one, _address(version_id, one.lesson_id, one.key) if one.key else "") for one in heard]
    shares = {"version": version, "lessons": videos, "sounds": found, "ways": ways, "making": making}
    shares |= {"languages": LANGUAGES, "words_of": words_of, "language_words": language_words}
    shares |= {"open": mine and State(version.state) in unsent.OPEN, "mine": mine}
    page = render_template("lessons/sounds.html", **shares, fault=fault, fault_at=lesson_id)
    return page, 422 if fault else 200


def _address(version_id: UUID, lesson_id: UUID, key: str) -> str:
    return media_url(version_id, lesson_id, hash_in(key), current().person())


def _video(version_id: UUID, lesson_id: UUID) -> queries.LessonView:
    lesson = queries.lesson(lesson_id)
    if lesson.version_id != version_id or lesson.kind != "video":
        raise NotFound()
    return lesson


def _language() -> str:
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise Refused("先选这是哪一种话", field="language")
    return language


def _kept(sent: FileStorage, length_ms: int) -> tuple[str, int, int]:
    """Examine a recording and keep it; gives its key, its size in bytes and its length."""
    room = settings().data / "incoming"
    room.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=room) as name, files.told():
        path = Path(name) / "sent"
        sent.save(path)
        found = examine_sound(path, length_ms)
        key, size_bytes = encoding.keep_sound(path, length_ms, Path(name))
    return key, size_bytes, found.duration_ms
