"""What an institution's second person says to a course."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length


class LookForm(FlaskForm):
    """Yes, or back to the clerk with a reason; `seen` is the content that was looked at."""

    verdict = RadioField(
        "怎么办",
        [InputRequired("选“没问题”或“退给经办”")],
        choices=[SelectChoice("yes", "没问题，可以送审"), SelectChoice("no", "退给经办")],
    )
    reason = TextAreaField("退回的原因", [Length(max=500, message="太长了，最多 500 个字")])
    seen = HiddenField()

    def validate_reason(self, field: TextAreaField) -> None:
        """What is given back is told why."""
        if self.verdict.data == "no" and not (field.data or "").strip():
            raise ValidationError("写一句为什么退回，经办才知道改哪里")
