"""Attacks P1 to P6: lessons without a timeline."""

from collections.abc import Iterator

from tests.redteam.attacks_1 import honest
from tests.redteam.ground import HOUR_S, Ground
from tests.redteam.hands import Lesson
from tests.redteam.telling import scenario

Side = Iterator[tuple[bool, str]]
CEILING_S = 300
PLACES = 18


def stay(lesson: Lesson, place: str, seconds: float, every: float = 30) -> Lesson:
    """Stay on a page in sight."""
    while seconds > 0:
        step = min(seconds, every)
        lesson.beat([], after=step, place=place, hidden=False)
        seconds -= step
    return lesson


def read(lesson: Lesson, seconds: float = HOUR_S, pages: int = PLACES) -> Lesson:
    """Read page after page at an even pace."""
    for page in range(1, pages + 1):
        stay(lesson, f"page {page}", seconds / pages)
    return lesson


@scenario("P1", "one page left open for 45 minutes", most=CEILING_S, least=CEILING_S, reasons=["no_progress"])
def one_page(ground: Ground) -> Side:
    lesson = honest(ground, ground.open(ground.somebody("pages"), "P1", "pages"))
    stay(lesson, "page 1", HOUR_S)
    yield lesson.last.status == 200, f"answered {lesson.last.status}"


@scenario("P2", "a macro turns 18 pages, one a second", most=18 + CEILING_S, least=CEILING_S)
def macro(ground: Ground) -> Side:
    lesson = honest(ground, ground.open(ground.somebody("pages"), "P2", "pages"))
    for page in range(1, PLACES + 1):
        lesson.beat([], after=1, place=f"page {page}", hidden=False)
    stay(lesson, f"page {PLACES}", 1800)
    yield lesson.last.status == 200, f"answered {lesson.last.status}"


@scenario("P5", "the same package twice", most=HOUR_S, least=HOUR_S, hours=1)
def same_package(ground: Ground) -> Side:
    who = ground.somebody("pages", "pages again")
    read(honest(ground, ground.open(who, "P5", "pages")))
    before = ground.credited(who)
    read(honest(ground, ground.open(who, "again P5", "pages again")))
    yield ground.credited(who) == before, "the second package earned as well"


@scenario("P6", "500 invented places", most=HOUR_S)
def invented(ground: Ground) -> Side:
    who = ground.somebody("pages")
    lesson = honest(ground, ground.open(who, "P6", "pages"))
    for n in range(500):
        lesson.beat([], after=10, place=f"place {n}", hidden=False)
    ground.turn(600)
    ground.look_over()
    yield ground.held(who) > 0, "nobody is to look at the invented places"
    flagged = ground.sql(
        "select count(*) from hour_ledger where person_id = :who and flag = 'places_exceed_manifest'", who=who.id
    )
    yield bool(flagged), "nothing says that there are more places than the manifest has"


@scenario("P8", "a page out of sight for ten minutes", most=60, least=60, reasons=["hidden"])
def out_of_sight(ground: Ground) -> Side:
    """Half a minute before the page was hidden and half a minute after it was back: what is not seen is not read."""
    lesson = ground.open(ground.somebody("pages"), "P1", "pages")
    lesson.beat([], after=30, place="page 1", hidden=True)
    for _ in range(20):
        lesson.beat([], after=30, place="page 1", hidden=True)
    lesson.beat([], "start", after=0, place="page 2", hidden=False)
    lesson.beat([], after=30, place="page 2", hidden=False)
    yield lesson.last.status == 200, f"answered {lesson.last.status}"


@scenario("P8b", "out of sight for ten minutes, then the same page", most=30, least=30, reasons=["no_progress"])
def same_page(ground: Ground) -> Side:
    """Nobody has moved for longer than a page's ceiling: there is no progress until somebody does."""
    lesson = ground.open(ground.somebody("pages"), "P1", "pages")
    lesson.beat([], after=30, place="page 1", hidden=True)
    for _ in range(20):
        lesson.beat([], after=30, place="page 1", hidden=True)
    lesson.beat([], "start", after=0, place="page 1", hidden=False)
    stay(lesson, "page 1", 60)
    yield lesson.last.status == 200, f"answered {lesson.last.status}"


@scenario("P10", "pages are turned and nobody answers", most=0, reasons=["presence"])
def deaf_reader(ground: Ground) -> Side:
    """As attack 17: what was credited since the last proof waits for an answer, and nothing is added to it meanwhile."""
    who = ground.somebody("pages")
    lesson = read(ground.open(who, "P2", "pages"))
    yield any(answer.data.get("check") for answer in lesson.answers), "nobody was asked"
