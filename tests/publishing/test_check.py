"""The job that checks an upload: what it finds, and that its effect is there once."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from courses.course import Level
from lms.config import settings
from lms.foundation import jobs
from lms.foundation.database import db, transaction
from lms.publishing import files, tasks
from lms.publishing.rules import State
from media.probe import examine
from tests import videos
from tests.people import SYSTEM, Cast
from tests.publishing import uploads


def refusals(people: Cast, **content: bytes) -> list[str]:
    version = uploads.checked(people, content=content)
    assert version.state is State.REFUSED
    assert uploads.lessons(version.id) == []
    found = [finding for finding in version.findings if finding.level is Level.REFUSAL]
    assert all(finding.mend for finding in found)
    return [finding.what for finding in found]


def test_a_good_upload_becomes_two_lessons(people: Cast, tmp_path: Path) -> None:
    """Sabotage: take the declared time for the probed one, or keep the file as it came."""
    version = uploads.checked(people)
    assert version.state is State.CHECKED
    video, quiz = uploads.lessons(version.id)
    assert (video.kind, quiz.kind, quiz.duration_ms) == ("video", "quiz", 0)
    assert abs(video.duration_ms - 8000) <= 100
    assert video.declared_seconds == video.duration_ms // 1000
    assert video.approved_seconds is None
    assert quiz.questions and len(quiz.questions.questions) == 5
    assert [cue.text for cue in files.captions(video)] == ["荔枝怎么装箱", "先预冷，再装"]
    assert version.content_hash and video.media_key == f"sha256/{video.content_hash[:2]}/{video.content_hash}.mp4"
    ready = tmp_path / "ready.mp4"
    with files.storage().open(video.media_key) as stream:
        ready.write_bytes(stream.read())
    assert ready.stat().st_size == video.size_bytes
    assert ready.read_bytes().index(b"moov") < ready.read_bytes().index(b"mdat")
    assert abs(examine(ready).duration_ms - video.duration_ms) < 60


def test_the_same_files_give_the_same_hashes(people: Cast) -> None:
    """What is approved can be checked again. Sabotage: let metadata or a time into the remuxed file."""
    first = uploads.checked(people)
    second = uploads.checked(people, by="chenbo")
    assert first.content_hash == second.content_hash
    assert [one.content_hash for one in uploads.lessons(first.id)] == [
        one.content_hash for one in uploads.lessons(second.id)
    ]


@pytest.mark.parametrize(
    ("part", "content", "sentence"),
    [
        ("video", b"PK\x03\x04" + bytes(500), "压缩包"),
        ("video", "这是一段文字，不是视频".encode() * 9, "这不是 MP4"),
        ("captions", b"WEBVTT\n", "字幕是空的"),
        ("quiz", b"PK\x03\x04" + bytes(500), "表格打不开"),
    ],
)
def test_a_wrong_file_is_a_report_in_words(people: Cast, part: str, content: bytes, sentence: str) -> None:
    """Sabotage: let the gate's refusal escape from the job."""
    assert sentence in refusals(people, **{part: content})[0]


def test_everything_wrong_is_told_at_once(people: Cast) -> None:
    assert len(refusals(people, video=b"x" * 99, captions=b"WEBVTT\n", quiz=b"a,b\n")) == 3


