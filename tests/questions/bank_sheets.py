"""Sheets of question banks for tests, and banks written straight by the actions."""

from collections.abc import Sequence
from uuid import UUID

from courses.course import Question, QuestionKind
from lms.foundation.database import transaction
from lms.questions import actions
from lms.questions.rules.banks import Tagged
from tests.people import RURAL_ECOMMERCE, Cast

HEADER = "大纲条目,题型,题目,选项A,选项B,选项C,答案,解析"
ROWS = (
    "1,单选,擦玻璃先做什么？,除尘,上光,晾干,A,先除尘",
    "2.1,多选,哪些是清洁剂？,洗洁精,消毒液,白米,AB,",
    "2.10,判断,消毒液可以和洁厕灵一起用。,,,,错,会放出氯气",
)


def csv(*rows: str) -> bytes:
    """A sheet with our heading."""
    return "\n".join([HEADER, *(rows or ROWS)]).encode()


def question(text: str, item: str = "1") -> Tagged:
    """A judge question."""
    return Tagged(item, Question(QuestionKind.JUDGE, text, ("对", "错"), (0,)))


def a_bank(
    people: Cast,
    clerk: str = "liumin",
    *,
    items: Sequence[str] = ("1", "2.1", "2.2"),
    finished: bool = True,
    title: str = "家政题库",
    programme: str = RURAL_ECOMMERCE,
) -> UUID:
    """A version of a bank with one question about each item."""
    principal = people.principal(clerk)
    place = {"region_code": "440606", "plan_code": programme[:3], "programme_code": programme}
    with transaction(principal):
        version_id = actions.begin(actions.NewBank(principal.tenant(), title=title, **place))
        actions.add(version_id, [question(f"{title}：第 {item} 条", item) for item in items])
        if finished:
            actions.finish(version_id)
    return version_id
