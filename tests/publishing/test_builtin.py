"""The built-in course, published as an institution does it, and the commands."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from courses.catalogue import BuiltCourse, BuiltLesson, build
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.publishing import builtin, queries
from lms.publishing.commands import cli
from lms.publishing.rules import State
from tests.courses.test_catalogue import KEPT
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast
from tests.publishing import uploads


@pytest.fixture(scope="module")
def lesson() -> BuiltCourse:
    return build(KEPT)


def test_a_fresh_house_has_the_rural_course(people: Cast, lesson: BuiltCourse) -> None:
    """Published again, it is the same version. Sabotage: drop _known()."""
    publisher = builtin.Publisher(people.organisations["anyi"], people.liumin, people.hequan)
    said: list[str] = []
    version_id = builtin.publish(lesson, publisher, said.append)
    assert builtin.publish(lesson, publisher) == version_id
    version = uploads.seen(version_id)
    assert (version.state, version.title) == (State.APPROVED, "把荔枝卖到网上去")
    video, quiz = uploads.lessons(version_id)
    assert video.approved_seconds == video.duration_ms // 1000 >= 600
    assert quiz.questions and len(quiz.questions.questions) == 5
    with transaction(people.principal("xiulan")):
        assert [v.id for v in queries.published_versions(RURAL_ECOMMERCE)] == [version_id]
    assert said[-1].endswith("已经上架")


def test_a_broken_off_publication_goes_on(people: Cast, lesson: BuiltCourse) -> None:
    """Sabotage: begin with _receive() each time."""
    publisher = builtin.Publisher(people.organisations["anyi"], people.liumin, people.hequan)
    kept = {part: builtin._keep(part, *file) for part, file in builtin._parts(lesson).items()}
    begun = builtin._receive(lesson, publisher, kept)
    assert builtin.publish(lesson, publisher) == begun.id
    with transaction(SYSTEM):
        assert len(queries.versions_of_tenant(publisher.tenant_id)) == 1


def test_a_changed_script_is_a_new_version_of_the_same_package(
    people: Cast, lesson: BuiltCourse, tmp_path: Path
) -> None:
    """Sabotage: leave package_id out of the offer: the shelf would fill with twins."""
    publisher = builtin.Publisher(people.organisations["anyi"], people.liumin, people.hequan)
    first = uploads.seen(builtin.publish(lesson, publisher))
    [only] = lesson.lessons
    (tmp_path / "captions.vtt").write_text(only.vtt.read_text().replace("大家好", "你们好"))
    changed = replace(lesson, lessons=(replace(only, vtt=tmp_path / "captions.vtt"),))
    second = uploads.seen(builtin.publish(changed, publisher))
    assert first.package_id == second.package_id
    assert (first.number, second.number) == (1, 2)
    assert first.content_hash != second.content_hash


def series(tmp_path: Path, *tones: int) -> BuiltCourse:
    """Lessons of eight seconds, each with its own sound."""
    built = []
    for tone in tones:
        mp4, vtt, quiz = (tmp_path / f"{tone}.{kind}" for kind in ("mp4", "vtt", "xlsx"))
        mp4.write_bytes(uploads.video_bytes(tone=tone))
        vtt.write_text(uploads.VTT, "utf-8")
        quiz.write_bytes(uploads.sheet_bytes())
        built.append(BuiltLesson(f"第 {tone} 讲", mp4, vtt, quiz))
    return BuiltCourse("果园管理", RURAL_ECOMMERCE, tuple(built))


def test_a_course_of_many_lessons_is_one_version(people: Cast, tmp_path: Path) -> None:
    """Every lesson is probed by itself, each quiz stands behind its lesson. Sabotage: probe the first for all."""
    publisher = builtin.Publisher(people.organisations["anyi"], people.liumin, people.hequan)
    course = series(tmp_path, 330, 440, 550)
    version_id = builtin.publish(course, publisher)
    assert builtin.publish(course, publisher) == version_id
    lessons = uploads.lessons(version_id)
    assert [lesson.number for lesson in lessons] == [1, 2, 3, 4, 5, 6]
    assert [lesson.kind for lesson in lessons] == ["video", "quiz"] * 3
    assert [lesson.title for lesson in lessons[:4]] == [
        "第 330 讲",
        "小测验：第 330 讲",
        "第 440 讲",
        "小测验：第 440 讲",
    ]
    videos = lessons[::2]
    assert len({lesson.content_hash for lesson in videos}) == 3
    assert all(lesson.approved_seconds == lesson.duration_ms // 1000 > 0 for lesson in videos)
    assert uploads.seen(version_id).title == "果园管理"


def test_a_fault_in_a_series_names_its_lesson(people: Cast, tmp_path: Path) -> None:
    """Sabotage: leave _at() out of open_series."""
    course = series(tmp_path, 330, 440)
    course.lessons[1].vtt.write_text("WEBVTT\n", "utf-8")
    with pytest.raises(Refused, match="字幕是空的"):
        builtin.publish(course, builtin.Publisher(people.organisations["anyi"], people.liumin, people.hequan))
    with transaction(SYSTEM):
        [version] = queries.versions_of_tenant(people.organisations["anyi"])
    assert [finding.where for finding in version.findings if finding.level == "refusal"] == ["第 3 课的字幕"]


def files(tmp_path: Path, **content: bytes) -> list[str]:
    given = {"a.mp4": uploads.video_bytes(), "b.vtt": uploads.VTT.encode(), "c.xlsx": uploads.sheet_bytes(), **content}
    for name, data in given.items():
        (tmp_path / name).write_bytes(data)
    return [str(tmp_path / name) for name in ("a.mp4", "b.vtt", "c.xlsx")]


def test_a_package_is_checked_from_the_command_line(tmp_path: Path) -> None:
    good = CliRunner().invoke(cli, ["package", "check", *files(tmp_path), "--json"])
    assert good.exit_code == 0, good.output
    assert json.loads(good.output)["accepted"] is True
    bad = CliRunner().invoke(cli, ["package", "check", *files(tmp_path, **{"b.vtt": b"WEBVTT\n"})])
    assert bad.exit_code == 1
    assert "字幕是空的" in bad.output
