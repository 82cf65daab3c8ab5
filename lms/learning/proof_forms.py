"""What is filled in to prove who is learning."""

from uuid import UUID

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import Regexp


class ProofCodeForm(FlaskForm):
    """The one-time code that came to the registered phone."""

    code = StringField("短信验证码", [Regexp(r"^\s*\d{6}\s*$", message="验证码是 6 位数字，看看最新那条短信")])


class AttestForm(FlaskForm):
    """Who sat in the classroom; the boxes are read by ticked()."""


def ticked(form: MultiDict[str, str]) -> frozenset[UUID]:
    """The people whose boxes are ticked; what is no id is left out."""
    found = set()
    for text in form.getlist("people")[:2000]:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return frozenset(found)
