"""The About resource (Communication 2.8)."""

import msgspec

from lms.lrs.resources.session import need
from lms.lrs.rules.exchange import Answer, Call
from lms.lrs.rules.versions import HEADER, Version


def answer(call: Call) -> Answer:
    """The versions that this address speaks.

    Who says that it speaks 1.0.x is told of 1.0.3 alone: its libraries (tincan 1.0.0) stop at a version they do not know.
    """
    need(call, "GET")
    old = call.headers.get(HEADER.lower(), "").startswith("1.")
    versions = [Version.V1_0_3.value] if old else [version.value for version in Version]
    return Answer(200, msgspec.json.encode({"version": versions, "extensions": {}}))
