"""An open class whose course is a SCORM package, and a trainee's browser as the content host sees it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.cohorts.events import CohortOpened
from lms.cohorts.models import Cohort, Enrolment
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.actions import opening, registering
from lms.learning.models import Registration, ScormAttempt, ScormCommit, ScormNote
from lms.publishing.links import label_of
from tests.learning import packages
from tests.learning.classroom import PLACE
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast

PAGE = b"<!doctype html><title>SCO</title><p>SCO</p>"


def lesson(item: str = "S1", **settings: Any) -> dict[str, Any]:
    """A lesson as the reader of manifests writes it."""
    own = {"item": item, "scorm_type": "sco", "edition": "1.2", "objectives": [], "prerequisites": "", **settings}
    return {"kind": "sco", "entry": f"{item}.html?who=1", "identifier": item, "settings": own, "title": f"课 {item}"}


def tree(*items: str, **sequencing: Any) -> dict[str, Any]:
    """The structure of a course whose items stand side by side."""
    nodes = [
        {
            "identifier": item,
            "title": f"课 {item}",
            "visible": True,
            "lesson": number,
            "sequencing": {},
            "completion_threshold": None,
            "items": [],
        }
        for number, item in enumerate(items, 1)
    ]
    return {"organization": "ORG", "title": "水稻育秧", "lesson": None, "sequencing": sequencing, "items": nodes}


@dataclass
class ScoRoom:
    """A class with xiulan and ahui in it, and the lessons of its course."""

    people: Cast
    cohort_id: UUID
    version_id: UUID
    lessons: list[UUID]
    registrations: dict[str, UUID] = field(default_factory=dict)

    def attempts(self, key: str = "xiulan", lesson: int = 0) -> list[ScormAttempt]:
        """The attempts of a trainee at a lesson, in order."""
        mine = (
            ScormAttempt.registration_id == self.registrations[key],
            ScormAttempt.lesson_id == self.lessons[lesson],
        )
        with transaction(SYSTEM):
            found = list(db.session.scalars(select(ScormAttempt).where(*mine).order_by(ScormAttempt.number)))
            for row in found:
                db.session.expunge(row)
            return found

    def log(self) -> list[ScormCommit]:
        """Every commit that was kept, in order."""
        with transaction(SYSTEM):
            order = (ScormCommit.attempt_id, ScormCommit.run, ScormCommit.sequence)
            return list(db.session.scalars(select(ScormCommit).order_by(*order)))

    def notes(self) -> list[ScormNote]:
        """What did not go in, in order."""
        with transaction(SYSTEM):
            return list(db.session.scalars(select(ScormNote).order_by(ScormNote.id)))


def an_open_course(
    people: Cast,
    standard: str = "scorm12",
    lessons: list[dict[str, Any]] | None = None,
    structure: Any = None,
    page: bytes = PAGE,
) -> ScoRoom:
    """A class that was opened, with two trainees, on a package of SCOs."""
    lessons = lessons or [lesson()]
    structure = structure or tree(*(one["identifier"] for one in lessons))
    members = {one["entry"].partition("?")[0]: page for one in lessons}
    room = packages.a_package(people, standard, members, lessons, "approved", structure)
    tenant_id, cohort_id, today = people.organisations["anyi"], uuid4(), clock.today()
    terms = {"starts_on": today, "ends_on": today + timedelta(days=60), "planned_class_hours": 2, "teacher": "刘敏"}
    filed = {"state": "open", "filed_at": clock.now(), "filed_by": people.liumin, "opened_at": clock.now()}
    what = {"code": "2026-08", "title": "水稻育秧第 8 期", "place": "", "programme_code": RURAL_ECOMMERCE, **PLACE}
    with transaction(SYSTEM):
        db.session.add(Cohort(id=cohort_id, tenant_id=tenant_id, version_id=room.version_id, **terms, **filed, **what))
        db.session.flush()
        for key in ("xiulan", "ahui"):
            db.session.add(Enrolment(tenant_id=tenant_id, cohort_id=cohort_id, person_id=people.ids[key], **PLACE))
        db.session.flush()
        registering.opened(CohortOpened(cohort_id, tenant_id, room.version_id, **PLACE))
        mine = select(Registration.person_id, Registration.id).where(Registration.cohort_id == cohort_id)
        ids = {row[0]: row[1] for row in db.session.execute(mine)}
    registrations = {key: ids[people.ids[key]] for key in ("xiulan", "ahui")}
    return ScoRoom(people, cohort_id, room.version_id, room.lessons, registrations)


@dataclass
class Shell:
    """The shell of a SCO as the server sees it: what it posts, numbered as its sender numbers it."""

    client: FlaskClient
    host: str
    token: str
    run: int = 0
    sequence: int = 0
    data: dict[str, str] = field(default_factory=dict)
    attempt: str | None = None
    frame: str = ""

    def post(self, door: str, body: object, kind: str = "application/json") -> TestResponse:
        """What a door answers; a body that is bytes goes as it is."""
        data = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self.client.post(
            f"/_rt/{self.token}/{door}", data=data, content_type=kind, headers={"Host": self.host, "User-Agent": "手机"}
        )

    def start(self, kept: object = None) -> "Shell":
        """Open the SCO."""
        answer = self.post("start", {"kept": kept})
        assert answer.status_code == 200, answer.text
        told = answer.get_json()
        self.run, self.data, self.attempt, self.frame = told["run"], told["data"], told["attempt"], told["frame"]
        self.sequence = 0
        return self

    def save(self, cmi: dict[str, Any], event: str = "commit", **more: Any) -> TestResponse:
        """The next commit."""
        self.sequence += 1
        return self.again(cmi, event, **more)

    def again(self, cmi: dict[str, Any], event: str = "commit", **more: Any) -> TestResponse:
        """A commit with the number of the last one."""
        body = {"run": self.run or None, "commitSequence": self.sequence, "event": event, "cmi": cmi, **more}
        return self.post("commit", body)


def opened(room: ScoRoom, client: FlaskClient, key: str = "xiulan", lesson: int = 0) -> Shell:
    """The shell of a SCO that a trainee has opened from the course page; not started yet."""
    person = room.people.principal(key)
    with transaction(person):
        found = opening.open_lesson(
            person.person(), room.registrations[key], room.lessons[lesson], "phone", "203.0.113.7"
        )
    return Shell(client, f"{label_of(room.version_id)}.content.lms.localhost:8000", found.token)


def previewed(room: ScoRoom, client: FlaskClient, mode: str = "Normal") -> Shell:
    """The shell of a SCO that a clerk looks at before it is published."""
    clerk = room.people.principal("liumin")
    with transaction(clerk):
        found = opening.preview(room.version_id, room.lessons[0], mode, person_id=clerk.person())
    return Shell(client, f"{label_of(room.version_id)}.content.lms.localhost:8000", found.token)


def cmi12(status: str = "incomplete", **more: str) -> dict[str, Any]:
    """Elements of SCORM 1.2 as scorm-again renders them."""
    core = {"lesson_status": status, "lesson_location": more.pop("location", ""), "exit": more.pop("exit", "")}
    core |= {"total_time": more.pop("total_time", "00:00:00"), "score": {"raw": more.pop("raw", ""), "max": "100"}}
    return {"core": core, "suspend_data": more.pop("suspend_data", ""), **more}
