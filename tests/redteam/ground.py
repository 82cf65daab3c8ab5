"""The ground of the attacks: an open class with twenty lessons of a class hour, a second class with the same content, and people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, text

from lms.accounts import actions as accounts
from lms.accounts import models as account_models
from lms.accounts import rules as account_rules
from lms.cohorts.events import CohortOpened, PeopleEnrolled
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.learning import queries as learning
from lms.learning.actions import holding, registering
from lms.learning.checking import reading
from lms.learning.checking.comparing import check
from lms.learning.checking.policies import Book
from lms.learning.models import HourLedger, LessonCompletion, Registration
from lms.learning.models.reviews import Anomaly
from lms.plans.models import Policy
from lms.publishing.actions import standing
from lms.publishing.models import Lesson, Package, PackageVersion
from lms.publishing.rules.standing import Act
from tests import people as cast_of
from tests.learning import packages
from tests.learning.classroom import QUIZ
from tests.learning.cmi5 import world as cmi5_world
from tests.learning.scorm import scos
from tests.people import RURAL_ECOMMERCE, SYSTEM
from tests.redteam.hands import PASSWORD, Browser, Line

HOUR_S = 2700
LESSONS = 20
PLACE = {"region_code": "440606", "plan_code": "P06"}
# a programme of another plan, and one that asks who is learning
OTHER_PLAN, SAFETY, BY_FACE = "P07-employment_skill", "P09-new_staff", "P09-team_leader"
# one that counts nothing of what was played too fast
STRICT = "P07-adaptation"


@dataclass(frozen=True)
class Trainee:
    """Somebody of the class: enrolled, verified, with a password."""

    id: UUID
    phone: str
    registrations: dict[str, UUID]


@dataclass
class Ground:
    """What scenarios stand on. `lessons` by name: L1 … L20 videos; `lines` makes a browser's way to the server for somebody."""

    turn: Callable[[float], None]
    lines: Callable[[Trainee, str], Line]
    cast: cast_of.Cast
    cohorts: dict[str, UUID] = field(default_factory=dict)
    versions: dict[str, UUID] = field(default_factory=dict)
    lessons: dict[str, UUID] = field(default_factory=dict)
    programmes: dict[str, str] = field(default_factory=dict)
    met: list[Trainee] = field(default_factory=list)
    count: int = 0
    answered: int = 0
    restart: Callable[[], None] = lambda: None
    # statements that only the owner of the database can run, where there is a server; given the id of a person
    as_owner: Callable[[str, str], None] | None = None
    # the house that compares faces, where a server runs beside it
    faces: Any = None

    def somebody(self, *classes: str) -> Trainee:
        """A new trainee, enrolled in these classes (the first one without names)."""
        self.count += 1
        nth = self.count
        number = cast_of.id_number("440681", f"19{70 + nth % 30}{1 + nth % 12:02}{1 + nth % 27:02}", 100 + nth)
        row = accounts.prepare([account_rules.NewPerson(f"何试{chr(0x4E00 + nth)}", number, f"139{nth:08}")])[0]
        with transaction(SYSTEM):
            whose = {"tenant_id": self.cast.organisations["anyi"], **PLACE}
            [(person_id, _)] = accounts.link_or_create_many([row], **whose)
            db.session.get_one(account_models.Person, person_id).password_hash = _password()
        registrations = {name: self.enrol(person_id, name) for name in classes or ("first",)}
        self.met.append(Trainee(person_id, f"139{nth:08}", registrations))
        return self.met[-1]

    def enrol(self, person_id: UUID, name: str) -> UUID:
        """Put somebody on the roster of a class; the registration that follows."""
        cohort_id, tenant_id = self.cohorts[name], self.cast.organisations["anyi"]
        place = _place(self.programmes[name])
        with transaction(SYSTEM):
            db.session.add(Enrolment(tenant_id=tenant_id, cohort_id=cohort_id, person_id=person_id, **place))
            db.session.flush()
            told = PeopleEnrolled(cohort_id, tenant_id, self.versions[name], **place, person_ids=(person_id,))
            registering.enrolled(told)
            mine = Registration.person_id == person_id, Registration.cohort_id == cohort_id
            return db.session.scalars(select(Registration.id).where(*mine)).one()

    def hesitation(self) -> float:
        """How long a person takes to answer: never twice alike."""
        self.answered += 1
        return 2.5 + self.answered * 1.37 % 9

    def staff(self, key: str) -> Browser:
        """A browser in which somebody of the cast works, with every factor proved."""
        return self.browser(Trainee(self.cast.ids[key], cast_of.PEOPLE[key].phone, {}), "desktop")

    def stop(self, name: str) -> None:
        """An administrator stops the course of a class."""
        with transaction(self.cast.principal("hequan")):
            standing.put(self.versions[name], Act.STOPPED, "内容有错，先停下来", authority=True)

    def browser(self, who: Trainee, device: str = "phone") -> Browser:
        """A browser in which somebody is signed in."""
        return Browser(self.lines(who, device), self.turn)

    def open(self, who: Trainee, lesson: str = "L1", name: str = "first", device: str = "phone") -> Any:
        """Open a lesson on a browser of its own."""
        return self.browser(who, device).open(who.registrations[name], self.lessons[lesson])

    def credited(self, *who: Trainee) -> float:
        """Seconds that the ledger holds for people, corrections included."""
        with transaction(SYSTEM):
            total = select(func.coalesce(func.sum(HourLedger.credited_ms), 0))
            return int(db.session.scalar(total.where(HourLedger.person_id.in_([one.id for one in who])))) / 1000

    def look_over(self) -> None:
        """What the platform does every ten minutes: hold what is out of the common."""
        with transaction(SYSTEM):
            holding.look_on()

    def anomalies(self, *who: Trainee) -> frozenset[str]:
        """What was noticed of people."""
        query = select(Anomaly.code).where(Anomaly.person_id.in_([one.id for one in who])).distinct()
        with transaction(SYSTEM):
            return frozenset(db.session.scalars(query))

    def today(self) -> date:
        """The day in Guangdong by the platform's clock."""
        return clock.today()

    def held(self, *who: Trainee) -> float:
        """Seconds of people that wait for a reviewer."""
        with transaction(SYSTEM):
            return sum(sum(learning.held_by_registration(one.id).values()) for one in who) / 1000

    def by_day(self, who: Trainee) -> list[float]:
        """Seconds by day, in the order of the days."""
        query = select(func.sum(HourLedger.credited_ms)).where(HourLedger.person_id == who.id)
        with transaction(SYSTEM):
            rows = db.session.scalars(query.group_by(HourLedger.day).order_by(HourLedger.day))
            return [int(ms) / 1000 for ms in rows]

    def reasons(self, *who: Trainee) -> frozenset[str]:
        """Every reason that the ledger gives for people."""
        query = select(HourLedger.reason).where(HourLedger.person_id.in_([one.id for one in who])).distinct()
        with transaction(SYSTEM):
            return frozenset(reason for reason in db.session.scalars(query) if reason)

    def completed(self, *who: Trainee) -> int:
        """How many lessons are complete."""
        query = select(func.count()).select_from(LessonCompletion)
        with transaction(SYSTEM):
            return db.session.scalar(query.where(LessonCompletion.person_id.in_([one.id for one in who]))) or 0

    def differences(self, *who: Trainee) -> list[Any]:
        """What the second rule says otherwise than the ledger."""
        book, policies = Book(reading.dated()), reading.kept_policies()
        return [each for one in who for each in check(reading.material(one.id, policies), book).differences]

    def sql(self, statement: str, **values: Any) -> Any:
        """One value out of the tables."""
        with transaction(SYSTEM) as session:
            return session.scalar(text(statement), values)


