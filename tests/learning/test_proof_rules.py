"""Which ways of proving oneself are offered: a face is never the only one."""

from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.proofs import LEVELS, Method, offered, shown


def test_a_face_is_never_the_only_way():
    """Every level, every configuration. Sabotage: offer a face where nothing else is left, or put it first."""
    for level in range(6):
        for has_phone in (False, True):
            for faces in (False, True):
                ways = offered(level, has_phone=has_phone, faces=faces)
                others = [way for way in ways if way is not Method.FACE]
                assert all(LEVELS[way] >= level for way in ways)
                assert Method.FACE not in ways or (others and faces and ways[-1] is Method.FACE)
                assert ways == (*offered(level, has_phone=has_phone, faces=False), *ways[len(others) :])
                assert bool(others) == (1 <= level <= max(LEVELS.values()))


def test_the_ways_by_level():
    """Sabotage: give a face the level of the teacher's word, or a code to who has no phone."""
    every = {"has_phone": True, "faces": True}
    assert offered(1, **every) == (Method.CODE, Method.PASSKEY, Method.ATTESTED, Method.FACE)
    assert offered(2, **every) == (Method.PASSKEY, Method.ATTESTED, Method.FACE)
    assert offered(3, **every) == (Method.ATTESTED,)
    assert offered(1, has_phone=False, faces=False) == (Method.PASSKEY, Method.ATTESTED)


@given(st.integers(1, 3), st.sets(st.sampled_from(list(Method)), min_size=1))
def test_a_sheet_says_level_and_means(level, methods):
    """Sabotage: show the level alone."""
    words = shown(level, [str(one) for one in methods])
    assert words.startswith(f"{level} 级，") and words.count("、") == len(methods) - 1
    assert shown(0, ()) == "没有核验"
