"""Uploads in pieces: the protocol, and that no line break, second window or stranger harms a file."""

import base64
import hashlib
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.config import settings
from lms.foundation.database import transaction
from lms.publishing import arriving, files
from lms.publishing.actions import uploads as actions
from lms.publishing.queries import uploads as queries
from lms.publishing.rules import State
from lms.publishing.rules.uploads import MOST_BYTES, Waiting, refuse_upload
from tests.people import SYSTEM, Cast
from tests.publishing import packages, uploads
from tests.publishing.test_upload import Full

ClientFor = Callable[[UUID | None], FlaskClient]
TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def clerk(people: Cast, client_for: ClientFor) -> FlaskClient:
    return client_for(people.liumin)


def told(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def begin(client: FlaskClient, size: int, part: str = "package", name: str = "课件.zip") -> Any:
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": told(part=part, filename=name)}
    return client.post("/uploads", headers=headers)


def patch(client: FlaskClient, url: str, offset: int, data: bytes, **more: Any) -> Any:
    headers = {**TUS, "Upload-Offset": str(offset), **more.pop("headers", {})}
    return client.patch(url, data=data, content_type="application/offset+octet-stream", headers=headers, **more)


class Breaking(io.RawIOBase):
    """A line that gives some bytes and is gone."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._data.read(min(len(buffer), 1000))
        if not found:
            raise ConnectionResetError
        buffer[: len(found)] = found
        return len(found)


def offset(client: FlaskClient, url: str) -> int:
    return int(client.head(url, headers=TUS).headers["Upload-Offset"])


def pieces_in_storage(app: Flask) -> set[Path]:
    return {path for path in (app.config["LMS"].data / "files" / "uploads").rglob("*") if path.is_file()}


def test_what_is_spoken(clerk: FlaskClient) -> None:
    answer = clerk.options("/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {"creation", "checksum", "expiration", "termination"}
    created = begin(clerk, 10)
    assert (created.status_code, created.headers["Tus-Resumable"]) == (201, "1.0.0")
    assert "GMT" in created.headers["Upload-Expires"]
    state = clerk.head(created.location, headers=TUS)
    assert (state.headers["Upload-Offset"], state.headers["Upload-Length"]) == ("0", "10")
    assert state.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("seed", range(4))
def test_a_file_survives_breaks_at_any_byte(app: Flask, clerk: FlaskClient, people: Cast, seed: int) -> None:
    """Whatever came before the line broke is kept, and what is checked in the end is what was sent.

    Sabotage: keep only whole pieces (each break then costs its piece), or put the pieces together in another order.
    """
    chance = random.Random(seed)
    data = packages.course(1, noise=chance.randbytes(40_000))
    url = begin(clerk, len(data)).location
    done = 0
    while done < len(data):
        cut = chance.randrange(1, 9000)
        rest = data[done:]
        environ = {"wsgi.input": Breaking(rest[:cut]), "CONTENT_LENGTH": str(len(rest))}
        answer = patch(clerk, url, done, b"", environ_overrides=environ)
        assert answer.status_code == 204
        assert int(answer.headers["Upload-Offset"]) == min(done + cut, len(data)) == offset(clerk, url)
        done = min(done + cut, len(data))
    answer = packages.post(clerk, None, package_upload=url.rpartition("/")[2])
    assert answer.status_code == 303, answer.text
    version_id = UUID(answer.location.rpartition("/")[2])
    uploads.run_check(version_id)
    version = uploads.seen(version_id)
    assert version.state is State.CHECKED
    assert version.source["package"]["sha256"] == hashlib.sha256(data).hexdigest()


def test_wrong_requests_are_refused_and_change_nothing(clerk: FlaskClient) -> None:
    """Sabotage: leave out any of the looks in take_piece()."""
    url = begin(clerk, 10).location
    assert patch(clerk, url, 3, b"abc").status_code == 409
    assert patch(clerk, url, 0, b"more than ten").status_code == 413
    assert (
        clerk.patch(url, data=b"x", headers={**TUS, "Upload-Offset": "0"}, content_type="text/plain").status_code == 415
    )
    assert patch(clerk, url, 0, b"x", headers={"Tus-Resumable": "0.2.2"}).status_code == 412
    assert patch(clerk, url, 0, b"x", headers={"Upload-Offset": "-1"}).status_code == 400
    assert patch(clerk, url, 0, b"x", headers={"Upload-Checksum": "md4 eA=="}).status_code == 400
    assert begin(clerk, 0).status_code == 413
    assert begin(clerk, MOST_BYTES["package"] + 1).status_code == 413
    assert begin(clerk, 5, part="passwords").status_code == 413
    assert (
        clerk.post("/uploads", headers={**TUS, "Upload-Length": "5", "Upload-Metadata": "part !!"}).status_code == 400
    )
    assert offset(clerk, url) == 0


def test_a_spoilt_piece_is_not_kept(app: Flask, clerk: FlaskClient) -> None:
    """Sabotage: ignore Upload-Checksum."""
    url = begin(clerk, 3).location
    right = base64.b64encode(hashlib.sha256(b"abc").digest()).decode()
    before = pieces_in_storage(app)
    assert patch(clerk, url, 0, b"abd", headers={"Upload-Checksum": f"sha256 {right}"}).status_code == 460
    assert (offset(clerk, url), pieces_in_storage(app)) == (0, before)
    assert patch(clerk, url, 0, b"abc", headers={"Upload-Checksum": f"sha256 {right}"}).status_code == 204


def test_another_persons_upload_is_not_there(people: Cast, client_for: ClientFor, clerk: FlaskClient) -> None:
    """Neither a colleague's nor a stranger's. Sabotage: look uploads up by id alone, without the policy."""
    url = begin(clerk, 3).location
    for other in (people.yufang, people.chenbo):
        stranger = client_for(other)
        assert stranger.head(url, headers=TUS).status_code == 404
        assert patch(stranger, url, 0, b"abc").status_code == 404
        assert stranger.delete(url, headers=TUS).status_code == 404
        assert packages.post(stranger, None, package_upload=url.rpartition("/")[2]).status_code == 404
    assert patch(clerk, url, 0, b"abc").status_code == 204


def test_two_windows_at_the_same_place(app: Flask, clerk: FlaskClient, people: Cast) -> None:
    """The second piece is nobody's and leaves the storage. Sabotage: add() without its condition on received_bytes."""
    upload_id = UUID(begin(clerk, 6).location.rpartition("/")[2])
    with app.test_request_context():
        g.principal = people.principal("liumin")
        assert arriving.take(upload_id, 0, 6, io.BytesIO(b"abc")) == 3
        before = pieces_in_storage(app)
        with pytest.raises(Exception, match="另一个窗口"):
            arriving.take(upload_id, 0, 6, io.BytesIO(b"xyz"))
        assert pieces_in_storage(app) == before
        assert arriving.take(upload_id, 3, 3, io.BytesIO(b"def")) == 6
    with transaction(people.principal("liumin")):
        assert b"".join(files.chunks_of(queries.pieces(upload_id))) == b"abcdef"
    with transaction(SYSTEM) as session:
        assert session.scalar(text("select count(*) from upload_piece")) == 2


def test_a_form_before_its_file_waits(clerk: FlaskClient) -> None:
    url = begin(clerk, 10).location
    answer = packages.post(clerk, None, package_upload=url.rpartition("/")[2])
    assert answer.status_code == 422
    assert "还没传完" in answer.text
    assert packages.post(clerk, None, package_upload=str(uuid4())).status_code == 404


def test_the_same_form_twice_is_one_version(clerk: FlaskClient) -> None:
    """Sabotage: look for the upload before the version that it became."""
    data = packages.course()
    url = begin(clerk, len(data)).location
    patch(clerk, url, 0, data)
    form = {"package_upload": url.rpartition("/")[2], "upload_token": str(uuid4())}
    first, second = packages.post(clerk, None, **form), packages.post(clerk, None, **form)
    assert (first.status_code, first.location) == (303, second.location)


def test_a_video_comes_in_pieces_too(clerk: FlaskClient, people: Cast) -> None:
    data = uploads.video_bytes()
    url = begin(clerk, len(data), "video", "第一课.mp4").location
    patch(clerk, url, 0, data[:100])
    patch(clerk, url, 100, data[100:])
    answer = uploads.post(clerk, video=None, video_upload=url.rpartition("/")[2])
    assert answer.status_code == 303, answer.text
    version_id = UUID(answer.location.rpartition("/")[2])
    uploads.run_check(version_id)
    assert uploads.seen(version_id).state is State.CHECKED


def test_the_page_lists_what_is_not_finished(app: Flask, clerk: FlaskClient) -> None:
    """And forgets it without script. Sabotage: leave the row when the button is pressed."""
    before = pieces_in_storage(app)
    url = begin(clerk, 10, name="照护.zip").location
    patch(clerk, url, 0, b"abc")
    page = clerk.get("/packages/new?kind=package").text
    assert "照护.zip" in page
    assert "选同一个文件，会从停下的地方接着传" in page
    assert clerk.post(f"{url}/give-up").status_code == 303
    assert "照护.zip" not in clerk.get("/packages/new?kind=package").text
    assert clerk.head(url, headers=TUS).status_code == 404
    assert pieces_in_storage(app) == before


def test_what_is_never_finished_is_swept_up(
    app: Flask, people: Cast, client_for: ClientFor, turn_clock: Callable[..., None]
) -> None:
    """Seven days after its last piece, and no sooner. Sabotage: never move expires_at on."""
    before = pieces_in_storage(app)
    url = begin(client_for(people.liumin), 10).location
    turn_clock(days=6)
    patch(client_for(people.liumin), url, 0, b"abc")
    turn_clock(days=6)
    arriving.sweep()
    assert offset(client_for(people.liumin), url) == 3
    turn_clock(days=8)
    assert client_for(people.liumin).head(url, headers=TUS).status_code == 404
    arriving.sweep()
    assert pieces_in_storage(app) == before
    with transaction(SYSTEM) as session:
        assert session.scalar(text("select count(*) from upload_piece")) == 0


def test_originals_go_when_no_version_needs_them(app: Flask, people: Cast, turn_clock: Callable[..., None]) -> None:
    """A refused one stays for a week. Sabotage: sweep whatever has a version."""
    good = packages.checked(people, packages.course())
    bad = packages.checked(people, b"Rar!\x1a\x07\x01\x00" + bytes(50))
    arriving.sweep()
    place = settings().data / "files"
    assert not any((place / key).exists() for key in good.source["package"]["pieces"])
    assert all((place / key).exists() for key in bad.source["package"]["pieces"])
    turn_clock(days=8)
    arriving.sweep()
    assert not any((place / key).exists() for key in bad.source["package"]["pieces"])
    assert packages.files_of(good.id)


def test_a_storage_that_fails_leaves_no_piece(app: Flask, clerk: FlaskClient, tmp_path: Path) -> None:
    """Sabotage: add the piece before it lies in the storage."""
    url = begin(clerk, 3).location
    real = app.extensions["storage"]
    app.extensions["storage"] = Full(tmp_path)
    try:
        assert patch(clerk, url, 0, b"abc").status_code == 503
    finally:
        app.extensions["storage"] = real
    assert offset(clerk, url) == 0
    with transaction(SYSTEM) as session:
        assert session.scalar(text("select count(*) from upload_piece")) == 0


def test_how_much_may_be_unfinished() -> None:
    """Sabotage: count the person's files alone."""
    gigabyte = 1 << 30
    assert refuse_upload("package", 5, Waiting(0, 0)) is None
    assert "没传完" in (refuse_upload("package", 5, Waiting(20, 0)) or "")
    assert "没传完" in (refuse_upload("video", gigabyte, Waiting(1, 10 * gigabyte - 1)) or "")


def test_a_file_broken_into_too_many_pieces(clerk: FlaskClient, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_PIECES", 2)
    url = begin(clerk, 10).location
    assert [patch(clerk, url, place, b"x").status_code for place in range(3)] == [204, 204, 413]
