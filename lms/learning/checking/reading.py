"""Reads what a person's check needs, by plain SQL under the person's lock, so that no beat falls between two questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lms.foundation.database import transaction
from lms.foundation.principal import Principal
from lms.learning.checking.facts import RawBeat, Session, Span, Term, Values, ms, us
from lms.learning.checking.policies import Dated

CHECKER = Principal.system_of("hours check")
PAGE = 500

_HOLD = text("select person_id from lease where person_id = :person for share")
_SESSIONS = text(
    "select id, registration_id, cohort_id, lesson_id, content_hash, programme_code, region_code, length_ms, approved_ms,"
    " launched_at from study_session where person_id = :person"
)
_BEATS = text(
    "select b.session_id, b.seq, b.received_at, b.body from study_session s join beat b on b.session_id = s.id"
    " where s.person_id = :person order by b.received_at, b.session_id, b.seq"
)
_ROWS = text(
    "select id, session_id, seq, day, registration_id, cohort_id, lesson_id, content_hash, started_at, ended_at, from_ms,"
    " to_ms, claimed_ms, observed_ms, credited_ms, excluded_ms, reason, policy_id, policy_hash, created_at"
    " from hour_ledger where person_id = :person and corrects_id is null"
)
_COVERAGE = text("select content_hash, stretches from coverage where person_id = :person")
_TERMS = text(
    "select id, opened_at, closed_at, starts_on, ends_on from cohort where id in"
    " (select cohort_id from study_session where person_id = :person)"
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
# a share of everybody each night, by the first digits of their id: what nobody touched is recomputed within a month too
_TURN = text(
    "select person_id from lease where person_id > :after and ('x' || left(person_id::text, 4))::bit(16)::int % :of = :nth"
    " order by person_id limit :page"
)
_EVERYBODY = text("select person_id from lease where person_id > :after order by person_id limit :page")
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

    @property
    def key(self) -> tuple[UUID, int, int]:
        """Session, number of the beat, day."""
        return self.session_id, self.seq, self.day


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
    coverage: Mapping[str, tuple[Span, ...]]
    policies: Mapping[str, KeptPolicy]


def dated() -> list[Dated]:
    """All dated rows (inside a transaction of its own)."""
    with transaction(CHECKER) as session:
        return [Dated(*row) for row in session.execute(_DATED)]


def kept_policies() -> dict[str, KeptPolicy]:
    """The sets of thresholds that the ledger may name."""
    with transaction(CHECKER) as session:
        rows = session.execute(_POLICIES).all()
    return {row.id: KeptPolicy(row.hash, row.rows, {r["key"]: r["value"] for r in row.rows}) for row in rows}


def material(person_id: UUID, policies: Mapping[str, KeptPolicy]) -> Material:
    """Everything of a person, read while nobody can credit them."""
    asked = {"person": person_id}
    with transaction(CHECKER) as session:
        session.execute(_HOLD, asked)
        opened = [_session(row) for row in session.execute(_SESSIONS, asked)]
        terms = {row.id: _term(row) for row in session.execute(_TERMS, asked)}
        beats = tuple(RawBeat(b[0], b[1], us(b[2]), b[3]) for b in session.execute(_BEATS, asked))
        rows = tuple(_row(row) for row in session.execute(_ROWS, asked))
        covered = {c[0]: tuple((a, b) for a, b in c[1]) for c in session.execute(_COVERAGE, asked)}
    return Material(person_id, {one.id: one for one in opened}, terms, beats, rows, covered, policies)


def changed(since: datetime) -> Iterator[UUID]:
    """Everybody of whom a beat or a row came since a moment."""
    return _pages(_CHANGED, since=since)


def in_turn(nth: int, of: int) -> Iterator[UUID]:
    """The nth share of everybody."""
    return _pages(_TURN, nth=nth, of=of)


def everybody() -> Iterator[UUID]:
    """Everybody who ever opened a lesson."""
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
    *plain, launched_at = row
    return Session(*plain, us(launched_at))


def _term(row: Any) -> Term:
    opened, closed = (None if at is None else us(at) for at in (row.opened_at, row.closed_at))
    return Term(opened, closed, row.starts_on, row.ends_on)


def _row(row: Any) -> Row:
    held = dict(row._mapping)
    moments = {"started_at": ms(row.started_at), "ended_at": ms(row.ended_at), "created_at": us(row.created_at)}
    return Row(**{**held, **moments, "day": (held["day"] - EPOCH_DAY).days})
