"""The public pages of the ten plans: who each is for, what it teaches, what the document says. No sign-in."""

from collections import Counter
from contextlib import suppress
from datetime import date
from typing import Any

from flask import Blueprint, current_app, render_template, request

from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import current
from lms.plans import forms, queries, reading
from lms.plans.rules import HourPolicy, NoPolicy, eligibility, questions
from lms.plans.rules.dated import CONFIDENCE, SEED
from lms.plans.rules.facts import EDUCATION_WORDS
from lms.plans.rules.sheets import DELIVERY, FORCES, RESULTS, PlanSheet, Programme

bp = Blueprint("plans", __name__, url_prefix="/plans")

WORDS = {
    "forces": FORCES,
    "delivery": DELIVERY,
    "results": RESULTS,
    "sure": CONFIDENCE,
    "seed": SEED,
}


@bp.get("")
@allow(Access.PUBLIC)
def index() -> Any:
    """All ten."""
    return render_template("plans/index.html", sheets=reading.sheets().values(), **WORDS)


@bp.get("/traceability")
@allow(Access.PUBLIC)
def traceability() -> Any:
    """What the document asks of a platform, clause by clause, with the route that does it and the test that holds it."""
    table = reading.traces()
    addresses = {rule.endpoint: rule.rule for rule in current_app.url_map.iter_rules()}
    shares = {"table": table, "sheets": reading.sheets(), "counts": Counter(trace.state for trace in table)}
    shares |= {"addresses": addresses}
    return render_template("plans/traceability.html", **shares, **WORDS)


@bp.get("/programmes/<programme_code>/eligible")
@allow(Access.PUBLIC)
def ask(programme_code: str) -> Any:
    """A few questions; what is answered goes nowhere."""
    return _questions(queries.programme_sheet(programme_code))


@bp.post("/programmes/<programme_code>/eligible")
@allow(Access.PUBLIC)
def answer(programme_code: str) -> Any:
    """What the rule says to the answers. Nothing is kept: no row, no log, nothing in the address."""
    programme = queries.programme_sheet(programme_code)
    told, faults = forms.read(questions.of(programme.rules), request.form)
    if faults:
        return _questions(programme, faults), 422
    verdict = eligibility.judge(programme.rules, told, clock.today(), eligibility.Stage.ENROL)
    return _questions(programme, verdict=verdict)


def _questions(
    programme: Programme, faults: dict[str, str] | None = None, verdict: eligibility.Verdict | None = None
) -> str:
    shares = {"programme": programme, "sheet": reading.sheets()[programme.rules.plan_code], "told": request.form}
    shares |= {"questions": questions.of(programme.rules), "faults": faults or {}, "verdict": verdict}
    return render_template("plans/eligible.html", **shares, education=EDUCATION_WORDS, **WORDS)


@bp.get("/<plan_code>")
@allow(Access.PUBLIC)
def detail(plan_code: str) -> Any:
    """One plan, with the later rules beside the document's own."""
    sheet = queries.sheet(plan_code)
    today = clock.today()
    later = [rule for rule in reading.later_rules() if not rule.plans or plan_code in rule.plans]
    with transaction(current()):
        targets = queries.targets(plan_code)
        pilots = queries.pilot_cities(plan_code)
        policies = _policies(sheet, today)
    quotas = [quota for other in reading.sheets().values() for quota in other.quotas if plan_code in quota.plans]
    shares = {"sheet": sheet, "later": later, "targets": targets, "pilots": pilots, "quotas": quotas, "today": today}
    shares |= {"policies": policies}
    return render_template("plans/detail.html", **shares, **WORDS)


def _policies(sheet: PlanSheet, on: date) -> dict[HourPolicy, list[str]]:
    """How hours are counted, with the programmes it holds for; mostly one way for all."""
    found: dict[HourPolicy, list[str]] = {}
    for programme in sheet.programmes:
        with suppress(NoPolicy):
            found.setdefault(queries.hour_policy(programme.code, on), []).append(programme.title)
    return found
