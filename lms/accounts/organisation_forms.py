"""What may be sent in about organisations, their people and papers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from lms.accounts import roles, rules
from lms.accounts.actions.papers import NewQualification, TeacherEntry
from lms.accounts.actions.registering import NewOrganisation
from lms.accounts.rules import credit_codes, identity, organisations, qualifications
from lms.foundation import clock

EMPLOYMENT = [SelectChoice("full", "专职"), SelectChoice("part", "兼职")]
PICK = SelectChoice("", "选一个")


def as_choices(words: Mapping[str, str], group: str | None = None) -> list[SelectChoice]:
    """Values with their words, as a field offers them."""
    return [SelectChoice(value, label, optgroup=group) for value, label in words.items()]


def _short(most: int, words: str) -> list[Any]:
    return [InputRequired(words), Length(max=most, message=f"太长了，最多 {most} 个字")]


def _at_most(most: int) -> list[Any]:
    return [Length(max=most, message=f"太长了，最多 {most} 个字")]


def _trimmed(text: str | None) -> str | None:
    return " ".join(text.split()) if text else text


class Day(DateField):
    """A day, told in our own words where it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read 2026-11-22; an empty field is no day."""
        if valuelist and not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(f"{self.label.text}没认出来，像 2026-11-22 这样填") from None


class Choice(SelectField):
    """One of the offered, told in our own words where it is none of them."""

    def pre_validate(self, form: Any) -> None:
        """Take what the page offered and nothing else."""
        try:
            super().pre_validate(form)
        except ValueError:
            raise ValidationError(f"{self.label.text}从列出的里面选一个") from None


class WhoForm(FlaskForm):
    """Somebody by name, identity number and phone."""

    name = StringField("姓名", _short(40, "填姓名，和身份证上一样"), filters=[_trimmed])
    id_number = StringField("身份证号", [InputRequired("填 18 位身份证号")])
    phone = StringField("手机号", [InputRequired("填手机号，是 11 位数字")])

    def validate_id_number(self, field: StringField) -> None:
        """Say what is wrong with the number, in the words of the roster."""
        read = identity.read_id_number(field.data or "", is_number=False, today=clock.today())
        if not isinstance(read, str):
            raise ValidationError(f"{read.reason}，{read.mend}")
        self.number = read

    def validate_phone(self, field: StringField) -> None:
        """Say what is wrong with the phone."""
        read = identity.read_phone(field.data or "")
        if not isinstance(read, str):
            raise ValidationError(f"{read.reason}，{read.mend}")
        self.mobile = read

    def who(self) -> rules.NewPerson:
        """The person as plain data."""
        return rules.NewPerson(self.name.data or "", self.number, self.mobile)


class InvitationForm(WhoForm):
    """Somebody and the work they are asked to do."""

    role = RadioField("岗位", [InputRequired("选一个岗位")], choices=[])


class ApplicationForm(WhoForm):
    """An organisation that asks to take part, and the person who will answer for it."""

    kind = RadioField(
        "单位类型",
        [InputRequired("选一个单位类型")],
        choices=as_choices({"institution": "培训机构", "enterprise": "企业"}),
    )
    institution_kind = Choice("机构类别", choices=[PICK, *as_choices(organisations.INSTITUTION_KINDS)], default="")
    title = StringField("单位名称", _short(80, "填单位全称，和营业执照或法人证书上一样"), filters=[_trimmed])
    credit_code = StringField("统一社会信用代码", [InputRequired("填 18 位统一社会信用代码")])
    region_code = Choice("所在地区", [InputRequired("选单位所在的县（区）")])
    plan_code = Choice("先参加哪个计划", [InputRequired("选一个计划")])

    def validate_credit_code(self, field: StringField) -> None:
        """Say what is wrong with the code."""
        problem = credit_codes.why_not(credit_codes.normal(field.data or ""))
        if problem:
            raise ValidationError(problem)

    def validate_institution_kind(self, field: SelectField) -> None:
        """An institution says which of the seed's kinds it is."""
        problem = organisations.why_not_kind(self.kind.data or "", field.data or "")
        if problem:
            raise ValidationError(problem)

    def asked(self) -> NewOrganisation:
        """The application as plain data."""
        kind = self.kind.data
        return NewOrganisation(
            kind=kind,
            institution_kind=self.institution_kind.data if kind == "institution" else None,
            name=self.title.data or "",
            credit_code=credit_codes.normal(self.credit_code.data or ""),
            region_code=self.region_code.data,
            plan_code=self.plan_code.data,
            lead=self.who(),
        )


