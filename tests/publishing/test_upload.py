"""What a clerk sends in, over HTTP."""

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.publishing import arriving, files, forms, queries
from lms.publishing.rules import State
from media.storage import LocalFolder, StorageFull
from tests.people import SYSTEM, Cast
from tests.publishing import uploads

ClientFor = Callable[[UUID | None], FlaskClient]


@pytest.fixture
def clerk(people: Cast, client_for: ClientFor) -> FlaskClient:
    return client_for(people.liumin)


def versions(people: Cast) -> list[queries.VersionView]:
    with transaction(SYSTEM):
        return queries.versions_of_tenant(people.organisations["anyi"])


def test_an_upload_becomes_a_version_whose_check_is_queued(clerk: FlaskClient, people: Cast) -> None:
    """Sabotage: leave _queue_check out of receive()."""
    answer = uploads.post(clerk)
    assert answer.status_code == 303
    [version] = versions(people)
    assert answer.location == f"/packages/{version.id}"
    assert (version.state, version.number, version.region_code, version.plan_code) == (
        State.CHECKING,
        1,
        "440606",
        "P06",
    )
    page = clerk.get(answer.location).text
    assert "正在检查三个文件" in page
    assert "刷新看进度" in page
    assert "<progress" in page


def test_the_same_form_twice_is_one_version(clerk: FlaskClient, people: Cast) -> None:
    """Sabotage: ignore upload_token in receive()."""
    token = str(uuid4())
    first, second = uploads.post(clerk, upload_token=token), uploads.post(clerk, upload_token=token)
    assert first.location == second.location
    assert len(versions(people)) == 1


def test_an_old_form_filled_in_anew_is_another_upload(clerk: FlaskClient, people: Cast) -> None:
    """The way back shows the form with its old token. Sabotage: answer every known token with its version: the new
    files would be lost without a word."""
    token = str(uuid4())
    uploads.post(clerk, upload_token=token)
    other = uploads.VTT.replace("荔枝", "龙眼").encode()
    assert (
        uploads.post(clerk, upload_token=token, captions=(other, "字幕.vtt"), title="龙眼怎么装箱").status_code == 303
    )
    assert sorted(version.title for version in versions(people)) == ["荔枝怎么装箱", "龙眼怎么装箱"]
    assert uploads.post(clerk, upload_token=token, title="换个名字").status_code == 409


def test_the_same_content_again_says_so(clerk: FlaskClient, people: Cast) -> None:
    """Sabotage: drop by_source from receive(): the unique index then answers, with fewer words."""
    uploads.post(clerk)
    again = uploads.post(clerk, title="换个名字")
    assert again.status_code == 409
    assert "一模一样" in again.text
    assert len(versions(people)) == 1


def test_a_mended_upload_is_a_new_version_of_the_same_package(clerk: FlaskClient, people: Cast) -> None:
    version = uploads.checked(people, content={"captions": b"WEBVTT\n"})
    assert version.state is State.REFUSED
    page = clerk.get(f"/packages/new?package={version.package_id}")
    assert "上传新的一版" in page.text
    answer = clerk.post(
        f"/packages/new?package={version.package_id}", data=uploads.form(), content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    assert [v.number for v in versions(people)] == [2, 1]
    assert len({v.package_id for v in versions(people)}) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"video": (b"", "课.mp4")}, "是空的，0 字节"),
        ({"video": (b"x", "课.avi")}, "不是视频，选一个 .mp4"),
        ({"video": None}, "还没有选视频"),
        ({"captions": (b"x", "字幕.docx")}, "不是字幕"),
        ({"quiz": (b"x", "测验.pdf")}, "不是小测验表格"),
        ({"title": ""}, "写上课的名字"),
        ({"title": "长" * 61}, "最多 60 个字"),
        ({"declared_minutes": "很久"}, "填一个整数"),
        ({"declared_minutes": "9999"}, "1 到 720"),
    ],
)
def test_a_wrong_form_is_told_at_its_field(
    clerk: FlaskClient, people: Cast, changed: dict[str, Any], sentence: str
) -> None:
    """422, in words, and nothing is kept. Sabotage: take the validator away."""
    answer = uploads.post(clerk, **changed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert versions(people) == []


def test_our_script_is_told_in_json(clerk: FlaskClient) -> None:
    answer = clerk.post(
        "/packages/new",
        data=uploads.form(video=(b"", "课.mp4")),
        content_type="multipart/form-data",
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 422
    assert "0 字节" in answer.json["message"]


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(clerk: FlaskClient, people: Cast) -> None:
    """The body is never sent: only its length is told. Sabotage: set no max_content_length at all."""
    answer = clerk.post(
        "/packages/new",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(forms.BODY_BYTES + 1)},
    )
    assert answer.status_code == 413
    assert "文件太大了" in answer.text


def test_a_video_of_megabytes_is_taken(clerk: FlaskClient, people: Cast) -> None:
    """Sabotage: leave the application's small limit in force here."""
    padding = b"\x00\x40\x00\x00free" + bytes((4 << 20) - 8)
    assert uploads.post(clerk, video=(uploads.video_bytes() + padding, "大.mp4")).status_code == 303


def test_other_pages_take_no_large_bodies(clerk: FlaskClient) -> None:
    """Sabotage: raise the limit for the whole application."""
    answer = clerk.post(
        "/me",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "10000000"},
    )
    assert answer.status_code in {405, 413}
    assert clerk.application.config["MAX_CONTENT_LENGTH"] <= 1_000_000


