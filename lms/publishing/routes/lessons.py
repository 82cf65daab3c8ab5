"""The doors where the lessons of a version that was not sent in are worked at: quizzes here, sounds in `sounds`."""

from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from courses.course import Question, QuestionKind, Quiz
from courses.course import Refused as Unreadable
from courses.quiz.reading import read_sheet
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.publishing import queries
from lms.publishing.actions import quizzes, unsent
from lms.publishing.rules import State
from lms.questions import editing

bp = Blueprint("lessons", __name__, url_prefix="/packages/<uuid:version_id>")

MOST_QUESTIONS = 200
SHEET_BYTES = 5_000_000
TITLE_LENGTH = 60
FULL = (f"一份小测验最多 {MOST_QUESTIONS} 题", "题多就分成两份小测验")
NO_TITLE = ("还没有写小测验叫什么", "写几个字，比如 学完测一测")


@bp.url_value_preprocessor
def _let_a_sheet_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A sheet of questions may be larger than any other body."""
    if endpoint == "lessons.sheet":
        request.max_content_length = SHEET_BYTES


def own_version(version_id: UUID) -> queries.VersionView:
    """A version of the clerk's own institution; raises NotFound. Asked inside a transaction."""
    found = queries.version(version_id)
    if found.tenant_id not in current().organisations:
        raise NotFound()
    return found


def own_quiz(version_id: UUID, lesson_id: UUID) -> tuple[queries.VersionView, queries.LessonView, Quiz]:
    """A quiz of such a version; raises NotFound."""
    version, lesson = own_version(version_id), queries.lesson(lesson_id)
    if lesson.version_id != version_id or lesson.questions is None:
        raise NotFound()
    return version, lesson, lesson.questions


@bp.get("/lessons/<uuid:lesson_id>/quiz")
@allow(Permission.PACKAGE_UPLOAD)
def quiz(version_id: UUID, lesson_id: UUID) -> Any:
    """The questions of a lesson's quiz, to be changed while the version was not sent in."""
    return _quiz_page(version_id, lesson_id)


@bp.post("/lessons/<uuid:lesson_id>/quiz")
@allow(Permission.PACKAGE_UPLOAD)
def pass_mark(version_id: UUID, lesson_id: UUID) -> Any:
    """Set from how many percent on the quiz is passed."""
    sent = request.form.get("pass_percent", type=int)
    if sent is None or not 1 <= sent <= 100:
        return _quiz_page(version_id, lesson_id, fault=("及格分要在 1 到 100 之间", "一般是 60"), status=422)
    return _write(version_id, lesson_id, lambda asked: replace(asked, pass_percent=sent))


@bp.route("/lessons/<uuid:lesson_id>/quiz/new", methods=["GET", "POST"])
@allow(Permission.PACKAGE_UPLOAD)
def write(version_id: UUID, lesson_id: UUID) -> Any:
    """Write a question at the end of a quiz."""
    with transaction(current()):
        version, lesson, asked = own_quiz(version_id, lesson_id)
    kind, typed = editing.kind_of(request.values.get("kind")), request.form
    built = None if request.method == "GET" or "more" in typed else editing.build(kind, typed)
    if isinstance(built, Question) and len(asked.questions) >= MOST_QUESTIONS:
        built = FULL
    if not isinstance(built, Question):
        return _write_page(version, lesson, kind, typed, fault=built)
    answer = _write(version_id, lesson_id, lambda now: replace(now, questions=(*now.questions, built)))
    return redirect(_address("write", lesson, kind=kind), 303) if "another" in typed else answer


@bp.route("/lessons/<uuid:lesson_id>/quiz/<int:number>", methods=["GET", "POST"])
@allow(Permission.PACKAGE_UPLOAD)
def rewrite(version_id: UUID, lesson_id: UUID, number: int) -> Any:
    """Change a question of a quiz."""
    with transaction(current()):
        version, lesson, asked = own_quiz(version_id, lesson_id)
    before, typed = _numbered(asked, number), request.form
    if request.method == "GET":
        return _write_page(version, lesson, before.kind, editing.typed_of(before), number=number)
    built = None if "more" in typed else editing.build(before.kind, typed)
    if not isinstance(built, Question):
        return _write_page(version, lesson, before.kind, typed, number=number, fault=built)
    return _write(version_id, lesson_id, lambda now: _put(now, number, built))


@bp.post("/lessons/<uuid:lesson_id>/quiz/<int:number>/move")
@allow(Permission.PACKAGE_UPLOAD)
def move(version_id: UUID, lesson_id: UUID, number: int) -> Any:
    """Let a question change places with its neighbour."""
    step = -1 if request.form.get("to") == "up" else 1
    return _write(version_id, lesson_id, lambda now: _moved(now, number, step))


@bp.post("/lessons/<uuid:lesson_id>/quiz/<int:number>/remove")
@allow(Permission.PACKAGE_UPLOAD)
def remove(version_id: UUID, lesson_id: UUID, number: int) -> Any:
    """Take a question out of a quiz; the last one stays."""
    with transaction(current()):
        _, _, asked = own_quiz(version_id, lesson_id)
    _numbered(asked, number)
    if len(asked.questions) == 1:
        fault = ("小测验至少要有一题", "先写好新的题，再拿掉这一题")
        return _quiz_page(version_id, lesson_id, fault=fault, status=422)
    return _write(version_id, lesson_id, lambda now: _put(now, number, None))


