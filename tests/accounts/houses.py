"""What hangs on the school anyi as an organisation: papers, teachers, invitations, work lent at its authority."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from lms.accounts import actions, rules
from lms.accounts.actions import delegating, papers, registering, staffing
from lms.accounts.models import Qualification, StaffInvitation
from lms.accounts.rules import credit_codes
from lms.foundation import clock
from lms.foundation.database import transaction
from tests.people import PEOPLE, SYSTEM, Cast, id_number

PDF = b"%PDF-1.4\n%made up\n"
AS_A_TEACHER = papers.TeacherEntry("周师傅", "电工实操", "full", "高级技师证", "GD-001", None, None)


def credit_code(order: int, region: str = "440606") -> str:
    """A made-up unified social credit code with both check characters right."""
    organisation = f"MA{order:06}"
    body = f"91{region}{organisation}{credit_codes.organisation_check(organisation)}"
    return body + credit_codes.check_character(body)


def newcomer(order: int = 1, **changes: str) -> registering.NewOrganisation:
    """An institution that asks to take part, in 440606 for P06."""
    lead = rules.NewPerson(
        f"新来{'甲乙丙丁戊己庚辛'[order % 8]}", id_number("440606", "19860409", order), f"139{order:08}"
    )
    said = {"kind": "institution", "institution_kind": "training_institution", "name": f"新来职业培训学校{order}"}
    said |= {"credit_code": credit_code(order), "region_code": "440606", "plan_code": "P06"}
    return registering.NewOrganisation(**(said | changes), lead=lead)


def asks(order: int = 1, **changes: str) -> UUID:
    """An application that waits."""
    prepared = registering.prepare_application(newcomer(order, **changes))
    with transaction(SYSTEM):
        return registering.apply(prepared)


def a_paper(
    cast: Cast, kind: str = "school_licence", state: str = "waiting", days: tuple[date, date | None] | None = None
) -> UUID:
    """A paper of anyi that its 负责人 entered, looked at already where `state` says so."""
    kept, lead = papers.keep_paper(PDF), cast.principal("linlan")
    since, until = days or (clock.today(), None)
    new = papers.NewQualification(kind, "粤教办字 1 号", "教育局", since, until, "P06")
    with transaction(SYSTEM) as session:
        paper_id = papers.add_qualification(cast.organisations["anyi"], new, kept, lead)
        row = session.get_one(Qualification, paper_id)
        row.state, row.decided_at = state, None if state == "waiting" else clock.now()
    return paper_id


def invites(cast: Cast, key: str, role: str = "clerk") -> UUID:
    """Anyi's 负责人 asks somebody of the cast to work there; gives the invitation."""
    body, lead = PEOPLE[key], cast.principal("linlan")
    [row] = actions.prepare([rules.NewPerson(body.name, body.id_number, body.phone)])
    with transaction(lead) as session:
        staffing.invite_prepared(cast.organisations["anyi"], row, role, lead)
        query = select(StaffInvitation.id).where(
            StaffInvitation.person_id == cast.ids[key], StaffInvitation.role == role
        )
        return session.scalars(query.order_by(StaffInvitation.created_at.desc())).first()


def lends(cast: Cast, lender: str, borrower: str, role: str, after: int = 0, days: int = 7) -> UUID:
    """Somebody lends a role's work to a colleague from so many days after today."""
    principal, begin = cast.principal(lender), clock.today() + timedelta(days=after)
    place = cast.organisations[PEOPLE[lender].works[0]]
    wish = delegating.Wish(place, role, cast.ids[borrower], begin, begin + timedelta(days=days - 1), "出差")
    with transaction(principal):
        return delegating.lend(wish, principal)


def of_anyi(cast: Cast) -> dict[str, object]:
    """Ids for the addresses about organisations; weijun becomes anyi's approver."""
    place = cast.organisations["anyi"]
    with transaction(SYSTEM):
        actions.employ(cast.weijun, place, "approver")
        actions.take_part(place, "P06")
        teacher_id = papers.add_teacher(place, AS_A_TEACHER)
    ids = {
        "organisation_id": place,
        "teacher_id": teacher_id,
        "application_id": asks(),
        "qualification_id": a_paper(cast),
    }
    return ids | {
        "invitation_id": invites(cast, "xiulan"),
        "delegation_id": lends(cast, "hequan", "suwen", "administrator", 1),
    }
