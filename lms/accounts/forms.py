"""What may be typed to sign in."""

from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, SelectChoice, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

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
    """Which of several people with one phone; the last six of the identity number where they are asked."""

    person = StringField("你是谁", [InputRequired("先选自己的名字")])
    digits = StringField("身份证后 6 位")


class AppCodeForm(FlaskForm):
    """The six digits of the app."""

    code = StringField("动态码", [InputRequired("打开手机里的验证器，把 6 位数字填在这里")])


class RecoveryForm(FlaskForm):
    """A code from paper."""

    code = StringField("备用码", [InputRequired("把纸上还没划掉的一个填在这里，是 12 位字母和数字")])


class SlipForm(FlaskForm):
    """A slip that the school gave, and the last six of the identity number."""

    slip = StringField("登录条上的号码", [InputRequired("把登录条上的 12 位字母和数字填在这里")])
    digits = StringField("身份证后 6 位", [InputRequired("再填自己身份证的后 6 位，最后一位可能是 X")])


class ProofForm(FlaskForm):
    """What proves somebody once more; the page says which."""

    code = StringField("确认", [InputRequired("先填这里")])


class NewPasswordForm(FlaskForm):
    """A password to come."""

    password = PasswordField("新密码", [InputRequired("先填新密码"), Length(max=200, message="太长了，200 个字以内")])


class NameForm(FlaskForm):
    """What a passkey is called."""

    name = StringField("名字", [InputRequired("给它起个名字"), Length(max=40, message="40 个字以内")])


class FindForm(FlaskForm):
    """Whom to help: a name, or an identity number."""

    who = StringField("姓名或者身份证号", [InputRequired("先填姓名，或者 18 位身份证号")])


class HelpForm(FlaskForm):
    """What is asked for, and what was seen."""

    kind = RadioField(
        "要办什么",
        choices=[
            SelectChoice("slip", "开一张登录条（没有手机）"),
            SelectChoice("phone", "换手机号（旧号用不了）"),
            SelectChoice("second_factor", "重设第二道验证（验证器丢了）"),
        ],
        validators=[InputRequired("先选要办什么")],
    )
    phone = StringField("新手机号")
    document = SelectField(
        "你看了哪种证件",
        choices=[
            SelectChoice("身份证", "居民身份证原件"),
            SelectChoice("临时身份证", "临时身份证原件"),
            SelectChoice("户口簿", "户口簿原件"),
            SelectChoice("护照或通行证", "护照、港澳台通行证原件"),
        ],
    )
    reason = StringField("为什么要办", [InputRequired("写一句为什么，比如“旧号注销了”"), Length(max=200)])

    def validate_phone(self, field: StringField) -> None:
        """A new number is needed where the phone is changed."""
        if self.kind.data == "phone" and rules.normal_phone(field.data or "") is None:
            raise ValidationError("换手机号要填新号码，11 位数字")

    @property
    def normal_phone(self) -> str | None:
        """The new number as 11 digits."""
        return rules.normal_phone(self.phone.data or "")


class DecideForm(FlaskForm):
    """The second person's word."""

    reason = StringField("你核对了什么", [InputRequired("写一句你核对了什么"), Length(max=200)])
