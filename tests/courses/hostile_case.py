"""What a hostile package is in these tests, and the good one that most of them hide in."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.courses.manifests import cmi5
from tests.courses.zips import End, Entry, build

PAGE = b"<!doctype html><meta charset=utf-8><title>x</title><p>hello"
CMI5 = Entry("cmi5.xml", cmi5().encode())
INDEX = Entry("index.html", PAGE)
ZEROS = bytes(30 << 20)


@dataclass(frozen=True)
class Case:
    """A hostile upload: what it is, its bytes, the name it came under, and words that its refusal must hold ("" for inert)."""

    what: str
    make: Callable[[], bytes]
    says: str = ""
    upload: str = "课件.zip"


def good(*entries: Entry, end: End | None = None, **more: bytes) -> bytes:
    """A package that would be taken but for what is added to it."""
    return build([CMI5, INDEX, *entries], end, **more)


def zipped(what: str, says: str, *entries: Entry, end: End | None = None, **more: bytes) -> Case:
    """A case that is the good package with these entries beside it."""
    return Case(what, lambda: good(*entries, end=end, **more), says)
