"""A package looked at without keeping anything of it: what `lms package check` says."""

import hashlib
from typing import Any, BinaryIO

from courses.course import Course, Refused
from courses.packages import Upload, open_any

_STEP = 1 << 18


def inspect(upload: Upload) -> dict[str, Any]:
    """The report of a package as plain data: {"accepted", "findings"}, and of an accepted one also what it holds."""
    try:
        course = open_any(upload, _digest)
    except Refused as refusal:
        return {"accepted": False, "findings": [finding.as_json() for finding in refusal.findings]}
    return {"accepted": True, "findings": [finding.as_json() for finding in course.findings], **_held(course)}


def _held(course: Course) -> dict[str, Any]:
    lessons = [
        {"number": one.number, "title": one.title, "kind": str(one.kind), "entry": one.entry, "places": one.places}
        for one in course.lessons
    ]
    return {
        "format": str(course.format),
        "title": course.title,
        "identifier": course.identifier,
        "lessons": lessons,
        "files": len(course.members),
        "bytes": sum(member.size for member in course.members),
    }


def _digest(_path: str, stream: BinaryIO, _size: int) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(_STEP):
        digest.update(piece)
    return digest.hexdigest()
