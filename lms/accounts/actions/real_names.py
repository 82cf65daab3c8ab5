"""Establishing real names: by a clerk who held the document, or by the province's sign-on."""

from uuid import UUID

from lms.accounts.actions.audit import audit
from lms.accounts.models import Person, RealNameCheck
from lms.accounts.rules import real_names as rules
from lms.accounts.rules.real_names import RealName
from lms.foundation.database import db
from lms.foundation.errors import NotFound, Refused
from lms.foundation.principal import Principal

DOUBTFUL = "这个证件号码另有一个账号在用，先请主管部门看两个账号是不是同一个人"


def set_real_name_status(
    person_id: UUID,
    status: RealName,
    principal: Principal,
    *,
    document: str = "",
    document_id: UUID | None = None,
) -> None:
    """Write down how a real name was established; what is weaker than what stands changes nothing.

    `document` names the paper that was seen. Raises NotFound, and Refused for oneself or a number held by two entries.
    """
    row = db.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if row is None or row.erased_at is not None:
        raise NotFound()
    if rules.is_weaker(status, RealName(row.real_name)):
        return
    _refuse(row, status, document, principal)
    row.real_name = status
    _enter(row.id, status, document, document_id, principal)


def _refuse(row: Person, status: RealName, document: str, principal: Principal) -> None:
    if status is RealName.DOCUMENT_SEEN and principal.person() == row.id:
        raise Refused("自己的证件要由别人来看")
    if status is RealName.DOCUMENT_SEEN and document not in rules.PAPERS:
        raise Refused("选看的是哪一种证件", field="document")
    if row.claimed_index is not None:
        raise Refused(DOUBTFUL, code="doubtful")


def _enter(person_id: UUID, status: RealName, document: str, document_id: UUID | None, principal: Principal) -> None:
    by = None if principal.person_id == person_id else principal.person_id
    organisation = min(principal.organisations, default=None) if by else None
    values = {"status": status, "document": document, "checked_by": by, "document_id": document_id}
    db.session.add(RealNameCheck(person_id=person_id, organisation_id=organisation, **values))
    db.session.flush()
    audit("real-name:set", subject=f"person {person_id}", reason=f"{status} {document}".strip())
