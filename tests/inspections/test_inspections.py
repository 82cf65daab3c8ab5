"""Inspections over the actions and over the pages: drawn, called, visited, found, held, mended; complaints."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.cohorts import queries as cohorts
from lms.foundation import clock, jobs
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.todo import Ask
from lms.inspections import actions, inbox, queries, rules
from lms.inspections.models import Inspection, InspectionSample
from lms.inspections.rules import Days, Kind, Outcome
from lms.learning import queries as learning
from lms.learning.actions import holding as looking
from lms.learning.queries import suspensions
from tests.accounts.papers import PICTURE
from tests.learning.classroom import Classroom, an_open_class
from tests.people import SYSTEM, Cast


@pytest.fixture
def room(database, people, turn_clock) -> Classroom:
    return an_open_class(people)


def drawn(people: Cast, room: Classroom) -> list[queries.InspectionView]:
    me = people.principal("hequan")
    with transaction(me):
        actions.draw("第四季度抽查", "440606", "P06", 3, 1)
        return queries.open_inspections(me, Ask())


def visit(people: Cast, room: Classroom) -> UUID:
    with transaction(people.principal("hequan")):
        return actions.open_one(Kind.VISIT, cohorts.cohort(room.cohort_id))


def in_a_week():
    return clock.today() + timedelta(days=7)


class TestDrawing:
    def test_a_draw_opens_a_visit_and_the_calls(self, people, room) -> None:
        """Sabotage: draw from closed classes, or open nothing."""
        found = drawn(people, room)
        assert sorted(one.kind for one in found) == ["call", "visit"]
        [call] = [one for one in found if one.kind is Kind.CALL]
        assert call.person_id in (people.xiulan, people.ahui)

    def test_what_was_drawn_can_be_drawn_again(self, people, room) -> None:
        """Sabotage: keep another seed than the one that was used."""
        drawn(people, room)
        with transaction(SYSTEM):
            sample = db.session.scalars(select(InspectionSample)).one()
            known = {str(room.cohort_id): tuple(str(one) for one in cohorts.members(room.cohort_id))}
        again = rules.draw(sample.seed, known, sample.classes, sample.people_per_class)
        assert [[one.cohort_id, list(one.people)] for one in again] == sample.drawn

    def test_nobody_draws_elsewhere(self, people, room) -> None:
        """Sabotage: drop the comparison with the scope."""
        with pytest.raises(NotFound), transaction(people.principal("hequan")):
            actions.draw("别处", "4401", "P06", 1, 0)

    def test_nothing_open_is_said(self, people, room) -> None:
        """Sabotage: keep an empty draw."""
        room.change(state="closed")
        with pytest.raises(Refused), transaction(people.principal("hequan")):
            actions.draw("第四季度抽查", "440606", "P06", 1, 0)

    def test_the_institution_does_not_learn_of_it_before_there_is_a_finding(self, people, room) -> None:
        """A visit is unannounced. Sabotage: let the tenant see open inspections."""
        one = visit(people, room)
        with pytest.raises(NotFound), transaction(people.principal("liumin")):
            queries.inspection(one)
        with transaction(people.principal("hequan")):
            actions.find(one, Outcome.RECTIFY, "备案的老师不在", in_a_week(), 0)
        with transaction(people.principal("liumin")):
            assert queries.inspection(one).outcome is Outcome.RECTIFY


class TestFinding:
    def test_mending_goes_round_until_it_is_good(self, people, room) -> None:
        """Sabotage: close at the first finding, or let MENDED come first."""
        one = visit(people, room)
        clerk, me = people.principal("liumin"), people.principal("hequan")
        with transaction(me):
            actions.find(one, Outcome.RECTIFY, "备案的老师不在", in_a_week(), 0)
        with pytest.raises(Refused), transaction(me):
            actions.find(one, Outcome.MENDED, "已经改好了", None, 1)
        with transaction(clerk):
            assert [item.subject_id for item in inbox.SOURCES[1].page(clerk, Ask())] == [one]
            actions.mend(one, "从明天起老师每课都到")
            assert inbox.SOURCES[1].page(clerk, Ask()) == []
        with pytest.raises(Conflict), transaction(clerk):
            actions.mend(one, "再交一次也没有用")
        with transaction(me):
            actions.find(one, Outcome.AGAIN, "老师还是不在", in_a_week(), 1)
        with transaction(clerk):
            actions.mend(one, "换了老师，已经报备")
        with transaction(me):
            actions.find(one, Outcome.MENDED, "新老师在场", None, 2)
            assert queries.inspection(one).closed_at
            assert queries.count_open(me, "") == 0

    def test_who_was_slower_is_told(self, people, room) -> None:
        """Sabotage: do not compare `seen`."""
        one = visit(people, room)
        with transaction(people.principal("hequan")):
            actions.find(one, Outcome.RECTIFY, "备案的老师不在", in_a_week(), 0)
        with pytest.raises(Conflict), transaction(people.principal("hequan")):
            actions.find(one, Outcome.HOLD, "老师也没有，人也没有", None, 0)

    @pytest.mark.parametrize("who", ["zhaojun", "liumin", "xiulan", "haoran"])
    def test_nobody_else_finds(self, people, room, who) -> None:
        """Sabotage: drop the look at the scope in _mine."""
        one = visit(people, room)
        with pytest.raises(NotFound), transaction(people.principal(who)):
            actions.find(one, Outcome.CLEAR, "都对得上", None, 0)

    def test_a_hold_takes_the_time_of_the_whole_class(self, people, room) -> None:
        """Sabotage: queue nothing, or hold the sessions of one person alone."""
        for key in ("xiulan", "ahui"):
            trainee = room.trainee(key)
            trainee.open()
            trainee.watch(0, 60)
        one = visit(people, room)
        with transaction(people.principal("hequan")):
            actions.find(one, Outcome.HOLD, "教室没有人，名单上的人都说没学过", None, 0)
            job_id = db.session.scalar(select(jobs.Job.id).where(jobs.Job.kind == actions.HOLD))
        jobs.run(job_id)
        jobs.run(job_id)
        with transaction(SYSTEM):
            assert learning.held_ms(room.cohort_id) == {people.xiulan: 60_000, people.ahui: 60_000}

    def test_a_hold_names_its_days_and_covers_what_is_studied_later(self, people, room) -> None:
        """Open: what comes after the visit is held as well, at once and in the next look; lifted: what comes later counts.

        Sabotage: hold only the sessions that were there; forget lift; or read the first suspension of an inspection.
        """
        self._study(room, 60)
        one, me = visit(people, room), people.principal("hequan")
        with transaction(me):
            actions.find(one, Outcome.HOLD, "教室没有人", None, 0, Days(since=clock.today()))
        self._study(room, 60, 60)
        assert self._held_s(room) == 120
        with transaction(SYSTEM):
            assert looking.look_on() == 2
        assert self._held_s(room) == 120
        with transaction(people.principal("xiulan")):
            [told] = suspensions.open_for(people.xiulan, {room.cohort_id}, clock.today())
            assert told.since == clock.today()
        with transaction(me):
            assert queries.inspection(one).closed_at is None
            actions.find(one, Outcome.CLEAR, "换了教室，人都在", None, 1)
            assert queries.inspection(one).closed_at
        clock.turn(timedelta(days=1))
        self._study(room, 120, 60)
        with transaction(SYSTEM):
            looking.look_on()
        assert self._held_s(room) == 120

    def test_a_hold_leaves_other_days_and_other_people_alone(self, people, room) -> None:
        """Sabotage: compare no days, or forget the person."""
        self._study(room, 60)
        clock.turn(timedelta(days=2))
        self._study(room, 30, 60)
        seen = visit(people, room)
        with transaction(people.principal("hequan")):
            call = actions.open_one(Kind.CALL, cohorts.cohort(room.cohort_id), person_id=people.ahui)
            actions.find(call, Outcome.HOLD, "说没有学过", None, 0)
            days = Days(clock.today() - timedelta(days=2), clock.today() - timedelta(days=1))
            actions.find(seen, Outcome.HOLD, "那两天教室没有人", None, 0, days)
        assert self._held_s(room) == 60

    @pytest.mark.parametrize(("first", "last"), [(1, None), (0, -1)])
    def test_days_that_cannot_be_are_said(self, people, room, first, last) -> None:
        """Sabotage: keep whatever days are sent."""
        one, today = visit(people, room), clock.today()
        days = Days(today + timedelta(days=first), None if last is None else today + timedelta(days=last))
        with pytest.raises(Refused, match="停算"), transaction(people.principal("hequan")):
            actions.find(one, Outcome.HOLD, "教室没有人", None, 0, days)

    def _study(self, room, seconds: int, start: int = 0) -> None:
        trainee = room.trainee()
        trainee.open()
        trainee.watch(start, start + seconds)

    def _held_s(self, room) -> float:
        with transaction(SYSTEM):
            return sum(learning.held_ms(room.cohort_id).values()) / 1000

    def test_what_is_closed_stays_closed(self, people, room) -> None:
        """Sabotage: drop `if one.closed_at`."""
        one = visit(people, room)
        with transaction(people.principal("hequan")):
            actions.find(one, Outcome.CLEAR, "都对得上", None, 0)
        with pytest.raises(Conflict), transaction(people.principal("hequan")):
            actions.record(one, "note", {"words": "又想起一件事"})


class TestComplaints:
    def test_a_complaint_reaches_the_authority_and_not_the_institution(self, people, room) -> None:
        """Sabotage: show the complainant to the tenant, or keep the words as text."""
        with transaction(people.principal("xiulan")):
            one = actions.complain(room.registrations["xiulan"], "报名时收了我 200 块")
            assert b"200" not in (db.session.get_one(Inspection, one).words or b"")
        with pytest.raises(NotFound), transaction(people.principal("liumin")):
            queries.inspection(one)
        with transaction(people.principal("hequan")):
            assert queries.words_of(one) == "报名时收了我 200 块"
            actions.find(one, Outcome.RECTIFY, "收费已经查实，退给学员", in_a_week(), 0)
        with transaction(people.principal("xiulan")):
            [(mine, _)] = queries.complaints_of(people.xiulan)
            assert mine.id == one

    def test_nobody_complains_in_another_name(self, people, room) -> None:
        """Sabotage: read the registration without its person."""
        with pytest.raises(NotFound), transaction(people.principal("ahui")):
            actions.complain(room.registrations["xiulan"], "报名时收了我 200 块")


class TestPages:
    def test_an_inspector_walks_through_a_visit(self, people, room, client_for) -> None:
        """Scan, begin, count, ask, find; the institution mends. Sabotage: break any of the forms."""
        inspector, clerk = client_for(people.hequan), client_for(people.liumin)
        assert "班级二维码" in clerk.get(f"/cohorts/{room.cohort_id}").text
        assert "qr-code" in clerk.get(f"/inspections/classes/{room.cohort_id}/code").text
        scanned = f"/inspections/classes/{room.cohort_id}"
        assert "开始现场检查" in inspector.get(scanned).text
        begun = inspector.post(scanned)
        assert begun.status_code == 303
        assert inspector.post(scanned).location == begun.location
        page = begun.location
        assert inspector.post(f"{page}/visit", data={"present": "x"}).status_code == 422
        seen = {"present": "1", "teacher": "no", "words": "教室里只有一个人"}
        assert inspector.post(f"{page}/visit", data=seen).status_code == 303
        quiz = f"{page}/quiz/{people.xiulan}"
        assert "抽考" in inspector.get(quiz).text
        assert inspector.post(quiz, data={"q1": "0"}).status_code == 422
        assert inspector.post(quiz, data={f"q{n}": "0" for n in range(1, 6)}).status_code == 303
        text = inspector.get(page).text
        assert "备案的老师不在" in text
        assert "得 " in text
        bad = {"outcome": "rectify", "words": "备案的老师不在", "seen": "0"}
        assert inspector.post(f"{page}/finding", data=bad).status_code == 422
        good = bad | {"due_on": in_a_week().isoformat()}
        assert inspector.post(f"{page}/finding", data=good).status_code == 303
        assert "农村电商第 7 期" in clerk.get("/inspections/to-mend").text
        assert "等机构交整改情况" in inspector.get(page).text
        sent = {"words": "老师每课都到", "file": (BytesIO(PICTURE), "a.png")}
        assert clerk.post(f"{page}/mend", data=sent).status_code == 303
        [address] = re.findall(r'action="([^"]+/material/[^"]+)"', inspector.get(page).text)
        assert inspector.post(address).data == PICTURE
        assert clerk.post(address).status_code == 404
        assert "交上去了" in clerk.get(f"{page}/mend").text

    def test_a_call_is_asked_and_kept(self, people, room, client_for) -> None:
        """Sabotage: keep a call with a question left open."""
        [call] = [one for one in drawn(people, room) if one.kind is Kind.CALL]
        inspector, page = client_for(people.hequan), f"/inspections/{call.id}"
        assert inspector.post(f"{page}/call", data={"call-joined": "yes"}).status_code == 422
        answers = {f"call-{question}": "yes" for question in rules.CALL_QUESTIONS} | {"call-oneself": "no"}
        assert inspector.post(f"{page}/call", data=answers).status_code == 303
        assert "再看一眼" in inspector.get(page).text

    def test_a_trainee_complains_on_the_phone(self, people, room, client_for) -> None:
        """Sabotage: take a class that is not theirs."""
        mine = client_for(people.xiulan)
        assert "培训机构看不到" in mine.get("/inspections/complaints").text
        said = {"registration": str(room.registrations["ahui"]), "words": "报名时收了我 200 块"}
        assert mine.post("/inspections/complaints", data=said).status_code == 422
        said["registration"] = str(room.registrations["xiulan"])
        assert mine.post("/inspections/complaints", data=said).status_code == 303
        assert "正在办" in mine.get("/inspections/complaints").text
