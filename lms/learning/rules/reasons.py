"""Why a second did not count: one code and one Chinese sentence for each cause.

The code is kept in the ledger for ever; the sentence may be reworded. It names the cause and the way out, never
the threshold, and blames nobody (the voice of the house).
"""

from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Why the time of an interval, or a part of it, was not credited."""

    NOT_ENROLLED = "not_enrolled"
    CLASS_NOT_OPEN = "class_not_open"
    NOT_APPROVED = "not_approved"
    NO_TIME = "no_time"
    CONCURRENT_SESSION = "concurrent_session"
    IDENTITY = "identity"
    PRESENCE = "presence"
    OUT_OF_ORDER = "out_of_order"
    OFFLINE = "offline"
    GAP = "gap"
    HIDDEN = "hidden"
    NO_PROGRESS = "no_progress"
    DAILY_LIMIT = "daily_limit"
    LESSON_LIMIT = "lesson_limit"
    TOO_FAST = "too_fast"
    BEYOND_LENGTH = "beyond_length"
    ALREADY_COVERED = "already_covered"
    REMAINDER = "remainder"


# cause, then what to do; both stand alone when read aloud
SENTENCES: Mapping[Reason, tuple[str, str]] = {
    Reason.NOT_ENROLLED: ("那时你还不在这个班的名单里", "请班主任把你加进名单，再看一遍就能计入。"),
    Reason.CLASS_NOT_OPEN: ("那时这个班还没开，或者已经结束", "开班以后再看一遍，就能计入。"),
    Reason.NOT_APPROVED: ("这一课能计多少时间还没审核好", "审核好以后再看一遍，就能计入。"),
    Reason.NO_TIME: ("这一课不计时间", "学完就行，不用补。"),
    Reason.CONCURRENT_SESSION: ("另一台设备也在用你的账号学，同一时间只算一份", "在一台设备上再看一遍，就能计入。"),
    Reason.IDENTITY: ("那时还没有确认是你本人在学", "先确认是你本人，再学一遍就能计入。"),
    Reason.PRESENCE: ("“还在学习吗？”没答上", "补答，或者再学一遍，就能计入。"),
    Reason.OUT_OF_ORDER: ("这段记录来晚了，后面的已经先到了", "再看一遍，就能计入。"),
    Reason.OFFLINE: ("那时断网了，记录是后来才传上来的，已经存好", "连着网再看一遍，就能计入。"),
    Reason.GAP: ("那时断网太久，我们没收到你在看的记录", "再看一遍，就能计入。"),
    Reason.HIDDEN: ("那时这一页不在眼前", "回到这一页接着学，就能计入。"),
    Reason.NO_PROGRESS: ("在一处停了很久，没有往前学", "接着往下学，就能计入。"),
    Reason.DAILY_LIMIT: ("那一天计满了", "接着看可以，要计入就换一天再看一遍。"),
    Reason.LESSON_LIMIT: ("这一课能计的时间已经计满", "去学下一课。"),
    Reason.TOO_FAST: ("放得比平时快，快出来的部分没计入", "按正常速度再看一遍，就能计入。"),
    Reason.BEYOND_LENGTH: ("这一段超出了视频的长度", "从头打开这一课，接着看就好。"),
    Reason.ALREADY_COVERED: ("这些内容以前计过了，重看不再计", "想复习随时可以看。"),
    Reason.REMAINDER: ("还差一点点没对上", "和下一段一起算，不用管它。"),
}

# what the trainee did not lose: it was counted before, is counted with the next beat, or was never to count
NO_LOSS = frozenset({Reason.ALREADY_COVERED, Reason.REMAINDER, Reason.NO_TIME})

# what watching again can mend
CURABLE = frozenset(
    {
        Reason.CONCURRENT_SESSION,
        Reason.OUT_OF_ORDER,
        Reason.OFFLINE,
        Reason.GAP,
        Reason.IDENTITY,
        Reason.PRESENCE,
        Reason.TOO_FAST,
    }
)


def cause(reason: Reason) -> str:
    """Say in a clause why the time did not count."""
    return SENTENCES[reason][0]


def way_out(reason: Reason) -> str:
    """Say in a sentence what the trainee can do."""
    return SENTENCES[reason][1]


def sentence(reason: Reason) -> str:
    """Say the cause and the way out."""
    return f"{cause(reason)}。{way_out(reason)}"
