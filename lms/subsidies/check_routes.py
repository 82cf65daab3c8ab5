"""What the second computation of the ledger found, and where checkpoints are kept outside: for administrators and auditors."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for

from lms.accounts import queries as accounts
from lms.accounts.actions import audit
from lms.cohorts import queries as cohorts
from lms.foundation.database import transaction
from lms.foundation.evidence import outside, sequencer
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.learning.checking import alarms, reading

bp = Blueprint("recomputed", __name__)


@bp.get("/recomputed")
@allow(Permission.HOURS_CHECK)
def index() -> Any:
    """The last rounds, the differences that stand in the way, the checkpoints outside."""
    return _page()


@bp.post("/recomputed/<uuid:difference_id>")
@allow(Permission.HOURS_CHECK)
def settle(difference_id: UUID) -> Any:
    """One of the two who say what a difference was."""
    reason = (request.form.get("reason") or "").strip()[:500]
    with transaction(current()):
        found = alarms.settle(difference_id, current().person(), reason)
        subject, people = f"hours_difference {difference_id}", [found.person_id]
        audit(
            "hours:difference",
            subject=subject,
            reason=reason,
            people=people,
            region=found.region_code,
            plan=found.plan_code,
        )
    return redirect(url_for("recomputed.index"), 303)


def _page() -> str:
    with transaction(reading.CHECKER):
        rounds = alarms.rounds()
    with transaction(sequencer.SEQUENCER):
        places, newest = outside.standing(), sequencer.latest()
    with transaction(current()):
        found = alarms.alarms()
        classes = {one: cohorts.cohort(one).title for one in {alarm.cohort_id for alarm in found}}
        names = accounts.people({one.person_id for one in found} | {w for one in found for w, _ in one.words})
    shares = {"rounds": rounds, "places": places, "newest": newest, "alarms": found, "classes": classes}
    return render_template("subsidies/recomputed.html", **shares, names=names, me=current().person())
