"""WeChat's official account: signing in, binding, letting go; against a server that speaks its protocol."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from lms.accounts.models import WechatBinding
from lms.accounts.signing_in import wechat
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict
from lms.foundation.sending.post import open_post
from lms.foundation.sending.settings import read
from tests.accounts.desk import ask_code, by_code, give_app
from tests.foundation.sending.providers import APPID, RECEIPT_TOKEN, Providers, open_providers
from tests.people import SYSTEM

TRAINEE = "13800000001"


@pytest.fixture
def weixin(app, monkeypatch) -> Iterator[Providers]:
    """An operator with an official account, in a demonstration (codes on the screen)."""
    with open_providers() as house:
        monkeypatch.setitem(app.extensions, "post", open_post(read(house.environ("wechat")), demo=True))
        yield house


def ask(client, address="/sign-in/wechat"):
    """What WeChat is asked: the state."""
    there = client.get(address)
    assert there.status_code == 302, there.text
    asked = parse_qs(urlsplit(there.location).query)
    assert asked["appid"] == [APPID] and asked["scope"] == ["snsapi_base"]
    assert there.location.endswith("#wechat_redirect")
    return asked["state"][0]


def come_back(client, weixin, openid, address="/sign-in/wechat"):
    state = ask(client, address)
    weixin.codes["code-1"] = openid
    return client.get(f"{address}/back?code=code-1&state={state}")


def test_a_stranger_signs_in_by_code_and_is_offered_to_be_bound(people, client_for, weixin):
    """Sabotage: bind without asking: families share a WeChat."""
    client = client_for(None)
    assert "用微信登录" in client.get("/sign-in").text
    assert come_back(client, weixin, "openid-1").location == "/sign-in"
    assert "还没有绑定" in client.get("/sign-in").text
    assert client.get("/me").status_code == 302
    assert by_code(client, TRAINEE).location == "/me/wechat/offer"
    assert wechat.person_of("openid-1") is None
    assert "绑到你的账号" in client.get("/me/wechat/offer").text
    assert client.post("/me/wechat/offer", data={"answer": "yes"}).location == "/"
    assert wechat.person_of("openid-1") == people.xiulan
    with transaction(SYSTEM) as session:
        row = session.query(WechatBinding).one()
        assert b"openid-1" not in row.openid and b"openid-1" not in row.openid_index


def test_who_is_bound_is_let_in(people, client_for, weixin):
    """Sabotage: ask for a code each time."""
    wechat.bind(people.xiulan, "openid-1")
    client = client_for(None)
    assert come_back(client, weixin, "openid-1").location == "/"
    assert "黄秀兰" in client.get("/me").text


def test_staff_still_give_the_second_factor(people, client_for, weixin):
    """Sabotage: let_in() at once."""
    give_app(people.liumin)
    wechat.bind(people.liumin, "openid-1")
    client = client_for(None)
    assert come_back(client, weixin, "openid-1").location == "/sign-in/second"
    assert client.get("/me").status_code == 302


def test_an_answer_to_nobodys_question_opens_nothing(people, client_for, weixin):
    """Sabotage: do not compare the state, or keep it for a second answer."""
    wechat.bind(people.xiulan, "openid-1")
    client = client_for(None)
    weixin.codes["code-1"] = "openid-1"
    assert client.get("/sign-in/wechat/back?code=code-1&state=").status_code == 422
    state = ask(client)
    assert client.get(f"/sign-in/wechat/back?code=code-1&state={state}x").status_code == 422
    assert client.get(f"/sign-in/wechat/back?code=code-1&state={state}").status_code == 422
    assert client.get("/me").status_code == 302


def test_a_spent_code_opens_nothing(people, client_for, weixin):
    """Sabotage: take openid=None for somebody."""
    wechat.bind(people.xiulan, "openid-1")
    client = client_for(None)
    state = ask(client)
    answer = client.get(f"/sign-in/wechat/back?code=spent&state={state}")
    assert answer.status_code == 422 and "没有认出你" in answer.text


def test_a_person_binds_and_lets_go(people, client_for, weixin):
    """Sabotage: leave the binding in place."""
    client = client_for(people.xiulan)
    assert come_back(client, weixin, "openid-2", "/me/wechat").location == "/me/wechat/offer"
    client.post("/me/wechat/offer", data={"answer": "yes"})
    assert wechat.person_of("openid-2") == people.xiulan
    assert "解除绑定" in client.get("/me/security").text
    client.post("/me/wechat/remove")
    assert wechat.person_of("openid-2") is None


def test_a_wechat_belongs_to_one_person(people):
    """Sabotage: overwrite the owner."""
    wechat.bind(people.xiulan, "openid-1")
    wechat.bind(people.xiulan, "openid-1")
    with pytest.raises(Conflict, match="另一个账号"):
        wechat.bind(people.ahui, "openid-1")
    wechat.bind(people.xiulan, "openid-2")
    assert wechat.person_of("openid-1") is None


def test_without_an_account_there_is_no_such_page(people, client_for):
    """Sabotage: show the link always."""
    client = client_for(None)
    assert client.get("/sign-in/wechat").status_code == 404
    assert "用微信登录" not in client.get("/sign-in").text
    ask_code(client, TRAINEE)


def test_receipts_come_to_their_door(people, client_for, weixin):
    """Sabotage: open the door to any token."""
    client = client_for(None)
    for name, answer in (("aliyun", {"code": 0, "msg": "接收成功"}), ("tencent", {"result": 0, "errmsg": "OK"})):
        assert client.post(f"/api/receipts/{name}/{RECEIPT_TOKEN}", json=[]).json == answer
        assert client.post(f"/api/receipts/{name}/guess", json=[]).status_code == 404
    assert client.get("/api/receipts/wechat?timestamp=1&nonce=2&signature=3&echostr=x").status_code == 404
