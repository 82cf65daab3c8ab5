"""An open class of the school anyi with one video and one quiz, and trainees who send beats to it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from lms.cohorts.events import CohortOpened, PeopleEnrolled
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.principal import Principal
from lms.learning.actions import beating, launching, presence, registering
from lms.learning.models import HourLedger, Registration, StudySession
from lms.learning.rules.deliveries import Sent
from lms.learning.rules.segments import Why
from lms.learning.rules.stretches import tidy
from lms.plans.models import Policy
from lms.plans.rules import HourPolicy
from lms.publishing.models import Lesson, Package, PackageVersion
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast

PLACE = {"region_code": "440606", "plan_code": "P06"}
CONTENT = "c0" * 32

QUIZ = {
    "pass_percent": 60,
    "questions": [
        {
            "kind": "single",
            "text": "拍水果用哪种光",
            "options": ["窗边的光", "头顶的灯", "闪光灯"],
            "answer": [0],
            "explanation": "窗边的光软，颜色准。",
        },
        {
            "kind": "judge",
            "text": "照片要擦干净镜头再拍",
            "options": ["对", "不对"],
            "answer": [0],
            "explanation": "手机镜头容易沾手印。",
        },
        {
            "kind": "multiple",
            "text": "标题里要写什么",
            "options": ["产地", "品种", "骂同行"],
            "answer": [0, 1],
            "explanation": "写清产地和品种。",
        },
        {
            "kind": "single",
            "text": "坏果怎么办",
            "options": ["不理", "按约定赔"],
            "answer": [1],
            "explanation": "说到做到，回头客多。",
        },
        {
            "kind": "judge",
            "text": "发货前要挑一遍果",
            "options": ["对", "不对"],
            "answer": [0],
            "explanation": "一箱里一个坏果，会坏一片。",
        },
    ],
}
RIGHT = {1: [0], 2: [0], 3: [0, 1], 4: [1], 5: [0]}


@dataclass
class Classroom:
    """The ids of a class; `registrations` by the trainee's key."""

    people: Cast
    cohort_id: UUID
    version_id: UUID
    video_id: UUID
    quiz_id: UUID
    registrations: dict[str, UUID] = field(default_factory=dict)
    lessons: list[UUID] = field(default_factory=list)

    def trainee(self, key: str = "xiulan") -> "Trainee":
        """A trainee of the class who has not opened a lesson yet."""
        return Trainee(self, self.people.principal(key), self.registrations[key])

    def rows(self, key: str = "xiulan") -> list[HourLedger]:
        """The trainee's rows of the ledger, in order."""
        with transaction(SYSTEM):
            query = select(HourLedger).where(HourLedger.person_id == self.people.ids[key]).order_by(HourLedger.id)
            return list(db.session.scalars(query))

    def credited_s(self, key: str = "xiulan") -> float:
        """Seconds that the ledger holds for the trainee."""
        return sum(row.credited_ms for row in self.rows(key)) / 1000

    def change(self, **values: object) -> None:
        """Write into the class behind everybody's back."""
        with transaction(SYSTEM):
            db.session.execute(update(Cohort).where(Cohort.id == self.cohort_id).values(**values))


@dataclass
class Trainee:
    """One trainee on one device; seconds are turned on the clock of the server."""

    room: Classroom
    principal: Principal
    registration_id: UUID
    session_id: UUID | None = None
    seq: int = 0
    place_s: float = 0

    def open(self, device: str = "phone", lesson_id: UUID | None = None) -> launching.Launched:
        """Open the video."""
        with transaction(self.principal):
            found = launching.launch(
                self.principal.person(), self.registration_id, lesson_id or self.room.video_id, device, "203.0.113.7"
            )
        self.session_id, self.seq, self.place_s = found.session_id, 0, found.position_ms / 1000
        return found

    def next(self, start_s: float, end_s: float, why: Why = Why.TICK) -> Sent:
        """The next beat, not sent yet."""
        self.seq += 1
        claimed = tidy([(round(start_s * 1000), round(end_s * 1000))])
        self.place_s = end_s
        id, position_ms = uuid4(), round(end_s * 1000)
        body = {"id": str(id), "seq": self.seq, "why": why, "position_ms": position_ms, "stretches": claimed}
        return Sent(id, self.seq, claimed, position_ms, why, json.dumps(body))

    def at(self, place: str | None, why: Why = Why.TICK, hidden: bool = False) -> Sent:
        """The next beat of a lesson without a timeline, not sent yet."""
        self.seq += 1
        id = uuid4()
        body = {"id": str(id), "seq": self.seq, "why": why, "place": place, "hidden": hidden}
        return Sent(id, self.seq, (), 0, why, json.dumps(body), place, hidden)

    def stay(self, place: str | None, seconds: float, every_s: float = 30) -> beating.Answer | None:
        """Go to a place and stay there with a beat each interval."""
        answer, left = self.send(self.at(place, Why.START)), seconds
        while left > 0:
            clock.turn(timedelta(seconds=min(left, every_s)))
            answer, left = self.send(self.at(place)), left - every_s
        return answer

    def send(self, *beats: Sent) -> beating.Answer:
        """Deliver beats."""
        with transaction(self.principal):
            return beating.record(self.principal.person(), self.session_id, beats, "203.0.113.7")

    def watch(self, start_s: float, end_s: float, every_s: float = 30, why: Why = Why.TICK) -> beating.Answer | None:
        """Watch a stretch at true pace with a beat each interval; the last one carries `why`."""
        place, answer = start_s, None
        while place < end_s:
            to = min(end_s, place + every_s)
            clock.turn(timedelta(seconds=to - place))
            answer = self.send(self.next(place, to, why if to == end_s else Why.TICK))
            place = to
        return answer


