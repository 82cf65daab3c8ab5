"""Writing a course as a cmi5 package: cmi5.xml, and for what is no assignable unit yet a small player of our own.

What came as cmi5 goes out with its own files. A video, a quiz, a document becomes a unit with a page of ours; a SCO a unit
whose API is answered by a small adapter without sequencing. A tincan activity writes statements that cmi5 refuses, so such a
course is not wrapped (Unwritable says so). Source: cmi5 §13, §14; packages.md 1.3.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote, urlsplit

from lxml import etree

from courses.cmi5.schema import NAMESPACE
from courses.course import Format, LessonKind

PLAYER = Path(__file__).parent / "player"
CONTENT = "content"
LANGUAGE = "zh-CN"
_SCRIPTS = ("cmi5.js", "video.js", "quiz.js", "document.js", "scorm.js", "player.css")
# What is packed already is stored as it is.
_STORED = (".mp4", ".m4v", ".mp3", ".m4a", ".jpg", ".jpeg", ".png", ".webp", ".gif", ".zip", ".woff2", ".pdf")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same course is the same bytes

Chunks = Callable[[], Iterable[bytes]]


class Unwritable(Exception):
    """A course that cannot be written as cmi5; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Part:
    """A file of the package: its path there, and a function that gives its bytes a little at a time."""

    path: str
    chunks: Chunks


@dataclass(frozen=True)
class Unit:
    """A lesson as it is written; `media` are files of its own (a video, its captions), by the name that its page uses."""

    number: int
    title: str
    kind: LessonKind
    entry: str = ""
    quiz: dict[str, Any] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    media: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Written:
    """A course as it is written; `identifier` is an IRI, `members` are the files of the package it came in."""

    title: str
    identifier: str
    format: Format
    units: tuple[Unit, ...]
    members: tuple[Part, ...] = ()


def write_package(course: Written, file: BinaryIO, told: Callable[[int, int], object] = lambda *_: None) -> None:
    """Write the ZIP; `told` hears how many files of how many are in. Raises Unwritable before anything is written."""
    parts = list(_parts(course))
    with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        for number, part in enumerate(parts, 1):
            _put(archive, part)
            told(number, len(parts))


