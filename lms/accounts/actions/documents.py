"""Photographs and scans that people show: encrypted before they are kept, opened for who may see them, deleted for good.

Each file has a key of its own; the key is sealed in the row. Who deletes the key has deleted every copy of the file.
"""

import base64
import hashlib
import io
import os
from dataclasses import dataclass
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import select

from lms.accounts.actions.audit import audit
from lms.accounts.models import PersonAttribute, PersonDocument
from lms.accounts.queries.attributes import in_remit
from lms.foundation import clock, secrets
from lms.foundation.database import after_commit, db
from lms.foundation.errors import NotFound, Refused, TooLarge
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from media.storage import key_for

MOST_BYTES = 5 * 1024 * 1024
SEALED_SUFFIX = ".sealed"
KINDS = ("identity", "proof", "consent")
_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


@dataclass(frozen=True)
class Prepared:
    """A document that was encrypted and is not yet kept."""

    id: UUID
    media_type: str
    size: int
    data_key: bytes
    content: bytes

    @property
    def file_key(self) -> str:
        """Where it will be kept: the name says nothing of what is in it."""
        return key_for(hashlib.sha256(self.content).hexdigest(), SEALED_SUFFIX)


@dataclass(frozen=True)
class Opening:
    """What it takes to read a document, after the transaction that allowed it."""

    id: UUID
    media_type: str
    file_key: str
    data_key: bytes

    def read(self) -> bytes:
        """The document itself."""
        with current_app.extensions["storage"].open(self.file_key) as stream:
            kept = stream.read()
        return AESGCM(self.data_key).decrypt(kept[:12], kept[12:], _place(self.id))


def prepare(data: bytes) -> Prepared:
    """Encrypt a document, outside the transaction; raises Refused for another type, TooLarge above 5 MB."""
    if not data:
        raise Refused("这个文件是空的，重新拍一张再传", field="file")
    if len(data) > MOST_BYTES:
        raise TooLarge(f"文件超过 {MOST_BYTES // 1024 // 1024} MB，拍小一点再传")
    media_type = next((kind for start, kind in _STARTS if data.startswith(start)), None)
    if media_type is None:
        raise Refused("只收 JPG、PNG 照片和 PDF，换一个文件再传", field="file")
    document_id, data_key, nonce = uuid4(), AESGCM.generate_key(256), os.urandom(12)
    content = nonce + AESGCM(data_key).encrypt(nonce, data, _place(document_id))
    return Prepared(document_id, media_type, len(data), data_key, content)


def keep(prepared: Prepared) -> None:
    """Put the encrypted file away, outside the transaction; without its row nobody can read it."""
    current_app.extensions["storage"].put(prepared.file_key, io.BytesIO(prepared.content))


def discard(prepared: Prepared) -> None:
    """Take a file away again that no row will name; it was encrypted for itself alone, so nobody else has it."""
    current_app.extensions["storage"].delete(prepared.file_key)


def record(prepared: Prepared, person_id: UUID, kind: str, principal: Principal) -> UUID:
    """Write down a kept document of a person."""
    sealed = secrets.seal("person_document", "data_key", prepared.id, base64.b64encode(prepared.data_key).decode())
    oneself = principal.person_id == person_id
    db.session.add(
        PersonDocument(
            id=prepared.id,
            person_id=person_id,
            kind=kind,
            media_type=prepared.media_type,
            size=prepared.size,
            file_key=prepared.file_key,
            data_key=sealed,
            uploaded_by=principal.person_id,
            organisation_id=None if oneself else min(principal.organisations, default=None),
        )
    )
    db.session.flush()
    return prepared.id


def open_document(document_id: UUID, reason: str, principal: Principal) -> Opening:
    """Allow somebody to read a document; the look of another than the person is entered in the audit."""
    row = db.session.get(PersonDocument, document_id)
    if row is None or row.file_key is None or row.data_key is None:
        raise NotFound()
    if row.person_id != principal.person_id:
        _enter_look(row, reason, principal)
    key = base64.b64decode(secrets.unseal("person_document", "data_key", row.id, row.data_key))
    return Opening(row.id, row.media_type, row.file_key, key)


def delete(document_ids: list[UUID]) -> None:
    """Delete documents for good: the key in the row now, the file after the commit."""
    storage = current_app.extensions["storage"]
    for document_id in document_ids:
        row = db.session.get(PersonDocument, document_id, with_for_update=True)
        if row is not None and row.file_key is not None:
            after_commit(lambda key=row.file_key: storage.delete(key))  # type: ignore[misc]
            row.file_key, row.data_key, row.deleted_at = None, None, clock.now()
    db.session.flush()


def _enter_look(row: PersonDocument, reason: str, principal: Principal) -> None:
    shown_by = db.session.scalars(select(PersonAttribute).where(PersonAttribute.document_id == row.id))
    if not principal.may(Permission.PERSON_SENSITIVE) or not all(map(in_remit, shown_by)):
        raise NotFound()
    if not reason.strip():
        raise Refused("写一句为什么要看，这句话会留档", field="reason")
    audit("document:look", subject=f"document {row.id} of person {row.person_id}", reason=reason.strip())


def _place(document_id: UUID) -> bytes:
    return f"person_document|file|{document_id}".encode()
