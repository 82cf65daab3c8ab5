"""A ZIP of strangers: its listing judged whole before a byte is inflated, then its members one by one under budgets.

Nothing is ever written under a name of the archive: `keep` gets a stream and decides by itself where the bytes go.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from courses.course import Finding, Level, Member, Refused
from courses.gate.entries import data_places, judge_record, overlaps
from courses.gate.faults import EXPORT, WHERE, refused, shown
from courses.gate.inflating import Budget, Inflated
from courses.gate.limits import USUAL, Limits
from courses.gate.listing import Listing, Record, read_listing
from courses.gate.magic import HEAD_BYTES, explain, is_zip
from courses.gate.names import decoded, judge, litter, tidy, top_folder, twins

MOST_REASONS = 30

Keep = Callable[[str, BinaryIO, int], str]
"""Called with path, stream and size of a member; stores the bytes and answers with their SHA-256 in hex."""


class Archive:
    """A ZIP that passed the gate. `names` are the paths of its files, tidied, without litter and without one top folder."""

    def __init__(self, file: BinaryIO, members: dict[str, tuple[Record, int]], top: str, budget: Budget) -> None:
        self._file, self._members, self._budget = file, members, budget
        self.top = top
        self.names = tuple(members)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was forgiven on the way."""
        if not self.top:
            return ()
        return (Finding(Level.FOUND, WHERE, f"最外面多了一层文件夹“{shown(self.top[:-1])}”，已经去掉"),)

    def size(self, name: str) -> int:
        """Bytes of a member when unpacked; raises KeyError where there is none."""
        return self._members[name][0].size

    def read(self, name: str, most_bytes: int) -> bytes:
        """All bytes of a member; raises Refused above `most_bytes`, KeyError where there is none."""
        record, place = self._members[name]
        if record.size > most_bytes:
            raise refused(f"“{shown(name)}”有 {record.size} 字节，太大了", EXPORT, shown(name))
        return Inflated(self._file, record, place, name, self._budget).read()

    def stream(self, keep: Keep) -> tuple[Member, ...]:
        """Hand every member to `keep`, in the order of the listing; raises Refused at the first that is not what it said.

        What `keep` stored before that is the caller's to drop.
        """
        return tuple(self._kept(name, record, place, keep) for name, (record, place) in self._members.items())

    def _kept(self, name: str, record: Record, place: int, keep: Keep) -> Member:
        stream = Inflated(self._file, record, place, name, self._budget)
        digest = keep(name, cast(BinaryIO, stream), record.size)
        stream.drain()
        return Member(name, record.size, digest)


@contextmanager
def open_archive(path: Path, limits: Limits = USUAL) -> Iterator[Archive]:
    """The archive at `path`, judged by its listing alone; raises Refused with every reason that was found."""
    length = path.stat().st_size
    if length > limits.packed_bytes:
        raise refused(
            f"压缩包有 {length >> 20} MB，太大了",
            f"最大 {limits.packed_bytes >> 20} MB；把大的视频单独做成视频课，课件里只留小的",
        )
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if not is_zip(head):
            raise Refused(explain(head, shown(path.name)))
        listing = read_listing(file, length, limits)
        members, top = _judged(file, listing, limits)
        yield Archive(file, members, top, Budget(2 * limits.unpacked_bytes, limits.seconds))


def _judged(file: BinaryIO, listing: Listing, limits: Limits) -> tuple[dict[str, tuple[Record, int]], str]:
    """Members by their path, and the top folder that was taken off."""
    names, findings = decoded(listing.records)
    _refuse(findings)
    pairs = zip(listing.records, names, strict=True)
    findings = [finding for record, name in pairs for finding in _reasons(record, name, limits)]
    total = sum(record.size for record in listing.records)
    if total > limits.unpacked_bytes:
        what = f"解开以后有 {total / (1 << 30):.1f} GB，太大了"
        findings.append(Finding(Level.REFUSAL, WHERE, what, "把大的视频单独做成视频课，课件里只留小的"))
    _refuse(findings)
    places, findings = data_places(file, listing, names)
    _refuse(findings)
    _refuse(overlaps(listing, names, places))
    return _members(listing, names, places)


def _members(listing: Listing, names: list[str], places: list[int]) -> tuple[dict[str, tuple[Record, int]], str]:
    kept = [
        (tidy(name), record, place)
        for record, name, place in zip(listing.records, names, places, strict=True)
        if not name.endswith(("/", "\\")) and not litter(tidy(name))
    ]
    paths = [path for path, _, _ in kept]
    if not paths:
        raise refused("压缩包里没有文件", EXPORT)
    _refuse(twins(paths))
    top = top_folder(paths)
    return {path.removeprefix(top): (record, place) for path, record, place in kept}, top


def _reasons(record: Record, name: str, limits: Limits) -> Iterator[Finding]:
    for finding in (judge(name, limits), judge_record(record, name, limits)):
        if finding:
            yield finding


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise Refused(*findings[:MOST_REASONS])
