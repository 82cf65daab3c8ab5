"""Organisations in the tables and on the pages: asking in, staff, leaving, papers, names."""

import io
import re
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from lms.accounts import actions
from lms.accounts.actions import registering, staffing
from lms.accounts.models import Application, AuditEntry, Membership, Organisation, StaffInvitation, WebSession
from lms.accounts.queries.organisations import application, former_names, organisation
from lms.accounts.queries.papers import qualification, teacher_named, teachers, why_not_file
from lms.accounts.queries.staff import colleagues, holds, invitations_to, present_owners
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from tests import people as cast_of
from tests.accounts import houses
from tests.people import PEOPLE, SYSTEM

FORBIDDEN = ("有误", "非法", "违规", "失败", "！", "请您", "系统异常", "None", "undefined")


def well_said(page: str) -> str:
    """One h1, and none of the words that ui.md §5 forbids."""
    assert page.count("<h1") == 1
    assert not [word for word in FORBIDDEN if word in re.sub(r"<[^>]+>", " ", page)]
    assert "style=" not in page
    return page


def typed(order: int = 1, **changes: str) -> dict[str, str]:
    """The public form as somebody fills it in."""
    asked = houses.newcomer(order)
    form = {"kind": asked.kind, "institution_kind": asked.institution_kind or "", "title": asked.name}
    form |= {"credit_code": asked.credit_code, "region_code": asked.region_code, "plan_code": asked.plan_code}
    form |= {"name": asked.lead.name, "id_number": asked.lead.id_number, "phone": asked.lead.phone}
    return form | changes


def decide(people, application_id: UUID, key: str = "hequan", approve: bool = True, reason: str = ""):
    principal = people.principal(key)
    with transaction(principal):
        return registering.decide_application(application_id, approve=approve, reason=reason, principal=principal)


def test_an_organisation_asks_in_and_its_lead_answers_for_it(app, people, client_for):
    """Public form → authority → invitation → 负责人. Sabotage: employ the lead without their yes."""
    nobody = client_for(None)
    well_said(nobody.get("/register").text)
    sent = nobody.post("/register", data=typed())
    assert sent.status_code == 303
    assert "收到了" in well_said(nobody.get(sent.location).text)
    application_id = UUID(sent.location.rsplit("/", 1)[1])
    page = well_said(client_for(people.hequan).get(f"/organisations/applications/{application_id}").text)
    assert houses.newcomer().credit_code in page and houses.newcomer().lead.id_number not in page
    client_for(people.hequan).post(f"/organisations/applications/{application_id}", data={"verdict": "yes"})
    assert "同意登记了" in well_said(nobody.get(sent.location).text)
    with transaction(SYSTEM):
        place = application(application_id).organisation_id
        [person_id] = db.session.scalars(
            select(StaffInvitation.person_id).where(StaffInvitation.organisation_id == place)
        )
        assert not holds(person_id, place, "lead")
        [invitation] = invitations_to(person_id)
    lead = client_for(person_id)
    assert "请你做负责人" in well_said(lead.get("/me/invitations").text)
    lead.post(f"/me/invitations/{invitation.id}", data={"answer": "yes"})
    assert "新来职业培训学校1" in well_said(lead.get("/organisation").text)
    assert houses.newcomer().lead.id_number not in nobody.get(sent.location).text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"credit_code": "91440606MA00000"}, "18 位，现在是 15 位"),
        ({"id_number": "44068119780712322"}, "身份证号"),
        ({"phone": "1380000"}, "手机号要 11 位"),
        ({"institution_kind": ""}, "选一个机构类别"),
        ({"region_code": "110000"}, "所在地区从列出的里面选一个"),
        ({"plan_code": "P99"}, "先参加哪个计划从列出的里面选一个"),
        ({"title": ""}, "填单位全称"),
        ({"kind": "authority"}, "单位类型"),
    ],
)
def test_a_bad_form_is_told_what_to_mend_and_keeps_what_was_typed(people, client_for, change, told):
    answer = client_for(None).post("/register", data=typed(**change))
    assert answer.status_code == 422 and told in well_said(answer.text)
    assert "新来职业培训学校1" in answer.text or "title" in change
    with transaction(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(Application)) == 0


