"""One of everything that an address can name, for the matrix of who may call what."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from lms.cohorts.actions import enrolling
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.learning.actions import quizzing
from lms.learning.checking import alarms
from lms.learning.checking.comparing import Difference
from lms.publishing import downloads
from lms.publishing import queries as publishing
from lms.publishing.actions import talks, uploads
from lms.publishing.models import PackageVersion
from lms.questions import queries as questions
from lms.subsidies import actions as subsidies
from lms.subsidies.sheets import asking
from tests.accounts import houses
from tests.accounts.papers import papers_of
from tests.accounts.registers_world import registers_of
from tests.accounts.signing_world import signing_of
from tests.cohorts.classes import a_version
from tests.inspections.looks import inspected
from tests.learning import packages
from tests.learning.classroom import RIGHT, Classroom, a_check, an_open_class
from tests.learning.face_house import an_ended_look
from tests.learning.media_world import a_paper, a_sound
from tests.learning.reviewed import reviews_of
from tests.lrs.world import records_of
from tests.people import PEOPLE, SYSTEM, Cast
from tests.publishing import trainings
from tests.questions.bank_sheets import a_bank

# A quiz is opened at another lesson than a video.
QUIZ_DOORS = {"learning.answers", "learning.result"}
# A package lesson is opened at another course, and looked at in another version, than a video.
PACKAGE_DOORS = {f"learning.{door}" for door in ("begin", "preview", "begin_preview", "hosts", "change_hosts")}
QUIZ_DOORS |= {
    f"lessons.{door}" for door in ("quiz", "pass_mark", "write", "rewrite", "move", "remove", "sheet", "preview")
}


@dataclass
class World:
    """Ids by the name that routes give them; all belong to the school anyi in 440606 and plan P06."""

    ids: dict[str, object]
    quiz_id: UUID
    waiting: UUID = field(default_factory=uuid4)
    published: UUID = field(default_factory=uuid4)
    package: dict[str, UUID] = field(default_factory=dict)

    def arguments(self, endpoint: str, names: set[str]) -> dict[str, object]:
        """Values for the arguments of a route; a name that is not here must be added."""
        found = {name: self.ids[name] for name in names}
        if endpoint in QUIZ_DOORS:
            found["lesson_id"] = self.quiz_id
        if endpoint in PACKAGE_DOORS:
            found |= {name: self.package[name] for name in names}
        if endpoint.startswith("organisations.") and "person_id" in names:
            found["person_id"] = self.ids["colleague_id"]
        if endpoint.startswith("publishing.") and "version_id" in names and "number" not in names:
            found["version_id"] = self.waiting
        if endpoint == "training.published":
            found["training_id"] = self.published
        return found


def build(cast: Cast) -> World:
    """A class in which xiulan is enrolled and ahui is not, its course, and what hangs on them."""
    room = an_open_class(cast, trainees=("xiulan",))
    registration_id = room.registrations["xiulan"]
    opened = room.trainee().open()
    administrator = cast.principal("hequan")
    with transaction(cast.principal("xiulan")):
        quizzing.answer(cast.xiulan, registration_id, room.quiz_id, 1, RIGHT)
    with transaction(administrator):
        export_id = subsidies.request_export(room.cohort_id, "masked", "", str(uuid4()), administrator)
        hours_sheet_id = asking.ask(asking.Wish("platform", room.cohort_id), str(uuid4()), administrator)
    ids: dict[str, object] = {
        "cohort_id": room.cohort_id,
        "version_id": room.version_id,
        "number": 1,
        "plan_code": "P06",
        "programme_code": "P06-rural_ecommerce",
        "token": "guessed",
        "old": 0,
        "new": 0,
    }
    ids |= {"registration_id": registration_id, "lesson_id": room.video_id, "session_id": opened.session_id}
    ids |= {"hours_sheet_id": hours_sheet_id, "scan_id": uuid4(), "difference_id": _a_difference(cast, room)}
    ids |= {"export_id": export_id, "import_id": _a_roster(cast, room)}
    ids |= {**houses.of_anyi(cast), "colleague_id": cast.liumin}
    ids |= records_of(cast, room)
    ids |= _a_bank(cast) | trainings.objects(cast) | {"course_id": room.version_id}
    ids |= signing_of(cast)
    ids |= registers_of(cast)
    ids |= papers_of(cast)
    ids |= {"paper_id": a_paper(room), "sound_id": a_sound(room)}
    ids |= reviews_of(cast, room)
    ids |= inspected(cast, room)
    ids["check_id"] = a_check(room)
    ids["face_id"] = an_ended_look(room)
    ids["upload_id"] = _an_upload(cast)
    waiting = _a_waiting_version(cast)
    ids |= _around(cast, waiting)
    return World(ids, room.quiz_id, waiting, trainings.approved(cast), package=packages.learnt(cast))


def _around(cast: Cast, version_id: UUID) -> dict[str, object]:
    """What hangs on a version that waits for review: a comment, a package being written."""
    with transaction(cast.principal("hequan")):
        thread_id = talks.begin(version_id, 0, "第 3 页的字太小")
    with transaction(cast.principal("liumin")):
        return {"thread_id": thread_id, "job_id": downloads.begin(publishing.version(version_id))}


def _an_upload(cast: Cast) -> UUID:
    with transaction(cast.principal("liumin")):
        return uploads.begin("package", "课程.zip", 10, "")


def _a_difference(cast: Cast, room: Classroom) -> UUID:
    one = Difference(room.cohort_id, None, 1, "2026-11-20", "credited_ms", "30000", "0")
    with transaction(SYSTEM):
        alarms.keep(cast.xiulan, [one])
        return alarms.alarms()[0].id


def _a_bank(cast: Cast) -> dict[str, UUID]:
    bank_id = a_bank(cast, finished=False)
    with transaction(SYSTEM):
        return {"bank_id": bank_id, "question_id": questions.page_of(bank_id, 1, 1)[0].id}


def _a_waiting_version(cast: Cast) -> UUID:
    version_id = a_version(cast, state="checked")
    with transaction(SYSTEM) as session:
        version = session.get_one(PackageVersion, version_id)
        version.state, version.submitted_at = "submitted", clock.now()
    return version_id


def _a_roster(cast: Cast, room: Classroom) -> UUID:
    clerk, ahui = cast.principal("liumin"), PEOPLE["ahui"]
    roster = enrolling.read(f"姓名,身份证号,手机号\n{ahui.name},{ahui.id_number},{ahui.phone}".encode())
    with transaction(clerk):
        kept = enrolling.seal(enrolling.compare(roster, room.cohort_id, clerk))
        return enrolling.keep(kept, room.cohort_id, "名单.csv", clerk)
