"""Questions about plans, programmes and the rules in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy import Integer, cast, func, select

from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.plans import models, reading, rules
from lms.plans.rules import dated, pilots
from lms.plans.rules.eligibility import ProgrammeRules
from lms.plans.rules.sheets import PlanSheet
from lms.plans.rules.sheets import Programme as ProgrammeSheet
from lms.plans.rules.targets import Target, Unit
from lms.plans.rules.thresholds import values

PROVINCE = "44"


@dataclass(frozen=True)
class Programme:
    """A programme with the plan it belongs to."""

    code: str
    title: str
    plan_code: str
    plan_number: str
    plan_title: str

    @property
    def plan(self) -> str:
        """How menus name the plan: 六 农村劳动力精准培训工程."""
        return f"{self.plan_number} {self.plan_title}"


_PROGRAMMES = select(
    models.Programme.code, models.Programme.title, models.Plan.code, models.Plan.number, models.Plan.title
).join(models.Plan, models.Plan.code == models.Programme.plan_code)
_LINE = cast(func.substr(models.Programme.line, 2), Integer)


def programmes() -> list[Programme]:
    """All programmes, in the order of the plans."""
    return [
        Programme(*row)
        for row in db.session.execute(_PROGRAMMES.order_by(models.Plan.code, _LINE, models.Programme.code))
    ]


def programme(code: str) -> Programme:
    """One programme; raises NotFound."""
    row = db.session.execute(_PROGRAMMES.where(models.Programme.code == code)).first()
    if row is None:
        raise NotFound()
    return Programme(*row)


def programme_rules(code: str) -> ProgrammeRules:
    """The conditions of a programme, for `eligibility.judge`; raises NotFound."""
    return programme_sheet(code).rules


def sheet(plan_code: str) -> PlanSheet:
    """A plan as the public reads it; raises NotFound. Asks no table."""
    found = reading.sheets().get(plan_code)
    if found is None:
        raise NotFound()
    return found


def programme_sheet(code: str) -> ProgrammeSheet:
    """A programme with what it teaches, its results and its conditions; raises NotFound. Asks no table."""
    found = reading.programmes().get(code)
    if found is None:
        raise NotFound()
    return found


def rules_beside(key: str, programme_code: str, on: date, region_code: str = PROVINCE) -> list[dated.DatedRule]:
    """All rules in force for a key, the seed's first; who uses one of several must say which."""
    return dated.side_by_side(reading.dated_rules(), key, programme_code, on, region_code)


def targets(plan_code: str | None = None) -> list[Target]:
    """The seed's targets and those added since, of one plan or of all, in their order."""
    rows = db.session.scalars(select(models.PlanTarget).order_by(models.PlanTarget.created_at, models.PlanTarget.code))
    found = [*reading.targets(), *(_target(row) for row in rows)]
    return [target for target in found if plan_code in (None, target.plan_code)]


def _target(row: models.PlanTarget) -> Target:
    plain = ("code", "item", "at_least", "said", "source", "since", "until", "note")
    values = {name: getattr(row, name) for name in plain}
    return Target(**values, unit=Unit(row.unit), programmes=tuple(row.programmes))


def remote_open(plan_code: str, region_code: str, on: date) -> bool:
    """Whether a class of the plan may be taught at a distance there: plan seven only in cities that pilot it."""
    if not sheet(plan_code).pilot:
        return True
    return pilots.open_on(pilot_cities(plan_code), region_code, on)


def pilot_cities(plan_code: str) -> list[pilots.Switch]:
    """Every switch of a plan, oldest first."""
    query = select(models.PilotCity).where(models.PilotCity.plan_code == plan_code)
    rows = db.session.scalars(query.order_by(models.PilotCity.effective_from, models.PilotCity.region_code))
    return [pilots.Switch(row.region_code, row.effective_from, row.opens, row.source) for row in rows]


def thresholds(programme_code: str) -> list[rules.Threshold]:
    """All dated rows that could hold for a programme, past and future."""
    own = models.Policy.programme_code.is_(None) | (models.Policy.programme_code == programme_code)
    rows = db.session.scalars(select(models.Policy).where(own).order_by(models.Policy.id))
    return [
        rules.Threshold(**{name: getattr(row, name) for name in rules.Threshold.__dataclass_fields__}) for row in rows
    ]


def limits(keys: Iterable[str], programme_code: str, on: date, region_code: str = PROVINCE) -> dict[str, int]:
    """The dated values in force for some keys; raises rules.NoPolicy where one has none."""
    return values(thresholds(programme_code), keys, programme_code, region_code, on)


_NEWEST = select(func.max(models.Policy.id))
_KEPT, _MOST_KEPT = "hour_policies", 2000


def hour_policy(
    programme_code: str, on: date, region_code: str = PROVINCE, newest: int | None = None
) -> rules.HourPolicy:
    """The policy of learning hours in force; raises rules.NoPolicy where no rule is.

    Every beat asks. Rows are added, never changed, so what was assembled holds until there is a newer row; `newest` is
    the id of the newest where the caller has read it already.
    """
    newest, asked = newest or db.session.scalar(_NEWEST), (programme_code, region_code, on)
    kept_at, kept = current_app.extensions.get(_KEPT, (None, {}))
    if kept_at != newest or len(kept) > _MOST_KEPT:
        current_app.extensions[_KEPT] = newest, (kept := {})
    if asked not in kept:
        kept[asked] = rules.hour_policy(thresholds(programme_code), programme_code, region_code, on)
    return kept[asked]


def kept_hour_policy(programme_code: str, on: date, region_code: str, newest: int) -> rules.HourPolicy | None:
    """The same where this process has assembled it before and `newest` is still the newest row; asks no table."""
    kept_at, kept = current_app.extensions.get(_KEPT, (None, {}))
    found: rules.HourPolicy | None = kept.get((programme_code, region_code, on)) if kept_at == newest else None
    return found


def hour_policy_by_id(policy_id: str) -> rules.HourPolicy:
    """The policy that a ledger row names; raises NotFound."""
    row = db.session.get(models.HourPolicy, policy_id)
    if row is None:
        raise NotFound()
    return rules.HourPolicy.from_json(row.rows)
