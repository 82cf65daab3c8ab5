"""What an attack is expected to earn, what it earned, and the table of all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

CLASS_HOUR_S = 2700


@dataclass(frozen=True)
class Scenario:
    """One attack or one honest control. `most_s` and `least_s` bound the credited seconds of all its trainees together.

    `hours` is what can be claimed of them; `reasons` must be among those that the ledger gives.
    """

    number: str
    title: str
    play: Callable[..., Any]
    most_s: float
    least_s: float
    hours: int
    reasons: frozenset[str]
    small: bool


@dataclass
class Result:
    """What came of one."""

    scenario: Scenario
    credited_s: float = 0.0
    claimable: int = 0
    reasons: frozenset[str] = frozenset()
    failed: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether all is as expected."""
        return not self.failed


_all: dict[str, Scenario] = {}


def scenario(
    number: str,
    title: str,
    *,
    most: float,
    least: float = 0,
    hours: int = 0,
    reasons: Sequence[str] = (),
    small: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Name a function as one of the scenarios; `small` ones belong to the tests of every day."""

    def keep(play: Callable[..., Any]) -> Callable[..., Any]:
        _all[number] = Scenario(number, title, play, most, least, hours, frozenset(reasons), small)
        return play

    return keep


def everything() -> list[Scenario]:
    """All scenarios, in the order of hours.md."""
    return list(_all.values())


def judge(result: Result) -> None:
    """Compare what was earned with what was expected."""
    wanted = result.scenario
    if not wanted.least_s <= result.credited_s <= wanted.most_s:
        result.failed.append(f"{result.credited_s:g} s, expected {_span(wanted)}")
    if result.claimable != wanted.hours:
        result.failed.append(f"{result.claimable} class hours, expected {wanted.hours}")
    if missing := wanted.reasons - result.reasons:
        result.failed.append(f"no reason {', '.join(sorted(missing))}")


def line(result: Result) -> str:
    """One line of the table."""
    wanted = result.scenario
    state = "ok" if result.good else "FAILED"
    shown = f"{result.credited_s:g} s / {result.claimable} h"
    head = f"{wanted.number:>4}  {wanted.title:<44}{_span(wanted):>14} / {wanted.hours} h  {shown:>18}  {state}"
    return "\n".join([head, *(f"        {said}" for said in result.failed)])


def _span(wanted: Scenario) -> str:
    return f"{wanted.most_s:g} s" if wanted.least_s == wanted.most_s else f"{wanted.least_s:g}–{wanted.most_s:g} s"
