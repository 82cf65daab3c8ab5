"""A look at a face on its way to a proof: how long it holds, and what each outcome says to the person. Plain data."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.accounts.rules.limits import HOUR, Limit

LIFE = timedelta(minutes=30)
# Each look costs the operator money, and who fails five times needs another way, not a sixth look.
LOOKS_PERSON = Limit("face:person", 5, HOUR, "一小时里刷了 5 次，先歇一歇。现在可以换一种办法确认，一样算数")

ASKED_PERSON = Limit("face:ask", 30, HOUR, "问得太勤了，过几分钟再看结果，或者换一种办法确认")
PROVIDERS = {"tencent": "腾讯云", "aliyun": "阿里云"}


class Ending(StrEnum):
    """How a look ended, once and for all."""

    PASSED = "passed"
    REFUSED = "refused"
    OTHER_PERSON = "other_person"
    REUSED = "reused"


SENTENCES = {
    Ending.PASSED: "这一次核验已经用过了。还要确认的话，从头再刷一次，或者换一种办法",
    Ending.REFUSED: "没有认出是你。找个亮的地方、正对镜头再刷一次，或者换一种办法确认，一样算数",
    Ending.OTHER_PERSON: "核验的不是你登记的姓名和身份证号，这一次不算。要你本人来刷，或者换一种办法确认",
    Ending.REUSED: "这张照片以前用过，这一次不算。要你本人现在刷，或者换一种办法确认",
}
WORDS = {
    Ending.PASSED: "通过",
    Ending.REFUSED: "没有认出来",
    Ending.OTHER_PERSON: "不是本人的证件",
    Ending.REUSED: "照片用过",
}
NOT_YET = "还没有刷完。打开刷脸的页面，做完以后会回到这里"
TOO_LATE = "离开太久，这一次核验过时了。从头再刷一次，或者换一种办法确认"


@dataclass(frozen=True, slots=True)
class Look:
    """A look as it stands: `ended` is None while it goes on."""

    started_at: datetime
    ends_at: datetime
    ended: Ending | None

    def open(self, at: datetime) -> bool:
        """Whether its result may still be asked for."""
        return self.ended is None and self.started_at <= at < self.ends_at


def why_not(look: Look, at: datetime) -> str | None:
    """Why a look cannot become a proof any more, as a sentence; None while it can."""
    if look.ended is not None:
        return SENTENCES[look.ended]
    return None if look.open(at) else TOO_LATE
