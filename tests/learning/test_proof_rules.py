"""Which ways of proving oneself are offered: a face is never the only one."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.proofs import LEVELS, Method, by_sound, offered, shown


def test_a_face_is_never_the_only_way():
    """Every level, every configuration. Sabotage: offer a face where nothing else is left, or put it first."""
    for level, has_phone, has_room, faces in product(range(6), *[(False, True)] * 3):
        here = {"has_phone": has_phone, "has_room": has_room}
        ways, without = offered(level, **here, faces=faces), offered(level, **here, faces=False)
        assert all(LEVELS[way] >= level for way in ways) and Method.FACE not in without
        assert ways in {without, (*without, Method.FACE)}
        assert Method.FACE not in ways or (without and faces)
        assert bool(without) == (level in {1, 2} or (level == 3 and has_room))


def test_the_ways_by_level():
    """Sabotage: give a face the level of the teacher's word, or a code to who has no phone."""
    every = {"has_phone": True, "has_room": True, "faces": True}
    assert offered(1, **every) == (Method.CODE, Method.PASSKEY, Method.ATTESTED, Method.FACE)
    assert offered(2, **every) == (Method.PASSKEY, Method.ATTESTED, Method.FACE)
    assert offered(3, **every) == (Method.ATTESTED,)
    assert offered(1, has_phone=False, has_room=False, faces=False) == (Method.PASSKEY,)


def test_a_roll_is_called_by_sound():
    """Sabotage: sort by code point: 何 would stand before 陈."""
    assert sorted(["周强", "何平", "陈秀", "黄丽", "李明"], key=by_sound) == ["陈秀", "何平", "黄丽", "李明", "周强"]


@given(st.integers(1, 3), st.sets(st.sampled_from(list(Method)), min_size=1))
def test_a_sheet_says_level_and_means(level, methods):
    """Sabotage: show the level alone."""
    words = shown(level, [str(one) for one in methods])
    assert words.startswith(f"{level} 级，") and words.count("、") == len(methods) - 1
    assert shown(0, ()) == "没有核验"
