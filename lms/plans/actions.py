"""Bring the data files into the tables; may be done again at every start."""

import re
import tomllib
from dataclasses import asdict
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import Refused
from lms.plans import queries, reading, rules
from lms.plans.models import HourPolicy, PilotCity, Plan, PlanTarget, Policy, Programme
from lms.plans.parsing import line
from lms.plans.rules.pilots import Switch
from lms.plans.rules.sheets import PlanSheet
from lms.plans.rules.targets import Target


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


def add_target(target: Target) -> None:
    """Add a target of a later document beside the seed's; raises Refused where the plan or the code will not do."""
    if target.plan_code not in reading.sheets():
        raise Refused(f"没有 {target.plan_code} 这项工程，编号写成 P03.2022-1 这样", field="code")
    strangers = [code for code in target.programmes if code not in {*reading.programmes(), *reading.sheets()}]
    if strangers:
        raise Refused(f"没有 {'、'.join(strangers)} 这个项目", field="programmes")
    if target.code in {known.code for known in queries.targets()}:
        raise Refused(f"{target.code} 已经有了，新的一期换一个编号", field="code")
    if target.at_least < 1:
        raise Refused("目标数至少是 1", field="at_least")
    row = {k: v for k, v in asdict(target).items() if k != "line"} | {"programmes": list(target.programmes)}
    db.session.add(PlanTarget(plan_code=target.plan_code, **row))
    db.session.flush()


def switch_pilot(plan_code: str, switch: Switch) -> None:
    """Begin or end a pilot of learning at a distance; raises Refused for a plan that needs none."""
    if not reading.sheets().get(plan_code) or not reading.sheets()[plan_code].pilot:
        raise Refused(f"{plan_code} 不用开试点", field="plan")
    if not re.fullmatch(r"44(\d{2}){0,5}", switch.region_code):
        raise Refused("地区代码是 44 开头的数字，比如佛山 4406", field="region")
    values = {"plan_code": plan_code, "region_code": switch.region_code, "effective_from": switch.since}
    db.session.add(PilotCity(**values, opens=switch.opens, source=switch.source))
    db.session.flush()


def remember(policy: rules.HourPolicy) -> None:
    """Keep a policy under its id before the first hour is credited under it."""
    row = {"id": policy.id, "hash": policy.hash, "rows": policy.as_json(), "created_at": clock.now()}
    db.session.execute(insert(HourPolicy).values(**row).on_conflict_do_nothing(index_elements=["id"]))


def _put(model: Any, values: dict[str, Any]) -> None:
    rest = {k: v for k, v in values.items() if k != "code"}
    db.session.execute(insert(model).values(**values).on_conflict_do_update(index_elements=["code"], set_=rest))
