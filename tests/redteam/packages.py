"""Attacks P3 and P4, and others, through the doors of packages: a script in the frame, or a forger with the launch's token."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from lms.lrs.rules.vocabulary import Verb
from tests.learning.cmi5.world import Au
from tests.redteam.ground import HOUR_S, SAFETY, Ground, Trainee, open_class
from tests.redteam.hands import Answer, Lesson, Line
from tests.redteam.telling import scenario

Side = Iterator[tuple[bool, str]]


@dataclass
class Outside:
    """A browser's way to the content host: no cookie, another origin. It answers as the test client of tests/learning does."""

    line: Line

    def post(self, url: str, **how: Any) -> "Said":
        """Call a door by POST."""
        return self.open(url, method="POST", **how)

    def open(
        self,
        url: str,
        method: str = "GET",
        query_string: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "Said":
        """Call a door."""
        parts = urlsplit(url)
        query = urlencode(query_string) if query_string else parts.query
        host = {"Host": parts.netloc, "Origin": f"{parts.scheme}://{parts.netloc}", "Cookie": ""}
        path = f"{parts.path}?{query}" if query else parts.path
        return Said(self.line.call(method, path, data, {**host, **(headers or {})}))


@dataclass
class Said:
    """An answer of the content host."""

    answer: Answer

    @property
    def status_code(self) -> int:
        """Its status."""
        return self.answer.status

    @property
    def text(self) -> str:
        """Its text."""
        return self.answer.text

    content_type = "application/json"

    def get_json(self) -> Any:
        """What it says."""
        return msgspec.json.decode(self.answer.text)


@dataclass
class Package:
    """An opened package: the page's own beats, and where its frame speaks."""

    page: Lesson
    outside: Outside
    url: str
    run: int = 0
    sequence: int = 0

    def door(self, name: str, body: object) -> Said:
        """A door of SCORM's run-time under the launch's token."""
        parts = urlsplit(self.url)
        token = parts.path.rsplit("/", 1)[1]
        kind = {"Content-Type": "application/json"}
        address = f"{parts.scheme}://{parts.netloc}/_rt/{token}/{name}"
        return self.outside.post(address, data=msgspec.json.encode(body), headers=kind)

    def start(self) -> "Package":
        """The shell opens the SCO."""
        self.run = self.door("start", {"kept": None}).get_json()["run"]
        return self

    def commit(self, location: str = "", event: str = "commit", **core: str) -> Said:
        """What a script of the package saves."""
        self.sequence += 1
        cmi = {"core": {"lesson_status": "incomplete", "lesson_location": location, **core}, "suspend_data": ""}
        return self.door("commit", {"run": self.run, "commitSequence": self.sequence, "event": event, "cmi": cmi})


def launch(ground: Ground, who: Trainee, name: str) -> Package:
    """Open the package of a class as its page does."""
    browser = ground.browser(who)
    answer = browser.post(f"/learn/courses/{who.registrations[name]}/lessons/{ground.lessons[name]}/open", {})
    if answer.status != 200:
        raise RuntimeError(f"open answered {answer.status}: {answer.text[:300]}")
    page = Lesson(browser, answer.data["beats"], answer.data.get("stopped", ""))
    return Package(page, Outside(ground.lines(who, "phone")), answer.data["url"])


@scenario("P3", "a SCO saves session_time 9999 h after ten seconds", most=10, least=10)
def session_time(ground: Ground) -> Side:
    who = ground.somebody("scorm")
    sco = launch(ground, who, "scorm").start()
    ground.turn(10)
    said = sco.commit(
        "page 1",
        "terminate",
        session_time="9999:59:59.99",
        total_time="9999:59:59.99",
        lesson_status="completed",
    )
    yield said.status_code == 200, f"the commit was answered {said.status_code}"
    kept = ground.sql("select claimed_seconds from scorm_attempt where person_id = :who", who=who.id)
    yield kept is not None and kept >= 9999 * 3600, f"the claim was not kept: {kept}"
    yield ground.completed(who) == 0, "the lesson is complete"


@scenario("P3b", "a forger commits session_time a hundred times a minute", most=60 + 60)
def commits(ground: Ground) -> Side:
    who = ground.somebody("scorm")
    sco = launch(ground, who, "scorm").start()
    for n in range(100):
        ground.turn(0.6)
        said = sco.commit(f"place {n % 3}", session_time="00:45:00", total_time="9999:00:00")
        yield said.status_code == 200, f"commit {n} was answered {said.status_code}"
    yield ground.completed(who) == 0, "the lesson is complete"


@scenario("P3c", "the page beats and the SCO saves: time counts once", most=300, least=300)
def two_voices(ground: Ground) -> Side:
    who = ground.somebody("scorm")
    sco = launch(ground, who, "scorm").start()
    for n in range(10):
        sco.page.beat([], after=15, place=f"page {n // 4}", hidden=False)
        ground.turn(15)
        sco.commit(f"page {n // 4}", session_time="01:00:00")
    yield True, ""


@scenario("P4", "an AU sends completed, passed and terminated at once", most=3)
def at_once(ground: Ground) -> Side:
    who = ground.somebody("cmi5")
    opened = launch(ground, who, "cmi5")
    au: Any = Au(opened.outside, opened.url)
    au.begin()
    ground.turn(3)
    answers = [
        au.say(Verb.COMPLETED, result__duration="PT9999H", timestamp="2031-01-01T00:00:00Z"),
        au.say(Verb.PASSED, result__duration="PT9999H"),
        au.say(Verb.TERMINATED, result__duration="PT9999H"),
    ]
    yield [said.status_code for said in answers] == [204] * 3, f"answered {[said.status_code for said in answers]}"
    kept = ground.sql(
        "select count(*) from lrs_statement where payload::text like :registration",
        registration=f"%{au.parameters['registration']}%",
    )
    yield bool(kept) and kept >= 4, f"{kept} statements are kept"
    yield ground.completed(who) == 0, "the lesson is complete"


@scenario("P4b", "statements of the future, one a second, claim forty-five minutes", most=60)
def future(ground: Ground) -> Side:
    who = ground.somebody("cmi5")
    opened = launch(ground, who, "cmi5")
    au: Any = Au(opened.outside, opened.url)
    au.begin()
    for n in range(60):
        ground.turn(1)
        au.say(Verb.COMPLETED if n == 0 else Verb.PASSED, timestamp=f"2030-01-01T00:{n:02}:00Z")
    yield ground.completed(who) == 0, "the lesson is complete"


@scenario("P7", "beats to somebody else's package", most=0)
def foreign(ground: Ground) -> Side:
    who = ground.somebody("scorm")
    sco = launch(ground, who, "scorm").start()
    other = ground.somebody("scorm")
    stolen = Lesson(ground.browser(other), sco.page.beats)
    ground.turn(30)
    answer = stolen.beat([], place="page 1", hidden=False)
    yield answer.status == 404, f"another's package answered {answer.status}"
    yield HOUR_S > ground.credited(other) == 0, "B has seconds"


@scenario("P9", "a SCO saves where nobody has said who they are", most=0, reasons=["identity"])
def unproved(ground: Ground) -> Side:
    """The package's voice is no way round what the programme asks for."""
    ground.versions["sco of safety"], ground.lessons["sco of safety"] = (
        ground.versions["scorm"],
        ground.lessons["scorm"],
    )
    open_class(ground, "sco of safety", f"2031-{ground.count:03}", SAFETY)
    who = ground.somebody("sco of safety")
    sco = launch(ground, who, "sco of safety").start()
    for n in range(4):
        ground.turn(30)
        said = sco.commit(f"page {n}", session_time="00:45:00")
        yield said.status_code == 200, f"the commit was answered {said.status_code}"
