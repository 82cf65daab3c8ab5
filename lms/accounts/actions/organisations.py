"""Organisations: found, renamed, let into a plan, given a scope; and the people who work for them."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from lms.accounts.actions.audit import audit
from lms.accounts.models import AuthorityScope, FormerName, Membership, Organisation, OrganisationPlan
from lms.accounts.rules import regions
from lms.foundation import clock
from lms.foundation.database import acting, db
from lms.foundation.errors import NotFound, Refused

TAKEN = "这个名称已经有别的单位用了，对着营业执照再看一遍"


def found_organisation(
    kind: str,
    name: str,
    region_code: str,
    *,
    credit_code: str | None = None,
    institution_kind: str | None = None,
    department: str | None = None,
) -> UUID:
    """The organisation of this name; made if it is not there."""
    values = {"id": uuid4(), "created_at": clock.now(), "kind": kind, "name": name, "region_code": region_code}
    more = {"credit_code": credit_code, "institution_kind": institution_kind, "department": department}
    row = insert(Organisation).values(**values, **more)
    known = {name: value for name, value in more.items() if value is not None}
    row = row.on_conflict_do_update(index_elements=["name"], set_={"region_code": region_code, **known})
    return db.session.scalars(row.returning(Organisation.id)).one()


def rename(organisation_id: UUID, name: str, reason: str) -> None:
    """Give an organisation a new name; the old one stays in its history. Raises Refused where the name is taken."""
    row = db.session.scalar(select(Organisation).where(Organisation.id == organisation_id).with_for_update())
    if row is None:
        raise NotFound()
    if not reason.strip():
        raise Refused("写一句依据，比如“营业执照 2026 年 11 月变更”", field="reason")
    if row.name == name:
        raise Refused("新名称和现在的一样，不用改", field="name")
    former = {"name": row.name, "until": clock.today(), "reason": reason.strip()}
    db.session.add(FormerName(organisation_id=row.id, changed_by=acting().person_id, **former))
    row.name = name
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as problem:
        raise Refused(TAKEN, field="name") from problem
    audit("organisation:rename", subject=f"organisation {row.id}", reason=reason.strip())


def take_part(organisation_id: UUID, plan_code: str) -> None:
    """Let an institution or enterprise take part in a plan, in its region."""
    region = db.session.scalar(select(Organisation.region_code).where(Organisation.id == organisation_id))
    row = {"organisation_id": organisation_id, "plan_code": plan_code, "region_code": region}
    db.session.execute(insert(OrganisationPlan).values(**row).on_conflict_do_nothing())


def give_scope(organisation_id: UUID, region: str, plan_code: str | None, department: str | None = None) -> None:
    """Let an authority answer for a region prefix in any filling (441900 is 4419), a plan and a department (None: every one)."""
    reach = regions.normal(region) or region
    row = {"id": uuid4(), "organisation_id": organisation_id, "region": reach, "plan_code": plan_code}
    db.session.execute(insert(AuthorityScope).values(**row, department=department).on_conflict_do_nothing())


def employ(person_id: UUID, organisation_id: UUID, role: str) -> None:
    """Let somebody work for an organisation in a role; who had left it comes back."""
    row = {"id": uuid4(), "created_at": clock.now(), "person_id": person_id, "organisation_id": organisation_id}
    again = (
        insert(Membership)
        .values(**row, role=role)
        .on_conflict_do_update(
            index_elements=["person_id", "organisation_id", "role"], set_={"until": None, "ended_at": None}
        )
    )
    db.session.execute(again)
