"""Smaller files after approval and sound tracks before it: the whole way through the job, on a real video of six seconds."""

import io
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from lms.foundation import jobs
from lms.foundation.database import db, transaction
from lms.foundation.jobs import Job
from lms.publishing import files, queries
from lms.publishing.actions import variants
from lms.publishing.models import Lesson, PackageVersion
from lms.publishing.models.variants import LessonSound, LessonVariant
from lms.publishing.queries.variants import VARIANTS, ways_of
from lms.publishing.rules.ways import Way, in_order, language_words, to_begin_with, words_of
from media.storage import key_for
from tests.cohorts.classes import a_version
from tests.people import SYSTEM, Cast
from tests.videos import encode, make

SECONDS = 6


@pytest.fixture
def lesson(people: Cast, tmp_path: Path) -> queries.LessonView:
    """The video of a version that was not sent in; its file is in the storage."""
    version_id = a_version(people, state="checked", seconds=SECONDS)
    path = make(tmp_path / "lesson.mp4", seconds=SECONDS, size="960x540")
    digest = key_for("c" * 64, ".mp4")
    with path.open("rb") as file:
        files.storage().put(digest, file)
    with transaction(SYSTEM):
        values = {"media_key": digest, "content_hash": "c" * 64, "size_bytes": path.stat().st_size}
        db.session.execute(update(Lesson).where(Lesson.version_id == version_id, Lesson.number == 1).values(**values))
        return queries.lessons_of(version_id)[0]


def approve(version_id) -> None:
    with transaction(SYSTEM):
        db.session.execute(update(PackageVersion).where(PackageVersion.id == version_id).values(state="approved"))
        variants.begin(version_id)


def run_all() -> int:
    with transaction(SYSTEM):
        waiting = db.session.scalars(select(Job.id).where(Job.kind == VARIANTS, Job.state == "queued")).all()
    return sum(jobs.run(one) for one in waiting)


def recording(tmp_path: Path, seconds: int = SECONDS) -> bytes:
    return encode(["-f", "lavfi", "-i", f"sine=frequency=700:duration={seconds}"], tmp_path / "c.mp3").read_bytes()


def send_sound(client, lesson, data: bytes, language: str = "cantonese"):
    fields = {"language": language, "file": (io.BytesIO(data), "粤语.mp3")}
    return client.post(f"/packages/{lesson.version_id}/lessons/{lesson.id}/sounds", data=fields)


def test_a_lesson_gets_its_smaller_files_once_and_in_every_language(people: Cast, client_for, lesson, tmp_path) -> None:
    """Sabotage: make them anew each time a version is approved, or leave the added sound out of one of them."""
    clerk = client_for(people.liumin)
    assert send_sound(clerk, lesson, recording(tmp_path)).status_code == 303
    assert (
        clerk.post(
            f"/packages/{lesson.version_id}/lessons/{lesson.id}/own-sound", data={"language": "mandarin"}
        ).status_code
        == 303
    )
    page = clerk.get(f"/packages/{lesson.version_id}/sounds").text
    assert "粤语" in page and "<audio" in page
    approve(lesson.version_id)
    with transaction(SYSTEM):
        assert [way.kind for way in ways_of(lesson)] == ["source"]
    assert run_all() == 1 and run_all() == 0
    with transaction(SYSTEM):
        found = ways_of(lesson)
        assert db.session.scalar(select(Job.state).where(Job.kind == VARIANTS)) == "done"
    own = [way.name for way in found if not way.language]
    assert own == ["240p", "source", "audio"] and {way.language for way in found} == {"", "cantonese"}
    assert [way.name for way in found if way.language] == ["240p.cantonese", "source.cantonese", "audio.cantonese"]
    for way in found:
        assert files.storage().size(key_for(way.sha256, ".mp4")) == way.size_bytes
    page = clerk.get(f"/packages/{lesson.version_id}/sounds").text
    assert "普通话，省流量" in page and "粤语，只听声音" in page


