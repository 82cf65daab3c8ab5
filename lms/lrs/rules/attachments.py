"""Attachments (Data 2.4.11): what they say about a file that travels beside a statement, or lies at a URL."""

import re

import msgspec
from msgspec import UNSET, UnsetType

from lms.lrs.rules.iri import check_iri
from lms.lrs.rules.language_maps import check_language_map
from lms.lrs.rules.refusal import Invalid

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&\-^_.+]++/[A-Za-z0-9!#$&\-^_.+]++(?:\s*+;[^\x00-\x1f]*+)?")
_SHA2 = re.compile(r"[0-9a-fA-F]{56,128}")


class Attachment(msgspec.Struct, forbid_unknown_fields=True):
    """One attachment as the statement describes it."""

    usageType: str
    display: dict[str, str]
    contentType: str
    length: int
    sha2: str
    description: dict[str, str] | UnsetType = UNSET
    fileUrl: str | UnsetType = UNSET

    @property
    def is_signature(self) -> bool:
        """Whether this is the JWS of the statement that carries it."""
        return self.usageType == SIGNATURE


def check_attachment(attachment: Attachment, where: str) -> None:
    """Type, words, length, hash and address; raises Invalid."""
    check_iri(attachment.usageType, f"{where}.usageType")
    check_language_map(attachment.display, f"{where}.display")
    if attachment.description is not UNSET:
        check_language_map(attachment.description, f"{where}.description")
    if _MEDIA_TYPE.fullmatch(attachment.contentType) is None:
        raise Invalid(f"{where}.contentType", "must be an Internet media type such as image/png")
    if attachment.length < 0:
        raise Invalid(f"{where}.length", "must not be negative")
    if attachment.fileUrl is not UNSET:
        check_iri(attachment.fileUrl, f"{where}.fileUrl")
    if _SHA2.fullmatch(attachment.sha2) is None:
        raise Invalid(f"{where}.sha2", "must be the SHA-2 hash of the content in hexadecimal digits")
    if attachment.is_signature and attachment.contentType.partition(";")[0].strip() != "application/octet-stream":
        raise Invalid(f"{where}.contentType", "a signature has the type application/octet-stream")
