"""Phones: shared, changed, recycled; and help by two persons."""

import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from lms.accounts import actions, rules
from lms.accounts.models import AuditEntry, Person, Reset
from lms.accounts.signing_in import factors, recovery, resets, totp
from lms.accounts.signing_in.visits import Visit
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, LMSError, NotFound, Refused
from lms.foundation.sending.models import Delivery
from tests.accounts.desk import ask_code, by_code, give_app, share_phone
from tests.people import PEOPLE, SYSTEM, bring_in

PHONE, NEW = "13800000001", "13911112222"
HERE = Visit("10.0.0.1", "")
SEEN = {"document": "身份证", "reason": "旧号注销了"}


def ask(principal, person_id, kind, phone=None):
    with transaction(principal):
        return resets.ask(person_id, kind, **SEEN, phone=phone, principal=principal)


def decide(principal, reset_id, confirm=True):
    with transaction(principal):
        resets.decide(reset_id, confirm=confirm, reason="人和证件都对", principal=principal)


def phone_of(person_id):
    with transaction(SYSTEM) as session:
        row = session.get_one(Person, person_id, populate_existing=True)
        return secrets.unseal("person", "phone", person_id, row.phone), row.phone_index, row.phone_mask


# --- one phone, several people


def test_who_shares_a_phone_chooses(people, client_for):
    """Sabotage: take the first; a couple's hours would go to one of them."""
    share_phone(people.ahui, PHONE)
    client = client_for(None)
    assert by_code(client, PHONE).location == "/sign-in/who"
    page = client.get("/sign-in/who").text
    tails = [PEOPLE[each].id_number[-4:] for each in ("xiulan", "ahui")]
    assert "这个号 2 个人用" in page and all(f"尾号 {tail}" in page for tail in tails)
    assert not [each for each in ("xiulan", "ahui") if PEOPLE[each].id_number[:14] in page]
    client.post("/sign-in/who", data={"person": str(people.ahui)})
    assert "何阿辉" in client.get("/me").text


def test_nobody_else_can_be_chosen(people, client_for):
    """Sabotage: take the person from the form."""
    share_phone(people.ahui, PHONE)
    client = client_for(None)
    by_code(client, PHONE)
    assert client.post("/sign-in/who", data={"person": str(people.chenbo)}).status_code in {200, 422}
    assert client.get("/me").status_code == 302


def test_namesakes_are_told_apart_by_the_last_six_on_a_new_device(people, client_for):
    """Sabotage: show the last four of namesakes, or let any six through."""
    share_phone(people.ahui, PHONE, name="黄秀兰")
    client = client_for(None)
    by_code(client, PHONE)
    page = client.get("/sign-in/who").text
    assert "后 6 位" in page and PEOPLE["ahui"].id_number[-4:] not in page
    choice = {"person": str(people.xiulan)}
    assert client.post("/sign-in/who", data={**choice, "digits": "123456"}).status_code == 422
    right = PEOPLE["ahui"].id_number[-6:].lower()
    assert client.post("/sign-in/who", data={**choice, "digits": right}).status_code == 302
    assert PEOPLE["ahui"].id_number[-4:] in client.get("/me").text  # the digits say who, not the row that was ticked
    client.post("/sign-out")
    by_code(client, PHONE)
    assert f"尾号 {PEOPLE['ahui'].id_number[-4:]}" in client.get("/sign-in/who").text  # this device is known by now


def test_the_last_six_are_not_guessed(people, client_for):
    """Sabotage: leave DIGITS_PERSON out."""
    share_phone(people.ahui, PHONE, name="黄秀兰")
    client = client_for(None)
    by_code(client, PHONE)
    said = [
        client.post("/sign-in/who", data={"person": str(people.xiulan), "digits": f"{n:06}"}).status_code
        for n in range(6)
    ]
    assert said == [422] * 5 + [429]


