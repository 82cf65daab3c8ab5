"""What organisations can show: qualifications and teachers, and what follows from them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from lms.accounts.models import Organisation, Qualification, Teacher
from lms.accounts.rules import qualifications
from lms.foundation import clock
from lms.foundation.database import db, widened
from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal

Mark = tuple[datetime, UUID]
EMPLOYMENT = {"full": "专职", "part": "兼职"}


@dataclass(frozen=True)
class QualificationView:
    """A paper with its days and what an authority said."""

    id: UUID
    tenant_id: UUID
    plan_code: str
    region_code: str
    kind: str
    number: str
    issued_by: str
    valid_from: date
    valid_until: date | None
    file_key: str | None
    file_type: str | None
    state: str
    reason: str
    created_at: datetime
    decided_at: datetime | None

    @property
    def words(self) -> str:
        """What sort of paper it is."""
        return qualifications.KINDS[self.kind]

    def tag(self, today: date) -> tuple[str, str]:
        """Tone and words of its tag: what an authority said, or that its days are over."""
        left = qualifications.days_left(self.valid_until, today)
        if self.state == "accepted" and left is not None and left < 0:
            return "bad", "已过期"
        if self.state == "accepted" and left is not None and left <= qualifications.DAYS_OF_WARNING:
            return "wait", f"还有 {left} 天到期"
        return qualifications.TONES[self.state], qualifications.WORDS[self.state]


@dataclass(frozen=True)
class TeacherView:
    """Somebody of the pool of teachers."""

    id: UUID
    tenant_id: UUID
    name: str
    field: str
    employment: str
    certificate: str
    certificate_number: str
    valid_from: date | None
    valid_until: date | None
    left_on: date | None

    @property
    def employment_words(self) -> str:
        """专职 or 兼职."""
        return EMPLOYMENT[self.employment]

    def tag(self, today: date) -> tuple[str, str]:
        """Tone and words of the certificate's tag."""
        if not self.certificate:
            return "no", "没登记证书"
        left = qualifications.days_left(self.valid_until, today)
        if left is None:
            return "ok", "长期有效"
        if left < 0:
            return "bad", "证书已过期"
        return ("wait", f"还有 {left} 天到期") if left <= qualifications.DAYS_OF_WARNING else ("ok", "有效")


_QUALIFICATION = select(*(getattr(Qualification, name) for name in QualificationView.__dataclass_fields__))
_TEACHER = select(*(getattr(Teacher, name) for name in TeacherView.__dataclass_fields__))


def qualifications_of(tenant_id: UUID) -> list[QualificationView]:
    """The papers of an organisation that the principal may see, newest first."""
    return _papers(_QUALIFICATION.where(Qualification.tenant_id == tenant_id).order_by(Qualification.created_at.desc()))


def qualification(qualification_id: UUID, principal: Principal) -> QualificationView:
    """One paper of the principal's own organisation or scope; raises NotFound."""
    found = _papers(_QUALIFICATION.where(Qualification.id == qualification_id))
    if not found:
        raise NotFound()
    covered = any(scope.covers(found[0].region_code, found[0].plan_code) for scope in principal.scope)
    if found[0].tenant_id not in principal.organisations and not covered:
        raise NotFound()
    return found[0]


def qualification_in_scope(qualification_id: UUID, principal: Principal) -> QualificationView:
    """One paper that the principal's authority looks at; raises NotFound."""
    found = qualification(qualification_id, principal)
    if not any(scope.covers(found.region_code, found.plan_code) for scope in principal.scope):
        raise NotFound()
    return found


def qualifications_waiting(
    principal: Principal, after: Mark | None = None, limit: int = 50, plan_code: str = ""
) -> list[QualificationView]:
    """The papers that wait for the principal's authority, the oldest first."""
    query = _QUALIFICATION.where(_waiting(principal, plan_code))
    if after is not None:
        query = query.where(tuple_(Qualification.created_at, Qualification.id) > tuple_(*after))
    return _papers(query.order_by(Qualification.created_at, Qualification.id).limit(limit))


