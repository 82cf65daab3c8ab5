"""Fetches what a bundle is made from, page by page, and lets no changed row through."""

import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from lms.accounts import actions as accounts_actions
from lms.accounts import queries as accounts
from lms.accounts.rules import mask_name
from lms.cohorts import queries as cohorts
from lms.foundation import secrets
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.evidence import checkpoint_now, keys, leaves, note, proofs, sequencer, tree
from lms.foundation.evidence.canonical import canonical
from lms.foundation.principal import Principal
from lms.learning import queries as learning
from lms.learning.rules.ledger import KIND, LedgerRow
from lms.learning.rules.reasons import Reason, cause
from lms.plans import queries as plans
from lms.plans.rules import HourPolicy
from lms.publishing import queries as publishing
from lms.subsidies.bundle import checking
from lms.subsidies.bundle.subject import Record, Seal, Subject
from lms.subsidies.rules.entries import shown_ip
from lms.subsidies.rules.people import Person
from lms.subsidies.rules.sheet import Lesson

PAGE = 2000
DOUBTFUL = "（证件号待核，先不申领）"
TOLD = 5  # troubles that a refusal names; the rest are counted

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Order:
    """What is to be exported: a class, with masked or full identities, and why."""

    cohort_id: UUID
    identity: str
    reason: str


@dataclass(frozen=True)
class Spool:
    """Records that were checked row by row and wait in a file; `skipped` came after the seal."""

    path: Path
    rows: int
    skipped: int
    policies: frozenset[str]
    positions: "array[int]"

    def records(self) -> Iterator[Record]:
        """Read them again, in the order of the ledger."""
        with self.path.open("rb") as file:
            for line in file:
                held = json.loads(line)
                place = held["position"], bytes.fromhex(held["hash"]), bytes.fromhex(held["marks"])
                yield Record(held["content"], *place, held["ip"], held["ip_salt"])


# The seal


def seal(cohort_id: UUID) -> Seal:
    """Wait until every record committed by now is in the tree; return the oldest signature that covers the class.

    The oldest, so that the same records give the same bytes whenever they are exported. Raises Refused without records.
    """
    checkpoint_now()
    with transaction(sequencer.SEQUENCER):
        last = leaves.last_position(KIND, str(cohort_id))
        if last is None:
            raise Refused("这个班还没有学时记录，有人开始学了再导出", code="nothing_to_export")
        found, known = sequencer.first_over(last), keys.chain()
    if found is None:
        raise RuntimeError("no checkpoint covers what checkpoint_now() has just covered")
    key = secrets.signing_key()
    return Seal(note.origin_of(found.note), found.size, found.note, found.created_at, key, tuple(known))


# The rows


def spool(order: Order, principal: Principal, of: Seal, path: Path, progress: Progress) -> Spool:
    """Copy the class's rows to a file, each compared with its leaf and the tree; raises Refused naming what was changed."""
    with transaction(sequencer.SEQUENCER):
        expected = leaves.count(KIND, str(order.cohort_id), of.size)
    positions: array[int] = array("q")
    found: list[checking.Trouble] = []
    policies: set[str] = set()
    skipped = 0
    with path.open("wb") as file:
        for row, content, leaf in _checked(order.cohort_id, principal, found):
            if leaf.position is None or leaf.position >= of.size:
                skipped += 1
                continue
            positions.append(leaf.position)
            policies.add(str(content["policy_id"]))
            _keep(file, content, leaf, shown_ip(row.ip, row.ip_salt, order.identity))
            if len(positions) % PAGE == 0:
                progress(len(positions), expected, f"正在核对原始记录，{len(positions)} / {expected} 条")
    _refuse_changed(found, positions, expected)
    return Spool(path, len(positions), skipped, frozenset(policies), positions)


def _checked(
    cohort_id: UUID, principal: Principal, found: list[checking.Trouble]
) -> Iterator[tuple[LedgerRow, dict[str, Any], leaves.SealedLeaf]]:
    """Yield each row, what of it is hashed, and its leaf; what is wrong is added to `found`."""
    after = 0
    while True:
        with transaction(principal):
            page = learning.ledger_of_cohort(cohort_id, after, PAGE)
            sealed = leaves.sealed([row.leaf_id for row in page if row.leaf_id is not None])
        if not page:
            return
        for row in page:
            after, content = row.leaf_id or after, checking.read(row)
            leaf = sealed.get(row.leaf_id or 0)
            found += checking.troubles(row, content, leaf)
            if leaf is not None:
                yield row, content, leaf


