"""Two entries that are one person: an alias is added, nothing is rewritten; evidence keeps the id it was given."""

from uuid import UUID

from sqlalchemy import delete, literal, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.actions.audit import audit
from lms.accounts.models import KnownTo, Person, PersonAlias, WebSession
from lms.foundation.database import db, widened
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal


def merge_doubtful(person_id: UUID, reason: str, principal: Principal) -> UUID:
    """Say that somebody on a roster is the person who holds the number already; gives back that person.

    Raises NotFound outside the principal's sight, Refused without a reason, Conflict where it was decided before.
    """
    if not principal.may(Permission.PERSON_MERGE):
        raise NotFound()
    row = db.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    if not reason.strip():
        raise Refused("写一句凭什么认定是同一个人，这句话会留档", field="reason")
    if row.claimed_index is None:
        raise Conflict("这个账号的号码没有和别人重复，刷新看看最新的情况")
    with widened("merge two entries of one person"):
        holder = db.session.scalar(select(Person.id).where(Person.id_number_index == row.claimed_index))
        if holder is None:
            raise Conflict("原来用这个号码的账号已经改过，刷新看看最新的情况")
        _join(holder, row)
    db.session.add(PersonAlias(person_id=holder, other_id=person_id, decided_by=principal.person(), reason=reason))
    db.session.flush()
    audit("person:merge", subject=f"person {person_id} is person {holder}", reason=reason.strip())
    return holder


def _join(holder: UUID, other: Person) -> None:
    """Who dealt with the one deals with the other; the second entry signs nobody in any more."""
    met = select(literal(holder), KnownTo.tenant_id, KnownTo.region_code, KnownTo.plan_code)
    places = ["person_id", "tenant_id", "region_code", "plan_code"]
    known = insert(KnownTo).from_select(places, met.where(KnownTo.person_id == other.id)).on_conflict_do_nothing()
    db.session.execute(known)
    other.claimed_index = other.phone = other.phone_index = other.phone_mask = other.password_hash = None
    db.session.execute(delete(WebSession).where(WebSession.person_id == other.id))
    db.session.flush()
