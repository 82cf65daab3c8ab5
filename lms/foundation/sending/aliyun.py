"""Alibaba Cloud: SMS (SendSms) and voice (SingleCallByTts), signed by ACS3-HMAC-SHA256.

Source: help.aliyun.com, "V3版本请求体&签名机制", API 2017-05-25 of Dysmsapi and Dyvmsapi.
"""

import hashlib
import hmac
import json
import secrets as random
from datetime import datetime
from typing import Any
from urllib.parse import quote

from lms.foundation import clock
from lms.foundation.sending.http import ask
from lms.foundation.sending.messages import Channel, Outgoing, ProviderAway, ProviderRefused, Purpose, QuotaReached
from lms.foundation.sending.settings import Account

VERSION = "2017-05-25"
VOICE_HOST = "dyvmsapi.aliyuncs.com"
QUOTA = ("isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE")


class Aliyun:
    """Sends through an Alibaba Cloud account."""

    name = "aliyun"

    def __init__(self, account: Account) -> None:
        self.account = account

    def carries(self, channel: Channel, purpose: Purpose) -> bool:
        """Whether there is a template for it."""
        wanted = "voice" if channel is Channel.VOICE else purpose
        return channel is not Channel.WECHAT and bool(self.account.options.get(wanted))

    def send(self, message: Outgoing) -> str:
        """Hand over; the BizId or CallId."""
        voice = message.channel is Channel.VOICE
        found = self._call(*self._call_of(message) if voice else self._sms_of(message))
        code = str(found.get("Code", ""))
        if code != "OK":
            raise problem(code)
        return str(found["CallId" if voice else "BizId"])

    def _sms_of(self, message: Outgoing) -> tuple[str, str, dict[str, str]]:
        options = self.account.options
        words = {"SignName": options.get("sign", ""), "TemplateCode": options[message.purpose]}
        filled = {"TemplateParam": json.dumps(message.values, ensure_ascii=False), "OutId": str(message.id)}
        return self.account.host, "SendSms", {"PhoneNumbers": message.to, **words, **filled}

    def _call_of(self, message: Outgoing) -> tuple[str, str, dict[str, str]]:
        options = self.account.options
        words = {"CalledShowNumber": options.get("from", ""), "TtsCode": options["voice"]}
        filled = {"TtsParam": json.dumps(message.values, ensure_ascii=False), "OutId": str(message.id)}
        host = options.get("voice_host", VOICE_HOST)
        return host, "SingleCallByTts", {"CalledNumber": message.to, **words, **filled}

    def _call(self, host: str, action: str, query: dict[str, str]) -> dict[str, Any]:
        return call(self.account, host, action, query)


def call(account: Account, host: str, action: str, query: dict[str, str], version: str = VERSION) -> dict[str, Any]:
    """What an action of Alibaba Cloud answers, whatever its code says; raises ProviderAway."""
    text = canonical_query(query)
    headers = sign(account, host, action, text, clock.now(), random.token_hex(16), version)
    return ask("POST", f"{account.scheme}://{host}/?{text}", headers=headers)


def canonical_query(query: dict[str, str]) -> str:
    """Sorted and percent-encoded as RFC 3986 asks."""
    return "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(query.items()))


def sign(
    account: Account, host: str, action: str, query: str, at: datetime, nonce: str, version: str = VERSION
) -> dict[str, str]:
    """The headers of a signed POST without a body."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(account.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    signed = f"ACS3-HMAC-SHA256 Credential={account.key},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": signed}


def problem(code: str) -> Exception:
    """What a code that is not good means: patience, an empty account, or a refusal."""
    if code in QUOTA:
        return QuotaReached(code)
    patience = code.startswith(("Throttling", "ServiceUnavailable", "InternalError", "isp.")) or not code
    return ProviderAway(code or "no code") if patience else ProviderRefused(code)
