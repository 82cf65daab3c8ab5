"""The statements that learning writes: valid by the store's own rules, and saying what happened."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest

from lms.learning.rules import statements
from lms.learning.rules.statements import Answer, Scene
from lms.lrs.rules.statement import read_statement
from lms.lrs.rules.versions import Version

AT = datetime(2026, 11, 22, 4, 0, 0, 123000, tzinfo=UTC)
SCENE = Scene("http://app.lms.localhost:8000", *(UUID(int=n) for n in range(1, 6)), "拍好产品照片", uuid4(), 600_000)
RIGHT = Answer(1, "用哪种光", ("窗边的光", "闪光灯"), False, (0,), (0,), True)

TOLD = [
    statements.initialized(SCENE, AT),
    statements.played(SCENE, AT, (0, 90_500)),
    statements.paused(SCENE, AT, 90_500, ((0, 90_500),), 0.15083),
    statements.completed(SCENE, AT, 600_000, ((0, 600_000),), 600_000),
    statements.terminated(SCENE, AT, 600_000, ((0, 600_000),), 1.0),
    statements.answered(SCENE, AT, uuid4(), RIGHT),
    statements.judged(SCENE, AT, uuid4(), 80, True),
    statements.judged(SCENE, AT, uuid4(), 40, False),
]


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("statement", TOLD, ids=lambda told: told["verb"]["id"].rsplit("/", 1)[1])
def test_the_record_store_takes_it(statement, version):
    """Sabotage: write a duration as a number."""
    assert read_statement(msgspec.json.encode(statement), version)


@pytest.mark.parametrize("statement", TOLD)
def test_it_says_who_by_an_id_that_says_nothing(statement):
    """Sabotage: name the actor."""
    account = statement["actor"]["account"]
    assert account == {"homePage": "http://app.lms.localhost:8000", "name": str(UUID(int=1))}
    assert statement["context"]["registration"] == str(UUID(int=2))
    assert statement["timestamp"] == "2026-11-22T04:00:00.123Z"


def test_a_segment_says_from_where_to_where():
    extensions = TOLD[1]["result"]["extensions"]
    assert extensions["https://w3id.org/xapi/video/extensions/time-from"] == 0.0
    assert extensions["https://w3id.org/xapi/video/extensions/time-to"] == 90.5
    assert TOLD[1]["result"]["duration"] == "PT90.50S"
    assert TOLD[2]["result"]["extensions"]["https://w3id.org/xapi/video/extensions/played-segments"] == "0[.]90.5"


def test_an_answer_says_what_was_chosen_and_what_was_right():
    told = TOLD[5]
    assert told["result"] == {"success": True, "response": "0"}
    assert told["object"]["definition"]["correctResponsesPattern"] == ["0"]
