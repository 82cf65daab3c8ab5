"""What the organisations of the demonstration have besides people: codes, papers, teachers, somebody who asks in. Made up."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from lms.accounts import actions, rules
from lms.accounts.actions import papers, registering
from lms.accounts.models import Application, Organisation, Qualification
from lms.accounts.rules import credit_codes
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.principal import Principal

ASKING = "均安家政培训中心（演示）"
REGION, PLAN = "440606", "P06"


def credit_code(order: int) -> str:
    """A made-up unified social credit code whose check characters hold."""
    inner = f"MADEM{order:03}"
    body = f"91{REGION}{inner}{credit_codes.organisation_check(inner)}"
    return body + credit_codes.check_character(body)


def furnish(stage: Principal, schools: dict[str, UUID], lead_id_number: str) -> None:
    """Give the schools their codes, the first its papers and teachers, and let one organisation ask in; safe to repeat."""
    first = next(iter(schools.values()))
    asked = registering.prepare_application(_asking(lead_id_number))
    with transaction(stage) as session:
        for order, school in enumerate(schools.values()):
            code = {"credit_code": credit_code(order), "institution_kind": "training_institution"}
            session.execute(update(Organisation).where(Organisation.id == school).values(**code))
            actions.take_part(school, PLAN)
        if session.scalar(select(func.count()).select_from(Application)) == 0:
            registering.apply(asked)
        if session.scalar(select(func.count()).select_from(Qualification)) == 0:
            _papers(first)
            _teachers(first)


def _asking(lead_id_number: str) -> registering.NewOrganisation:
    lead = rules.NewPerson("梁慧", lead_id_number, "13800000029")
    return registering.NewOrganisation(
        "institution", "training_institution", ASKING, credit_code(9), REGION, PLAN, lead
    )


def _papers(school: UUID) -> None:
    today = clock.today()
    rows = (
        ("school_licence", "粤演示教办 001 号", "顺德区教育局（演示）", today + timedelta(days=45), "accepted"),
        ("emergency_reported", "", "佛山市应急管理局（演示）", None, "waiting"),
    )
    for kind, number, issued_by, until, state in rows:
        place = {"tenant_id": school, "region_code": REGION, "plan_code": "P09" if state == "waiting" else PLAN}
        days = {"valid_from": today - timedelta(days=300), "valid_until": until}
        row = Qualification(kind=kind, number=number, issued_by=issued_by, state=state, **place, **days)
        row.decided_at = clock.now() if state == "accepted" else None
        db.session.add(row)


def _teachers(school: UUID) -> None:
    until = clock.today() + timedelta(days=400)
    for name, field in (("周志强", "农村电商运营"), ("麦小燕", "产品拍摄")):
        papers.add_teacher(school, papers.TeacherEntry(name, field, "full", "电子商务师二级", "演示 0001", None, until))
