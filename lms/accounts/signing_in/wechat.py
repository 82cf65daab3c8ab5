"""Signing in from inside WeChat: our official account tells which openid opened the page.

Source: developers.weixin.qq.com, 公众号: 网页授权 (connect/oauth2/authorize, sns/oauth2/access_token).
"""

import secrets as random
from urllib.parse import urlencode
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.models import WechatBinding
from lms.accounts.signing_in.visits import desk
from lms.foundation import clock, secrets, sending
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound, Refused, Unavailable
from lms.foundation.sending.http import ask
from lms.foundation.sending.messages import ProviderAway
from lms.foundation.sending.settings import Account

OPEN_HOST = "open.weixin.qq.com"
AWAY = "微信这会儿没有回应，用短信验证码登录"
SPENT = "微信没有认出你，退回去再点一次，或者用短信验证码登录"
TAKEN = "这个微信已经绑在另一个账号上。先用那个账号登录，在“登录与安全”里解除绑定"


def on() -> bool:
    """Whether the operator has an official account."""
    return sending.post().settings.wechat is not None


def address(state: str, back: str, scope: str = "snsapi_base") -> str:
    """Where WeChat is asked; snsapi_base asks the person nothing, snsapi_userinfo shows a page of WeChat's."""
    account = _account()
    query = {"appid": account.key, "redirect_uri": back, "response_type": "code", "scope": scope, "state": state}
    host = account.options.get("open_host", OPEN_HOST)
    return f"{account.scheme}://{host}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"


def new_state() -> str:
    """What WeChat must bring back, so that nobody is signed in by a link of somebody else's."""
    return random.token_urlsafe(24)


def openid_of(code: str) -> str:
    """Whose code this is; raises Unavailable where WeChat is away, Refused for a code that is spent or made up."""
    account = _account()
    query = {"appid": account.key, "secret": account.secret, "code": code, "grant_type": "authorization_code"}
    try:
        found = ask("GET", f"{account.scheme}://{account.host}/sns/oauth2/access_token", params=query)
    except ProviderAway:
        raise Unavailable(AWAY) from None
    if not found.get("openid"):
        raise Refused(SPENT, code="wechat_refused")
    return str(found["openid"])


def person_of(openid: str) -> UUID | None:
    """Who is bound to this openid."""
    query = select(WechatBinding.person_id).where(WechatBinding.openid_index == _index(openid))
    with transaction(desk) as session:
        return session.scalar(query)


def bind(person_id: UUID, openid: str) -> None:
    """Bind; somebody's earlier WeChat gives way. Raises Conflict where the openid is another person's."""
    row_id = uuid4()
    sealed = secrets.seal("wechat_binding", "openid", row_id, openid)
    row = {"id": row_id, "created_at": clock.now(), "person_id": person_id, "openid": sealed}
    other = (WechatBinding.person_id == person_id) & (WechatBinding.openid_index != _index(openid))
    new = insert(WechatBinding).values(**row, openid_index=_index(openid)).on_conflict_do_nothing()
    with transaction(desk) as session:
        session.execute(delete(WechatBinding).where(other))
        session.execute(new)
        owner = session.scalar(select(WechatBinding.person_id).where(WechatBinding.openid_index == _index(openid)))
        if owner != person_id:
            raise Conflict(TAKEN)


def unbind(person_id: UUID) -> None:
    """Forget the binding."""
    with transaction(desk) as session:
        session.execute(delete(WechatBinding).where(WechatBinding.person_id == person_id))


def _account() -> Account:
    account = sending.post().settings.wechat
    if account is None:
        raise NotFound()
    return account


def _index(openid: str) -> bytes:
    return secrets.blind_index("openid", openid)