class VerdictForm(FlaskForm):
    """Yes or no to what somebody asks, with a reason."""

    verdict = RadioField("怎么办", [InputRequired("两个里选一个")], choices=as_choices({"yes": "同意", "no": "退回"}))
    reason = TextAreaField("说明", _at_most(500))

    def validate_reason(self, field: TextAreaField) -> None:
        """Who is sent back is told why."""
        if self.verdict.data == "no" and not (field.data or "").strip():
            raise ValidationError("写一句为什么退回，对方才知道改哪里")


class NameForm(FlaskForm):
    """A new name and the paper it rests on."""

    name = StringField("新名称", _short(80, "填变更后的单位全称"), filters=[_trimmed])
    reason = StringField("依据", _short(200, "写一句依据，比如“营业执照 2026 年 11 月变更”"), filters=[_trimmed])


class RoleForm(FlaskForm):
    """A role to give or take."""

    role = HiddenField(validators=[InputRequired()])


class LeavingForm(FlaskForm):
    """Who takes over from somebody who leaves."""

    successor = Choice("谁接手", [InputRequired("选一位同事，接他手上的事")])
    reason = StringField("说明", _at_most(200), filters=[_trimmed])


class QualificationForm(FlaskForm):
    """A paper with its days and its document."""

    kind = Choice("资质", [InputRequired("选一种资质")], choices=[PICK, *as_choices(qualifications.KINDS)])
    number = StringField("证号或文号", _at_most(60), filters=[_trimmed])
    issued_by = StringField("发证或受理单位", _short(80, "填发证或受理的单位"), filters=[_trimmed])
    valid_from = Day("从哪天起", [InputRequired("选从哪天起有效")])
    valid_until = Day("到哪天止", [Optional()])
    plan_code = Choice("用在哪个计划", [InputRequired("选一个计划")])
    file = FileField("证件照片或 PDF")

    def validate_valid_until(self, field: Day) -> None:
        """The end is not before the beginning."""
        if field.data and isinstance(self.valid_from.data, date) and field.data < self.valid_from.data:
            raise ValidationError("结束的日子在开始以前，看看有没有填反")

    def new(self) -> NewQualification:
        """The paper as plain data."""
        words: dict[str, Any] = {
            "kind": self.kind.data,
            "number": self.number.data or "",
            "issued_by": self.issued_by.data or "",
        }
        days: dict[str, Any] = {"valid_from": self.valid_from.data, "valid_until": self.valid_until.data}
        return NewQualification(**words, **days, plan_code=self.plan_code.data)


class TeacherForm(FlaskForm):
    """A teacher of the pool."""

    name = StringField("姓名", _short(40, "填老师的姓名"), filters=[_trimmed])
    field = StringField("教什么", _short(80, "写教什么，比如“电工实操”"), filters=[_trimmed])
    employment = RadioField("专职还是兼职", [InputRequired("两个里选一个")], choices=EMPLOYMENT)
    certificate = StringField("证书", _at_most(80), filters=[_trimmed])
    certificate_number = StringField("证书编号", _at_most(60), filters=[_trimmed])
    valid_from = Day("证书从哪天起", [Optional()])
    valid_until = Day("证书到哪天止", [Optional()])

    def validate_valid_until(self, field: Day) -> None:
        """The end is not before the beginning."""
        if field.data and isinstance(self.valid_from.data, date) and field.data < self.valid_from.data:
            raise ValidationError("结束的日子在开始以前，看看有没有填反")

    def entry(self) -> TeacherEntry:
        """The teacher as plain data."""
        words: dict[str, Any] = {
            name: getattr(self, name).data or "" for name in ("name", "field", "certificate", "certificate_number")
        }
        words |= {"valid_from": self.valid_from.data, "valid_until": self.valid_until.data}
        return TeacherEntry(employment=self.employment.data, **words)


class LoanForm(FlaskForm):
    """Work lent to a colleague."""

    role = Choice("哪份工作", [InputRequired("选一份工作")])
    borrower = Choice("交给谁代", [InputRequired("选一位同事")])
    starts_on = Day("从哪天起", [InputRequired("选从哪天起")])
    ends_on = Day("到哪天止", [InputRequired("选到哪天止，那天也算在内")])
    reason = StringField("为什么", _short(200, "写一句为什么，比如“出差”"), filters=[_trimmed])


def role_choices(names: tuple[str, ...]) -> list[SelectChoice]:
    """Roles with their words."""
    return as_choices({name: roles.WORDS[name] for name in names})
