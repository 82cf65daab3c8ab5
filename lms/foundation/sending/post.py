"""The post office of a running application: who carries what."""

from dataclasses import dataclass

from flask import Flask, current_app

from lms.config import Settings
from lms.foundation.sending.aliyun import Aliyun
from lms.foundation.sending.messages import Channel, Provider, Purpose
from lms.foundation.sending.screen import Screen
from lms.foundation.sending.settings import Account, SendingSettings, read
from lms.foundation.sending.tencent import Tencent
from lms.foundation.sending.wechat import Wechat


@dataclass(frozen=True)
class Post:
    """The carriers in the order in which they are asked."""

    providers: tuple[Provider, ...]
    settings: SendingSettings
    demo: bool

    def carriers(self, channel: Channel, purpose: Purpose) -> list[Provider]:
        """Who carries this, first choice first."""
        return [each for each in self.providers if each.carries(channel, purpose)]


def init_app(app: Flask, settings: Settings) -> None:
    """Open the post office; without any provider the demonstration shows codes, and a real house refuses clearly."""
    app.extensions["post"] = open_post(read(settings.providers), settings.demo)


def open_post(decided: SendingSettings, demo: bool) -> Post:
    """The carriers that the settings name."""
    named: list[Provider] = [_sms(account) for account in decided.sms]
    if decided.wechat:
        named.append(Wechat(decided.wechat))
    if demo and not decided.sms:
        named.append(Screen())
    return Post(tuple(named), decided, demo)


def _sms(account: Account) -> Provider:
    return Aliyun(account) if account.kind == "aliyun" else Tencent(account)


def post() -> Post:
    """The post office of the running application."""
    return current_app.extensions["post"]  # type: ignore[no-any-return]
