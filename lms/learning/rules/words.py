"""What a trainee is told about time, in sentences. Plain data in, Chinese out."""

from collections.abc import Iterable, Sequence

from lms.learning.rules.misses import Miss
from lms.learning.rules.reasons import CURABLE, NO_LOSS, Reason, cause, way_out
from lms.learning.rules.stretches import Stretches


def place(ms: int) -> str:
    """A place in a lesson: 3:05."""
    return f"{ms // 60_000}:{ms // 1000 % 60:02}"


def span(ms: int) -> str:
    """A length as one says it: 3 分 10 秒."""
    minutes, seconds = ms // 60_000, ms // 1000 % 60
    if not minutes:
        return f"{seconds} 秒"
    return f"{minutes} 分 {seconds} 秒" if seconds else f"{minutes} 分钟"


def miss_title(miss: Miss) -> str:
    """The bold line over a stretch that did not count."""
    return f"{place(miss.start_ms)} 到 {place(miss.end_ms)} 没有计入"


def miss_why(miss: Miss) -> str:
    """Why it did not count, and what to do; where watching again mends it, from where."""
    if miss.reason in CURABLE:
        return f"{cause(miss.reason)}。从 {place(miss.start_ms)} 再看一遍，就能计入。"
    return f"{cause(miss.reason)}。{way_out(miss.reason)}"


def miss_button(miss: Miss) -> str | None:
    """What the button that goes there says; None where watching again is not the way out."""
    return f"从 {place(miss.start_ms)} 补看" if miss.reason in CURABLE else None


def map_label(covered: Stretches, misses: Sequence[Miss], length_ms: int) -> str:
    """The lesson's map as a sentence, for those who do not see it."""
    pieces = [(start, end, "计入") for start, end in covered]
    pieces += [(miss.start_ms, miss.end_ms, "没计入") for miss in misses]
    said = [f"{place(start)} 到 {place(end)} {word}" for start, end, word in sorted(pieces)]
    return f"这一课 {span(length_ms)}：{'；'.join(said) if said else '还没有计入的时间'}"


WATCHING = "正在看，待确认"


def live(accrued_ms: int, reason: Reason | None, full: bool, stop: bool) -> tuple[str, str]:
    """The state of counting as (tone, words): said after the server has answered, never before."""
    if stop:
        return "no", "在另一台设备上学"
    if full:
        return "ok", "这一课计满了"
    if accrued_ms > 0:
        return "ok", "正在计入"
    if reason is Reason.ALREADY_COVERED:
        return "no", "这段计过了，往后看才计"
    if reason is Reason.DAILY_LIMIT:
        return "no", "今天计满了"
    if reason is None or reason in NO_LOSS:
        return "wait", WATCHING
    return "no", "这一段没计入"


def online(online_ms: int, credited_ms: int) -> str:
    """Both figures of a lesson or a course, side by side; never more counted than was spent."""
    spent_ms = max(online_ms, credited_ms)
    return f"在线 {spent_ms // 60_000} 分钟，计入 {credited_ms // 60_000} 分钟"


def check_answered(outcome: str, given_back_ms: int) -> str:
    """What became of an answer to 还在学习吗."""
    if outcome == "cured" and given_back_ms:
        return f"收到了，刚才先放着的 {span(given_back_ms // 1000 * 1000)}计入了，接着学"
    return CHECK_WORDS[outcome]


CHECK_WORDS = {
    "right": "收到了，接着学",
    "cured": "收到了，接着学",
    "dropped": "收到了，接着学。上次没答上的那段，补答的时间已经过了，再学一遍就计入",
    "wrong": "不是这一个，换一题再答",
    "gone": "这一题已经过了，接着学",
}


def day_words(day_ms: int, cap_ms: int) -> str:
    """How the day stands."""
    full = "，今天计满了" if day_ms >= cap_ms else ""
    return f"今天一共计入 {day_ms // 60_000} 分钟{full}"


def to_next_class_hour(credited_ms: int, class_hour_ms: int) -> str:
    """How much is missing to the next whole class hour."""
    missing = class_hour_ms - credited_ms % class_hour_ms
    return f"再学 {-(-missing // 60_000)} 分钟，就满 {credited_ms // class_hour_ms + 1} 学时"


def together(parts: Iterable[str]) -> str:
    """Parts of a sentence, joined."""
    return "，".join(part for part in parts if part)
