"""Appeals and corrections as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from lms.foundation import secrets
from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.scoping import covered
from lms.foundation.todo import Ask
from lms.learning.models import HourLedger, StudySession
from lms.learning.models.reviews import Appeal, AppealAnswer, CorrectionDecision, HourCorrection
from lms.learning.rules.holding import About


@dataclass(frozen=True)
class AppealView:
    """An appeal with its answer, if it has one; `words` is what the trainee wrote, unsealed only where asked for."""

    id: UUID
    person_id: UUID
    registration_id: UUID
    cohort_id: UUID
    tenant_id: UUID
    region_code: str
    plan_code: str
    about: About
    subject: str
    anomaly_id: UUID | None
    lesson_id: UUID
    lesson_title: str
    day: date
    reason_code: str
    ms: int
    document_id: UUID | None
    created_at: datetime
    due_at: datetime
    answered_at: datetime | None
    verdict: str | None
    answer: str
    words: str = ""


@dataclass(frozen=True)
class LedgerLine:
    """A ledger row that a correction may be made at, times in milliseconds; `corrected_ms` is what corrections have added."""

    id: int
    session_id: UUID
    lesson_id: UUID
    lesson_title: str
    content_hash: str
    day: date
    started_at: datetime
    ended_at: datetime
    claimed_ms: int
    credited_ms: int
    excluded_ms: int
    reason: str | None
    corrected_ms: int

    @property
    def open_ms(self) -> int:
        """What it did not count and no correction has added since."""
        return self.claimed_ms - self.credited_ms - self.corrected_ms


@dataclass(frozen=True)
class CorrectionView:
    """A proposed correction and what a second person said."""

    id: UUID
    number: str
    ledger_id: int
    person_id: UUID
    registration_id: UUID
    cohort_id: UUID
    tenant_id: UUID
    region_code: str
    plan_code: str
    delta_ms: int
    reason: str
    proposed_by: UUID
    appeal_id: UUID | None
    created_at: datetime
    verdict: str | None
    decision: str
    decided_by: UUID | None

    @property
    def state(self) -> str:
        """The verdict, or "" while it waits for a second person."""
        return self.verdict or ""


# a whole day of beats, half a minute each, of one lesson
MOST_ROWS = 1000

_APPEAL = select(
    *(
        column
        for column in Appeal.__table__.c
        if column.name in AppealView.__dataclass_fields__ and column.name != "words"
    ),
    AppealAnswer.verdict,
    func.coalesce(AppealAnswer.reason, "").label("answer"),
).outerjoin(AppealAnswer, AppealAnswer.appeal_id == Appeal.id)
_CORRECTION = select(
    *(column for column in HourCorrection.__table__.c if column.name in CorrectionView.__dataclass_fields__),
    CorrectionDecision.verdict,
    func.coalesce(CorrectionDecision.reason, "").label("decision"),
    CorrectionDecision.decided_by,
).outerjoin(CorrectionDecision, CorrectionDecision.correction_id == HourCorrection.id)


def appeals_of(person_id: UUID, limit: int = 30) -> list[AppealView]:
    """A person's appeals, newest first."""
    mine = _APPEAL.where(Appeal.person_id == person_id)
    return _appeals(db.session.execute(mine.order_by(Appeal.created_at.desc()).limit(limit)))


def appeal(appeal_id: UUID) -> AppealView:
    """One appeal with what was written; raises NotFound."""
    found = _appeals(db.session.execute(_APPEAL.where(Appeal.id == appeal_id)))
    if not found:
        raise NotFound()
    [view] = found
    blob = db.session.scalar(select(Appeal.words).where(Appeal.id == appeal_id))
    return AppealView(**{**view.__dict__, "words": secrets.unseal("appeal", "words", view.id, blob or b"")})


def open_appeals(principal: Principal, ask: Ask) -> list[AppealView]:
    """Appeals without an answer that the principal answers, the oldest first."""
    query = _APPEAL.where(Appeal.answered_at.is_(None), *answered_by(principal, ask.plan_code))
    if ask.after:
        query = query.where(tuple_(Appeal.created_at, Appeal.id) > ask.after)
    return _appeals(db.session.execute(query.order_by(Appeal.created_at, Appeal.id).limit(ask.limit)))


def count_appeals(principal: Principal, plan_code: str) -> int:
    """How many wait for the principal."""
    query = select(func.count()).select_from(Appeal).where(Appeal.answered_at.is_(None))
    return db.session.scalar(query.where(*answered_by(principal, plan_code))) or 0


def answered_by(principal: Principal, plan_code: str) -> list[ColumnElement[bool]]:
    """An authority answers about holds and may answer all in its scope; the institution about its own classes' reasons."""
    mine = covered(Appeal.region_code, Appeal.plan_code, principal.scope)
    if principal.organisations:
        mine = mine | (Appeal.tenant_id.in_(principal.organisations) & (Appeal.about == About.REASON.value))
    plan = [Appeal.plan_code == plan_code] if plan_code else []
    return [mine, Appeal.person_id.is_distinct_from(principal.person_id), *plan]


