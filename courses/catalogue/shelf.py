"""Which built-in courses there are, and which lessons each has. A folder holds lesson.toml, or course.toml and folders of lessons."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
# The first is made before the platform opens, the others in the background after it.
COURSES = (
    "p06/rural_ecommerce",
    "p01/first_week",
    "p02/white_cut_chicken",
    "p03/home_cleaning",
    "p04/vernier_calliper",
    "p05/changing_posts",
    "p06/lead_goose",
    "p07/veterans",
    "p03/elderly_care",
)


@dataclass(frozen=True)
class CourseSource:
    """A course as it is written down; `lessons` are folders below the catalogue, in order."""

    name: str
    title: str
    programme_code: str
    lessons: tuple[str, ...]


def read_course(name: str) -> CourseSource:
    """Read what a course is made of; raises OSError or KeyError where it is not one (our own file: no kind words)."""
    folder = HERE / name
    series = (folder / "course.toml").is_file()
    data = tomllib.loads((folder / ("course.toml" if series else "lesson.toml")).read_text("utf-8"))
    lessons = sorted(f"{name}/{one.parent.name}" for one in folder.glob("*/lesson.toml")) if series else [name]
    return CourseSource(name, data["title"], data["programme"], tuple(lessons))


def source_of(lesson: str) -> Path:
    """The script of a lesson."""
    return HERE / lesson / "lesson.toml"