def _keep(file: BinaryIO, content: dict[str, Any], leaf: leaves.SealedLeaf, ip: tuple[str, str]) -> None:
    held = {
        "content": content,
        "ip": ip[0],
        "ip_salt": ip[1],
        "hash": (leaf.placed or b"").hex(),
        "marks": leaf.marks.hex(),
        "position": leaf.position,
    }
    file.write(canonical(held) + b"\n")


def _refuse_changed(found: Sequence[checking.Trouble], positions: "array[int]", expected: int) -> None:
    sentences = [trouble.text() for trouble in found[:TOLD]]
    if len(found) > TOLD:
        sentences.append(f"还有 {len(found) - TOLD} 处")
    different = len(set(positions))
    if different != len(positions):
        sentences.append(f"有 {len(positions) - different} 行用了别的行的封存")
    if different != expected:
        sentences.append(f"封存过 {expected} 行，台账里现在有 {different} 行")
    if sentences:
        raise Refused(f"台账和封存时不一样，不能导出。{'；'.join(sentences)}。请联系平台管理员", code="ledger_changed")


def prove(positions: Sequence[int], size: int) -> list[bytes]:
    """Return the batch proof of sorted positions."""
    ranges = tree.batch_ranges(positions, size)
    with transaction(sequencer.SEQUENCER):
        return proofs.hashes_of(ranges)


def refuse_other_root(held: Spool, of: Seal) -> None:
    """Compute the root from the rows and the stored nodes; raises Refused when it is not the one that was signed."""
    pairs = sorted((record.position, record.leaf_hash) for record in held.records())
    root = tree.root_from_batch(pairs, of.size, prove([position for position, _ in pairs], of.size))
    signed = note.read_checkpoint(note.opened(of.checkpoint, keys.publics(list(of.keys))))
    if root != signed.root:
        raise Refused("证据树里的结点被改过，算不出签过名的根，不能导出。请联系平台管理员", code="tree_changed")


# The class


def subject(order: Order, principal: Principal, policies: frozenset[str]) -> Subject:
    """Read the class, its people and rules on the principal's behalf; full numbers are an audited look."""
    with transaction(principal):
        cohort = cohorts.cohort(order.cohort_id)
        school = accounts.organisation(cohort.tenant_id).name
        programme = plans.programme(cohort.programme_code)
        lessons = publishing.lessons(cohort.version_id)
        members = _members(order)
        rules = [plans.hour_policy_by_id(policy_id) for policy_id in sorted(policies)]
        held = sorted(str(session_id) for session_id in learning.held_sessions(order.cohort_id))
    span = f"{_day(cohort.starts_on)}至{_day(cohort.ends_on)}"
    return Subject(
        cohort_id=str(cohort.id),
        cohort_code=cohort.code,
        title=f"职业技能培训学时台账　{cohort.title}（{cohort.code}）",
        facts=f"培训机构：{school}　项目：{programme.plan}，{programme.title}　培训时间：{span}，计划 {cohort.planned_class_hours} 学时",
        teacher=cohort.teacher,
        planned_class_hours=cohort.planned_class_hours,
        year=str(cohort.starts_on.year),
        identity=order.identity,
        lessons=tuple(Lesson(str(le.id), le.number, le.title, le.duration_ms or 0) for le in lessons),
        people=members,
        policies=tuple(_policy(rule) for rule in rules),
        reasons={reason.value: cause(reason) for reason in Reason},
        kind=KIND,
        held=tuple(held),
    )


def _members(order: Order) -> tuple[Person, ...]:
    ids = cohorts.members(order.cohort_id)
    known = accounts.people(ids)
    if len(known) != len(ids):
        raise Refused("名单里有人不归你管，这个班不能由你导出")
    numbers = accounts_actions.full_id_numbers(ids, reason=order.reason) if order.identity == "full" else {}
    scores: dict[UUID, dict[str, int]] = {person: {} for person in ids}
    for (person, lesson), percent in learning.best_scores(order.cohort_id).items():
        scores.setdefault(person, {})[str(lesson)] = percent
    full, doubtful = order.identity == "full", accounts.doubtful(ids)
    return tuple(
        Person(
            str(person),
            (known[person].name if full else mask_name(known[person].name)) + (DOUBTFUL if person in doubtful else ""),
            numbers.get(person, "") if full else known[person].masked_id_number,
            scores[person],
        )
        for person in ids
    )


def _policy(rule: HourPolicy) -> dict[str, Any]:
    """A policy with its values and the dated rows they come from; its hash is computed over the rows."""
    rows = [{**asdict(row), "effective_from": row.effective_from.isoformat()} for row in rule.rows]
    return {"hash": rule.hash, "rows": rows, **{row.key: row.value for row in rule.rows}}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
