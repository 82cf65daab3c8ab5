"""Who carries the messages: one URL for each provider, read once, failing loudly.

LMS_SMS_URL and LMS_SMS_FALLBACK_URL:
  aliyun://KEY_ID:KEY_SECRET@dysmsapi.aliyuncs.com/?sign=NAME&code=SMS_1&phone_changed=SMS_2&voice=TTS_1&from=NUMBER
  tencent://SECRET_ID:SECRET_KEY@sms.tencentcloudapi.com/?app=APPID&sign=NAME&code=1&phone_changed=2&voice_app=APPID
LMS_WECHAT_URL:
  wechat://APPID:SECRET@api.weixin.qq.com/?phone_changed=TEMPLATE&token=CALLBACK_TOKEN
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from lms.config import SettingError


@dataclass(frozen=True)
class Account:
    """An account with a provider; never shown, never logged."""

    kind: str
    key: str
    secret: str
    host: str
    options: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Account({self.kind})"

    @property
    def scheme(self) -> str:
        """https, unless the URL says scheme=http (a server on this machine, for tests)."""
        return self.options.get("scheme", "https")


@dataclass(frozen=True)
class SendingSettings:
    """What the operator decided about messages."""

    sms: tuple[Account, ...] = ()
    wechat: Account | None = None
    daily: int = 20_000
    receipt_token: str = ""


def read(given: Mapping[str, str]) -> SendingSettings:
    """Read all; raises SettingError naming the variable, never repeating a key."""
    sms = [account(given, name, {"aliyun", "tencent"}) for name in ("LMS_SMS_URL", "LMS_SMS_FALLBACK_URL")]
    return SendingSettings(
        sms=tuple(each for each in sms if each),
        wechat=account(given, "LMS_WECHAT_URL", {"wechat"}),
        daily=_daily(given.get("LMS_SMS_DAILY", "20000")),
        receipt_token=_token(given.get("LMS_RECEIPT_TOKEN", "")),
    )


def account(given: Mapping[str, str], name: str, kinds: set[str]) -> Account | None:
    """The account that a variable names; None where it is not set."""
    text = given.get(name, "")
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in kinds or not (parts.username and parts.password and parts.hostname):
        kind = " or ".join(sorted(kinds))
        raise SettingError(f"{name} must be {kind}://KEY:SECRET@HOST/?…; see lms/foundation/sending/settings.py")
    host = parts.netloc.rsplit("@", 1)[1]
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Account(parts.scheme, unquote(parts.username), unquote(parts.password), host, options)


def _daily(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"LMS_SMS_DAILY must be how many messages a day are paid for, not {text!r}")
    return int(text)


def _token(text: str) -> str:
    if text and len(text) < 20:
        raise SettingError("LMS_RECEIPT_TOKEN must have 20 characters or more: it is all that guards the receipts")
    return text