def test_a_truncated_video(people: Cast, tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    whole.write_bytes(uploads.video_bytes())
    data = videos.index_in_front(whole, tmp_path / "front.mp4").read_bytes()
    assert "没有传完整" in refusals(people, video=data[: len(data) // 2])[0]


def test_a_video_without_sound(people: Cast, tmp_path: Path) -> None:
    silent = videos.make(tmp_path / "silent.mp4", seconds=3, audio="").read_bytes()
    assert refusals(people, video=silent) == ["这个视频里没有声音"]


def test_declaring_too_much_is_a_warning(people: Cast) -> None:
    version = uploads.checked(people, declared_seconds=45 * 60)
    assert version.state is State.CHECKED
    assert any("申报 45 分钟，视频实际 8 秒" in finding.what for finding in version.findings)


def test_captions_that_belong_to_another_video_are_a_warning(people: Cast) -> None:
    version = uploads.checked(people, content={"captions": b"WEBVTT\n\n10:00.000 --> 10:02.000\nx\n"})
    assert any("排在视频结束之后" in finding.what for finding in version.findings)


def test_the_effect_is_there_once_however_often_the_job_runs(people: Cast) -> None:
    """A second worker finds nothing to do. Sabotage: drop the state check in record_check and in the task."""
    version_id = uploads.received(people)
    job_id = uploads.seen(version_id).job_id
    assert job_id is not None
    assert jobs.run(job_id)
    assert not jobs.run(job_id)
    assert len(uploads.lessons(version_id)) == 2


def test_a_worker_that_lost_its_lease_writes_nothing(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed or frozen in mid-check, another takes over. Sabotage: write the report outside job.finish()."""
    version_id = uploads.received(people)
    job_id = uploads.seen(version_id).job_id
    assert job_id is not None
    slow = tasks._checked

    def overtaken(version, job):  # type: ignore[no-untyped-def]
        outcome = slow(version, job)
        monkeypatch.setattr(tasks, "_checked", slow)
        _lose_lease(job_id)
        return outcome

    monkeypatch.setattr(tasks, "_checked", overtaken)
    jobs.run(job_id)
    assert uploads.seen(version_id).state is State.CHECKING
    assert uploads.lessons(version_id) == []
    jobs.run(job_id)
    assert uploads.seen(version_id).state is State.CHECKED
    assert len(uploads.lessons(version_id)) == 2


def test_a_full_disk_in_mid_check_keeps_the_upload(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: let OSError go on to five attempts without a word."""
    version_id = uploads.received(people)

    def full(*_: object) -> None:
        with open("/dev/full", "wb", buffering=0) as device:
            device.write(b"x")

    monkeypatch.setattr(tasks.checking, "check", full)
    uploads.run_check(version_id)
    assert uploads.seen(version_id).state is State.CHECKING
    assert job_error(version_id) == tasks.DISK_FULL


def test_progress_is_told_in_words_and_forward_only(app: Flask, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: call job.progress for every line of ffmpeg."""
    told: list[tuple[int, str]] = []
    real = jobs.RunningJob.progress
    monkeypatch.setattr(
        jobs.RunningJob,
        "progress",
        lambda self, done, of, words: (told.append((done, words)), real(self, done, of, words))[1],
    )
    uploads.checked(people)
    percents = [percent for percent, _ in told]
    assert percents == sorted(set(percents))
    assert {"正在打开文件", "正在整理成手机能边下边放的样子", "正在存好"} <= {words for _, words in told}


def test_nothing_is_left_in_the_working_folder(app: Flask, people: Cast) -> None:
    """Not even what a killed worker left. Sabotage: drop the sweep in _folder()."""
    version_id = uploads.received(people)
    room = settings().data / "incoming" / str(version_id)
    (room / "left").mkdir(parents=True)
    (room / "left" / "video").write_bytes(bytes(1000))
    uploads.run_check(version_id)
    assert uploads.seen(version_id).state is State.CHECKED
    assert not room.exists()


def test_the_page_turns_into_the_report_by_itself(
    people: Cast, client_for: Callable[[UUID | None], FlaskClient]
) -> None:
    """Sabotage: leave out HX-Refresh: the bar would stand at 100% for ever."""
    version_id = uploads.received(people)
    clerk = client_for(people.liumin)
    assert "HX-Refresh" not in clerk.get(f"/packages/{version_id}", headers={"HX-Request": "true"}).headers
    uploads.run_check(version_id)
    page = clerk.get(f"/packages/{version_id}", headers={"HX-Request": "true"})
    assert page.headers["HX-Refresh"] == "true"
    assert "检查通过，可以送审" in page.text or "请你看一眼" in page.text


def _lose_lease(job_id: UUID) -> None:
    with transaction(SYSTEM):
        db.session.execute(text("update job set lease_token = null, state = 'queued' where id = :id"), {"id": job_id})


def job_error(version_id: UUID) -> str | None:
    job_id = uploads.seen(version_id).job_id
    assert job_id is not None
    with transaction(SYSTEM):
        return jobs.find(job_id).error
