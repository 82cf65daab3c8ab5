"""What may be sent in about an inspection."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.inspections.rules import CALL_ANSWERS, CALL_QUESTIONS, MOST_CLASSES, MOST_PEOPLE, OUTCOME_WORDS, Outcome


class DrawForm(FlaskForm):
    """What a draw is called, what is drawn from, how many."""

    title = StringField(
        "这次抽查叫什么",
        [InputRequired("写个名字，比如“第四季度线上抽查”"), Length(max=60, message="名字太长了，最多 60 个字")],
    )
    region = SelectField("地区", choices=[])
    plan = SelectField("计划", choices=[])
    classes = IntegerField(
        "抽几个班", [InputRequired("写抽几个班"), NumberRange(1, MOST_CLASSES, f"1 到 {MOST_CLASSES}")]
    )
    people = IntegerField(
        "每个班回访几个人",
        [InputRequired("写回访几个人，不回访写 0"), NumberRange(0, MOST_PEOPLE, f"0 到 {MOST_PEOPLE}")],
    )


class VisitForm(FlaskForm):
    """What an inspector sees in a class."""

    present = IntegerField("在场几个人", [InputRequired("数一数，写在场几个人"), NumberRange(0, 2000, "0 到 2000")])
    teacher = RadioField(
        "备案的老师在不在", [InputRequired("选一项")], choices=[("yes", "在"), ("no", "不在"), ("other", "换了别人")]
    )
    words = TextAreaField(
        "看到了什么", [InputRequired("写几句看到的情况"), Length(max=1000, message="太长了，最多 1000 个字")]
    )


class NoteForm(FlaskForm):
    """A note of what was looked up or heard."""

    words = TextAreaField("记一笔", [InputRequired("写几句"), Length(max=1000, message="太长了，最多 1000 个字")])


class FindForm(FlaskForm):
    """What an inspection came to."""

    outcome = RadioField(
        "结论", [InputRequired("先选一个结论")], choices=[(one.value, OUTCOME_WORDS[one][1]) for one in Outcome]
    )
    words = TextAreaField("查到了什么", [InputRequired("写一句查到了什么，机构看得到这句话")])
    due_on = DateField("整改到哪一天", [Optional()])
    seen = HiddenField()

    @property
    def shown(self) -> int:
        """How many findings the page showed; -1 where the form was tampered with."""
        return int(self.seen.data) if (self.seen.data or "").isdecimal() else -1


class MendForm(FlaskForm):
    """What an institution has mended."""

    words = TextAreaField("改了什么", [InputRequired("写清楚改了什么")])
    file = FileField("照片或文件（可以不传）")


class ComplainForm(FlaskForm):
    """What a trainee complains about."""

    words = TextAreaField("是什么事", [InputRequired("写清楚是什么事")])


def called(sent: Any) -> dict[str, str] | None:
    """The answers of a telephone call by question; None while one is missing or not among the answers."""
    answers = {question: sent.get(f"call-{question}", "") for question in CALL_QUESTIONS}
    return answers if all(answer in CALL_ANSWERS for answer in answers.values()) else None
