"""The shape of a course structure, written by hand: a checker that names line and cure where an XSD validator names a state.

Source: https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd; cmi5 §13.1 (trimming before anything is judged).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from courses.manifests import Element, Manifest, children, local, namespace

NAMESPACE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
MOVE_ON = ("NotApplicable", "Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed")
LAUNCH_METHODS = ("AnyWindow", "OwnWindow")
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_MEND = "用课件软件重新发布；手写的清单，对照 cmi5 规范的 CourseStructure.xsd 改好"
_UNBOUNDED = 1 << 30


@dataclass(frozen=True)
class Part:
    """Elements that may stand at one place of a sequence, and how many of them."""

    names: tuple[str, ...]
    least: int = 1
    most: int = 1


@dataclass(frozen=True)
class Kind:
    """A type of the schema: the sequence of its parts, its attributes (True where required), whether strangers may follow."""

    parts: tuple[Part, ...] = ()
    attributes: tuple[tuple[str, bool], ...] = ()
    open: bool = True
    any_order: bool = False


_TITLED = (Part(("title",)), Part(("description",)))
_CONTENT = Part(("au", "block"), 1, _UNBOUNDED)
KINDS = {
    "courseStructure": Kind((Part(("course",)), Part(("objectives",), 0), _CONTENT)),
    "course": Kind(_TITLED, (("id", True),)),
    "block": Kind((*_TITLED, Part(("objectives",), 0), _CONTENT), (("id", True),)),
    "au": Kind(
        (
            *_TITLED,
            Part(("objectives",), 0),
            Part(("url",)),
            Part(("launchParameters",), 0),
            Part(("entitlementKey",), 0),
        ),
        (("id", True), ("moveOn", False), ("masteryScore", False), ("launchMethod", False), ("activityType", False)),
    ),
    "objectives": Kind((Part(("objective",), 1, _UNBOUNDED),)),
    "objective": Kind(_TITLED, (("id", True),), open=False, any_order=True),
    "reference": Kind((), (("idref", False),), open=False),
    "text": Kind((Part(("langstring",), 1, _UNBOUNDED),)),
    "langstring": Kind((), (("lang", False),), open=False),
    "url": Kind((), (), open=False),
}


def check(manifest: Manifest) -> None:
    """Note everything in which a course structure departs from the schema, each with its line."""
    todo: list[tuple[Element, str]] = [(manifest.root, "courseStructure")]
    while todo:
        element, kind = todo.pop()
        _attributes(manifest, element, KINDS[kind])
        _sequence(manifest, element, KINDS[kind])
        _values(manifest, element, kind)
        below = [(child, under) for child in _ours(element) if (under := _kind_of(child, kind))]
        todo += reversed(below)


def _kind_of(child: Element, parent: str) -> str:
    """The type of a child by its name and where it stands; empty where anything may stand inside."""
    name = local(child)
    if name in ("title", "description"):
        return "text"
    if name == "objective":
        return "objective" if parent == "objectives" else "reference"
    if name == "objectives":
        return "objectives" if parent == "courseStructure" else "references"
    return name if name in KINDS else ""


KINDS["references"] = KINDS["objectives"]


def _ours(element: Element) -> list[Element]:
    return [child for child in children(element) if namespace(child) == NAMESPACE]


def _sequence(manifest: Manifest, element: Element, kind: Kind) -> None:
    """Children in the order of the schema; strangers of other namespaces only behind them."""
    counts = [0] * len(kind.parts)
    place, strangers = 0, False
    for child in children(element):
        if namespace(child) != NAMESPACE:
            strangers = True
            _stranger(manifest, element, child, kind)
            continue
        step = _step(kind, local(child), 0 if kind.any_order else place)
        if step is None or (strangers and kind.parts):
            manifest.refuse(child, f"<{local(element)}> 里的 <{local(child)}> 不该在这里", f"{_order(kind)}。{_MEND}")
            return
        place = step
        counts[step] += 1
        if counts[step] > kind.parts[step].most:
            manifest.refuse(child, f"<{local(element)}> 里的 <{local(child)}> 写了不止一个", "只留一个")
    for part, count in zip(kind.parts, counts, strict=True):
        if count < part.least:
            manifest.refuse(
                element, f"<{local(element)}> 里缺 <{'> 或 <'.join(part.names)}>", f"{_order(kind)}。{_MEND}"
            )


def _step(kind: Kind, name: str, place: int) -> int | None:
    return next((n for n in range(place, len(kind.parts)) if name in kind.parts[n].names), None)


def _stranger(manifest: Manifest, element: Element, child: Element, kind: Kind) -> None:
    if not namespace(child) or not kind.open:
        mend = "自己加的内容要有自己的命名空间，放在规范内容的后面"
        manifest.refuse(child, f"<{local(element)}> 里的 <{local(child)}> 不是 cmi5 的内容", mend)


def _order(kind: Kind) -> str:
    return "按顺序写：" + "、".join("/".join(part.names) for part in kind.parts) if kind.parts else "里面不再放别的标签"


def _attributes(manifest: Manifest, element: Element, kind: Kind) -> None:
    known = dict(kind.attributes)
    for key in element.attrib:
        name = str(key)
        strange = (
            name not in known if not name.startswith("{") else name.startswith(f"{{{NAMESPACE}}}") or not kind.open
        )
        if strange and not _forgiven(element, name):
            manifest.refuse(element, f"<{local(element)}> 不该有属性 {name.rpartition('}')[2]}", f"删掉它。{_MEND}")
    for name, required in kind.attributes:
        if required and not (element.get(name) or "").strip():
            manifest.refuse(element, f"<{local(element)}> 没有写 {name}", f"给它一个完整的网址样子的 {name}")


def _forgiven(element: Element, name: str) -> bool:
    """Attributes of XML and of schema instances stand anywhere; langstring takes those of others too."""
    return name.startswith(("{http://www.w3.org/XML/", "{http://www.w3.org/2001/XMLSchema-instance}")) or (
        local(element) == "langstring" and name.startswith("{")
    )


def _values(manifest: Manifest, element: Element, kind: str) -> None:
    check = _CHECKS.get(kind)
    if check:
        check(manifest, element)


def _au_values(manifest: Manifest, element: Element) -> None:
    for name, allowed in (("moveOn", MOVE_ON), ("launchMethod", LAUNCH_METHODS)):
        value = element.get(name)
        if value is not None and value.strip() not in allowed:
            manifest.refuse(element, f"{name} 写的是“{value.strip()[:40]}”", f"只能写 {'、'.join(allowed)}")
    score = element.get("masteryScore")
    if score is not None and mastery_score(score) is None:
        manifest.refuse(element, f"masteryScore 写的是“{score.strip()[:40]}”", "写 0 到 1 之间的小数，比如 0.8")


def _lang_values(manifest: Manifest, element: Element) -> None:
    lang = element.get("lang")
    if lang is not None and not _LANGUAGE.fullmatch(lang.strip()):
        manifest.refuse(element, f"lang 写的是“{lang.strip()[:40]}”，不是语言代码", "写 zh-CN、en-US 这样的语言代码")


_CHECKS: dict[str, Callable[[Manifest, Element], None]] = {"au": _au_values, "langstring": _lang_values}


def mastery_score(text: str) -> float | None:
    """A decimal from 0 to 1 with four places kept; None where it is none."""
    if not _DECIMAL.fullmatch(text.strip()) or len(text) > 60:
        return None
    value = float(text)
    return round(value, 4) if 0 <= value <= 1 else None
