"""The report says what of a package's content will not work for trainees; `lms package check` says the same."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from courses.course import Level
from courses.inspecting import inspect
from courses.packages import Upload
from lms.cli import cli
from tests.courses import pdfs
from tests.courses.manifests import cmi5
from tests.courses.zips import Entry, build

CMI5 = Entry("cmi5.xml", cmi5().encode())


def report(folder: Path, *entries: Entry) -> list[str]:
    """The warnings of a package that holds these files beside its manifest."""
    path = folder / "课件.zip"
    path.write_bytes(build([CMI5, *entries]))
    found = inspect(Upload(path, path.name))
    assert found["accepted"], found
    return [finding["what"] for finding in found["findings"] if finding["level"] == Level.WARNING]


def page(body: str) -> Entry:
    return Entry("index.html", f"<!doctype html><html lang=zh>{body}</html>".encode())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<script src="https://cdn.example.cn/a.js"></script>', "cdn.example.cn"),
        ("<img alt='' src=//img.example.cn/a.png>", "img.example.cn"),
        ('<link rel=stylesheet href="http://fonts.example.cn/x.css">', "fonts.example.cn"),
        ("<style>@import 'https://css.example.cn/a.css'</style>", "css.example.cn"),
        ("<script>fetch('https://api.example.cn/x')</script>", "api.example.cn"),
        ("<script>navigator.serviceWorker.register('sw.js')</script>", "Service Worker"),
        ("<script>top.location = 'x'</script>", "整个窗口"),
        ('<a target="_top" href="x">x</a>', "整个窗口"),
        ("<img src=a.png><img src=b.png alt=图>", "1 张图没有文字说明"),
    ],
)
def test_pages_are_looked_at(tmp_path: Path, body: str, words: str) -> None:
    """Sabotage: stop looking at pages while they stream, or search for one kind of quote only."""
    assert any(words in what for what in report(tmp_path, page(body)))


@pytest.mark.parametrize(
    ("name", "words"),
    [("a/movie.SWF", "Flash"), ("a.wmv", "放不了"), ("a.mp4", "1 个视频、0 段声音"), ("a.mp3", "0 个视频、1 段声音")],
)
def test_files_are_looked_at(tmp_path: Path, name: str, words: str) -> None:
    assert any(words in what for what in report(tmp_path, page(""), Entry(name, b"x")))


def test_nothing_is_said_of_what_is_fine(tmp_path: Path) -> None:
    """Namespaces, links and captions are no reason to warn. Sabotage: count every // in a file."""
    body = """<svg xmlns="http://www.w3.org/2000/svg"></svg><a href="https://www.gd.gov.cn/">x</a><img alt="图" src="a.png">
<script>// https://github.com/x\nvar a = 1 // 2</script>"""
    assert report(tmp_path, page(body), Entry("a.mp4", b"x"), Entry("a.vtt", b"WEBVTT")) == []


def test_a_pdf_that_would_do_more_than_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(pdfs.pages(7, b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"))
    found = inspect(Upload(path, path.name))
    assert found["lessons"][0]["places"] == 7
    assert any("JavaScript" in finding["what"] for finding in found["findings"])


def test_the_command_line_says_it_with_its_exit_code(tmp_path: Path) -> None:
    """README: 0 accepted, 1 refused. Sabotage: exit with 0 always."""
    path = tmp_path / "课件.zip"
    path.write_bytes(build([CMI5, page("")]))
    taken = CliRunner().invoke(cli, ["package", "check", str(path), "--json"])
    assert taken.exit_code == 0
    said = json.loads(taken.output)
    assert said["accepted"] and said["format"] == "cmi5" and said["files"] == 2
    assert said["lessons"] == [{"number": 1, "title": "第 1 课", "kind": "au", "entry": "index.html", "places": 0}]
    path.write_bytes(build([CMI5]))
    refused = CliRunner().invoke(cli, ["package", "check", str(path)])
    assert refused.exit_code == 1 and "cmi5.xml 第" in refused.output and "不在包里" in refused.output
