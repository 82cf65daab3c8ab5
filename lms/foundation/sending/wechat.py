"""WeChat's official account: template messages and the access token that they need.

Source: developers.weixin.qq.com, 公众号: 获取稳定版接口调用凭据 (cgi-bin/stable_token), 模板消息 (message/template/send).
"""

import threading
from datetime import datetime, timedelta
from typing import Any

from lms.foundation import clock
from lms.foundation.sending.http import ask
from lms.foundation.sending.messages import Channel, Outgoing, ProviderAway, ProviderRefused, Purpose, QuotaReached
from lms.foundation.sending.settings import Account

TOKEN_OLD = {40001, 40014, 42001}
QUOTA = {45009, 45011}


class Wechat:
    """Sends template messages to people who follow the official account."""

    name = "wechat"

    def __init__(self, account: Account) -> None:
        self.account = account
        self._lock = threading.Lock()
        self._token, self._good_until = "", datetime.min.replace(tzinfo=clock.SHANGHAI)

    def carries(self, channel: Channel, purpose: Purpose) -> bool:
        """Whether there is a template for it. Codes never go by WeChat: they prove a phone."""
        return channel is Channel.WECHAT and purpose is not Purpose.CODE and bool(self.account.options.get(purpose))

    def send(self, message: Outgoing) -> str:
        """Hand over; the msgid. A token that WeChat has forgotten is asked for once more."""
        data = {name: {"value": value} for name, value in message.values.items()}
        body = {"touser": message.to, "template_id": self.account.options[message.purpose], "data": data}
        body["client_msg_id"] = str(message.id)
        found = self._post(body, fresh=False)
        if found.get("errcode") in TOKEN_OLD:
            found = self._post(body, fresh=True)
        code = int(found.get("errcode", 0))
        if code:
            raise _problem(code)
        return str(found["msgid"])

    def _post(self, body: dict[str, Any], fresh: bool) -> dict[str, Any]:
        query = {"access_token": self._access_token(fresh)}
        return ask("POST", f"{self._base}/cgi-bin/message/template/send", params=query, json=body)

    def _access_token(self, fresh: bool) -> str:
        with self._lock:
            if fresh or clock.now() >= self._good_until:
                body = {"grant_type": "client_credential", "appid": self.account.key, "secret": self.account.secret}
                found = ask("POST", f"{self._base}/cgi-bin/stable_token", json={**body, "force_refresh": fresh})
                if "access_token" not in found:
                    raise _problem(int(found.get("errcode", -1)))
                self._token = found["access_token"]
                self._good_until = clock.now() + timedelta(seconds=int(found["expires_in"]) - 300)
            return self._token

    @property
    def _base(self) -> str:
        return f"{self.account.scheme}://{self.account.host}"


def _problem(code: int) -> Exception:
    if code == -1:
        return ProviderAway("-1")
    return QuotaReached(str(code)) if code in QUOTA else ProviderRefused(str(code))
