"""Questions about training packages, their syllabi and what was signed; frozen views for pages and other capabilities."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.publishing.models import (
    SyllabusImport,
    SyllabusItem,
    TrainingBank,
    TrainingDecision,
    TrainingRemark,
    TrainingSignature,
    TrainingVersion,
)
from lms.publishing.rules.signatures import WORDS, Authored, Signature, State
from lms.publishing.rules.syllabus import Item, Standard


@dataclass(frozen=True)
class TrainingView:
    """One version of a training package; `tenant_id` began it, `partner_id` is the other author."""

    id: UUID
    package_id: UUID
    tenant_id: UUID
    partner_id: UUID
    region_code: str
    plan_code: str
    programme_code: str
    number: int
    state: State
    revision: int
    title: str
    summary: str
    standard: Standard
    drafted_by: UUID
    content_hash: str | None
    created_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    reason: str

    @property
    def authors(self) -> tuple[UUID, UUID]:
        """The two organisations."""
        return self.tenant_id, self.partner_id

    @property
    def tag(self) -> tuple[str, str]:
        """Tone and words of its state."""
        return WORDS[self.state]


@dataclass(frozen=True)
class ItemRow:
    """An item with its id, as a page that changes it needs it."""

    id: UUID
    item: Item


@dataclass(frozen=True)
class Signed:
    """A signature as pages show it."""

    organisation_id: UUID
    person_id: UUID
    revision: int
    at: datetime


@dataclass(frozen=True)
class Decided:
    """A step of a version's way, newest first on pages."""

    decision: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Remark:
    """What a reviewer said about an item; about the whole where `item` is empty."""

    item: str
    words: str
    at: datetime


@dataclass(frozen=True)
class ImportView:
    """A sheet that was read: what it holds, and whether it has been taken in."""

    id: UUID
    file_name: str
    state: str
    content: dict[str, Any]


def training(version_id: UUID) -> TrainingView:
    """One version that the principal may see; raises NotFound."""
    row = db.session.scalar(select(TrainingVersion).where(TrainingVersion.id == version_id))
    if row is None:
        raise NotFound()
    return _view(row)


def own_training(version_id: UUID, principal: Principal) -> TrainingView:
    """One version that the principal's organisation writes; raises NotFound."""
    found = training(version_id)
    if not principal.organisations & set(found.authors):
        raise NotFound()
    return found


def reviewed_training(version_id: UUID, principal: Principal) -> TrainingView:
    """One version in the administrator's scope that was sent in at least once; raises NotFound."""
    found = training(version_id)
    if found.submitted_at is None or not _in_scope(found, principal):
        raise NotFound()
    return found


def published_training(version_id: UUID) -> TrainingView:
    """One approved version, for everybody; raises NotFound."""
    found = training(version_id)
    if found.state is not State.APPROVED:
        raise NotFound()
    return found


def trainings_of(principal: Principal) -> list[TrainingView]:
    """What the principal's organisation writes, newest first."""
    mine = [
        TrainingVersion.tenant_id.in_(principal.organisations),
        TrainingVersion.partner_id.in_(principal.organisations),
    ]
    return _views(select(TrainingVersion).where(or_(*mine)).order_by(TrainingVersion.created_at.desc()))


def trainings_to_review(principal: Principal) -> list[TrainingView]:
    """What waits in the principal's scope, the longest waiting first."""
    query = select(TrainingVersion).where(TrainingVersion.state == State.SUBMITTED)
    return [one for one in _views(query.order_by(TrainingVersion.submitted_at)) if _in_scope(one, principal)]


def trainings_published(programme_code: str | None = None, most: int = 200) -> list[TrainingView]:
    """The newest approved version of each package, newest first."""
    newest = select(TrainingVersion).where(TrainingVersion.state == State.APPROVED)
    if programme_code:
        newest = newest.where(TrainingVersion.programme_code == programme_code)
    newest = newest.ext(distinct_on(TrainingVersion.package_id)).order_by(
        TrainingVersion.package_id, TrainingVersion.number.desc()
    )
    found = sorted(_views(newest), key=lambda one: one.decided_at or one.created_at, reverse=True)
    return found[:most]


def versions_of_training(package_id: UUID) -> list[TrainingView]:
    """All versions of a package that the principal may see, newest first."""
    query = select(TrainingVersion).where(TrainingVersion.package_id == package_id)
    return _views(query.order_by(TrainingVersion.number.desc()))


def version_before(found: TrainingView) -> TrainingView | None:
    """The approved version that this one follows."""
    earlier = [
        TrainingVersion.package_id == found.package_id,
        TrainingVersion.number < found.number,
        TrainingVersion.state == State.APPROVED,
    ]
    row = db.session.scalar(select(TrainingVersion).where(*earlier).order_by(TrainingVersion.number.desc()).limit(1))
    return _view(row) if row else None


