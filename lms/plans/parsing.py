"""From a condition in a data file to the rule that tests it; a word nobody knows is an error at once."""

from collections.abc import Callable, Iterable
from typing import Any

from lms.plans.rules import conditions as kinds
from lms.plans.rules.age import Bounds
from lms.plans.rules.conditions import Clause, Condition
from lms.plans.rules.facts import AttributeKey, Education, Standing


class UnknownCondition(ValueError):
    """A condition in the data that no rule understands."""


def line(number: int) -> str:
    """How a line of the seed is named as a clause: L424."""
    return f"L{number}"


def clauses(rows: Iterable[dict[str, Any]], plan_code: str, source: str = "") -> tuple[Clause, ...]:
    """The conditions that hold for the plan, each with its source (by default, its line of the seed)."""
    return tuple(
        Clause(source or line(row["line"]), row["words"], condition(row))
        for row in rows
        if plan_code in row.get("only_plans", [plan_code]) and plan_code not in row.get("except_plans", [])
    )


def condition(row: dict[str, Any]) -> Condition:
    """The rule that a row names; raises UnknownCondition."""
    named = [name for name in BUILDERS if name in row]
    if len(named) != 1:
        raise UnknownCondition(row)
    return BUILDERS[named[0]](row)


def _fact(row: dict[str, Any]) -> Condition:
    key, values = AttributeKey(row["is"]), tuple(row.get("values", ("yes",)))
    if row.get("not"):
        return kinds.FactIsNot(key, values)
    return kinds.FactIs(key, values, Standing(row.get("enough", "proved")))


def _region(row: dict[str, Any]) -> Condition:
    inside = "inside" in row
    return kinds.RegionIs(row["region"], row["inside" if inside else "outside"], inside)


def _branches(row: dict[str, Any], name: str) -> tuple[Condition, ...]:
    return tuple(condition(branch) for branch in row[name])


BUILDERS: dict[str, Callable[[dict[str, Any]], Condition]] = {
    "is": _fact,
    "unless": lambda row: kinds.Unless(AttributeKey(row["unless"])),
    "education": lambda row: kinds.EducationAtLeast(Education[row["education"]]),
    "sex": lambda row: kinds.SexIs(row["sex"]),
    "working_age": lambda _: kinds.OfWorkingAge(),
    "ages": lambda row: kinds.AgeWithin(Bounds(**row["ages"])),
    "region": _region,
    "contract_months": lambda row: kinds.ContractAtLeast(row["contract_months"]),
    "settled_this_year": lambda _: kinds.SettledThisYear(),
    "finished": lambda _: kinds.Finished(),
    "hours": lambda row: kinds.HoursAtLeast(row["hours"], row.get("part", "all")),
    "result": lambda row: kinds.ResultAmong(tuple(row["result"])),
    "result_within_months": lambda row: kinds.ResultWithin(row["result_within_months"]),
    "ask_authority": lambda _: kinds.AskAuthority(),
    "any": lambda row: kinds.AnyOf(_branches(row, "any")),
    "all": lambda row: kinds.AllOf(_branches(row, "all")),
}