def _password() -> str:
    if not _hashed:
        _hashed.append(secrets.hash_password(PASSWORD))
    return _hashed[0]


_hashed: list[str] = []


def lay_out(turn: Callable[[float], None], lines: Callable[[Trainee, str], Line], cast: cast_of.Cast) -> Ground:
    """Write the classes: `first` with L1 … L20, `again` with the content of L1 once more, `padded` with a padded file."""
    ground = Ground(turn, lines, cast)
    videos = {f"L{n}": _video(n, f"{n:064x}", HOUR_S) for n in range(1, LESSONS + 1)}
    _class(ground, "first", "2026-07", videos)
    _class(ground, "again", "2026-08", {"again L1": _video(1, f"{1:064x}", HOUR_S)})
    _class(ground, "elsewhere", "2026-08b", {"elsewhere L1": _video(1, f"{1:064x}", HOUR_S)}, OTHER_PLAN)
    _class(ground, "safety", "2026-08c", {"safety L1": _video(1, "5a" * 32, HOUR_S)}, SAFETY)
    _be_stricter()
    _class(ground, "strict", "2026-08f", {"strict L1": _video(1, "57" * 31 + "aa", HOUR_S)}, STRICT)
    _class(ground, "face", "2026-08e", {"face L1": _video(1, "fa" * 32, HOUR_S)}, BY_FACE)
    _class(ground, "stopped", "2026-08d", {"stopped L1": _video(1, "57" * 32, HOUR_S)})
    _class(ground, "padded", "2026-09", {"padded": {**_video(1, "ad" * 32, 1200), "declared_seconds": 5400}})
    quiz = {"quiz": {"number": 7, "title": "测一测", "kind": "quiz", "content_hash": "b" * 64, "quiz": QUIZ}}
    _class(ground, "pages", "2026-10", {f"P{n}": _pages(n, f"{900 + n:064x}") for n in range(1, 7)} | quiz)
    _class(ground, "pages again", "2026-11", {"again P5": _pages(5, f"{905:064x}")})
    _packages(ground)
    return ground


