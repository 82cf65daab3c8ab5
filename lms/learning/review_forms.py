"""What may be written when held time is looked at, appealed against or corrected."""

from datetime import date
from uuid import UUID

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from lms.foundation.errors import NotFound
from lms.learning.actions.appealing import Cause
from lms.learning.rules.holding import HoldState, Verdict

MOST_MINUTES = 480


class AppealForm(FlaskForm):
    """What the trainee says, and a picture if there is one."""

    words = TextAreaField("那时是什么情况？为什么应该算？", [InputRequired("写一两句那时的情况，看的人才明白")])
    file = FileField("照片（有就传，没有可以不传）")


class DecideForm(FlaskForm):
    """Held time counts, or does not; `seen` is how many decisions the page showed."""

    verdict = RadioField(
        "你的结论",
        [InputRequired("先选算还是不算")],
        choices=[
            SelectChoice(HoldState.RELEASED.value, "计入：是本人在学"),
            SelectChoice(HoldState.UPHELD.value, "不计入：不是本人在学"),
        ],
    )
    reason = TextAreaField("理由", [InputRequired("写一句理由，学员看得到这句话")])
    together = BooleanField("同样的疑点一起定")
    seen = HiddenField()

    @property
    def shown(self) -> int:
        """How many decisions the page showed; -1 where the form was tampered with."""
        return int(self.seen.data) if (self.seen.data or "").isdecimal() else -1


class AnswerForm(FlaskForm):
    """An appeal is granted, or not."""

    verdict = RadioField(
        "答复",
        [InputRequired("先选同意还是不同意")],
        choices=[SelectChoice(Verdict.GRANTED.value, "同意"), SelectChoice(Verdict.DECLINED.value, "不同意")],
    )
    reason = TextAreaField("理由", [InputRequired("写一句理由，学员看得到这句话")])


class CorrectionForm(FlaskForm):
    """Time to add because of an appeal."""

    minutes = IntegerField(
        "加几分", [InputRequired("写几分钟，没有就写 0"), NumberRange(0, MOST_MINUTES, f"写 0 到 {MOST_MINUTES}")]
    )
    seconds = IntegerField("几秒", [Optional(), NumberRange(0, 59, "写 0 到 59")], default=0)
    reason = TextAreaField("为什么更正", [InputRequired("写一句为什么更正，这句话会留档")])

    @property
    def delta_ms(self) -> int:
        """What is to be added, in milliseconds."""
        return ((self.minutes.data or 0) * 60 + (self.seconds.data or 0)) * 1000

    def suggest(self, open_ms: int) -> None:
        """Fill in all that did not count, where nothing has been typed."""
        if self.minutes.data is None:
            self.minutes.data, self.seconds.data = divmod(min(open_ms, MOST_MINUTES * 60_000) // 1000, 60)


def cause_of(asked: MultiDict[str, str]) -> Cause:
    """What an appeal is about, as its address names it; raises NotFound for an address that names nothing."""
    try:
        held = asked.get("hold")
        return Cause(
            UUID(asked["registration"]),
            UUID(asked["lesson"]),
            date.fromisoformat(asked["day"]),
            asked["reason"][:40],
            UUID(held) if held else None,
        )
    except (KeyError, ValueError) as problem:
        raise NotFound() from problem
