"""What the shell of a SCO sends, read: commits as scorm-again writes them, what a browser had kept back, lines of its log."""

import zlib
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from lms.learning.rules.scorm.commits import Mark
from lms.learning.rules.scorm.elements import Leaves, Problem, leaves

MOST_BYTES = 2 << 20
MOST_LINES, LINE = 50, 500
UNREADABLE = ("commit_unreadable", "这次保存读不懂，没有收下，以前存的都在")
TOO_LARGE = ("commit_too_large", "这次保存超过 2 MB，没有收下，以前存的都在")
_GZIP = b"\x1f\x8b"

Number = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]


@dataclass(frozen=True, slots=True)
class Sent:
    """A commit: where it stands (run 0: in the opening that goes on), what it is, whether it ends, its elements by path."""

    mark: Mark
    kind: str
    terminated: bool
    leaves: Leaves

    def within(self, run: int) -> "Sent":
        """The commit with its place: one that names no opening belongs to the one that goes on."""
        return self if self.mark.run else replace(self, mark=Mark(run, self.mark.sequence))


@dataclass(frozen=True, slots=True)
class Kept:
    """The last commit of an earlier opening that a browser could not deliver."""

    attempt_id: UUID
    sent: Sent


class _Commit(msgspec.Struct):
    """`cmi` as scorm-again renders it, or within runtimeData as its common fields do."""

    commitSequence: Number
    run: Number | None = None
    event: Literal["initialize", "commit", "terminate"] = "commit"
    cmi: dict[str, Any] | None = None
    runtimeData: dict[str, Any] | None = None


class _Waiting(msgspec.Struct):
    attempt: UUID
    commit: _Commit


class _Start(msgspec.Struct):
    kept: msgspec.Raw = msgspec.Raw(b"null")


class _Log(msgspec.Struct):
    lines: Annotated[list[str], msgspec.Meta(min_length=1, max_length=MOST_LINES)]


_read_commit = msgspec.json.Decoder(_Commit)
_read_start = msgspec.json.Decoder(_Start)
_read_waiting = msgspec.json.Decoder(_Waiting | None)
_read_log = msgspec.json.Decoder(_Log)


def commit_of(body: bytes) -> Sent:
    """Read a commit: JSON whatever its content type says, zipped (gzip) or not. Raises Problem."""
    return _sent(_decoded(_read_commit, body))


def kept_of(body: bytes) -> Kept | None:
    """Read what comes with an opening: {"kept": {"attempt", "commit"} or null}. Raises Problem where it is no JSON.

    A kept commit that cannot be read is nothing: it must not keep anybody out of the lesson.
    """
    start: _Start = _decoded(_read_start, body) if body else _Start()
    try:
        waiting: _Waiting | None = _decoded(_read_waiting, bytes(start.kept))
        return None if waiting is None or waiting.commit.run is None else Kept(waiting.attempt, _sent(waiting.commit))
    except Problem:
        return None


def lines_of(body: bytes) -> list[str]:
    """Read lines of the run-time's log, each cut at 500 signs. Raises Problem."""
    log: _Log = _decoded(_read_log, body)
    return [line.replace("\0", "")[:LINE] for line in log.lines]


def _sent(commit: _Commit) -> Sent:
    cmi = commit.cmi if commit.cmi is not None else (commit.runtimeData or {}).get("cmi")
    mark = Mark(commit.run or 0, commit.commitSequence)
    return Sent(mark, commit.event, commit.event == "terminate", leaves(cmi))


def _decoded(decoder: Any, body: bytes) -> Any:
    try:
        return decoder.decode(_plain(body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Problem(*UNREADABLE) from problem


def _plain(body: bytes) -> bytes:
    """The body as it was before a browser zipped it; never more than a commit may have."""
    if not body.startswith(_GZIP):
        return body
    inflater = zlib.decompressobj(wbits=31)
    try:
        plain = inflater.decompress(body, MOST_BYTES + 1)
    except zlib.error as problem:
        raise Problem(*UNREADABLE) from problem
    if len(plain) > MOST_BYTES:
        raise Problem(*TOO_LARGE)
    if not inflater.eof:
        raise Problem(*UNREADABLE)
    return plain
