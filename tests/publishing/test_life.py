"""What becomes of a course after its check: talked about, approved, withdrawn, stopped, copied, taken away as cmi5."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from courses.packages import Upload, open_any
from lms.foundation import jobs
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused
from lms.publishing import downloads, queries
from lms.publishing.actions import standing
from lms.publishing.rules import State
from lms.publishing.rules.standing import Act, Standing, may_follow
from tests.cohorts.classes import a_class, change
from tests.courses import pdfs
from tests.courses.manifests import tincan
from tests.courses.zips import Entry, build
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast
from tests.publishing import packages, uploads

ClientFor = Callable[[UUID | None], FlaskClient]
ELDERLY = "P03-elderly"


def test_reviewer_and_institution_talk_until_it_is_settled(people: Cast, client_for: ClientFor) -> None:
    """What is open holds the approval back. Sabotage: leave _nothing_open out of approve()."""
    version = packages.submitted(people, packages.course(1))
    reviewer, clerk = client_for(people.hequan), client_for(people.liumin)
    review, page = f"/reviews/{version.id}", f"/packages/{version.id}"
    reviewer.post(f"{review}/comments", data={"lesson_number": "1", "body": "第 3 页的字太小"})
    assert "第 3 页的字太小" in clerk.get(page).text
    with transaction(SYSTEM):
        thread_id = db.session.scalar(text("select id from review_thread"))
    clerk.post(f"{page}/comments/{thread_id}", data={"body": "放大了，看新的一版"})
    assert "放大了，看新的一版" in reviewer.get(review).text
    held = reviewer.post(f"{review}/approve", data={"minutes-1": "3"})
    assert (held.status_code, "还有 1 条意见没解决" in held.text) == (422, True)
    assert reviewer.post(f"{review}/comments/{thread_id}/resolve").status_code == 303
    assert reviewer.post(f"{review}/approve", data={"minutes-1": "3"}).status_code == 303
    assert clerk.post(f"{page}/comments/{thread_id}", data={"body": "再说一句"}).status_code == 409


def test_strangers_hear_and_say_nothing(people: Cast, client_for: ClientFor) -> None:
    """Sabotage: look threads up by id alone."""
    version, other = (packages.submitted(people, packages.course(n)) for n in (1, 2))
    reviewer = client_for(people.hequan)
    reviewer.post(f"/reviews/{version.id}/comments", data={"lesson_number": "0", "body": "整体看一下"})
    with transaction(SYSTEM):
        thread_id = db.session.scalar(text("select id from review_thread"))
    for path in (f"/packages/{version.id}/comments/{thread_id}", f"/reviews/{version.id}/comments"):
        for somebody in (people.chenbo, people.zhaojun, people.xiulan):
            assert client_for(somebody).post(path, data={"body": "x"}).status_code == 404
    wrong = f"/packages/{other.id}/comments/{thread_id}"
    assert client_for(people.liumin).post(wrong, data={"body": "x"}).status_code == 404
    for body in ("", " ", "长" * 1001):
        assert reviewer.post(f"/reviews/{version.id}/comments", data={"body": body}).status_code == 422
    assert reviewer.post(f"/reviews/{version.id}/comments", data={"body": "x", "lesson_number": "9"}).status_code == 404
    with pytest.raises(DBAPIError), transaction(SYSTEM):
        db.session.execute(text("update review_comment set body = 'x'"))


@pytest.mark.parametrize(
    ("now", "act", "authority", "may"),
    [
        (None, Act.WITHDRAWN, False, True),
        (None, Act.STOPPED, False, False),
        (Act.WITHDRAWN, Act.RESTORED, False, False),
        (Act.WITHDRAWN, Act.WITHDRAWN, True, False),
        (Act.WITHDRAWN, Act.STOPPED, True, True),
        (Act.STOPPED, Act.RESTORED, True, True),
        (Act.RESTORED, Act.WITHDRAWN, False, True),
        (None, Act.RESTORED, True, False),
    ],
)
def test_what_may_follow_what(now: Act | None, act: Act, authority: bool, may: bool) -> None:
    assert may_follow(Standing(now), act, authority=authority) is may


def test_a_withdrawn_course_begins_no_class_and_ends_none(people: Cast, client_for: ClientFor) -> None:
    """Sabotage: leave refuse_new_class out of the rules of classes, or published_versions unfiltered."""
    version = packages.approved(people, packages.course())
    clerk, reviewer = client_for(people.liumin), client_for(people.hequan)
    assert clerk.post(f"/packages/{version.id}/withdraw", data={"reason": ""}).status_code == 422
    assert clerk.post(f"/packages/{version.id}/withdraw", data={"reason": "第 2 课讲错了"}).status_code == 303
    page = clerk.get(f"/packages/{version.id}").text
    assert "已经下架，不能再用它开新班" in page
    assert "第 2 课讲错了" in page
    assert "已下架" in clerk.get("/packages").text
    assert version.title not in clerk.get("/cohorts/new").text
    with transaction(people.principal("xiulan")):
        assert queries.published_versions(RURAL_ECOMMERCE) == []
        assert "下架" in (queries.refuse_new_class(version.id) or "")
        assert queries.refuse_learning(version.id) is None
        assert len(queries.lessons_of(version.id)) == 2
    assert clerk.post(f"/packages/{version.id}/withdraw", data={"reason": "再来"}).status_code == 409
    said = {"act": "restored", "reason": "改好了"}
    assert clerk.post(f"/reviews/{version.id}/standing", data=said).status_code == 404
    assert reviewer.post(f"/reviews/{version.id}/standing", data=said).status_code == 303
    with transaction(people.principal("xiulan")):
        assert [one.id for one in queries.published_versions(RURAL_ECOMMERCE)] == [version.id]


def test_a_stopped_course_is_learnt_by_nobody(people: Cast, client_for: ClientFor) -> None:
    """Sabotage: let refuse_learning look at withdrawals alone."""
    version = packages.approved(people, packages.course())
    said = {"act": "stopped", "reason": "内容不合适"}
    assert client_for(people.zhaojun).post(f"/reviews/{version.id}/standing", data=said).status_code == 404
    assert client_for(people.hequan).post(f"/reviews/{version.id}/standing", data=said).status_code == 303
    with transaction(people.principal("xiulan")):
        assert "停用了" in (queries.refuse_learning(version.id) or "")
    assert "已经停用" in client_for(people.hequan).get(f"/reviews/{version.id}").text
    assert uploads.seen(version.id) == version, "the version itself never changes"


def test_what_was_done_to_a_version_is_sealed_and_stays(people: Cast) -> None:
    version = packages.approved(people, packages.course())
    with transaction(people.principal("hequan")):
        standing.put(version.id, Act.WITHDRAWN, "过时了", authority=True)
    with transaction(SYSTEM) as session:
        assert session.execute(text("select act, octet_length(leaf_hash) from version_standing")).one() == (
            "withdrawn",
            32,
        )
        assert session.scalar(text("select count(*) from audit_entry where action = 'package:withdrawn'")) == 1
    for sentence in ("update version_standing set reason = 'x'", "delete from version_standing"):
        with pytest.raises(DBAPIError), transaction(SYSTEM):
            db.session.execute(text(sentence))


def test_a_copy_is_reviewed_anew_and_is_the_same_content(people: Cast, client_for: ClientFor) -> None:
    """Sabotage: copy the state or the approved times; or make content hashes of its own."""
    version = packages.approved(people, packages.course(2, media__a=b"one"))
    clerk = client_for(people.liumin)
    answer = clerk.post(f"/packages/{version.id}/copy", data={"programme_code": ELDERLY})
    assert answer.status_code == 303
    copied = uploads.seen(UUID(answer.location.rpartition("/")[2]))
    assert (copied.state, copied.plan_code, copied.copied_from) == (State.CHECKED, "P03", version.id)
    assert "从另一个项目复制来的" in clerk.get(answer.location).text
    before, after = uploads.lessons(version.id), uploads.lessons(copied.id)
    assert [one.content_hash for one in before] == [one.content_hash for one in after]
    assert [one.approved_seconds for one in after] == [None, None]
    assert packages.files_of(version.id) == packages.files_of(copied.id)
    assert clerk.post(f"/packages/{version.id}/copy", data={"programme_code": ELDERLY}).location == answer.location
    for code, status in ((RURAL_ECOMMERCE, 409), ("P99-none", 422)):
        assert clerk.post(f"/packages/{version.id}/copy", data={"programme_code": code}).status_code == status
    stranger = client_for(people.chenbo)
    assert stranger.post(f"/packages/{version.id}/copy", data={"programme_code": ELDERLY}).status_code == 404


def test_a_new_version_leaves_classes_where_they_are(people: Cast, client_for: ClientFor) -> None:
    """The page says so, to both. Sabotage: show the newest version's classes."""
    old = packages.approved(people, packages.course(1))
    change(a_class(people, title="照护第 3 期"), version_id=old.id)
    clerk = client_for(people.liumin)
    page = clerk.get(f"/packages/{old.id}").text
    assert "照护第 3 期" in page
    assert "班开了就一直用这一版" in page
    new = packages.approved(people, packages.course(2))
    with transaction(SYSTEM) as session:
        assert session.scalar(text("select version_id from cohort")) == old.id
    assert "照护第 3 期" not in clerk.get(f"/packages/{new.id}").text


