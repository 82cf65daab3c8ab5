"""The About resource (Communication 2.8)."""

import msgspec

from lms.lrs.resources.session import need
from lms.lrs.rules.exchange import Answer, Call
from lms.lrs.rules.versions import ALL


def answer(call: Call) -> Answer:
    """The versions that this address speaks."""
    need(call, "GET")
    return Answer(200, msgspec.json.encode({"version": ALL, "extensions": {}}))
