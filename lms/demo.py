"""`lms demo`: the ten plans, made-up people, built-in courses and open classes, so that each role has work to do.

The first course is there when the platform opens; the others are made one lesson after another by the worker, each step
a short job that queues the next, so that uploads get their turn and a killed worker loses one lesson at most.
"""

import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import click
from flask.cli import with_appcontext

from courses import catalogue
from lms.accounts import demo
from lms.accounts import queries as accounts
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import enrolling, filing
from lms.cohorts.rules.filing import Terms
from lms.config import CHECKOUT, settings
from lms.foundation import clock, jobs
from lms.foundation.database import transaction
from lms.foundation.jobs import RunningJob, handles
from lms.foundation.principal import Principal
from lms.plans import actions as plans
from lms.publishing import builtin, examples

FILL = "demo.catalogue"
FILLING = "制作内置课"
LONGEST_SECONDS = 1800
ROSTER = "花名册.csv"


@dataclass(frozen=True)
class Opening:
    """A class to be opened for a built-in course; hours are class hours."""

    code: str
    title: str
    planned_class_hours: int = 0


OPENINGS = {
    "p06/rural_ecommerce": Opening("NCDS-2026-01", "农村电商入门（第1期）"),
    "p03/elderly_care": Opening("YLHL-2026-01", "养老护理员初级（第1期）", 10),
}


@click.command("demo")
@with_appcontext
def command() -> None:
    """Load the plans, the built-in course, demo people and an open class; print how to sign in. Safe to repeat."""
    data = plans.read()
    with transaction(demo.stage):
        plans.load(*data)
    ids = demo.bring_in()
    publisher = builtin.Publisher(ids[demo.SCHOOL], ids["刘敏"], ids["何泉"])
    _open(catalogue.COURSES[0], publisher)
    examples.bring_in(*(_principal(ids[name]) for name in ("刘敏", "郭凤", "何泉")))
    if settings().whole_catalogue and len(catalogue.COURSES) > 1:
        _queue_rest(publisher)
    for line in _how_to_sign_in():
        click.echo(line)


def _open(name: str, publisher: builtin.Publisher) -> None:
    """Publish a built-in course, made where it is not yet, and open the class that belongs to it."""
    version_id = builtin.publish(catalogue.build(settings().data / "catalogue", name=name), publisher)
    if name in OPENINGS:
        clerk, administrator = _principal(publisher.uploader_id), _principal(publisher.reviewer_id)
        _open_class(OPENINGS[name], version_id, clerk, administrator)


@dataclass(frozen=True)
class Step:
    """One step of making the rest: a lesson of a course, or, after its last one, the course's publication."""

    course: str
    lesson: str | None


def steps() -> tuple[Step, ...]:
    """What is made in the background, in order."""
    return tuple(step for name in catalogue.COURSES[1:] for step in _steps_of(catalogue.read_course(name)))


def _steps_of(course: catalogue.CourseSource) -> list[Step]:
    return [*(Step(course.name, lesson) for lesson in course.lessons), Step(course.name, None)]


def _queue_rest(publisher: builtin.Publisher) -> None:
    """Begin with the first step, once for each state of the catalogue and each set of people."""
    arguments = {
        "step": 0,
        "tenant": str(publisher.tenant_id),
        "uploader": str(publisher.uploader_id),
        "reviewer": str(publisher.reviewer_id),
        "state": _state_of_the_catalogue(),
    }
    with transaction(demo.stage):
        _queue(arguments)


def _queue(arguments: dict[str, Any]) -> None:
    jobs.enqueue(FILL, arguments, key=f"{arguments['state']}:{arguments['step']}", title=FILLING)


def _state_of_the_catalogue() -> str:
    versions = [catalogue.version_of(step.lesson) for step in steps() if step.lesson]
    return sha256("".join(versions).encode()).hexdigest()[:16]


@handles(FILL)
def fill(job: RunningJob) -> None:
    """Make one lesson or publish one course, then queue the next step. Done before, it takes a moment."""
    all_steps, number = steps(), int(job.arguments["step"])
    if number < len(all_steps):
        job.progress(number, len(all_steps), FILLING)
        _take(all_steps[number], job)
    with job.finish():
        if number + 1 < len(all_steps):
            _queue({**job.arguments, "step": number + 1})


def _take(step: Step, job: RunningJob) -> None:
    if step.lesson is None:
        people = (UUID(job.arguments[who]) for who in ("tenant", "uploader", "reviewer"))
        _open(step.course, builtin.Publisher(*people))
        return
    make_apart(step.lesson)


def make_apart(lesson: str) -> None:
    """Make a lesson in a process of its own: it gives way to everyone, which a worker that serves people next may not."""
    command = [sys.executable, "-m", "courses.catalogue", str(settings().data / "catalogue"), lesson]
    subprocess.run(command, cwd=CHECKOUT, check=True, timeout=LONGEST_SECONDS)  # noqa: S603 - our own program


def _principal(person_id: UUID) -> Principal:
    with transaction(demo.stage):
        account = accounts.account(person_id)
    if account is None:
        raise LookupError(person_id)
    return account.principal


def _open_class(opening: Opening, version_id: UUID, clerk: Principal, administrator: Principal) -> None:
    """File a class with two trainees and open it, by the same steps as on the pages."""
    with transaction(clerk):
        if any(view.code == opening.code for view in cohorts.cohorts_of_tenant(clerk.tenant())):
            return
        cohort_id = filing.create(_terms(opening, version_id), clerk)
    _enrol(cohort_id, clerk)
    with transaction(clerk):
        filing.file(cohort_id, clerk)
    with transaction(administrator):
        filed_at = cohorts.cohort_in_scope(cohort_id, administrator).filed_at
        assert filed_at is not None
        filing.decide(cohort_id, approve=True, reason="材料齐全", seen_at=filed_at, principal=administrator)


def _terms(opening: Opening, version_id: UUID) -> Terms:
    today = clock.today()
    return Terms(
        code=opening.code,
        title=opening.title,
        version_id=version_id,
        starts_on=today,
        ends_on=today + timedelta(days=60),
        planned_class_hours=opening.planned_class_hours,
        teacher="刘敏",
        place="顺德区均安镇文化站",
    )


def _enrol(cohort_id: UUID, clerk: Principal) -> None:
    trainees = [(n, role) for n, role in enumerate(demo.ROLES) if role.organisation is None]
    rows = [f"{role.name},{demo.id_number(role, n)},{role.phone}" for n, role in trainees]
    roster = enrolling.read("\n".join(["姓名,身份证号,手机号", *rows]).encode())
    with transaction(clerk):
        found = enrolling.compare(roster, cohort_id, clerk)
    kept = enrolling.seal(found)
    with transaction(clerk):
        import_id = enrolling.keep(kept, cohort_id, ROSTER, clerk)
    prepared = enrolling.prepare(import_id, found)
    with transaction(clerk):
        enrolling.confirm(prepared, cohort_id, clerk)


def _how_to_sign_in() -> list[str]:
    told = [f"  {role.phone}  {role.says}（{role.name}）" for role in demo.ROLES]
    return [f"用手机号登录，验证码显示在屏幕上（单位账号还有一道动态码，也在屏幕上）；密码都是 {demo.PASSWORD}", *told]
