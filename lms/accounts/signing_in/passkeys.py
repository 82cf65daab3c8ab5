"""Passkeys (WebAuthn Level 2 through py_webauthn): a key in the phone or computer, opened by its lock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import webauthn
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lms.accounts.models import Passkey
from lms.accounts.signing_in.visits import desk
from lms.config import settings
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused

NOT_TAKEN = "这把通行密钥没有认出来，再试一次，或者换一种办法登录"
MOST = 10
Challenge = str


@dataclass(frozen=True)
class PasskeyView:
    """A passkey as its owner sees it."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None


def registering(person_id: UUID, name: str) -> tuple[str, Challenge]:
    """The options (JSON) to make a passkey with, and the challenge that the server keeps."""
    options = webauthn.generate_registration_options(
        rp_id=_house(),
        rp_name="雁学",
        user_id=person_id.bytes,
        user_name=name,
        user_display_name=name,
        exclude_credentials=_descriptors(person_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def register(person_id: UUID, credential: dict[str, Any], challenge: Challenge, name: str) -> None:
    """Keep a new passkey; raises Refused where it does not answer the challenge, Conflict where it is kept already."""
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_house(),
            expected_origin=settings().app_origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise Refused(NOT_TAKEN, code="passkey_refused") from problem
    row = {"person_id": person_id, "credential_id": made.credential_id, "public_key": made.credential_public_key}
    rest = {"sign_count": made.sign_count, "name": name[:40] or "通行密钥"}
    new = insert(Passkey).values(id=uuid4(), created_at=clock.now(), **row, **rest)
    with transaction(desk) as session:
        if count(person_id) >= MOST:
            raise Refused(f"一个人最多登记 {MOST} 把，先删掉不用的")
        if session.scalar(new.on_conflict_do_nothing(index_elements=["credential_id"]).returning(Passkey.id)) is None:
            raise Conflict("这把通行密钥已经登记过了")


def asking(person_id: UUID | None) -> tuple[str, Challenge]:
    """The options to sign in with: one of this person's keys, or whichever the device offers."""
    allowed = _descriptors(person_id) if person_id else None
    required = UserVerificationRequirement.REQUIRED
    options = webauthn.generate_authentication_options(
        rp_id=_house(), allow_credentials=allowed, user_verification=required
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def check(credential: dict[str, Any], challenge: Challenge, person_id: UUID | None = None) -> UUID:
    """Whose passkey answered the challenge; raises Refused. A counter that goes back is a copied key and opens nothing."""
    row = _find(credential)
    if row is None or (person_id is not None and row.person_id != person_id):
        raise Refused(NOT_TAKEN, code="passkey_refused")
    try:
        proof = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=_house(),
            expected_origin=settings().app_origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise Refused(NOT_TAKEN, code="passkey_refused") from problem
    same = (Passkey.id == row.id) & (Passkey.sign_count == row.sign_count)
    with transaction(desk) as session:
        used = update(Passkey).where(same).values(sign_count=proof.new_sign_count, used_at=clock.now())
        if not session.execute(used).rowcount:  # type: ignore[attr-defined]
            raise Refused(NOT_TAKEN, code="passkey_refused")
    return row.person_id


def passkeys_of(person_id: UUID) -> list[PasskeyView]:
    """A person's passkeys, oldest first."""
    with transaction(desk) as session:
        rows = session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.created_at))
        return [PasskeyView(row.id, row.name, row.created_at, row.used_at) for row in rows]


def refuse_strangers(person_id: UUID, passkey_id: UUID) -> None:
    """Raise NotFound unless the passkey is this person's."""
    if passkey_id not in {each.id for each in passkeys_of(person_id)}:
        raise NotFound()


def rename(person_id: UUID, passkey_id: UUID, name: str) -> None:
    """Call a passkey otherwise; raises NotFound for somebody else's."""
    mine = (Passkey.id == passkey_id) & (Passkey.person_id == person_id)
    with transaction(desk) as session:
        if not session.execute(update(Passkey).where(mine).values(name=name[:40])).rowcount:  # type: ignore[attr-defined]
            raise NotFound()


def remove(person_id: UUID, passkey_id: UUID | None = None) -> None:
    """Forget one passkey, or all; in the transaction under way. Raises NotFound for somebody else's."""
    mine = Passkey.person_id == person_id
    if passkey_id is None:
        db.session.execute(delete(Passkey).where(mine))
    elif not db.session.execute(delete(Passkey).where(mine, Passkey.id == passkey_id)).rowcount:  # type: ignore[attr-defined]
        raise NotFound()


def count(person_id: UUID) -> int:
    """How many passkeys somebody has; in the transaction under way."""
    return db.session.scalar(select(func.count()).select_from(Passkey).where(Passkey.person_id == person_id)) or 0


def _find(credential: dict[str, Any]) -> Passkey | None:
    try:
        credential_id = base64url_to_bytes(str(credential["rawId"]))
    except (KeyError, ValueError, TypeError):
        return None
    with transaction(desk) as session:
        return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id))


def _descriptors(person_id: UUID) -> list[PublicKeyCredentialDescriptor]:
    with transaction(desk) as session:
        ids = session.scalars(select(Passkey.credential_id).where(Passkey.person_id == person_id))
        return [PublicKeyCredentialDescriptor(id=each) for each in ids]


def _house() -> str:
    """The relying party: our host without its port."""
    return urlsplit(settings().app_origin).hostname or ""
