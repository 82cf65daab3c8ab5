"""The unified syllabus and bank of plan 九 (L448): what lies outside is refused, wherever it comes in."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.course import Question, QuestionKind, Quiz
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.publishing import actions, queries
from lms.publishing.actions import covering
from lms.publishing.actions import unified as naming
from lms.publishing.models import Lesson, Package, PackageVersion
from lms.publishing.queries import unified as asking
from lms.publishing.queries.courses import lessons_of
from lms.publishing.rules import unified
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast
from tests.publishing import trainings
from tests.questions.bank_sheets import a_bank, question

OWN = question("题库：第 1 条").question
STRANGE = Question(QuestionKind.JUDGE, "哪里都没有的题", ("对", "错"), (0,))
WRONG_KEY = Question(OWN.kind, OWN.text, OWN.options, (1,))


def course(people: Cast, *asked: Question, state: str = "checked") -> UUID:
    """A course of the school for special operations: one film, one quiz."""
    tenant_id, place = people.organisations["anyi"], {"region_code": "440606", "plan_code": "P09"}
    whose: dict[str, Any] = {"tenant_id": tenant_id, **place}
    with transaction(SYSTEM):
        package = Package(title="有限空间作业", programme_code=trainings.SPECIAL, **whose)
        db.session.add(package)
        db.session.flush()
        upload = {"upload_token": package.id, "source": {}, "source_hash": package.id.hex, "uploaded_by": people.liumin}
        rest = {"declared_seconds": 60, "report": {}, "content_hash": package.id.hex, "state": state, "number": 1}
        version = PackageVersion(
            package_id=package.id, title="有限空间作业", programme_code=trainings.SPECIAL, **whose, **upload, **rest
        )
        db.session.add(version)
        db.session.flush()
        film = {"kind": "video", "duration_ms": 60_000, "declared_seconds": 60, "content_hash": "a" * 64}
        db.session.add(Lesson(version_id=version.id, number=1, title="先通风再检测", **whose, **film))
        quiz = Quiz(asked or (OWN,)).as_json()
        db.session.add(
            Lesson(
                version_id=version.id, number=2, title="测一测", kind="quiz", content_hash="b" * 64, quiz=quiz, **whose
            )
        )
        return version.id


def unified_syllabus(people: Cast, *, start: int = 0, title: str = "特种作业统一大纲") -> UUID:
    """An approved package for special operations with a bank, named the unified one."""
    trainings.widen_scope(people)
    version_id = trainings.begun(people, programme=trainings.SPECIAL, title=title)
    bank_id = a_bank(people, items=("1",), title="题库", programme=trainings.SPECIAL)
    with transaction(people.principal("liumin")):
        covering.choose_banks(version_id, [bank_id])
    trainings.approved(people, version_id)
    with transaction(people.principal("hequan")):
        naming.unify(version_id, clock.today() + timedelta(days=start))
    return version_id


def conform(people: Cast, course_id: UUID, *numbers: str) -> None:
    with transaction(people.principal("liumin")):
        naming.conform(course_id, {lessons_of(course_id)[0].id: list(numbers)})


def submit(people: Cast, course_id: UUID) -> None:
    with transaction(people.principal("liumin")):
        actions.submit(course_id)


def test_a_course_inside_goes_its_way(people) -> None:
    unified_syllabus(people)
    course_id = course(people)
    conform(people, course_id, "1", "2.1")
    submit(people, course_id)
    with transaction(people.principal("hequan")):
        actions.approve(course_id, {1: 60, 2: 0})
    with transaction(people.principal("liumin")):
        assert queries.refuse_outside_unified(course_id) is None


def test_a_lesson_that_is_not_mapped_is_refused(people) -> None:
    """Sabotage: drop _inside_the_unified from submit."""
    unified_syllabus(people)
    course_id = course(people)
    with pytest.raises(Refused, match="第 1 课《先通风再检测》还没有对到"):
        submit(people, course_id)


@pytest.mark.parametrize("asked", [STRANGE, WRONG_KEY], ids=["strange", "wrong key"])
def test_a_question_outside_the_bank_is_refused(people, asked) -> None:
    """Sabotage: compare the words of questions without their answers."""
    unified_syllabus(people)
    course_id = course(people, OWN, asked)
    conform(people, course_id, "1")
    with pytest.raises(Refused, match="1 道题不在统一题库里"):
        submit(people, course_id)


def test_without_a_unified_syllabus_nothing_goes_in(people) -> None:
    """One that begins tomorrow is none today. Sabotage: forget effective_from."""
    unified_syllabus(people, start=1)
    course_id = course(people)
    with pytest.raises(Conflict, match="没有统一大纲"):
        conform(people, course_id, "1")
    with pytest.raises(Refused, match="还没有公布"):
        submit(people, course_id)


def test_a_new_unified_syllabus_puts_old_courses_outside(people, turn_clock) -> None:
    """A class filed from that day on is refused, and so is an approval. Sabotage: ask for any syllabus that ever was in force."""
    unified_syllabus(people)
    course_id = course(people)
    conform(people, course_id, "1")
    submit(people, course_id)
    unified_syllabus(people, start=2, title="特种作业统一大纲（新）")
    with transaction(people.principal("liumin")):
        assert queries.refuse_outside_unified(course_id, "440606") is None
    turn_clock(days=2)
    with transaction(people.principal("liumin")):
        assert "第 1 课" in (queries.refuse_outside_unified(course_id, "440606") or "")
    with pytest.raises(Refused, match="还没有对到"), transaction(people.principal("hequan")):
        actions.approve(course_id, {1: 60, 2: 0})


def test_another_place_has_not_this_syllabus(people) -> None:
    unified_syllabus(people)
    with transaction(SYSTEM):
        assert asking.in_force(trainings.SPECIAL, "440606107", clock.today())
        assert asking.in_force(trainings.SPECIAL, "440106", clock.today()) is None
        assert asking.in_force("P09-principal", "440606", clock.today()) is None


def test_an_exam_asks_from_the_bank_alone(people) -> None:
    """For the papers of exams to come."""
    place = (trainings.SPECIAL, "P09", "440606")
    with transaction(SYSTEM):
        assert "还没有公布" in (queries.refuse_outside_bank(*place, [OWN]) or "")
    unified_syllabus(people)
    with transaction(people.principal("chenbo")):
        assert queries.refuse_outside_bank(*place, [OWN]) is None
        assert "哪里都没有的题" in (queries.refuse_outside_bank(*place, [OWN, STRANGE]) or "")
        assert queries.refuse_outside_bank(RURAL_ECOMMERCE, "P06", "440606", [STRANGE]) is None


def test_who_may_name_it(people) -> None:
    """Sabotage: take any administrator, or a day that has passed."""
    version_id = unified_syllabus(people)
    for who, day, refused in (
        ("zhaojun", 0, NotFound),
        ("liumin", 0, NotFound),
        ("hequan", -1, Refused),
        ("hequan", 0, Conflict),
    ):
        with pytest.raises(refused), transaction(people.principal(who)):
            naming.unify(version_id, clock.today() + timedelta(days=day))
    other = trainings.approved(people)
    with pytest.raises(Refused, match="没有要求"), transaction(people.principal("hequan")):
        naming.unify(other, clock.today())
    draft = trainings.begun(people, programme=trainings.SPECIAL)
    with pytest.raises(NotFound), transaction(people.principal("hequan")):
        naming.unify(draft, clock.today())


def test_only_its_owner_maps_a_course_and_only_before_it_is_sent_in(people) -> None:
    unified_syllabus(people)
    course_id = course(people)
    with pytest.raises(NotFound), transaction(people.principal("chenbo")):
        naming.conform(course_id, {})
    with pytest.raises(Refused, match="没有“8”"):
        conform(people, course_id, "8")
    conform(people, course_id, "1")
    submit(people, course_id)
    with pytest.raises(Conflict, match="已经送审"):
        conform(people, course_id, "2.1")


@given(st.sets(st.integers(1, 6)), st.sets(st.integers(1, 6)), st.sets(st.text("题", min_size=1, max_size=3)))
def test_only_a_course_wholly_inside_passes(lessons, mapped, outside) -> None:
    """Sabotage: let one mapped lesson stand for all."""
    demand = unified.demand_of("P09")
    found = unified.Course(tuple((n, "课") for n in sorted(lessons)), frozenset(mapped), 9, tuple(sorted(outside)))
    assert (unified.refuse_course(demand, True, found) is None) == (lessons <= mapped and not outside)
    assert (
        unified.refuse_course(demand, False, found)
        and unified.refuse_course(unified.demand_of("P03"), False, found) is None
    )
