"""Documents (Communication 2.2, 3.1): their ETags, what may overwrite them, and how JSON is merged."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from hashlib import sha1
from typing import Any

import msgspec

from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.versions import Version

_ETAG = re.compile(r'(?:W/)?"([^"]*+)"|\*')


class Resource(IntEnum):
    """The three kinds of documents."""

    STATE = 1
    AGENT_PROFILE = 2
    ACTIVITY_PROFILE = 3


@dataclass(frozen=True)
class Document:
    """What is kept under one id."""

    content: bytes
    content_type: str
    updated: datetime

    @property
    def etag(self) -> str:
        """The quoted SHA-1 of the content, which both versions accept."""
        return etag(self.content)

    @property
    def is_json(self) -> bool:
        """Whether it can be merged into."""
        return is_json(self.content_type)


class PreconditionFailed(Exception):
    """If-Match or If-None-Match says that the document is not the one the client knows (412)."""


class MustSayWhich(Exception):
    """A document is there, and the client did not say that it knows it (409)."""


def etag(content: bytes) -> str:
    """The quoted SHA-1 of a content (Communication 3.1 prescribes SHA-1; it protects against accidents alone)."""
    return f'"{sha1(content, usedforsecurity=False).hexdigest()}"'


def is_json(content_type: str) -> bool:
    """Whether a media type is JSON."""
    return content_type.partition(";")[0].strip().lower() == "application/json"


def check_overwrite(
    existing: Document | None,
    if_match: str | None,
    if_none_match: str | None,
    resource: Resource,
    version: Version,
    method: str,
) -> None:
    """Whether a PUT, POST or DELETE may go on. Raises PreconditionFailed, MustSayWhich or Invalid.

    1.0.3 wants a header for a PUT to the profiles alone; 2.0 for a PUT over any document that exists (lrs.md §5.3).
    """
    if if_match is not None and (existing is None or not _names(if_match, existing)):
        raise PreconditionFailed
    if if_none_match is not None and existing is not None and _names(if_none_match, existing):
        raise PreconditionFailed
    if method != "PUT" or if_match is not None or if_none_match is not None:
        return
    old = version is Version.V1_0_3
    if existing is not None and not (old and resource is Resource.STATE):
        raise MustSayWhich
    if existing is None and old and resource is not Resource.STATE:
        raise Invalid("If-None-Match", "a PUT to this resource must say If-Match or If-None-Match")


def merge(existing: Document, content: bytes) -> bytes:
    """The top-level properties of a new JSON object laid over those of the old one; raises Invalid."""
    return msgspec.json.encode({**read_json_object(existing.content), **read_json_object(content)})


def read_json_object(content: bytes) -> dict[str, Any]:
    """A JSON object; raises Invalid."""
    try:
        return _OBJECT.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise Invalid("", "the document must be a JSON object") from problem


def _names(header: str, document: Document) -> bool:
    """Whether one of the header's tags is this document's.

    A compressed answer carries `"<sha1>:gzip"` (RFC 9110: another encoding, another strong tag); it names the same document.
    """
    tags = list(_ETAG.finditer(header[:4000]))
    if not tags:
        return header.strip() == document.etag.strip('"')
    return any(tag.group() == "*" or f'"{tag.group(1).partition(":")[0]}"' == document.etag for tag in tags)


_OBJECT = msgspec.json.Decoder(dict[str, Any])