def test_a_recycled_number_asks_who_it_is(people, client_for, turn_clock):
    """After three months without a sign. Sabotage: leave DORMANT out of digits_asked()."""
    assert by_code(client_for(None), PHONE).location == "/"
    turn_clock(days=91)
    stranger = client_for(None)
    assert by_code(stranger, PHONE).location == "/sign-in/who"
    page = stranger.get("/sign-in/who").text
    assert "号码可能换了主人" in page and "尾号" not in page and "黄秀兰" not in page and "黄*兰" in page
    assert stranger.get("/me").status_code == 302


def test_a_roster_does_not_move_a_phone(people):
    """Sabotage: update the phone on conflict."""
    before = phone_of(people.xiulan)
    body = PEOPLE["xiulan"]
    rows = actions.prepare([rules.NewPerson(body.name, body.id_number, NEW)])
    place = {"tenant_id": people.organisations["anyi"], "region_code": "440606", "plan_code": "P06"}
    with transaction(SYSTEM):
        assert actions.link_or_create_many(rows, **place)[0] == (people.xiulan, False)
    assert phone_of(people.xiulan) == before


# --- another number, by oneself


def through_old(client):
    client.post("/me/phone/old/code")
    code = code_on(client.get("/me/phone/old").text)
    assert client.post("/me/phone/old", data={"code": code}).location == "/me/phone/new"


def code_on(page):
    return page.split("验证码是 ")[1][:6]


def test_a_number_is_changed_by_the_old_and_the_new(people, client_for):
    """Sabotage: skip either code."""
    client, other = client_for(None), client_for(None)
    by_code(other, PHONE)
    by_code(client, PHONE)
    through_old(client)
    client.post("/me/phone/new", data={"phone": NEW})
    page = client.get("/me/phone/confirm").text
    assert client.post("/me/phone/confirm", data={"code": "000000"}).status_code == 422
    assert client.post("/me/phone/confirm", data={"code": code_on(page)}).status_code == 302
    assert phone_of(people.xiulan)[0] == NEW
    assert client.get("/me").status_code == 200 and other.get("/me").status_code == 302
    with transaction(SYSTEM) as session:
        told = session.scalars(select(Delivery).where(Delivery.purpose == "phone_changed")).one()
        assert secrets.unseal("message_delivery", "recipient", told.id, told.recipient) == PHONE
        assert session.scalar(select(AuditEntry.action).where(AuditEntry.action == "phone:change"))


def test_no_step_is_skipped(people, client_for):
    """Sabotage: look at the last step alone."""
    client = client_for(people.xiulan)
    for method, address in (("GET", "/me/phone/new"), ("POST", "/me/phone/new"), ("POST", "/me/phone/confirm")):
        assert client.open(address, method=method, data={"phone": NEW, "code": "1"}).location == "/me/phone"
    client.post("/me/phone/old/code")
    assert client.post("/me/phone/new", data={"phone": NEW}).location == "/me/phone"


# --- help by two persons


def test_two_persons_change_a_phone(people, client_for):
    """Sabotage: change at the asking, or keep the sessions of the old number."""
    client = client_for(None)
    by_code(client, PHONE)
    clerk, second = people.principal("liumin"), people.principal("yufang")
    asked = ask(clerk, people.xiulan, resets.Kind.PHONE, NEW)
    assert phone_of(people.xiulan)[0] == PHONE
    with transaction(second):
        [waiting] = resets.waiting(second)
        [item] = resets.todo(second)
    assert (waiting.name, waiting.new_phone, waiting.mine) == ("黄秀兰", "139 **** 2222", False)
    assert item.title == "黄秀兰：换手机号"
    with transaction(clerk):
        assert resets.todo(clerk) == []
    decide(second, asked.id)
    assert phone_of(people.xiulan)[0] == NEW and client.get("/me").status_code == 302
    with transaction(SYSTEM) as session:
        entries = session.execute(
            select(AuditEntry.action, AuditEntry.actor_id).where(AuditEntry.action.like("sign-in:%"))
        )
        assert set(entries) == {("sign-in:help", people.liumin), ("sign-in:reset", people.yufang)}


