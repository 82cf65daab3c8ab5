"""A teacher marks a paper: every answer that waits at once, each mark sealed; with them the try is decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from lms.foundation import clock, evidence
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict
from lms.learning import queries
from lms.learning.actions import quizzing
from lms.learning.models.quizzes import QuizMark
from lms.learning.queries import quizzes
from lms.learning.rules.marks import refuse_marks
from lms.publishing import queries as publishing
from lms.questions.rules import Marked, mark

KIND = "quiz.mark"
DECIDED = "这份卷子刚才已经批完了，回到列表看下一份"


@dataclass(frozen=True)
class Given:
    """What a teacher gives for one question: hundredths of a point, and words for the trainee."""

    hundredths: int
    comment: str


def decide(paper_id: UUID, marks: Mapping[int, Given]) -> Marked:
    """Write the marks and decide the try. Raises NotFound, BadMark where a mark is missing or too high, Conflict when
    somebody was quicker."""
    paper = quizzes.paper(paper_id, acting().organisations)
    registration = queries.registration(paper.registration_id, paper.person_id)
    lesson = publishing.lesson(paper.lesson_id)
    quiz = lesson.questions
    if quiz is None or quizzes.is_decided(paper_id):
        raise Conflict(DECIDED)
    refuse_marks(mark(quiz, paper.given), {number: given.hundredths for number, given in marks.items()})
    for number, given in marks.items():
        _write(paper, number, given)
    shares = {
        number: one.share(quiz.questions[number - 1].points) for number, one in quizzes.marks_of(paper_id).items()
    }
    marked = mark(quiz, paper.given, shares)
    tried = quizzing.Try(registration, lesson, paper.id, paper.number, paper.given)
    quizzing.settle(tried, quiz, marked)
    return marked


def _write(paper: quizzes.PaperView, number: int, given: Given) -> None:
    at, teacher = clock.now(), acting().person()
    content = {
        "paper_id": str(paper.id),
        "question": number,
        "hundredths": given.hundredths,
        "comment": given.comment,
        "marked_by": str(teacher),
        "marked_at": at.isoformat(timespec="microseconds"),
    }
    leaf = evidence.append(KIND, content, subject=str(paper.cohort_id))
    row = insert(QuizMark).values(
        paper_id=paper.id,
        question=number,
        hundredths=given.hundredths,
        comment=given.comment,
        marked_by=teacher,
        marked_at=at,
        leaf_id=leaf.id,
        leaf_hash=leaf.hash,
    )
    # Two teachers at one paper: the second waits here for the first, and finds the mark written.
    if db.session.scalar(row.on_conflict_do_nothing().returning(QuizMark.question)) is None:
        raise Conflict(DECIDED)
