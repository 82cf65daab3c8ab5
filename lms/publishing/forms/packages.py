"""What may be sent in as a package in one file, turned into plain data."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length, NumberRange, Optional

from courses.packages import TITLE_LENGTH
from lms.publishing.forms.courses import Declared, FileOf, Tokened, WholeNumber
from lms.publishing.rules.uploads import MOST_BYTES

PACKAGE_NAMES = (".zip", ".xml", ".pdf", ".html", ".htm")


class PackageForm(FlaskForm, Tokened, Declared):
    """A package: one file, sent with the form or in pieces before it."""

    title = StringField("课程叫什么（可以不填）", [Length(max=TITLE_LENGTH, message="课名最多 60 个字")])
    programme_code = SelectField("属于哪个项目", validate_choice=True)
    package = FileField("课程包", [FileOf("课程包", PACKAGE_NAMES, MOST_BYTES["package"])])
    package_upload = HiddenField()
    declared_minutes = WholeNumber(
        "申报学习时间（分钟，可以不填）", [Optional(), NumberRange(1, 7200, "填 1 到 7200 之间的整数，不填也行")]
    )
    upload_token = HiddenField()
