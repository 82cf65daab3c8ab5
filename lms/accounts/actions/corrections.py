"""A person asks for their name or number to be put right; somebody who has seen the document decides."""

from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.accounts.actions.audit import audit
from lms.accounts.actions.real_names import set_real_name_status
from lms.accounts.models import CorrectionRequest, Person
from lms.accounts.queries.rights import CorrectionView, corrections
from lms.accounts.rules import documents
from lms.accounts.rules.documents import IdKind
from lms.accounts.rules.identity import Fault, read_id_number, read_name
from lms.accounts.rules.real_names import PAPERS, RealName
from lms.foundation import clock, secrets
from lms.foundation.database import db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal

ASKED = "这一项你已经提过一次，老师看完再提"
TAKEN = "这个号码登记在另一个账号下。两个账号是同一个人的话，请主管部门合并"
DECIDED = "这条更正刚才已经有人看过了，刷新看看结果"


def ask(field: str, wanted: str, reason: str, principal: Principal, document_id: UUID | None = None) -> UUID:
    """Ask for one's name or number to be put right; raises Refused with the field at fault, or Conflict.

    Whether anybody else has that number is not looked at: the answer would tell a stranger.
    """
    clean = _read(field, wanted)
    person_id, request_id = principal.person(), uuid4()
    text = msgspec.json.encode({"wanted": clean, "reason": " ".join(reason.split())[:300]}).decode()
    content = secrets.seal("correction_request", "content", request_id, text)
    row = CorrectionRequest(id=request_id, person_id=person_id, field=field, content=content, document_id=document_id)
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as problem:
        raise Conflict(ASKED) from problem
    return request_id


def open_corrections(person_id: UUID, principal: Principal) -> list[CorrectionView]:
    """What a person wants put right, opened for who decides; entered in the audit when there is something to see."""
    if not principal.may(Permission.PERSON_CORRECT):
        raise NotFound()
    found = corrections(person_id, opened=True)
    if found:
        audit("correction:look", subject=f"person {person_id}", reason="办更正前看材料")
    return found


def decide(request_id: UUID, *, accept: bool, paper: str, answer: str, principal: Principal) -> None:
    """Put it right as the document says, or refuse with a sentence; raises NotFound, Refused or Conflict."""
    row = _locked(request_id)
    if row.person_id == principal.person():
        raise Refused("这条更正是你提出的，不能由你批准，要等第二个人")
    if accept and paper not in PAPERS:
        raise Refused("选看的是哪一种证件。没看到证件就不能改", field="document")
    if not accept and not answer.strip():
        raise Refused("写一句为什么没有改，本人看得到", field="answer")
    if accept:
        _put_right(row, paper, principal)
    row.state, row.decided_by, row.decided_at = "accepted" if accept else "refused", principal.person(), clock.now()
    row.answer = secrets.seal("correction_request", "answer", row.id, answer.strip()[:300]) if answer.strip() else None
    db.session.flush()
    subject = f"correction {row.id} of person {row.person_id}"
    audit(f"correction:{row.state}", subject=subject, reason=paper if accept else "refused")


def _read(field: str, wanted: str) -> str:
    readers = {"name": read_name, "id_number": lambda text: read_id_number(text, is_number=False, today=clock.today())}
    if field not in readers:
        raise Refused("选要改姓名还是身份证号", field="field")
    found = readers[field](wanted)
    if isinstance(found, Fault):
        raise Refused(f"{found.reason}。{found.mend}", field="wanted")
    return found


def _locked(request_id: UUID) -> CorrectionRequest:
    query = select(CorrectionRequest).where(CorrectionRequest.id == request_id)
    row = db.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    if row.state != "open" or row.content is None:
        raise Conflict(DECIDED)
    return row


def _put_right(row: CorrectionRequest, paper: str, principal: Principal) -> None:
    told = msgspec.json.decode(secrets.unseal("correction_request", "content", row.id, row.content or b""))
    person = db.session.get_one(Person, row.person_id, with_for_update=True, populate_existing=True)
    if row.field == "name":
        person.name = told["wanted"]
    else:
        _renumber(person, told["wanted"])
    db.session.flush()
    set_real_name_status(person.id, RealName.DOCUMENT_SEEN, principal, document=paper, document_id=row.document_id)


def _renumber(person: Person, number: str) -> None:
    kind = documents.settled_kind(IdKind.ID_CARD, number)
    try:
        with db.session.begin_nested():
            person.id_kind, person.claimed_index, person.particulars = kind, None, None
            person.id_number = secrets.seal("person", "id_number", person.id, number)
            person.id_number_index = secrets.blind_index("id_number", documents.index_text(kind, number))
            person.id_number_mask = documents.masked(kind, number)
            db.session.flush()
    except IntegrityError as problem:
        raise Conflict(TAKEN) from problem
