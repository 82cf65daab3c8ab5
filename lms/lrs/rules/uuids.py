"""UUIDs (Data 4.4): the standard string form of RFC 4122."""

import re
from uuid import UUID

from lms.lrs.rules.refusal import Invalid

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def check_uuid(text: str, where: str) -> None:
    """36 characters with hyphens in their places; raises Invalid."""
    if _UUID.fullmatch(text) is None:
        raise Invalid(where, "must be a UUID in its standard form, such as 12345678-1234-4234-8234-123456789abc")


def parse_uuid(text: str, where: str) -> UUID:
    """The UUID that the text names; raises Invalid."""
    check_uuid(text, where)
    return UUID(text)
