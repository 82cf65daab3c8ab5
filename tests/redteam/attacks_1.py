"""Attacks 1 to 13 of hours.md: what one person with one script can try."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from tests.redteam.ground import HOUR_S, Ground
from tests.redteam.hands import Lesson
from tests.redteam.telling import scenario

Side = Iterator[tuple[bool, str]]
XAPI = {"X-Experience-API-Version": "1.0.3"}


def statement(lesson_id: object, verb: str = "completed", **result: object) -> dict[str, object]:
    """A statement that claims everything."""
    return {
        "id": str(uuid4()),
        "actor": {"objectType": "Agent", "account": {"homePage": "https://example.org", "name": "x"}},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": f"https://example.org/lessons/{lesson_id}"},
        "result": {"completion": True, "success": True, **result},
    }


@scenario("1", "forged completion, nothing opened", most=0, small=True)
def forged(ground: Ground) -> Side:
    who = ground.somebody()
    browser, lesson_id = ground.browser(who), ground.lessons["L1"]
    page = f"/learn/courses/{who.registrations['first']}/lessons/{lesson_id}"
    said = browser.post("/xapi/statements", statement(lesson_id), **XAPI)
    yield said.refused, f"a statement without a key was answered {said.status}"
    for method, path in (("PUT", page), ("POST", f"{page}/complete"), ("PUT", f"{page}/progress"), ("PATCH", page)):
        answer = browser.send(method, path, {"progress": 100, "completed": True})
        yield answer.refused, f"{method} of progress was answered {answer.status}"
    answer = browser.post(
        f"/learn/sessions/{uuid4()}/beats", {"beats": [Lesson(browser, "").next([(0, HOUR_S)], "ended")]}
    )
    yield answer.status == 404, f"beats to a session of nobody: {answer.status}"
    yield ground.completed(who) == 0, "the lesson is complete"


@scenario("2", "burst pouring: 90 beats in five seconds", most=5, reasons=["too_fast"], small=True)
def burst(ground: Ground) -> Side:
    who = ground.somebody()
    lesson = ground.open(who)
    for n in range(90):
        lesson.beat([(n * 30, n * 30 + 30)], after=5 / 90)
    yield ground.completed(who) == 0, "the lesson is complete"
    ground.look_over()
    yield "rapid_progress" in ground.anomalies(who), "nobody is to look at such a pace"


@scenario("3", "the client's clock says more", most=10, least=10)
def clocks(ground: Ground) -> Side:
    lesson = ground.open(ground.somebody())
    headers = {"Date": "Wed, 01 Jan 2031 00:00:00 GMT", "X-Forwarded-For": "10.9.9.9", "X-Forwarded-Proto": "https"}
    lesson.browser.turn(10)
    for n in range(20):
        later = {
            "client_ts": 1_900_000_000 + 30 * n,
            "sent_at": "2031-01-01T00:00:00Z",
            "timestamp": "2031-01-01T00:00:00Z",
        }
        answer = lesson.deliver(lesson.next([(n * 30, n * 30 + 30)], **later), **headers)
        yield answer.status == 200, f"answered {answer.status}"
    stored = ground.sql("select max(received_at) < now() + interval '5 years' from beat")
    yield bool(stored), "a beat carries the client's time"


@scenario("4", "back-dating to last month and last year", most=0)
def back_dating(ground: Ground) -> Side:
    who = ground.somebody()
    lesson = ground.open(who)
    for day in ("2025-01-01", "2026-10-01"):
        lesson.deliver(lesson.next([(0, HOUR_S)], timestamp=f"{day}T00:00:00Z", day=day, sent_at=f"{day}T00:00:00Z"))
    oldest = ground.sql("select min(day) from hour_ledger where person_id = :who", who=who.id)
    yield oldest == ground.today(), f"a row is dated {oldest}"


@scenario("5", "300 s of play, then a duration of 45 minutes", most=300, least=300)
def inflated(ground: Ground) -> Side:
    who = ground.somebody()
    lesson = ground.open(who).watch(0, 300)
    lesson.beat([], "ended", duration="PT45M", result={"duration": "PT45M", "completion": True})
    yield lesson.last.status == 200, f"the claim was answered {lesson.last.status}"
    kept = ground.sql("select count(*) from beat where person_id = :who and body like '%PT45M%'", who=who.id)
    yield kept == 1, "the claim was not kept"
    yield ground.completed(who) == 0, "the lesson is complete"


@scenario("6", "the same beat a hundred times", most=30, least=30, small=True)
def replayed(ground: Ground) -> Side:
    lesson = ground.open(ground.somebody())
    first = lesson.beat([(0, 30)], after=30)
    again = [lesson.deliver(lesson.sent[0]) for _ in range(100)]
    yield {answer.status for answer in again} <= {200, 409}, "an answer is neither 200 nor 409"
    yield (
        {answer.data.get("credited_ms") for answer in again} == {first.data["credited_ms"]},
        "a repetition answers otherwise",
    )


@scenario("7", "yesterday's whole stream again, old token and new", most=HOUR_S, least=HOUR_S, hours=1)
def stream_replayed(ground: Ground) -> Side:
    who = ground.somebody()
    lesson = ground.open(who)
    honest(ground, lesson).watch(0, HOUR_S)
    ground.turn(24 * 3600)
    old, fresh = Lesson(ground.browser(who), lesson.beats), ground.open(who)
    for beat in lesson.sent[:20]:
        ground.turn(30)
        old.deliver(beat)
        fresh.deliver({**beat, "id": str(uuid4())})
    yield all(not answer.data.get("accrued_ms") for answer in fresh.answers), "a stretch counted a second time"


@scenario("8", "A's requests with B's cookie", most=30, least=30)
def across(ground: Ground) -> Side:
    mine, other = ground.somebody(), ground.somebody()
    lesson = ground.open(mine)
    lesson.beat([(0, 30)], after=30)
    stolen = Lesson(ground.browser(other), lesson.beats, seq=1)
    for _ in range(5):
        answer = stolen.beat([(30, 60)], after=30)
        yield answer.status in {403, 404}, f"another's session answered {answer.status}"
    yield ground.credited(other) == 0, "B has seconds"


@scenario("9", "frozen position for 45 minutes", most=0, reasons=["no_progress"], small=True)
def frozen(ground: Ground) -> Side:
    lesson = ground.open(ground.somebody())
    for _ in range(90):
        lesson.beat([], after=30)
    yield True, ""


@scenario("10", "seek to the end", most=120, least=120)
def seek(ground: Ground) -> Side:
    who = ground.somebody()
    ground.open(who).watch(0, 60, why="seek").watch(2640, HOUR_S, why="ended")
    yield ground.completed(who) == 0, "the lesson is complete"


@scenario("11", "five minutes in a loop, nine times", most=300, least=300, reasons=["already_covered"])
def loop(ground: Ground) -> Side:
    lesson = honest(ground, ground.open(ground.somebody()))
    for _ in range(9):
        lesson.watch(0, 300)
    yield True, ""


@scenario("12", "twice the speed", most=1350, least=1350, reasons=["too_fast"])
def double(ground: Ground) -> Side:
    who = ground.somebody()
    lesson = honest(ground, ground.open(who)).watch(0, HOUR_S, rate=2)
    yield ground.completed(who) == 0, "the lesson is complete"
    yield len(lesson.last.data.get("covered", [])) > 10, "what was too fast counts as covered"


@scenario("12b", "the half that was too fast, watched again", most=HOUR_S, least=HOUR_S, hours=1, reasons=["too_fast"])
def double_and_again(ground: Ground) -> Side:
    lesson = honest(ground, ground.open(ground.somebody())).watch(0, HOUR_S, rate=2)
    for miss in lesson.last.data["misses"]:
        lesson.watch(miss["from_ms"] / 1000, miss["to_ms"] / 1000)
    yield True, ""


@scenario("12c", "twice the speed where the programme voids it", most=0, reasons=["too_fast"])
def double_voided(ground: Ground) -> Side:
    who = ground.somebody("strict")
    honest(ground, ground.open(who, "strict L1", "strict")).watch(0, HOUR_S, rate=2)
    yield ground.completed(who) == 0, "the lesson is complete"


@scenario("13", "sixteen times the speed", most=169, least=168, reasons=["too_fast"], small=True)
def sixteen(ground: Ground) -> Side:
    who = ground.somebody()
    ground.open(who).watch(0, HOUR_S, rate=16)
    yield ground.completed(who) == 0, "the lesson is complete"


def honest(ground: Ground, lesson: Lesson, after: float | None = None) -> Lesson:
    """Somebody who reads what is asked and answers after a while, in which the lesson goes on; `after` is each time alike."""

    def attend(asked: Lesson, answer: dict[str, Any]) -> None:
        check = answer.get("check")
        if check and asked.soon is None:
            wait = ground.hesitation() if after is None else after
            asked.soon = (wait, lambda: respond(asked, check, read(ground, check)))

    lesson.attend = attend
    return lesson


def respond(lesson: Lesson, check: dict[str, Any], chosen: str, way: str = "touch") -> Any:
    """Answer a presence check; what the server said."""
    return lesson.browser.post(f"/learn/checks/{check['id']}/answers", {"chosen": chosen, "way": way})


def read(ground: Ground, check: dict[str, Any]) -> str:
    """What a person sees at once and a script does not know: which of the options is right."""
    return str(ground.sql("select answer from presence_check where id = :id", id=check["id"]))
