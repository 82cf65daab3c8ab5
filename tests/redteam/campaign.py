"""`make campaign`: the two rules of hours put before 200,000 random histories, and 10,000 tamperings of a bundle.

`make campaign ARGS="2000 100"` asks so many times each. Exit code 1 where the rules differ or a tampering is missed.
"""

import sys
import time

from hypothesis import HealthCheck, given, settings

from tests.learning.checking.histories import HISTORIES, both
from tests.subsidies.test_verify import run_tamperings

HISTORIES_ASKED, TAMPERINGS = 200_000, 10_000


def main(words: list[str]) -> int:
    """Ask both, and print the figures."""
    asked = [int(word) for word in words[:2]]
    histories, tamperings = asked + [HISTORIES_ASKED, TAMPERINGS][len(asked) :]
    began = time.process_time()
    _compare(histories)
    print(f"{histories} histories, 0 differences, {time.process_time() - began:.0f} s of CPU", flush=True)
    began = time.process_time()
    missed = run_tamperings(tamperings, seed=7)
    print(f"{tamperings} tamperings of a bundle, {len(missed)} missed, {time.process_time() - began:.0f} s of CPU")
    return 1 if missed else 0


def _compare(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(HISTORIES)
    def agree(history) -> None:  # type: ignore[no-untyped-def]
        first, second = both(history)
        assert first == second

    agree()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
