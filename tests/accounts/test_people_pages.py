"""The pages about people, over HTTP: what a trainee says of themself, what staff see and decide."""

import io
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts import demo_situation, queries
from lms.accounts.models import AuditEntry, Person
from lms.accounts.rules.real_names import PAPERS, RealName
from lms.foundation.database import transaction
from tests.cohorts.classes import a_class
from tests.cohorts.test_enrolling import confirm, preview
from tests.people import PEOPLE, SYSTEM, Cast, id_number

Clients = Callable[[UUID | None], FlaskClient]
FORBIDDEN = ("有误", "非法", "违规", "失败", "！", "请您", "系统异常", "None", "undefined")
PICTURE = b"\x89PNG\r\n\x1a\n" + b"a made-up scan" * 40


def well_said(page: str) -> None:
    """One h1, and none of the words that ui.md §5 forbids."""
    shown = re.sub(r"<[^>]+>", " ", page)
    assert page.count("<h1") == 1 and not [w for w in FORBIDDEN if w in shown], shown
    assert "style=" not in page and "onclick" not in page


def picture() -> tuple[io.BytesIO, str]:
    return io.BytesIO(PICTURE), "证件.png"


def agree(client: FlaskClient) -> None:
    version = re.search(r'name="version" value="([^"]+)"', client.get("/me/consent").text)
    assert version
    assert client.post("/me/consent", data={"step": "give", "version": version[1]}).status_code == 302


def say(client: FlaskClient, key: str, value: str | None, **more: object):
    sent = {} if value is None else {"value": value}
    return client.post("/me/situation/add", data={"key": key, **sent, **more})


def first_attribute(people: Cast, key: str = "xiulan") -> queries.AttributeView:
    with transaction(SYSTEM):
        return queries.attributes(people.ids[key])[0]


def entries(action: str) -> list[str]:
    with transaction(SYSTEM) as session:
        return list(session.scalars(select(AuditEntry.reason).where(AuditEntry.action == action)))


@pytest.mark.parametrize(
    "address", ["details", "correction", "situation", "situation/add", "consent", "data", "erase", "eligible"]
)
def test_every_page_of_oneself_is_well_said(people: Cast, client_for: Clients, address: str) -> None:
    answer = client_for(people.xiulan).get(f"/me/{address}")
    assert answer.status_code == 200
    well_said(answer.text)
    assert PEOPLE["xiulan"].id_number not in answer.text or address == "data"


def test_a_trainee_says_something_and_takes_it_back(people: Cast, client_for: Clients) -> None:
    """Sabotage: take the key from the address."""
    client = client_for(people.xiulan)
    step = client.post("/me/situation/add", data={"key": "veteran"})
    well_said(step.text)
    assert "退役军人" in step.text and "在广东" not in step.text
    assert say(client, "veteran", "yes", valid_from="2020-09-01").status_code == 302
    page = client.get("/me/situation").text
    well_said(page)
    assert "退役军人：是" in page and "本人填的" in page
    assert client.post(f"/me/situation/{first_attribute(people).id}/take-back").status_code == 302
    assert "本人撤回" in client.get("/me/situation").text