def test_nobody_confirms_their_own(people):
    """Sabotage: leave the check out of decide(): the constraint refuses."""
    clerk = people.principal("liumin")
    asked = ask(clerk, people.xiulan, resets.Kind.PHONE, NEW)
    with pytest.raises(Conflict, match="第二个人"):
        decide(clerk, asked.id)
    assert phone_of(people.xiulan)[0] == PHONE


def test_the_table_itself_wants_two(people):
    """Sabotage: drop ck_sign_in_reset_two_people or …_not_oneself."""
    asked = ask(people.principal("liumin"), people.xiulan, resets.Kind.SLIP)
    for decider in (people.liumin, people.xiulan):
        statement = text(
            "update sign_in_reset set verdict = 'confirmed', decided_at = now(), decided_by = :who where id = :id"
        )
        with pytest.raises(IntegrityError), transaction(SYSTEM) as session:
            session.execute(statement, {"who": decider, "id": asked.id})


def test_strangers_see_and_decide_nothing(people):
    """Sabotage: load by id alone."""
    asked = ask(people.principal("liumin"), people.xiulan, resets.Kind.SLIP)
    for other in ("chenbo", "zhaojun"):
        with pytest.raises(NotFound):
            decide(people.principal(other), asked.id)
        with pytest.raises(NotFound):
            ask(people.principal(other), people.xiulan, resets.Kind.SLIP)


def test_staff_are_helped_by_their_own_house(people):
    """A school deals with an official as with a trainee; it must not reset their sign-in. Sabotage: ask known_to alone."""
    with pytest.raises(Refused, match="他自己的单位"):
        ask(people.principal("liumin"), people.hequan, resets.Kind.SECOND_FACTOR)
    with pytest.raises(Refused, match="不能给自己办"):
        ask(people.principal("liumin"), people.liumin, resets.Kind.SECOND_FACTOR)
    with pytest.raises(NotFound):
        ask(people.principal("xiulan"), people.ahui, resets.Kind.SLIP)


def test_a_lost_app_is_reset_by_two_colleagues(people, client_for):
    """Sabotage: leave passkeys or paper codes in place."""
    give_app(people.suwen)
    recovery.new_ten(people.suwen)
    asked = ask(people.principal("hequan"), people.suwen, resets.Kind.SECOND_FACTOR)
    with transaction(SYSTEM):
        actions.employ(people.zhaojun, people.organisations["shunde"], "administrator")
    decide(people.principal("zhaojun"), asked.id)
    assert not factors.factors_of(people.suwen).second and recovery.left(people.suwen) == 0
    assert by_code(client_for(None), "13800000007").location == "/sign-in/enrol"
    assert totp.enrolled(people.suwen) is None


def test_a_slip_opens_once_for_the_person_who_knows_the_digits(people, client_for):
    """Sabotage: open before the second person confirms, or twice, or without the digits."""
    asked = ask(people.principal("liumin"), people.xiulan, resets.Kind.SLIP)
    digits = PEOPLE["xiulan"].id_number[-6:]
    with pytest.raises(Refused):
        resets.use_slip(asked.slip, digits, HERE)
    decide(people.principal("yufang"), asked.id)
    with pytest.raises(Refused):
        resets.use_slip(asked.slip, "000000", HERE)
    client = client_for(None)
    answer = client.post("/sign-in/slip", data={"slip": asked.slip.lower().replace("-", ""), "digits": digits})
    assert answer.status_code == 302 and "黄秀兰" in client.get("/me").text
    with pytest.raises(Refused):
        resets.use_slip(asked.slip, digits, HERE)
    with transaction(SYSTEM) as session:
        assert asked.slip.replace("-", "").encode() not in session.scalars(select(Reset.slip_index)).one()


