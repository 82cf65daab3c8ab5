"""Puts packages on the stage of a running platform: a version of given files, approved, and a class that learns it.

Run inside the platform's environment (House.environ): python -m tests.journeys.stages FOLDER …, where stage.json says
{"format", "lessons": [...], "structure", "phones": [...], "code"} and what lies beside it are the files of the package.
Prints for each {"version", "lessons": [...], "registrations": {phone: id}}.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import update

from lms.accounts import demo
from lms.app import create_app
from lms.foundation.database import db, transaction
from lms.learning.models import Registration
from tests.journeys.house import ROOT, House
from tests.learning.packages import Whose, open_class, put
from tests.people import SYSTEM

TOLD = "stage.json"


@dataclass(frozen=True)
class Stage:
    """What was put there: ids as text, registrations by the phone of the trainee."""

    version: str
    lessons: list[str]
    registrations: dict[str, str]

    def address(self, phone: str, lesson: int = 1) -> str:
        """Where a trainee's page of a lesson is."""
        return f"/learn/courses/{self.registrations[phone]}/lessons/{self.lessons[lesson - 1]}"


def put_on(house: House, *told: tuple[Path, dict[str, Any]]) -> list[Stage]:
    """Put folders of files on a house's stage, each with what stage.json says of it."""
    for folder, words in told:
        (folder / TOLD).write_text(json.dumps(words))
    command = [sys.executable, "-m", "tests.journeys.stages", *(str(folder) for folder, _ in told)]
    done = subprocess.run(
        command, cwd=ROOT, env=house.environ, text=True, capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [Stage(**json.loads(line)) for line in done.stdout.splitlines()[-len(told) :]]


def main(*folders: Path) -> None:
    """Do it, inside the platform's environment."""
    with create_app().app_context():
        ids = demo.bring_in()
        for folder in folders:
            print(json.dumps(_put(folder, ids)))


def _put(folder: Path, ids: dict[str, UUID]) -> dict[str, Any]:
    told = json.loads((folder / TOLD).read_text())
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != TOLD)
    members = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    whose = Whose(ids[demo.SCHOOL], ids["刘敏"], ids["何泉"])
    version_id, lessons = put(whose, told["format"], members, told["lessons"], "approved", told.get("structure"))
    people = {role.phone: ids[role.name] for role in demo.ROLES if role.phone in told["phones"]}
    registrations = open_class(whose, version_id, list(people.values()), told["code"])
    _stand_back(list(registrations.values()))
    found = {phone: str(registrations[person_id]) for phone, person_id in people.items()}
    return {"version": str(version_id), "lessons": [str(one) for one in lessons], "registrations": found}


def _stand_back(registrations: list[UUID]) -> None:
    """The class of the demonstration stays the newest: other journeys find it first."""
    long_ago = (
        update(Registration)
        .where(Registration.id.in_(registrations))
        .values(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    )
    with transaction(SYSTEM):
        db.session.execute(long_ago)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
