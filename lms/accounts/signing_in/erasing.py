"""When an account is erased, what signed it in goes with it."""

from sqlalchemy import delete

from lms.accounts.events import PersonErased
from lms.accounts.models import KnownDevice, ProvinceIdentity, Reset, WechatBinding
from lms.accounts.signing_in import factors
from lms.foundation.database import db, widened


def erased(event: PersonErased) -> None:
    """Delete factors, bindings, devices and requests of the person; the audit keeps that there were some."""
    with widened("forget how an erased person signed in"):
        factors.forget_all(event.person_id)
        for table in (WechatBinding, ProvinceIdentity, KnownDevice, Reset):
            db.session.execute(delete(table).where(table.person_id == event.person_id))
