"""Attacks 14 to 25 of hours.md: several devices, several people, institutions, insiders."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lms.accounts import actions as accounts
from lms.accounts import rules as account_rules
from lms.accounts.models import Person
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused
from lms.subsidies.bundle import gathering
from tests import people as cast_of
from tests.people import SYSTEM
from tests.redteam.attacks_1 import honest, read, respond
from tests.redteam.ground import HOUR_S, LESSONS, PLACE, Ground, Trainee, open_class
from tests.redteam.hands import Browser, Lesson, pass_time
from tests.redteam.telling import scenario

Side = Iterator[tuple[bool, str]]


def together(ground: Ground, lessons: list[Lesson], until: float = HOUR_S, every: float = 30) -> None:
    """Each lesson claims to play at the same time; the clock is turned once for all."""
    at = 0.0
    while at < until:
        to = min(until, at + every)
        pass_time(ground.turn, lessons, to - at)
        for lesson in lessons:
            lesson.beat([(at, to)])
        at = to


@scenario("14", "two tabs, the same lesson", most=HOUR_S, least=HOUR_S, hours=1, reasons=["concurrent_session"])
def tabs(ground: Ground) -> Side:
    who = ground.somebody()
    first = ground.open(who)
    second = honest(ground, ground.open(who))
    together(ground, [first, second])
    yield bool(second.stopped), "nobody was told that the older tab has stopped"
    yield bool(first.last.data.get("stop")), "the older tab was not told"


@scenario(
    "15", "phone and desktop, two lessons at once", most=HOUR_S, least=HOUR_S, hours=1, reasons=["concurrent_session"]
)
def two_devices(ground: Ground) -> Side:
    who = ground.somebody()
    phone = ground.open(who, "L1")
    desk = honest(ground, ground.open(who, "L2", device="desktop"))
    together(ground, [phone, desk])
    yield bool(phone.last.data.get("stop")), "the phone was not told"


@scenario("16", "ten lessons poured at once", most=HOUR_S, least=HOUR_S, hours=1, reasons=["concurrent_session"])
def ten_at_once(ground: Ground) -> Side:
    who = ground.somebody()
    lessons = [ground.open(who, f"L{n}") for n in range(1, 11)]
    honest(ground, lessons[-1])
    together(ground, lessons)
    yield ground.completed(who) <= 1, "more than one lesson is complete"


@scenario("17", "never answers whether anybody is there", most=600, reasons=["presence"])
def deaf(ground: Ground) -> Side:
    who = ground.somebody()
    lesson = ground.open(who).watch(0, HOUR_S)
    asked = [answer.data["check"]["id"] for answer in lesson.answers if answer.data.get("check")]
    yield bool(asked), "no presence check was put within 45 minutes"
    yield ground.credited(who) == 0, "the time since the last proof stayed"
    ground.turn(30 * 3600)
    respond(lesson, {"id": asked[-1]}, read(ground, {"id": asked[-1]}))
    yield ground.credited(who) == 0, "an answer a day too late gave time back"


@scenario("18", "a machine answers at once for four hours, each time alike", most=4 * 3600, least=4 * 3600, hours=0)
def machine(ground: Ground) -> Side:
    who, asked = ground.somebody(), 0
    ground.turn(until(ground, 8 * 3600))
    for n in range(1, 7):
        lesson = honest(ground, ground.open(who, f"L{n}"), after=0.2)
        for start in range(0, min(HOUR_S, 4 * 3600 - (n - 1) * HOUR_S), 600):
            lesson.watch(start, min(start + 600, HOUR_S, 4 * 3600 - (n - 1) * HOUR_S))
            ground.look_over()
        asked += sum(1 for answer in lesson.answers if answer.data.get("check"))
    yield asked >= 8, f"only {asked} presence checks in four hours"
    ground.turn(3600)
    ground.look_over()
    held = ground.held(who)
    yield held == ground.credited(who), f"{held:g} s of {ground.credited(who):g} s are on hold"
    yield "bot_answers" in ground.anomalies(who), "it is not the answers that are looked at"


@scenario("19", "one picture of a face for each check, and another's face", most=600, least=600, reasons=["identity"])
def photo(ground: Ground) -> Side:
    """The first look is real and is good for an hour of 600 s studied; what the reused picture guards earns nothing."""
    who, other = ground.somebody("face"), ground.somebody("face")
    mine = honest(ground, ground.open(who, "face L1", "face"))
    picture = f"a picture of {who.id}".encode()
    yield _look(ground, mine.browser, who, picture=picture) == 303, "an honest look proves nothing"
    mine.watch(0, 600)
    ground.turn(3600)
    for shown in ({"picture": picture}, {"picture": b"another", "number": "440681199001011234", "name": "别人"}):
        said = _look(ground, mine.browser, who, **shown)
        yield said == 422, f"{[*shown]} was answered {said}"
        mine.watch(600, 900)
    theirs = ground.open(other, "face L1", "face")
    said = _look(ground, theirs.browser, other, picture=picture)
    yield said == 422, f"the same picture for another person was answered {said}"
    theirs.watch(0, 300)
    proofs = ground.sql("select count(*) from identity_proof where person_id = any(:who)", who=[who.id, other.id])
    yield proofs == 1, f"{proofs} proofs were written"


def _look(ground: Ground, browser: Browser, who: Trainee, **shown: Any) -> int:
    """Somebody stands before the camera at the provider's; the status of the way back."""
    house = ground.faces
    version = browser.get("/me/consent/face").text.partition('name="version" value="')[2].partition('"')[0]
    if version:
        browser.form("/me/consent/face", step="give", version=version)
    begun = browser.form(f"/learn/courses/{who.registrations['face']}/identity/face", device="phone")
    page = browser.get(begun.where).text
    house.show(**shown)
    house.look(page.split(f"http://{house.host}/page/")[1].split('"')[0])
    return browser.get(f"{begun.where}/back").status


