"""Which clause of the seed is done by which route and held to it by which test. Pure; who knows the names passes them in."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

from lms.plans.rules.sheets import PlanSheet


class State(StrEnum):
    """How far a clause is."""

    DONE = "done"
    PART = "part"
    OPEN = "open"


@dataclass(frozen=True)
class Trace:
    """One clause that asks something of a platform. `open` says what is still missing; endpoints, commands and tests by name."""

    plan: str
    line: int
    words: str
    routes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    open: str = ""

    @property
    def state(self) -> State:
        """Done only with a way in, a test, and nothing missing."""
        begun = bool((self.routes or self.commands) and self.tests)
        if not begun:
            return State.OPEN
        return State.PART if self.open else State.DONE


@dataclass(frozen=True)
class Names:
    """What there is: endpoints, commands, tests as path::name."""

    routes: Set[str]
    commands: Set[str]
    tests: Set[str]


def faults(traces: Iterable[Trace], sheets: dict[str, PlanSheet], names: Names) -> list[str]:
    """Every name that is not there, and every clause that says nothing; empty when the table can be believed."""
    return [fault for trace in traces for fault in _faults(trace, sheets, names)]


def _faults(trace: Trace, sheets: dict[str, PlanSheet], names: Names) -> Iterator[str]:
    where = f"{trace.plan} L{trace.line} {trace.words}"
    sheet = sheets.get(trace.plan)
    if sheet is None or not sheet.line <= trace.line <= sheet.last_line:
        yield f"{where}: no line of this plan"
    yield from (f"{where}: no route {route}" for route in trace.routes if route not in names.routes)
    yield from (f"{where}: no command {command}" for command in trace.commands if command not in names.commands)
    yield from (f"{where}: no test {test}" for test in trace.tests if test not in names.tests)
    if trace.state is State.OPEN and not trace.open:
        yield f"{where}: neither done nor open"