def items_of(version_id: UUID) -> list[Item]:
    """The syllabus of a version, in order."""
    return [_item(row) for row in db.session.execute(_items(version_id))]


def items_on_page(version_id: UUID, page: int, size: int) -> list[ItemRow]:
    """The items on one page (from 1), in order."""
    rows = db.session.execute(_items(version_id).limit(size).offset((page - 1) * size))
    return [ItemRow(row.id, _item(row)) for row in rows]


def item_of(version_id: UUID, item_id: UUID) -> ItemRow:
    """One item of a version; raises NotFound."""
    row = db.session.execute(_items(version_id).where(SyllabusItem.id == item_id)).first()
    if row is None:
        raise NotFound()
    return ItemRow(row.id, _item(row))


def item_ids(version_id: UUID, numbers: Collection[str]) -> dict[str, UUID]:
    """Ids of items by number; numbers that are not there are left out."""
    query = select(SyllabusItem.number, SyllabusItem.id).where(SyllabusItem.version_id == version_id)
    return {row[0]: row[1] for row in db.session.execute(query.where(SyllabusItem.number.in_(numbers)))}


def items_count(version_id: UUID) -> int:
    """How many items a version has."""
    return db.session.scalar(select(func.count()).where(SyllabusItem.version_id == version_id)) or 0


def authored(found: TrainingView) -> Authored:
    """A version as the rules of signing see it."""
    signed = tuple(Signature(one.organisation_id, one.person_id, one.revision) for one in signatures_of(found.id))
    return Authored(found.state, found.revision, found.authors, signed)


def signatures_of(version_id: UUID) -> list[Signed]:
    """Every signature that was given, also those that a change has voided, newest first."""
    query = select(TrainingSignature).where(TrainingSignature.version_id == version_id)
    rows = db.session.scalars(query.order_by(TrainingSignature.created_at.desc()))
    return [Signed(row.organisation_id, row.person_id, row.revision, row.created_at) for row in rows]


def decisions_of(version_id: UUID) -> list[Decided]:
    """What became of a version, newest first."""
    query = select(TrainingDecision).where(TrainingDecision.version_id == version_id)
    rows = db.session.scalars(query.order_by(TrainingDecision.created_at.desc(), TrainingDecision.leaf_id.desc()))
    return [Decided(row.decision, row.reason, row.created_at) for row in rows]


def remarks_of(version_id: UUID) -> list[Remark]:
    """What reviewers said about a version, newest first."""
    query = select(TrainingRemark).where(TrainingRemark.version_id == version_id)
    rows = db.session.scalars(query.order_by(TrainingRemark.created_at.desc()))
    return [Remark(row.item, row.words, row.created_at) for row in rows]


def bank_versions_of(version_id: UUID) -> list[UUID]:
    """The bank versions that belong to a version of a package."""
    query = select(TrainingBank.bank_version_id).where(TrainingBank.version_id == version_id)
    return list(db.session.scalars(query.order_by(TrainingBank.created_at, TrainingBank.id)))


def syllabus_import(version_id: UUID, import_id: UUID) -> ImportView:
    """A sheet that was read for a version; raises NotFound."""
    mine = (SyllabusImport.id == import_id, SyllabusImport.version_id == version_id)
    row = db.session.scalar(select(SyllabusImport).where(*mine))
    if row is None:
        raise NotFound()
    return ImportView(row.id, row.file_name, row.state, row.content)


def _in_scope(found: TrainingView, principal: Principal) -> bool:
    return any(scope.covers(found.region_code, found.plan_code) for scope in principal.scope)


_COLUMNS = (
    SyllabusItem.id,
    SyllabusItem.number,
    SyllabusItem.title,
    SyllabusItem.theory,
    SyllabusItem.practical,
    SyllabusItem.standard_code,
    SyllabusItem.standard_name,
    SyllabusItem.standard_level,
)


def _items(version_id: UUID) -> Any:
    return select(*_COLUMNS).where(SyllabusItem.version_id == version_id).order_by(SyllabusItem.place)


def _item(row: Any) -> Item:
    standard = Standard(row.standard_code, row.standard_name, row.standard_level)
    return Item(row.number, row.title, row.theory, row.practical, standard)


def _views(query: Select[Any]) -> list[TrainingView]:
    return [_view(row) for row in db.session.scalars(query)]


_SAME: Sequence[str] = [n for n in TrainingView.__dataclass_fields__ if n not in ("state", "standard")]


def _view(row: TrainingVersion) -> TrainingView:
    standard = Standard(row.standard_code, row.standard_name, row.standard_level)
    return TrainingView(state=State(row.state), standard=standard, **{name: getattr(row, name) for name in _SAME})
