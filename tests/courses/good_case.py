"""What a good package is in these tests."""

from collections.abc import Callable
from dataclasses import dataclass

from courses.course import Format
from tests.courses.zips import Entry, build

PAGE = b'<!doctype html><html lang="zh"><meta charset="utf-8"><title>x</title><p>hello</html>'
INDEX = Entry("index.html", PAGE)
SCORM12, SCORM2004, CMI5, TINCAN, DOCUMENT = (
    Format.SCORM_12,
    Format.SCORM_2004,
    Format.CMI5,
    Format.TINCAN,
    Format.DOCUMENT,
)


@dataclass(frozen=True)
class Good:
    """An upload, the format it must be taken for, its lessons' entries and, where they matter, some of its paths."""

    what: str
    make: Callable[[], bytes]
    format: Format
    entries: tuple[str, ...] = ("index.html",)
    holds: tuple[str, ...] = ()
    title: str = ""
    upload: str = "课件.zip"


def of(manifest: str, text: str | bytes, *entries: Entry) -> bytes:
    """A ZIP of a manifest and these entries, index.html where none are given."""
    data = text if isinstance(text, bytes) else text.encode()
    return build([Entry(manifest, data), *(entries or (INDEX,))])