@scenario("20", "a shared account: two people stream", most=2400, least=2400 - 900, reasons=["concurrent_session"])
def shared(ground: Ground) -> Side:
    who = ground.somebody()
    mine, theirs = _two_people(ground, who, "L1", "first")
    yield bool(theirs.stopped), "the second device was told nothing"
    yield bool(mine.last.data.get("stop")), "the first device was told nothing"
    late = sum(answer.data.get("accrued_ms", 0) for answer in mine.answers[20:])
    yield late == 0, f"two devices earned at once: {late} ms"


@scenario("20b", "a shared account, and the identity check then fails", most=0, reasons=["identity"])
def shared_unproved(ground: Ground) -> Side:
    who = ground.somebody("safety")
    _, theirs = _two_people(ground, who, "safety L1", "safety")
    page = f"/learn/courses/{who.registrations['safety']}/identity"
    said = theirs.browser.form(page, code="000000")
    yield said.refused or said.status == 200, f"a guessed code was answered {said.status}"
    theirs.watch(1500, 1800)
    yield bool(theirs.last.data.get("prove")), "nobody is asked who they are"


def _two_people(ground: Ground, who: Trainee, lesson: str, name: str) -> tuple[Lesson, Lesson]:
    """Ten minutes on one device; then a second one takes over and both stream for half an hour."""
    mine = honest(ground, ground.open(who, lesson, name)).watch(0, 600)
    theirs = honest(ground, ground.open(who, lesson, name, device="desktop"))
    mine.attend = None
    for n in range(60):
        pass_time(ground.turn, [theirs], 30)
        mine.beat([(600 + n * 30, 630 + n * 30)])
        theirs.beat([(600 + n * 30, 630 + n * 30)])
    return mine, theirs


@scenario("21", "the same ID number registered again", most=0, small=True)
def duplicate(ground: Ground) -> Side:
    who = ground.somebody()
    with transaction(SYSTEM) as session:
        person = session.get_one(Person, who.id)
        number = secrets.unseal("person", "id_number", who.id, person.id_number or b"")
    fifteen = number[:6] + number[8:17]
    for other in (number.lower(), f" {number} ", fifteen):
        row = accounts.prepare([account_rules.NewPerson("另一个名字", other, "13700000099")])
        with transaction(SYSTEM):
            [(found, _)] = accounts.link_or_create_many(row, tenant_id=ground.cast.organisations["qiming"], **PLACE)
            holders = ground_holders(number)
        yield holders == 1, f"{holders} people hold the number"
        yield found is not None, "nobody was found"