def test_one_organisation_asks_once(people, client_for):
    """Sabotage: leave out the partial unique index, or the look at organisations that are here."""
    client = client_for(None)
    client.post("/register", data=typed())
    twice = client.post("/register", data=typed(title="换个名字"))
    assert twice.status_code == 422 and "已经交过登记" in twice.text
    with transaction(SYSTEM):
        [application_id] = db.session.scalars(select(Application.id))
    decide(people, application_id)
    again = client.post("/register", data=typed(title="再换个名字"))
    assert again.status_code == 422 and "已经登记过了" in again.text


def test_a_name_cannot_be_taken_over(people):
    """Sabotage: let found_organisation() upsert by name when an application is accepted."""
    application_id = houses.asks(name=cast_of.ORGANISATIONS["anyi"][1])
    with pytest.raises(Refused, match="已经有别的单位用了"):
        decide(people, application_id)
    with transaction(SYSTEM):
        assert application(application_id).state == "waiting"
        assert {one.person_id for one in colleagues(people.organisations["anyi"])} == {
            people.liumin, people.yufang, people.linlan,
        }  # fmt: skip


def test_an_application_goes_to_its_region_department_and_plan(people):
    """Two walls, the action and the row rule. Sabotage: leave the plan out of Scope.covers() and of lms_in_scope()."""
    ours, safety = houses.asks(1), houses.asks(2, plan_code="P09")
    for key, application_id in (("zhaojun", ours), ("haoran", ours), ("hequan", safety)):
        with pytest.raises(NotFound):
            decide(people, application_id, key)
    with pytest.raises(Refused, match="写一句为什么退回"):
        decide(people, ours, approve=False)
    decide(people, ours, approve=False, reason="营业执照上不是这个名字")
    with pytest.raises(Conflict):
        decide(people, ours)


def test_two_people_decide_one_application_at_once(live_app):
    """One wins, the other is told. Sabotage: leave out with_for_update()."""
    people = cast_of.bring_in()
    with transaction(SYSTEM):
        actions.employ(people.suwen, people.organisations["shunde"], "administrator")
    application_id, said = houses.asks(), []
    principals, together = [people.principal(key) for key in ("hequan", "suwen")], Barrier(2)

    def decides(principal):
        with live_app.app_context():
            together.wait()
            try:
                with transaction(principal):
                    registering.decide_application(application_id, approve=True, reason="", principal=principal)
                said.append("done")
            except Conflict:
                said.append("late")

    both = [Thread(target=decides, args=(principal,)) for principal in principals]
    [one.start() for one in both], [one.join() for one in both]
    assert sorted(said) == ["done", "late"]
    with transaction(SYSTEM):
        found = select(func.count()).select_from(Organisation).where(Organisation.name == "新来职业培训学校1")
        assert db.session.scalar(found) == 1


def test_a_name_change_leaves_the_old_name(people, client_for):
    """Sabotage: forget the row of the former name; let the wrong authority rename."""
    place = people.organisations["anyi"]
    with transaction(SYSTEM):
        actions.take_part(place, "P06")
    new = {"name": "安颐职业技术学校", "reason": "营业执照 2026 年 11 月变更"}
    address = f"/organisations/{place}/name"
    assert client_for(people.zhaojun).post(address, data=new).status_code == 404
    taken = client_for(people.hequan).post(address, data=new | {"name": cast_of.ORGANISATIONS["qiming"][1]})
    assert taken.status_code == 422 and "已经有别的单位用了" in well_said(taken.text)
    assert client_for(people.hequan).post(address, data=new | {"reason": ""}).status_code == 422
    assert client_for(people.hequan).post(address, data=new).status_code == 303
    page = well_said(client_for(people.hequan).get(f"/organisations/{place}").text)
    assert "安颐职业技术学校" in page and "安颐职业培训学校" in page
    with transaction(SYSTEM):
        assert [former.name for former in former_names(place)] == ["安颐职业培训学校"]
        assert organisation(place).name == "安颐职业技术学校"


def invitation_form(key: str, **changes: str) -> dict[str, str]:
    body = PEOPLE[key]
    return {"name": body.name, "id_number": body.id_number, "phone": body.phone, "role": "clerk"} | changes


def test_an_invitation_never_says_whether_a_number_is_known(people, client_for):
    """The same answer and the same page for a stranger's number. Sabotage: show the name of the person on file."""
    lead = client_for(people.linlan)
    known = invitation_form("chenbo", name="陈冒名")
    unknown = invitation_form("chenbo", name="陈新人", id_number=cast_of.id_number("440681", "19810628", 9))
    answers = [lead.post("/organisation/staff/new", data=form) for form in (known, unknown)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, answers[0].location)] * 2
    page = well_said(lead.get("/organisation").text)
    assert "陈冒名" in page and "陈新人" in page and "陈波" not in page
    with transaction(SYSTEM):
        assert invitations_to(people.chenbo) == []


