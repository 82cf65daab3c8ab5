"""Plays scenarios one after the other and judges what each has earned."""

from collections.abc import Iterable, Iterator

from tests.redteam import attacks_1, attacks_2, controls, crafted, packages, pages  # noqa: F401 - importing them names the scenarios
from tests.redteam.ground import Ground
from tests.redteam.telling import CLASS_HOUR_S, Result, Scenario, judge

BETWEEN_S = 600


def play(ground: Ground, scenarios: Iterable[Scenario]) -> Iterator[Result]:
    """Each scenario begins ten minutes after the last, with people of its own; a side condition that fails is named."""
    for scenario in scenarios:
        ground.turn(BETWEEN_S)
        ground.met.clear()
        result = Result(scenario)
        try:
            for held, said in scenario.play(ground) or ():
                if not held:
                    result.failed.append(said)
        except Exception as problem:  # an attack that cannot be played has not been withstood
            result.failed.append(f"not played: {type(problem).__name__}: {str(problem)[:200]}")
        _add_up(ground, result)
        judge(result)
        yield result


def _add_up(ground: Ground, result: Result) -> None:
    if not ground.met:
        return
    if result.scenario.number.startswith("H"):
        ground.turn(BETWEEN_S)
        ground.look_over()
        if held := ground.held(*ground.met):
            result.failed.append(f"{held:g} s of somebody honest are on hold")
    result.credited_s = ground.credited(*ground.met)
    result.claimable = sum(int((ground.credited(one) - ground.held(one)) // CLASS_HOUR_S) for one in ground.met)
    result.reasons = ground.reasons(*ground.met)
    for each in ground.differences(*ground.met)[:3]:
        result.failed.append(f"the second rule: {each.field} is {each.recorded}, must be {each.recomputed}")
