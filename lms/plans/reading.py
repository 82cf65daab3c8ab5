"""Read the ten plans from the data files into plain objects, once for each process."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from lms.plans.parsing import clauses, line
from lms.plans.rules.dated import SEED, SEED_DATE, DatedRule
from lms.plans.rules.duties import Anchor, Duty
from lms.plans.rules.eligibility import DatedClauses, ProgrammeRules
from lms.plans.rules.sheets import PlanSheet, Programme, Quota, Remote, Said
from lms.plans.rules.targets import Target, Unit
from lms.plans.rules.traces import Trace

DATA = Path(__file__).parent / "data"


@cache
def sheets() -> dict[str, PlanSheet]:
    """The ten plans by code, in their order."""
    found = [_sheet(_toml(path)) for path in sorted((DATA / "plans").glob("P*.toml"))]
    return {sheet.code: sheet for sheet in found}


@cache
def programmes() -> dict[str, Programme]:
    """All programmes by code."""
    return {programme.code: programme for sheet in sheets().values() for programme in sheet.programmes}


@cache
def targets() -> tuple[Target, ...]:
    """The numbers of the seed, in their order."""
    return tuple(_target(row) for row in _toml(DATA / "targets.toml")["target"])


@cache
def later_rules() -> tuple[DatedRule, ...]:
    """Rules of after the seed."""
    return tuple(_rule(row, {}) for row in _toml(DATA / "later_rules.toml")["rule"])


def dated_rules() -> tuple[DatedRule, ...]:
    """The seed's rules and the later ones together."""
    return (*(rule for sheet in sheets().values() for rule in sheet.rules), *later_rules())


@cache
def traces() -> tuple[Trace, ...]:
    """What the seed asks of a platform, and how far it is."""
    rows = _toml(DATA / "traceability.toml")["clause"]
    lists = ("routes", "commands", "tests")
    return tuple(Trace(**row | {name: tuple(row.get(name, ())) for name in lists}) for row in rows)


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


@cache
def _documents() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _toml(DATA / "later_rules.toml")["conditions"]
    return found


def _sheet(data: dict[str, Any]) -> PlanSheet:
    code = data["code"]
    rules = tuple(_rule(row, _SEED | {"plans": [code]}) for row in data.get("rule", []))
    plain = ("code", "number", "title", "line", "last_line", "lead", "lead_line", "who", "gets", "gets_line")
    return PlanSheet(
        **{name: data[name] for name in plain},
        remotes=tuple(Remote(**row) for row in data.get("remote", [])),
        programmes=tuple(_programme(row, data) for row in data["programme"]),
        rules=rules,
        duties=tuple(_duty(row, rules) for row in data.get("duty", [])),
        quotas=tuple(Quota(**row | {"plans": tuple(row["plans"])}) for row in data.get("quota", [])),
        notes=tuple(Said(row["line"], row["words"]) for row in data.get("note", [])),
        remote_for=data.get("remote_for", ""),
        funding=tuple(Said(row["line"], row["name"]) for row in data.get("funding", [])),
    )


_SEED = {"source": SEED, "confidence": "seed", "from": SEED_DATE}


def _programme(row: dict[str, Any], plan: dict[str, Any]) -> Programme:
    general = plan.get("general", []) if row.get("general", True) else []
    lists = {name: tuple(row.get(name, ())) for name in ("results", "delivery")}
    return Programme(
        rules=_conditions(row, plan, general),
        line=row["line"],
        who=row["who"],
        content=row["content"],
        results_line=row.get("results_line"),
        delivery_line=row.get("delivery_line"),
        split=row.get("split", False),
        **lists,
    )


LIVING = {"words": "本人健在", "unless": "deceased"}
FINISHED = {"words": "学完这个项目，班级已结业", "finished": True}


def _conditions(row: dict[str, Any], plan: dict[str, Any], general: list[dict[str, Any]]) -> ProgrammeRules:
    code, where = plan["code"], line(row["line"])
    return ProgrammeRules(
        code=row["code"],
        plan_code=code,
        title=row["title"],
        line=where,
        enrol=(*clauses([*general, *row.get("enrol", [])], code), *clauses([LIVING], code, where)),
        complete=(*clauses([FINISHED], code, where), *clauses(row.get("complete", []), code)),
        claim=(*_dated(code, "claim"), *_own_claim(row, code)),
        subsidy=_dated(code, "person"),
        enrol_by_subsidy="by_subsidy" in row,
    )


def _dated(plan_code: str, part: str) -> tuple[DatedClauses, ...]:
    return tuple(
        DatedClauses(d["source"], d["from"], d.get("until"), clauses(d[part], plan_code, d["source"]))
        for d in _documents()
    )


def _own_claim(row: dict[str, Any], plan_code: str) -> list[DatedClauses]:
    own = clauses(row.get("claim", []), plan_code)
    return [DatedClauses(SEED, SEED_DATE, None, own)] if own else []


def _rule(row: dict[str, Any], extra: dict[str, Any]) -> DatedRule:
    values: dict[str, Any] = extra | row
    since: date = values.pop("from")
    values |= {name: tuple(values.get(name, ())) for name in ("plans", "programmes")}
    return DatedRule(since=since, **values)


def _duty(row: dict[str, Any], rules: tuple[DatedRule, ...]) -> Duty:
    rule = next(rule for rule in rules if rule.key == row["rule"])
    anchor = Anchor(row["anchor"])
    return Duty(row["key"], row["programme"], row["words"], row["line"], anchor, rule.value or 0, rule.unit)


def _target(row: dict[str, Any]) -> Target:
    values = {"source": SEED, **row}
    values |= {"unit": Unit(row["unit"]), "since": values.pop("from", None)}
    return Target(**values | {"programmes": tuple(row.get("programmes", ()))})
