"""One value has one byte string; what has two is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.foundation.evidence import canonical as c

values = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(codec="utf-8")) | st.integers(-c.LARGEST_INT, c.LARGEST_INT),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
)
records = st.dictionaries(st.text("abc_", min_size=1), st.integers(-9, 9) | st.text("甲乙", max_size=3), min_size=1)


def test_form() -> None:
    """Sabotage: drop sort_keys, or let json escape Chinese."""
    assert c.canonical({"乙": 1, "a": [None, True, "丙\n"]}) == '{"a":[null,true,"丙\\n"],"乙":1}'.encode()


@pytest.mark.parametrize("value", [1.0, float("nan"), b"x", {1: "a"}, {"a": 0.5}, [object()], 2**53, {"a": -(2**53)}])
def test_refused(value: object) -> None:
    """Sabotage: take the float line out of _check."""
    with pytest.raises((TypeError, ValueError)):
        c.canonical(value)


def test_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        c.canonical("\ud800")


@settings(deadline=None)
@given(values)
def test_order_of_keys_does_not_matter(value: object) -> None:
    def turned(v: object) -> object:
        if isinstance(v, dict):
            return {k: turned(v[k]) for k in reversed(list(v))}
        return [turned(i) for i in v] if isinstance(v, list) else v

    assert c.canonical(value) == c.canonical(turned(value))


@settings(deadline=None)
@given(records)
def test_kind_is_part_of_the_hash(record: dict[str, object]) -> None:
    """Sabotage: hash the content alone."""
    assert c.hash_of("hours", record) != c.hash_of("results", record)


@settings(deadline=None)
@given(
    st.text(st.characters(codec="utf-8")), st.dictionaries(st.text(st.characters(codec="utf-8")), values, max_size=5)
)
def test_sealing_at_once_is_hash_and_marks(kind: str, content: dict[str, object]) -> None:
    """Sabotage: write a truth value as Python does, or leave the kind out."""
    assert c.seal(kind, content) == (c.hash_of(kind, content), c.marks(content))


@pytest.mark.parametrize("value", [1.0, b"x", 2**53, {"a": -(2**53)}])
def test_sealing_refuses_the_same(value: object) -> None:
    """Sabotage: write any whole number as it is."""
    with pytest.raises((TypeError, ValueError)):
        c.seal("hours", {"a": value})


@settings(deadline=None)
@given(record=records, data=st.data())
def test_marks_name_the_changed_field(record: dict[str, object], data: st.DataObject) -> None:
    sealed, key = c.marks(record), data.draw(st.sampled_from(sorted(record)))
    assert c.changed_fields(record, sealed) == []
    assert c.changed_fields({**record, key: "丁"}, sealed) == [key]


def test_commitment_hides_and_binds() -> None:
    """Sabotage: leave the salt out."""
    salt = bytes(range(16))
    assert c.commitment("甲", salt) == c.commitment("甲", salt)
    assert c.commitment("甲", salt) != c.commitment("乙", salt)
    assert c.commitment("甲", salt) != c.commitment("甲", bytes(16))
    with pytest.raises(ValueError, match="16"):
        c.commitment("甲", b"short")
