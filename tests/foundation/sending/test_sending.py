"""Messages by providers that check our signatures: codes at once, the rest as jobs, receipts, quotas, silence."""

import json
import logging
import traceback

import pytest
from sqlalchemy import func, select

from lms.foundation import jobs, sending
from lms.foundation.database import transaction
from lms.foundation.errors import TooMany, Unavailable
from lms.foundation.principal import Principal
from lms.foundation.sending import Channel, Purpose, Receipt
from lms.foundation.sending.http import ask
from lms.foundation.sending.messages import ProviderAway
from lms.foundation.sending.models import Delivery
from tests.foundation.sending.providers import APPSECRET, SECRET

OFFICE = Principal.system_of("tests")
PHONE = "13800000001"


def rows():
    with transaction(OFFICE) as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.created_at)))


def run_jobs():
    """What a worker and the sweeper would do now, once each."""
    with transaction(OFFICE) as session:
        waiting = list(session.scalars(select(jobs.Job.id).where(jobs.Job.state == "queued")))
    for job_id in waiting:
        jobs.run(job_id)


def queue(to=PHONE, channel=Channel.SMS):
    with transaction(OFFICE):
        sending.notify(to, Purpose.PHONE_CHANGED, {"number": "139 **** 0001"}, channel)


@pytest.mark.parametrize(("name", "action"), [("aliyun", "SendSms"), ("tencent", "SendSms")])
def test_a_code_goes_out_signed_at_once(post_of, providers, name, action):
    """Sabotage: leave a header out of the signature, or sort the query otherwise."""
    post_of(name)
    assert sending.send_code(PHONE, "048213").shown is None
    [(asked, values)] = providers.asked
    said = json.dumps(values)
    assert asked == action and "048213" in said and PHONE in said
    [row] = rows()
    assert (row.state, row.provider, row.attempts) == ("sent", name, 1)
    assert row.provider_id and row.values is None


@pytest.mark.parametrize(("name", "action"), [("aliyun", "SingleCallByTts"), ("tencent", "SendCodeVoice")])
def test_a_code_is_read_aloud(post_of, providers, name, action):
    """Sabotage: send voice codes as messages."""
    post_of(name)
    sending.send_code(PHONE, "048213", Channel.VOICE)
    assert providers.asked[0][0] == action and "048213" in json.dumps(providers.last())


def test_the_second_provider_steps_in(post_of, providers):
    """Sabotage: give up after the first."""
    post_of("aliyun", "tencent")
    providers.moods = [503]
    sending.send_code(PHONE, "048213")
    assert rows()[0].provider == "tencent" and "PhoneNumberSet" in providers.last()


def test_a_wrong_key_is_refused_in_words_for_people(post_of, providers, caplog):
    """Sabotage: log the request, or put the provider's words on the page."""
    caplog.set_level(logging.DEBUG)
    post_of("aliyun", LMS_SMS_URL=providers.environ("aliyun")["LMS_SMS_URL"].replace(SECRET, "another-secret"))
    with pytest.raises(Unavailable, match="收不了短信"):
        sending.send_code(PHONE, "048213")
    assert rows()[0].state == "refused" and rows()[0].error == "SignatureDoesNotMatch"
    assert "another-secret" not in caplog.text and PHONE not in repr(sending.post())


def test_a_quota_of_the_provider_says_when(post_of, providers):
    """Sabotage: take every refusal for a wrong number."""
    post_of("aliyun")
    providers.moods = ["isv.BUSINESS_LIMIT_CONTROL"]
    with pytest.raises(TooMany, match="明天再收"):
        sending.send_code(PHONE, "048213")


def test_no_more_a_day_than_is_paid_for(post_of, providers):
    """Sabotage: count none, or all of the past."""
    post_of("aliyun", LMS_SMS_DAILY="2")
    sending.send_code(PHONE, "000001")
    sending.send_code(PHONE, "000002")
    with pytest.raises(Unavailable, match="今天的短信发完了"):
        sending.send_code(PHONE, "000003")
    assert len(providers.asked) == 2


def test_without_a_provider_it_says_so(post_of):
    """Sabotage: pretend that it was sent."""
    post_of()
    with pytest.raises(Unavailable, match="12333"):
        sending.send_code(PHONE, "048213")
    with pytest.raises(Unavailable, match="电话念码"):
        sending.send_code(PHONE, "048213", Channel.VOICE)


def test_a_silent_provider_leaks_nothing(post_of, providers, caplog):
    """Sabotage: log what was asked, or keep urllib3's own log at DEBUG."""
    caplog.set_level(logging.DEBUG)
    post_of("aliyun", "wechat")
    providers.moods = [500, 500]
    with pytest.raises(Unavailable, match="没有回应") as caught:
        sending.send_code(PHONE, "048213")
    told = caplog.text + repr(caught.value) + repr(caught.value.__cause__) + repr(caught.value.__context__)
    assert not [word for word in (SECRET, APPSECRET, "048213") if word in told]


