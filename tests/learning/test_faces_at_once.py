"""Looks at faces that end at the same moment, from threads with connections of their own and real commits."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.accounts.actions import consents
from lms.accounts.rules import consents as texts
from lms.accounts.rules.consents import Purpose
from lms.accounts.rules.faces import Finding, Outcome, Started
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict
from lms.learning.actions import facing
from lms.learning.models import IdentityProof, Registration
from lms.learning.rules.faces import Ending
from tests.conftest import NOON
from tests.learning.classroom import an_open_class
from tests.learning.test_two_at_once import all_at_once
from tests.people import SYSTEM, bring_in


@pytest.fixture
def room(live_app):
    clock.freeze(NOON)
    yield an_open_class(bring_in())
    clock.reset()


class Look:
    """A look that has begun, and how it ends."""

    def __init__(self, room, key, picture=b"a picture"):
        self.principal, self.registration_id = room.people.principal(key), room.registrations[key]
        self.id, self.finding = uuid4(), Finding(Outcome.PASSED, "0", 96.0, picture)
        version = texts.current(Purpose.FACE_TENCENT).version
        with transaction(self.principal):
            consents.give(Purpose.FACE_TENCENT, version, self.principal)
            started = Started(self.id.hex, "https://faceid.example/page")
            facing.begin(self.registration(), "tencent", self.id, started)

    def registration(self):
        return db.session.get_one(Registration, self.registration_id)

    def end(self):
        with transaction(self.principal):
            return facing.end(self.id, self.registration(), self.finding)


def proofs():
    with transaction(SYSTEM):
        return db.session.scalar(select(func.count()).select_from(IdentityProof))


def test_one_look_that_comes_back_six_times_is_one_proof(room, live_app):
    """Sabotage: take the FOR UPDATE away from the look."""
    look = Look(room, "xiulan")
    answers = all_at_once(live_app, [look.end] * 6)
    assert [one for one in answers if not isinstance(one, Conflict)] == [Ending.PASSED] and proofs() == 1


def test_one_picture_that_two_people_show_at_once_is_one_proof(room, live_app):
    """Sabotage: look for the picture instead of letting the index refuse it."""
    looks = [Look(room, "xiulan"), Look(room, "ahui")]
    answers = all_at_once(live_app, [look.end for look in looks])
    assert sorted(answers) == [Ending.PASSED, Ending.REUSED] and proofs() == 1
