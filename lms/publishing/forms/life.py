"""What may be sent in about a course's life: a comment, a reason, another programme."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from lms.publishing.rules.standing import Act


class CommentForm(FlaskForm):
    """A sentence about a lesson."""

    body = TextAreaField(
        "意见", [InputRequired("写一句话再发"), Length(max=1000, message="最多 1000 个字，长的分几条写")]
    )
    lesson_number = HiddenField()

    @property
    def lesson(self) -> int:
        """The lesson's number; 0 for the whole."""
        text = self.lesson_number.data or "0"
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


class WithdrawForm(FlaskForm):
    """Why a course is withdrawn."""

    reason = TextAreaField(
        "为什么下架", [InputRequired("写一句为什么下架"), Length(max=400, message="最多 400 个字，说最要紧的")]
    )


class StandingForm(FlaskForm):
    """What an authority does to an approved course, and why."""

    act = RadioField(
        "怎么办",
        [InputRequired("选一样")],
        choices=[
            SelectChoice(str(Act.WITHDRAWN), "下架：不能再用它开新班，在学的班照常学完"),
            SelectChoice(str(Act.STOPPED), "立即停用：安全或内容有问题，所有人现在就不能再学"),
            SelectChoice(str(Act.RESTORED), "恢复上架"),
        ],
    )
    reason = TextAreaField(
        "为什么", [InputRequired("写一句为什么"), Length(max=400, message="最多 400 个字，说最要紧的")]
    )


class CopyForm(FlaskForm):
    """Another programme."""

    programme_code = SelectField("复制到哪个项目", validate_choice=True)
