"""Reads what a person's check needs, by plain SQL under the person's lock, so that no beat falls between two questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lms.foundation.database import transaction
from lms.foundation.principal import Principal
from lms.learning.checking.facts import (
    Answered,
    Check,
    Completion,
    Corrected,
    Lease,
    Proof,
    RawBeat,
    Session,
    Span,
    Term,
    Turn,
    Values,
    ms,
    us,
)  # fmt: skip
from lms.learning.checking.policies import UNASKED, Dated

CHECKER = Principal.system_of("hours check")
PAGE = 500

_HOLD = text("select person_id from lease where person_id = :person for share")
_SESSIONS = text(
    "select id, registration_id, cohort_id, version_id, lesson_id, content_hash, programme_code, region_code, length_ms, approved_ms,"
    " kind, places, launched_at from study_session where person_id = :person"
)
_STANDING = text(
    "select id, last_at, last_seq, place, hidden, coalesce(place_at, launched_at) as since from study_session"
    " where person_id = :person"
)
_LEASE = text(
    "select day, day_ms, unproved_ms, counted_until, check_id, missed_id from lease where person_id = :person"
)
_COMPLETIONS = text(
    "select registration_id, lesson_id, completed_at, content_hash, needs_ms, undone from lesson_completion"
    " where person_id = :person and content_hash is not null"
)
_BEATS = text(
    "select b.session_id, b.seq, b.received_at, b.body from study_session s join beat b on b.session_id = s.id"
    " where s.person_id = :person order by b.received_at, b.session_id, b.seq"
)
_ROWS = text(
    "select id, session_id, seq, day, registration_id, cohort_id, lesson_id, content_hash, started_at, ended_at, from_ms,"
    " to_ms, claimed_ms, observed_ms, credited_ms, excluded_ms, reason, policy_id, encode(policy_hash, 'hex') as policy_hash,"
    " created_at,"
    " place, counted, flag, check_id from hour_ledger where person_id = :person and corrects_id is null"
)
_CHECKS = text("select id, session_id, issued_at, due_at, cure_until from presence_check where person_id = :person")
_ANSWERS = text("select at, outcome from presence_answer where person_id = :person order by at, id")
_PROOFS = text("select at, level from identity_proof where person_id = :person order by at")
_CORRECTED = text(
    "select d.created_at, l.content_hash, d.stretches,"
    " case when s.kind <> 'video' then coalesce(l.place, '') end, l.day, l.credited_ms"
    " from correction_decision d join hour_ledger l on l.id = d.ledger_id join study_session s on s.id = l.session_id"
    " where d.person_id = :person order by d.created_at"
)
_COVERAGE = text("select content_hash, stretches, places, credited_ms from coverage where person_id = :person")
_TERMS = text(
    "select id, opened_at, closed_at, starts_on, ends_on from cohort where id in"
    " (select cohort_id from study_session where person_id = :person)"
)
_TURNS = text(
    "select version_id, created_at, act from version_standing where version_id in"
    " (select version_id from study_session where person_id = :person) order by leaf_id"
)
_POLICIES = text("select id, hash, rows from hour_policy")
_DATED = text(
    "select id, key, value, jurisdiction, programme_code, effective_from, source, confidence from policy order by id"
)
_CHANGED = text(
    "select person_id from (select person_id from beat where received_at >= :since"
    " union select person_id from hour_ledger where created_at >= :since) as changed"
    " where person_id > :after order by person_id limit :page"
)
# whoever is registered or has a session: who was taken out of one is still in the other
_ALL = "select person_id from registration where person_id > :after union select person_id from study_session where person_id > :after"
_EVERYBODY = text(f"select person_id from ({_ALL}) as everybody order by person_id limit :page")  # noqa: S608 - our own names
# a share of everybody each night, by the first digits of their id: what nobody touched is recomputed within a month too
_TURN = text(
    f"select person_id from ({_ALL}) as everybody"  # noqa: S608 - our own names
    " where ('x' || left(person_id::text, 4))::bit(16)::int % :of = :nth order by person_id limit :page"
)
_OF_CLASS = text(
    "select distinct person_id from registration where cohort_id = :cohort and person_id > :after"
    " order by person_id limit :page"
)
NOBODY = UUID(int=0)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """A ledger row as the check compares it: the interval in milliseconds, the moment of judgement in microseconds."""

    id: int
    session_id: UUID
    seq: int
    day: int
    registration_id: UUID
    cohort_id: UUID
    lesson_id: UUID
    content_hash: str
    started_at: int
    ended_at: int
    from_ms: int | None
    to_ms: int | None
    claimed_ms: int
    observed_ms: int
    credited_ms: int
    excluded_ms: int
    reason: str | None
    policy_id: str
    policy_hash: str
    created_at: int
    place: str | None
    counted: list[list[int]] | None
    flag: str | None
    check_id: UUID | None

    @property
    def key(self) -> tuple[UUID, int, int, UUID | None, bool]:
        """Session, number of the beat, day, check, and whether it gives back (presence.Expected)."""
        return self.session_id, self.seq, self.day, self.check_id, bool(self.check_id) and self.credited_ms > 0


@dataclass(frozen=True, slots=True)
class KeptPolicy:
    """A set of thresholds that rows name."""

    hash: str
    rows: list[dict[str, object]]
    values: Values


@dataclass(frozen=True)
class Material:
    """All of one person: what came in, and what the platform made of it."""

    person_id: UUID
    sessions: Mapping[UUID, Session]
    terms: Mapping[UUID, Term]
    beats: tuple[RawBeat, ...]
    rows: tuple[Row, ...]
    coverage: Mapping[str, tuple[tuple[Span, ...], dict[str, int], int]]
    policies: Mapping[str, KeptPolicy]
    checks: tuple[Check, ...] = ()
    answers: tuple[Answered, ...] = ()
    proofs: tuple[Proof, ...] = ()
    corrections: tuple[Corrected, ...] = ()
    standing: Mapping[UUID, tuple[int, int, str, bool, int]] = field(default_factory=dict)
    lease: Lease | None = None
    completions: tuple[Completion, ...] = ()
    turns: Mapping[UUID, tuple[Turn, ...]] = field(default_factory=dict)


def dated() -> list[Dated]:
    """All dated rows (inside a transaction of its own)."""
    with transaction(CHECKER) as session:
        return [Dated(*row) for row in session.execute(_DATED)]


def kept_policies() -> dict[str, KeptPolicy]:
    """The sets of thresholds that the ledger may name."""
    with transaction(CHECKER) as session:
        rows = session.execute(_POLICIES).all()
    return {row.id: KeptPolicy(row.hash, row.rows, UNASKED | {r["key"]: r["value"] for r in row.rows}) for row in rows}


def material(person_id: UUID, policies: Mapping[str, KeptPolicy]) -> Material:
    """Everything of a person, read while nobody can credit them."""
    asked = {"person": person_id}
    with transaction(CHECKER) as session:
        session.execute(_HOLD, asked)
        raw = {name: session.execute(query, asked).all() for name, query in _QUESTIONS.items()}
    opened = [_session(row) for row in raw["sessions"]]
    return Material(
        person_id=person_id,
        sessions={one.id: one for one in opened},
        terms={row.id: _term(row) for row in raw["terms"]},
        beats=tuple(RawBeat(b[0], b[1], us(b[2]), b[3]) for b in raw["beats"]),
        rows=tuple(_row(row) for row in raw["rows"]),
        coverage={c[0]: (_spans(c[1]), dict(c[2]), c[3]) for c in raw["coverage"]},
        policies=policies,
        checks=tuple(Check(c[0], c[1], us(c[2]), us(c[3]), us(c[4])) for c in raw["checks"]),
        answers=_answers(raw["answers"]),
        proofs=tuple(Proof(us(p[0]), p[1]) for p in raw["proofs"]),
        corrections=tuple(_corrected(row) for row in raw["corrected"]),
        standing={s[0]: (us(s[1]), *s[2:5], us(s[5])) for s in raw["standing"]},
        lease=next((_lease(row) for row in raw["lease"]), None),
        turns=_turns(raw["turns"]),
        completions=tuple(Completion(c[0], c[1], us(c[2]), *c[3:]) for c in raw["completions"]),
    )


_QUESTIONS = {
    "sessions": _SESSIONS,
    "terms": _TERMS,
    "beats": _BEATS,
    "rows": _ROWS,
    "coverage": _COVERAGE,
    "checks": _CHECKS,
    "answers": _ANSWERS,
    "proofs": _PROOFS,
    "corrected": _CORRECTED,
    "standing": _STANDING,
    "lease": _LEASE,
    "completions": _COMPLETIONS,
    "turns": _TURNS,
}


def _lease(row: Any) -> Lease:
    return Lease(row.day, row.day_ms, row.unproved_ms, _us(row.counted_until), row.check_id, row.missed_id)


def _turns(rows: Any) -> dict[UUID, tuple[Turn, ...]]:
    found: dict[UUID, tuple[Turn, ...]] = {}
    for version_id, at, act in rows:
        found[version_id] = (*found.get(version_id, ()), Turn(us(at), act == "stopped"))
    return found


def _corrected(row: Any) -> Corrected:
    return Corrected(us(row[0]), row[1], _spans(row[2]), row[3], _day(row[4]), row[5])


def _day(day: date) -> int:
    return (day - EPOCH_DAY).days


def _spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in pairs)


def _answers(rows: Any) -> tuple[Answered, ...]:
    together: dict[int, tuple[str, ...]] = {}
    for at, outcome in rows:
        together[us(at)] = (*together.get(us(at), ()), outcome)
    return tuple(Answered(at, outcomes) for at, outcomes in together.items())


def changed(since: datetime) -> Iterator[UUID]:
    """Everybody of whom a beat or a row came since a moment."""
    return _pages(_CHANGED, since=since)


def in_turn(nth: int, of: int) -> Iterator[UUID]:
    """The nth share of everybody."""
    return _pages(_TURN, nth=nth, of=of)


def everybody() -> Iterator[UUID]:
    """Everybody who is registered or ever opened a lesson."""
    return _pages(_EVERYBODY)


def of_class(cohort_id: UUID) -> Iterator[UUID]:
    """Everybody registered in a class."""
    return _pages(_OF_CLASS, cohort=cohort_id)


def _pages(query: Any, **values: Any) -> Iterator[UUID]:
    after = NOBODY
    while True:
        with transaction(CHECKER) as session:
            page = list(session.scalars(query, {**values, "after": after, "page": PAGE}))
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]


def _session(row: Any) -> Session:
    return Session(**{**row._mapping, "launched_at": us(row.launched_at)})


def _term(row: Any) -> Term:
    return Term(_us(row.opened_at), _us(row.closed_at), row.starts_on, row.ends_on)


def _us(at: datetime | None) -> int | None:
    return None if at is None else us(at)


def _row(row: Any) -> Row:
    held = dict(row._mapping)
    moments = {"started_at": ms(row.started_at), "ended_at": ms(row.ended_at), "created_at": us(row.created_at)}
    return Row(**{**held, **moments, "day": _day(held["day"])})
