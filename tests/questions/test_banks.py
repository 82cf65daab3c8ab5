"""When questions are the same, and what a version of a bank goes through."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from courses.course import Question, QuestionKind
from courses.quiz.banks import read_bank
from lms.questions.rules import banks
from lms.questions.rules.banks import State, Tagged, fingerprint
from tests.questions.bank_sheets import csv, question

options = st.lists(st.text("甲乙丙丁戊ab", min_size=1, max_size=4), min_size=2, max_size=5, unique=True)


@st.composite
def choices(draw) -> Question:
    """A question with any options and answers."""
    given_ = draw(options)
    answer = draw(st.sets(st.integers(0, len(given_) - 1), min_size=1))
    return Question(
        QuestionKind.MULTIPLE, draw(st.text("怎样擦玻璃abc ", min_size=1)), tuple(given_), tuple(sorted(answer))
    )


@given(choices(), st.randoms())
def test_the_same_question_in_another_order_is_the_same(asked, random) -> None:
    """Sabotage: hash the options as they stand, or the places of the answers."""
    order = list(range(len(asked.options)))
    random.shuffle(order)
    shuffled = replace(
        asked,
        text=f" {asked.text} ？",
        options=tuple(asked.options[n] for n in order),
        answer=tuple(sorted(order.index(n) for n in asked.answer)),
        explanation="别的话",
    )
    assert fingerprint(shuffled) == fingerprint(asked)


@given(choices(), st.data())
def test_another_answer_is_another_question(asked, data) -> None:
    """Sabotage: leave the right answers out of the fingerprint: a wrong key would count as the bank's own question."""
    other = data.draw(st.sets(st.integers(0, len(asked.options) - 1), min_size=1).map(sorted).map(tuple))
    assert (fingerprint(replace(asked, answer=other)) == fingerprint(asked)) == (other == asked.answer)


@given(st.lists(st.sampled_from("甲乙丙丁"), max_size=12), st.sets(st.sampled_from("甲乙丙丁")))
def test_a_merge_adds_each_question_once(texts, known) -> None:
    marks = {fingerprint(question(text).question) for text in known}
    merged = banks.merge(marks, [question(text) for text in texts])
    new = [tagged.question.text for tagged in merged.new]
    assert sorted(new) == sorted(set(texts) - known) and merged.twice == len(texts) - len(new)


def test_a_finished_version_stays() -> None:
    assert (
        banks.refuse_change(State.FINAL) and banks.refuse_change(State.RETIRED) and not banks.refuse_change(State.DRAFT)
    )
    assert (
        banks.refuse_finish(State.DRAFT, 0)
        and not banks.refuse_finish(State.DRAFT, 1)
        and banks.refuse_finish(State.FINAL, 1)
    )
    assert banks.refuse_retirement(State.DRAFT) and not banks.refuse_retirement(State.FINAL)


def test_a_sheet_names_the_item_of_each_question(tmp_path) -> None:
    """Sabotage: read 2.10 through a float."""
    path = tmp_path / "bank.csv"
    path.write_bytes(csv())
    sheet = read_bank(path)
    assert [(row.line, row.item) for row in sheet.rows] == [(2, "1"), (3, "2.1"), (4, "2.10")]
    path.write_bytes("题目,选项A,选项B,答案\n甲？,对,错,A\n".encode())
    assert [row.item for row in read_bank(path).rows] == [""]


def test_every_line_that_is_no_question_is_told(tmp_path) -> None:
    path = tmp_path / "bank.csv"
    path.write_bytes(csv("1,单选,擦玻璃,除尘,,,A,", "1,论述,为什么？,,,,,", "=1+1,判断,=2+2,,,,错,"))
    sheet = read_bank(path)
    assert [fault.line for fault in sheet.faults] == [2, 3] and all(f.what and f.mend for f in sheet.faults)
    assert sheet.rows[0].question.text == "=2+2"


def test_kinds_are_counted_in_words() -> None:
    assert banks.counts(["single", "judge", "single"]) == "单选 2、判断 1"
    assert isinstance(question("甲"), Tagged)
