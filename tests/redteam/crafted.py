"""Attacks that hours.md does not list, K1 …: crafted moments, crafted bodies, many hands. Each says why its seconds are right."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from tests.redteam.attacks_1 import honest, read, respond
from tests.redteam.attacks_2 import until
from tests.redteam.ground import HOUR_S, Ground, open_class
from tests.redteam.hands import Answer, Lesson
from tests.redteam.telling import scenario

Side = Iterator[tuple[bool, str]]
CHINESE = range(0x4E00, 0x9FFF)


def said_why(answer: Answer) -> bool:
    """Whether a refusal is a 4xx with a reason code and a Chinese sentence."""
    words = str(answer.data.get("message", ""))
    return answer.refused and bool(answer.data.get("error")) and any(ord(sign) in CHINESE for sign in words)


def at_once(lesson: Lesson, calls: list[Callable[[], Answer]]) -> list[Answer]:
    """Send together what a server can take together; one after the other where there is none."""
    if not hasattr(lesson.browser.line, "port"):
        return [call() for call in calls]
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda call: call(), calls))


@scenario("K1", "two phones beat around the end of a lease", most=181, least=151, reasons=["concurrent_session"])
def around_a_lease(ground: Ground) -> Side:
    """The wall shows 181 s: no two of the intervals that count may overlap, whoever holds the lease when."""
    who = ground.somebody()
    one = ground.open(who).watch(0, 90)
    other = ground.open(who, "L2")
    other.beat([(0, 30)], after=30)
    one.beat([(90, 150)], after=30)
    yield one.last.data["accrued_ms"] == 0 and one.last.data["stop"], "the older phone earned beside the newer"
    one.beat([(90, 181)], after=31)
    other.beat([(30, 91)], after=0)
    yield other.last.data["accrued_ms"] == 0, "the same half minute counted on both"


@scenario("K2", "fifty deliveries at the same moment, one number", most=60, least=60, reasons=[])
def same_number(ground: Ground) -> Side:
    """Thirty seconds have passed and are earned by one of them, once; the thirty after them are earned as well."""
    lesson = ground.open(ground.somebody())
    ground.turn(30)
    first = lesson.next([(0, 30)])
    others = [{**first, "id": str(uuid4()), "stretches": [[n * 1000, n * 1000 + 30_000]]} for n in range(25)]
    beats = [first] * 25 + others
    answers = at_once(lesson, [lambda beat=beat: lesson.deliver(beat) for beat in beats])
    yield {answer.status for answer in answers} <= {200, 409}, f"{sorted({answer.status for answer in answers})}"
    yield all(said_why(answer) for answer in answers if answer.refused), "a refusal without its reason"
    covered = lesson.beat([], after=0).data["covered"]
    played = [(at / 1000, at / 1000 + 30) for at in [covered[-1][1]]]
    lesson.beat(played, after=30)


@scenario("K3", "sixteen openings at the same moment", most=30, least=30)
def openings(ground: Ground) -> Side:
    """One lease: whichever opening was the last holds it, and thirty seconds are thirty seconds."""
    who = ground.somebody()
    browser = ground.browser(who)
    address = f"/learn/courses/{who.registrations['first']}/lessons/{ground.lessons['L1']}/launch"
    first = Lesson(browser, browser.post(address, {}).data["beats"])
    answers = at_once(first, [lambda: browser.post(address, {}) for _ in range(16)])
    yield {answer.status for answer in answers} == {200}, "an opening was refused"
    ground.turn(30)
    lessons = [Lesson(browser, answer.data["beats"]) for answer in answers]
    for lesson in lessons:
        lesson.beat([(0, 30)])
    yield sum(lesson.last.data["accrued_ms"] > 0 for lesson in lessons) == 1, "several openings earned"


@scenario("K4", "a beat on the very stroke of midnight", most=120, least=120)
def stroke(ground: Ground) -> Side:
    """A minute of each day, none of it twice: the beat of 00:00:00.000 belongs to the day that ends."""
    who = ground.somebody()
    ground.turn(until(ground, 24 * 3600 - 60))
    ground.open(who).watch(0, 120)
    yield ground.by_day(who) == [60, 60], f"the days hold {ground.by_day(who)}"


@scenario("K5", "the platform's clock is set back an hour in mid-lesson", most=360, least=360)
def set_back(ground: Ground) -> Side:
    """While the clock shows what it has shown before no time passes; then it goes on where it was, nothing lost or won."""
    who = ground.somebody()
    lesson = ground.open(who).watch(0, 300)
    ground.turn(-3600)
    for n in range(5):
        lesson.beat([(300 + 30 * n, 330 + 30 * n)], after=30)
        yield lesson.last.status == 200 and lesson.last.data["accrued_ms"] == 0, "time that had passed before counted"
    ground.turn(3600 - 150)
    lesson.watch(300, 360)


@scenario("K6", "junk of every kind between honest beats", most=90, least=90, small=True)
def junk(ground: Ground) -> Side:
    """Nothing of it is credited, nothing is lost by it: three honest beats are ninety seconds."""
    lesson = ground.open(ground.somebody())
    good = lesson.beat([(0, 30)], after=30)
    yield good.data["accrued_ms"] == 30_000, "the first beat does not count"
    for name, body in bodies(lesson):
        answer = lesson.browser.post(lesson.beats, body)
        yield said_why(answer), f"{name} was answered {answer.status} {answer.text[:80]}"
    yield from _wrong_doors(ground, lesson)
    lesson.watch(30, 90)


def _wrong_doors(ground: Ground, lesson: Lesson) -> Side:
    """A good beat to a session that is nobody's or somebody else's, by who is signed out, with whatever a client accepts."""
    beat = {"beats": [{**lesson.next([(30, 60)]), "seq": 2}]}
    lesson.seq -= 1
    other = ground.open(ground.somebody())
    ground.met.pop()
    for address in (f"/learn/sessions/{uuid4()}/beats", "/learn/sessions/x/beats", other.beats):
        for accepts in ("application/json", "*/*", "text/html", ""):
            answer = lesson.browser.post(address, beat, Accept=accepts)
            yield said_why(answer), f"{address[:18]}… with {accepts!r} was answered {answer.status} {answer.text[:60]}"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/octet-stream"):
        for body in (b"junk", b"\xff\x00", b"beats=1"):
            answer = lesson.browser.post(lesson.beats, body, Accept="*/*", **{"Content-Type": kind})
            yield said_why(answer), f"junk as {kind} was answered {answer.status} {answer.text[:60]}"
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        answer = lesson.browser.send(method, lesson.beats, beat)
        yield said_why(answer), f"{method} was answered {answer.status} {answer.text[:60]}"
    if hasattr(lesson.browser.line, "port"):
        nobody = lesson.browser.post(lesson.beats, beat, Cookie="", **{"X-CSRFToken": ""})
        yield said_why(nobody), f"somebody signed out was answered {nobody.status} {nobody.text[:60]}"


def bodies(lesson: Lesson) -> Iterator[tuple[str, bytes]]:
    """Bodies that are no delivery, each with a name."""
    beat: dict[str, Any] = {
        "id": str(uuid4()),
        "seq": 2,
        "why": "tick",
        "position_ms": 0,
        "stretches": [[30_000, 60_000]],
    }
    whole = json.dumps({"beats": [beat]})
    for name, changes in _CHANGES.items():
        yield name, json.dumps({"beats": [{**beat, **changes}]}).encode()
    for name in ("id", "seq", "why"):
        yield f"without {name}", json.dumps({"beats": [{key: beat[key] for key in beat if key != name}]}).encode()
    inside = {
        "nan": "NaN",
        "infinity": "Infinity",
        "exponent": "3e4",
        "deep": "[" * 990 + "]" * 990,
        "long": "9" * 5000,
    }
    inside |= {"surrogate": '"\\ud800"', "control": '"\x01"', "comment": "0/**/", "hexadecimal": "0x1f"}
    for name, value in inside.items():
        yield (
            name,
            whole.replace('"position_ms": 0', f'"position_ms": 0, "rate": {value}').encode(errors="replace")
            if (name in {"deep", "long", "control", "nan", "infinity"})
            else whole.replace('"position_ms": 0', f'"position_ms": {value}').encode(),
        )
    shreds = [[n * 2, n * 2 + 1] for n in range(200)]
    yield "shreds", json.dumps({"beats": [{**beat, "stretches": shreds}]}).encode()
    yield "the same number twice", json.dumps({"beats": [beat, {**beat, "id": str(uuid4())}]}).encode()
    yield "too many", json.dumps({"beats": [{**beat, "seq": n, "id": str(uuid4())} for n in range(1, 1200)]}).encode()
    yield "half", whole[: len(whole) // 2].encode()
    yield "utf-16", whole.encode("utf-16")
    yield "a byte that is no letter", whole.encode().replace(b"tick", b"\xfftick")
    yield "NUL", whole.encode().replace(b"tick", b"ti\0ck")
    yield "huge", json.dumps({"beats": [{**beat, "note": "x" * 400_000}]}).encode()
    yield "too large", json.dumps({"beats": [{**beat, "note": "x" * 600_000}]}).encode()
    for name, body in {
        "nothing": b"",
        "null": b"null",
        "a list": b"[]",
        "no beats": b'{"beats":[]}',
        "a word": b'"x"',
    }.items():
        yield name, body


_CHANGES: dict[str, dict[str, Any]] = {
    "number 0": {"seq": 0},
    "number below nought": {"seq": -1},
    "number with a point": {"seq": 1.5},
    "number as text": {"seq": "２"},
    "number as truth": {"seq": True},
    "number beyond 64 bits": {"seq": 2**70},
    "another number's id": {"seq": 1},
    "id that is none": {"id": "1"},
    "place below nought": {"position_ms": -1},
    "stretch backwards": {"stretches": [[60_000, 30_000]]},
    "stretch below nought": {"stretches": [[-5, 30_000]]},
    "stretch of one": {"stretches": [[30_000]]},
    "stretch of three": {"stretches": [[0, 1, 2]]},
    "stretch of text": {"stretches": [["0", "30000"]]},
    "stretch beyond 64 bits": {"stretches": [[0, 2**64]]},
    "stretches as truth": {"stretches": True},
    "unknown why": {"why": "because"},
    "place of numbers": {"place": 7},
    "place too long": {"place": "页" * 201},
    "hidden as a word": {"hidden": "no"},
}


@scenario("K7", "claims beyond the film, over each other, of the future", most=30, least=30, small=True)
def beyond(ground: Ground) -> Side:
    """Thirty seconds have passed: whatever is claimed, thirty count."""
    lesson = ground.open(ground.somebody())
    lesson.beat([(0, 20), (10, 60), (10, 30), (2690, 9999), (2699, 90_000)], after=30)
    yield lesson.last.data["accrued_ms"] == 30_000, f"{lesson.last.data['accrued_ms']} ms"
    yield lesson.last.data["covered"] == [[0, 30_000]], "the stretches are not counted from their start"


@scenario("K8", "a machine that tries every option until one is right", most=2 * HOUR_S, least=2 * HOUR_S, hours=0)
def guesser(ground: Ground) -> Side:
    """Two of three answers are wrong: it may pass, and all it earned that day waits for somebody to look."""
    who, told = ground.somebody(), list[str]()
    ground.turn(until(ground, 9 * 3600))
    for name in ("L1", "L2"):
        lesson = ground.open(who, name)
        lesson.attend = lambda asked, answer: told.extend(_guess(ground, asked, answer.get("check")))
        for start in range(0, HOUR_S, 900):
            lesson.watch(start, start + 900)
            ground.look_over()
    yield {*told[0::3], *told[1::3]} == {"wrong"}, "a wrong answer was taken for a right one"
    yield "bot_answers" in ground.anomalies(who), "nobody is to look at it"
    yield ground.held(who) == ground.credited(who), f"{ground.held(who):g} s of {ground.credited(who):g} s are on hold"


def _guess(ground: Ground, lesson: Lesson, check: dict[str, Any] | None) -> Iterator[str]:
    for wrong in (True, True, False):
        if check:
            ground.turn(ground.hesitation())
            right = read(ground, check)
            chosen = next(one["id"] for one in check["options"] if (one["id"] != right) is wrong)
            answer = respond(lesson, check, chosen).data
            yield str(answer.get("outcome"))
            check = answer.get("check")


@scenario("K9", "answers to checks that are not one's own, or over", most=HOUR_S, least=HOUR_S, hours=1)
def answers(ground: Ground) -> Side:
    """None of them proves anything or takes anything: the honest lesson is whole."""
    other = ground.open(ground.somebody())
    lesson = honest(ground, ground.open(ground.somebody()))
    lesson.watch(0, HOUR_S)
    asked = [answer.data["check"] for answer in lesson.answers if answer.data.get("check")]
    yield bool(asked), "nobody was asked"
    yield {*asked[0]} <= {"id", "form", "prompt", "options", "corner", "spoken", "hold_ms", "seconds"}, f"{[*asked[0]]}"
    stolen = respond(other, asked[0], read(ground, asked[0]))
    yield stolen.status == 404, f"somebody else's check was answered {stolen.status}"
    again = respond(lesson, asked[0], read(ground, asked[0]))
    yield again.data.get("outcome") == "gone" and again.data["given_back_ms"] == 0, "an answer counted twice"
    for _ in range(10):
        yield respond(lesson, {"id": uuid4()}, "0").status == 404, "a check that never was"
    for body in (b"", b"[]", b'{"chosen": 7}', b'{"chosen": null}', b'{"chosen":"' + b"x" * 90_000 + b'"}'):
        said = lesson.browser.post(f"/learn/checks/{asked[0]['id']}/answers", body)
        yield said_why(said), f"junk was answered {said.status}"


@scenario("K10", "no token against forgery, another origin", most=0)
def forged_request(ground: Ground) -> Side:
    """A page elsewhere makes the browser send beats: it has the cookie, and not the word that our pages hold."""
    lesson = ground.open(ground.somebody())
    ground.turn(30)
    for headers in (
        {"X-CSRFToken": ""},
        {"X-CSRFToken": "x" * 91},
        {"X-CSRFToken": "", "Origin": "https://evil.example"},
    ):
        answer = lesson.deliver(lesson.next([(0, 30)]), **headers)
        yield answer.refused, f"{headers} was answered {answer.status}"


@scenario("K11", "a night from 23:00 to 04:30", most=int(5.5 * 3600), least=int(5.5 * 3600), hours=0)
def night(ground: Ground) -> Side:
    """Five and a half hours are within the caps of two days; all of the night waits for somebody to look."""
    who = ground.somebody()
    ground.turn(until(ground, 23 * 3600))
    for n in range(1, 9):
        lesson = honest(ground, ground.open(who, f"L{n}"))
        end = min(HOUR_S, 19_800 - (n - 1) * HOUR_S)
        for start in range(0, end, 900):
            lesson.watch(start, min(end, start + 900), every=60)
            ground.look_over()
    yield ground.held(who) == ground.credited(who), f"{ground.held(who):g} s of {ground.credited(who):g} s are on hold"
    yield ground.anomalies(who) == {"night_marathon"}, f"{sorted(ground.anomalies(who))}"


@scenario("K12", "one phone learns for five people", most=5 * 120, least=5 * 120, hours=0)
def one_phone(ground: Ground) -> Side:
    """Each has what the server saw; all five wait for somebody to look, the first of them too."""
    yield from _on_one_device(ground, "first")
    yield ground.held(*ground.met) == ground.credited(*ground.met), f"{ground.held(*ground.met):g} s are on hold"


@scenario("K13", "one tablet in a filed classroom", most=5 * 120, least=5 * 120, hours=0)
def classroom(ground: Ground) -> Side:
    """An honest control: a class that was filed with its room shares what it has, and nothing is held."""
    if "room" not in ground.cohorts:
        ground.versions["room"] = ground.versions["first"]
        open_class(ground, "room", "2026-13", place="安逸镇文化站二楼")
    yield from _on_one_device(ground, "room")
    yield ground.held(*ground.met) == 0, f"{ground.held(*ground.met):g} s are on hold"


def _on_one_device(ground: Ground, name: str) -> Side:
    ground.turn(until(ground, 10 * 3600))
    for _ in range(5):
        who = ground.somebody(name)
        browser = ground.browser(who)
        browser.be_device(f"tablet-{name}-{ground.today()}")
        browser.open(who.registrations[name], ground.lessons["L1"]).watch(0, 120)
        ground.turn(600)
        ground.look_over()
    yield True, ""


@scenario("K14", "a number far ahead", most=60, least=60)
def far_ahead(ground: Ground) -> Side:
    """A number that no queue of a phone explains is refused: taken in, it would make every honest beat after it late."""
    lesson = ground.open(ground.somebody())
    lesson.beat([(0, 30)], after=30)
    wrong = {**lesson.next([(30, 60)]), "seq": 900_000}
    lesson.seq -= 1
    yield said_why(lesson.deliver(wrong)), f"answered {lesson.last.status}"
    lesson.beat([(30, 60)], after=30)


@scenario("K15", "a course that was stopped in mid-lesson", most=60, least=60)
def stopped(ground: Ground) -> Side:
    """What was learnt stays; from the moment a course is stopped nothing more is learnt with it."""
    who = ground.somebody("stopped")
    lesson = ground.open(who, "stopped L1", "stopped").watch(0, 60)
    ground.stop("stopped")
    lesson.watch(60, 180)
    yield lesson.last.status == 200 or said_why(lesson.last), f"answered {lesson.last.status}"
    again = lesson.browser.post(
        f"/learn/courses/{who.registrations['stopped']}/lessons/{ground.lessons['stopped L1']}/launch", {}
    )
    yield said_why(again), f"opening it again was answered {again.status}"


@scenario("K16", "tries at a quiz, and a quiz opened as a lesson", most=0)
def quizzes(ground: Ground) -> Side:
    """Tests never count, however often they are tried."""
    who = ground.somebody("pages")
    browser = ground.browser(who)
    page = f"/learn/courses/{who.registrations['pages']}/lessons/{ground.lessons['quiz']}"
    yield browser.post(f"{page}/launch", {}).status == 404, "a quiz was opened as a lesson that earns"
    for number in range(1, 4):
        ground.turn(600)
        answer = browser.form(page, number=str(number), q1="0")
        yield answer.status < 500, f"a try was answered {answer.status}"


@scenario("K17", "people said to be in the classroom who are not of the class", most=0)
def attested(ground: Ground) -> Side:
    """Who is not of a class is seen in no classroom of it; a school speaks of its own classes alone, and nobody of themselves."""
    inside, outside = ground.somebody("safety"), ground.somebody("first")
    cohort = f"/learn/cohorts/{ground.cohorts['safety']}/attest"
    ground.staff("liumin").form(cohort, people=str(outside.id))
    other = ground.staff("chenbo").form(cohort, people=str(inside.id))
    yield other.status == 404, f"another school was answered {other.status}"
    trainee = ground.browser(inside).form(cohort, people=str(inside.id))
    yield trainee.status in {403, 404}, f"a trainee was answered {trainee.status}"
    proofs = ground.sql("select count(*) from identity_proof where person_id = any(:who)", who=[inside.id, outside.id])
    yield proofs == 0, f"{proofs} proofs were written"


@scenario("K18", "a beat that later ones have overtaken", most=60, least=60, reasons=["out_of_order"], small=True)
def overtaken(ground: Ground) -> Side:
    """It is kept and earns nothing by default; those around it lose nothing, and what it claimed can be watched again."""
    lesson = ground.open(ground.somebody())
    late, early = lesson.next([(0, 30)]), lesson.next([(30, 60)])
    ground.turn(30)
    lesson.deliver(early)
    yield lesson.last.data["accrued_ms"] == 30_000, "the beat that came lost something"
    lesson.deliver(late)
    yield lesson.last.status == 200 and lesson.last.data["accrued_ms"] == 0, "a late beat earned"
    lesson.beat([(0, 30)], after=30)


@scenario("K19", "the class is closed in mid-lesson", most=60, least=60, reasons=["class_not_open"])
def closed(ground: Ground) -> Side:
    """From the moment the school ends a class nothing more counts in it."""
    ground.versions["ending"] = ground.versions["first"]
    open_class(ground, "ending", f"2029-{ground.count:03}")
    who = ground.somebody("ending")
    lesson = ground.open(who, "L1", "ending").watch(0, 60)
    ended = ground.staff("liumin").form(f"/cohorts/{ground.cohorts['ending']}/close")
    yield ended.status in {302, 303}, f"closing was answered {ended.status}"
    ground.turn(60)
    lesson.watch(60, 180)


@scenario("K20", "a class without a room, seen in its classroom", most=0)
def no_room(ground: Ground) -> Side:
    """A class that was filed without a room meets nowhere: nobody can have been seen there."""
    who = ground.somebody("safety")
    said = ground.staff("liumin").form(f"/learn/cohorts/{ground.cohorts['safety']}/attest", people=str(who.id))
    proofs = ground.sql("select count(*) from identity_proof where person_id = :who", who=who.id)
    yield said.refused and proofs == 0, f"answered {said.status}, {proofs} proofs"
    ground.open(who, "safety L1", "safety").watch(0, 60)
