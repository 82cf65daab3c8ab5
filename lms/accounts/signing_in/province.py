"""The province's single sign-on (OpenID Connect: code flow, PKCE, nonce) through Authlib; off until it is set up.

LMS_OIDC_ISSUER, LMS_OIDC_CLIENT_ID, LMS_OIDC_CLIENT_SECRET; LMS_OIDC_SCOPE ("openid profile"), LMS_OIDC_ID_CLAIM
("id_number") and LMS_OIDC_NAME_CLAIM ("name") say where the province puts number and name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.flask_client import OAuth  # type: ignore[import-untyped]
from flask import Flask, current_app
from joserfc.errors import JoseError
from requests import RequestException
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.actions.real_names import set_real_name_status
from lms.accounts.models import Person, ProvinceIdentity
from lms.accounts.rules.people import same_name
from lms.accounts.rules.real_names import RealName
from lms.accounts.rules.signing_in import plain
from lms.accounts.signing_in.visits import desk
from lms.config import SettingError
from lms.foundation import clock, secrets
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound, Refused, Unavailable
from lms.foundation.principal import Principal

AWAY = "省统一身份认证这会儿没有回应，用短信验证码登录"
BROKEN = "省统一身份认证没有认出你，退回去再点一次，或者用短信验证码登录"
NOBODY = "你还没有在这里报过名。先找学校报名，再用省统一身份认证登录"
OTHER_NAME = "省统一身份认证里的姓名和报名时登记的对不上，带身份证找老师看看"
NO_NUMBER = "省统一身份认证没有给出身份证号，用短信验证码登录"


@dataclass(frozen=True)
class Province:
    """The client of the province's identity provider."""

    client: Any
    issuer: str
    id_claim: str
    name_claim: str


@dataclass(frozen=True)
class Citizen:
    """Whom the province says somebody is."""

    subject: str
    name: str
    number: str


def init_app(app: Flask, given: Mapping[str, str]) -> None:
    """Know the provider that the settings name; without LMS_OIDC_ISSUER there is none."""
    app.extensions["province"] = _read(app, given)


def on() -> bool:
    """Whether the province's single sign-on is set up."""
    return current_app.extensions["province"] is not None


def redirect_to(back: str) -> Any:
    """The answer that sends somebody to the province; state, nonce and verifier stay in the session."""
    try:
        return _province().client.authorize_redirect(back)
    except (AuthlibBaseError, RequestException):
        raise Unavailable(AWAY) from None


def citizen() -> Citizen:
    """Whom the province sent back with this request; its signature, nonce and audience were checked. Raises Refused."""
    province = _province()
    try:
        token = province.client.authorize_access_token()
        claims = dict(token.get("userinfo") or {})
        if province.id_claim not in claims:
            claims |= _more(province, token, claims)
    except (AuthlibBaseError, JoseError, ValueError, KeyError):
        raise Refused(BROKEN, code="province_refused") from None
    except RequestException:
        raise Unavailable(AWAY) from None
    if not claims.get("sub"):
        raise Refused(BROKEN, code="province_refused")
    number = plain(str(claims.get(province.id_claim) or ""))
    return Citizen(str(claims["sub"]), str(claims.get(province.name_claim) or ""), number)


def person_of(found: Citizen) -> UUID:
    """The person whom a citizen is here, known by subject or found by number; raises Refused where there is none."""
    issuer, subject = _province().issuer, secrets.blind_index("province", found.subject)
    with transaction(desk) as session:
        mine = (ProvinceIdentity.issuer == issuer) & (ProvinceIdentity.subject_index == subject)
        known = session.scalar(select(ProvinceIdentity.person_id).where(mine))
    person_id = known or _by_number(found)
    own = Principal(person_id=person_id)
    with transaction(desk) as session:
        row = {"person_id": person_id, "issuer": issuer, "subject_index": subject}
        new = insert(ProvinceIdentity).values(id=uuid4(), created_at=clock.now(), **row)
        session.execute(new.on_conflict_do_nothing())
    if known is None:
        with transaction(own):
            set_real_name_status(person_id, RealName.PROVINCE_SSO, own)
    return person_id


def _by_number(found: Citizen) -> UUID:
    if not found.number:
        raise Refused(NO_NUMBER, code="province_refused")
    index = secrets.blind_index("id_number", found.number)
    with transaction(desk) as session:
        row = session.execute(select(Person.id, Person.name).where(Person.id_number_index == index)).one_or_none()
    if row is None:
        raise Refused(NOBODY, code="province_refused")
    if not same_name(found.name, row.name):
        raise Refused(OTHER_NAME, code="province_refused")
    return row.id


def _more(province: Province, token: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """What the userinfo endpoint adds; it must speak of the same subject (OpenID Connect Core 5.3.2)."""
    told = dict(province.client.userinfo(token=token))
    if told.get("sub") != claims.get("sub"):
        raise ValueError("userinfo speaks of somebody else")
    return told


def _read(app: Flask, given: Mapping[str, str]) -> Province | None:
    issuer = given.get("LMS_OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return None
    key, secret = given.get("LMS_OIDC_CLIENT_ID", ""), given.get("LMS_OIDC_CLIENT_SECRET", "")
    if not (issuer.startswith(("https://", "http://127.0.0.1")) and key and secret):
        raise SettingError("LMS_OIDC_ISSUER must be https, and LMS_OIDC_CLIENT_ID and LMS_OIDC_CLIENT_SECRET be set")
    scope = given.get("LMS_OIDC_SCOPE", "openid profile")
    client = OAuth(app).register(
        "province",
        client_id=key,
        client_secret=secret,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": scope, "code_challenge_method": "S256", "default_timeout": 5},
    )
    names = (given.get("LMS_OIDC_ID_CLAIM", "id_number"), given.get("LMS_OIDC_NAME_CLAIM", "name"))
    return Province(client, issuer, *names)


def _province() -> Province:
    province: Province | None = current_app.extensions["province"]
    if province is None:
        raise NotFound()
    return province
