"""Statements in plain words, whoever wrote them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.lrs.rules import sentences
from lms.lrs.rules.vocabulary import Extension, Verb

LESSON = {"id": "https://e.cn/lessons/7", "definition": {"name": {"zh-CN": "荔枝怎么装箱", "en": "Packing"}}}
QUESTION = {
    "id": "https://e.cn/q/1",
    "definition": {"name": {"zh-CN": "拍水果用哪种光"}, "type": "http://adlnet.gov/expapi/activities/cmi.interaction"},
}


def told(verb: str, result: object = None, about: object = LESSON, **more: object) -> str:
    """The sentence of a statement."""
    whole = {"verb": {"id": verb}, "object": about, **more}
    return sentences.sentence({**whole, "result": result} if result is not None else whole)


@pytest.mark.parametrize(
    ("verb", "result", "words"),
    [
        (Verb.INITIALIZED, None, "打开了《荔枝怎么装箱》"),
        (
            Verb.PLAYED,
            {"extensions": {Extension.TIME_FROM.value: 190.2, Extension.TIME_TO.value: 3700}},
            "看了《荔枝怎么装箱》，从 3:10 到 1:01:40",
        ),
        (Verb.PAUSED, {"extensions": {Extension.TIME.value: 61}}, "看《荔枝怎么装箱》，停在 1:01"),
        (Verb.COMPLETED, {"extensions": {Extension.CREDITED.value: 600}}, "学完了《荔枝怎么装箱》，计入 10 分钟"),
        (Verb.COMPLETED, {"extensions": {Extension.CREDITED.value: 605.5}}, "学完了《荔枝怎么装箱》，计入 10 分 05 秒"),
        (Verb.TERMINATED, None, "离开了《荔枝怎么装箱》"),
        (Verb.PASSED, {"score": {"raw": 80}}, "通过了小测验《荔枝怎么装箱》，80 分"),
        (Verb.FAILED, {"score": {"raw": 40}}, "做了小测验，还没通过《荔枝怎么装箱》，40 分"),
    ],
)
def test_our_own_verbs(verb: Verb, result: object, words: str) -> None:
    """Sabotage: swap two verbs in sentences._OURS."""
    assert told(verb.value, result) == words


def test_an_answer_says_whether_it_was_right() -> None:
    """Sabotage: leave `success` out of _answered."""
    assert told(Verb.ANSWERED.value, {"success": True}, QUESTION) == "回答了“拍水果用哪种光”，答对了"
    assert told(Verb.ANSWERED.value, {"success": False}, QUESTION) == "回答了“拍水果用哪种光”，没答对"


def test_verbs_of_others_in_their_own_words() -> None:
    """Sabotage: show the IRI instead of the display."""
    verb = {"id": "https://e.cn/verbs/harvested", "display": {"en": "harvested", "zh-HK": "採收了"}}
    assert sentences.sentence({"verb": verb, "object": LESSON}) == "採收了《荔枝怎么装箱》"
    assert told("https://e.cn/verbs/harvested", {"score": {"scaled": 0.5}, "success": True}) == (
        "harvested《荔枝怎么装箱》，得分率 50%，通过了"
    )


def test_things_without_a_name_are_called_by_the_end_of_their_address() -> None:
    """Sabotage: show nothing."""
    assert sentences.thing_name({"object": {"id": "https://e.cn/lessons/7/"}}) == "7"
    assert sentences.thing_name({"object": {"objectType": "StatementRef", "id": "x"}}) == "另一条记录"
    assert sentences.thing_name({"object": {"objectType": "Agent", "name": "余芳"}}) == "余芳"
    assert len(sentences.thing_name({"object": {"id": "https://e.cn/" + "a" * 5000}})) == 60


def test_an_address_of_somebody_is_masked() -> None:
    """Sabotage: show the whole mailbox."""
    assert sentences.actor_name({"actor": {"mbox": "mailto:xiulan@example.cn"}}) == "xi…@example.cn"
    assert sentences.actor_name({"actor": {"name": "黄秀兰", "mbox": "mailto:x@example.cn"}}) == "黄秀兰"


def test_whose_word_it_is() -> None:
    """Sabotage: call every account of ours the platform's."""

    def by(name: str, home: str = "https://o.cn") -> str:
        return sentences.authority_words({"authority": {"account": {"homePage": home, "name": name}}}, "https://o.cn")

    assert by("learning") == "本平台"
    assert by("县域平台/7a0b9a4e") == "县域平台"
    assert by("import/7a0b9a4e-5c0f") == "导入的文件（7a0b9a4e）"
    assert by("learning", "https://elsewhere.cn") == "别处"


JSON = st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "name", "display", "definition", "score", "raw", "scaled", "success", "extensions", Extension.TIME.value,
         Extension.TIME_TO.value, Extension.CREDITED.value, "zh-CN", "account", "homePage", "objectType", "type"]),
        inner, max_size=4)), max_leaves=12)  # fmt: skip


@given(st.sampled_from([verb.value for verb in Verb] + ["x", ""]), JSON, JSON, JSON)
def test_nothing_that_was_kept_stops_the_page(verb: str, about: object, result: object, actor: object) -> None:
    """Sabotage: index the statement's parts without looking at their kind."""
    said = {"verb": {"id": verb}, "object": about, "result": result, "actor": actor, "authority": actor}
    assert isinstance(sentences.sentence(said), str)
    assert isinstance(sentences.actor_name(said), str)
    sentences.person_of(said, "https://o.cn")
    sentences.authority_words(said, "https://o.cn")
