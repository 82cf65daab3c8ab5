"""A bundle changed at random, as often as one likes; and bundles that nobody changed."""

import random

from lms.subsidies import verify
from tests.subsidies import ledgers

SEALED = ledgers.seal(ledgers.ledger(24))
GOOD, FIGURES = ledgers.bundle(SEALED)


def tampered(dice: random.Random, data: bytes) -> bytes:
    """One change: a byte flipped, lost, doubled or put in; a piece cut off; two pieces swapped; something added."""
    at = dice.randrange(len(data))
    other = dice.randrange(len(data))
    lo, hi = sorted((at, other))
    size = dice.randrange(1, 40)
    return dice.choice(
        [
            lambda: data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :],
            lambda: data[:at] + data[at + 1 :],
            lambda: data[:at] + data[at : at + 1] * 2 + data[at + 1 :],
            lambda: data[:at] + dice.randbytes(size) + data[at:],
            lambda: data[: max(at, 1)],
            lambda: data[:lo] + data[hi : hi + size] + data[lo + size : hi] + data[lo : lo + size] + data[hi + size :],
            lambda: data + dice.randbytes(size),
            lambda: dice.randbytes(size) + data,
        ]
    )()


def run_tamperings(count: int, seed: int) -> list[int]:
    """Which of so many changes of a bundle were missed."""
    missed, done, nth = [], 0, 0
    while done < count:
        nth += 1
        changed = tampered(random.Random(seed * 1_000_000 + nth), GOOD)
        if changed == GOOD:
            continue
        done += 1
        if not verify.verify(changed).problems:
            missed.append(nth)
    return missed


def run_clean(count: int) -> list[int]:
    """Which of so many bundles that nobody changed raise an alarm: each of other records in another tree."""
    return [seed for seed in range(count) if verify.verify(clean(seed), ledgers.FINGERPRINT).problems]


def clean(seed: int) -> bytes:
    """A bundle of its own."""
    return ledgers.bundle(ledgers.seal(ledgers.ledger(10 + seed % 60, seed), strangers=seed % 7))[0]