def ground_holders(number: str) -> int:
    """How many people hold a number for certain."""
    index = secrets.blind_index("id_number", number)
    return db.session.scalar(text("select count(*) from person where id_number_index = :index"), {"index": index}) or 0


@scenario("22a", "fourteen hours in one day", most=8 * HOUR_S, least=8 * HOUR_S, hours=8, reasons=["daily_limit"])
def long_day(ground: Ground) -> Side:
    who = ground.somebody()
    ground.turn(until(ground, 8 * 3600))
    for n in range(1, LESSONS):
        honest(ground, ground.open(who, f"L{n}")).watch(0, HOUR_S if n < LESSONS - 1 else 50_400 - (n - 1) * HOUR_S)
    yield True, ""


@scenario("22b", "from 23:30 to 00:30", most=3600, least=3600, hours=1)
def midnight(ground: Ground) -> Side:
    who = ground.somebody()
    ground.turn(until(ground, 23 * 3600 + 1800))
    honest(ground, ground.open(who, "L1")).watch(0, HOUR_S)
    honest(ground, ground.open(who, "L2")).watch(0, 900)
    days = ground.by_day(who)
    yield days == [1800, 1800], f"the days hold {days}"


def until(ground: Ground, second_of_day: int) -> float:
    """Seconds until the wall in Guangdong shows so many seconds after midnight."""
    now = clock.local(clock.now())
    passed = now.hour * 3600 + now.minute * 60 + now.second + now.microsecond / 1e6
    return (second_of_day - passed) % 86_400


@scenario(
    "23",
    "the same content: another class, plan and year",
    most=HOUR_S,
    least=HOUR_S,
    hours=1,
    reasons=["already_covered"],
)
def twice(ground: Ground) -> Side:
    who = ground.somebody("first", "again", "elsewhere")
    honest(ground, ground.open(who, "L1")).watch(0, HOUR_S)
    ground.turn(3600)
    again = honest(ground, ground.open(who, "again L1", "again")).watch(0, HOUR_S)
    yield not any(answer.data.get("accrued_ms") for answer in again.answers), "it counted a second time"
    other = honest(ground, ground.open(who, "elsewhere L1", "elsewhere")).watch(0, HOUR_S)
    yield not any(answer.data.get("accrued_ms") for answer in other.answers), "it counted in another plan"
    ground.turn(366 * 24 * 3600)
    later = honest(ground, ground.open(who, "L1")).watch(0, 600)
    yield not any(answer.data.get("accrued_ms") for answer in later.answers), "it counted in a second year"


@scenario("24", "the institution beats for its ghosts and brings hours by CSV", most=0, small=True)
def ghosts(ground: Ground) -> Side:
    ghost = ground.somebody()
    lesson, clerk = ground.open(ghost), ground.staff("liumin")
    yield clerk.get("/cohorts/").status == 200, "the clerk is not signed in"
    answer = Lesson(clerk, lesson.beats).beat([(0, 30)], after=30)
    yield answer.refused, f"the institution's beat was answered {answer.status}"
    yield from _roster(ground, clerk, ghost)
    for path in ("/hours/import", f"/cohorts/{ground.cohorts['first']}/hours", "/exports/import", "/api/hours"):
        answer = clerk.post(path, {"hours": 16})
        yield answer.status in {403, 404, 405}, f"{path} was answered {answer.status}"