def downloaded(people: Cast, client: FlaskClient, version: queries.VersionView) -> bytes:
    """The cmi5 package of a version, as a person gets it."""
    answer = client.post(f"/packages/{version.id}/cmi5")
    assert answer.status_code == 303, answer.text
    jobs.run(UUID(answer.location.rpartition("/")[2]))
    assert "做好了" in client.get(answer.location).text
    got = client.get(f"{answer.location}/course.zip")
    assert got.status_code == 200
    assert "filename*=UTF-8''" in got.headers["Content-Disposition"]
    return got.data


def read(data: bytes, tmp_path: Path):  # type: ignore[no-untyped-def]
    """What our own gate makes of a package."""
    path = tmp_path / "back.zip"
    path.write_bytes(data)
    return open_any(Upload(path, "back.zip"), lambda _path, stream, _size: str(len(stream.read())))


def test_a_cmi5_course_comes_back_as_it_was(people: Cast, client_for: ClientFor, tmp_path: Path) -> None:
    """Sabotage: write its structure from the tables and lose what a title said in English."""
    version = packages.approved(people, packages.course(3, media__a=b"one"))
    data = downloaded(people, client_for(people.liumin), version)
    again = read(data, tmp_path)
    lessons = uploads.lessons(version.id)
    assert again.structure == version.structure
    assert [(one.identifier, one.entry, one.settings) for one in again.lessons] == [
        (one.identifier, one.entry, one.settings) for one in lessons
    ]
    assert {member.path for member in again.members} == set(packages.files_of(version.id))


