"""The command line of publishing: make the built-in course, publish it, check a package."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import click
from flask.cli import with_appcontext

from courses import catalogue
from courses.course import Level, Refused
from courses.inspecting import inspect
from courses.packages import Upload, VideoPackage, open_package
from lms.config import load, settings
from lms.publishing import builtin
from media.probe import Unusable, examine, spoken
from media.transcode import faststart

cli = click.Group("top")


@cli.group(name="catalogue")
def catalogue_group() -> None:
    """The built-in courses."""


@catalogue_group.command()
@click.option("--first", is_flag=True, help="Only the course that a fresh house opens with.")
def build(first: bool) -> None:
    """Make slides, narration, captions and film of the built-in courses (once; about ten seconds a lesson)."""
    for name in catalogue.COURSES[:1] if first else catalogue.COURSES:
        built = catalogue.build(load().data / "catalogue", _say_percent, name=name)
        click.echo(f"catalogue {name}: {len(built.lessons)}")


@catalogue_group.command()
@click.option("--tenant", type=click.UUID, required=True, help="The institution in whose name it appears.")
@click.option("--uploader", type=click.UUID, required=True, help="The clerk who uploads it.")
@click.option("--reviewer", type=click.UUID, required=True, help="The administrator who approves it; somebody else.")
@click.option("--course", type=click.Choice(catalogue.COURSES), default=catalogue.COURSES[0], show_default=True)
@with_appcontext
def publish(tenant: UUID, uploader: UUID, reviewer: UUID, course: str) -> None:
    """Upload a built-in course and approve it."""
    built = catalogue.build(settings().data / "catalogue", _say_percent, name=course)
    version_id = builtin.publish(
        built, builtin.Publisher(tenant, uploader, reviewer), lambda words: click.echo(words, err=True)
    )
    click.echo(str(version_id))


@cli.group()
def package() -> None:
    """Course packages as files."""


@package.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Check a package (one file), or a video lesson (VIDEO CAPTIONS QUIZ), as an upload would be: exit code 0 accepted, 1 refused."""
    if len(files) not in (1, 3):
        raise click.UsageError("one package, or the three files of a video lesson")
    report = inspect(Upload(files[0], files[0].name)) if len(files) == 1 else _video_report(*files)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
    else:
        for finding in report["findings"]:
            click.echo(f"{finding['where']}：{finding['what']}" + (f"。{finding['mend']}" if finding["mend"] else ""))
    sys.exit(0 if report["accepted"] else 1)


def _video_report(video: Path, captions: Path, quiz: Path) -> dict[str, Any]:
    findings = _findings(VideoPackage(video.stem, *(Upload(path, path.name) for path in (video, captions, quiz))))
    return {"accepted": all(finding["level"] != Level.REFUSAL for finding in findings), "findings": findings}


def _findings(given: VideoPackage) -> list[dict[str, str]]:
    try:
        course = open_package(given)
        with TemporaryDirectory() as folder:
            probe = examine(given.video.path)
            faststart(given.video.path, Path(folder) / "ready.mp4")
    except Refused as refusal:
        return [finding.as_json() for finding in refusal.findings]
    except Unusable as unusable:
        return [{"level": "refusal", "where": "视频", "what": unusable.what, "mend": unusable.mend}]
    measured = {"level": "found", "where": "视频", "what": f"实测 {spoken(probe.duration_ms)}", "mend": ""}
    return [measured, *(finding.as_json() for finding in course.findings)]


def _say_percent(percent: int, words: str) -> None:
    click.echo(f"{percent}% {words}", err=True)
