"""Review: who may decide, what is decided, and that it stays."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.accounts import actions as accounts
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.publishing import actions, queries
from lms.publishing.rules import State
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast
from tests.publishing import uploads

ClientFor = Callable[[UUID | None], FlaskClient]


def test_from_upload_to_catalogue(people: Cast, client_for: ClientFor) -> None:
    """The whole way over HTTP, as clerk and administrator go it."""
    version = uploads.checked(people)
    clerk, administrator = client_for(people.liumin), client_for(people.hequan)
    assert clerk.post(f"/packages/{version.id}/submit").status_code == 303
    assert "等主管部门的人看" in clerk.get(f"/packages/{version.id}").text
    assert version.title in administrator.get("/reviews").text
    page = administrator.get(f"/reviews/{version.id}").text
    assert "荔枝怎么装箱" in page
    assert "预冷能让荔枝多放两天" in page
    assert 'name="minutes-1"' in page
    assert "/captions.vtt" in page
    answer = administrator.post(f"/reviews/{version.id}/approve", data={"minutes-1": "0", "seconds-1": "8"})
    assert answer.status_code == 303
    assert "已经批准上架" in administrator.get(answer.location).text
    assert "已经上架" in clerk.get(f"/packages/{version.id}").text
    video, quiz = uploads.lessons(version.id)
    assert (video.approved_seconds, quiz.approved_seconds) == (8, 0)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"minutes-1": "0", "seconds-1": "9"}, "最多批 8 秒"),
        ({"minutes-1": "12", "seconds-1": "18"}, "最多批 8 秒"),
        ({"minutes-1": "0", "seconds-1": "0"}, "要大于 0"),
        ({"minutes-1": "十", "seconds-1": "0"}, "填整数"),
        ({"minutes-1": "-1", "seconds-1": "0"}, "填整数"),
        ({}, "填整数"),
    ],
)
def test_study_time_is_never_longer_than_the_video(
    people: Cast, client_for: ClientFor, fields: dict[str, str], sentence: str
) -> None:
    """Sabotage: drop refuse_seconds; the table's own check then still holds (next test)."""
    version = uploads.submitted(people)
    answer = client_for(people.hequan).post(f"/reviews/{version.id}/approve", data=fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert uploads.seen(version.id).state is State.SUBMITTED


def test_the_table_itself_refuses_more_than_was_probed(people: Cast) -> None:
    """Sabotage: drop the check constraint."""
    version = uploads.submitted(people)
    with pytest.raises(IntegrityError, match="ck_lesson_probed"), transaction(SYSTEM):
        db.session.execute(
            text("update lesson set approved_seconds = 9 where version_id = :id and number = 1"), {"id": version.id}
        )


def test_nobody_approves_their_own_upload(people: Cast, client_for: ClientFor) -> None:
    """Two people, always. Sabotage: drop _other_than_uploader: the table's check constraint then answers."""
    with transaction(SYSTEM):
        accounts.employ(people.hequan, people.organisations["anyi"], "clerk")
    version = uploads.checked(people, by="hequan")
    both = client_for(people.hequan)
    both.post(f"/packages/{version.id}/submit")
    assert "你自己上传的" in both.get(f"/reviews/{version.id}").text
    for act, data in (("approve", {"minutes-1": "0", "seconds-1": "8"}), ("return", {"reason": "改"})):
        answer = both.post(f"/reviews/{version.id}/{act}", data=data)
        assert answer.status_code == 422
        assert "你自己上传的" in answer.text
    with pytest.raises(IntegrityError, match="two_people"), transaction(SYSTEM):
        db.session.execute(
            text("update package_version set decided_by = uploaded_by where id = :id"), {"id": version.id}
        )


def test_returning_needs_a_reason_and_the_clerk_reads_it(people: Cast, client_for: ClientFor) -> None:
    version = uploads.submitted(people)
    administrator, clerk = client_for(people.hequan), client_for(people.liumin)
    empty = administrator.post(f"/reviews/{version.id}/return", data={"reason": " "})
    assert (empty.status_code, uploads.seen(version.id).state) == (422, State.SUBMITTED)
    administrator.post(f"/reviews/{version.id}/return", data={"reason": "3:10 那里没有声音"})
    page = clerk.get(f"/packages/{version.id}").text
    assert "3:10 那里没有声音" in page
    assert "上传改好的文件" in page
    assert clerk.post(f"/packages/{version.id}/submit").status_code == 303
    assert uploads.seen(version.id).state is State.SUBMITTED


def test_another_region_neither_sees_nor_decides(people: Cast, client_for: ClientFor) -> None:
    """Absent and forbidden are told alike. Sabotage: drop _reviewed() and the policies."""
    version = uploads.submitted(people)
    stranger = client_for(people.zhaojun)
    assert version.title not in stranger.get("/reviews").text
    assert stranger.get(f"/reviews/{version.id}").status_code == 404
    assert stranger.post(f"/reviews/{version.id}/approve", data={"minutes-1": "0", "seconds-1": "8"}).status_code == 404
    assert stranger.post(f"/reviews/{version.id}/return", data={"reason": "x"}).status_code == 404
    with pytest.raises(NotFound), transaction(people.principal("zhaojun")):
        actions.approve(version.id, {1: 8, 2: 0})


def test_an_approved_version_of_another_region_is_read_not_decided(people: Cast, client_for: ClientFor) -> None:
    """The catalogue is public, its review is not. Sabotage: rely on row-level security alone in _reviewed()."""
    version = uploads.approved(people)
    assert client_for(people.zhaojun).get(f"/reviews/{version.id}").status_code == 404
    with pytest.raises(NotFound), transaction(people.principal("zhaojun")):
        actions.return_(version.id, "x")


def test_what_was_not_sent_in_is_not_reviewed(people: Cast, client_for: ClientFor) -> None:
    version = uploads.checked(people)
    assert client_for(people.hequan).get(f"/reviews/{version.id}").status_code == 404
    with pytest.raises(Conflict), transaction(people.principal("hequan")):
        actions.approve(version.id, {1: 8, 2: 0})


def test_a_clerk_does_not_review(people: Cast, client_for: ClientFor) -> None:
    version = uploads.submitted(people)
    clerk = client_for(people.yufang)
    assert clerk.get("/reviews").status_code == 404
    assert clerk.post(f"/reviews/{version.id}/approve", data={"minutes-1": "0", "seconds-1": "8"}).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        "update package_version set title = 'x' where id = :id",
        "update package_version set state = 'returned' where id = :id",
        "delete from package_version where id = :id",
        "update lesson set duration_ms = duration_ms + 1000 where version_id = :id",
        "update lesson set approved_seconds = 1 where version_id = :id and number = 1",
        "delete from lesson where version_id = :id",
        "update version_decision set reason = 'x' where version_id = :id",
        "delete from version_decision where version_id = :id",
    ],
)
def test_what_was_approved_never_changes(people: Cast, change: str) -> None:
    """Whoever tries, whatever they try. Sabotage: drop the triggers of migration 0005."""
    version = uploads.approved(people)
    with pytest.raises(DBAPIError), transaction(SYSTEM):
        db.session.execute(text(change), {"id": version.id})
    assert uploads.seen(version.id) == version


