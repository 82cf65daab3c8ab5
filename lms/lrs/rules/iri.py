"""IRIs (Data 4.3): absolute, with a scheme, and free of what RFC 3987 forbids. One pass, whatever the length."""

import re

from lms.lrs.rules.refusal import Invalid

# Possessive on both sides: a character is looked at once, so a hostile IRI of a megabyte costs a millisecond.
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*+:[^\s<>"{}|\\^`\x00-\x20\x7f-\x9f]++')
_MAILTO = re.compile(r"mailto:[^\s@]++@[^\s@]++")
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")


def check_iri(text: str, where: str) -> None:
    """An absolute IRI; raises Invalid."""
    if _IRI.fullmatch(text) is None:
        raise Invalid(where, "must be an absolute IRI such as https://example.cn/verbs/read")


def check_mailto(text: str, where: str) -> None:
    """`mailto:` and one e-mail address; raises Invalid."""
    if _MAILTO.fullmatch(text) is None:
        raise Invalid(where, "must be mailto: followed by one e-mail address")


def check_sha1(text: str, where: str) -> None:
    """The hex SHA-1 of a mailto IRI; raises Invalid."""
    if _SHA1.fullmatch(text) is None:
        raise Invalid(where, "must be 40 hexadecimal digits")