PAGES = {"title": "看懂订单", "kind": "document", "places": 18, "approved_seconds": 2700}


def an_open_class(
    people: Cast, trainees: Sequence[str] = ("xiulan", "ahui"), seconds: int = 600, more: Sequence[dict] = ()
) -> Classroom:
    """A class that an administrator has opened, with the trainees enrolled and registered.

    `more` are lessons after the video and the quiz: what each has other than PAGES, under `lessons` of the class.
    """
    tenant_id = people.organisations["anyi"]
    version_id, video_id, quiz_id, *lessons = _a_version(people, tenant_id, seconds, more)
    cohort_id, today = uuid4(), clock.today()
    terms = {"starts_on": today, "ends_on": today + timedelta(days=60), "planned_class_hours": 2, "teacher": "刘敏"}
    filed = {"state": "open", "filed_at": clock.now(), "filed_by": people.liumin, "opened_at": clock.now()}
    what = {"code": "2026-07", "title": "农村电商第 7 期", "place": "", "programme_code": RURAL_ECOMMERCE, **PLACE}
    with transaction(SYSTEM):
        db.session.add(Cohort(id=cohort_id, tenant_id=tenant_id, version_id=version_id, **terms, **filed, **what))
        db.session.flush()
        for key in trainees:
            db.session.add(Enrolment(tenant_id=tenant_id, cohort_id=cohort_id, person_id=people.ids[key], **PLACE))
        db.session.flush()
        registering.opened(CohortOpened(cohort_id, tenant_id, version_id, **PLACE))
        rows = db.session.execute(select(Registration.person_id, Registration.id))
        ids = {person_id: registration_id for person_id, registration_id in rows}  # noqa: C416 - a Result is no mapping
    registrations = {key: ids[people.ids[key]] for key in trainees}
    return Classroom(people, cohort_id, version_id, video_id, quiz_id, registrations, lessons)


def policy(**values: int) -> None:
    """Put policies of hours in force from the beginning of the month, for every programme."""
    said = {"jurisdiction": "44", "source": "test", "confidence": "proposal", "effective_from": date(2026, 11, 1)}
    with transaction(SYSTEM):
        for key, value in values.items():
            db.session.execute(insert(Policy).values(key=key, value=value, **said))


def a_check(room: Classroom, key: str = "xiulan") -> UUID:
    """A presence check that was put to a trainee's newest session, and is not the open one."""
    with transaction(SYSTEM):
        query = select(StudySession).where(StudySession.person_id == room.people.ids[key])
        session = db.session.scalars(query.order_by(StudySession.launched_at.desc()).limit(1)).one()
        asked = presence._made(session.person_id, POLICY, clock.now())
        presence.put(session, asked)
        return asked.id


POLICY = HourPolicy(2700, 8, 100, 30, 90, 60, 0, 95, 60, presence_mean_s=720, presence_least_s=360, presence_most_s=900)


def enrol(room: Classroom, key: str) -> None:
    """Somebody joins the open class."""
    tenant_id = room.people.organisations["anyi"]
    with transaction(SYSTEM):
        db.session.add(
            Enrolment(tenant_id=tenant_id, cohort_id=room.cohort_id, person_id=room.people.ids[key], **PLACE)
        )
        db.session.flush()
        registering.enrolled(
            PeopleEnrolled(room.cohort_id, tenant_id, room.version_id, **PLACE, person_ids=(room.people.ids[key],))
        )


def _a_version(people: Cast, tenant_id: UUID, seconds: int, more: Sequence[dict]) -> list[UUID]:
    package_id, version_id, video_id, quiz_id = (uuid4() for _ in range(4))
    what = {"title": "开一家网店", "programme_code": RURAL_ECOMMERCE, "tenant_id": tenant_id, **PLACE}
    whose = {"tenant_id": tenant_id, "version_id": version_id, **PLACE}
    upload = {"upload_token": uuid4(), "source": {}, "source_hash": version_id.hex, "uploaded_by": people.liumin}
    rest = {"declared_seconds": seconds, "report": {}, "content_hash": version_id.hex, "state": "checked"}
    video = {"kind": "video", "duration_ms": seconds * 1000, "approved_seconds": seconds, "content_hash": CONTENT}
    with transaction(SYSTEM):
        db.session.add(Package(id=package_id, **what))
        db.session.flush()
        version = PackageVersion(id=version_id, package_id=package_id, number=1, **what, **upload, **rest)
        db.session.add(version)
        db.session.flush()
        db.session.add(Lesson(id=video_id, number=1, title="拍好产品照片", size_bytes=9_000_000, **whose, **video))
        db.session.add(
            Lesson(id=quiz_id, number=2, title="学完测一测", kind="quiz", content_hash="b" * 64, quiz=QUIZ, **whose)
        )
        lessons = [
            Lesson(id=(id := uuid4()), number=n, content_hash=id.hex * 2, **whose) for n in range(3, 3 + len(more))
        ]
        for lesson, what in zip(lessons, more, strict=True):
            for name, value in {**PAGES, **what}.items():
                setattr(lesson, name, value)
        db.session.add_all(lessons)
        db.session.flush()
        version.state, version.decided_by, version.decided_at = "approved", people.hequan, clock.now()
    return [version_id, video_id, quiz_id, *(lesson.id for lesson in lessons)]
