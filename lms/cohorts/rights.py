"""What classes owe a person: a copy of what rosters said, a reason why an account must wait, forgetting when it is erased."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from lms.accounts.events import PersonErased
from lms.cohorts.models import Cohort, Enrolment
from lms.cohorts.queries import Details
from lms.cohorts.rules import filing
from lms.cohorts.rules.filing import State
from lms.foundation import clock, secrets
from lms.foundation.database import db


def copy_of(person_id: UUID) -> dict[str, Any]:
    """The classes of a person, with what the roster said of them."""
    mine = select(Enrolment, Cohort).join(Cohort, Cohort.id == Enrolment.cohort_id)
    rows = db.session.execute(mine.where(Enrolment.person_id == person_id).order_by(Enrolment.created_at))
    return {"我的班级": [_class(enrolment, cohort) for enrolment, cohort in rows]}


def why_not_erase(person_id: UUID) -> str | None:
    """Hours of a class under way are on their way into a claim: its people are still being asked for."""
    mine = select(Cohort.title).join(Enrolment, Enrolment.cohort_id == Cohort.id)
    open_ones = mine.where(Enrolment.person_id == person_id, Cohort.state == State.OPEN)
    title = db.session.scalar(open_ones.order_by(Cohort.ends_on.desc()).limit(1))
    return f"“{title}”还没有结班，学时还在申领补贴，结班以后再来注销" if title else None


def forget(event: PersonErased) -> None:
    """Delete what rosters said of somebody beside being enrolled; the place in the class stays, under the pseudonym."""
    db.session.execute(update(Enrolment).where(Enrolment.person_id == event.person_id).values(details=None))


def _class(enrolment: Enrolment, cohort: Cohort) -> dict[str, Any]:
    details = _opened(enrolment)
    return {
        "班级": cohort.title,
        "编号": cohort.code,
        "开班": str(cohort.starts_on),
        "结班": str(cohort.ends_on),
        "状态": filing.WORDS[State(cohort.state)],
        "名单上的单位": details.employer,
        "名单上的户籍地": details.household,
        "名单上的备注": details.remark,
        "进班时间": f"{clock.local(enrolment.created_at):%Y-%m-%d %H:%M:%S}",
    }


def _opened(enrolment: Enrolment) -> Details:
    if enrolment.details is None:
        return Details()
    text = secrets.unseal("enrolment", "details", enrolment.id, enrolment.details)
    return msgspec.json.decode(text, type=Details)
