"""Timing, settings, signatures and receipts, without a network."""

import hashlib
import json
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.config import SettingError
from lms.foundation.clock import SHANGHAI
from lms.foundation.sending import aliyun, receipts, tencent, timing
from lms.foundation.sending.settings import Account, read

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)).map(lambda d: d.replace(tzinfo=SHANGHAI))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["biz_id", "sid", "success", "x"]), inner),
)


@given(MOMENTS)
def test_a_notice_is_due_when_people_are_awake(moment):
    """Sabotage: move 21:00 by a minute, or forget the evening before."""
    due = timing.due(moment)
    assert time(8) <= due.time() < time(21)
    assert timedelta() <= due - moment <= timedelta(hours=11)
    assert due == moment or due.time() == time(8)


def test_pauses_grow_and_end():
    """Sabotage: one pause for all."""
    found = [timing.pause(n) for n in range(1, 8)]
    waits = [each for each in found if each]
    assert waits == sorted(waits) and len(set(waits)) == len(waits) and found[-1] is None


def test_the_signature_of_alibaba_cloud_is_that_of_its_document():
    """The worked example of 「V3版本请求体&签名机制」. Sabotage: change any separator."""
    account = Account("aliyun", "YourAccessKeyId", "YourAccessKeySecret", "", {})
    image = "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"
    query = aliyun.canonical_query({"RegionId": "cn-shanghai", "ImageId": image})
    at, nonce = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC), "3156853299f313e23d1673dc12e1703d"
    headers = aliyun.sign(account, "ecs.cn-shanghai.aliyuncs.com", "RunInstances", query, at, nonce, "2014-05-26")
    wanted = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    assert headers["Authorization"].endswith(f"Signature={wanted}")


def test_the_signature_of_tencent_cloud_is_that_of_its_document():
    """The worked example of 「签名方法 v3」. Sabotage: change any separator."""
    account = Account("tencent", "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "", {})
    body = {"Limit": 1, "Filters": [{"Values": ["未命名"], "Name": "instance-name"}]}
    at = datetime.fromtimestamp(1551113065, UTC)
    signed = tencent.sign(account, "cvm.tencentcloudapi.com", "cvm", json.dumps(body).encode(), at)
    assert signed.endswith("Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LMS_SMS_URL", "https://key:secret-word@host/"),
        ("LMS_SMS_URL", "aliyun://host/?sign=x"),
        ("LMS_WECHAT_URL", "aliyun://key:secret-word@host/"),
        ("LMS_SMS_DAILY", "many"),
        ("LMS_RECEIPT_TOKEN", "short"),
    ],
)
def test_a_wrong_setting_is_named_and_its_secret_is_not(name, value):
    """Sabotage: quote the URL in the sentence."""
    with pytest.raises(SettingError, match=name) as caught:
        read({name: value})
    assert "secret-word" not in str(caught.value)


def test_an_account_does_not_show_its_secret():
    """Sabotage: let dataclass write __repr__."""
    found = read({"LMS_SMS_URL": "tencent://key:se%2Fcret@host/?code=1"})
    assert found.sms[0].secret == "se/cret" and "cret" not in repr(found)


@given(JSON)
def test_receipts_are_read_from_anything_without_a_fault(body):
    """Sabotage: trust the shape."""
    assert all(each.provider_id for each in receipts.of_aliyun(body) + receipts.of_tencent(body))


@given(st.text(max_size=300))
def test_an_event_of_wechat_is_read_from_anything_without_a_fault(text):
    """Sabotage: parse it as XML with entities."""
    assert receipts.of_wechat(text) == []


def test_receipts_as_documented():
    """Sabotage: read success as text."""
    ali = [{"phone_number": "1381111", "success": True, "err_code": "DELIVERED", "biz_id": "12345", "out_id": "67890"}]
    ten = [{"mobile": "13xxx", "report_status": "FAIL", "errmsg": "MK:0001", "sid": "9"}]
    event = (
        "<xml><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>200163836</MsgID>"
        "<Status><![CDATA[failed:user block]]></Status></xml>"
    )
    assert [(r.provider_id, r.arrived) for r in receipts.of_aliyun(ali)] == [("12345", True)]
    assert [(r.provider_id, r.arrived) for r in receipts.of_tencent(ten)] == [("9", False)]
    assert [(r.provider_id, r.arrived) for r in receipts.of_wechat(event)] == [("200163836", False)]


def test_wechat_proves_itself():
    """Sabotage: compare without the token."""
    good = hashlib.sha1("".join(sorted(("token", "1", "n"))).encode(), usedforsecurity=False).hexdigest()
    assert receipts.wechat_signed("token", "1", "n", good)
    assert not receipts.wechat_signed("other", "1", "n", good)
    assert not receipts.wechat_signed("", "1", "n", hashlib.sha1(b"1n", usedforsecurity=False).hexdigest())
