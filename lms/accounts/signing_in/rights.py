"""What signing in owes a person: a copy of what it knows, and forgetting it with the account."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from lms.accounts.events import PersonErased
from lms.accounts.models import KnownDevice, Passkey, ProvinceIdentity, Reset, WebSession, WechatBinding
from lms.accounts.signing_in import factors
from lms.foundation import clock
from lms.foundation.database import db, widened


def copy_of(person_id: UUID) -> dict[str, Any]:
    """Where the person is signed in and which passkeys they have; in their own transaction."""
    sessions = select(WebSession).where(WebSession.person_id == person_id).order_by(WebSession.created_at)
    keys = select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.created_at)
    with widened("a person asks for a copy of their own sessions"):
        browsers = [_browser(row) for row in db.session.scalars(sessions)]
    passkeys = [{"名字": row.name, "登记": _told(row.created_at)} for row in db.session.scalars(keys)]
    return {"登录的设备": browsers, "通行密钥": passkeys}


def forget(event: PersonErased) -> None:
    """Delete factors, bindings, devices and requests of the person; the audit keeps that there were some."""
    with widened("forget how an erased person signed in"):
        factors.forget_all(event.person_id)
        for table in (WechatBinding, ProvinceIdentity, KnownDevice, Reset):
            db.session.execute(delete(table).where(table.person_id == event.person_id))


def _browser(row: WebSession) -> dict[str, str]:
    return {"设备": row.device, "网络": row.network, "登录": _told(row.created_at), "最近": _told(row.seen_at)}


def _told(moment: Any) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M:%S}"
