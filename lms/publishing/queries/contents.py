"""What is signed: one hash over all that a version of a training package holds."""

from hashlib import sha256

import msgspec
from sqlalchemy import select

from lms.foundation.database import db
from lms.publishing.models import Lesson, SyllabusItem, TrainingLesson
from lms.publishing.queries import training
from lms.publishing.queries.training import TrainingView
from lms.questions import queries as questions


def content_hash(found: TrainingView) -> str:
    """SHA-256 in hex over the words, the authors, the syllabus, the mapped lessons and the questions."""
    told = {
        "title": found.title,
        "summary": found.summary,
        "programme": found.programme_code,
        "authors": [str(one) for one in found.authors],
        "standard": found.standard,
        "items": training.items_of(found.id),
        "lessons": _lessons(found),
        "banks": _banks(found),
    }
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def _lessons(found: TrainingView) -> list[list[object]]:
    query = (
        select(SyllabusItem.number, Lesson.content_hash, Lesson.approved_seconds)
        .join(TrainingLesson, TrainingLesson.item_id == SyllabusItem.id)
        .join(Lesson, Lesson.id == TrainingLesson.lesson_id)
        .where(TrainingLesson.version_id == found.id)
    )
    return sorted([list(row) for row in db.session.execute(query)])


def _banks(found: TrainingView) -> list[str]:
    banks = questions.named(training.bank_versions_of(found.id))
    return sorted(str(bank.content_hash) for bank in banks.values())
