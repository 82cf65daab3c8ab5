"""Who works for an organisation, who is asked to, who took over from whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from lms.accounts import roles
from lms.accounts.models import Handover, Membership, Organisation, Person, StaffInvitation
from lms.accounts.rules.delegation import Job
from lms.accounts.rules.staffing import present_owner
from lms.foundation import clock
from lms.foundation.database import db, widened
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal


@dataclass(frozen=True)
class Colleague:
    """Somebody who works for an organisation, with all their roles there."""

    person_id: UUID
    name: str
    masked_phone: str
    roles: tuple[str, ...]

    @property
    def words(self) -> str:
        """Their roles as pages call them."""
        return "、".join(roles.WORDS[role] for role in self.roles)


@dataclass(frozen=True)
class InvitationView:
    """Somebody who is asked to work for an organisation; name and masks as the inviter typed them."""

    id: UUID
    organisation_id: UUID
    person_id: UUID
    role: str
    name: str
    id_mask: str
    phone_mask: str
    expires_on: date
    created_at: datetime

    @property
    def words(self) -> str:
        """The role as pages call it."""
        return roles.WORDS[self.role]


@dataclass(frozen=True)
class HandoverView:
    """Who left and who took over; roles in words."""

    person_id: UUID
    successor_id: UUID
    roles: str
    reason: str
    created_at: datetime


def still_works() -> ColumnElement[bool]:
    """Whether a membership holds today."""
    return Membership.ended_at.is_(None) & (Membership.until.is_(None) | (Membership.until >= clock.today()))


def holds(person_id: UUID, organisation_id: UUID, role: str) -> bool:
    """Whether somebody works for an organisation in this very role today."""
    query = select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.organisation_id == organisation_id,
        Membership.role == role,
        still_works(),
    )
    return db.session.scalar(query) is not None


def led_organisation(principal: Principal) -> UUID:
    """The organisation that the principal answers for as 负责人; raises NotFound."""
    query = select(Membership.organisation_id).where(
        Membership.person_id == principal.person(), Membership.role == "lead", still_works()
    )
    found = db.session.scalar(query.order_by(Membership.created_at, Membership.id).limit(1))
    if found is None:
        raise NotFound()
    return found


def own_organisation(principal: Principal) -> UUID:
    """The organisation whose page the principal may read: the one they answer for, else the one they work for."""
    query = select(Membership.organisation_id, Membership.role).where(
        Membership.person_id == principal.person(), still_works()
    )
    rows = db.session.execute(query.order_by(Membership.created_at, Membership.id)).all()
    if not rows:
        raise NotFound()
    return next((row[0] for row in rows if row[1] == "lead"), rows[0][0])


def own_authority(principal: Principal) -> UUID:
    """The authority that the principal works for; raises NotFound."""
    query = select(Membership.organisation_id).join(Organisation, Organisation.id == Membership.organisation_id)
    query = query.where(Membership.person_id == principal.person(), Organisation.kind == "authority", still_works())
    found = db.session.scalar(query.order_by(Membership.created_at, Membership.id).limit(1))
    if found is None:
        raise NotFound()
    return found


def colleagues(organisation_id: UUID) -> list[Colleague]:
    """Everybody who works for an organisation today, in the order of joining; the caller says whose it is."""
    query = select(Membership.person_id, Person.name, Person.phone_mask, Membership.role).join(
        Person, Person.id == Membership.person_id
    )
    here = query.where(Membership.organisation_id == organisation_id, still_works())
    with widened("the staff of one organisation"):
        rows = db.session.execute(here.order_by(Membership.created_at, Membership.id)).all()
    found: dict[UUID, Colleague] = {}
    for person_id, name, phone, role in rows:
        before = found[person_id].roles if person_id in found else ()
        found[person_id] = Colleague(person_id, name, phone or "", (*before, role))
    return list(found.values())


def jobs_of(people: Collection[UUID]) -> list[Job]:
    """All the work that people do today, everywhere."""
    query = select(Membership.person_id, Membership.organisation_id, Organisation.kind, Membership.role).join(
        Organisation, Organisation.id == Membership.organisation_id
    )
    with widened("the work of colleagues"):
        return [Job(*row) for row in db.session.execute(query.where(Membership.person_id.in_(people), still_works()))]


def open_invitations(organisation_id: UUID) -> list[InvitationView]:
    """Who is asked to work for an organisation and has not answered, newest first."""
    query = _INVITATIONS.where(StaffInvitation.organisation_id == organisation_id)
    return _invited(query.order_by(StaffInvitation.created_at.desc()))


def invitations_to(person_id: UUID) -> list[InvitationView]:
    """What somebody is asked to do and has not answered."""
    return _invited(_INVITATIONS.where(StaffInvitation.person_id == person_id).order_by(StaffInvitation.created_at))


def handovers(organisation_id: UUID) -> list[HandoverView]:
    """Who left an organisation and who took over, newest first."""
    query = select(*(getattr(Handover, name) for name in HandoverView.__dataclass_fields__))
    query = query.where(Handover.organisation_id == organisation_id).order_by(Handover.created_at.desc())
    with widened("the handovers of one organisation"):
        return [HandoverView(*row) for row in db.session.execute(query)]


def present_owners(organisation_id: UUID, people: Collection[UUID]) -> dict[UUID, UUID]:
    """Who looks after each one's open items now, along the handovers of those who no longer work there."""
    handed = {one.person_id: one.successor_id for one in reversed(handovers(organisation_id))}
    here = {colleague.person_id for colleague in colleagues(organisation_id)}
    gone = {person: successor for person, successor in handed.items() if person not in here}
    return {person: present_owner(person, gone) for person in people}


def names_of(people: Collection[UUID]) -> dict[UUID, str]:
    """What people are called; for colleagues, wherever they were met."""
    with widened("the names of colleagues"):
        rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
        return {row[0]: row[1] for row in rows}


_INVITATIONS = select(*(getattr(StaffInvitation, name) for name in InvitationView.__dataclass_fields__))


def _invited(query) -> list[InvitationView]:  # type: ignore[no-untyped-def]
    waiting = query.where(StaffInvitation.state == "open", StaffInvitation.expires_on >= clock.today())
    with widened("the invitations of one organisation or person"):
        return [InvitationView(*row) for row in db.session.execute(waiting)]
