"""What may be sent in to ask for an export."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp

UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
IDENTITIES = [SelectChoice("masked", "遮盖"), SelectChoice("full", "完整")]


class ExportForm(FlaskForm):
    """Which class, how much of the ID numbers, and why."""

    cohort_id = SelectField(
        "班级", [InputRequired("选一个班"), Regexp(UUID, message="选一个班")], validate_choice=False
    )
    identity = RadioField("身份证号", [InputRequired("选遮盖还是完整")], choices=IDENTITIES, default="masked")
    reason = StringField(
        "用途", [Length(max=200, message="太长了，最多 200 个字")], filters=[lambda t: (t or "").strip()]
    )
    token = HiddenField(validators=[InputRequired(), Regexp(UUID)])
