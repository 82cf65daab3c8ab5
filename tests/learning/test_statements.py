"""The statements that learning writes: valid by the store's own rules, and saying what happened."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest

from courses.course import Question, QuestionKind, Quiz
from lms.learning.rules import statements
from lms.learning.rules.statements import Scene
from lms.lrs.rules.statement import read_statement
from lms.lrs.rules.versions import Version
from lms.questions.rules import mark

AT = datetime(2026, 11, 22, 4, 0, 0, 123000, tzinfo=UTC)
SCENE = Scene("http://app.lms.localhost:8000", *(UUID(int=n) for n in range(1, 6)), "拍好产品照片", uuid4(), 600_000)
LIGHT = Question(QuestionKind.SINGLE, "用哪种光", ("窗边的光", "闪光灯"), (0,))
ASKED = (
    LIGHT,
    Question(QuestionKind.JUDGE, "要擦镜头", ("对", "错"), (1,)),
    Question(QuestionKind.FILL, "__ 和 __", accepted=(("酒精", "乙醇"), ("水",)), partial=True),
    Question(QuestionKind.MATCH, "配一配", ("甲", "乙"), (1, 0), targets=("一", "二")),
    Question(QuestionKind.ORDER, "排一排", ("晾", "洗", "擦"), (1, 2, 0)),
    Question(QuestionKind.SHORT, "为什么", accepted=(("干净",),)),
)
MARKED = mark(Quiz(ASKED), {1: [0], 2: [0], 3: ["乙醇", "油"], 4: [1, 0], 5: [1, 2, 0], 6: ["因为干净"]}).per_question

TOLD = [
    statements.initialized(SCENE, AT),
    statements.played(SCENE, AT, (0, 90_500)),
    statements.paused(SCENE, AT, 90_500, ((0, 90_500),), 0.15083),
    statements.completed(SCENE, AT, 600_000, ((0, 600_000),), 600_000),
    statements.terminated(SCENE, AT, 600_000, ((0, 600_000),), 1.0),
    statements.answered(SCENE, AT, uuid4(), LIGHT, MARKED[0]),
    statements.judged(SCENE, AT, uuid4(), 80, True),
    statements.judged(SCENE, AT, uuid4(), 40, False),
    *(statements.answered(SCENE, AT, uuid4(), *pair) for pair in zip(ASKED[1:], MARKED[1:], strict=True)),
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


def test_each_kind_is_told_as_its_own_interaction():
    """Sabotage: call every question a choice, or join the pairs of a match with commas."""
    told = TOLD[-5:]
    definitions = [one["object"]["definition"] for one in told]
    kinds = ["true-false", "fill-in", "matching", "sequencing", "long-fill-in"]
    assert [one["interactionType"] for one in definitions] == kinds
    responses = ["true", "乙醇[,]油", "0[.]1[,]1[.]0", "1[,]2[,]0", "因为干净"]
    assert [one["result"]["response"] for one in told] == responses
    assert definitions[0]["correctResponsesPattern"] == ["false"]
    ways = ["{case_matters=false}酒精[,]水", "{case_matters=false}乙醇[,]水"]
    assert definitions[1]["correctResponsesPattern"] == ways
    assert definitions[2]["target"][1] == {"id": "1", "description": {"zh-CN": "二"}}
    assert told[1]["result"]["score"] == {"scaled": 0.5, "raw": 0.5, "min": 0, "max": 1}
