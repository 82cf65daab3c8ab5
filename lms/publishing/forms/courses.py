"""What may be sent in about packages, turned into plain data."""

from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from courses.packages import (
    CAPTION_BYTES,
    CAPTION_NAMES,
    QUIZ_BYTES,
    QUIZ_NAMES,
    TITLE_LENGTH,
    VIDEO_BYTES,
    VIDEO_NAMES,
    megabytes,
    short,
)

BODY_BYTES = VIDEO_BYTES + CAPTION_BYTES + QUIZ_BYTES + (1 << 20)


class FileOf:
    """A file that must be chosen, of one of some names, not empty and not over a size; or its upload named beside it."""

    def __init__(self, what: str, names: tuple[str, ...], most: int) -> None:
        self.what, self.names, self.most = what, names, most

    def __call__(self, form: FlaskForm, field: FileField) -> None:
        """Look at the file; one that came in pieces before is for the door to find."""
        beside = form._fields.get(f"{field.name}_upload")
        if beside is not None and beside.data:
            return
        file = field.data
        if not isinstance(file, FileStorage) or not file.filename:
            raise ValidationError(f"还没有选{self.what}，选一个 {' 或 '.join(self.names)} 文件")
        if not file.filename.lower().endswith(self.names):
            raise ValidationError(f"“{short(file.filename)}”不是{self.what}，选一个 {' 或 '.join(self.names)} 文件")
        size = file.stream.seek(0, 2)
        file.stream.seek(0)
        if not size:
            raise ValidationError(f"“{short(file.filename)}”是空的，0 字节，打开原文件看看，再选一次")
        if size > self.most:
            raise ValidationError(f"“{short(file.filename)}”有 {megabytes(size)}，不能超过 {megabytes(self.most)}")


class WholeNumber(IntegerField):
    """An integer, with our own words where it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; full-width digits and blanks around it are fine."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None
            raise ValueError("填一个整数，比如 12") from None


class Tokened:
    """A form that is the same upload however often it is sent."""

    upload_token: HiddenField

    @property
    def token(self) -> UUID:
        """What makes the same form the same upload; a damaged one counts as new."""
        try:
            return UUID(self.upload_token.data or "")
        except ValueError:
            return uuid4()


class Declared:
    """A form that may declare a study time."""

    declared_minutes: WholeNumber

    @property
    def declared_seconds(self) -> int:
        """Declared study time; 0 when none was."""
        return (self.declared_minutes.data or 0) * 60


class UploadForm(FlaskForm, Tokened, Declared):
    """A video lesson: three files and a few words."""

    title = StringField(
        "这一课叫什么",
        [InputRequired("写上课的名字，比如 荔枝怎么装箱"), Length(max=TITLE_LENGTH, message="课名最多 60 个字")],
    )
    programme_code = SelectField("属于哪个项目", validate_choice=True)
    video = FileField("视频", [FileOf("视频", VIDEO_NAMES, VIDEO_BYTES)])
    video_upload = HiddenField()
    captions = FileField("字幕", [FileOf("字幕", CAPTION_NAMES, CAPTION_BYTES)])
    quiz = FileField("小测验表格", [FileOf("小测验表格", QUIZ_NAMES, QUIZ_BYTES)])
    declared_minutes = WholeNumber(
        "申报学习时间（分钟，可以不填）", [Optional(), NumberRange(1, 720, "填 1 到 720 之间的整数，不填就按实测")]
    )
    upload_token = HiddenField()


class ReturnForm(FlaskForm):
    """A reason, in words."""

    reason = TextAreaField(
        "要改什么",
        [InputRequired("写一句要改什么，对方才知道怎么改"), Length(max=500, message="最多 500 个字，说最要紧的")],
    )


def seconds_of(fields: dict[str, str], number: int | str) -> int | None:
    """Study time of lesson `number` (or of the "rest") in seconds out of fields minutes-N and seconds-N; None when they hold no whole numbers."""
    minutes, seconds = fields.get(f"minutes-{number}", "").strip(), fields.get(f"seconds-{number}", "0").strip() or "0"
    if (
        not (minutes.isascii() and minutes.isdigit() and seconds.isascii() and seconds.isdigit())
        or len(minutes + seconds) > 6
    ):
        return None
    return int(minutes) * 60 + int(seconds)
