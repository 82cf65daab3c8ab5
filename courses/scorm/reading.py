"""A SCORM manifest as a course: every item that launches something is a lesson, in the order of the default organization.

lesson.identifier is the item's identifier, `entry` the percent-encoded path with query and the item's parameters merged in.
lesson.settings = {"item", "resource": identifiers, "scorm_type": "sco" | "asset", "files": [members of its
resources, at most 1,000], "typical_seconds": int | None, "parameters": as written, "mastery_score": float |
None (1.2: raw 0..100; 2004: scaled -1..1 of the primary objective), "max_time_allowed": "HHHH:MM:SS.SS" or ISO 8601 or "",
"time_limit_action": str, "launch_data": str, "prerequisites": str (1.2, aicc_script), "objectives": [of its sequencing],
"completion_threshold": {"completed_by_measure": bool, "min_progress_measure": float, "progress_weight": float} | None, "hide_lms_ui":
[str], "data": [{…}] (4th edition), "visible": bool, "edition": "1.2" | "2nd" | "3rd" | "4th"}.
course.structure = {"organization": identifier, "edition", "title", "attributes": {…}, "sequencing": {…}, "items": [{"identifier",
"title", "visible", "lesson": number | None, "sequencing": {…}, "completion_threshold", "items": […]}]}; a sequencing is described
in sequencing.py.

Source: SCORM 1.2 CAM 2.3; SCORM 2004 4th ed. CAM 3.4, 5.1; packages.md 2.
"""

import re
from dataclasses import replace
from typing import Any

from courses.addresses import Paths
from courses.course import Course, Lesson, LessonKind
from courses.gate.faults import shown
from courses.manifests import Element, Manifest, attribute, child, children, local, parse, text_of, words
from courses.scorm.edition import V12, edition_of, format_of
from courses.scorm.resources import Resource, entry_of, files_of, read_resources
from courses.scorm.sequencing import Plain, attributes, primary_measure, read_sequencing, shared_sequencings

NAME = "imsmanifest.xml"
MOST_LESSONS = 5_000
LAUNCH_DATA = 64_000
MOST_LISTED = 50_000
_DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d+)?S)?)?")
_CLOCK = re.compile(r"(\d{1,4}):(\d{1,2}):(\d{1,2})(?:\.\d+)?")
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,12})?")
_AGAIN = "用课件软件重新发布一次"


def read_manifest(data: bytes, paths: Paths, name: str = NAME) -> Course:
    """The course in an imsmanifest.xml; raises courses.course.Refused with every line that must be mended."""
    manifest = parse(data, name)
    if local(manifest.root) != "manifest":
        manifest.refuse(manifest.root, f"最外层是 <{local(manifest.root)}>，不是 <manifest>", _AGAIN)
    manifest.judge()
    edition = edition_of(manifest)
    manifest.judge()
    course = _Reader(manifest, paths, edition).course()
    manifest.judge()
    return replace(course, findings=tuple(manifest.findings))


