"""The two versions of the standard that are answered, chosen by each request's header."""

from enum import Enum

from lms.lrs.rules.refusal import Invalid

HEADER = "X-Experience-API-Version"


# Version 0.9 had no header. A request without it is refused in those words, whatever this server speaks otherwise.
BEFORE_HEADERS = "0.9"


class Version(Enum):
    """A version of the standard; the value is what the answer's header says."""

    V1_0_3 = "1.0.3"
    V2_0_0 = "2.0.0"

    @property
    def of_statement(self) -> str:
        """What a statement that names no version is stamped with."""
        return "1.0.0" if self is Version.V1_0_3 else "2.0.0"


def requested(header: str | None) -> Version:
    """The version that a request speaks; raises Invalid for a missing or unknown one."""
    if header in {"2.0.0", "2.0"}:
        return Version.V2_0_0
    if header is not None and (header == "1.0" or _is_1_0(header)):
        return Version.V1_0_3
    raise Invalid(HEADER, "the request must carry this header with 2.0.0, 1.0.3 or an earlier 1.0.x")


def check_statement_version(text: str, version: Version, where: str) -> None:
    """The `version` property: 1.0.x, and in 2.0 also 2.0.x; raises Invalid."""
    good = (
        text == "1.0"
        or _is_1_0(text)
        or (version is Version.V2_0_0 and text.startswith("2.0.") and text[4:].isdecimal())
    )
    if not good:
        raise Invalid(where, "must be a version of the specification that this request may use")


def _is_1_0(text: str) -> bool:
    return text.startswith("1.0.") and text[4:].isdecimal() and text.isascii() and len(text) < 8