def test_a_slip_ends_after_two_hours(people, turn_clock):
    """Sabotage: leave the three days of the request."""
    asked = ask(people.principal("liumin"), people.xiulan, resets.Kind.SLIP)
    decide(people.principal("yufang"), asked.id)
    turn_clock(hours=2)
    with pytest.raises(Refused):
        resets.use_slip(asked.slip, PEOPLE["xiulan"].id_number[-6:], HERE)


def test_what_nobody_confirms_lapses_and_may_be_asked_again(people, turn_clock):
    """Sabotage: leave expires_at out; or let two of a kind wait at once."""
    asked = ask(people.principal("liumin"), people.xiulan, resets.Kind.SLIP)
    with pytest.raises(Conflict, match="已经有人提出"):
        ask(people.principal("yufang"), people.xiulan, resets.Kind.SLIP)
    turn_clock(days=3)
    with pytest.raises(Conflict, match="重新提出"):
        decide(people.principal("yufang"), asked.id)
    assert ask(people.principal("yufang"), people.xiulan, resets.Kind.SLIP).id != asked.id


def test_two_who_confirm_at_once_do_it_once(live_app):
    """Sabotage: leave with_for_update() out of decide()."""
    people = bring_in()
    with transaction(SYSTEM):
        for key in ("chenbo", "ahui"):
            actions.employ(people.ids[key], people.organisations["anyi"], "clerk")
    asked = ask(people.principal("liumin"), people.xiulan, resets.Kind.PHONE, NEW)
    principals = [people.principal(key) for key in ("yufang", "chenbo", "ahui")]
    done, gate = [], threading.Barrier(3)

    def confirm(principal):
        with live_app.app_context():
            gate.wait()
            try:
                decide(principal, asked.id)
                done.append(principal)
            except LMSError:
                pass
            finally:
                db.session.remove()

    threads = [threading.Thread(target=confirm, args=(each,)) for each in principals]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(done) == 1 and phone_of(people.xiulan)[0] == NEW


def test_the_desk_walks_through(people, client_for):
    """Sabotage: put the name into an address, or show the slip again on a reload."""
    clerk, second = client_for(people.liumin), client_for(people.yufang)
    found = clerk.post("/sign-in-help", data={"who": "黄秀兰"})
    assert str(people.xiulan) in found.text and "黄秀兰" in found.text
    by_number = clerk.post("/sign-in-help", data={"who": PEOPLE["ahui"].id_number})
    assert "何阿辉" in by_number.text
    address = f"/sign-in-help/people/{people.xiulan}"
    assert clerk.post(address, data={"kind": "phone", "document": "身份证", "reason": "旧号注销"}).status_code == 422
    made = clerk.post(address, data={"kind": "slip", "document": "身份证", "reason": "没有手机"})
    assert made.status_code == 200 and "只显示这一次" in made.text
    assert "要等另一位同事确认" in clerk.get("/sign-in-help").text
    page = second.get("/sign-in-help").text
    with transaction(SYSTEM) as session:
        reset_id = session.scalars(select(Reset.id)).one()
    assert f"/sign-in-help/requests/{reset_id}" in page and "刘敏" in page
    assert second.post(f"/sign-in-help/requests/{reset_id}", data={"verdict": "confirm"}).status_code == 422
    words = {"verdict": "confirm", "reason": "核对过身份证"}
    assert second.post(f"/sign-in-help/requests/{reset_id}", data=words).status_code == 302
    assert "现在没有要确认的" in second.get("/sign-in-help").text


def test_a_call_reads_a_code(people, client_for):
    """Sabotage: send another message instead."""
    client = client_for(None)
    ask_code(client, PHONE)
    client.post("/sign-in/code/call")
    page = client.get("/sign-in/code").text
    assert "演示环境不打电话" in page and "电话马上就到" in page
    assert client.post("/sign-in/code", data={"code": code_on(page)}).status_code == 302
    assert clock.now()
