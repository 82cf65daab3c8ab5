"""Tencent Cloud: SMS (SendSms 2021-01-11) and voice (SendCodeVoice 2020-09-02), signed by TC3-HMAC-SHA256.

Source: cloud.tencent.com, "签名方法 v3", API of sms and vms.
"""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from lms.foundation import clock
from lms.foundation.sending.http import ask
from lms.foundation.sending.messages import Channel, Outgoing, ProviderAway, ProviderRefused, Purpose, QuotaReached
from lms.foundation.sending.settings import Account

SMS, VOICE = ("sms", "2021-01-11"), ("vms", "2020-09-02")
VOICE_HOST = "vms.tencentcloudapi.com"
QUOTA = ("LimitExceeded", "FailedOperation.InsufficientBalance")
PATIENCE = ("InternalError", "RequestLimitExceeded", "LimitExceeded.DeliveryFrequencyLimit")


class Tencent:
    """Sends through a Tencent Cloud account."""

    name = "tencent"

    def __init__(self, account: Account) -> None:
        self.account = account

    def carries(self, channel: Channel, purpose: Purpose) -> bool:
        """Whether there is a template for it; a voice call says digits only, so it carries codes alone."""
        if channel is Channel.VOICE:
            return purpose is Purpose.CODE and bool(self.account.options.get("voice_app"))
        return channel is Channel.SMS and bool(self.account.options.get(purpose))

    def send(self, message: Outgoing) -> str:
        """Hand over; the SerialNo or CallId."""
        return self._call(message) if message.channel is Channel.VOICE else self._text(message)

    def _text(self, message: Outgoing) -> str:
        options = self.account.options
        body = {
            "PhoneNumberSet": [f"+86{message.to}"],
            "SmsSdkAppId": options.get("app", ""),
            "SignName": options.get("sign", ""),
            "TemplateId": options[message.purpose],
            "TemplateParamSet": list(message.values.values()),
            "SessionContext": str(message.id),
        }
        [status] = self._ask(self.account.host, SMS, "SendSms", body)["SendStatusSet"]
        if status["Code"] != "Ok":
            raise _problem(status["Code"])
        return str(status["SerialNo"])

    def _call(self, message: Outgoing) -> str:
        options = self.account.options
        body = {"CodeMessage": message.values["code"], "CalledNumber": f"+86{message.to}"}
        body |= {"VoiceSdkAppid": options["voice_app"], "SessionContext": str(message.id)}
        host = options.get("voice_host", VOICE_HOST)
        return str(self._ask(host, VOICE, "SendCodeVoice", body)["SendStatus"]["CallId"])

    def _ask(self, host: str, api: tuple[str, str], action: str, body: dict[str, Any]) -> dict[str, Any]:
        return call(self.account, host, api, action, body)


CONTENT = "application/json; charset=utf-8"


def sign(account: Account, host: str, service: str, payload: bytes, at: datetime) -> str:
    """The Authorization header of a POST to the root of a service."""
    day, algorithm = f"{at:%Y-%m-%d}", "TC3-HMAC-SHA256"
    headers = f"content-type:{CONTENT}\nhost:{host}\n"
    canonical = f"POST\n/\n\n{headers}\ncontent-type;host\n{hashlib.sha256(payload).hexdigest()}"
    scope = f"{day}/{service}/tc3_request"
    text = f"{algorithm}\n{int(at.timestamp())}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{account.secret}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"{algorithm} Credential={account.key}/{scope}, SignedHeaders=content-type;host, Signature={signature}"


def call(account: Account, host: str, api: tuple[str, str], action: str, body: dict[str, Any]) -> dict[str, Any]:
    """What an API (service, version) of Tencent Cloud answers; raises ProviderAway, QuotaReached or ProviderRefused."""
    payload = json.dumps(body, ensure_ascii=False).encode()
    at, (service, version) = clock.now(), api
    headers = {
        "Authorization": sign(account, host, service, payload, at),
        "Content-Type": CONTENT,
        "X-TC-Action": action,
        "X-TC-Version": version,
        "X-TC-Timestamp": str(int(at.timestamp())),
        "X-TC-Region": account.options.get("region", "ap-guangzhou"),
    }
    found = ask("POST", f"{account.scheme}://{host}/", headers=headers, data=payload)["Response"]
    if "Error" in found:
        raise _problem(found["Error"]["Code"])
    return found  # type: ignore[no-any-return]


def _problem(code: str) -> Exception:
    if code.startswith(PATIENCE):
        return ProviderAway(code)
    return QuotaReached(code) if code.startswith(QUOTA) else ProviderRefused(code)
