"""A class that has studied, and the export of it, in the tables."""

from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import create_engine, text

from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.subsidies import actions, queries
from lms.subsidies.queries import ExportView
from tests.learning.classroom import Classroom, an_open_class
from tests.people import SYSTEM, Cast


def a_studied_class(people: Cast) -> Classroom:
    """xiulan watches six minutes, a part of them twice; ahui one minute on a desktop."""
    room = an_open_class(people)
    xiulan, ahui = room.trainee("xiulan"), room.trainee("ahui")
    xiulan.open("phone")
    xiulan.watch(0, 300)
    xiulan.watch(240, 360)
    ahui.open("desktop")
    ahui.watch(0, 60)
    return room


def ask(people: Cast, room: Classroom, key: str = "hequan", identity: str = "masked", reason: str = "") -> UUID:
    """Somebody asks for an export."""
    principal = people.principal(key)
    with transaction(principal):
        return actions.request_export(room.cohort_id, identity, reason, str(uuid4()), principal)


def done(export_id: UUID) -> tuple[ExportView, jobs.Job]:
    """Run the job of an export, and see what came of it."""
    with transaction(SYSTEM):
        job_id = queries.export(export_id).job_id
    assert job_id is not None
    jobs.run(job_id)
    with transaction(SYSTEM):
        return queries.export(export_id), jobs.find(job_id)


def kept(app, key: str, folder: Path) -> Path:  # type: ignore[no-untyped-def]
    """A file of the storage, copied to a folder."""
    path = folder / f"{uuid4().hex}{Path(key).suffix}"
    with app.extensions["storage"].open(key) as stream:
        path.write_bytes(stream.read())
    return path


def sabotage(superuser_url: str, *statements: str) -> None:
    """What only somebody with the superuser's password can do: change rows behind triggers and policies."""
    engine = create_engine(superuser_url)
    with engine.begin() as connection:
        connection.execute(text("set session_replication_role = replica"))
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0, statement
    engine.dispose()
