"""我的学时: what counted, what did not, and why."""

from datetime import timedelta
from typing import Any

from flask import render_template

from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.permissions import allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.routes.blueprint import STUDY, bp
from lms.learning.rules import holding, pictures, reasons, words


@bp.get("/hours")
@allow(STUDY)
def hours() -> Any:
    """A person's hours: in all, this week, by course, and what did not count."""
    person_id, today = current().person(), clock.today()
    monday = today - timedelta(days=today.weekday())
    with transaction(current()):
        courses = queries.courses_of(person_id)
        policy = queries.policy_of(courses[0]) if courses else None
        week = queries.day_totals(person_id, monday, today)
        credited = queries.credited_by_registration(person_id)
        lost = queries.uncounted(person_id, today - timedelta(days=30))
        held, held_days = queries.held_by_registration(person_id), queries.held_by_day(person_id, monday, today)
        holds, asked = queries.holds_of(person_id), queries.appeals_of(person_id)
    cell_ms = policy.class_hour_seconds * 1000 if policy else 1
    cells = (
        pictures.cells_of_week([day.online_ms for day in week], cell_ms, policy.daily_cap_class_hours) if policy else 1
    )
    whole_ms, waits = cells * cell_ms, {day.day: held_days.get(day.day, 0) for day in week}
    columns = [(day, pictures.column(day.credited_ms, day.lost_ms, whole_ms, waits[day.day])) for day in week]
    return render_template(
        "learning/hours.html",
        courses=courses,
        policy=policy,
        today=week[-1],
        columns=columns,
        cells=cells,
        credited=credited,
        lost=lost,
        held=held,
        waits=waits,
        holds=holds,
        hold_words=holding.HOLD_WORDS,
        appeals={one.subject: one for one in reversed(asked)},
        asked=asked,
        appeal_words=holding.APPEAL_WORDS,
        reasons=reasons,
        words=words,
    )
