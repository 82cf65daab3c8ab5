"""Qualifications with their documents, and the pool of teachers."""

import hashlib
import io
from dataclasses import asdict, dataclass
from datetime import date
from typing import BinaryIO
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import select

from lms.accounts.actions.audit import audit
from lms.accounts.models import Organisation, Qualification, Teacher
from lms.accounts.queries.delegations import in_whose_place
from lms.accounts.rules import qualifications
from lms.foundation import clock
from lms.foundation.database import db
from lms.foundation.errors import Conflict, NotFound, Refused, TooLarge
from lms.foundation.principal import Principal
from media.storage import key_for

MOST_BYTES = 5 * 1024 * 1024
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"%PDF-", "application/pdf", ".pdf"),
)


@dataclass(frozen=True)
class KeptPaper:
    """The document of a qualification as it lies in the storage."""

    file_key: str
    file_type: str
    file_bytes: int


@dataclass(frozen=True)
class NewQualification:
    """A paper as it is entered: kind, number, who issued it, its days (None: without end), the plan it is for."""

    kind: str
    number: str
    issued_by: str
    valid_from: date
    valid_until: date | None
    plan_code: str


@dataclass(frozen=True)
class TeacherEntry:
    """A teacher as a clerk writes them down."""

    name: str
    field: str
    employment: str
    certificate: str
    certificate_number: str
    valid_from: date | None
    valid_until: date | None


def keep_paper(data: bytes) -> KeptPaper | None:
    """Put a document into the storage, outside the transaction; None for no file. Raises Refused for another type."""
    if not data:
        return None
    if len(data) > MOST_BYTES:
        raise TooLarge(f"文件超过 {MOST_BYTES // 1024 // 1024} MB，拍小一点再传")
    found = next(((kind, suffix) for start, kind, suffix in _STARTS if data.startswith(start)), None)
    if found is None:
        raise Refused("只收 JPG、PNG 照片和 PDF，换一个文件再传", field="file")
    key = key_for(hashlib.sha256(data).hexdigest(), found[1])
    current_app.extensions["storage"].put(key, io.BytesIO(data), found[0])
    return KeptPaper(key, found[0], len(data))


def open_paper(key: str) -> BinaryIO:
    """The document of a qualification, outside the transaction."""
    stream: BinaryIO = current_app.extensions["storage"].open(key)
    return stream


def add_qualification(tenant_id: UUID, new: NewQualification, paper: KeptPaper | None, principal: Principal) -> UUID:
    """Enter a paper; it holds once an authority has looked at it."""
    region = db.session.scalar(select(Organisation.region_code).where(Organisation.id == tenant_id))
    values = asdict(new) | {"plan_code": qualifications.plan_of(new.kind, new.plan_code), "region_code": region}
    document = asdict(paper) if paper else {}
    row = Qualification(id=uuid4(), tenant_id=tenant_id, added_by=principal.person(), **values, **document)
    db.session.add(row)
    db.session.flush()
    return row.id


def decide_qualification(qualification_id: UUID, *, approve: bool, reason: str, principal: Principal) -> None:
    """Accept a paper, send it back, or take an accepted one back (approve=False), with a reason."""
    row = _in_scope(qualification_id, principal)
    if row.state not in ("waiting", "accepted") or (approve and row.state != "waiting"):
        raise Conflict("这份资质刚才已经有人核对过，刷新看看结果")
    if row.tenant_id in principal.organisations or row.added_by == principal.person_id:
        raise Refused("这份资质是你单位交的，不能由你核对，要等主管部门的人", code="own_filing")
    if not approve and not reason.strip():
        raise Refused("写一句为什么，对方才知道怎么办", field="reason")
    said = "，".join(part for part in (in_whose_place(), reason.strip()) if part)
    row.state = "accepted" if approve else {"waiting": "refused", "accepted": "revoked"}[row.state]
    row.decided_by, row.decided_at, row.reason = principal.person(), clock.now(), said
    db.session.flush()
    audit(f"qualification:{row.state}", subject=f"qualification {row.id}", reason=said)


def add_teacher(tenant_id: UUID, entry: TeacherEntry) -> UUID:
    """Write a teacher into the pool."""
    row = Teacher(id=uuid4(), tenant_id=tenant_id, **asdict(entry))
    db.session.add(row)
    db.session.flush()
    return row.id


def change_teacher(teacher_id: UUID, entry: TeacherEntry, principal: Principal) -> None:
    """Write down what changed of a teacher."""
    row = _teacher(teacher_id, principal)
    for name, value in asdict(entry).items():
        setattr(row, name, value)
    db.session.flush()


def teacher_left(teacher_id: UUID, principal: Principal) -> None:
    """Take a teacher out of the pool from today; their classes keep the name."""
    row = _teacher(teacher_id, principal)
    row.left_on = row.left_on or clock.today()
    db.session.flush()


def _teacher(teacher_id: UUID, principal: Principal) -> Teacher:
    own = Teacher.tenant_id.in_(principal.organisations)
    row = db.session.scalar(select(Teacher).where(Teacher.id == teacher_id, own).with_for_update())
    if row is None:
        raise NotFound()
    return row


def _in_scope(qualification_id: UUID, principal: Principal) -> Qualification:
    query = select(Qualification).where(Qualification.id == qualification_id).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or not any(scope.covers(row.region_code, row.plan_code) for scope in principal.scope):
        raise NotFound()
    return row
