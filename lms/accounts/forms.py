"""What may be typed to sign in."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, ValidationError
from wtforms.validators import InputRequired

from lms.accounts import rules


class PhoneForm(FlaskForm):
    """A phone number; `normal` is its 11 digits."""

    phone = StringField("手机号", [InputRequired("先填手机号，是 11 位数字")])

    def validate_phone(self, field: StringField) -> None:
        """Say how far it is from a phone number."""
        digits = sum(c.isdigit() for c in field.data or "")
        if rules.normal_phone(field.data or "") is None:
            raise ValidationError(f"手机号要 11 位，1 开头，现在是 {digits} 位，再看一遍")

    @property
    def normal(self) -> str:
        """The number as 11 digits."""
        return rules.normal_phone(self.phone.data or "") or ""


class CodeForm(FlaskForm):
    """The code that was sent."""

    code = StringField("短信验证码", [InputRequired("把短信里的 6 位数字填在这里")])


class PasswordForm(PhoneForm):
    """Phone and password."""

    password = PasswordField("密码", [InputRequired("填密码；忘了就用短信验证码登录")])


class WhoForm(FlaskForm):
    """Which of several people with one phone."""
