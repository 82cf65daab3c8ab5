"""Packages of any format: what is written of a good one, and that nothing is left of a bad one."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from courses.course import Course, Finding, Format, Lesson, LessonKind, Level, Member, Refused
from courses.packages import Upload
from lms.foundation.database import db, transaction
from lms.publishing import files, queries
from lms.publishing.checking.packages import Contents
from lms.publishing.importing import import_now
from lms.publishing.links import member_key
from lms.publishing.rules import State
from lms.publishing.rules.reports import grouped, page_of
from tests.courses import pdfs
from tests.courses.manifests import au, cmi5, scorm12
from tests.courses.zips import Entry, build
from tests.people import SYSTEM, Cast
from tests.publishing import packages, uploads

ClientFor = Callable[[UUID | None], FlaskClient]
START = (Entry("cmi5.xml", cmi5().encode()), Entry("index.html", packages.PAGE))


def kept(app: Flask) -> set[Path]:
    """The members that lie in the storage."""
    return set((app.config["LMS"].data / "files").rglob("*.file"))


def test_a_package_becomes_lessons_and_files(people: Cast, client_for: ClientFor) -> None:
    """Over HTTP, from the form to the report. Sabotage: leave _FILES out of recording."""
    clerk = client_for(people.liumin)
    answer = packages.post(clerk, packages.course(2, media__a=b"one", b=b"two"))
    assert answer.status_code == 303
    version_id = UUID(answer.location.rpartition("/")[2])
    assert "正在检查课程包" in clerk.get(answer.location).text
    uploads.run_check(version_id)
    version = uploads.seen(version_id)
    assert (version.state, version.format) == (State.CHECKED, "cmi5")
    assert version.structure["children"] == [{"au": 1}, {"au": 2}]
    first, second = uploads.lessons(version_id)
    assert (first.kind, first.entry, first.settings["launch_method"]) == ("au", "index.html", "AnyWindow")
    assert first.identifier != second.identifier
    found = packages.files_of(version_id)
    assert set(found) == {"cmi5.xml", "index.html", "media/a", "b"}
    with files.storage().open(member_key(found["b"])) as stream:
        assert stream.read() == b"two"
    page = clerk.get(answer.location).text
    assert "cmi5" in page
    assert "cmi5，2 课" in page


def test_without_a_title_it_is_called_what_the_package_says(people: Cast) -> None:
    version = packages.checked(people, packages.course())
    assert version.title == "粤菜师傅入门"
    assert packages.checked(people, packages.course(3), title="我起的名字").title == "我起的名字"


@pytest.mark.parametrize(
    ("name", "data", "kind", "entry"),
    [
        ("手册.pdf", pdfs.pages(3), "document", "document.pdf"),
        ("页面.html", packages.PAGE, "document", "index.html"),
        ("cmi5.xml", cmi5(au(url="https://example.org/a")).encode(), "au", "https://example.org/a"),
        ("课.zip", build([Entry("imsmanifest.xml", scorm12().encode()), Entry("index.html", packages.PAGE)]), "sco", "index.html"),
    ],
)  # fmt: skip
def test_one_file_of_each_kind(people: Cast, name: str, data: bytes, kind: str, entry: str) -> None:
    version = packages.checked(people, data, name)
    assert version.state is State.CHECKED, version.report
    [lesson] = uploads.lessons(version.id)
    assert (lesson.kind, lesson.entry) == (kind, entry)


@pytest.mark.parametrize(
    "data",
    [
        b"Rar!\x1a\x07\x01\x00" + bytes(100),
        build([Entry("cmi5.xml", cmi5(au(url="no.html")).encode())]),
        # the last member lies about its bytes: found when all others have been inflated
        build([*START, Entry("z.txt", b"honest words", method=0)]).replace(b"honest words", b"other words!"),
    ],
)  # fmt: skip
def test_what_is_refused_leaves_nothing(app: Flask, people: Cast, data: bytes) -> None:
    """No lesson, no file row, no member in the storage. Sabotage: put members into the storage as they are inflated."""
    before = kept(app)
    version = packages.checked(people, data)
    assert version.state is State.REFUSED
    assert any(finding.level is Level.REFUSAL and finding.mend for finding in version.findings)
    assert uploads.lessons(version.id) == []
    assert packages.files_of(version.id) == {}
    assert kept(app) == before
    assert list((app.config["LMS"].data / "incoming").iterdir()) == []


def test_the_same_package_twice_is_told(people: Cast, client_for: ClientFor) -> None:
    """And its second upload is forgotten at once. Sabotage: leave out arriving.end in receive()."""
    clerk = client_for(people.liumin)
    assert packages.post(clerk, packages.course()).status_code == 303
    again = packages.post(clerk, packages.course())
    assert again.status_code == 409
    assert "这个文件和" in again.text
    with transaction(SYSTEM) as session:
        assert session.scalar(text("select count(*) from upload")) == 1


def test_files_of_an_approved_package_never_change(people: Cast) -> None:
    """Sabotage: drop package_file_kept, or the append-only trigger."""
    version = packages.approved(people, packages.course())
    add = "insert into package_file select version_id, 'new', tenant_id, sha256, size_bytes from package_file where version_id = :id"
    changes = (
        add,
        "update package_file set sha256 = repeat('0', 64) where version_id = :id",
        "delete from package_file where version_id = :id",
        "update package_version set structure = '{}' where id = :id",
        "update package_version set format = 'series' where id = :id",
        "update lesson set settings = '{}' where version_id = :id",
        "update lesson set entry = 'x' where version_id = :id",
    )
    for change in changes:
        with pytest.raises(DBAPIError), transaction(SYSTEM):
            db.session.execute(text(change), {"id": version.id})
    assert uploads.seen(version.id) == version


def test_hundreds_of_lessons_are_shown_a_page_at_a_time(people: Cast, client_for: ClientFor) -> None:
    """One time for all of them, and one of its own. Sabotage: show every lesson on one page."""
    version = packages.submitted(people, packages.course(301))
    reviewer, clerk = client_for(people.hequan), client_for(people.liumin)
    page = clerk.get(f"/packages/{version.id}").text
    assert "共 301 课" in page
    assert "第 1 页，共 7 页" in page
    assert len(page) < 100_000
    assert "301. " in clerk.get(f"/packages/{version.id}?page=7").text
    page = reviewer.get(f"/reviews/{version.id}").text
    assert 'name="minutes-rest"' in page
    assert len(page) < 100_000
    answer = reviewer.post(f"/reviews/{version.id}/approve", data={"minutes-rest": "3", "minutes-7": "5"})
    assert answer.status_code == 303
    times = {one.number: one.approved_seconds for one in uploads.lessons(version.id)}
    assert (times[1], times[7], len(times)) == (180, 300, 301)


@pytest.mark.parametrize(("fields", "told"), [({}, "填整数"), ({"minutes-1": "721"}, "一课最多批 12 小时")])
def test_the_time_of_a_lesson_without_a_timeline(
    people: Cast, client_for: ClientFor, fields: dict[str, str], told: str
) -> None:
    version = packages.submitted(people, pdfs.pages(6), name="手册.pdf")
    reviewer = client_for(people.hequan)
    assert "共 6 页，先按每页 1 分钟算" in reviewer.get(f"/reviews/{version.id}").text
    answer = reviewer.post(f"/reviews/{version.id}/approve", data=fields)
    assert answer.status_code == 422
    assert told in answer.text


def test_a_package_is_imported_at_once(app: Flask, people: Cast, tmp_path: Path) -> None:
    """The same file is the same version; another format leaves nothing. Sabotage: adopt before looking at the format."""
    path = tmp_path / "course.zip"
    path.write_bytes(packages.course())
    tenant_id = people.organisations["anyi"]
    given_in = Upload(path, "course.zip")
    first = import_now(tenant_id, given_in, person_id=people.liumin)
    assert uploads.seen(first).state is State.CHECKED
    assert import_now(tenant_id, given_in, person_id=people.liumin) == first
    path.write_bytes(build([Entry("index.html", b"<!doctype html><title>only a page</title>")]))
    before = kept(app)
    with pytest.raises(Refused, match="只收 cmi5"):
        import_now(tenant_id, given_in, person_id=people.liumin, formats=(Format.CMI5,))
    assert kept(app) == before
    with transaction(SYSTEM):
        assert len(queries.versions_of_tenant(tenant_id)) == 1


SCO = Lesson(1, "甲", LessonKind.SCO, entry="sco/index.html?x=1")
OWN = (Member("sco/index.html", 3, "a" * 64), Member("sco/js/x.js", 3, "b" * 64))
OTHERS = (Member("imsmanifest.xml", 9, "d" * 64), Member("other/index.html", 9, "e" * 64))


def hash_of(lesson: Lesson, members: Iterable[Member]) -> str:
    return Contents(Course("课", (lesson,), members=tuple(members))).hash_of(lesson)


def test_the_same_lesson_is_told_again_in_another_package() -> None:
    """hours.md P5: titles, other lessons and the folder around it do not make it another.

    Sabotage: hash the whole path, the title, or every file of the package.
    """
    moved = tuple(replace(one, path=f"deep/{one.path}") for one in OWN)
    same = replace(SCO, number=9, title="乙", entry="deep/sco/index.html?x=1")
    assert hash_of(SCO, OWN) == hash_of(same, moved + OTHERS)
    named = replace(SCO, settings={"files": ["sco/js/x.js", "sco/index.html", "gone.js"]})
    assert hash_of(named, (*OWN, Member("sco/more.js", 1, "f" * 64))) == hash_of(SCO, OWN)
    assert hash_of(SCO, OWN) != hash_of(SCO, (OWN[0], replace(OWN[1], sha256="c" * 64)))
    assert hash_of(SCO, OWN) != hash_of(replace(SCO, entry="sco/index.html?x=2"), OWN)
    assert hash_of(SCO, OWN) != hash_of(replace(SCO, kind=LessonKind.AU), OWN)


@given(st.permutations(OWN + OTHERS))
def test_the_order_of_files_says_nothing(members: list[Member]) -> None:
    assert hash_of(SCO, members) == hash_of(SCO, OWN)


def test_thousands_of_lessons_share_thousands_of_files() -> None:
    """Each file is looked at once, not once a lesson: 2 million looks would be refused here. Sabotage: filter the members for
    each lesson anew."""
    looks = 0

    class Path(str):
        __slots__ = ()

        def startswith(self, *given: Any) -> bool:
            nonlocal looks
            looks += 1
            return super().startswith(*given)

    lessons = tuple(Lesson(n, "课", LessonKind.AU, entry=f"a/index.html?n={n}") for n in range(1, 1001))
    members = tuple(Member(Path(f"a/{n}.js"), 1, "a" * 64) for n in range(2000))
    contents = Contents(Course("课", lessons, members=members))
    assert len({contents.hash_of(lesson) for lesson in lessons}) == 1000
    assert looks <= 4000


findings = st.builds(
    Finding,
    st.sampled_from(Level),
    st.sampled_from("甲乙丙丁戊己庚"),
    st.sampled_from("xy"),
    st.sampled_from(["", "z"]),
)


@given(st.lists(findings, max_size=40))
def test_grouping_loses_nothing(found: list[Finding]) -> None:
    """Every line is in one group, refusals first. Sabotage: group by `what` alone."""
    groups = grouped(found)
    told = {Finding(group.level, where, group.what, group.mend) for group in groups for where in group.wheres}
    assert told == set(found)
    levels = [group.level for group in groups]
    assert levels == sorted(levels, key=[Level.REFUSAL, Level.WARNING, Level.FOUND].index)


@given(st.text(max_size=8), st.integers(0, 3000))
def test_every_page_asked_for_is_one_that_there_is(asked: str, count: int) -> None:
    page = page_of(asked, count)
    assert 1 <= page.number <= page.of
    assert page.first <= max(0, count - 1)
