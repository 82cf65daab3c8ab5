"""What may be sent in to ask for a sheet."""

from datetime import date
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, Regexp, ValidationError

from lms.subsidies.sheets.asking import Wish
from lms.subsidies.sheets.kinds import WORDS

ID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
KINDS = [SelectChoice(kind, words) for kind, words in WORDS.items()]
IDENTITIES = [SelectChoice("masked", "遮盖"), SelectChoice("full", "完整")]


class SheetForm(FlaskForm):
    """Which sheet, of what, of which days, and how much of the ID numbers."""

    kind = RadioField("哪一种", [InputRequired("选一种表")], choices=KINDS, default="ledger")
    cohort_id = SelectField("班级", [Optional(), Regexp(ID, message="选一个班")], validate_choice=False)
    person_id = HiddenField(validators=[Optional(), Regexp(ID)])
    first = DateField("从哪一天", [Optional()])
    last = DateField("到哪一天", [Optional()])
    identity = RadioField("身份证号", choices=IDENTITIES, default="masked", validators=[Optional()])
    reason = StringField(
        "用途", [Length(max=200, message="太长了，最多 200 个字")], filters=[lambda t: (t or "").strip()]
    )
    token = HiddenField(validators=[InputRequired(), Regexp(ID)])

    def validate_last(self, field: Field) -> None:
        """Days run forward."""
        if self.first.data and field.data and field.data < self.first.data:
            raise ValidationError("这一天在“从哪一天”前面，两个日期对调看看")

    def wish(self) -> Wish:
        """What is asked for, as plain data."""
        cohort, person = (UUID(text) if text else None for text in (self.cohort_id.data, self.person_id.data))
        days: tuple[date | None, date | None] = (self.first.data, self.last.data)
        how = {"identity": self.identity.data or "masked", "reason": self.reason.data}
        return Wish(self.kind.data, cohort, person, "", "", *days, **how)
