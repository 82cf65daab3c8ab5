"""Made-up ledgers, sealed in a tree of their own: no application, no database."""

import hashlib
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lms.foundation.evidence import canonical, note, tree
from lms.subsidies.bundle import contents
from lms.subsidies.bundle.subject import Figures, Record, Seal, Subject
from lms.subsidies.rules.entries import shown_ip
from lms.subsidies.rules.people import Person
from lms.subsidies.rules.sheet import Lesson

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FINGERPRINT = note.fingerprint(KEY.public_key())
ORIGIN = "lms.example.org/evidence"
COHORT = str(UUID(int=7))
SALT = bytes(range(16))
SEALED_AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
POLICY_ROWS = [
    {
        "key": key,
        "value": value,
        "jurisdiction": "44",
        "programme_code": None,
        "effective_from": "2020-01-01",
        "source": "made up",
        "confidence": "proposal",
    }
    for key, value in {"class_hour_seconds": 2700, "daily_cap_class_hours": 8}.items()
]
POLICY_HASH = hashlib.sha256(json.dumps(POLICY_ROWS, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
POLICY = {"hash": POLICY_HASH, "rows": POLICY_ROWS, **{str(row["key"]): row["value"] for row in POLICY_ROWS}}
LESSONS = tuple(Lesson(str(UUID(int=100 + n)), n, f"第{n}讲 <卖货> & =1+1", 4 * 3_600_000) for n in (1, 2, 3))
PEOPLE = tuple(
    Person(str(UUID(int=1000 + n)), name, f"44068219900101{n:03}X", {LESSONS[2].id: 60 + n})
    for n, name in enumerate(["陈小英", "黄阿妹", "=HYPERLINK(1)", "何好"])
)


def moment(seconds: float) -> str:
    at = datetime(2026, 11, 20, 1, 0, tzinfo=UTC) + timedelta(seconds=seconds)
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def content(
    nth: int, person: Person, *, credited_ms: int = 30_000, claimed_ms: int = 30_000, at: float = 0.0, **more: Any
) -> dict[str, Any]:
    """One ledger record; what was claimed and not credited has the reason gap."""
    started, lesson = moment(at), more.pop("lesson", LESSONS[0])
    local = datetime.fromisoformat(started.replace("Z", "+00:00")) + timedelta(hours=8)
    base = {
        "id": nth,
        "person_id": person.person_id,
        "registration_id": str(UUID(int=2000)),
        "cohort_id": COHORT,
        "tenant_id": str(UUID(int=3000)),
        "lesson_id": lesson.id,
        "session_id": str(UUID(int=4000 + int(person.person_id[-2:], 16))),
        "content_hash": hashlib.sha256(lesson.id.encode()).hexdigest(),
        "day": local.date().isoformat(),
        "started_at": started,
        "ended_at": moment(at + 30),
        "device": "phone",
        "ip": "10.0.0.1",
        "from_ms": None if not credited_ms else nth * 30_000,
        "to_ms": None if not credited_ms else nth * 30_000 + credited_ms,
        "claimed_ms": claimed_ms,
        "observed_ms": max(claimed_ms, 30_000),
        "credited_ms": credited_ms,
        "excluded_ms": claimed_ms - credited_ms,
        "reason": None if claimed_ms == credited_ms else "gap",
        "policy_id": POLICY_HASH[:16],
        "policy_hash": POLICY_HASH,
        "corrects_id": None,
        "correction_no": None,
        "created_at": moment(at + 30),
    }
    return {**base, **more}


def ledger(rows: int, seed: int = 1, people: Sequence[Person] = PEOPLE) -> list[dict[str, Any]]:
    """A ledger of rows for the people in turn; now and then a gap, another device, another lesson, another day."""
    dice = random.Random(seed)
    found = []
    for nth in range(rows):
        person = people[nth % len(people)]
        credited = dice.choice([30_000, 30_000, 30_000, 12_345, 0])
        more = {"device": dice.choice(["phone", "phone", "desktop"]), "lesson": dice.choice(LESSONS[:2])}
        at = nth // len(people) * 30 + dice.choice([0, 86_400])
        found.append(content(nth, person, credited_ms=credited, at=at, **more))
    return found


@dataclass
class Sealed:
    """Records in a tree among other leaves."""

    records: list[Record]
    hashes: list[bytes] = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.hashes)

    def prove(self, positions: Sequence[int]) -> list[bytes]:
        nodes: dict[tuple[int, int], bytes] = {}
        edge = tree.Frontier(0, {})
        for leaf in self.hashes:
            nodes |= {(level, nth): hashed for level, nth, hashed in edge.add(leaf)}
        ranges = tree.batch_ranges(positions, self.size)
        return [tree.fold([nodes[node] for node in tree.perfect_nodes(of)]) for of in ranges]

    def root(self) -> bytes:
        edge = tree.Frontier(0, {})
        for leaf in self.hashes:
            list(edge.add(leaf))
        return edge.root()


def committed(row: dict[str, Any]) -> dict[str, Any]:
    """What is hashed of a row: the address as a commitment alone."""
    plain = {name: value for name, value in row.items() if name != "ip"}
    return {**plain, "ip_commitment": canonical.commitment(row["ip"], SALT)}


def seal(rows: Sequence[dict[str, Any]], strangers: int = 5, identity: str = "masked") -> Sealed:
    """Give each row a place; leaves of other kinds stand before, between and after."""
    sealed = Sealed([], [tree.leaf_hash(b"before")])
    for nth, row in enumerate(rows):
        if nth % 3 == 0 and nth // 3 < strangers:
            sealed.hashes.append(tree.leaf_hash(f"stranger {nth}".encode()))
        held, ip = committed(row), shown_ip(row["ip"], SALT, identity)
        hashed = canonical.hash_of("hours", held)
        sealed.records.append(Record(held, len(sealed.hashes), hashed, canonical.marks(held), *ip))
        sealed.hashes.append(hashed)
    sealed.hashes.append(tree.leaf_hash(b"after"))
    return sealed


SUBJECT = Subject(
    cohort_id=COHORT,
    cohort_code="SD-2026-P06-0117",
    title="职业技能培训学时台账　农村电商第一期（SD-2026-P06-0117）",
    facts="培训机构：安颐职业培训学校　培训时间：2026-11-01 至 2026-12-01",
    teacher="刘敏",
    planned_class_hours=24,
    year="2026",
    identity="masked",
    lessons=LESSONS,
    people=PEOPLE,
    policies=(POLICY,),
    reasons={"gap": "那时断网太久，我们没收到你在看的记录"},
    kind="hours",
)


def bundle(sealed: Sealed, subject: Subject = SUBJECT, key: Ed25519PrivateKey = KEY) -> tuple[bytes, Figures]:
    """Build a bundle of the records."""
    head = note.Head(ORIGIN, sealed.size, sealed.root())
    signed = Seal(ORIGIN, sealed.size, note.sign(note.checkpoint_text(head), ORIGIN, key), SEALED_AT, key)
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "work", Path(place) / "bundle.zip"
        folder.mkdir()
        figures = contents.build(out, folder, subject, signed, sealed.records, sealed.prove)
        return out.read_bytes(), figures


def crowd(people: int) -> Subject:
    """The same class with many made-up members."""
    many = tuple(Person(str(UUID(int=5000 + n)), f"学员{n}", f"4406**********{n:04}", {}) for n in range(people))
    return replace(SUBJECT, people=many)
