"""Questions about plans, programmes and the rules in force."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, cast, func, select

from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.plans import models, reading, rules
from lms.plans.rules.eligibility import ProgrammeRules

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
    found = reading.programmes().get(code)
    if found is None:
        raise NotFound()
    return found.rules


def thresholds(programme_code: str) -> list[rules.Threshold]:
    """All dated rows that could hold for a programme, past and future."""
    own = models.Policy.programme_code.is_(None) | (models.Policy.programme_code == programme_code)
    rows = db.session.scalars(select(models.Policy).where(own).order_by(models.Policy.id))
    return [
        rules.Threshold(**{name: getattr(row, name) for name in rules.Threshold.__dataclass_fields__}) for row in rows
    ]


def hour_policy(programme_code: str, on: date, region_code: str = PROVINCE) -> rules.HourPolicy:
    """The policy of learning hours in force; raises rules.NoPolicy where no rule is."""
    return rules.hour_policy(thresholds(programme_code), programme_code, region_code, on)


def hour_policy_by_id(policy_id: str) -> rules.HourPolicy:
    """The policy that a ledger row names; raises NotFound."""
    row = db.session.get(models.HourPolicy, policy_id)
    if row is None:
        raise NotFound()
    return rules.HourPolicy.from_json(row.rows)
