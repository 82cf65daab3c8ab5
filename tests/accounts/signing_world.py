"""What signing in has ids for, for the matrix of who may call what."""

from datetime import timedelta
from uuid import UUID, uuid4

from lms.accounts.models import Passkey, WebSession
from lms.accounts.signing_in import resets
from lms.foundation import clock
from lms.foundation.database import db, transaction
from tests.people import SYSTEM, Cast


def signing_of(cast: Cast) -> dict[str, UUID]:
    """A browser and a passkey of xiulan, and a request about ahui that liumin made and nobody has confirmed."""
    browser_id, passkey_id = uuid4(), uuid4()
    key = {"credential_id": b"key", "public_key": b"", "sign_count": 0, "name": "手机"}
    with transaction(SYSTEM):
        later = clock.now() + timedelta(hours=1)
        db.session.add(WebSession(token_hash=b"other", id=browser_id, person_id=cast.xiulan, data={}, expires_at=later))
        db.session.add(Passkey(id=passkey_id, person_id=cast.xiulan, **key))
    clerk = cast.principal("liumin")
    with transaction(clerk):
        asked = resets.ask(cast.ahui, resets.Kind.SLIP, document="身份证", reason="没有手机", principal=clerk)
    return {"browser_id": browser_id, "passkey_id": passkey_id, "reset_id": asked.id}
