"""`make campaign`: two rules of hours put before 200,000 histories; 10,000 changes of a bundle, 10,000 of a house's tables;
1,000 clean bundles.

`make campaign ARGS="histories 2000"` asks one of them so many times: histories, bundle, tables, clean; several may be named.
Exit code 1 where the rules differ, a tampering is missed or a clean one raises an alarm.
"""

import sys
import time
from collections.abc import Callable
from itertools import pairwise

from hypothesis import HealthCheck, given, seed, settings

from tests.learning.checking.histories import HISTORIES, both
from tests.learning.checking.tampering import run_database
from tests.subsidies.tamperings import run_clean, run_tamperings

# Hypothesis remembers what it has tried: in batches it does not grow, and a batch can be asked again by its seed.
BATCH = 2_000
SEED = 7


def histories(count: int) -> list[str]:
    """Compare the two rules over so many histories; what differs is told by the batch's seed and Hypothesis' example."""
    edges = [*range(0, count, BATCH), count]
    for nth, (start, stop) in enumerate(pairwise(edges)):
        try:
            _compare(stop - start, SEED + nth)
        except AssertionError as difference:
            return [f"batch with seed {SEED + nth}: {difference}"]
        print(f"  {stop} histories, no difference, {time.process_time():.0f} s of CPU", flush=True)
    return []


def _compare(examples: int, start: int) -> None:
    @seed(start)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(HISTORIES)
    def agree(history) -> None:  # type: ignore[no-untyped-def]
        first, second = both(history)
        assert first == second

    agree()


def tables(count: int) -> list[str]:
    """Change the tables of a house so many times, and print by table who found what."""
    tally = run_database(count)
    print(*tally.lines(), sep="\n", flush=True)
    return tally.missed


PARTS: dict[str, tuple[int, Callable[[int], list[str]]]] = {
    "histories": (200_000, histories),
    "bundle": (10_000, lambda count: [f"bundle: number {nth} missed" for nth in run_tamperings(count, SEED)]),
    "tables": (10_000, tables),
    "clean": (1_000, lambda count: [f"clean: number {nth} raised an alarm" for nth in run_clean(count)]),
}


def main(words: list[str]) -> int:
    """Ask each part, and print the figures."""
    asked = dict(_asked(words)) or {name: count for name, (count, _) in PARTS.items()}
    failed = []
    for name, count in asked.items():
        began, wall = time.process_time(), time.monotonic()
        wrong = PARTS[name][1](count)
        spent = f"{time.process_time() - began:.0f} s of CPU, {time.monotonic() - wall:.0f} s"
        print(f"{name}: {count} asked, {len(wrong)} wrong, {spent}", *wrong[:20], sep="\n  ", flush=True)
        failed += wrong
    return 1 if failed else 0


def _asked(words: list[str]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for word in words:
        found = [*found[:-1], (found[-1][0], int(word))] if word.isdigit() else [*found, (word, PARTS[word][0])]
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
