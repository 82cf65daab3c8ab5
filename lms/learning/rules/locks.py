"""How far and how fast a lesson may be watched for the first time: what the player is told. Plain data in, plain data out.

Nothing here keeps anybody from anything: what was not covered never accrues, whatever a player does (rules/hours.py).
The lock saves people from losing time without knowing.
"""

from lms.learning.rules.misses import Misses
from lms.learning.rules.stretches import Stretches

# Percent of the normal pace; the slower ones help whoever follows in a second language.
RATES = (75, 100, 125, 150, 200)
AGAIN_MAX = 200


def furthest_ms(covered: Stretches, misses: Misses) -> int:
    """The end of what the server has seen played, counted or not: a locked lesson may be moved anywhere before it."""
    return max((0, *(end for _, end in covered), *(miss.end_ms for miss in misses)))


def rates(most: int, *, again: bool) -> tuple[int, ...]:
    """The paces that count on a first viewing; and up to twice as fast where everything was covered before."""
    bound = AGAIN_MAX if again else max(most, 100)
    return tuple(rate for rate in RATES if rate <= bound)
