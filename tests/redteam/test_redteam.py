"""A few of the attacks and controls without a server; `make redteam` plays them all over HTTP."""

from tests.redteam.ground import Ground
from tests.redteam.running import play
from tests.redteam.telling import everything

SMALL = [one for one in everything() if one.small]


def test_a_few_attacks_are_withstood_and_honest_trainees_lose_nothing(ground: Ground) -> None:
    """Sabotage: any of tests/redteam/sabotages.py."""
    failed = [(result.scenario.number, result.failed) for result in play(ground, SMALL) if not result.good]
    assert failed == []


def test_everything_of_the_list_is_played() -> None:
    """The 25 attacks, the 6 on pages and the 12 controls of hours.md all have a scenario. Sabotage: leave one out."""
    played = {one.number.rstrip("abc") for one in everything()}
    wanted = {*map(str, range(1, 26)), *(f"P{n}" for n in range(1, 7)), *(f"H{n}" for n in range(1, 13))}
    assert wanted <= played
