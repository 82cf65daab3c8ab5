"""Bad input of a beat: whatever is sent, a 4xx with a reason and a sentence, nothing credited, nothing lost, and honest beats go on.

FUZZ=20000 in the environment asks more of it.
"""

import json
import os
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.foundation.errors import LMSError
from lms.learning import forms
from lms.learning.checking.facts import RawBeat, arrival
from tests.redteam.crafted import said_why
from tests.redteam.ground import Ground

ASKED = int(os.environ.get("FUZZ", "25"))
FEW = settings(max_examples=ASKED, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=ASKED * 8, deadline=None, suppress_health_check=list(HealthCheck))

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(0, 3),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["2", "１", "\0", "𝟙", "tick", "leave", 10**400, 1e308, -0.0, "9" * 300]),
)
ANY = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
STRETCHES = st.lists(st.lists(st.integers(-5, 400_000_000), min_size=1, max_size=3), max_size=5) | ANY
BEATS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.uuids().map(str) | ANY,
        "seq": st.integers(-2, 1_000_002) | ANY,
        "why": st.sampled_from(["start", "tick", "pause", "seek", "hidden", "ended", "leave"]) | ANY,
        "position_ms": st.integers(-1, 400_000_000) | ANY,
        "stretches": STRETCHES,
        "place": st.text(max_size=210) | ANY,
        "hidden": st.booleans() | ANY,
        "claim": ANY,
    },
)


def _written(value: Any) -> bytes:
    """JSON with whatever a script can write: NaN, lone surrogates, huge numbers."""
    return json.dumps(value, allow_nan=True).encode()


BODIES = st.one_of(
    st.binary(max_size=200),
    ANY.map(_written),
    st.lists(BEATS, max_size=4).map(lambda beats: _written({"beats": beats})),
    st.fixed_dictionaries({"beats": ANY, "more": ANY}).map(_written),
)


def _taken(body: bytes) -> list[Any] | None:
    """The beats of a body, or None where it was refused; anything but a refusal is a fault."""
    try:
        return list(forms.beats(body))
    except LMSError as refusal:
        assert 400 <= refusal.status < 500 and refusal.code and refusal.sentence
        return None


@MANY
@given(BODIES)
def test_whatever_comes_is_read_or_refused_in_words(body: bytes) -> None:
    """And what is taken in, whoever recomputes it can read alike. Sabotage: drop LONG_NUMBER or MOST_BRACKETS in forms.py."""
    for beat in _taken(body) or ():
        [claim] = arrival(uuid4(), 0, [RawBeat(uuid4(), beat.seq, 0, beat.body)]).claims
        assert tuple(beat.stretches) == forms.tidy(claim.spans)
        assert (beat.place, beat.hidden, str(beat.why)) == (claim.place, claim.hidden, claim.why)


@pytest.mark.parametrize(
    "extra",
    [
        '"x":' + "[" * 985 + "]" * 985,
        '"x":' + "9" * 4301,
        '"x":"' + "y" * 9000 + '"',
        '"x":' + '{"a":' * 400 + "1" + "}" * 400,
    ],
)
def test_what_others_could_not_read_again_is_refused(extra: str) -> None:
    """One such beat would block the export of its whole class. Sabotage: drop one of the three limits in _sent()."""
    beat = f'{{"id":"{uuid4()}","seq":1,"why":"tick","stretches":[[0,30000]],{extra}}}'
    assert _taken(f'{{"beats":[{beat}]}}'.encode()) is None


def test_a_film_in_shreds_is_refused_and_an_afternoon_of_kept_beats_is_not() -> None:
    """Sabotage: drop _in_shreds(); or count pieces without their length."""
    shreds = [[n * 2, n * 2 + 1] for n in range(150)]
    assert _taken(_written({"beats": [_beat(1, shreds)]})) is None
    kept = [_beat(n, [[n * 30_000, n * 30_000 + 30_000]]) for n in range(1, 900)]
    assert len(_taken(_written({"beats": kept})) or ()) == 899


def _beat(seq: int, stretches: list[list[int]]) -> dict[str, Any]:
    return {"id": str(uuid4()), "seq": seq, "why": "tick", "position_ms": 0, "stretches": stretches}


def test_fuzz_between_honest_beats(ground: Ground) -> None:
    """No 5xx, no second won or lost: the honest half minutes around each piece of junk count in full.

    Sabotage: answer a body that cannot be read with the words of a fault; keep a beat before the whole delivery was read.
    """
    lesson = ground.open(who := ground.somebody())
    honest = 0

    @settings(FEW, max_examples=min(ASKED, 400))
    @given(BODIES)
    def between(body: bytes) -> None:
        nonlocal honest
        if _taken(body):
            return
        said = lesson.browser.post(lesson.beats, body)
        assert said_why(said), (said.status, said.text[:200])
        if honest < 20:
            lesson.beat([(honest * 30, honest * 30 + 30)], after=30)
            honest += 1
            assert lesson.last.data["accrued_ms"] == 30_000

    between()
    assert ground.credited(who) == honest * 30 > 0