def test_who_is_invited_says_yes_and_works_here(people, client_for):
    """Sabotage: let somebody else answer, or answer twice."""
    houses.invites(people, "ahui", "approver")
    with transaction(SYSTEM):
        [invitation] = invitations_to(people.ahui)
    address = f"/me/invitations/{invitation.id}"
    assert client_for(people.xiulan).post(address, data={"answer": "yes"}).status_code == 404
    ahui = client_for(people.ahui)
    assert ahui.get("/inbox").status_code == 404
    ahui.post(address, data={"answer": "yes"})
    assert ahui.get("/inbox").status_code == 200
    assert ahui.post(address, data={"answer": "no"}).status_code == 409


def test_an_invitation_ends_after_its_days(people, turn_clock):
    invitation_id = houses.invites(people, "ahui")
    turn_clock(days=15)
    principal = people.principal("ahui")
    with pytest.raises(Conflict), transaction(principal):
        staffing.answer(invitation_id, accept=True, principal=principal)
    houses.invites(people, "ahui")
    with transaction(SYSTEM):
        assert len(invitations_to(people.ahui)) == 1


def test_a_lead_rules_their_own_house_alone(people, client_for):
    """Sabotage: take the organisation from the address instead of the membership."""
    lead, stranger = client_for(people.linlan), people.chenbo
    for address in (f"/organisation/staff/{stranger}", f"/organisation/staff/{people.hequan}"):
        assert lead.get(address).status_code == 404
        assert lead.post(f"{address}/roles", data={"role": "lead"}).status_code == 404
        assert lead.post(f"{address}/leave", data={"successor": str(people.linlan)}).status_code == 404
    assert lead.post(f"/organisation/staff/{people.linlan}/roles", data={"role": "clerk"}).status_code == 422
    assert lead.post(f"/organisation/staff/{people.liumin}/roles", data={"role": "administrator"}).status_code == 422
    assert lead.post(f"/organisation/staff/{people.linlan}/roles/end", data={"role": "lead"}).status_code == 422
    assert lead.post(f"/organisation/staff/{people.liumin}/roles", data={"role": "approver"}).status_code == 303
    well_said(lead.get(f"/organisation/staff/{people.liumin}").text)
    assert lead.post(f"/organisation/staff/{people.liumin}/roles/end", data={"role": "approver"}).status_code == 303


def test_who_leaves_hands_over_and_is_signed_out(people, client_for):
    """Sabotage: leave the sessions alone, or forget that the successor takes the roles over."""
    place, lead, leaver = people.organisations["anyi"], client_for(people.linlan), client_for(people.liumin)
    assert leaver.get("/cohorts/").status_code == 200
    refused = lead.post(f"/organisation/staff/{people.liumin}/leave", data={"successor": ""})
    assert refused.status_code == 422 and "选一位同事" in well_said(refused.text)
    form = {"successor": str(people.linlan), "reason": "调到教务处"}
    assert lead.post(f"/organisation/staff/{people.liumin}/leave", data=form).status_code == 303
    assert leaver.get("/cohorts/").location.startswith("/sign-in")
    with transaction(SYSTEM):
        assert not holds(people.liumin, place, "clerk") and holds(people.linlan, place, "clerk")
        assert db.session.scalar(select(WebSession.token_hash).where(WebSession.person_id == people.liumin)) is None
        assert present_owners(place, {people.liumin, people.yufang}) == {
            people.liumin: people.linlan, people.yufang: people.yufang,
        }  # fmt: skip
        until = select(Membership.until).where(Membership.person_id == people.liumin)
        assert db.session.scalar(until) == clock.today()
    assert client_for(people.liumin).get("/cohorts/").status_code == 404
    assert "刘敏离岗，林岚接手" in well_said(lead.get("/organisation").text)


def test_the_last_lead_cannot_leave_alone(people):
    lead, place = people.principal("linlan"), people.organisations["anyi"]
    with pytest.raises(Refused, match="唯一的负责人"), transaction(lead):
        staffing.leave(place, people.linlan, None, "", lead)
    with transaction(lead):
        staffing.leave(place, people.linlan, people.yufang, "退休", lead)
    with transaction(SYSTEM):
        assert holds(people.yufang, place, "lead") and not holds(people.linlan, place, "lead")


