"""What may be sent in about question banks."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length


def _one_line(text: str | None) -> str | None:
    return " ".join(text.split()) if text else text


class BankForm(FlaskForm):
    """A new bank: what it is called and which programme it belongs to."""

    title = StringField(
        "题库叫什么",
        [InputRequired("给题库起个名字，比如 家政服务员初级题库"), Length(max=60, message="最多 60 个字")],
        filters=[_one_line],
    )
    programme_code = SelectField("属于哪个项目", validate_choice=True)
    file = FileField("题目表格")


class SheetForm(FlaskForm):
    """More questions for a version."""

    file = FileField("题目表格", [FileRequired("先选一个题目表格")])
