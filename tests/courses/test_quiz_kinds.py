"""Sheets with questions of every kind: read, refused by row, written down and read again."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.course import Question, QuestionKind, Quiz, Refused
from courses.quiz import building
from courses.quiz.building import Frame
from courses.quiz.reading import read_sheet
from courses.quiz.rows import cells_of, question_of
from courses.quiz.sample import SAMPLES, TITLES
from tests.courses import sheets

COLUMNS = ("kind", "text", "A", "B", "C", "D", "answer", "explanation", "points", "partial", "marking")


def row(*cells: str) -> dict[str, str]:
    return dict(zip(COLUMNS, cells + ("",) * (len(COLUMNS) - len(cells)), strict=True))


def built(*cells: str) -> Question:
    found = question_of(row(*cells))
    assert isinstance(found, Question), found
    return found


def test_the_sheet_that_is_given_out_is_read_whole(tmp_path) -> None:
    """Sabotage: put a heading or a row into the sample that the reader does not know."""
    quiz, findings = read_sheet(sheets.write(tmp_path / "sample.xlsx", [list(TITLES), *map(list, SAMPLES)]))
    assert [question.kind for question in quiz.questions[:7]] == [
        QuestionKind(kind) for kind in ("single", "judge", "multiple", "fill", "match", "order", "short")
    ]
    assert findings[0].what == "8 道题，单选 1、多选 1、判断 1、填空 1、匹配 1、排序 1、简答 2"
    assert quiz.questions[7].by_hand and quiz.questions[7].points == 5
    assert Quiz.from_json(quiz.as_json()) == quiz


def test_what_each_kind_says() -> None:
    fill = built("填空", "用 ____ 度的（ ）", "", "", "", "", "75；酒精｜乙醇", "", "2", "是")
    assert fill.accepted == (("75",), ("酒精", "乙醇")) and (fill.points, fill.partial) == (2, True)
    match = built("连线题", "配", "酒精＝消毒", "白醋=去水垢", "", "", "")
    assert building.pairs_of(match) == (("酒精", "消毒"), ("白醋", "去水垢"))
    order = built("排序", "洗手", "打湿", "搓手", "冲净")
    assert building.in_right_order(order) == ("打湿", "搓手", "冲净") and order.options != ("打湿", "搓手", "冲净")
    assert building.in_right_order(built("排序", "洗手", "搓手", "打湿", "", "", "BA")) == ("打湿", "搓手")
    assert built("问答", "说说", "", "", "", "", "", "", "", "", "老师").by_hand
    assert built("简答", "为什么", "", "", "", "", "灰|砂；划伤").accepted == (("灰", "砂"), ("划伤",))


FAULTS = [
    (("填空", "用 ____ 和 ____", "", "", "", "", "酒精"), "题目里有 2 个空，答案写了 1 个"),
    (("填空", "用什么", "", "", "", "", ""), "填空题没有答案"),
    (("匹配", "配", "酒精=消毒", "白醋"), "选项“白醋”里没有等号"),
    (("匹配", "配", "酒精=消毒", "白醋=消毒"), "右边都一样，没有什么可连的"),
    (("匹配", "配", "酒精=", "白醋=消毒"), "有一对只写了一边"),
    (("排序", "排", "甲"), "选项少于 2 个"),
    (("排序", "排", "甲", "乙", "", "", "AA"), "排序题的答案“AA”和选项对不上"),
    (("排序", "排", "甲", "甲"), "有两步一样"),
    (("简答", "为什么", "", "", "", "", "因为先除尘砂粒才不会在擦的时候划伤玻璃的表面"), "个字，学员很难写得一字不差"),
    (("简答", "为什么", "", "", "", "", "灰", "", "", "", "机器人"), "“批改”写的是“机器人”"),
    (("单选", "选", "甲", "乙", "", "", "A", "", "零"), "分值“零”不能用"),
    (("单选", "选", "甲", "乙", "", "", "A", "", "", "也许"), "“部分给分”写的是“也许”"),
]


@pytest.mark.parametrize(("cells", "what"), FAULTS)
def test_a_row_that_holds_no_question_says_what_to_mend(cells, what) -> None:
    found = question_of(row(*cells))
    assert not isinstance(found, Question) and what in found[0] and found[1]


def test_faults_are_told_by_row(tmp_path) -> None:
    """Sabotage: number the questions instead of the rows."""
    rows = [list(TITLES), list(SAMPLES[0]), ["填空", "____ 和 ____", "", "", "", "", "一"], ["排序", "排", "甲"]]
    with pytest.raises(Refused) as refusal:
        read_sheet(sheets.write(tmp_path / "bad.xlsx", rows))
    assert [finding.what[:7] for finding in refusal.value.findings] == ["第 3 行：题", "第 4 行：选"]


words = st.text("甲乙丙丁戊己庚辛abc", min_size=1, max_size=6)
several = st.lists(words, min_size=2, max_size=8, unique=True)
frames = st.builds(Frame, words, st.just("") | words, st.integers(1, 100), st.booleans())


@st.composite
def questions(draw) -> Question:
    """Any question that an author can write."""
    frame, options = draw(frames), draw(several)
    found = draw(
        st.sampled_from(
            [
                lambda: building.choice(frame, QuestionKind.SINGLE, options, [draw(st.integers(0, len(options) - 1))]),
                lambda: building.choice(
                    frame, QuestionKind.MULTIPLE, options, range(draw(st.integers(2, len(options))))
                ),
                lambda: building.judge(frame, draw(st.booleans())),
                lambda: building.fill(frame, draw(st.lists(several, min_size=1, max_size=10))),
                lambda: building.match(frame, list(zip(options, reversed(options), strict=True))),
                lambda: building.order(frame, options),
                lambda: building.short(frame, draw(st.lists(several, max_size=4)), by_hand=True),
            ]
        )
    )()
    assert isinstance(found, Question), found
    return found


@given(questions())
def test_what_is_written_down_is_read_again(question: Question) -> None:
    """Sabotage: forget a column in cells_of, or show an order the way it was written."""
    assert question_of(cells_of(question)) == question
    assert Question.from_json(question.as_json()) == question
    assert question.kind is not QuestionKind.ORDER or question.options != building.in_right_order(question)


cells = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("ABH|；=；=对错√" + string.digits), max_size=30
)


@given(
    st.fixed_dictionaries(
        dict.fromkeys(COLUMNS, cells) | {"kind": st.sampled_from(["", "填空", "匹配", "排序", "简答", "多选", "x"])}
    )
)
def test_whatever_stands_in_a_row_gives_a_question_or_a_reason(found: dict[str, str]) -> None:
    """Sabotage: index a letter that is no option. Whatever comes out holds: the right answer is right, and nothing else fits."""
    got = question_of(found)
    if isinstance(got, Question):
        assert Question.from_json(got.as_json()) == got
        assert set(got.answer) <= set(range(max(len(got.options), len(got.targets))))
    else:
        assert all(got)


def test_old_questions_keep_their_hash() -> None:
    """Sabotage: write the new fields into the JSON of a question that does not use them."""
    question = Question(QuestionKind.MULTIPLE, "二", ("甲", "乙"), (0, 1), "因为")
    old = {"kind": "multiple", "text": "二", "options": ("甲", "乙"), "answer": (0, 1), "explanation": "因为"}
    assert question.as_json() == old and Question.from_json(old) == question
