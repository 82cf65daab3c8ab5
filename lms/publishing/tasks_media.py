"""What workers do for the media of courses: smaller files of an approved lesson. All slow work stands outside transactions."""

from pathlib import Path
from uuid import UUID

from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.jobs import JobRefused, RunningJob, handles
from lms.publishing import encoding, queries
from lms.publishing.actions import variants
from lms.publishing.actions.variants import NewVariant
from lms.publishing.encoding import Heard
from lms.publishing.queries.variants import VARIANTS, made_of_content, sounds_of
from lms.publishing.tasks import Teller
from media.probe import Unusable
from media.storage import NoSuchFile, StorageFull, is_full

WORDS = "正在生成省流量版和只听声音版"
DISK_FULL = "服务器的磁盘满了，省流量版没有做成，课照样能看。告诉工作人员腾出地方"
FILE_GONE = "存下的视频找不到了，请重新上传这一课"


@handles(VARIANTS)
def make_variants(job: RunningJob) -> None:
    """Make one lesson's smaller files, or take over those of the very same video; then the next lesson's turn comes."""
    with transaction(job.principal):
        lesson = queries.lesson(UUID(job.arguments["lesson_id"]))
        sounds = [Heard(one.language, one.key) for one in sounds_of([lesson.id]) if one.key]
        known = [_again(row) for row in made_of_content(lesson.content_hash)]
    try:
        made = known if known and not sounds else _made(lesson, sounds, job)
    except Unusable as problem:
        # The course plays from its own file; the next lesson must not wait for this one.
        with job.finish(problem=problem.what):
            variants.keep(lesson, ())
        return
    with job.finish(made=len(made)):
        variants.keep(lesson, made)


def _made(lesson: queries.LessonView, sounds: list[Heard], job: RunningJob) -> tuple[NewVariant, ...]:
    room: Path = settings().data / "incoming" / f"variants-{lesson.id}"
    teller = Teller(job)
    try:
        return encoding.make(
            lesson.media_key or "", lesson.duration_ms, sounds, room, lambda percent: teller(percent, WORDS)
        )
    except StorageFull as problem:
        raise JobRefused(DISK_FULL) from problem
    except NoSuchFile as problem:
        raise JobRefused(FILE_GONE) from problem
    except OSError as problem:
        if is_full(problem):
            raise JobRefused(DISK_FULL) from problem
        raise


def _again(row: object) -> NewVariant:
    return NewVariant(**{name: getattr(row, name) for name in NewVariant.__dataclass_fields__})
