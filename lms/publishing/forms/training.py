"""What may be sent in about training packages, turned into plain data."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from lms.publishing.rules.syllabus import LEVELS, Description, Fault, Item, Standard, read_code, read_level, read_number
from lms.publishing.rules.syllabus_header import Column
from lms.publishing.rules.syllabus_sheet import read_fields

REMARKS = 3
_LEVELS = [SelectChoice("", "没有等级"), *[SelectChoice(level, level) for level in LEVELS]]


def _one_line(text: str | None) -> str | None:
    return " ".join(text.split()) if text else text


class DescriptionForm(FlaskForm):
    """The words of a version, and the standard that holds for the whole."""

    title = StringField(
        "培训包叫什么",
        [InputRequired("写上名字，比如 家政服务员初级培训包"), Length(max=60, message="最多 60 个字")],
        filters=[_one_line],
    )
    summary = TextAreaField("教什么，给谁学", [Length(max=500, message="最多 500 个字，说最要紧的")])
    standard_code = StringField(
        "依据的职业标准编号", [Length(max=40, message="太长了，最多 40 个字")], filters=[_one_line]
    )
    standard_name = StringField("职业标准名称", [Length(max=100, message="最多 100 个字")], filters=[_one_line])
    standard_level = SelectField("等级", choices=_LEVELS, validate_choice=False)

    def validate_standard_code(self, field: StringField) -> None:
        """A code that can be recognised, and never without its name."""
        code = read_code(field.data or "")
        if isinstance(code, Fault):
            raise ValidationError(f"{code.reason}。{code.mend}")
        if bool(code) != bool((self.standard_name.data or "").strip()):
            raise ValidationError("标准的编号和名称要一起写，没有就都空着")
        field.data = code

    def validate_standard_level(self, field: SelectField) -> None:
        """One of the five, or none."""
        level = read_level(field.data or "")
        if isinstance(level, Fault):
            raise ValidationError(f"{level.reason}。{level.mend}")
        field.data = level

    @property
    def description(self) -> Description:
        """The words as plain data."""
        standard = Standard(
            self.standard_code.data or "", self.standard_name.data or "", self.standard_level.data or ""
        )
        return Description(self.title.data or "", (self.summary.data or "").strip(), standard)


class NewPackageForm(DescriptionForm):
    """A new package: the other author and the programme, beside the words."""

    partner = StringField("和哪家合编", [InputRequired("写上对方单位的全称")], filters=[_one_line])
    programme_code = SelectField("属于哪个项目", validate_choice=True)


class ItemForm(FlaskForm):
    """One item of a syllabus; the rules read it as they read a line of a sheet."""

    number = StringField("编号", filters=[_one_line])
    title = StringField("内容", filters=[_one_line])
    theory = StringField("理论学时", filters=[_one_line])
    practical = StringField("实操学时", filters=[_one_line])
    code = StringField("标准编号", filters=[_one_line])
    name = StringField("标准名称", filters=[_one_line])
    level = SelectField("等级", choices=_LEVELS, validate_choice=False)

    def item(self) -> Item | None:
        """The item; None where a field cannot stand, and then the field says why."""
        found = read_fields({column: getattr(self, field).data or "" for field, column in _COLUMNS.items()})
        if isinstance(found, Item):
            return found
        for field, column in _COLUMNS.items():
            if column in found:
                getattr(self, field).errors = [f"{found[column].reason}。{found[column].mend}"]
        return None


_COLUMNS = dict(zip(("number", "title", "theory", "practical", "code", "name", "level"), Column, strict=True))


class SyllabusSheetForm(FlaskForm):
    """A sheet to be read."""

    file = FileField("大纲表格", [FileRequired("先选一个大纲表格")])


class TakeForm(FlaskForm):
    """How a sheet is taken in."""

    way = RadioField(
        "怎么导入",
        [InputRequired("选一种导入的办法")],
        choices=[SelectChoice("beside", "按编号并进去"), SelectChoice("whole", "整份换掉")],
        default="beside",
    )


class ReviewForm(FlaskForm):
    """What an administrator says to a training package; remarks come as remark-number-N and remark-words-N."""

    verdict = RadioField(
        "怎么办",
        [InputRequired("选“批准”或“退回修改”")],
        choices=[SelectChoice("approve", "批准"), SelectChoice("return", "退回修改")],
    )
    reason = TextAreaField("退回的原因", [Length(max=500, message="太长了，最多 500 个字")])
    revision = HiddenField()

    def validate_reason(self, field: TextAreaField) -> None:
        """A package that is returned is told why."""
        if self.verdict.data == "return" and not (field.data or "").strip():
            raise ValidationError("写一句要改什么，两家才知道怎么改")


def remarks_of(fields: Mapping[str, str]) -> dict[str, str]:
    """Remarks by number of item out of the numbered pairs of fields; a number that cannot be read stays as it was typed."""
    found: dict[str, str] = {}
    for place in range(1, REMARKS + 1):
        words = fields.get(f"remark-words-{place}", "").strip()[:300]
        typed = fields.get(f"remark-number-{place}", "").strip()[:20]
        number = read_number(typed) if typed else ""
        if words:
            found[number if isinstance(number, str) else typed] = words
    return found


class UnifyForm(FlaskForm):
    """From which day on a version is the unified syllabus."""

    effective_from = DateField("从哪一天起", [InputRequired("选开始的那一天")])


def numbers_of(fields: Mapping[str, str], lesson: int) -> list[str]:
    """The items that lesson `lesson` is mapped to, out of field lesson-N: 1.1、1.2 with any of the usual separators."""
    text = fields.get(f"lesson-{lesson}", "")[:400]
    for separator in "、，,;；\n\t":
        text = text.replace(separator, " ")
    return [number if isinstance(number := read_number(part), str) else part for part in text.split()]


def revision_of(form: Any) -> int:
    """The revision that a page was written for; -1 where it says none, which no version has."""
    text = str(form.get("revision", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