@bp.post("/lessons/<uuid:lesson_id>/quiz/sheet")
@allow(Permission.PACKAGE_UPLOAD)
def sheet(version_id: UUID, lesson_id: UUID) -> Any:
    """Put the questions of a sheet in the place of those that are there: all of them, or none where a row must be mended."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _quiz_page(version_id, lesson_id, fault=("还没选表格", "选一个 .xlsx、.xls 或 .csv 文件"), status=422)
    with NamedTemporaryFile(suffix=".sheet") as file:
        sent.save(file)
        file.flush()
        try:
            read, _ = read_sheet(Path(file.name))
        except Unreadable as refusal:
            return _quiz_page(version_id, lesson_id, findings=refusal.findings, status=422)
    return _write(version_id, lesson_id, lambda now: replace(now, questions=read.questions))


@bp.get("/lessons/<uuid:lesson_id>/quiz/preview")
@allow(Permission.PACKAGE_UPLOAD)
def preview(version_id: UUID, lesson_id: UUID) -> Any:
    """The quiz as trainees will see it."""
    with transaction(current()):
        _, lesson, asked = own_quiz(version_id, lesson_id)
    back = (_address("quiz", lesson), lesson.title)
    shares = {"title": lesson.title, "questions": asked.questions, "typed": MultiDict(), "back": back}
    return render_template("questions/preview.html", **shares)


@bp.route("/quizzes/new", methods=["GET", "POST"])
@allow(Permission.PACKAGE_UPLOAD)
def new_quiz(version_id: UUID) -> Any:
    """Begin a quiz as the last lesson of a version, with its first question."""
    with transaction(current()):
        version = own_version(version_id)
    kind, typed = editing.kind_of(request.values.get("kind")), request.form
    built = None if request.method == "GET" or "more" in typed else editing.build(kind, typed)
    title = " ".join(typed.get("title", "").split())[:TITLE_LENGTH]
    if isinstance(built, Question) and not title:
        built = NO_TITLE
    if not isinstance(built, Question):
        return _write_page(version, None, kind, typed, fault=built)
    with transaction(current()):
        lesson_id = quizzes.add(version_id, title, Quiz((built,)))
    return redirect(url_for("lessons.quiz", version_id=version_id, lesson_id=lesson_id), 303)


def _write(version_id: UUID, lesson_id: UUID, change: Any) -> Any:
    """Change the quiz that the page was about, and go back to it."""
    with transaction(current()):
        _, lesson, asked = own_quiz(version_id, lesson_id)
        seen = request.form.get("seen") or lesson.content_hash
        quizzes.write(version_id, lesson_id, change(asked), seen)
    return redirect(_address("quiz", lesson), 303)


def _quiz_page(
    version_id: UUID,
    lesson_id: UUID,
    *,
    fault: tuple[str, str] | None = None,
    findings: Any = (),
    status: int = 200,
) -> Any:
    with transaction(current()):
        version, lesson, asked = own_quiz(version_id, lesson_id)
    shares = {"version": version, "lesson": lesson, "quiz": asked, "open": State(version.state) in unsent.OPEN}
    return render_template("lessons/quiz.html", **shares, fault=fault, findings=findings), status


def _write_page(
    version: queries.VersionView,
    lesson: queries.LessonView | None,
    kind: QuestionKind,
    typed: editing.Typed,
    *,
    number: int | None = None,
    fault: tuple[str, str] | None = None,
) -> Any:
    if lesson is None:
        here = url_for("lessons.new_quiz", version_id=version.id)
        back = (url_for("publishing.version", version_id=version.id), version.title)
    else:
        here = _address("rewrite", lesson, number=number) if number else _address("write", lesson)
        back = (_address("quiz", lesson), lesson.title)
    title = "改这一题" if number else "写一道题" if lesson else "加一份小测验"
    shares = {"kind": str(kind), "typed": typed, "rows": editing.rows_of(kind, typed), "fault": fault}
    shares |= {"pick": number is None, "extra": "" if lesson else "title"}
    shares |= {"seen": lesson.content_hash if lesson and number else ""}
    page = render_template("questions/write.html", title=title, back=back, here=here, **shares)
    return page, 422 if fault else 200


def _address(door: str, lesson: queries.LessonView, **more: Any) -> str:
    return url_for(f"lessons.{door}", version_id=lesson.version_id, lesson_id=lesson.id, **more)


def _numbered(asked: Quiz, number: int) -> Question:
    if not 1 <= number <= len(asked.questions):
        raise NotFound()
    return asked.questions[number - 1]


def _put(asked: Quiz, number: int, question: Question | None) -> Quiz:
    _numbered(asked, number)
    kept = list(asked.questions)
    kept[number - 1 : number] = [question] if question else []
    return replace(asked, questions=tuple(kept))


def _moved(asked: Quiz, number: int, step: int) -> Quiz:
    _numbered(asked, number)
    place, other = number - 1, number - 1 + step
    kept = list(asked.questions)
    if 0 <= other < len(kept):
        kept[place], kept[other] = kept[other], kept[place]
    return replace(asked, questions=tuple(kept))