def structure_of(course: Written) -> bytes:
    """The cmi5.xml of a course whose units are all pages of ours."""
    root = etree.Element(f"{{{NAMESPACE}}}courseStructure", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    about = _under(root, "course", id=course.identifier)
    _titled(about, course.title)
    for unit in course.units:
        score = _mastery(unit)
        more = {"masteryScore": f"{score:.4g}"} if score is not None else {}
        move_on = "Passed" if unit.kind is LessonKind.QUIZ else "Completed"
        au = _under(root, "au", id=f"{course.identifier}/lessons/{unit.number}", moveOn=move_on, **more)
        au.set("launchMethod", "AnyWindow")
        _titled(au, unit.title)
        _under(au, "url").text = f"{_folder(unit)}/index.html"
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def refusal(course: Written) -> str | None:
    """Why a course cannot be written as cmi5; None when it can."""
    if any(unit.kind is LessonKind.ACTIVITY for unit in course.units):
        return "tincan 的课自己写学习记录，写法和 cmi5 的规定不一样，换个格式也不会被收下。请用制作软件重新导出 cmi5"
    if any(urlsplit(unit.entry).scheme and unit.kind is not LessonKind.AU for unit in course.units):
        return "这门课的内容在别的网站上，不在我们这里，装不进课程包"
    return None


def _parts(course: Written) -> Iterator[Part]:
    problem = refusal(course)
    if problem:
        raise Unwritable(problem)
    if course.format is Format.CMI5:
        yield from course.members
        return
    yield _of("cmi5.xml", structure_of(course))
    yield from (_of(f"player/{name}", (PLAYER / name).read_bytes()) for name in _SCRIPTS)
    yield from (Part(f"{CONTENT}/{member.path}", member.chunks) for member in course.members)
    for unit in course.units:
        yield _of(f"{_folder(unit)}/index.html", _page(unit).encode())
        yield from (Part(f"{_folder(unit)}/{part.path}", part.chunks) for part in unit.media)


def _put(archive: zipfile.ZipFile, part: Part) -> None:
    about = zipfile.ZipInfo(part.path, _EPOCH)
    about.external_attr = 0o644 << 16
    stored = part.path.lower().endswith(_STORED)
    about.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with archive.open(about, "w", force_zip64=True) as out:
        for chunk in part.chunks():
            out.write(chunk)


def _of(path: str, data: bytes) -> Part:
    return Part(path, lambda: (data,))


def _folder(unit: Unit) -> str:
    return f"lesson-{unit.number:03}"


def _mastery(unit: Unit) -> float | None:
    """The score that a unit is passed from, scaled."""
    if unit.quiz is not None:
        return unit.quiz["pass_percent"] / 100  # type: ignore[no-any-return]
    told = unit.settings.get("mastery_score") if unit.kind is LessonKind.SCO else None
    if told is None:
        return None
    scaled = told / 100 if unit.settings.get("edition") == "1.2" else told
    return max(0.0, min(1.0, float(scaled)))


def _under(parent: Any, name: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)


def _titled(element: Any, title: str) -> None:
    for name in ("title", "description"):
        _under(_under(element, name), "langstring", lang=LANGUAGE).text = title


def _page(unit: Unit) -> str:
    script, inside = _PAGES[unit.kind](unit)
    return (
        f'<!doctype html>\n<html lang="{LANGUAGE}">\n<head><meta charset="utf-8"><title>{escape(unit.title)}</title>\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover">\n'
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="../player/player.css">\n'
        f'<script type="module" src="../player/{script}"></script></head>\n'
        f"<body><main><h1>{escape(unit.title)}</h1>\n{inside}\n"
        '<p id="state" role="status"></p>\n<p><button id="leave" type="button">结束这一课</button></p></main></body>\n</html>\n'
    )


def _video_page(unit: Unit) -> tuple[str, str]:
    captioned = any(part.path == "captions.vtt" for part in unit.media)
    track = '<track kind="captions" srclang="zh-CN" label="字幕" default src="captions.vtt">' if captioned else ""
    label = escape(unit.title)
    return (
        "video.js",
        f'<video controls playsinline preload="metadata" src="video.mp4" aria-label="{label}">{track}</video>',
    )


def _quiz_page(unit: Unit) -> tuple[str, str]:
    form = '<form><p><button class="main">交卷</button></p></form><p id="result" role="status"></p>'
    return "quiz.js", f"{_data('questions', unit.quiz)}{form}"


def _document_page(unit: Unit) -> tuple[str, str]:
    address = escape(f"../{CONTENT}/{unit.entry}")
    frame = f'<iframe src="{address}" title="{escape(unit.title)}"></iframe><p><a href="{address}" target="_blank">单独打开</a></p>'
    return "document.js", f'{frame}<p><button id="read" class="main" type="button">我看完了</button></p>'


def _sco_page(unit: Unit) -> tuple[str, str]:
    if unit.settings.get("scorm_type") == "asset":  # it never says anything of itself
        return _document_page(unit)
    told = {name: unit.settings.get(name) for name in ("edition", "launch_data")}
    about = {**told, "entry": f"../{CONTENT}/{unit.entry}"}
    return (
        "scorm.js",
        f'{_data("sco", about)}<iframe title="{escape(unit.title)}" allow="fullscreen; autoplay"></iframe>',
    )


def _data(name: str, value: object) -> str:
    """JSON that a page's script reads; nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>\n'


_PAGES: dict[LessonKind, Callable[[Unit], tuple[str, str]]] = {
    LessonKind.VIDEO: _video_page,
    LessonKind.QUIZ: _quiz_page,
    LessonKind.DOCUMENT: _document_page,
    LessonKind.SCO: _sco_page,
}


def identifier_for(origin: str, content_hash: str) -> str:
    """An IRI of our own for a course that has none."""
    return f"{origin}/courses/{quote(content_hash[:32])}"
