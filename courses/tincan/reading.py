"""A tincan.xml as a course: each activity that launches is a lesson.

lesson.identifier is the activity id, `entry` its launch address (percent-encoded path inside the package with its own query, or an
address abroad). lesson.settings = {"activity_id", "activity_type", "description", "languages": [of the launch addresses]}.
course.structure = {"activities": [{"id", "type", "title", "lesson": number | None}]}.

Source: projecttincan.com tincan.xsd; "Launch" of the Tin Can package conventions (endpoint, auth, actor, registration, activity_id).
"""

from typing import Any
from urllib.parse import parse_qsl

from courses.addresses import Paths, has_scheme, is_absolute, is_web
from courses.course import Course, Format, Lesson, LessonKind
from courses.gate.faults import shown
from courses.manifests import Element, Manifest, attribute, child, children, local, parse, text_of, words

NAME = "tincan.xml"
MOST_LESSONS = 5_000
RESERVED = ("endpoint", "auth", "actor", "registration", "activity_id")
_AGAIN = "用课件软件重新发布一次，格式选 xAPI（Tin Can）"


def read_tincan(data: bytes, paths: Paths, name: str = NAME) -> Course:
    """The course in a tincan.xml; raises courses.course.Refused with every line that must be mended."""
    manifest = parse(data, name)
    holder = child(manifest.root, "activities")
    if local(manifest.root) != "tincan" or holder is None:
        manifest.refuse(manifest.root, "最外层不是 <tincan><activities>", _AGAIN)
        manifest.judge()
    assert holder is not None
    reader = _Reader(manifest, paths)
    activities = [reader.activity(one) for one in children(holder, "activity")]
    if not reader.lessons:
        manifest.refuse(holder, "清单里没有一个能打开的活动（launch）", _AGAIN)
    manifest.judge()
    first = activities[0]
    return Course(
        first["title"],
        tuple(reader.lessons),
        tuple(manifest.findings),
        Format.TINCAN,
        first["id"],
        {"activities": activities},
    )


class _Reader:
    def __init__(self, manifest: Manifest, paths: Paths) -> None:
        self.manifest, self.paths = manifest, paths
        self.lessons: list[Lesson] = []
        self.seen: set[str] = set()

    def activity(self, element: Element) -> dict[str, Any]:
        identifier = attribute(element, "id") or ""
        if not is_absolute(identifier):
            self.manifest.refuse(
                element,
                f"活动的 id“{shown(identifier)}”不是完整的标识（IRI）",
                "写成 http:// 或 https:// 开头的完整标识",
            )
        if identifier in self.seen:
            self.manifest.refuse(element, f"活动的 id“{shown(identifier)}”用了两次", "每个活动要有自己的 id")
        self.seen.add(identifier)
        title = _spoken(element, "name") or words(identifier)
        launches = list(children(element, "launch"))
        number = self._lesson(element, identifier, title, launches) if launches else None
        return {"id": identifier, "type": attribute(element, "type") or "", "title": title, "lesson": number}

    def _lesson(self, element: Element, identifier: str, title: str, launches: list[Element]) -> int | None:
        if len(self.lessons) >= MOST_LESSONS:
            self.manifest.refuse(element, f"活动多于 {MOST_LESSONS} 个", "分成几门课再传")
            self.manifest.judge()
        chosen = _preferred(launches)
        number = len(self.lessons) + 1
        settings = {
            "activity_id": identifier,
            "activity_type": attribute(element, "type") or "",
            "description": _spoken(element, "description"),
            "languages": [attribute(one, "lang") or "" for one in launches][:50],
        }
        entry = self._entry(chosen)
        self.lessons.append(
            Lesson(number, title, LessonKind.ACTIVITY, identifier=identifier, entry=entry, settings=settings)
        )
        return number

    def _entry(self, element: Element) -> str:
        url = text_of(element)
        query = url.partition("#")[0].partition("?")[2]
        taken = [name for name, _ in parse_qsl(query, keep_blank_values=True) if name in RESERVED]
        if taken:
            self.manifest.refuse(element, f"launch 里已经有参数 {taken[0]}，它由平台填写", "删掉这个参数")
        if has_scheme(url):
            if not is_web(url):
                self.manifest.refuse(element, f"launch“{shown(url)}”不是能打开的网址", "写包里文件的相对路径")
                return ""
            self.manifest.warn(element, "这一课在别的网站上，不在包里", "那个网站关了，这一课就打不开；能放进包里最好")
            return url
        target = self.paths.find(url)
        if not url or target.wanted is None:
            self.manifest.refuse(
                element, f"launch“{shown(url)}”不是包里的文件", "从 tincan.xml 所在的文件夹写起，不要往外走"
            )
        elif target.name is None:
            self.manifest.refuse(element, f"launch“{shown(url)}”指的文件不在包里", f"把这个文件放进包里；{_AGAIN}")
        elif target.other_case:
            self.manifest.warn(element, f"launch“{shown(url)}”的大小写和文件“{shown(target.name)}”不一样", "改成一样的")
        return target.entry if target.name else ""


def _preferred(elements: list[Element]) -> Element:
    """The Chinese one, or else the first."""
    return next((one for one in elements if (attribute(one, "lang") or "").lower().startswith("zh")), elements[0])


def _spoken(element: Element, name: str) -> str:
    found = list(children(element, name))
    return words(text_of(_preferred(found))) if found else ""
