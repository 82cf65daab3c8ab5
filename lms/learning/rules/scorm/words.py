"""How an attempt at a SCO is told to people, in Chinese."""

from lms.learning.rules.scorm.tracking import Completion, Score, Success

_COMPLETION = {
    Completion.NOT_ATTEMPTED: "还没学",
    Completion.INCOMPLETE: "学了一部分",
    Completion.COMPLETED: "学完了",
    Completion.UNKNOWN: "学过，没说学没学完",
}
_SUCCESS = {Success.PASSED: "通过了", Success.FAILED: "还没通过"}


def status(completion: Completion, success: Success) -> str:
    """Both statuses in one phrase: 课件学完了，通过了."""
    said = _COMPLETION[completion]
    return f"{said}，{_SUCCESS[success]}" if success in _SUCCESS else said


def score(given: Score) -> str:
    """A score as people read it: 85 分（满分 100 分）, 85%, or nothing where there is none."""
    if given.raw is not None:
        return f"{given.raw:g} 分（满分 {100 if given.max is None else given.max:g} 分）"
    share = given.share
    return "" if share is None else f"{share:.0%}"
