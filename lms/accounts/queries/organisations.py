"""Questions about organisations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_

from lms.accounts import rules
from lms.accounts.models import Application, FormerName, Organisation, OrganisationPlan
from lms.accounts.models.regions import Region
from lms.accounts.rules.organisations import INSTITUTION_KINDS, KINDS
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal
from lms.foundation.scoping import covered

Mark = tuple[datetime, UUID]


@dataclass(frozen=True)
class OrganisationView:
    """An organisation as pages show it."""

    id: UUID
    kind: str
    name: str
    region_code: str
    credit_code: str | None = None
    institution_kind: str | None = None
    department: str | None = None

    @property
    def kind_words(self) -> str:
        """What sort of organisation it is: of an institution, which of L132's."""
        return INSTITUTION_KINDS.get(self.institution_kind or "", KINDS[self.kind])


@dataclass(frozen=True)
class FormerNameView:
    """A name of before, and the day until which it held."""

    name: str
    until: date
    reason: str


@dataclass(frozen=True)
class ApplicationView:
    """An organisation that asks to take part; number and phone of the one who answers for it masked."""

    id: UUID
    created_at: datetime
    kind: str
    institution_kind: str | None
    name: str
    credit_code: str
    region_code: str
    plan_code: str
    lead_name: str
    lead_id_mask: str
    lead_phone_mask: str
    state: str
    decided_at: datetime | None
    reason: str
    organisation_id: UUID | None

    @property
    def kind_words(self) -> str:
        """What sort of organisation it is."""
        return INSTITUTION_KINDS.get(self.institution_kind or "", KINDS[self.kind])


def organisation(organisation_id: UUID) -> OrganisationView:
    """One organisation; their names are public."""
    row = db.session.get(Organisation, organisation_id)
    if row is None:
        raise NotFound()
    return _view(row)


def organisations(ids: Collection[UUID]) -> dict[UUID, OrganisationView]:
    """Organisations by id."""
    rows = db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
    return {row.id: _view(row) for row in rows}


def organisation_by_credit_code(code: str) -> OrganisationView | None:
    """The organisation with a unified social credit code, where there is one."""
    row = db.session.scalar(select(Organisation).where(Organisation.credit_code == code))
    return _view(row) if row else None


def former_names(organisation_id: UUID) -> list[FormerNameView]:
    """What an organisation was called before, newest first."""
    query = select(FormerName.name, FormerName.until, FormerName.reason)
    query = query.where(FormerName.organisation_id == organisation_id).order_by(FormerName.created_at.desc())
    return [FormerNameView(*row) for row in db.session.execute(query)]


def plans_of_organisation(organisation_id: UUID) -> list[str]:
    """The codes of the plans that an organisation takes part in, of those that the principal may see."""
    query = select(OrganisationPlan.plan_code).where(OrganisationPlan.organisation_id == organisation_id)
    return list(db.session.scalars(query.order_by(OrganisationPlan.plan_code)))


def organisations_in_scope(
    principal: Principal, words: str = "", number: int = 1, size: int = 50
) -> tuple[list[OrganisationView], int]:
    """A page (from 1) of the organisations that take part where the principal answers, by name; and how many there are."""
    theirs = select(OrganisationPlan.organisation_id).where(
        covered(OrganisationPlan.region_code, OrganisationPlan.plan_code, principal.scope)
    )
    found: ColumnElement[bool] = Organisation.id.in_(theirs)
    if words:
        found &= Organisation.name.contains(words, autoescape=True) | (Organisation.credit_code == words)
    count = db.session.scalar(select(func.count()).select_from(Organisation).where(found)) or 0
    page = select(Organisation).where(found).order_by(Organisation.name).offset((number - 1) * size).limit(size)
    return [_view(row) for row in db.session.scalars(page)], count


def organisation_in_scope(organisation_id: UUID, principal: Principal) -> OrganisationView:
    """An organisation that takes part where the principal answers; raises NotFound."""
    theirs = select(OrganisationPlan.organisation_id).where(
        OrganisationPlan.organisation_id == organisation_id,
        covered(OrganisationPlan.region_code, OrganisationPlan.plan_code, principal.scope),
    )
    if db.session.scalar(theirs.limit(1)) is None:
        raise NotFound()
    return organisation(organisation_id)


_APPLICATION = select(*(getattr(Application, name) for name in ApplicationView.__dataclass_fields__))


def application(application_id: UUID) -> ApplicationView:
    """One application, by the number that its receipt shows; raises NotFound."""
    row = db.session.execute(_APPLICATION.where(Application.id == application_id)).first()
    if row is None:
        raise NotFound()
    return ApplicationView(*row)


def application_in_scope(application_id: UUID, principal: Principal) -> ApplicationView:
    """An application that the principal's authority answers; raises NotFound."""
    found = application(application_id)
    if not any(scope.covers(found.region_code, found.plan_code) for scope in principal.scope):
        raise NotFound()
    return found


def applications_waiting(
    principal: Principal, after: Mark | None = None, limit: int = 50, plan_code: str = ""
) -> list[ApplicationView]:
    """The applications that wait for the principal's authority, the oldest first."""
    query = _APPLICATION.where(_waiting(principal, plan_code))
    if after is not None:
        query = query.where(tuple_(Application.created_at, Application.id) > tuple_(*after))
    rows = db.session.execute(query.order_by(Application.created_at, Application.id).limit(limit))
    return [ApplicationView(*row) for row in rows]


def count_applications(principal: Principal, plan_code: str = "") -> int:
    """How many wait."""
    return db.session.scalar(select(func.count()).select_from(Application).where(_waiting(principal, plan_code))) or 0


def _waiting(principal: Principal, plan_code: str) -> ColumnElement[bool]:
    found = (Application.state == "waiting") & covered(Application.region_code, Application.plan_code, principal.scope)
    return found & (Application.plan_code == plan_code) if plan_code else found


def _view(row: Organisation) -> OrganisationView:
    return OrganisationView(
        row.id, row.kind, row.name, row.region_code, row.credit_code, row.institution_kind, row.department
    )


def is_tenant(view: OrganisationView) -> bool:
    """Whether an organisation files classes, rather than decides on them."""
    return view.kind in rules.TENANT_KINDS


def organisations_of(kind: str, words: str, most: int = 20) -> list[OrganisationView]:
    """Organisations of a kind whose name contains the words, by name; names are public."""
    query = select(Organisation).where(Organisation.kind == kind, Organisation.name.contains(words, autoescape=True))
    return [_view(row) for row in db.session.scalars(query.order_by(Organisation.name).limit(most))]


def counties() -> dict[str, list[tuple[str, str]]]:
    """Where an organisation can be: city → (six-digit code, name); a city without counties (东莞, 中山) stands for itself."""
    now = Region.valid_until.is_(None) | (Region.valid_until > clock.today())
    rows = db.session.execute(
        select(Region.code, Region.name, Region.parent, Region.level)
        .where(Region.level.in_(("city", "county")), now)
        .order_by(Region.code)
    ).all()
    below: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row.level == "county":
            below.setdefault(row.parent, []).append((row.code, row.name))
    return {r.name: below.get(r.code, [(r.code.ljust(6, "0"), r.name)]) for r in rows if r.level == "city"}