def rows_of_appeal(one: AppealView) -> list[LedgerLine]:
    """The ledger rows that an appeal is about, in order."""
    query = _lines(
        HourLedger.person_id == one.person_id,
        HourLedger.registration_id == one.registration_id,
        HourLedger.lesson_id == one.lesson_id,
        HourLedger.day == one.day,
        HourLedger.reason == one.reason_code,
    )
    rows = db.session.execute(query.order_by(HourLedger.started_at, HourLedger.id).limit(MOST_ROWS))
    return [_line(row) for row in rows]


@dataclass(frozen=True)
class Run:
    """Ledger rows that follow each other without a break, as one line to read; milliseconds."""

    started_at: datetime
    ended_at: datetime
    claimed_ms: int
    credited_ms: int
    excluded_ms: int
    corrected_ms: int


def runs(lines: list[LedgerLine]) -> list[Run]:
    """Put rows together that follow each other within a minute."""
    found: list[list[LedgerLine]] = []
    for one in lines:
        if found and one.started_at - found[-1][-1].ended_at <= timedelta(minutes=1):
            found[-1].append(one)
        else:
            found.append([one])
    sums = ("claimed_ms", "credited_ms", "excluded_ms", "corrected_ms")
    return [
        Run(rows[0].started_at, rows[-1].ended_at, *(sum(getattr(row, name) for row in rows) for name in sums))
        for rows in found
    ]


def line(ledger_id: int) -> LedgerLine:
    """One row that may be corrected; raises NotFound."""
    row = db.session.execute(_lines(HourLedger.id == ledger_id)).first()
    if row is None:
        raise NotFound()
    return _line(row)


def _line(row: Any) -> LedgerLine:
    return LedgerLine(**{**row._mapping, "corrected_ms": int(row.corrected_ms)})


def _lines(*wanted: ColumnElement[bool]) -> Any:
    other = HourLedger.__table__.alias("correction")
    corrected = select(func.coalesce(func.sum(other.c.credited_ms), 0)).where(other.c.corrects_id == HourLedger.id)
    plain = ("claimed_ms", "credited_ms", "excluded_ms", "reason")
    first = (HourLedger.id, HourLedger.session_id, HourLedger.lesson_id, StudySession.lesson_title)
    middle = (HourLedger.content_hash, HourLedger.day, HourLedger.started_at, HourLedger.ended_at)
    columns = (*first, *middle, *(getattr(HourLedger, name) for name in plain))
    query = select(*columns, corrected.scalar_subquery().label("corrected_ms")).join(
        StudySession, StudySession.id == HourLedger.session_id
    )
    return query.where(HourLedger.corrects_id.is_(None), *wanted)


def corrections_of_appeal(appeal_id: UUID) -> list[CorrectionView]:
    """What was proposed because of an appeal, newest first."""
    query = _CORRECTION.where(HourCorrection.appeal_id == appeal_id).order_by(HourCorrection.created_at.desc())
    return [CorrectionView(**row._mapping) for row in db.session.execute(query)]


def correction(correction_id: UUID) -> CorrectionView:
    """One correction; raises NotFound."""
    row = db.session.execute(_CORRECTION.where(HourCorrection.id == correction_id)).first()
    if row is None:
        raise NotFound()
    return CorrectionView(**row._mapping)


def proposed_with(one: CorrectionView) -> list[CorrectionView]:
    """The corrections that one was proposed together with and that stand where it stands, itself among them."""
    if one.appeal_id is None:
        return [one]
    same = (HourCorrection.appeal_id == one.appeal_id, HourCorrection.proposed_by == one.proposed_by)
    stands = CorrectionDecision.verdict.is_not_distinct_from(one.verdict)
    query = _CORRECTION.where(*same, stands).order_by(HourCorrection.ledger_id)
    return [CorrectionView(**row._mapping) for row in db.session.execute(query)]


def open_corrections(principal: Principal, ask: Ask) -> list[CorrectionView]:
    """Corrections that wait for a second person, in the principal's scope and not their own, the oldest first."""
    query = _CORRECTION.where(CorrectionDecision.id.is_(None), *_decided_by(principal, ask.plan_code))
    if ask.after:
        query = query.where(tuple_(HourCorrection.created_at, HourCorrection.id) > ask.after)
    ordered = query.order_by(HourCorrection.created_at, HourCorrection.id).limit(ask.limit)
    return [CorrectionView(**row._mapping) for row in db.session.execute(ordered)]


def count_corrections(principal: Principal, plan_code: str) -> int:
    """How many wait for a second person."""
    query = (
        select(func.count())
        .select_from(HourCorrection)
        .outerjoin(CorrectionDecision, CorrectionDecision.correction_id == HourCorrection.id)
        .where(CorrectionDecision.id.is_(None), *_decided_by(principal, plan_code))
    )
    return db.session.scalar(query) or 0


def _decided_by(principal: Principal, plan_code: str) -> list[ColumnElement[bool]]:
    if not principal.may(Permission.HOURS_REVIEW):
        return [HourCorrection.id.is_(None)]
    inside = covered(HourCorrection.region_code, HourCorrection.plan_code, principal.scope)
    plan = [HourCorrection.plan_code == plan_code] if plan_code else []
    return [inside, HourCorrection.proposed_by != principal.person_id, *plan]


def _appeals(rows: Iterable[Any]) -> list[AppealView]:
    return [AppealView(**{**row._mapping, "about": About(row.about)}) for row in rows]
