"""What may be sent in about an inspection."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.cohorts.forms import Day, WholeNumber
from lms.inspections.rules import CALL_ANSWERS, CALL_QUESTIONS, MOST_CLASSES, MOST_PEOPLE, OUTCOME_WORDS, Days, Outcome


class DrawForm(FlaskForm):
    """What a draw is called, what is drawn from, how many."""

    title = StringField(
        "这次抽查叫什么",
        [InputRequired("写个名字，比如“第四季度线上抽查”"), Length(max=60, message="名字太长了，最多 60 个字")],
    )
    region = SelectField("地区", choices=[])
    plan = SelectField("计划", choices=[])
    classes = WholeNumber(
        "抽几个班", [InputRequired("写抽几个班"), NumberRange(1, MOST_CLASSES, f"1 到 {MOST_CLASSES}")]
    )
    people = WholeNumber(
        "每个班回访几个人",
        [InputRequired("写回访几个人，不回访写 0"), NumberRange(0, MOST_PEOPLE, f"0 到 {MOST_PEOPLE}")],
    )


TEACHER_WORDS = {"yes": "在", "no": "不在", "other": "换了别人"}


class VisitForm(FlaskForm):
    """What an inspector sees in a class."""

    present = WholeNumber("在场几个人", [InputRequired("数一数，写在场几个人"), NumberRange(0, 2000, "0 到 2000")])
    teacher = RadioField(
        "备案的老师在不在",
        [InputRequired("选一项")],
        choices=[SelectChoice(value, label) for value, label in TEACHER_WORDS.items()],
    )
    words = TextAreaField(
        "看到了什么",
        [InputRequired("写几句看到的情况"), Length(max=1000, message="太长了，最多 1000 个字")],
        id="visit-words",
    )


class NoteForm(FlaskForm):
    """A note of what was looked up or heard."""

    words = TextAreaField(
        "记一笔", [InputRequired("写几句"), Length(max=1000, message="太长了，最多 1000 个字")], id="note-words"
    )


class FindForm(FlaskForm):
    """What an inspection came to."""

    outcome = RadioField(
        "结论",
        [InputRequired("先选一个结论")],
        choices=[SelectChoice(one.value, OUTCOME_WORDS[one][1]) for one in Outcome],
    )
    words = TextAreaField("查到了什么", [InputRequired("写一句查到了什么，机构看得到这句话")], id="find-words")
    due_on = Day("整改到哪一天", [Optional()])
    held_since = Day("从哪一天起停算", [Optional()])
    held_until = Day("停算到哪一天", [Optional()])
    seen = HiddenField()

    @property
    def held(self) -> Days:
        """The days that a hold names."""
        return Days(self.held_since.data, self.held_until.data)

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
    """The answers of a telephone call by question; None while one is missing or not among the answers.

    A call that nobody took is one press of a button, not six answers.
    """
    if sent.get("silent"):
        return dict.fromkeys(CALL_QUESTIONS, "silent")
    answers = {question: sent.get(f"call-{question}", "") for question in CALL_QUESTIONS}
    return answers if all(answer in CALL_ANSWERS for answer in answers.values()) else None
