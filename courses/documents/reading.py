"""Documents: a PDF, a single page of HTML, or a ZIP of pages with an index.html and no manifest.

Each is one lesson. lesson.settings = {"type": "pdf" | "html", "pages": int | None}; lesson.places = pages of a PDF, 0 for HTML;
`entry` is the percent-encoded path of what opens first.
"""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from courses.addresses import SAFE
from courses.course import Course, Finding, Format, Lesson, LessonKind
from courses.documents.pdf import read_pdf
from courses.gate.faults import EXPORT, refused, shown

WHERE = "文档"
PDF_BYTES = 200 << 20
HTML_BYTES = 50 << 20
PDF_NAME, HTML_NAME = "document.pdf", "index.html"
_FIRST = ("index.html", "index.htm", "default.html", "default.htm", "story.html", "start.html", "main.html")
PAGES = (".html", ".htm", ".xhtml")


def read_pdf_course(path: Path, title: str) -> Course:
    """A PDF as a course of one lesson, a place for each page; raises Refused where a phone could not show it."""
    pages, findings = read_pdf(path)
    lesson = Lesson(
        1, title, LessonKind.DOCUMENT, entry=PDF_NAME, places=pages, settings={"type": "pdf", "pages": pages}
    )
    return Course(title, (lesson,), findings, Format.DOCUMENT)


def read_pages(names: Sequence[str], title: str) -> Course:
    """Pages without a manifest as a course of one lesson; raises Refused where none of them is the first."""
    entry = first_page(names)
    if entry is None:
        raise refused(
            "包里没有清单（cmi5.xml、imsmanifest.xml、tincan.xml），也没有 index.html，不知道从哪里打开",
            f"{EXPORT}；自己做的网页，把第一页起名 index.html 放在最外层",
        )
    lesson = Lesson(1, title, LessonKind.DOCUMENT, entry=quote(entry, SAFE), settings={"type": "html", "pages": None})
    found = Finding.from_json(
        {"level": "found", "where": WHERE, "what": f"没有清单，当网页读，从“{shown(entry)}”打开", "mend": ""}
    )
    return Course(title, (lesson,), (found,), Format.DOCUMENT)


def first_page(names: Sequence[str]) -> str | None:
    """The page that opens first: a usual name at the top, or the only page there."""
    top = {name.lower(): name for name in names if "/" not in name and name.lower().endswith(PAGES)}
    usual = next((top[name] for name in _FIRST if name in top), None)
    return usual or (next(iter(top.values())) if len(top) == 1 else None)