def test_video_quiz_and_document_come_back_as_cmi5(people: Cast, client_for: ClientFor, tmp_path: Path) -> None:
    """For the reviewer too. Sabotage: leave the captions or the answers out."""
    video = uploads.submitted(people)
    again = read(downloaded(people, client_for(people.hequan), video), tmp_path)
    assert str(again.format) == "cmi5"
    assert [one.title for one in again.lessons] == ["荔枝怎么装箱", "小测验"]
    assert again.lessons[1].settings["mastery_score"] == 0.6
    assert {"lesson-001/video.mp4", "lesson-001/captions.vtt", "player/cmi5.js"} <= {one.path for one in again.members}
    paper = packages.checked(people, pdfs.pages(2), "手册.pdf")
    data = downloaded(people, client_for(people.liumin), paper)
    assert len(read(data, tmp_path).lessons) == 1
    assert "content/document.pdf" in zipfile.ZipFile(io.BytesIO(data)).namelist()


def test_what_cannot_be_cmi5_says_why(people: Cast, client_for: ClientFor) -> None:
    data = build([Entry("tincan.xml", tincan().encode()), Entry("index.html", packages.PAGE)])
    version = packages.checked(people, data)
    answer = client_for(people.liumin).post(f"/packages/{version.id}/cmi5")
    assert answer.status_code == 409
    assert "tincan 的课自己写学习记录" in answer.text


def test_a_download_is_for_who_asked_and_does_not_stay(
    people: Cast, client_for: ClientFor, turn_clock: Callable[..., None]
) -> None:
    """Sabotage: find the job by its id alone; or keep what was written for ever."""
    version = packages.checked(people, packages.course())
    with transaction(people.principal("liumin")):
        job_id = downloads.begin(version)
        assert downloads.begin(version) == job_id
    address = f"/packages/{version.id}/cmi5/{job_id}"
    assert client_for(people.liumin).get(f"{address}/course.zip").status_code == 404
    jobs.run(job_id)
    assert client_for(people.liumin).get(f"{address}/course.zip").status_code == 200
    assert client_for(people.chenbo).get(f"{address}/course.zip").status_code == 404
    other = packages.checked(people, packages.course(3))
    assert client_for(people.liumin).get(f"/packages/{other.id}/cmi5/{job_id}").status_code == 404
    with transaction(SYSTEM) as session:
        session.execute(text("update job set finished_at = finished_at - interval '30 days'"))
    downloads.sweep()
    assert client_for(people.liumin).get(f"{address}/course.zip").status_code == 404
    assert "已经清掉了" in client_for(people.liumin).get(address).text


def test_what_is_not_approved_is_not_withdrawn(people: Cast) -> None:
    version = packages.submitted(people, packages.course())
    with pytest.raises(Exception, match="刷新"), transaction(people.principal("hequan")):
        standing.put(version.id, Act.WITHDRAWN, "x", authority=True)
    approved = packages.approved(people, packages.course(3))
    with pytest.raises(Refused), transaction(people.principal("hequan")):
        standing.put(approved.id, Act.WITHDRAWN, " ", authority=True)
