"""我的学习记录: what the platform keeps of somebody, in plain words, for themself."""

from typing import Any
from uuid import UUID

from flask import render_template, request

from lms.accounts.actions import audit
from lms.foundation.database import transaction
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.lrs import outlook, reading
from lms.lrs.routes.browsing import as_file
from lms.lrs.routes.pages import pages
from lms.lrs.rules.parameters import Question


@pages.get("/me/records")
@allow(Permission.LESSON_STUDY)
def mine() -> Any:
    """What I did, day by day, newest first."""
    before = request.args.get("before", type=int)
    with transaction(current()):
        found = reading.merged(_my_tenants(), Question(agent=reading.agent_of(current().person()), cursor=before))
    return render_template("lrs/mine.html", found=found, first=before is None)


@pages.get("/me/records.jsonl")
@allow(Permission.LESSON_STUDY)
def my_file() -> Any:
    """My whole record as JSON Lines."""
    person_id = current().person()
    with transaction(current()):
        parts = [(tenant_id, Question(agent=reading.agent_of(person_id))) for tenant_id in _my_tenants()]
        audit("record:export", subject=f"person {person_id}", reason="本人下载")
    return as_file(reading.stream(current(), parts), person_id)


def _my_tenants() -> list[UUID]:
    return sorted({place.tenant_id for place in outlook.outlook().places(current().person())})