def test_no_lesson_is_added_to_an_approved_version(people: Cast) -> None:
    """Sabotage: let the trigger look at update and delete alone."""
    version = uploads.approved(people)
    copy = (
        "insert into lesson (id, created_at, version_id, tenant_id, region_code, plan_code, number, title, kind, content_hash,"
        " duration_ms, declared_seconds, size_bytes) select gen_random_uuid(), created_at, version_id, tenant_id, region_code,"
        " plan_code, 99, title, kind, content_hash, duration_ms, 0, 0 from lesson where version_id = :id and number = 1"
    )
    with pytest.raises(DBAPIError, match="never change"), transaction(SYSTEM):
        db.session.execute(text(copy), {"id": version.id})


def test_each_decision_is_sealed(people: Cast) -> None:
    """Sabotage: leave evidence.append out of _decide."""
    version = uploads.approved(people)
    with transaction(SYSTEM):
        rows = db.session.execute(
            text(
                "select decision, leaf_id, octet_length(leaf_hash) from version_decision where version_id = :id order by leaf_id"
            ),
            {"id": version.id},
        ).all()
    assert [row[0] for row in rows] == ["submitted", "approved"]
    assert all(row[1] > 0 and row[2] == 32 for row in rows)


def test_two_reviewers_at_once_decide_once(people: Cast) -> None:
    """Sabotage: read the state without the row lock."""
    version = uploads.submitted(people)
    with transaction(people.principal("hequan")):
        actions.return_(version.id, "改")
    with pytest.raises(Conflict, match="退回修改"), transaction(people.principal("hequan")):
        actions.approve(version.id, {1: 8, 2: 0})


def test_a_lesson_left_out_is_not_approved(people: Cast) -> None:
    version = uploads.submitted(people)
    with pytest.raises(Refused, match="第 1 课"), transaction(people.principal("hequan")):
        actions.approve(version.id, {2: 0})
    assert uploads.lessons(version.id)[0].approved_seconds is None


def test_the_catalogue_is_read_by_trainees_and_nothing_else_is(people: Cast) -> None:
    """Sabotage: drop the catalogue policies, or write them for all states."""
    approved = uploads.approved(people)
    other = uploads.checked(people, content={"captions": uploads.VTT.replace("荔枝", "龙眼").encode()})
    with transaction(people.principal("xiulan")):
        assert [v.id for v in queries.published_versions(RURAL_ECOMMERCE)] == [approved.id]
        assert [lesson.number for lesson in queries.lessons_of(approved.id)] == [1, 2]
        assert queries.lesson(queries.lessons_of(approved.id)[0].id).kind == "video"
        assert queries.lessons_of(other.id) == []
        with pytest.raises(NotFound):
            queries.version(other.id)
        with pytest.raises(NotFound):
            actions.return_(approved.id, "x")


def test_captions_for_the_player(people: Cast, client_for: ClientFor) -> None:
    version = uploads.submitted(people)
    answer = client_for(people.hequan).get(f"/packages/{version.id}/lessons/1/captions.vtt")
    assert answer.content_type == "text/vtt; charset=utf-8"
    assert answer.text.startswith("WEBVTT\n\n00:00:01.000")
    assert client_for(people.hequan).get(f"/packages/{version.id}/lessons/2/captions.vtt").status_code == 404
    assert client_for(people.zhaojun).get(f"/packages/{version.id}/lessons/1/captions.vtt").status_code == 404
