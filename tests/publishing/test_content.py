"""The content host: a file for a token, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms import config
from lms.app import create_content_app
from lms.foundation import clock
from lms.publishing import files, links
from lms.publishing.links import media_url
from lms.publishing.queries import LessonView
from media.storage import S3Bucket
from tests import seaweed
from tests.people import Cast
from tests.publishing import uploads


@pytest.fixture
def lesson(people: Cast) -> LessonView:
    return uploads.lessons(uploads.checked(people).id)[0]


@pytest.fixture
def content(app: Flask, settings: config.Settings) -> FlaskClient:
    """The content host's own application, with the keys of the other."""
    return create_content_app(settings).test_client()


def test_a_signed_address_plays(content: FlaskClient, lesson: LessonView) -> None:
    url = media_url(lesson.version_id, lesson.id, lesson.content_hash, uuid4())
    whole = content.get(url)
    assert (whole.status_code, whole.content_type, len(whole.data)) == (200, "video/mp4", lesson.size_bytes)
    part = content.get(url, headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (
        206,
        whole.data[:2],
        f"bytes 0-1/{lesson.size_bytes}",
    )
    assert content.get(url, headers={"Range": f"bytes={lesson.size_bytes}-"}).status_code == 416
    head = content.head(url)
    assert (head.status_code, head.headers["Content-Length"], head.data) == (200, str(lesson.size_bytes), b"")
    assert content.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_no_cookie_and_strict_headers(content: FlaskClient, lesson: LessonView) -> None:
    """Sabotage: answer with a session, or with CORS."""
    answer = content.get(media_url(lesson.version_id, lesson.id, lesson.content_hash))
    assert "Set-Cookie" not in answer.headers
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def changed(token: str) -> str:
    return token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda host, token, name: (host, changed(token), name),
        lambda host, token, name: ("v00000000000000000000." + host.partition(".")[2], token, name),
        lambda host, token, name: (host, token, "page.html"),
        lambda host, token, name: (host, "x", name),
    ],
)
def test_anything_else_is_404(
    content: FlaskClient, lesson: LessonView, spoil: Callable[[str, str, str], tuple[str, str, str]]
) -> None:
    """Sabotage: leave the label or the signature out of verify()."""
    parts = urlsplit(media_url(lesson.version_id, lesson.id, lesson.content_hash))
    host, token, name = spoil(parts.netloc, *parts.path.strip("/").split("/"))
    answer = content.get(f"http://{host}/{token}/{name}")
    assert answer.status_code == 404
    assert "没有找到" in answer.text


def test_no_page_of_the_platform_is_there(content: FlaskClient) -> None:
    for path in ("/", "/sign-in", "/packages", "/xapi/about", "/healthz"):
        assert content.get(path).status_code == 404


def test_an_address_ends_and_says_what_to_do(content: FlaskClient, lesson: LessonView) -> None:
    """Sabotage: do not look at the expiry."""
    url = media_url(lesson.version_id, lesson.id, lesson.content_hash)
    clock.turn(timedelta(seconds=2 * links.WINDOW_SECONDS + 1))
    answer = content.get(url)
    assert answer.status_code == 410
    assert "回到课程页" in answer.text


def test_an_address_stays_the_same_for_hours(lesson: LessonView, turn_clock: Callable[..., None]) -> None:
    """A phone finds what it has downloaded already. Sabotage: sign the exact second."""
    first = media_url(lesson.version_id, lesson.id, lesson.content_hash)
    turn_clock(minutes=30)
    assert media_url(lesson.version_id, lesson.id, lesson.content_hash) == first


def test_each_version_has_a_host_of_its_own(app: Flask) -> None:
    one, two = (urlsplit(media_url(uuid4(), uuid4(), "a" * 64)).netloc for _ in range(2))
    assert one != two
    assert one.partition(".")[2] == two.partition(".")[2] == app.config["LMS"].content_host


def test_a_file_that_is_gone_is_404(content: FlaskClient, lesson: LessonView) -> None:
    assert content.get(media_url(lesson.version_id, lesson.id, "0" * 64)).status_code == 404


def test_the_whole_way_on_s3(app: Flask, settings: config.Settings, people: Cast) -> None:
    """Upload, check and playing, the files in a real bucket. Sabotage: reach for a local path anywhere on the way."""
    with seaweed.bucket() as url:
        local, app.extensions["storage"] = app.extensions["storage"], S3Bucket(url)
        try:
            lesson = uploads.lessons(uploads.checked(people).id)[0]
            assert len(files.captions(lesson)) == 2
            host = create_content_app(replace(settings, s3_url=url)).test_client()
            part = host.get(
                media_url(lesson.version_id, lesson.id, lesson.content_hash), headers={"Range": "bytes=4-7"}
            )
            assert (part.status_code, part.data) == (206, b"ftyp")
            _straight_from_the_bucket(replace(settings, s3_url=f"{url}?public={_origin(url)}"), lesson)
        finally:
            app.extensions["storage"] = local


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _straight_from_the_bucket(settings: config.Settings, lesson: LessonView) -> None:
    """Where browsers reach the bucket, a video comes from there. Sabotage: sign with the wrong name of the bucket."""
    address = media_url(lesson.version_id, lesson.id, lesson.content_hash)
    sent = create_content_app(settings).test_client().get(address)
    assert (sent.status_code, sent.headers["Cache-Control"]) == (302, "no-store")
    assert sent.headers["Location"].startswith(_origin(settings.s3_url))
    assert "Expires=3600" in sent.headers["Location"]
    with urlopen(Request(sent.headers["Location"], headers={"Range": "bytes=4-7"})) as part:
        assert (part.status, part.read(), part.headers["Content-Type"]) == (206, b"ftyp", "video/mp4")
