"""Honest controls H1 to H12 of hours.md: nobody honest may lose anything by the defence."""

from collections.abc import Iterator
from typing import Any

from tests.redteam.attacks_1 import honest, read, respond
from tests.redteam.ground import HOUR_S, Ground
from tests.redteam.hands import Lesson
from tests.redteam.telling import scenario

Side = Iterator[tuple[bool, str]]
FULL = {"most": HOUR_S, "least": HOUR_S, "hours": 1}


@scenario("H1", "a full honest lesson", **FULL)
def full(ground: Ground) -> Side:
    who = ground.somebody()
    honest(ground, ground.open(who)).watch(0, HOUR_S, why="ended")
    yield ground.completed(who) == 1, "the lesson is not complete"
    yield not ground.reasons(who), f"reasons {sorted(ground.reasons(who))}"


@scenario("H2", "a night in between", **FULL)
def night(ground: Ground) -> Side:
    who = ground.somebody()
    honest(ground, ground.open(who)).watch(0, 1350, why="leave")
    ground.turn(9 * 3600)
    honest(ground, ground.open(who)).watch(1350, HOUR_S)
    yield True, ""


@scenario(
    "H3", "the line is lost for 30, 40, 50 s and for two minutes", most=HOUR_S, least=HOUR_S - 30 - 120, small=True
)
def lost_line(ground: Ground) -> Side:
    who = ground.somebody()
    lesson = honest(ground, ground.open(who))
    at = 0.0
    for broken in (30, 40, 50):
        lesson.watch(at, at + 300).beat([(at + 300, at + 330 + broken)], after=30 + broken)
        at += 330 + broken
    yield ground.credited(who) >= at - 3 * 20, "a short break lost more than 20 s"
    before = ground.credited(who)
    kept = [lesson.next([(at + n * 30, at + n * 30 + 30)]) for n in range(4)]
    ground.turn(120)
    lesson.deliver(*kept)
    yield ground.credited(who) == before, "late beats were credited"
    lesson.watch(at + 120, HOUR_S)
    yield lesson.last.status == 200, "the lesson does not go on"


@scenario("H3b", "what was lost is watched again", **FULL)
def watched_again(ground: Ground) -> Side:
    lesson = honest(ground, ground.open(ground.somebody())).watch(0, 300)
    lesson.beat([(300, 380)], after=80)
    lesson.watch(380, HOUR_S).watch(300, 380)
    yield True, ""


@scenario("H4", "from the phone to the desktop in mid-lesson", **FULL)
def change(ground: Ground) -> Side:
    who = ground.somebody()
    honest(ground, ground.open(who)).watch(0, 1350)
    desk = honest(ground, ground.open(who, device="desktop")).watch(1350, HOUR_S)
    yield bool(desk.stopped), "the desktop does not say that the phone has stopped"


@scenario("H5", "five minutes watched again", **FULL, reasons=["already_covered"])
def again(ground: Ground) -> Side:
    honest(ground, ground.open(ground.somebody())).watch(0, 900).watch(600, 900).watch(900, HOUR_S)
    yield True, ""


@scenario("H6", "a screen reader: no pointer, answers in 90 s", **FULL)
def screen_reader(ground: Ground) -> Side:
    yield from _slowly(ground, 90, "voice")


@scenario("H7", "slow hands: 120 s to answer", **FULL)
def slow_hands(ground: Ground) -> Side:
    yield from _slowly(ground, 119, "keyboard")


def _slowly(ground: Ground, after: float, way: str) -> Side:
    """Somebody who asked for more time takes it, and no form asks for a key held down."""
    who = ground.somebody()
    ground.browser(who).post("/learn/wish", {"slow": True})
    lesson, asked = ground.open(who), set[str]()

    def attend(lesson: Lesson, answer: dict[str, Any]) -> None:
        if (check := answer.get("check")) and lesson.soon is None:
            asked.add(check["form"])
            lesson.soon = (after, lambda: respond(lesson, check, read(ground, check), way))

    lesson.attend = attend
    lesson.watch(0, HOUR_S)
    yield bool(asked) and "hold" not in asked, f"asked by {sorted(asked)}"


@scenario("H8", "half as film, half as sound alone", **FULL)
def sound_alone(ground: Ground) -> Side:
    lesson = honest(ground, ground.open(ground.somebody())).watch(0, 1350)
    for n in range(45):
        lesson.beat([(1350 + n * 30, 1380 + n * 30)], after=30, variant="audio")
    yield True, ""


@scenario("H9", "a village hall behind one address", most=4 * 300, least=4 * 300)
def hall(ground: Ground) -> Side:
    lessons = [honest(ground, ground.open(ground.somebody())) for _ in range(4)]
    for n in range(10):
        ground.turn(30)
        for lesson in lessons:
            lesson.beat([(n * 30, n * 30 + 30)])
    yield True, ""


@scenario("H10", "the last short beat", most=612, least=612, small=True)
def last_beat(ground: Ground) -> Side:
    lesson = honest(ground, ground.open(ground.somebody())).watch(0, 612, why="pause")
    yield lesson.last.data.get("accrued_ms") == 12_000, "the last beat lost something"


@scenario("H11", "the server restarts in mid-lesson", **FULL)
def restart(ground: Ground) -> Side:
    who = ground.somebody()
    lesson = honest(ground, ground.open(who)).watch(0, 1350)
    ground.restart()
    lesson.watch(1350, HOUR_S)
    yield lesson.last.status == 200, f"after the restart {lesson.last.status}"


@scenario("H12", "the phone's clock is eight hours wrong", **FULL)
def wrong_clock(ground: Ground) -> Side:
    lesson: Lesson = honest(ground, ground.open(ground.somebody()))
    for n in range(90):
        lesson.beat([(n * 30, n * 30 + 30)], after=30, sent_at="1999-01-01T08:00:00Z")
    yield True, ""
