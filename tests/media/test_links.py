"""Links that expire."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.links import BadLink, ExpiredLink, Link, sign, verify

SECRET = b"s" * 32
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LINK = Link("v0a1b2", "sha256/ab/ab12.mp4", int(NOW.timestamp()) + 3600, "person-1")


def test_a_good_link_opens() -> None:
    assert verify(SECRET, sign(SECRET, LINK), "v0a1b2", NOW) == LINK


def test_a_link_ends() -> None:
    """Sabotage: do not compare the expiry with now."""
    with pytest.raises(ExpiredLink):
        verify(SECRET, sign(SECRET, LINK), "v0a1b2", datetime(2026, 11, 22, 11, 0, tzinfo=UTC))


def test_a_link_belongs_to_one_host_label() -> None:
    """One package cannot read another's files. Sabotage: leave the label out of verify."""
    with pytest.raises(BadLink):
        verify(SECRET, sign(SECRET, LINK), "v999999", NOW)


def test_another_key_does_not_open() -> None:
    with pytest.raises(BadLink):
        verify(b"t" * 32, sign(SECRET, LINK), "v0a1b2", NOW)


def test_line_breaks_cannot_be_smuggled_in() -> None:
    with pytest.raises(ValueError, match="line break"):
        sign(SECRET, Link("a", "b\nc", 1))


@given(st.data())
def test_no_changed_token_opens(data: st.DataObject) -> None:
    """Sabotage: compare only part of the MAC, or decode leniently."""
    token = sign(SECRET, LINK)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("abcXYZ019-_.=é"))
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(BadLink):
            verify(SECRET, changed, "v0a1b2", NOW)


@given(st.text(max_size=200))
def test_rubbish_is_refused(token: str) -> None:
    with pytest.raises(BadLink):
        verify(SECRET, token, "v0a1b2", NOW)