def _packages(ground: Ground) -> None:
    """Classes of packages: `scorm` with SCO, `cmi5` with AU, 45 minutes approved for each."""
    cast = ground.cast
    whose = packages.Whose(cast.organisations["anyi"], cast.liumin, cast.hequan)
    approved = {"approved_seconds": HOUR_S, "places": 18}
    sco, au = {**scos.lesson("S1"), **approved}, {**cmi5_world.an_au(1), **approved}
    block = {"id": "https://author.example/block/1", "title": "第一单元", "children": [{"au": 1}]}
    course = {"id": "https://author.example/course", "title": "水稻育秧", "children": [{"block": block}]}
    for name, format, lesson, structure in (("scorm", "scorm12", sco, scos.tree("S1")), ("cmi5", "cmi5", au, course)):
        members = {str(lesson["entry"]).partition("?")[0]: b"<!doctype html><title>P</title>"}
        ground.versions[name], [ground.lessons[name]] = packages.put(
            whose, format, members, [lesson], "approved", structure
        )
        open_class(ground, name, f"2026-12-{name}")


def _be_stricter() -> None:
    """From today on one programme asks for a proof of the second level, good for an hour; another voids what was too fast."""
    rows = {(BY_FACE, "identity_level"): 2, (BY_FACE, "identity_valid_minutes"): 60, (STRICT, "void_too_fast"): 1}
    where = {"jurisdiction": "4406", "effective_from": clock.today(), "source": "试", "confidence": "proposal"}
    with transaction(SYSTEM):
        for (programme, key), value in rows.items():
            db.session.add(Policy(key=key, value=value, programme_code=programme, **where))


def _video(number: int, content: str, seconds: int) -> dict[str, Any]:
    what = {
        "number": number,
        "title": f"第 {number} 讲",
        "kind": "video",
        "content_hash": content,
        "size_bytes": 9_000_000,
    }
    return {**what, "duration_ms": seconds * 1000, "approved_seconds": seconds}


def _pages(number: int, content: str) -> dict[str, Any]:
    what = {"number": number, "title": f"第 {number} 份讲义", "kind": "document", "content_hash": content}
    return {**what, "size_bytes": 90_000, "approved_seconds": HOUR_S, "places": 18, "entry": "讲义.pdf"}


def _class(
    ground: Ground, name: str, code: str, lessons: dict[str, dict[str, Any]], programme: str = RURAL_ECOMMERCE
) -> None:
    cast, tenant_id, place = ground.cast, ground.cast.organisations["anyi"], _place(programme)
    package_id, version_id = uuid4(), uuid4()
    what = {"title": f"开一家网店（{code}）", "programme_code": programme, "tenant_id": tenant_id, **place}
    upload = {"upload_token": uuid4(), "source": {}, "source_hash": version_id.hex, "uploaded_by": cast.liumin}
    rest = {"declared_seconds": HOUR_S, "report": {}, "content_hash": version_id.hex, "state": "checked"}
    with transaction(SYSTEM):
        db.session.add(Package(id=package_id, **what))
        db.session.flush()
        version = PackageVersion(id=version_id, package_id=package_id, number=1, **what, **upload, **rest)
        db.session.add(version)
        db.session.flush()
        for key, lesson in lessons.items():
            ground.lessons[key] = uuid4()
            whose = {"tenant_id": tenant_id, "version_id": version_id, **place}
            db.session.add(Lesson(id=ground.lessons[key], **whose, **lesson))
        db.session.flush()
        version.state, version.decided_by, version.decided_at = "approved", cast.hequan, clock.now()
    ground.versions[name] = version_id
    open_class(ground, name, code, programme)


def open_class(ground: Ground, name: str, code: str, programme: str = RURAL_ECOMMERCE, **terms: Any) -> None:
    """A class that an administrator has opened today for 700 days on the version of this name, unless `terms` say otherwise."""
    cast, tenant_id, today, place = ground.cast, ground.cast.organisations["anyi"], clock.today(), _place(programme)
    cohort_id, version_id = uuid4(), ground.versions[name]
    usual = {"starts_on": today, "ends_on": today + timedelta(days=700), "planned_class_hours": 2, "teacher": "刘敏"}
    filed = {"state": "open", "filed_at": clock.now(), "filed_by": cast.liumin, "opened_at": clock.now()}
    title = {"code": code, "title": f"农村电商 {code}", "place": "", "programme_code": programme, **place}
    with transaction(SYSTEM):
        db.session.add(
            Cohort(id=cohort_id, tenant_id=tenant_id, version_id=version_id, **{**usual, **filed, **title, **terms})
        )
        db.session.flush()
        registering.opened(CohortOpened(cohort_id, tenant_id, version_id, **place))
    ground.cohorts[name], ground.programmes[name] = cohort_id, programme


def _place(programme: str) -> dict[str, str]:
    return {"region_code": PLACE["region_code"], "plan_code": programme.partition("-")[0]}
