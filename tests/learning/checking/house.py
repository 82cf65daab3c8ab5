"""A house of its own, outside the suite: a PostgreSQL, the application, a class that has studied and was reviewed."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from lms import config
from lms.app import create_app
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.evidence import checkpoint_now
from lms.foundation.services import RunningPostgres, start_postgres
from lms.learning.actions import correcting, holding, proving
from lms.learning.checking import reading, rounds
from lms.learning.models import Registration, StudySession
from lms.learning.models.reviews import Anomaly
from lms.learning.rules.anomalies import Code, Found
from lms.learning.rules.holding import HoldState, Verdict
from lms.learning.rules.proofs import Method
from lms.plans import actions as plans
from tests.learning.checking.lives import attend, live
from tests.learning.classroom import Classroom, an_open_class
from tests.people import SYSTEM, bring_in

MORNING = timedelta(days=4)  # presence checks are put from 22 November 2026 on
PAGES = ({"approved_seconds": 600, "places": 6}, {"kind": "sco", "approved_seconds": 1200, "places": 0})


@contextmanager
def open_house() -> Iterator[tuple[Flask, RunningPostgres]]:
    """An empty house with the ten plans in force; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="lms-house-", dir="/tmp"))
    folder.chmod(0o711)
    postgres = start_postgres(folder)
    try:
        dsns = {"LMS_DATABASE_URL": postgres.app_url, "LMS_DATABASE_OWNER_URL": postgres.owner_url}
        (folder / "files").mkdir()
        app = create_app(config.load({"LMS_DATA": str(folder / "files"), "LMS_TESTING": "1", "LMS_DEMO": "1", **dsns}))
        app.extensions["wake"] = lambda job_id: None
        with app.app_context():
            upgrade()
            with transaction(SYSTEM):
                plans.load(*plans.read())
            yield app, postgres
            db.session.remove()
            db.engine.dispose()
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def a_reviewed_class(events: int = 25) -> Classroom:
    """Two people with films and pages, breaks, checks, proofs, a hold and what was decided of it, a correction; sealed."""
    clock.turn(MORNING)
    room = an_open_class(bring_in(), seconds=960, more=PAGES)
    for seed, key in ((1, "xiulan"), (3, "ahui")):
        _prove(room, key)
        live(room, key, seed, events)
        clock.turn(timedelta(hours=3))
        _study(room, key, random.Random(seed))
    _review(room)
    for _ in range(2):
        clock.turn(timedelta(hours=3))
        checkpoint_now()
        rounds.run("all", reading.everybody())
    checkpoint_now()
    return room


def _study(room: Classroom, key: str, dice: random.Random) -> None:
    """The whole film at true pace, with a beat each minute: more than goes by without a check whether somebody is there."""
    trainee = room.trainee(key)
    trainee.open(lesson_id=room.video_id)
    for minute in range(16):
        clock.turn(timedelta(minutes=1))
        answer = trainee.send(trainee.next(60 * minute, 60 * minute + 60))
        if answer.check:
            attend(dice, trainee, UUID(answer.check["id"]))


def _prove(room: Classroom, key: str) -> None:
    with transaction(SYSTEM) as session:
        proving.keep(session.get_one(Registration, room.registrations[key]), Method.CODE)


def _review(room: Classroom) -> None:
    """A session is held and released; time is taken by two people, and the trainee's appeal against that is answered."""
    people = room.people
    with transaction(SYSTEM):
        session = db.session.scalars(select(StudySession).where(StudySession.person_id == people.ahui)).first()
        holding._hold(session, Found(Code.INSPECTION, {}))
        held = db.session.scalars(select(Anomaly.id)).first()
    with transaction(people.principal("hequan")):
        holding.decide(held, verdict=HoldState.RELEASED, reason="打过电话，是本人", seen=0)
    row = next(row for row in room.rows("xiulan") if row.credited_ms >= 10_000 and row.check_id is None)
    with transaction(people.principal("liumin")):
        made = correcting.propose(row.id, -5_000, "本人说没有学这几秒")
    with transaction(people.principal("hequan")):
        correcting.decide(made, verdict=Verdict.GRANTED, reason="核对过，同意减")
