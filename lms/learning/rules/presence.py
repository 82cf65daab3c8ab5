"""Presence checks 还在学习吗: when one is put, what it asks, and what a missed one takes back. Plain data.

A check is put after so much credited time since the last proof, drawn anew each time between the policy's least and most.
What is right never stands in what is asked: it takes reading. Forms, words, order and place on the page change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from lms.learning.rules.stretches import Stretches, length, minus, take
from lms.plans.rules import HourPolicy

CORNERS = ("top", "middle", "bottom")
HOLD_MS = 1_000
# So many wrong answers, and nobody is there who can read.
MOST_WRONG = 3
OPTIONS = 3

# what is asked, and what answers it: (sign, word)
KINDS: dict[str, tuple[tuple[str, str], ...]] = {
    "能吃": (("🍎", "苹果"), ("🍚", "米饭"), ("🥚", "鸡蛋"), ("🍌", "香蕉"), ("🥬", "青菜"), ("🐟", "鱼")),
    "下雨天用得上": (("☂️", "雨伞"), ("🥾", "雨靴"), ("🧥", "雨衣")),
    "能开门": (("🔑", "钥匙"), ("💳", "门卡")),
    "会跑": (("🐎", "马"), ("🐕", "狗"), ("🐓", "公鸡"), ("🐇", "兔子")),
    "能坐着出门": (("🚲", "自行车"), ("🚌", "公交车"), ("🚂", "火车"), ("🛵", "电动车")),
    "穿在身上": (("👕", "衬衫"), ("👖", "裤子"), ("🧦", "袜子"), ("👗", "裙子")),
    "用来看时间": (("⏰", "闹钟"), ("⌚", "手表")),
    "用来写字": (("✏️", "铅笔"), ("🖊️", "钢笔")),
    "长在地里": (("🌾", "稻子"), ("🌳", "大树"), ("🌽", "玉米")),
    "用来剪东西": (("✂️", "剪刀"),),
    "晚上在天上": (("🌙", "月亮"), ("⭐", "星星")),
}
# What answers more than its own question is no wrong answer to the other one.
_ALSO = {
    "能吃": {"长在地里", "会跑"},
    "长在地里": {"能吃"},
    "会跑": {"能吃", "能坐着出门"},
    "能坐着出门": {"会跑"},
    "下雨天用得上": {"穿在身上", "能坐着出门"},
    "穿在身上": {"下雨天用得上", "用来看时间"},
}
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Question:
    """What a check asks: `asked` is all that a page may see, `answer` the id of the option that is right."""

    form: str
    asked: dict[str, Any]
    answer: str


def gap_ms(policy: HourPolicy, chance: Random) -> int | None:
    """Draw the credited time after which the next check is put; None where the policy puts none."""
    if not policy.presence_mean_s:
        return None
    least, most = policy.presence_least_s, max(policy.presence_least_s, policy.presence_most_s - policy.beat_interval_s)
    peak = min(most, max(least, 3 * policy.presence_mean_s - least - most))
    return round(chance.triangular(least, most, peak) * 1000)


def answer_s(policy: HourPolicy, slow: bool) -> int:
    """How long a check waits for its answer."""
    return policy.presence_answer_slow_s if slow else policy.presence_answer_s


def compose(chance: Random, slow: bool) -> Question:
    """Make up a check. Who wishes to be asked slowly is not asked to hold a key down."""
    form = chance.choice(("word", "number", "picture") if slow else ("word", "number", "picture", "hold"))
    prompt, right, wrong = _sum(chance) if form == "number" else _kind(chance, pictures=form == "picture")
    options = [right, *wrong]
    ids = [f"{chance.getrandbits(32):08x}" for _ in options]
    shown = [{"id": id, **option} for id, option in zip(ids, options, strict=True)]
    chance.shuffle(shown)
    asked: dict[str, Any] = {
        "prompt": prompt,
        "options": shown,
        "corner": chance.choice(CORNERS),
        "spoken": _spoken(prompt, shown),
    }
    if form == "hold":
        asked |= {"hold_ms": HOLD_MS, "prompt": f"{prompt}按住它，数到一再松开。"}
    return Question(form, asked, ids[0])


def is_right(form: str, answer: str, chosen: str, response_ms: int) -> bool:
    """Whether an answer is right; nobody has held a key for a second before the second is over."""
    return chosen == answer and not (form == "hold" and response_ms < HOLD_MS)


def _kind(chance: Random, pictures: bool) -> tuple[str, dict[str, str], list[dict[str, str]]]:
    kind = chance.choice(list(KINDS))
    others = chance.sample(
        [other for other in KINDS if other != kind and other not in _ALSO.get(kind, ())], OPTIONS - 1
    )
    right, *wrong = [_option(chance.choice(KINDS[one]), pictures) for one in (kind, *others)]
    return f"下面哪一样{kind}？", right, wrong


def _option(thing: tuple[str, str], pictures: bool) -> dict[str, str]:
    sign, word = thing
    return {"text": word, "sign": sign} if pictures else {"text": word}


def _sum(chance: Random) -> tuple[str, dict[str, str], list[dict[str, str]]]:
    a, b = chance.randint(1, 9), chance.randint(1, 9)
    if chance.random() < 0.5:
        others = chance.sample([n for n in range(2, 19) if n != a + b], OPTIONS - 1)
        numbers, prompt = [a + b, *others], f"{_DIGITS[a]}加{_DIGITS[b]}等于几？"
    else:
        largest, *rest = sorted(chance.sample(range(10, 99), OPTIONS), reverse=True)
        numbers, prompt = [largest, *rest], "下面哪个数最大？"
    right, *wrong = [{"text": str(number)} for number in numbers]
    return prompt, right, wrong


def _spoken(prompt: str, options: Sequence[dict[str, str]]) -> str:
    """What is read aloud: all that is on the page."""
    said = "；".join(f"{number}，{option['text']}" for number, option in enumerate(options, 1))
    return f"还在学习吗？{prompt}{said}。"


def give_back(taken: Stretches, covered: Stretches, earnable_ms: int, day_left_ms: int) -> Stretches:
    """What an answer that came late gives back of what was taken: not what was watched again since, never over a limit."""
    return take(minus(taken, covered), max(0, min(earnable_ms - length(covered), day_left_ms)))


def give_back_ms(taken_ms: int, place_left_ms: int, lesson_left_ms: int, day_left_ms: int) -> int:
    """The same for a place of a lesson without a timeline."""
    return max(0, min(taken_ms, place_left_ms, lesson_left_ms, day_left_ms))