def test_the_very_same_video_is_encoded_once(people: Cast, lesson) -> None:
    """Sabotage: encode by lesson. A copied course takes over the files."""
    approve(lesson.version_id)
    run_all()
    other = a_version(people, state="checked", seconds=SECONDS)
    with transaction(SYSTEM):
        same = {"media_key": "sha256/00/gone.mp4", "content_hash": "c" * 64, "size_bytes": 1}
        db.session.execute(update(Lesson).where(Lesson.version_id == other, Lesson.number == 1).values(**same))
    approve(other)
    assert run_all() == 1
    with transaction(SYSTEM):
        counted = select(func.count()).select_from(LessonVariant).where(LessonVariant.version_id == other)
        assert db.session.scalar(counted) == 2


def test_a_sound_changes_the_version_s_hash_and_is_kept_once_it_is_approved(
    people: Cast, client_for, lesson, tmp_path
) -> None:
    """Sabotage: leave the sounds out of what a reviewer approves, or drop the trigger of 0021."""
    clerk, version_id = client_for(people.liumin), lesson.version_id
    assert send_sound(clerk, lesson, recording(tmp_path), "hakka").status_code == 303
    with transaction(SYSTEM):
        heard = queries.version(version_id).content_hash
        [sound_id] = db.session.scalars(select(LessonSound.id))
    assert clerk.post(f"/packages/{version_id}/sounds/{sound_id}/remove").status_code == 303
    with transaction(SYSTEM):
        assert queries.version(version_id).content_hash != heard
    assert send_sound(clerk, lesson, recording(tmp_path)).status_code == 303
    assert send_sound(clerk, lesson, recording(tmp_path)).status_code == 303
    with transaction(SYSTEM):
        assert len(db.session.scalars(select(LessonSound)).all()) == 1
    approve(version_id)
    assert send_sound(clerk, lesson, recording(tmp_path), "hakka").status_code == 409
    with pytest.raises(DBAPIError, match="never changes"), transaction(SYSTEM):
        db.session.execute(LessonSound.__table__.delete())


def test_a_recording_that_does_not_fit_is_told_and_not_kept(people: Cast, client_for, lesson, tmp_path) -> None:
    """Sabotage: take any length."""
    clerk = client_for(people.liumin)
    answer = send_sound(clerk, lesson, recording(tmp_path, 12))
    assert answer.status_code == 422 and "长了 6 秒" in answer.text
    assert "读不出声音" in send_sound(clerk, lesson, b"#EXTM3U\n").text
    assert send_sound(clerk, lesson, recording(tmp_path), "klingon").status_code == 422
    with transaction(SYSTEM):
        assert db.session.scalars(select(LessonSound)).all() == []


WAYS = in_order(
    [
        Way("source", "", "s", 9),
        Way("audio", "", "a", 1),
        Way("240p", "", "l", 3),
        Way("480p", "", "m", 5),
        Way("240p", "hakka", "h", 3),
        Way("audio", "hakka", "i", 1),
    ]
)


@pytest.mark.parametrize(
    ("remembered", "sparing", "name"),
    [
        ("", False, "480p"),
        ("", True, "240p"),
        ("audio", True, "audio"),
        ("source", True, "source"),
        ("480p.hakka", False, "240p.hakka"),
        ("audio.cantonese", False, "audio"),
        ("nonsense.x", False, "480p"),
    ],
)
def test_what_a_lesson_begins_with(remembered: str, sparing: bool, name: str) -> None:
    """Sabotage: let Save-Data overrule what the person chose."""
    assert to_begin_with(WAYS, remembered, sparing).name == name


def test_the_ways_have_the_words_people_know() -> None:
    assert [words_of(way, WAYS) for way in WAYS[:4]] == ["省流量", "清楚", "原画质", "只听声音"]
    assert words_of(Way("source", "", "s", 9), WAYS[2:3]) == "清楚"
    assert (language_words("", None), language_words("", "hakka"), language_words("teochew", "hakka")) == (
        "原声",
        "客家话",
        "潮汕话",
    )
