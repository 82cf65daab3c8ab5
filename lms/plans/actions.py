"""Bring the data files into the tables; may be done again at every start."""

import tomllib
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from lms.foundation import clock
from lms.foundation.database import db
from lms.plans import reading, rules
from lms.plans.models import HourPolicy, Plan, Policy, Programme
from lms.plans.parsing import line
from lms.plans.rules.sheets import PlanSheet


def read() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The plans with their programmes, and the policies of hours, as rows."""
    policies = tomllib.loads((reading.DATA / "policies.toml").read_text())["policy"]
    return [_row(sheet) for sheet in reading.sheets().values()], policies


def _row(sheet: PlanSheet) -> dict[str, Any]:
    programmes = [{"code": p.code, "title": p.title, "line": line(p.line)} for p in sheet.programmes]
    named = {"code": sheet.code, "number": sheet.number, "title": sheet.title}
    return named | {"line": line(sheet.line), "remote": bool(sheet.remotes), "programmes": programmes}


def load(plans: list[dict[str, Any]], policies: list[dict[str, Any]]) -> None:
    """Write plans and programmes as they are; add policies that are not there yet."""
    for plan in plans:
        _put(Plan, {k: v for k, v in plan.items() if k != "programmes"})
        for programme in plan["programmes"]:
            _put(Programme, {**programme, "plan_code": plan["code"]})
    for policy in policies:
        row = {"programme_code": policy.get("programme"), "effective_from": policy["from"]}
        row |= {k: policy[k] for k in ("key", "value", "jurisdiction", "source", "confidence")}
        db.session.execute(insert(Policy).values(**row).on_conflict_do_nothing(constraint="uq_policy_dated"))


def remember(policy: rules.HourPolicy) -> None:
    """Keep a policy under its id before the first hour is credited under it."""
    row = {"id": policy.id, "hash": policy.hash, "rows": policy.as_json(), "created_at": clock.now()}
    db.session.execute(insert(HourPolicy).values(**row).on_conflict_do_nothing(index_elements=["id"]))


def _put(model: Any, values: dict[str, Any]) -> None:
    rest = {k: v for k, v in values.items() if k != "code"}
    db.session.execute(insert(model).values(**values).on_conflict_do_update(index_elements=["code"], set_=rest))
