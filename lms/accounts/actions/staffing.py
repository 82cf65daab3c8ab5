"""Asking people in, giving and taking roles, and leaving in good order."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from lms.accounts import roles, rules
from lms.accounts.actions.audit import audit
from lms.accounts.actions.organisations import employ
from lms.accounts.models import Delegation, Handover, Membership, Organisation, Person, StaffInvitation, WebSession
from lms.accounts.queries.staff import still_works
from lms.accounts.rules import staffing
from lms.foundation import clock
from lms.foundation.database import db, widened
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.principal import Principal

ANSWERED = "这份邀请已经回复过，或者过期、收回了"


def invite_prepared(organisation_id: UUID, prepared: dict[str, Any], role: str, principal: Principal) -> None:
    """Ask somebody (a prepared row of the person table) to work for an organisation in a role.

    Whether the identity number is known makes no difference to what is answered or shown. Asking twice is asking once.
    """
    kind = db.session.scalar(select(Organisation.kind).where(Organisation.id == organisation_id))
    if role not in staffing.roles_for(kind or "", roles.OF_TENANTS, roles.OF_AUTHORITIES):
        raise Refused("选一个岗位", field="role")
    with widened("ask somebody to work for an organisation"):
        person_id = _person_for(prepared)
        if person_id == principal.person_id:
            raise Refused(staffing.OWN_ROLE, field="role")
        masks = {"id_mask": prepared["id_number_mask"], "phone_mask": prepared["phone_mask"]}
        row = {"id": uuid4(), "created_at": clock.now(), "organisation_id": organisation_id, "person_id": person_id}
        days = clock.today() + timedelta(days=staffing.INVITATION_DAYS)
        rest = {"role": role, "name": prepared["name"], "invited_by": principal.person_id, "expires_on": days}
        _withdraw_expired(organisation_id, person_id, role)
        once = insert(StaffInvitation).values(**row, **rest, **masks, state="open").on_conflict_do_nothing()
        db.session.execute(once)
    audit("staff:invite", subject=f"organisation {organisation_id}", reason=roles.WORDS[role])


def answer(invitation_id: UUID, *, accept: bool, principal: Principal) -> None:
    """Say yes or no to an invitation of one's own; raises Conflict where it is over."""
    row = db.session.scalar(
        select(StaffInvitation)
        .where(StaffInvitation.id == invitation_id, StaffInvitation.person_id == principal.person())
        .with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.state != "open" or row.expires_on < clock.today():
        raise Conflict(ANSWERED)
    row.state, row.answered_at = "accepted" if accept else "declined", clock.now()
    if accept:
        employ(row.person_id, row.organisation_id, row.role)
    db.session.flush()
    audit(f"staff:{row.state}", subject=f"organisation {row.organisation_id}", reason=roles.WORDS[row.role])


def withdraw(invitation_id: UUID, organisation_id: UUID) -> None:
    """Take an open invitation of the organisation back; raises Conflict where it was answered meanwhile."""
    with widened("the invitations of one organisation"):
        row = db.session.scalar(
            select(StaffInvitation)
            .where(StaffInvitation.id == invitation_id, StaffInvitation.organisation_id == organisation_id)
            .with_for_update()
        )
        if row is None:
            raise NotFound()
        if row.state != "open":
            raise Conflict(ANSWERED)
        row.state, row.answered_at = "withdrawn", clock.now()
        db.session.flush()


def give_role(organisation_id: UUID, person_id: UUID, role: str, principal: Principal) -> None:
    """Give somebody who works here another role; raises Refused for one's own."""
    here = _staff_locked(organisation_id)
    kind = db.session.scalar(select(Organisation.kind).where(Organisation.id == organisation_id))
    if person_id not in {who for who, _ in here}:
        raise NotFound()
    if person_id == principal.person_id:
        raise Refused(staffing.OWN_ROLE, field="role")
    if role not in staffing.roles_for(kind or "", roles.OF_TENANTS, roles.OF_AUTHORITIES):
        raise Refused("选一个岗位", field="role")
    with widened("give a colleague a role"):
        employ(person_id, organisation_id, role)
    audit("staff:give-role", subject=f"person {person_id}", reason=roles.WORDS[role])


def take_role(organisation_id: UUID, person_id: UUID, role: str, principal: Principal) -> None:
    """Take a role from somebody who works here; raises Refused for one's own or the last 负责人."""
    here = _staff_locked(organisation_id)
    if (person_id, role) not in here:
        raise NotFound()
    problem = staffing.why_not_end(person_id, principal.person(), role, here)
    if problem:
        raise Refused(problem)
    _end(organisation_id, person_id, (role,))
    audit("staff:take-role", subject=f"person {person_id}", reason=roles.WORDS.get(role, role))


def leave(organisation_id: UUID, person_id: UUID, successor_id: UUID | None, reason: str, principal: Principal) -> None:
    """Somebody leaves: roles end now, sessions end now, the successor takes over roles and open items."""
    here = _staff_locked(organisation_id)
    problem = staffing.why_not_leave(person_id, successor_id, principal.person(), here)
    if problem or successor_id is None:
        raise Refused(problem or "", field="successor")
    theirs = tuple(sorted({role for who, role in here if who == person_id}))
    words = "、".join(roles.WORDS[role] for role in theirs)
    _end(organisation_id, person_id, theirs)
    with widened("hand over the work of a colleague who leaves"):
        for role in theirs:
            employ(successor_id, organisation_id, role)
        who = {"person_id": person_id, "successor_id": successor_id, "made_by": principal.person_id}
        db.session.add(Handover(organisation_id=organisation_id, roles=words, reason=reason.strip(), **who))
        db.session.execute(delete(WebSession).where(WebSession.person_id == person_id))
        _end_loans(organisation_id, person_id)
        db.session.flush()
    audit("staff:leave", subject=f"person {person_id}", reason=reason.strip() or words)


def _person_for(prepared: dict[str, Any]) -> UUID:
    """The person with this number and name, made if new; a number that another name holds is only claimed."""
    once = insert(Person).values(**prepared).on_conflict_do_nothing(index_elements=["id_number_index"])
    db.session.execute(once)
    holder = db.session.execute(
        select(Person.id, Person.name).where(Person.id_number_index == prepared["id_number_index"])
    ).one()
    if rules.same_name(str(prepared["name"]), holder.name):
        return UUID(str(holder.id))
    claimed = select(Person.id).where(
        Person.claimed_index == prepared["id_number_index"], Person.name == prepared["name"],
        Person.phone_index == prepared["phone_index"],
    )  # fmt: skip
    before = db.session.scalar(claimed.limit(1))
    if before is None:
        claim = {**prepared, "id_number_index": None, "claimed_index": prepared["id_number_index"]}
        db.session.execute(insert(Person).values(**claim))
    return before or prepared["id"]


def _withdraw_expired(organisation_id: UUID, person_id: UUID, role: str) -> None:
    old = update(StaffInvitation).where(
        StaffInvitation.organisation_id == organisation_id,
        StaffInvitation.person_id == person_id,
        StaffInvitation.role == role,
        StaffInvitation.state == "open",
        StaffInvitation.expires_on < clock.today(),
    )
    db.session.execute(old.values(state="withdrawn", answered_at=clock.now()))


def _staff_locked(organisation_id: UUID) -> set[tuple[UUID, str]]:
    """Who works here in which role, the rows ours until the commit: two who change the staff take turns."""
    query = select(Membership.person_id, Membership.role).where(
        Membership.organisation_id == organisation_id, still_works()
    )
    with widened("the staff of one organisation"):
        # The organisation's row is the one lock that everybody who changes its staff meets at.
        db.session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
        return {(row[0], row[1]) for row in db.session.execute(query)}


def _end(organisation_id: UUID, person_id: UUID, ended: tuple[str, ...]) -> None:
    rows = update(Membership).where(
        Membership.organisation_id == organisation_id,
        Membership.person_id == person_id,
        Membership.role.in_(ended),
        Membership.ended_at.is_(None),
    )
    with widened("end a colleague's role"):
        db.session.execute(rows.values(ended_at=clock.now(), until=clock.today()))


def _end_loans(organisation_id: UUID, person_id: UUID) -> None:
    theirs = (Delegation.person_id == person_id) | (Delegation.borrower_id == person_id)
    rows = update(Delegation).where(
        Delegation.organisation_id == organisation_id, theirs, Delegation.ended_at.is_(None)
    )
    db.session.execute(rows.values(ended_at=clock.now()))