def test_the_error_of_a_silent_provider_holds_no_address():
    """Sabotage: take `from None` out of ask(): a log of the error would quote the address with its secret."""
    address = f"http://127.0.0.1:9/?secret={APPSECRET}"
    with pytest.raises(ProviderAway) as caught:
        ask("GET", address)
    assert APPSECRET not in "".join(traceback.format_exception(caught.value))


def test_a_notice_waits_until_morning(post_of, providers, turn_clock):
    """Sabotage: send whatever the hour. Noon is NOON; ten hours later it is 22:00."""
    post_of("aliyun")
    turn_clock(hours=10)
    queue()
    run_jobs()
    assert providers.asked == [] and rows()[0].state == "queued"
    turn_clock(hours=10)
    run_jobs()
    assert rows()[0].state == "sent" and "139 **** 0001" in providers.last()["TemplateParam"]


def test_a_code_does_not_wait(post_of, providers, turn_clock):
    """Sabotage: apply the quiet hours to codes."""
    post_of("aliyun")
    turn_clock(hours=14)
    sending.send_code(PHONE, "048213")
    assert len(providers.asked) == 1


def test_a_notice_is_tried_again_ever_later_and_not_for_ever(post_of, providers, turn_clock):
    """Sabotage: try again at once, or never, or for ever."""
    post_of("aliyun")
    providers.moods = [503] * 20
    queue()
    for _ in range(12):
        run_jobs()
        turn_clock(hours=3)
    with transaction(OFFICE) as session:
        queued = session.scalar(select(func.count()).select_from(jobs.Job))
    assert rows()[0].state in {"refused", "expired"} and 3 <= rows()[0].attempts <= 6
    assert queued <= 12


def test_a_notice_that_came_too_late_is_not_sent(post_of, providers, turn_clock):
    """Sabotage: leave out expires_at."""
    post_of("aliyun")
    queue()
    turn_clock(days=1, minutes=1)
    run_jobs()
    assert (rows()[0].state, rows()[0].values, providers.asked) == ("expired", None, [])


def test_what_a_notice_says_goes_with_it(post_of, providers, turn_clock):
    """Sabotage: keep `values` after sending."""
    post_of("aliyun")
    queue()
    assert rows()[0].values is not None and b"139" not in rows()[0].values
    run_jobs()
    assert rows()[0].values is None and PHONE.encode() not in rows()[0].recipient


def test_wechat_is_asked_with_a_token_that_is_kept_and_renewed(post_of, providers, turn_clock):
    """Sabotage: ask for a token each time, or keep one that WeChat has forgotten."""
    post_of("wechat")
    for _ in range(2):
        queue("openid-1", Channel.WECHAT)
        run_jobs()
    assert len(providers.tokens) == 1 and [name for name, _ in providers.asked] == ["template"] * 2
    providers.tokens.append("another took its place")
    queue("openid-1", Channel.WECHAT)
    run_jobs()
    assert [row.state for row in rows()] == ["sent"] * 3
    assert providers.last()["touser"] == "openid-1"


def test_the_first_receipt_stands(post_of, providers):
    """Sabotage: let a later receipt overwrite, or find messages of another provider."""
    post_of("aliyun")
    sending.send_code(PHONE, "048213")
    number = rows()[0].provider_id
    assert sending.take_receipts("tencent", [Receipt(number, True, "DELIVRD")]) == 0
    assert sending.take_receipts("aliyun", [Receipt(number, False, "MK:0001")]) == 1
    assert sending.take_receipts("aliyun", [Receipt(number, True, "DELIVERED")]) == 0
    assert sending.state_of(rows()[0].id) == "undelivered"


def test_what_was_sent_is_forgotten_after_half_a_year(post_of, providers, turn_clock):
    """Sabotage: keep it for ever, or a week: the law wants logs of six months."""
    post_of("aliyun")
    sending.send_code(PHONE, "048213")
    for days, left in ((183, 1), (2, 0)):
        turn_clock(days=days)
        with transaction(OFFICE):
            job = jobs.enqueue("sending.forget", {}, key=str(days), title="x", principal=OFFICE)
        jobs.run(job.id)
        assert len(rows()) == left


def test_nothing_is_sent_while_a_transaction_is_open(post_of, providers):
    """Sabotage: hand over inside transaction()."""
    post_of("aliyun")
    with pytest.raises(RuntimeError, match="inside a transaction"), transaction(OFFICE):
        sending.send_code(PHONE, "048213")
    assert providers.asked == []
