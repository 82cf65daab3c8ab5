"""A question and its answer as xAPI tells interactions. Plain data out.

Source: xAPI 1.0.3, Part Two, 2.4.4.1 (interaction activities) and Appendix C (response formats).
"""

from collections.abc import Iterable, Sequence
from itertools import islice, product
from typing import Any

from courses.course import Question, QuestionKind
from lms.questions.rules.marking import MarkedQuestion

MOST_PATTERNS = 20
_TYPES = {
    QuestionKind.SINGLE: "choice",
    QuestionKind.MULTIPLE: "choice",
    QuestionKind.JUDGE: "true-false",
    QuestionKind.FILL: "fill-in",
    QuestionKind.MATCH: "matching",
    QuestionKind.ORDER: "sequencing",
    QuestionKind.SHORT: "long-fill-in",
}


def definition(question: Question) -> dict[str, Any]:
    """interactionType with the components and the right answers that go with it."""
    told: dict[str, Any] = {"interactionType": _TYPES[question.kind]}
    if question.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE, QuestionKind.ORDER):
        told["choices"] = _components(question.options)
    if question.kind is QuestionKind.MATCH:
        told |= {"source": _components(question.options), "target": _components(question.targets)}
    patterns = _patterns(question)
    return told | ({"correctResponsesPattern": patterns} if patterns else {})


def result(question: Question, marked: MarkedQuestion) -> dict[str, Any]:
    """Whether it was right, what was answered, and the points where a part of them was earned."""
    told: dict[str, Any] = {"success": marked.right, "response": response(question, marked.chosen)}
    if question.partial or question.by_hand:
        raw = float(marked.share * marked.points)
        told["score"] = {"scaled": float(marked.share), "raw": raw, "min": 0, "max": marked.points}
    return told


def response(question: Question, given: Sequence[int | str]) -> str:
    """What was given, in the format of the question's interactionType."""
    if question.kind is QuestionKind.JUDGE:
        return "true" if tuple(given) == (0,) else "false" if given else ""
    if question.kind is QuestionKind.MATCH:
        return "[,]".join(f"{source}[.]{target}" for source, target in enumerate(given) if target != -1)
    return _joined(given)


def _patterns(question: Question) -> list[str]:
    if question.kind is QuestionKind.SHORT:
        return []
    if question.kind is QuestionKind.FILL:
        ways = islice(product(*question.accepted), MOST_PATTERNS)
        return [f"{{case_matters=false}}{_joined(way)}" for way in ways]
    return [response(question, question.answer)]


def _components(words: Iterable[str]) -> list[dict[str, Any]]:
    return [{"id": str(place), "description": {"zh-CN": text}} for place, text in enumerate(words)]


def _joined(parts: Iterable[object]) -> str:
    return "[,]".join(str(part) for part in parts)