def test_uploads_are_written_beside_the_data_and_not_kept_in_memory(app: Flask) -> None:
    """A 2 GB video must fit neither in memory nor in a small /tmp. Sabotage: return BytesIO."""
    stream = arriving.room()
    with stream:
        assert stream.fileno() > 0
        assert Path(f"/proc/self/fd/{stream.fileno()}").readlink().is_relative_to(app.config["LMS"].data)


class Full(LocalFolder):
    """A folder on a disk that has no room left."""

    def put(self, key: str, file: Any, content_type: str = "") -> None:
        raise StorageFull("no room left on the disk")


def test_a_full_disk_is_one_sentence_and_nothing_half_done(
    app: Flask, clerk: FlaskClient, people: Cast, tmp_path: Path
) -> None:
    """Sabotage: write the version before its files are kept."""
    real = app.extensions["storage"]
    app.extensions["storage"] = Full(tmp_path)
    try:
        answer = uploads.post(clerk)
    finally:
        app.extensions["storage"] = real
    assert answer.status_code == 503
    assert "磁盘满了" in answer.text
    assert versions(people) == []


def test_a_disk_that_fills_while_the_body_arrives_is_told_too(clerk: FlaskClient, people: Cast) -> None:
    """The process may write no file over 64 kB: the very write that fails on a full disk. Sabotage: drop the error
    handler for OSError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    fields = uploads.form()
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    try:
        answer = clerk.post("/packages/new", data=fields, content_type="multipart/form-data")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert answer.status_code == 503
    assert "磁盘满了" in answer.text
    assert versions(people) == []


def test_another_institution_sees_nothing(people: Cast, client_for: ClientFor) -> None:
    """Absent and forbidden are told alike. Sabotage: drop _own()."""
    version = uploads.approved(people)
    stranger = client_for(people.chenbo)
    for path in (f"/packages/{version.id}", f"/packages/new?package={version.package_id}"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/packages/{version.id}/submit").status_code == 404
    assert version.title not in stranger.get("/packages").text
    assert stranger.get(f"/packages/{version.id}/lessons/1/captions.vtt").status_code == 404


def test_trainees_and_strangers_do_not_upload(people: Cast, client_for: ClientFor) -> None:
    assert client_for(people.xiulan).get("/packages/new").status_code == 404
    assert uploads.post(client_for(people.xiulan)).status_code == 404
    assert uploads.post(client_for(None)).status_code == 401


def test_the_list_and_the_empty_list(clerk: FlaskClient, people: Cast) -> None:
    assert "还没有课" in clerk.get("/packages").text
    uploads.received(people)
    page = clerk.get("/packages").text
    assert "荔枝怎么装箱" in page
    assert "正在检查" in page


def test_names_of_files_are_only_words(clerk: FlaskClient, people: Cast) -> None:
    """Keys come from content. Sabotage: build a key from the name."""
    uploads.post(clerk, video=(uploads.video_bytes(), "../../etc/<b>x</b>.mp4"))
    [version] = versions(people)
    assert version.source["video"]["key"].startswith("sha256/")
    assert "<b>x</b>" not in clerk.get(f"/packages/{version.id}").text


def test_a_job_that_gave_up_can_be_asked_again(app: Flask, clerk: FlaskClient, people: Cast, tmp_path: Path) -> None:
    """Sabotage: let check_again reuse the key of the failed job."""
    version_id = uploads.received(people)
    real = app.extensions["storage"]
    app.extensions["storage"] = LocalFolder(tmp_path)
    try:
        uploads.run_check(version_id)
    finally:
        app.extensions["storage"] = real
    page = clerk.get(f"/packages/{version_id}").text
    assert files.NO_ROOM not in page
    assert "找不到了" in page
    assert "再检查一次" in page
    assert clerk.post(f"/packages/{version_id}/check").status_code == 303
    uploads.run_check(version_id)
    assert uploads.seen(version_id).state is State.CHECKED
    assert clerk.post(f"/packages/{version_id}/check").status_code == 409
    job_id = uploads.seen(version_id).job_id
    assert job_id is not None
    with transaction(SYSTEM):
        assert jobs.find(job_id).state == "done"
