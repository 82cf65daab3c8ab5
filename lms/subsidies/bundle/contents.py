"""What goes into a bundle: each file written once, in the order of the ledger, then listed and signed."""

import csv
import io
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from lms.foundation.evidence import archive
from lms.foundation.evidence.canonical import canonical
from lms.subsidies.bundle import words, workbook
from lms.subsidies.bundle.subject import Figures, Record, Seal, Subject
from lms.subsidies.rules.claims import Claim, claims
from lms.subsidies.rules.entries import Entry, entry, on_the_wall
from lms.subsidies.rules.lines import Line, lines
from lms.subsidies.rules.sheet import Frame, claim_rows, lesson_text, line_rows, seconds_text

FORMAT = "yanxue-bundle/1"
SIGNED = (
    "README.txt",
    "checkpoint.txt",
    "policy.json",
    "context.json",
    "people.jsonl",
    "rows.jsonl",
    "excluded.csv",
    "hours.xlsx",
    "proofs/leaves.txt",
    "proofs/inclusion.txt",
)
MEMBERS = (SIGNED[0], "manifest.json", "manifest.sig", *SIGNED[1:])
EXCLUDED_COLUMNS = [
    "封存位置",
    "学员",
    "课程/章节",
    "学习日期",
    "开始时间",
    "结束时间",
    "没计入(秒)",
    "原因代码",
    "原因",
]


Prove = Callable[[Sequence[int]], Iterable[bytes]]


def build(out: Path, folder: Path, subject: Subject, seal: Seal, records: Iterable[Record], prove: Prove) -> Figures:
    """Write the bundle to `out`, working in an empty folder; records come in the order of the ledger.

    `prove` gives the batch proof for sorted positions in the tree of the seal's size.
    """
    (folder / "proofs").mkdir()
    positions: array[int] = array("q")
    found = _write_records(folder, subject, records, positions)
    _write(folder, "proofs/inclusion.txt", b"".join(h.hex().encode() + b"\n" for h in prove(sorted(positions))))
    figures = _write_sheet(folder, subject, seal, found, len(positions))
    _write_words(folder, subject, seal)
    _write_manifest(folder, subject, seal, figures)
    with out.open("wb") as file:
        archive.write_zip(file, [(name, folder / name) for name in MEMBERS])
    return figures


def _write_records(folder: Path, subject: Subject, records: Iterable[Record], positions: "array[int]") -> list[Line]:
    """One pass over the ledger writes three files and adds up the lines."""
    with ExitStack() as open_files:
        rows = open_files.enter_context((folder / "rows.jsonl").open("wb"))
        leaves = open_files.enter_context((folder / "proofs/leaves.txt").open("wb"))
        excluded = open_files.enter_context((folder / "excluded.csv").open("wb"))
        entries = _pass(subject, records, positions, (rows, leaves, excluded))
        return lines(entries, [person.person_id for person in subject.people])


def _pass(
    subject: Subject, records: Iterable[Record], positions: "array[int]", files: tuple[BinaryIO, BinaryIO, BinaryIO]
) -> Iterator[Entry]:
    rows, leaves, excluded = files
    excluded.write(b"\xef\xbb\xbf" + _csv_line(EXCLUDED_COLUMNS))
    frame = subject.frame
    for record in records:
        positions.append(record.position)
        shown = {"content": record.content, "ip": record.ip, "ip_salt": record.ip_salt, "position": record.position}
        rows.write(canonical(shown) + b"\n")
        leaves.write(f"{record.position} {record.leaf_hash.hex()} {record.marks.hex()}\n".encode())
        one = entry(record.content, record.position, record.leaf_hash, record.ip)
        if one.excluded_ms:
            excluded.write(_csv_line(_excluded(one, frame, subject.reasons)))
        yield one


def _excluded(one: Entry, frame: Frame, reasons: Mapping[str, str]) -> list[str]:
    name, lesson = frame.people[one.person_id].name, lesson_text(frame.lessons[one.lesson_id])
    times = [one.day, on_the_wall(one.started_at), on_the_wall(one.ended_at)]
    code = one.reason or "unstated"
    safe = f"'{name}" if name.startswith(tuple("=+-@\t\r＝＋－＠")) else name
    return [str(one.position), safe, lesson, *times, seconds_text(one.excluded_ms), code, reasons.get(code, "")]


def _csv_line(cells: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()


def _write_sheet(folder: Path, subject: Subject, seal: Seal, found: list[Line], rows: int) -> Figures:
    frame = subject.frame
    claimed = claims(found, list(frame.people), subject.class_hour_seconds, subject.year, frozenset(subject.held))
    heading = workbook.Heading(subject.title, subject.facts, words.notes(subject, seal), seal.sealed_at)
    workbook.write_workbook(folder / "hours.xlsx", heading, line_rows(found, frame), claim_rows(claimed, frame))
    return _figures(found, claimed, len(subject.people), rows)


def _figures(found: list[Line], claimed: list[Claim], people: int, rows: int) -> Figures:
    credited, excluded = sum(c.credited_ms for c in claimed), sum(c.excluded_ms for c in claimed)
    hours, held = sum(c.class_hours for c in claimed), sum(c.held_ms for c in claimed)
    return Figures(rows, people, len(found), credited, excluded, hours, held)


def _write_words(folder: Path, subject: Subject, seal: Seal) -> None:
    """The files that say what class, whom and which rules the records are about."""
    context = {
        "cohort_code": subject.cohort_code,
        "columns": {**workbook.COLUMNS, "excluded.csv": EXCLUDED_COLUMNS},
        "facts": subject.facts,
        "held": list(subject.held),
        "lessons": [asdict(lesson) for lesson in subject.lessons],
        "planned_class_hours": subject.planned_class_hours,
        "teacher": subject.teacher,
        "title": subject.title,
        "year": subject.year,
    }
    _write(folder, "context.json", canonical(context) + b"\n")
    policy = {"policies": list(subject.policies), "reasons": dict(subject.reasons)}
    _write(folder, "policy.json", canonical(policy) + b"\n")
    _write(folder, "people.jsonl", b"".join(canonical(asdict(person)) + b"\n" for person in subject.people))
    _write(folder, "checkpoint.txt", seal.checkpoint.encode())
    _write(folder, "README.txt", words.readme(subject, seal).encode())


def _write_manifest(folder: Path, subject: Subject, seal: Seal, figures: Figures) -> None:
    manifest = {
        "format": FORMAT,
        "kind": subject.kind,
        "origin": seal.origin,
        "cohort_id": subject.cohort_id,
        "cohort_code": subject.cohort_code,
        "identity": subject.identity,
        "sealed_at": on_the_wall(seal.sealed_at.isoformat()),
        "checkpoint": {"size": seal.size},
        **asdict(figures),
    }
    if seal.keys:
        manifest["keys"] = [asdict(one) for one in seal.keys]
    archive.write_manifest(folder, manifest, SIGNED, seal.key)


def _write(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