@pytest.mark.parametrize(
    ("key", "value", "more", "words"),
    [
        ("veteran", None, {"valid_from": ""}, "选“是”或“不是”"),
        ("veteran", "", {}, "选“是”或“不是”"),
        ("veteran", "yes", {"valid_from": "2026-13-01"}, "没有这一天"),
        ("veteran", "yes", {"valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "对调看看"),
        ("settlement_year", "二零二四", {}, "4 位年份"),
        ("hukou_region", "火星", {}, "没找到这个地方"),
        ("education", "", {}, "从列出的几项里选一项"),
        ("employed_by", "长" * 61, {}, "最多 60 个字"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    people: Cast, client_for: Clients, key: str, value: str | None, more: dict[str, str], words: str
) -> None:
    answer = say(client_for(people.xiulan), key, value, **more)
    assert answer.status_code == 422 and words in answer.text and 'class="err"' in answer.text
    well_said(answer.text)


def test_a_place_is_kept_as_its_code(people: Cast, client_for: Clients) -> None:
    client = client_for(people.xiulan)
    assert say(client, "hukou_region", "湖南省").status_code == 302
    assert "户籍地：湖南" in client.get("/me/situation").text
    assert first_attribute(people).value == "43"


def test_a_sensitive_thing_first_asks_for_consent(people: Cast, client_for: Clients) -> None:
    """Sabotage: leave the consent out of the route and the action."""
    client = client_for(people.xiulan)
    asked = client.post("/me/situation/add", data={"key": "disability"})
    assert asked.status_code == 302 and asked.location == "/me/consent"
    agree(client)
    assert say(client, "disability", "visual", file=picture()).status_code == 302
    assert "视力残疾" in client.get("/me/situation").text
    client.post("/me/consent", data={"step": "withdraw"})
    page = client.get("/me/situation").text
    assert "视力残疾" not in page and "撤回同意，内容已删" in page


def test_an_old_wording_is_not_agreed_to(people: Cast, client_for: Clients) -> None:
    answer = client_for(people.xiulan).post("/me/consent", data={"step": "give", "version": "2019-01"})
    assert answer.status_code == 409 and "新的一版" in answer.text


def test_staff_see_it_closed_and_open_it_with_a_reason(people: Cast, client_for: Clients) -> None:
    """Sabotage: show opened rows on GET, or look without a reason."""
    trainee, clerk = client_for(people.xiulan), client_for(people.liumin)
    agree(trainee)
    say(trainee, "disability", "visual", file=picture())
    page = clerk.get(f"/people/{people.xiulan}")
    well_said(page.text)
    assert "残疾类别" not in page.text and "有 1 条，合着" in page.text and PEOPLE["xiulan"].id_number not in page.text
    empty = clerk.post(f"/people/{people.xiulan}/look", data={"reason": ""})
    assert empty.status_code == 422 and "为什么要看" in empty.text and not entries("attribute:look")
    opened = clerk.post(f"/people/{people.xiulan}/look", data={"reason": "核残疾人证"})
    well_said(opened.text)
    assert "残疾类别：视力残疾" in opened.text and opened.headers["Cache-Control"] == "no-store"
    assert entries("attribute:look") == ["核残疾人证"]
    document = first_attribute(people).document_id
    assert clerk.post(f"/people/documents/{document}", data={"reason": ""}).status_code == 422
    seen = clerk.post(f"/people/documents/{document}", data={"reason": "核对"})
    assert seen.data == PICTURE and seen.headers["Cache-Control"] == "no-store" and len(entries("document:look")) == 1


def test_a_claim_goes_from_the_queue_to_vouched_and_proved(people: Cast, client_for: Clients) -> None:
    trainee, clerk, authority = (client_for(people.ids[key]) for key in ("xiulan", "liumin", "hequan"))
    say(trainee, "veteran", "yes")
    queue = clerk.get("/people").text
    well_said(queue)
    assert "黄秀兰的 1 条情况" in queue and "情况待核" in queue
    row = first_attribute(people)
    done = clerk.post(f"/people/attributes/{row.id}", data={"step": "vouch", "file": picture()})
    assert done.status_code == 302 and first_attribute(people).standing == "vouched"
    assert "情况待证明" in authority.get("/people").text
    again = clerk.post(f"/people/attributes/{first_attribute(people).id}", data={"step": "prove"})
    assert again.status_code == 404, "a clerk does not prove"
    assert authority.post(f"/people/attributes/{first_attribute(people).id}", data={"step": "prove"}).status_code == 302
    assert first_attribute(people).standing == "proved"
    stale = clerk.post(f"/people/attributes/{row.id}", data={"step": "vouch"})
    assert stale.status_code == 409


def test_a_clerk_who_has_seen_the_card_says_so(people: Cast, client_for: Clients) -> None:
    """A check digit that fits is never a name that was verified. Sabotage: start with document_seen."""
    clerk = client_for(people.liumin)
    assert "还没看证件" in clerk.get(f"/people/{people.xiulan}").text
    assert clerk.post(f"/people/{people.xiulan}/real-name", data={"document": ""}).status_code == 422
    assert clerk.post(f"/people/{people.xiulan}/real-name", data={"document": PAPERS[0]}).status_code == 302
    with transaction(SYSTEM):
        found = queries.real_name(people.xiulan)
    assert (found.status, found.checked_by, found.document) == (RealName.DOCUMENT_SEEN, people.liumin, PAPERS[0])
    assert "看过证件原件" in client_for(people.xiulan).get("/me/details").text
    own = clerk.post(f"/people/{people.liumin}/real-name", data={"document": PAPERS[0]})
    assert own.status_code == 422 and "要由别人来看" in own.text


@pytest.mark.parametrize("wanted", ["黄秀·兰", "黄秀㛃", "𠮷野秀兰"])
def test_a_name_is_put_right_by_a_document(people: Cast, client_for: Clients, wanted: str) -> None:
    """Dots and rare characters are kept. Sabotage: normalise the name with NFKC."""
    trainee, clerk = client_for(people.xiulan), client_for(people.liumin)
    asked = trainee.post("/me/correction", data={"field": "name", "wanted": wanted, "reason": "名单写错"})
    assert asked.status_code == 302
    twice = trainee.post("/me/correction", data={"field": "name", "wanted": wanted})
    assert twice.status_code == 409
    page = clerk.get(f"/people/{people.xiulan}/corrections").text
    well_said(page)
    number = re.search(r'name="correction" value="([^"]+)"', page)
    assert wanted in page and number
    decision = {"correction": number[1], "decision": "accept", "document": ""}
    unseen = clerk.post(f"/people/{people.xiulan}/corrections", data=decision)
    assert unseen.status_code == 422 and "没看到证件就不能改" in unseen.text
    decision["document"] = PAPERS[0]
    assert clerk.post(f"/people/{people.xiulan}/corrections", data=decision).status_code == 302
    assert wanted in trainee.get("/me").text


def test_asking_for_a_strangers_number_tells_nothing(people: Cast, client_for: Clients) -> None:
    """Sabotage: look the number up when it is asked for."""
    trainee, other = client_for(people.xiulan), client_for(people.ahui)
    known = trainee.post("/me/correction", data={"field": "id_number", "wanted": PEOPLE["chenbo"].id_number})
    unknown = other.post("/me/correction", data={"field": "id_number", "wanted": id_number("440681", "19990101", 7)})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location) == (302, "/me/details")


@pytest.mark.parametrize(("text", "kept"), [("440681780712322", "44068119780712322"), ("44068119780712322x", "")])
def test_a_number_is_kept_as_one_writing(people: Cast, client_for: Clients, text: str, kept: str) -> None:
    """15 digits become 18. Sabotage: keep the text that was typed."""
    trainee = client_for(people.ahui)
    answer = trainee.post("/me/correction", data={"field": "id_number", "wanted": text})
    if kept:
        assert answer.status_code == 302
        with transaction(SYSTEM):
            assert queries.corrections(people.ahui, opened=True)[0].wanted.startswith(kept)


def test_the_full_number_is_shown_once_with_a_reason(people: Cast, client_for: Clients) -> None:
    authority, number = client_for(people.hequan), PEOPLE["xiulan"].id_number
    assert number not in authority.get(f"/people/{people.xiulan}").text
    shown = authority.post(f"/people/{people.xiulan}/reveal", data={"reason": "核对补贴名单"})
    assert number in shown.text and entries("id-number:reveal") == ["核对补贴名单"]
    assert client_for(people.liumin).post(f"/people/{people.xiulan}/reveal", data={"reason": "看看"}).status_code == 404


@pytest.mark.parametrize("door", ["/people/{}/reveal", "/people/{}/merge", "/me/erase"])
def test_what_cannot_be_undone_wants_a_proof_of_the_last_minutes(
    people: Cast,
    client_for: Clients,
    turn_clock,  # type: ignore[no-untyped-def]
    door: str,
) -> None:
    """Sabotage: leave require_fresh_proof() out of one."""
    authority = client_for(people.hequan)
    turn_clock(minutes=11)
    answer = authority.post(door.format(people.xiulan), data={"reason": "核对补贴名单"})
    assert answer.status_code == 302 and answer.location.startswith("/me/prove")


def test_search_keeps_words_out_of_the_address(people: Cast, client_for: Clients) -> None:
    clerk = client_for(people.liumin)
    found = clerk.post("/people", data={"words": "黄秀"})
    well_said(found.text)
    assert "黄秀兰" in found.text and found.request.query_string == b""
    assert "黄秀兰" in clerk.post("/people", data={"words": PEOPLE["xiulan"].id_number.lower()}).text
    assert "找到 0 人" in client_for(people.chenbo).post("/people", data={"words": PEOPLE["xiulan"].id_number}).text


def test_what_one_may_join_is_said_with_clause_and_what_is_missing(people: Cast, client_for: Clients) -> None:
    trainee = client_for(people.xiulan)
    page = trainee.get("/me/eligible").text
    assert "还要证明" in page and "粤人社函〔2019〕1812号 第" in page
    assert "能参加哪些培训" in client_for(people.liumin).get(f"/people/{people.xiulan}").text


def test_a_copy_of_ones_data_holds_everything(people: Cast, client_for: Clients) -> None:
    trainee = client_for(people.xiulan)
    agree(trainee)
    say(trainee, "disability", "visual")
    found = trainee.get("/me/data.json")
    assert found.headers["Cache-Control"] == "no-store" and "attachment" in found.headers["Content-Disposition"]
    copy = found.json
    assert copy["基本资料"]["证件号码"] == PEOPLE["xiulan"].id_number
    assert copy["我的情况"][0]["内容"] == "视力残疾" and copy["和我有关的单位"] == ["安颐职业培训学校"]
    assert {"我的班级", "学时台账", "同意书", "更正申请", "证明材料"} <= set(copy)


def test_a_long_copy_is_shown_in_part_and_given_whole(app: Flask, people: Cast, client_for: Clients) -> None:
    """Sabotage: print every row of a ledger of years on a phone."""
    before = app.extensions["copies"]
    app.extensions["copies"] = (lambda _: {"学时台账": [{"日期": f"第{n}天"} for n in range(3000)]},)
    trainee = client_for(people.xiulan)
    try:
        page, whole = trainee.get("/me/data").text, trainee.get("/me/data.json").json
    finally:
        app.extensions["copies"] = before
    assert "一共 3000 条" in page and "第2999天" in page and len(page.encode()) < 60_000
    assert len(whole["学时台账"]) == 3000


def test_an_account_is_erased_and_its_records_stay(people: Cast, client_for: Clients) -> None:
    """Sabotage: keep the session, the phone index or the contents."""
    trainee = client_for(people.ahui)
    say(trainee, "employed_by", "一家工厂")
    half = trainee.post("/me/erase", data={"word": "注销"})
    assert half.status_code == 422 and "先勾上" in half.text
    done = trainee.post("/me/erase", data={"sure": "y", "word": "注销"})
    assert done.status_code == 200 and "账号注销了" in done.text
    well_said(done.text)
    assert trainee.get("/me").status_code in (302, 401)
    with transaction(SYSTEM) as session:
        row = session.get_one(Person, people.ahui)
        assert row.name.startswith("学员") and row.name == row.pseudonym
        blank = (row.id_number, row.id_number_index, row.phone, row.phone_index, row.password_hash, row.phone_mask)
        assert blank == (None,) * 6
        assert [a.value for a in queries.attributes(people.ahui, opened=True, ended=True)] == [None]
        assert session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "person:erase"))


def test_an_account_in_an_open_class_waits(people: Cast, client_for: Clients) -> None:
    """Sabotage: leave the holds out of reactions.py."""
    liumin, cohort_id = people.principal("liumin"), a_class(people)
    xiulan = PEOPLE["xiulan"]
    confirm(cohort_id, preview(cohort_id, liumin, [(xiulan.name, xiulan.id_number, xiulan.phone)]), liumin)
    trainee = client_for(people.xiulan)
    page = trainee.get("/me/erase").text
    well_said(page)
    assert "现在还不能注销" in page and "还没有结班" in page
    assert trainee.post("/me/erase", data={"sure": "y", "word": "注销"}).status_code == 200
    assert "黄秀兰" in trainee.get("/me").text
    assert "先办好交接" in client_for(people.liumin).get("/me/erase").text


def test_the_demonstration_has_something_to_look_at_once(people: Cast, client_for: Clients) -> None:
    """Sabotage: say it at every start."""
    demo_situation.say(people.xiulan)
    demo_situation.say(people.xiulan)
    page = client_for(people.liumin).get(f"/people/{people.xiulan}").text
    assert page.count("本人填的</span>") == len(demo_situation.SAYS) and "佛山市顺德区" in page
