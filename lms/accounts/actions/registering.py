"""Organisations that ask to take part, and what an authority says to them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from lms.accounts import rules
from lms.accounts.actions.audit import audit
from lms.accounts.actions.organisations import TAKEN, take_part
from lms.accounts.actions.people import prepare
from lms.accounts.actions.staffing import invite_prepared
from lms.accounts.models import Application, Organisation
from lms.accounts.queries.delegations import in_whose_place
from lms.accounts.queries.organisations import organisation_by_credit_code
from lms.foundation import clock, secrets
from lms.foundation.database import db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.principal import Principal

ASKED_ALREADY = "这个统一社会信用代码已经交过登记，正在等主管部门看，不用再交"
REGISTERED = "这个单位已经登记过了，让单位的负责人请你进来，不用再登记"
DECIDED = "这份登记刚才已经有人办了，刷新看看结果"


@dataclass(frozen=True)
class NewOrganisation:
    """What an organisation says of itself, and who will answer for it; the code is normal and right."""

    kind: str
    institution_kind: str | None
    name: str
    credit_code: str
    region_code: str
    plan_code: str
    lead: rules.NewPerson


def prepare_application(asked: NewOrganisation) -> dict[str, Any]:
    """Seal what must be sealed, before any transaction."""
    application_id = uuid4()
    words = ("kind", "institution_kind", "name", "credit_code", "region_code", "plan_code")
    sealed = {
        "lead_id_number": secrets.seal(
            "organisation_application", "lead_id_number", application_id, asked.lead.id_number
        ),
        "lead_phone": secrets.seal("organisation_application", "lead_phone", application_id, asked.lead.phone),
    }
    masks = {
        "lead_name": asked.lead.name,
        "lead_id_mask": rules.mask_id_number(asked.lead.id_number),
        "lead_phone_mask": rules.mask_phone(asked.lead.phone),
    }
    head = {"id": application_id, "created_at": clock.now(), "state": "waiting", "reason": ""}
    return head | {name: getattr(asked, name) for name in words} | sealed | masks


def apply(prepared: dict[str, Any]) -> UUID:
    """Hand an application in; raises Refused where the organisation is here already or has asked before."""
    if organisation_by_credit_code(prepared["credit_code"]):
        raise Refused(REGISTERED, field="credit_code")
    row = insert(Application).values(**prepared).on_conflict_do_nothing().returning(Application.id)
    kept = db.session.scalar(row)
    if kept is None:
        raise Refused(ASKED_ALREADY, field="credit_code")
    return kept


def decide_application(application_id: UUID, *, approve: bool, reason: str, principal: Principal) -> UUID | None:
    """Let an organisation in or send it back with a reason; gives its id. Raises Conflict where somebody was quicker."""
    row = _waiting(application_id, principal)
    if not approve and not reason.strip():
        raise Refused("写一句为什么退回，对方才知道改哪里", field="reason")
    organisation_id = _let_in(row, principal) if approve else None
    said = "，".join(part for part in (in_whose_place(), reason.strip()) if part)
    row.state = "accepted" if approve else "refused"
    row.decided_by, row.decided_at, row.reason = principal.person(), clock.now(), said
    row.organisation_id = organisation_id
    db.session.flush()
    audit(f"organisation:{'admit' if approve else 'refuse'}", subject=f"application {row.id}", reason=said)
    return organisation_id


def _waiting(application_id: UUID, principal: Principal) -> Application:
    query = select(Application).where(Application.id == application_id).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or not any(scope.covers(row.region_code, row.plan_code) for scope in principal.scope):
        raise NotFound()
    if row.state != "waiting":
        raise Conflict(DECIDED)
    return row


def _let_in(row: Application, principal: Principal) -> UUID:
    place = Organisation(kind=row.kind, name=row.name, region_code=row.region_code)
    place.id, place.credit_code, place.institution_kind = uuid4(), row.credit_code, row.institution_kind
    try:
        with db.session.begin_nested():
            db.session.add(place)
            db.session.flush()
    except IntegrityError as problem:
        raise Refused(TAKEN, field="name") from problem
    take_part(place.id, row.plan_code)
    number = secrets.unseal("organisation_application", "lead_id_number", row.id, row.lead_id_number or b"")
    phone = secrets.unseal("organisation_application", "lead_phone", row.id, row.lead_phone or b"")
    [lead] = prepare([rules.NewPerson(row.lead_name, number, phone)])
    invite_prepared(place.id, lead, "lead", principal)
    return place.id
