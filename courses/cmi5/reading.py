"""A cmi5 course structure as a course: every rule of import that the schema cannot say.

An AU becomes a lesson: `identifier` is the publisher's id, `entry` the url (percent-encoded path inside the package with its own
query, or the absolute address as written). lesson.settings = {"launch_method": "AnyWindow" | "OwnWindow", "move_on": one of the five
words, "mastery_score": float | None (scaled), "launch_parameters": str, "entitlement_key": str, "objectives": [ids],
"activity_type": str, "description": str, "titles": {language: title}}. course.structure = {"id", "title", "description",
"objectives": [{"id", "title", "description"}], "children": [{"block": {"id", "title", "description", "objectives", "children"}} |
{"au": number}]}.

Source: cmi5 §3, §8.1, §13.1, §13.2, §14; packages.md 1.2 and 7.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from courses.addresses import Paths, has_scheme, is_absolute, is_web, spelling
from courses.cmi5 import schema
from courses.course import Course, Format, Lesson, LessonKind
from courses.gate.faults import shown
from courses.manifests import WORDS, Element, Manifest, child, children, local, namespace, parse, text_of, words

NAME = "cmi5.xml"
MOST_LESSONS = 10_000
DESCRIPTION = 2_000
RESERVED = ("endpoint", "fetch", "actor", "registration", "activityId")
_DRAFTS = ("adlnet.gov", "aicc.org", "w3id.org/xapi/profiles/cmi5", "purl.org/xapi")


def read_structure(data: bytes, paths: Paths | None, name: str = NAME) -> Course:
    """The course in a cmi5.xml; `paths` are those of its package, None where the structure came alone.

    Raises courses.course.Refused with every line that must be mended.
    """
    manifest = parse(data, name)
    _root(manifest)
    schema.check(manifest)
    manifest.judge()
    reader = _Reader(manifest, paths)
    course = reader.course()
    manifest.judge()
    return replace(course, findings=tuple(manifest.findings))


def is_structure(root: Element) -> bool:
    """Whether a root element is that of a course structure, of the standard or of a draft."""
    return local(root) == "courseStructure"


def _root(manifest: Manifest) -> None:
    root, space = manifest.root, namespace(manifest.root)
    if local(root) != "courseStructure":
        manifest.refuse(
            root, f"最外层是 <{local(root)}>，不是 <courseStructure>", "cmi5.xml 的最外层要写 courseStructure"
        )
    elif space != schema.NAMESPACE:
        draft = any(mark in space for mark in _DRAFTS)
        what = f"用的是 cmi5 旧草案的命名空间 {space[:120]}" if draft else f"命名空间是“{space[:120]}”，不是 cmi5 的"
        manifest.refuse(root, what, f"在课件软件里选正式版 cmi5 重新发布，命名空间是 {schema.NAMESPACE}")
    manifest.judge()


class _Reader:
    """Walks a structure that fits the schema; keeps ids that were seen and lessons as they come."""

    def __init__(self, manifest: Manifest, paths: Paths | None) -> None:
        self.manifest, self.paths = manifest, paths
        self.lessons: list[Lesson] = []
        self.seen: dict[str, set[str]] = {"block": set(), "au": set(), "objective": set()}

    def course(self) -> Course:
        root = self.manifest.root
        about = child(root, "course")
        assert about is not None
        identifier = self._iri(about, "id", "课程的 ")
        objectives = self._objectives(child(root, "objectives"))
        structure: dict[str, Any] = {
            "id": identifier,
            **_described(about),
            "objectives": objectives,
            "children": self._children(root),
        }
        self._strangers(root)
        title = structure["title"] or words(identifier)
        return Course(title, tuple(self.lessons), (), Format.CMI5, identifier, structure)

    def _children(self, element: Element) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for one in _structural(element, "au", "block"):
            if local(one) == "block":
                found.append({"block": self._block(one)})
            elif len(self.lessons) < MOST_LESSONS:
                self.lessons.append(self._au(one, len(self.lessons) + 1))
                found.append({"au": len(self.lessons)})
            else:
                self.manifest.refuse(one, f"课时多于 {MOST_LESSONS} 个", "分成几门课再传")
                self.manifest.judge()
        return found

    def _block(self, element: Element) -> dict[str, Any]:
        identifier = self._unique(element, "block", "单元（block）")
        return {
            "id": identifier,
            **_described(element),
            "objectives": self._references(element),
            "children": self._children(element),
        }

    def _au(self, element: Element, number: int) -> Lesson:
        identifier = self._unique(element, "au", "课时（au）")
        entry = self._entry(element)
        described = _described(element)
        score = element.get("masteryScore")
        settings = {
            "launch_method": (element.get("launchMethod") or "AnyWindow").strip(),
            "move_on": (element.get("moveOn") or "NotApplicable").strip(),
            "mastery_score": schema.mastery_score(score) if score else None,
            "launch_parameters": text_of(child(element, "launchParameters")),
            "entitlement_key": text_of(child(element, "entitlementKey")),
            "objectives": self._references(element),
            "activity_type": (element.get("activityType") or "").strip(),
            "description": described["description"],
            "titles": _languages(child(element, "title")),
        }
        title = described["title"] or f"第 {number} 课"
        return Lesson(number, title, LessonKind.AU, identifier=identifier, entry=entry, settings=settings)

    def _objectives(self, element: Element | None) -> list[dict[str, str]]:
        if element is None:
            return []
        found = _structural(element, "objective")
        return [{"id": self._unique(one, "objective", "目标（objective）"), **_described(one)} for one in found]

    def _references(self, element: Element) -> list[str]:
        listed = child(element, "objectives")
        ids = (
            [self._iri(one, "idref", "目标的 ") for one in _structural(listed, "objective")]
            if listed is not None
            else []
        )
        missing = [one for one in ids if one and one not in self.seen["objective"]]
        if missing:
            self.manifest.warn(
                listed, f"用到的目标“{shown(missing[0])}”没有在前面列出来", "在 <objectives> 里补上它，或者删掉这个引用"
            )
        return ids

    def _iri(self, element: Element, name: str, whose: str) -> str:
        value = (element.get(name) or "").strip()
        if value and not is_absolute(value):
            mend = "写成完整的标识，比如 https://你的单位网址/course/1"
            self.manifest.refuse(element, f"{whose}{name}“{shown(value)}”不是完整的标识（IRI）", mend)
        return value

    def _unique(self, element: Element, kind: str, whose: str) -> str:
        value = self._iri(element, "id", f"{whose}的 ")
        if value in self.seen[kind]:
            self.manifest.refuse(
                element, f"{whose}的 id“{shown(value)}”用了两次", "每一个都要有自己的 id，改掉其中一个"
            )
        self.seen[kind].add(value)
        return value

    def _entry(self, element: Element) -> str:
        place = child(element, "url")
        url = text_of(place)
        bad = spelling(url)
        if not url or bad:
            what = (
                f"url“{shown(url)}”里有{f'“{bad}”' if bad != '空格' else '空格'}，不能这样写" if bad else "url 是空的"
            )
            self.manifest.refuse(place, what, "空格写成 %20，其他符号也要编码；文件名最好只用字母、数字和横线")
            return ""
        self._reserved(place, url)
        if has_scheme(url):
            return self._abroad(place, url)
        return self._inside(place, url)

    def _reserved(self, place: Element | None, url: str) -> None:
        query = url.partition("#")[0].partition("?")[2]
        taken = [name for name, _ in parse_qsl(query, keep_blank_values=True) if name in RESERVED]
        if taken:
            self.manifest.refuse(
                place,
                f"url 里已经有参数 {taken[0]}，和 cmi5 启动时的参数重名",
                f"删掉它；{'、'.join(RESERVED)} 由平台填写",
            )

    def _abroad(self, place: Element | None, url: str) -> str:
        if not is_web(url):
            self.manifest.refuse(
                place, f"url“{shown(url)}”不是能打开的网址", "写 https:// 开头的完整网址，或者包里文件的相对路径"
            )
            return ""
        host = urlsplit(url).hostname or ""
        self.manifest.warn(
            place, f"这一课在别的网站上（{shown(host)}），不在包里", "那个网站关了，这一课就打不开；能放进包里最好"
        )
        return url

    def _inside(self, place: Element | None, url: str) -> str:
        if self.paths is None:
            mend = "只传 cmi5.xml 时，每个 url 都要写 https:// 开头的完整网址；内容在本地的，连同 cmi5.xml 一起压成 ZIP 再传"
            self.manifest.refuse(place, f"url“{shown(url)}”是相对路径，但没有随它一起的文件", mend)
            return ""
        target = self.paths.find(url)
        if target.wanted is None:
            self.manifest.refuse(
                place,
                f"url“{shown(url)}”走到包的外面去了",
                "从 cmi5.xml 所在的文件夹写起，不要用 / 开头，也不要用 .. 往外走",
            )
        elif target.name is None:
            self.manifest.refuse(
                place,
                f"url“{shown(url)}”指的文件不在包里",
                "把这个文件放进包里，或者改成它真正的名字；在别的网站上就写完整网址",
            )
        elif target.other_case:
            self.manifest.warn(
                place, f"url“{shown(url)}”的大小写和文件“{shown(target.name)}”不一样，按文件的名字算", "改成一样的"
            )
        return _kept(url, target.entry) if target.name else ""

    def _strangers(self, root: Element) -> None:
        """Vendors' own elements are kept out of the course, and said so (cmi5 §13.1.5)."""
        spaces = sorted({namespace(one) for one in root.iter() if isinstance(one.tag, str)} - {schema.NAMESPACE, ""})
        if spaces:
            self.manifest.found(f"清单里有软件自己的内容（{shown(spaces[0])}），不影响上课")


def _kept(url: str, entry: str) -> str:
    """The url as its author wrote it, where it is plain; the way to the real file otherwise."""
    plain = url.isascii() and "./" not in url and entry.partition("?")[0] == url.partition("?")[0]
    return url if plain else entry


def _structural(element: Element, *names: str) -> Iterator[Element]:
    """Children of the standard's own namespace."""
    return (one for one in children(element, *names) if namespace(one) == schema.NAMESPACE)


def _described(element: Element) -> dict[str, str]:
    title, description = child(element, "title"), child(element, "description")
    return {"title": _text(title, WORDS), "description": _text(description, DESCRIPTION)}


def _languages(element: Element | None, most: int = WORDS) -> dict[str, str]:
    """Every language of a text, the first of each kept."""
    found: dict[str, str] = {}
    for one in _structural(element, "langstring") if element is not None else ():
        found.setdefault((one.get("lang") or "und").strip(), words(text_of(one), most))
    return found


def _text(element: Element | None, most: int) -> str:
    """The Chinese text, or else the first that says anything."""
    found = _languages(element, most)
    chinese = next((text for lang, text in found.items() if lang.lower().startswith("zh") and text), "")
    return chinese or next((text for text in found.values() if text), "")
