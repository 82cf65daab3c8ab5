"""What phones and forms may send in, turned into plain data."""

import re
from typing import Annotated
from uuid import UUID

import msgspec
from flask_wtf import FlaskForm
from wtforms import HiddenField

from lms.foundation.errors import Refused, TooLarge
from lms.learning.rules.deliveries import Sent
from lms.learning.rules.segments import Why
from lms.learning.rules.stretches import length, tidy

LARGEST_BODY = 500_000
# What is kept of a beat is read again by others for years (the second checker, auditors): whatever their language can take.
LARGEST_BEAT, MOST_BRACKETS = 8_000, 300
LONG_NUMBER = re.compile(rb"[0-9]{100}")
# Nobody plays more pieces than this between two beats of a delivery, each shorter than half a second.
MOST_PIECES, SHORTEST_PIECE_MS = 60, 500
JUNK = "这条学习记录读不懂，没有收下。刷新这一页接着学，以前计入的都在"

Ms = Annotated[int, msgspec.Meta(ge=0, le=100 * 3600 * 1000)]


class _Beat(msgspec.Struct, forbid_unknown_fields=False):
    """A beat as a phone writes it. Other members (its clock, its rate) are kept in the raw text as claims."""

    id: UUID
    seq: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    why: Why
    position_ms: Ms = 0
    stretches: Annotated[list[tuple[Ms, Ms]], msgspec.Meta(max_length=200)] = []
    place: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    hidden: bool = False


class _Delivery(msgspec.Struct):
    beats: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1, max_length=1000)]


class CheckAnswer(msgspec.Struct):
    """The option that was chosen in a presence check, and how: touch, keyboard or voice."""

    chosen: Annotated[str, msgspec.Meta(max_length=40)]
    way: Annotated[str, msgspec.Meta(max_length=20)] = "touch"


class _Wish(msgspec.Struct):
    slow: bool


_read_check = msgspec.json.Decoder(CheckAnswer)
_read_wish = msgspec.json.Decoder(_Wish)
_read_delivery = msgspec.json.Decoder(_Delivery)
_read_beat = msgspec.json.Decoder(_Beat)


def beats(body: bytes) -> list[Sent]:
    """Read a delivery: {"beats": [{"id", "seq", "why", "position_ms", "stretches": [[from, to]…], "place",
    "hidden"}…]}, milliseconds.

    A lesson without a timeline has no position and no stretches; its beats may name the place.

    Raises TooLarge, or Refused for junk, for a number named twice, for a stretch that runs backwards, or for shreds.
    """
    if len(body) > LARGEST_BODY:
        raise TooLarge(JUNK)
    try:
        sent = [_sent(bytes(raw)) for raw in _read_delivery.decode(body).beats]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Refused(JUNK, code="beat_unreadable") from problem
    if len({beat.seq for beat in sent}) < len(sent) or _in_shreds(sent):
        raise Refused(JUNK, code="beat_unreadable")
    return sent


def _in_shreds(sent: list[Sent]) -> bool:
    """Whether beats claim a film in shreds: what they cover could be written only as an endless list."""
    pieces = sum(len(beat.stretches) for beat in sent)
    return pieces > MOST_PIECES and sum(length(beat.stretches) for beat in sent) < pieces * SHORTEST_PIECE_MS


def check_answer(body: bytes) -> CheckAnswer:
    """Read {"chosen", "way"}; raises Refused for junk."""
    try:
        return _read_check.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Refused("这个回答读不懂，再点一次", code="answer_unreadable") from problem


def wish(body: bytes) -> bool:
    """Read {"slow": true}; raises Refused for junk."""
    try:
        return _read_wish.decode(body).slow
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Refused("没看懂，再点一次", code="wish_unreadable") from problem


def _sent(raw: bytes) -> Sent:
    if len(raw) > LARGEST_BEAT or raw.count(b"[") + raw.count(b"{") > MOST_BRACKETS or LONG_NUMBER.search(raw):
        raise msgspec.ValidationError("longer or deeper than a beat is")
    beat = _read_beat.decode(raw)
    if any(end < start for start, end in beat.stretches):
        raise msgspec.ValidationError("a stretch runs backwards")
    body = raw.decode()
    return Sent(beat.id, beat.seq, tidy(beat.stretches), beat.position_ms, beat.why, body, beat.place, beat.hidden)


class QuizForm(FlaskForm):
    """A filled-in quiz: the number of the try, and the fields that rules/papers.py reads."""

    number = HiddenField()

    def try_number(self) -> int:
        """The number of the try, from 1; what cannot be one counts as the first."""
        text = self.number.data or ""
        return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
