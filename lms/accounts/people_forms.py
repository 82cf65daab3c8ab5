"""What may be sent in about people: their situation, their rights, and what staff have seen."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from lms.accounts.queries.rights import FIELDS
from lms.accounts.rules.attributes import ATTRIBUTES, NOT_ONE_OF_THESE, REGIONS, Said
from lms.accounts.rules.real_names import PAPERS
from lms.plans.rules.facts import Kind

LONGEST_REASON = 200
PROMPT = SelectChoice("", "选一项")


def _reason(words: str) -> list[Any]:
    return [InputRequired(words), Length(max=LONGEST_REASON, message=f"太长了，最多 {LONGEST_REASON} 个字")]


class WhichForm(FlaskForm):
    """Which thing is to be said; the key goes in the body, never in an address."""

    key = StringField(validators=[InputRequired("先选一项")])


class ValueForm(FlaskForm):
    """A value with the days for which it holds, and a document."""

    key = HiddenField()
    value = StringField("内容")
    valid_from = StringField("从哪天起（不知道就空着）")
    valid_until = StringField("到哪天为止（一直有效就空着）")
    file = FileField("证明材料（可以以后再传）")

    def said(self) -> Said | None:
        """What was said; None, with errors at the fields, where a day was not understood."""
        days = {name: self._day(name) for name in ("valid_from", "valid_until")}
        if any(field.errors for field in self):
            return None
        return Said(self.key.data or "", (self.value.data or "").strip(), **days)

    def _day(self, name: str) -> date | None:
        text = (self[name].data or "").strip()
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self[name].errors = ["没有这一天，像 2026-11-22 这样填"]
            return None


def value_form(key: str) -> ValueForm:
    """The form for one thing: yes or no, one of some, a day, a year, a region, or words. Raises KeyError."""
    attribute = ATTRIBUTES[key]
    choices = attribute.choices or ((("yes", "是"), ("no", "不是")) if attribute.kind is Kind.YES_NO else ())

    class Form(ValueForm):
        value = _value_field(key, choices)

    return Form()


def _value_field(key: str, choices: tuple[tuple[str, str], ...]) -> Any:
    words, kind = ATTRIBUTES[key].words, ATTRIBUTES[key].kind
    if choices:
        options = [SelectChoice(value, text) for value, text in choices]
        return Chosen(words, choices=options) if len(options) < 4 else Listed(words, choices=[PROMPT, *options])
    hints = {Kind.DATE: "2026-11-22", Kind.YEAR: "2026"}
    shape = {"inputmode": "numeric"} if key in REGIONS or kind in hints else {}
    return StringField(words, render_kw={"autocomplete": "off", **shape})


class Chosen(RadioField):
    """One of two or three."""

    def pre_validate(self, form: Any) -> None:
        """Leave the answer to the rules, which say it in our words."""


class Listed(SelectField):
    """One of many."""

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - WTForms' interface
        """Leave the answer to the rules, which say it in our words."""
        if not self.data:
            raise ValidationError(NOT_ONE_OF_THESE)


class CorrectionForm(FlaskForm):
    """What is to be put right."""

    field = RadioField(
        "要改哪一项", choices=[SelectChoice(key, words) for key, words in FIELDS.items()], default="name"
    )
    wanted = StringField("改成", [InputRequired("照着证件填")], render_kw={"autocomplete": "off"})
    reason = TextAreaField("怎么写错的", [Length(max=LONGEST_REASON, message=f"太长了，最多 {LONGEST_REASON} 个字")])
    file = FileField("证件照片（可以当面给老师看）")


class DecisionForm(FlaskForm):
    """What somebody says to a correction; the paper they held in hand."""

    decision = RadioField(
        "怎么办",
        [InputRequired("选“改”或“不改”")],
        choices=[SelectChoice("accept", "看过证件，照这样改"), SelectChoice("refuse", "不改")],
    )
    document = SelectField("看的是哪一种证件", choices=[PROMPT, *(SelectChoice(p, p) for p in PAPERS)], default="")
    answer = TextAreaField("不改的话，写一句原因", [Length(max=LONGEST_REASON, message="太长了")])


class RealNameForm(FlaskForm):
    """Which document a clerk held in hand."""

    document = SelectField(
        "看的是哪一种证件",
        [InputRequired("选看的是哪一种证件")],
        choices=[PROMPT, *(SelectChoice(p, p) for p in PAPERS)],
    )


class ReasonForm(FlaskForm):
    """Why somebody looks; it stays in the audit."""

    reason = StringField("为什么要看", _reason("写一句为什么要看，这句话会留档"), render_kw={"autocomplete": "off"})


class ConfirmForm(FlaskForm):
    """One step in confirming what was said: vouch, prove or deny."""

    step = StringField(validators=[InputRequired()])
    reason = StringField("哪里对不上", render_kw={"autocomplete": "off"})
    file = FileField("证明材料")


class SearchForm(FlaskForm):
    """Words of a name, or a whole number; sent in the body, so that no address carries it."""

    words = StringField(
        "姓名或完整的身份证号", [InputRequired("填姓名，或者完整的身份证号")], render_kw={"autocomplete": "off"}
    )


class EraseForm(FlaskForm):
    """A yes that cannot be given by accident."""

    sure = BooleanField("我知道注销以后不能恢复")
    word = StringField("写“注销”两个字", render_kw={"autocomplete": "off"})

    def is_sure(self) -> bool:
        """Whether both were given; says what is missing at its field."""
        if not self.sure.data:
            self.sure.errors = ["先勾上这一条"]
        if (self.word.data or "").strip() != "注销":
            self.word.errors = ["在这里写“注销”两个字"]
        return not self.sure.errors and not self.word.errors