def test_a_paper_counts_once_its_authority_has_looked(people, client_for):
    """L420. Sabotage: count what waits, or let plan 六's authority accept a paper of plan 九."""
    lead, place = client_for(people.linlan), people.organisations["anyi"]
    form = {"kind": "emergency_reported", "number": "", "issued_by": "顺德区应急管理局", "plan_code": "P06"}
    form |= {"valid_from": clock.today().isoformat(), "valid_until": ""}
    well_said(lead.get("/organisation/qualifications/new").text)
    sent = {**form, "file": (io.BytesIO(houses.PDF), "报告.pdf")}
    assert lead.post("/organisation/qualifications/new", data=sent).status_code == 303
    assert "等核对" in well_said(lead.get("/organisation").text)
    with transaction(SYSTEM):
        assert why_not_file(place, "P09-principal", clock.today())
        actions.give_scope(people.organisations["canlian"], "44", None, "emergency")
    paper_id = paper_of(place)
    address = f"/organisations/qualifications/{paper_id}"
    assert client_for(people.hequan).get(address).status_code == 404
    emergency = client_for(people.haoran)
    assert "已向当地应急管理部门报告" in well_said(emergency.get(address).text)
    file = emergency.get(f"/organisation/qualifications/{paper_id}/file")
    assert file.data == houses.PDF and "sandbox" in file.headers["Content-Security-Policy"]
    assert emergency.post(address, data={"verdict": "yes"}).status_code == 303
    with transaction(SYSTEM):
        assert why_not_file(place, "P09-principal", clock.today()) is None
        assert why_not_file(place, "P09-special_operation", clock.today())
    assert emergency.post(address, data={"verdict": "no", "reason": "报告已撤销"}).status_code == 303
    principal = people.principal("linlan")
    with transaction(principal):
        assert qualification(paper_id, principal).state == "revoked"
        assert why_not_file(place, "P09-principal", clock.today())


def paper_of(place: UUID) -> UUID:
    with transaction(SYSTEM) as session:
        return session.scalar(text("select id from organisation_qualification where tenant_id = :t"), {"t": place})


@pytest.mark.parametrize(("data", "told"), [(b"MZ\x90 a program", "只收 JPG"), (b"%PDF-" + b"x" * (5 << 20), "5 MB")])
def test_a_strange_document_is_refused(people, client_for, data, told):
    form = {"kind": "other", "issued_by": "某局", "plan_code": "P06", "valid_from": "2026-01-01"}
    answer = client_for(people.linlan).post(
        "/organisation/qualifications/new", data={**form, "file": (io.BytesIO(data), "证件.pdf")}
    )
    assert answer.status_code in (413, 422) and told in answer.text
    assert paper_of(people.organisations["anyi"]) is None


def test_the_pool_of_teachers(people, client_for):
    """A class names one of the pool or anybody. Sabotage: let another school change a teacher."""
    clerk, place = client_for(people.liumin), people.organisations["anyi"]
    form = {"name": "周师傅", "field": "电工实操", "employment": "part", "certificate": "高级技师证"}
    until = (clock.today() + timedelta(days=20)).isoformat()
    well_said(clerk.get("/organisation/teachers/new").text)
    assert clerk.post("/organisation/teachers/new", data=form | {"valid_until": until}).status_code == 303
    assert "还有 20 天到期" in well_said(clerk.get("/organisation").text)
    assert (
        '<option value="周师傅">' in clerk.get("/cohorts/new").text
        or "先要有一个发布了的课程包" in clerk.get("/cohorts/new").text
    )
    with transaction(SYSTEM):
        teacher_id = teachers(place)[0].id
        assert teacher_named(place, "周师傅").field == "电工实操" and teacher_named(place, "别人") is None
    address = f"/organisation/teachers/{teacher_id}"
    assert client_for(people.chenbo).post(address, data=form).status_code == 404
    assert clerk.post(address, data=form | {"field": "电工理论"}).status_code == 303
    assert clerk.post(f"{address}/left").status_code == 303
    with transaction(SYSTEM):
        assert teachers(place) == [] and teachers(place, gone=True)[0].field == "电工理论"


def test_what_is_done_is_in_the_audit(people):
    houses.invites(people, "ahui")
    application_id = houses.asks()
    decide(people, application_id)
    with transaction(SYSTEM):
        done = {row.action: row.subject for row in db.session.scalars(select(AuditEntry))}
    assert done["organisation:admit"] == f"application {application_id}"
    assert done["staff:invite"].startswith("organisation ")