class _Reader:
    """Walks one organization; keeps identifiers that were seen and lessons as they come."""

    def __init__(self, manifest: Manifest, paths: Paths, edition: str) -> None:
        self.manifest, self.paths, self.edition = manifest, paths, edition
        self.resources = read_resources(manifest, paths)
        self.shared = shared_sequencings(manifest.root)
        self.lessons: list[Lesson] = []
        self.seen: set[str] = set()
        self.listed = 0

    def course(self) -> Course:
        organization = self._organization()
        identifier = attribute(self.manifest.root, "identifier") or ""
        structure = self._structure(organization) if organization is not None else self._loose()
        if not self.lessons and not any(finding.level == "refusal" for finding in self.manifest.findings):
            self.manifest.refuse(organization, "清单里没有一个能打开的课时", _AGAIN)
        title = words(structure["title"]) or (self.lessons[0].title if self.lessons else "")
        return Course(title, tuple(self.lessons), (), format_of(self.edition), identifier, structure)

    def _organization(self) -> Element | None:
        """The default organization, or else the first; None where there is none."""
        holder = child(self.manifest.root, "organizations")
        found = list(children(holder, "organization")) if holder is not None else []
        if not found or holder is None:
            return None
        wanted = attribute(holder, "default")
        chosen = next((one for one in found if attribute(one, "identifier") == wanted), None)
        if chosen is None and wanted:
            self.manifest.warn(holder, f"默认的目录“{shown(wanted)}”找不到，用了第一个目录", _AGAIN)
        if len(found) > 1:
            self.manifest.warn(holder, f"清单里有 {len(found)} 个目录，只用默认的一个", "其他目录里的课要单独发布")
        return chosen if chosen is not None else found[0]

    def _structure(self, organization: Element) -> Plain:
        items = [self._item(one) for one in children(organization, "item")]
        return {
            "organization": attribute(organization, "identifier") or "",
            "edition": self.edition,
            "title": text_of(child(organization, "title")),
            "attributes": attributes(organization),
            "sequencing": self._sequencing(organization),
            "items": items,
        }

    def _loose(self) -> Plain:
        """A package of resources without an organization: each SCO is a lesson; where there is none, each resource with an address."""
        launchable = {key: one for key, one in self.resources.items() if attribute(one.element, "href")}
        chosen = {key: one for key, one in launchable.items() if one.kind == "sco"} or launchable
        items = []
        for identifier, resource in chosen.items():
            number = self._lesson(resource.element, identifier, resource, {}, words(identifier))
            items.append(_node(identifier, words(identifier), number, {}, True, None, []))
        if items:
            self.manifest.warn(
                self.manifest.root, "清单里没有目录（organization），按资源的顺序排课", "看看课时的顺序和名字对不对"
            )
        return {
            "organization": "",
            "edition": self.edition,
            "title": "",
            "attributes": {},
            "sequencing": {},
            "items": items,
        }

    def _item(self, element: Element) -> Plain:
        identifier = self._identifier(element)
        title = words(text_of(child(element, "title")))
        if not title:
            self.manifest.warn(element, f"课时“{shown(identifier)}”没有写标题", "在课件软件里给它起个名字")
        sequencing = self._sequencing(element)
        reference = attribute(element, "identifierref")
        number = self._launch(element, identifier, reference, sequencing, title or identifier) if reference else None
        items = [self._item(one) for one in children(element, "item")]
        visible = attribute(element, "isvisible") not in ("false", "0")
        return _node(identifier, title or identifier, number, sequencing, visible, self._threshold(element), items)

    def _identifier(self, element: Element) -> str:
        identifier = attribute(element, "identifier") or ""
        if not identifier:
            self.manifest.refuse(element, "有一个 item 没有写 identifier", _AGAIN)
        elif identifier in self.seen:
            self.manifest.refuse(
                element, f"item“{shown(identifier)}”写了两次", f"每个 item 要有自己的 identifier；{_AGAIN}"
            )
        self.seen.add(identifier)
        return identifier

    def _launch(self, element: Element, identifier: str, reference: str, sequencing: Plain, title: str) -> int | None:
        resource = self.resources.get(reference)
        if resource is None:
            self.manifest.refuse(element, f"课时“{shown(title)}”用的资源“{shown(reference)}”在清单里找不到", _AGAIN)
            return None
        return self._lesson(element, identifier, resource, sequencing, title)

    def _lesson(
        self, element: Element, identifier: str, resource: Resource, sequencing: Plain, title: str
    ) -> int | None:
        if len(self.lessons) >= MOST_LESSONS:
            self.manifest.refuse(element, f"课时多于 {MOST_LESSONS} 个", "分成几门课再传")
            self.manifest.judge()
        own = element is not resource.element
        parameters = (attribute(element, "parameters") or "") if own else ""
        entry = entry_of(self.manifest, resource, parameters, self.paths)
        settings = {
            "item": identifier,
            "resource": attribute(resource.element, "identifier") or "",
            "scorm_type": resource.kind,
            "parameters": parameters,
            "files": self._files(resource),
            "typical_seconds": self._typical(element),
            **self._claims(element, sequencing),
            "edition": self.edition,
        }
        number = len(self.lessons) + 1
        self.lessons.append(
            Lesson(number, title, LessonKind.SCO, identifier=identifier, entry=entry, settings=settings)
        )
        return number

    def _files(self, resource: Resource) -> list[str]:
        """Members of a lesson, as long as a course of many lessons still fits its report."""
        files = files_of(resource, self.resources) if self.listed < MOST_LISTED else []
        self.listed += len(files)
        return files

    def _typical(self, element: Element) -> int | None:
        """Seconds that the author expects, by typicalLearningTime of the metadata beside an item; None where unsaid."""
        holder = child(element, "metadata")
        found = (
            [one for one in holder.iter() if local(one).lower() == "typicallearningtime"] if holder is not None else []
        )
        return seconds_of(text_of(found[0])) if found else None

    def _claims(self, element: Element, sequencing: Plain) -> dict[str, Any]:
        """What the manifest says of the runtime of one item."""
        limits = sequencing.get("limitConditions", {})
        return {
            "mastery_score": self._mastery(element) if self.edition == V12 else primary_measure(sequencing),
            "max_time_allowed": self._said(element, "maxtimeallowed")
            or str(limits.get("attemptAbsoluteDurationLimit", "")),
            "time_limit_action": self._said(element, "timelimitaction", "timeLimitAction"),
            "launch_data": self._said(element, "datafromlms", "dataFromLMS")[:LAUNCH_DATA],
            "prerequisites": self._said(element, "prerequisites"),
            "objectives": sequencing.get("objectives", []),
            "completion_threshold": self._threshold(element),
            "hide_lms_ui": self._hidden(element),
            "data": [attributes(one) for holder in children(element, "data") for one in children(holder, "map")],
            "visible": attribute(element, "isvisible") not in ("false", "0"),
        }

    def _said(self, element: Element, *names: str) -> str:
        return next((text_of(one) for one in children(element, *names)), "")

    def _mastery(self, element: Element) -> float | None:
        said = self._said(element, "masteryscore")
        if not said:
            return None
        score = float(said) if _NUMBER.fullmatch(said) else -1
        if not 0 <= score <= 100:
            self.manifest.warn(
                element, f"及格分写的是“{shown(said)}”，当没有写", "在课件软件里把及格分设成 0 到 100 的数"
            )
            return None
        return score

    def _threshold(self, element: Element) -> Plain | None:
        """completionThreshold: a decimal as text (2nd, 3rd edition) or attributes (4th)."""
        found = child(element, "completionThreshold")
        if found is None:
            return None
        said, measure = text_of(found), attribute(found, "minProgressMeasure")
        value = measure if measure is not None else said
        return {
            "completed_by_measure": bool(said) or attribute(found, "completedByMeasure") in ("true", "1"),
            "min_progress_measure": _bounded(value, 1.0),
            "progress_weight": _bounded(attribute(found, "progressWeight"), 1.0),
        }

    def _hidden(self, element: Element) -> list[str]:
        presentation = child(element, "presentation")
        interface = child(presentation, "navigationInterface") if presentation is not None else None
        return [text_of(one)[:40] for one in children(interface, "hideLMSUI")] if interface is not None else []

    def _sequencing(self, element: Element) -> Plain:
        return read_sequencing(child(element, "sequencing"), self.shared) if self.edition != V12 else {}


def seconds_of(text: str) -> int | None:
    """Whole seconds of an ISO 8601 duration or of HH:MM:SS, surrounded by whatever a LOM writes around it; None where there is none."""
    clock = _CLOCK.search(text)
    if clock:
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3])
    found = next((one for one in _DURATION.finditer(text) if any(one.groups())), None)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _bounded(text: str | None, usual: float) -> float:
    value = float(text) if text and _NUMBER.fullmatch(text) else usual
    return value if 0 <= value <= 1 else usual


def _node(
    identifier: str,
    title: str,
    number: int | None,
    sequencing: Plain,
    visible: bool,
    threshold: Plain | None,
    items: list[Plain],
) -> Plain:
    return {
        "identifier": identifier,
        "title": title,
        "visible": visible,
        "lesson": number,
        "sequencing": sequencing,
        "completion_threshold": threshold,
        "items": items,
    }
