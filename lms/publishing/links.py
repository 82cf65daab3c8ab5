"""Addresses on the content host: one host label for each version, a signed token in the path, no cookie."""

from uuid import UUID

from lms.config import settings
from lms.foundation import clock, secrets
from media.links import Link, sign, verify
from media.storage import key_for

# Addresses stay the same within a window, so that a phone finds what it has already downloaded.
WINDOW_SECONDS = 6 * 3600


def media_url(version_id: UUID, lesson_id: UUID, content_hash: str, person_id: UUID | None = None) -> str:
    """Where a lesson's video is played from; good for 6 to 12 hours."""
    now = int(clock.now().timestamp())
    expires = (now // WINDOW_SECONDS + 2) * WINDOW_SECONDS
    label = label_of(version_id)
    token = sign(_secret(), Link(label, key_for(content_hash, ".mp4"), expires, str(person_id or "")))
    return f"{origin_of(version_id)}/{token}/{lesson_id.hex}.mp4"


def allowed(token: str, host: str) -> Link:
    """What a token allows on the host that was asked; raises BadLink."""
    label = host.lower().removesuffix(f".{settings().content_host}")
    return verify(_secret(), token, label, clock.now())


def label_of(version_id: UUID) -> str:
    """The host label of a version: says nothing, cannot be guessed, never changes."""
    return "v" + secrets.mac("content host label", str(version_id))[:20]


def member_key(sha256: str) -> str:
    """Where the bytes of a package's file are kept: by content alone, whatever its name there says."""
    return key_for(sha256, ".file")


def origin_of(version_id: UUID) -> str:
    """The origin of a version's own host, which it shares with no other."""
    scheme, host = settings().content_origin.split("://")
    return f"{scheme}://{label_of(version_id)}.{host}"


def _secret() -> bytes:
    return bytes.fromhex(secrets.mac("media links", "v1"))