def count_qualifications(principal: Principal, plan_code: str = "") -> int:
    """How many wait."""
    waiting = _waiting(principal, plan_code)
    return db.session.scalar(select(func.count()).select_from(Qualification).where(waiting)) or 0


def qualifications_ending(principal: Principal) -> list[QualificationView]:
    """The accepted papers of the principal's own organisations that end soon or have ended, the soonest first."""
    soon = clock.today() + timedelta(days=qualifications.DAYS_OF_WARNING)
    own = Qualification.tenant_id.in_(principal.organisations) & (Qualification.state == "accepted")
    ending = own & (Qualification.valid_until <= soon) & ~_renewed()
    return _papers(_QUALIFICATION.where(ending).order_by(Qualification.valid_until).limit(100))


def why_not_file(tenant_id: UUID, programme_code: str, on: date) -> str | None:
    """Why an organisation may not file a class of a programme that begins on a day, in its papers; None when it may."""
    if not programme_code.startswith("P09"):
        return None
    kind = db.session.scalar(select(Organisation.kind).where(Organisation.id == tenant_id))
    rows = select(Qualification.kind, Qualification.state, Qualification.valid_from, Qualification.valid_until)
    with widened("the papers of the institution that files"):
        held = [
            qualifications.Qualification(*row)
            for row in db.session.execute(rows.where(Qualification.tenant_id == tenant_id))
        ]
    return qualifications.why_not_file(kind or "", programme_code, held, on)


def teachers(tenant_id: UUID, *, gone: bool = False) -> list[TeacherView]:
    """The pool of an organisation by name; with those who left where `gone`."""
    query = _TEACHER.where(Teacher.tenant_id == tenant_id)
    if not gone:
        query = query.where(or_(Teacher.left_on.is_(None), Teacher.left_on > clock.today()))
    return _pool(query.order_by(Teacher.name, Teacher.id))


def teacher(teacher_id: UUID, principal: Principal) -> TeacherView:
    """One teacher of the principal's own pool; raises NotFound."""
    found = _pool(_TEACHER.where(Teacher.id == teacher_id, Teacher.tenant_id.in_(principal.organisations)))
    if not found:
        raise NotFound()
    return found[0]


def teacher_named(tenant_id: UUID, name: str) -> TeacherView | None:
    """The one of the pool with the name that a class was filed with; None where there is none, or the name is free text."""
    found = _pool(_TEACHER.where(Teacher.tenant_id == tenant_id, Teacher.name == name).limit(2))
    return found[0] if len(found) == 1 else None


def teachers_ending(principal: Principal) -> list[TeacherView]:
    """Those of the principal's own pool whose certificate ends soon or has ended, the soonest first."""
    soon = clock.today() + timedelta(days=qualifications.DAYS_OF_WARNING)
    own = Teacher.tenant_id.in_(principal.organisations) & Teacher.left_on.is_(None)
    return _pool(_TEACHER.where(own, Teacher.valid_until <= soon).order_by(Teacher.valid_until).limit(100))


def _renewed() -> ColumnElement[bool]:
    """Whether a later paper of the kind is on its way or there."""
    other = aliased(Qualification)
    longer = or_(other.valid_until.is_(None), other.valid_until > Qualification.valid_until)
    same = (other.tenant_id == Qualification.tenant_id) & (other.kind == Qualification.kind)
    return exists().where(same, other.state.in_(("waiting", "accepted")), longer)


def _waiting(principal: Principal, plan_code: str) -> ColumnElement[bool]:
    parts = [
        Qualification.region_code.startswith(s.region, autoescape=True)
        & (Qualification.plan_code == s.plan if s.plan is not None else Qualification.plan_code.is_not(None))
        for s in principal.scope
    ]
    found = (Qualification.state == "waiting") & (or_(*parts) if parts else Qualification.id.is_(None))
    return found & (Qualification.plan_code == plan_code) if plan_code else found


def _papers(query: Select) -> list[QualificationView]:
    return [QualificationView(*row) for row in db.session.execute(query)]


def _pool(query: Select) -> list[TeacherView]:
    return [TeacherView(*row) for row in db.session.execute(query)]
