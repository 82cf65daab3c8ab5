"""What may be sent in on the pages about learning records, turned into plain data."""

from urllib.parse import urlsplit
from uuid import UUID

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from lms.lrs.rules.keys import USES, Use
from lms.lrs.rules.vocabulary import WRITTEN

A_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
LARGEST_IMPORT = 64 * 1024 * 1024
SUFFIXES = (".json", ".jsonl", ".ndjson")


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class OfOrganisation(FlaskForm):
    """A form about one of the organisations that the person answers for."""

    tenant_id = SelectField("单位", [DataRequired("选一家单位"), Regexp(A_UUID, message="选一家单位")])

    @property
    def tenant(self) -> UUID:
        """The organisation chosen; call it once the form is valid."""
        return UUID(self.tenant_id.data)


class KeyForm(OfOrganisation):
    """A new key: who will hold it, what for, and what it may do."""

    name = StringField(
        "给哪个系统用",
        [DataRequired("写上系统的名字，比如 县域培训平台"), Length(max=60, message="名字最多 60 个字")],
        filters=[_stripped],
    )
    purpose = StringField(
        "用来做什么",
        [DataRequired("写一句用来做什么，以后看清单的人才明白"), Length(max=200, message="最多 200 个字")],
        filters=[_stripped],
    )
    use = RadioField(
        "能做什么",
        [DataRequired("选一种")],
        choices=[SelectChoice(use.name, use.words) for use in USES],
        default=USES[0].name,
    )

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of what was chosen."""
        return _use(self.use.data).scopes


class PersonForm(FlaskForm):
    """Whom to look for in a class. The name is posted: it does not belong into an address."""

    name = StringField(
        "学员姓名", [DataRequired("写上学员的姓名"), Length(max=60, message="姓名最多 60 个字")], filters=[_stripped]
    )


class ReasonForm(FlaskForm):
    """Why somebody takes a person's whole record."""

    reason = StringField(
        "为什么要下载",
        [DataRequired("写一句为什么，会留档"), Length(min=4, max=200, message="写 4 到 200 个字")],
        filters=[_stripped],
    )


class ForwardingForm(OfOrganisation):
    """Where statements go on to, with which account, and which of them."""

    name = StringField(
        "转给谁", [DataRequired("写上对方系统的名字"), Length(max=60, message="名字最多 60 个字")], filters=[_stripped]
    )
    endpoint = StringField(
        "对方的 xAPI 地址",
        [DataRequired("写上对方给你的地址，比如 https://lrs.example.cn/xapi"), Length(max=300, message="地址太长了")],
        filters=[_stripped],
    )
    username = StringField(
        "账号", [DataRequired("写上对方给你的账号"), Length(max=200, message="最多 200 个字")], filters=[_stripped]
    )
    secret = PasswordField("密钥", [DataRequired("写上对方给你的密钥"), Length(max=500, message="最多 500 个字")])
    verbs = SelectMultipleField(
        "转哪些记录",
        choices=[SelectChoice(verb.value, verb.words["zh-CN"]) for verb in WRITTEN],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    start = RadioField(
        "从什么时候的记录开始",
        [DataRequired("选一种")],
        choices=[SelectChoice("now", "从现在起"), SelectChoice("all", "以前的也转")],
        default="now",
    )

    def validate_endpoint(self, field: StringField) -> None:
        """An address of the right form; whether it may be spoken to is decided where it is spoken to."""
        parts = urlsplit(field.data)
        if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.query:
            raise ValidationError("地址要以 https:// 开头，里面不带账号和问号")


class ImportForm(OfOrganisation):
    """A file of statements."""

    file = FileField("记录文件")
    version = RadioField(
        "按哪个版本的规则看",
        [DataRequired("选一个版本")],
        choices=[SelectChoice("1.0.3", "xAPI 1.0.3"), SelectChoice("2.0.0", "xAPI 2.0")],
        default="1.0.3",
    )
    token = HiddenField(validators=[DataRequired(), Regexp(A_UUID)])

    def validate_file(self, field: FileField) -> None:
        """A JSON or JSON Lines file that holds something and is not too large."""
        if not field.data or not field.data.filename:
            raise ValidationError("还没有选文件，选一个 .json 或 .jsonl 文件")
        if not field.data.filename.lower().endswith(SUFFIXES):
            raise ValidationError("这不是记录文件，选一个 .json 或 .jsonl 文件")
        size = field.data.stream.seek(0, 2)
        field.data.stream.seek(0)
        if not size:
            raise ValidationError("这个文件是空的，打开原文件看看，再选一次")
        if size > LARGEST_IMPORT:
            raise ValidationError("这个文件超过 64 MB，分成几个再传")


def _use(name: str) -> Use:
    return next(use for use in USES if use.name == name)
