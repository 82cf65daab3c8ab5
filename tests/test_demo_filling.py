"""The rest of the catalogue is made in the background: step after step, each once, whoever is killed."""

import subprocess
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from courses import catalogue
from courses.catalogue import building, shelf
from lms import demo
from lms.cohorts import queries as cohorts
from lms.config import settings
from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.foundation.jobs import Job
from lms.publishing import builtin
from lms.publishing import queries as publishing
from tests.courses.test_catalogue import KEPT
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast

QUESTION = """
[[question]]
kind = "判断"
text = "荔枝要先预冷再装箱。"
options = []
answer = "对"
explanation = "带着热气装箱，冰袋很快就化了。"
"""
SLIDE = """
[[slide]]
title = "{0}"
points = ["先预冷"]
say = """
SLIDE += '"""' + "\n{0}，先预冷，再装箱。\n" + '"""\n'


def write(folder: Path, title: str, head: str = "") -> None:
    """A lesson of one sentence."""
    folder.mkdir(parents=True)
    text = f'title = "{title}"\n{head}' + SLIDE.format(title) + QUESTION * 5
    (folder / "lesson.toml").write_text(text, "utf-8")


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A catalogue of a first course, a lesson and a series of two; gives the lessons that were made, in order."""
    programme = f'programme = "{RURAL_ECOMMERCE}"\n'
    write(tmp_path / "first", "第一课", programme)
    write(tmp_path / "single", "单独一课", programme)
    write(tmp_path / "series" / "01_a", "上半课")
    write(tmp_path / "series" / "02_b", "下半课", 'form = "audio"\n')
    (tmp_path / "series" / "course.toml").write_text(f'title = "两课书"\n{programme}', "utf-8")
    made: list[str] = []

    def make(lesson: str) -> None:
        """What the process of its own does, here: that one would look for the lesson in the real catalogue."""
        made.append(lesson)
        building.build_lesson(settings().data / "catalogue", lesson, lambda _percent, _words: None)

    monkeypatch.setattr(shelf, "HERE", tmp_path)
    monkeypatch.setattr(catalogue, "COURSES", ("first", "single", "series"))
    monkeypatch.setattr(demo, "OPENINGS", {"series": demo.Opening("T-2026-01", "两课班")})
    monkeypatch.setattr(demo, "make_apart", make)
    return made


def begin(people: Cast) -> None:
    demo._queue_rest(builtin.Publisher(people.organisations["anyi"], people.liumin, people.hequan))


def waiting() -> list[UUID]:
    with transaction(SYSTEM) as session:
        return list(session.scalars(select(Job.id).where(Job.kind == demo.FILL, Job.state == "queued")))


def work_off() -> int:
    """Be the worker until no step waits; how many steps were taken."""
    taken = 0
    while queue := waiting():
        for job_id in queue:
            jobs.run(job_id)
            taken += 1
    return taken


def titles(people: Cast) -> list[str]:
    with transaction(people.principal("liumin")):
        return sorted(version.title for version in publishing.published_versions(RURAL_ECOMMERCE))


def test_the_rest_is_made_step_by_step(people: Cast, tiny: list[str]) -> None:
    """Begun twice, it is made once; then a class is open. Sabotage: build every time, or drop the key of the job."""
    begin(people)
    begin(people)
    assert len(waiting()) == 1
    assert work_off() == len(demo.steps()) == 5
    assert tiny == ["single", "series/01_a", "series/02_b"]
    assert titles(people) == ["两课书", "单独一课"]
    with transaction(people.principal("liumin")):
        [cohort] = [one for one in cohorts.cohorts_of_tenant(people.organisations["anyi"]) if one.code == "T-2026-01"]
    assert cohort.state == "open"
    begin(people)
    assert not waiting()
    folder = settings().data / "catalogue"
    made = {path: path.stat().st_mtime_ns for path in folder.rglob("lesson.mp4")}
    catalogue.build(folder, name="series")
    assert made == {path: path.stat().st_mtime_ns for path in folder.rglob("lesson.mp4")}


def test_a_step_that_was_killed_goes_on(people: Cast, tiny: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The lesson that was lost is made again, the others are not. Sabotage: begin with step 0 at each attempt."""
    begin(people)
    make = demo.make_apart

    def killed(_lesson: str) -> None:
        raise subprocess.CalledProcessError(-9, "courses.catalogue")

    monkeypatch.setattr(demo, "make_apart", killed)
    [first] = waiting()
    jobs.run(first)
    assert waiting() == [first]
    monkeypatch.setattr(demo, "make_apart", make)
    work_off()
    assert tiny == ["single", "series/01_a", "series/02_b"]
    assert titles(people) == ["两课书", "单独一课"]


def test_a_changed_script_begins_anew(people: Cast, tiny: list[str], tmp_path: Path) -> None:
    """Sabotage: leave the state of the catalogue out of the key."""
    begin(people)
    work_off()
    script = tmp_path / "single" / "lesson.toml"
    script.write_text(script.read_text("utf-8").replace("再装箱", "再封箱"), "utf-8")
    begin(people)
    assert work_off() == 5
    with transaction(people.principal("liumin")):
        found = publishing.published_versions(RURAL_ECOMMERCE)
    assert sorted((one.title, one.number) for one in found) == [("两课书", 1), ("单独一课", 1), ("单独一课", 2)]


def test_the_process_of_its_own_makes_what_it_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real command, on a lesson that stands already. Sabotage: call the module without a lesson."""
    catalogue.build(KEPT)
    monkeypatch.setattr(demo, "settings", lambda: replace(settings(), data=KEPT.parent))
    demo.make_apart(catalogue.COURSES[0])
