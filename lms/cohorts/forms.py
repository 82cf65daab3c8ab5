"""What may be sent in about a class."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Regexp

from lms.cohorts.rules.filing import Terms

NOT_OFFERED = "从已发布的课程包里选一个"


def _short(most: int, words: str) -> list[Any]:
    return [InputRequired(words), Length(max=most, message=f"太长了，最多 {most} 个字")]


def _as_id(value: Any) -> UUID:
    """The id of a version, as it is sent in or as the class keeps it."""
    return value if isinstance(value, UUID) else UUID(str(value))


def _trimmed(text: str | None) -> str | None:
    return " ".join(text.split()) if text else text


class Day(DateField):
    """A day, told in our own words where it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 2026-11-22."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(f"{self.label.text}没认出来，像 2026-11-22 这样填") from None


class WholeNumber(IntegerField):
    """A whole number, told in our own words where it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 24."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(f"{self.label.text}填一个整数，比如 24") from None


class Offered(SelectField):
    """One of the published versions, told in our own words where it is none of them."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the id of a version."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(NOT_OFFERED) from None

    def pre_validate(self, form: Any) -> None:
        """Take what the page offered and nothing else."""
        try:
            super().pre_validate(form)
        except ValueError:
            raise ValidationError(NOT_OFFERED) from None


class TermsForm(FlaskForm):
    """A class as the clerk writes it down; `pool` names the institution's teachers, to choose from or not."""

    pool: Sequence[str] = ()

    title = StringField("班级名称", _short(60, "给这个班起个名字"), filters=[_trimmed])
    code = StringField(
        "班级编号",
        [
            *_short(30, "填班级编号"),
            Regexp(r"^[\w\-—·.（）()#/]+$", message="编号里只用文字、数字和短横线，中间不要空格"),
        ],
        filters=[_trimmed],
    )
    version_id = Offered("课程包", [InputRequired("选一个已发布的课程包")], coerce=_as_id)
    starts_on = Day("开班日期", [InputRequired("选开班那一天")])
    ends_on = Day("结班日期", [InputRequired("选结班那一天")])
    planned_class_hours = WholeNumber(
        "计划学时", [InputRequired("填计划学时，是一个整数"), NumberRange(0, 2000, "计划学时填 0 到 2000 之间的整数")]
    )
    teacher = StringField("授课老师", _short(30, "填授课老师的名字"), filters=[_trimmed])
    place = StringField("上课地点", [Length(max=80, message="太长了，最多 80 个字")], filters=[_trimmed])

    def terms(self) -> Terms:
        """The terms as plain data."""
        values = {name: getattr(self, name).data for name in Terms.__dataclass_fields__}
        return Terms(**{**values, "place": values["place"] or ""})


class RosterForm(FlaskForm):
    """A roster to be read."""

    file = FileField("名单文件", [FileRequired("先选一个名单文件")])


class DecisionForm(FlaskForm):
    """What an administrator says to a filing."""

    verdict = RadioField(
        "怎么办",
        [InputRequired("选“同意开班”或“退回修改”")],
        choices=[SelectChoice("open", "同意开班"), SelectChoice("return", "退回修改")],
    )
    reason = TextAreaField("退回的原因", [Length(max=500, message="太长了，最多 500 个字")])
    seen_at = HiddenField(validators=[InputRequired()])

    def validate_seen_at(self, field: HiddenField) -> None:
        """The moment of the filing that was looked at, as the page wrote it."""
        try:
            self.filed_at = datetime.fromisoformat(field.data or "")
        except ValueError:
            raise ValidationError("这一页打开太久了，刷新再看一遍") from None

    def validate_reason(self, field: TextAreaField) -> None:
        """A class that is returned is told why."""
        if self.verdict.data == "return" and not (field.data or "").strip():
            raise ValidationError("写一句为什么退回，培训机构才知道改哪里")


class LookForm(FlaskForm):
    """What the institution's second person says."""

    verdict = RadioField(
        "怎么办",
        [InputRequired("选“没问题”或“退给经办”")],
        choices=[SelectChoice("yes", "没问题，可以报"), SelectChoice("no", "退给经办")],
    )
    reason = TextAreaField("退回的原因", [Length(max=500, message="太长了，最多 500 个字")])
    seen = HiddenField(validators=[InputRequired()])

    def validate_reason(self, field: TextAreaField) -> None:
        """What is given back is told why."""
        if self.verdict.data == "no" and not (field.data or "").strip():
            raise ValidationError("写一句为什么退回，经办才知道改哪里")