def _roster(ground: Ground, clerk: Browser, known: Trainee) -> Side:
    """A sheet of ghosts: a wrong check digit, a child, one twice, a veteran of 1925; and somebody who is in the class already."""
    cohort = ground.cohorts["elsewhere"]
    good = cast_of.id_number("440681", "19850101", 901 + ground.count % 90)
    wrong = good[:-1] + ("1" if good[-1] != "1" else "2")
    child, old = cast_of.id_number("440681", "20160101", 902), cast_of.id_number("440681", "19250101", 903)
    rows = [("刘一", wrong), ("陈二", child), ("张三", good), ("张三", good), ("李四", old)]
    lines = ["姓名,身份证号,手机号", *(f"{name},{number},1380013{n:04}" for n, (name, number) in enumerate(rows))]
    answer = clerk.upload(f"/cohorts/{cohort}/roster", "名单.csv", "\n".join(lines).encode())
    yield answer.status in {302, 303}, f"the sheet was answered {answer.status}"
    import_id = answer.where.rsplit("/", 1)[-1]
    refused = ground.sql("select refused from roster_import where id = cast(:id as uuid)", id=import_id)
    yield refused == 4, f"{refused} of five rows were refused"
    clerk.form(f"/cohorts/{cohort}/roster/{import_id}")
    joined = ground.sql("select count(*) from enrolment where import_id = cast(:id as uuid)", id=import_id)
    yield joined == 1, f"{joined} people joined by a sheet with one good row"
    yield known.id is not None, ""


@scenario("25a", "an insider edits the seconds", most=30, least=30)
def insider(ground: Ground) -> Side:
    ground.versions["insider"] = ground.versions["first"]
    open_class(ground, "insider", f"2030-{ground.count:03}")
    who = ground.somebody("insider")
    ground.open(who, "L1", "insider").beat([(0, 30)], after=30)
    for statement in (
        "update hour_ledger set credited_ms = 2700000 where person_id = :who",
        "delete from hour_ledger where person_id = :who",
    ):
        try:
            with transaction(SYSTEM) as session:
                session.execute(text(statement), {"who": who.id})
            yield False, f"the application's role may: {statement.split()[0]}"
        except DBAPIError:
            yield True, ""
    yield _refused_export(ground) == "", "an honest ledger cannot be exported"
    if ground.as_owner:
        ground.as_owner(_AS_OWNER.format(29_999, "'too_fast'"), str(who.id))
        yield _refused_export(ground) == "ledger_changed", "an edited second is exported"
        ground.as_owner(_AS_OWNER.format(30_000, "null"), str(who.id))


# what the owner of the database can do, whatever the application's role may
_AS_OWNER = """select set_config('lms.system', 'insider', true);
  alter table hour_ledger disable trigger user;
  update hour_ledger set credited_ms = {0}, excluded_ms = 30000 - {0}, reason = {1} where person_id = '%s';
  alter table hour_ledger enable trigger user"""


def _refused_export(ground: Ground) -> str:
    """Why the class cannot be exported; "" where it can."""
    order = gathering.Order(ground.cohorts["insider"], "masked", "red team")
    with TemporaryDirectory() as folder:
        try:
            gathering.spool(
                order, ground.cast.principal("suwen"), gathering.seal(order.cohort_id), Path(folder) / "rows", _quiet
            )
        except Refused as refusal:
            return refusal.code
    return ""


def _quiet(_done: int, _of: int, _words: str) -> None:
    """Nobody watches the progress."""


@scenario("25b", "20 minutes of film declared as 90", most=1200, least=1200)
def padded(ground: Ground) -> Side:
    who = ground.somebody("padded")
    lesson = honest(ground, ground.open(who, "padded", "padded"))
    lesson.watch(0, 5400)
    yield lesson.last.data.get("earnable_ms") == 1_200_000, "more than the film can be earned"
    for change in ("content_hash = repeat('ee', 32)", "duration_ms = 5400000", "approved_seconds = 900"):
        try:
            with transaction(SYSTEM) as session:
                session.execute(text(f"update lesson set {change} where id = :id"), {"id": ground.lessons["padded"]})
            yield False, f"an approved lesson was changed: {change}"
        except DBAPIError:
            yield True, ""


@scenario("25c", "a hundred requests at the same moment", most=30, least=30)
def race(ground: Ground) -> Side:
    who = ground.somebody()
    lesson = ground.open(who)
    ground.turn(30)
    beats = [lesson.next([(0, 30)]) for _ in range(100)]
    if hasattr(lesson.browser.line, "port"):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lesson.deliver, beats))
    else:
        answers = [lesson.deliver(beat) for beat in beats]
    yield all(answer.status == 200 for answer in answers), "an answer is an error"
