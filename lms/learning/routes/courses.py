"""The pages between lessons: what to learn next, a course, how far a class has come."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import g, render_template

from lms.accounts import queries as accounts
from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.queries import quizzes
from lms.learning.queries.saying import done_of_cohort, said_of
from lms.learning.routes.blueprint import STUDY, bp, own_course
from lms.learning.rules import pictures, words
from lms.publishing import queries as publishing

# how long the front page tells that a paper has been marked
MARKED_SHOWN = timedelta(days=7)


@bp.get("")
@allow(STUDY)
def home() -> Any:
    """What to learn next, what today has earned, and the person's classes."""
    person_id = current().person()
    with transaction(current()):
        courses = queries.courses_of(person_id)
        now = next((course for course in courses if course.is_open and course.next), None)
        policy = queries.policy_of(now or courses[0]) if courses else None
        [today] = queries.day_totals(person_id, clock.today(), clock.today())
        credited = queries.credited_by_registration(person_id)
        marked = quizzes.marked_since(person_id, clock.now() - MARKED_SHOWN)
    cells = (
        pictures.strip(today.credited_ms, policy.class_hour_seconds * 1000, policy.daily_cap_class_hours)
        if policy
        else []
    )
    return render_template(
        "learning/home.html",
        greeting=_greeting(),
        courses=courses,
        now=now,
        today=today,
        policy=policy,
        cells=cells,
        credited=credited,
        marked=marked,
        words=words,
    )


@bp.get("/courses/<uuid:registration_id>")
@allow(STUDY)
def course(registration_id: UUID) -> Any:
    """A course: every lesson with its state, and the one to go on with."""
    with transaction(current()):
        found = own_course(registration_id)
        policy = queries.policy_of(found)
        credited = queries.credited_by_registration(current().person())
        said = said_of(registration_id)
    return render_template(
        "learning/course.html", course=found, policy=policy, credited_ms=credited.get(registration_id, 0), said=said
    )


@bp.get("/cohorts/<uuid:cohort_id>/progress")
@allow(Permission.COHORT_FILE, Permission.COHORT_APPROVE)
def cohort_progress(cohort_id: UUID) -> Any:
    """How far the people of a class have come: a fragment for the pages of classes."""
    with transaction(current()):
        cohort = cohorts.cohort(cohort_id)
        rows = queries.progress_of_cohort(cohort_id)
        lessons = len(publishing.lessons(cohort.version_id))
        people = accounts.people([row.person_id for row in rows])
        said = done_of_cohort(cohort_id)
    return render_template(
        "learning/progress.html", cohort=cohort, rows=rows, people=people, lessons=lessons, said=said
    )


def _greeting() -> str:
    """秀兰，晚上好."""
    hour, name = clock.local(clock.now()).hour, g.account.name
    time = "早上好" if 5 <= hour < 11 else "中午好" if 11 <= hour < 13 else "下午好" if 13 <= hour < 18 else "晚上好"
    return f"{name[1:] if len(name) == 3 else name}，{time}"
