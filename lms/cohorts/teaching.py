"""Questions about what a class teaches: the package version with its programme and the study time that was approved."""

from dataclasses import dataclass
from uuid import UUID

from lms.accounts import queries as accounts
from lms.cohorts.queries import CohortView
from lms.cohorts.rules.filing import most_class_hours
from lms.foundation import clock
from lms.foundation.errors import Refused
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.plans.queries import Programme
from lms.plans.rules import NoPolicy
from lms.publishing import queries as publishing
from lms.publishing.queries import LessonView, VersionView
from lms.publishing.rules import State


@dataclass(frozen=True)
class Choice:
    """A published version that a class may be filed with; `most` is in class hours."""

    id: UUID
    words: str
    most: int


@dataclass(frozen=True)
class Teaching:
    """What a class learns; seconds are approved study time, `most` the class hours they allow.

    `remote_open` is False where a plan teaches at a distance in pilot cities alone and this is none (L378).
    """

    version: VersionView
    lessons: tuple[LessonView, ...]
    programme: Programme
    approved_seconds: int
    most: int
    remote_open: bool


def choices() -> list[Choice]:
    """The versions that the current principal's institution may teach with."""
    tenant_id = current().tenant()
    region = accounts.organisation(tenant_id).region_code
    approved = [v for v in publishing.versions_of_tenant(tenant_id) if v.state == State.APPROVED]
    stand = publishing.standings({version.id for version in approved})
    listed = (v for v in approved if v.id not in stand or not stand[v.id].withdrawn)
    return [_choice(version, region) for version in listed]


def _choice(version: VersionView, region_code: str) -> Choice:
    hour = class_hour_seconds(version.programme_code, region_code)
    most = most_class_hours(approved_seconds(version.id), hour)
    return Choice(version.id, f"{version.title}，第 {version.number} 版，最多 {most} 学时", most)


def taught_in(cohort: CohortView) -> Teaching:
    """What a class learns, for its pages."""
    lessons = tuple(publishing.lessons(cohort.version_id))
    seconds = sum(lesson.approved_seconds or 0 for lesson in lessons)
    hour = class_hour_seconds(cohort.programme_code, cohort.region_code)
    programme = plans.programme(cohort.programme_code)
    remote = plans.remote_open(cohort.plan_code, cohort.region_code, cohort.starts_on)
    version, most = publishing.version(cohort.version_id), most_class_hours(seconds, hour)
    return Teaching(version, lessons, programme, seconds, most, remote)


def approved_seconds(version_id: UUID) -> int:
    """The study time that was approved for all lessons of a version."""
    return sum(lesson.approved_seconds or 0 for lesson in publishing.lessons(version_id))


def class_hour_seconds(programme_code: str, region_code: str) -> int:
    """How long a class hour is today, by the policy in force; raises Refused where there is none."""
    try:
        return plans.hour_policy(programme_code, clock.today(), region_code).class_hour_seconds
    except NoPolicy:
        raise Refused("这个项目今天还没有学时规定，先问主管部门", field="version_id") from None
