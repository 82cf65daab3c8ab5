"""我的学时: what counted, what did not and why, and what to do next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import render_template, url_for

from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.permissions import allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.queries import suspensions
from lms.learning.queries.courses import Course
from lms.learning.routes.blueprint import STUDY, bp
from lms.learning.rules import advice, holding, pictures, reasons, words


@bp.get("/hours")
@allow(STUDY)
def hours() -> Any:
    """A person's hours: what to do next, today, this week, by course, and what did not count."""
    person_id, today = current().person(), clock.today()
    monday = today - timedelta(days=today.weekday())
    with transaction(current()):
        courses = queries.courses_of(person_id)
        policy = queries.policy_of(courses[0]) if courses else None
        week = queries.day_totals(person_id, monday, today)
        credited = queries.credited_by_registration(person_id)
        waiting = queries.missed_check(person_id, clock.now())
        lost = queries.uncounted(person_id, today - timedelta(days=30), but=waiting.check_id if waiting else None)
        held, held_days = queries.held_by_registration(person_id), queries.held_by_day(person_id, monday, today)
        holds, asked = queries.holds_of(person_id), queries.appeals_of(person_id)
        stopped = suspensions.open_for(person_id, {one.cohort.id for one in courses}, today)
    full = bool(policy and week[-1].credited_ms >= policy.daily_cap_ms)
    taken = waiting.days if waiting else {}
    days = [day.with_waiting(held_days.get(day.day, 0), taken.get(day.day, 0)) for day in week]
    step = _step(courses, waiting, lost, full)
    return render_template(
        "learning/hours.html",
        courses=courses,
        policy=policy,
        today=days[-1],
        full=full,
        credited=credited,
        lost=lost,
        held=held,
        holds=holds,
        hold_words=holding.HOLD_WORDS,
        appeals={one.subject: one for one in reversed(asked)},
        asked=asked,
        appeal_words=holding.APPEAL_WORDS,
        reasons=reasons,
        words=words,
        waiting=waiting,
        step=step,
        address=_address(step, courses, waiting, lost),
        stopped={one.cohort_id: one for one in stopped},
        **_week(days, policy),
    )


def _week(days: Sequence[queries.DayTotal], policy: Any) -> dict[str, Any]:
    """The columns of the week and how many cells they have."""
    cell_ms = policy.class_hour_seconds * 1000 if policy else 1
    most = policy.daily_cap_class_hours if policy else 1
    cells = pictures.cells_of_week([day.online_ms for day in days], cell_ms, most)
    drawn = [(day.credited_ms + day.waiting_ms, day.lost_ms, cells * cell_ms, day.waiting_ms) for day in days]
    return {"cells": cells, "columns": [(day, pictures.column(*one)) for day, one in zip(days, drawn, strict=True)]}


def _step(
    courses: Sequence[Course], waiting: queries.Waiting | None, lost: Sequence[queries.Uncounted], full: bool
) -> advice.Step:
    """The one thing to do next."""
    again, on = _again(lost), _on(courses)
    return advice.next_step(
        waiting_ms=waiting.taken_ms if waiting else 0,
        until=_said(waiting.cure_until) if waiting else "",
        full=full,
        again=advice.Again(again.lesson_title, again.lost_ms, again.from_ms or 0) if again else None,
        lesson=on.next.title if on and on.next else None,
    )


def _address(
    step: advice.Step,
    courses: Sequence[Course],
    waiting: queries.Waiting | None,
    lost: Sequence[queries.Uncounted],
) -> str:
    """Where the step's button goes."""
    again, on = _again(lost), _on(courses)
    if step.way is advice.Way.ANSWER and waiting:
        return _lesson(waiting.registration_id, waiting.lesson_id)
    if step.way is advice.Way.AGAIN and again:
        return _lesson(again.registration_id, again.lesson_id) + f"?from={again.from_ms}"
    if step.way is advice.Way.ON and on and on.next:
        return _lesson(on.registration.id, on.next.lesson_id)
    return ""


def _said(moment: datetime) -> str:
    local = clock.local(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _lesson(registration_id: UUID, lesson_id: UUID) -> str:
    return url_for("learning.lesson", registration_id=registration_id, lesson_id=lesson_id)


def _again(lost: Sequence[queries.Uncounted]) -> queries.Uncounted | None:
    """The newest stretch that counts when it is watched again."""
    return next((one for one in lost if one.curable), None)


def _on(courses: Sequence[Course]) -> Course | None:
    """The course to go on with."""
    return next((one for one in courses if one.is_open and one.next), None)
