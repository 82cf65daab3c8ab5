"""Held time, appeals, corrections: over the actions and over the pages."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.accounts.events import PersonErased
from lms.foundation import clock, events
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.todo import Ask
from lms.learning import inbox, queries
from lms.learning.actions import appealing, correcting, holding
from lms.learning.actions.appealing import Cause
from lms.learning.models import Lease, StudySession
from lms.learning.models.reviews import Anomaly, Appeal, CorrectionDecision, HoldDecision
from lms.learning.queries import appeals, copies, holds
from lms.learning.rules.holding import HoldState, Verdict
from tests.learning.classroom import an_open_class, policy
from tests.people import SYSTEM


def fast(room, key: str = "xiulan") -> UUID:
    """The trainee's device pours the whole lesson out in a minute; gives the session."""
    trainee = room.trainee(key)
    trainee.open()
    for n in range(2):
        clock.turn(timedelta(seconds=30))
        trainee.send(trainee.next(300 * n, 300 * (n + 1)))
    return trainee.session_id


def look() -> int:
    with transaction(SYSTEM):
        return holding.look_on()


def the_hold(cohort_id: UUID) -> UUID:
    with transaction(SYSTEM):
        return db.session.scalars(select(Anomaly.id).where(Anomaly.cohort_id == cohort_id)).one()


def missed(room) -> tuple[Cause, int]:
    """The line was away too long: a minute and a half were played and not counted."""
    trainee = room.trainee()
    trainee.open()
    trainee.watch(0, 30)
    clock.turn(timedelta(seconds=91))
    trainee.send(trainee.next(30, 120))
    [row] = [row for row in room.rows() if row.excluded_ms]
    return Cause(trainee.registration_id, room.video_id, row.day, row.reason), row.id


class TestHolds:
    def test_what_is_out_of_the_common_is_held_once_and_kept(self, database, people, turn_clock) -> None:
        """Attack 2. Sabotage: leave the check is_held out: the second look breaks on the unique key."""
        room = an_open_class(people)
        fast(room)
        assert look() == 1
        assert look() == 0
        credited = room.credited_s()
        assert credited > 0
        with transaction(SYSTEM):
            assert queries.held_ms(room.cohort_id) == {people.xiulan: credited * 1000}
            assert queries.held_by_registration(people.xiulan) == {room.registrations["xiulan"]: credited * 1000}

    def test_honest_study_is_not_held(self, database, people, turn_clock) -> None:
        """Sabotage: judge by claimed time alone."""
        room = an_open_class(people)
        room.trainee().open()
        trainee = room.trainee()
        trainee.open()
        trainee.watch(0, 600)
        assert look() == 0

    def test_a_reviewer_releases_and_may_change_their_mind(self, database, people, turn_clock) -> None:
        """The last decision stands. Sabotage: read the first."""
        room = an_open_class(people)
        fast(room)
        look()
        one = the_hold(room.cohort_id)
        with transaction(people.principal("hequan")):
            holding.decide(one, verdict=HoldState.RELEASED, reason="打过电话，是本人", seen=0)
            assert queries.held_ms(room.cohort_id) == {}
        with transaction(people.principal("hequan")):
            holding.decide(one, verdict=HoldState.UPHELD, reason="本人说没有学过", seen=1)
            assert set(queries.held_ms(room.cohort_id)) == {people.xiulan}
            assert [said.verdict for said in holds.decisions_of(one)] == [HoldState.RELEASED, HoldState.UPHELD]
            assert holds.hold(one).state is HoldState.UPHELD

    def test_who_was_slower_is_told(self, database, people, turn_clock) -> None:
        """Sabotage: do not compare `seen`."""
        room = an_open_class(people)
        fast(room)
        look()
        one = the_hold(room.cohort_id)
        with transaction(people.principal("hequan")):
            holding.decide(one, verdict=HoldState.RELEASED, reason="打过电话，是本人", seen=0)
        with pytest.raises(Conflict), transaction(people.principal("hequan")):
            holding.decide(one, verdict=HoldState.UPHELD, reason="本人说没有学过", seen=0)

    @pytest.mark.parametrize("who", ["zhaojun", "liumin", "xiulan"])
    def test_nobody_else_decides(self, database, people, turn_clock, who) -> None:
        """Another city's authority, the institution itself, the trainee. Sabotage: drop may_decide."""
        room = an_open_class(people)
        fast(room)
        look()
        one = the_hold(room.cohort_id)
        with pytest.raises(NotFound), transaction(people.principal(who)):
            holding.decide(one, verdict=HoldState.RELEASED, reason="打过电话，是本人", seen=0)

    def test_a_decision_needs_its_reason(self, database, people, turn_clock) -> None:
        """Sabotage: skip refuse_reason."""
        room = an_open_class(people)
        fast(room)
        look()
        one = the_hold(room.cohort_id)
        with pytest.raises(Refused), transaction(people.principal("hequan")):
            holding.decide(one, verdict=HoldState.RELEASED, reason=" ", seen=0)

    def test_a_shared_device_is_held_unless_the_class_has_a_room(self, database, people, turn_clock) -> None:
        """H9: a village hall is fine. Sabotage: forget the class's place."""
        room = an_open_class(people)
        trainee = room.trainee()
        trainee.open()
        trainee.watch(0, 60)
        with transaction(SYSTEM):
            mine = db.session.get_one(StudySession, trainee.session_id)
            mine.device_key = b"k" * 32
            plain = {column.name: getattr(mine, column.name) for column in StudySession.__table__.c}
            for person in ("ahui", "liumin", "chenbo"):
                db.session.add(StudySession(**{**plain, "id": uuid4(), "person_id": people.ids[person]}))
        room.change(place="村委会二楼")
        assert look() == 0
        room.change(place="")
        assert look() == 4

    def test_what_came_earlier_that_day_is_held_with_the_last_of_it(self, database, people, turn_clock) -> None:
        """The sixth answer, the fourth person, the fourth hour show what the sessions before them were: those end between two looks.

        Sabotage: judge only what was alive since the last look (drop `beside`).
        """
        room = an_open_class(people)
        trainee = room.trainee()
        trainee.open()
        trainee.watch(0, 60)
        with transaction(SYSTEM):
            mine = db.session.get_one(StudySession, trainee.session_id)
            mine.device_key = b"k" * 32
            plain = {column.name: getattr(mine, column.name) for column in StudySession.__table__.c}
        room.change(place="")
        for person in ("ahui", "liumin", "chenbo"):
            assert look() == 0
            clock.turn(timedelta(minutes=20))
            with transaction(SYSTEM):
                now = {"launched_at": clock.now(), "last_at": clock.now()}
                db.session.add(StudySession(**{**plain, **now, "id": uuid4(), "person_id": people.ids[person]}))
        assert look() == 4

    def test_what_is_alike_is_decided_together(self, database, people, turn_clock, client_for) -> None:
        """One person, one class, one doubt: one look at all the evidence. Sabotage: decide the one that was opened alone."""
        room = an_open_class(people)
        fast(room)
        fast(room)
        assert look() == 2
        with transaction(SYSTEM):
            one = db.session.scalars(select(Anomaly.id).order_by(Anomaly.created_at)).first()
        page = client_for(people.hequan).get(f"/hours/holds/{one}").text
        assert "同样的疑点一起定" in page
        assert "这一次学得多快" in page
        assert page.count('role="img"') == 1
        decided = {"verdict": "released", "reason": "打过电话，是本人", "seen": "0", "together": "y"}
        assert client_for(people.hequan).post(f"/hours/holds/{one}", data=decided).status_code == 303
        with transaction(people.principal("hequan")):
            assert queries.held_ms(room.cohort_id) == {}

    def test_tables_of_review_are_only_added_to(self, database, people, turn_clock) -> None:
        """Sabotage: leave a table out of append_only."""
        room = an_open_class(people)
        fast(room)
        look()
        one = the_hold(room.cohort_id)
        with transaction(people.principal("hequan")):
            holding.decide(one, verdict=HoldState.UPHELD, reason="本人说没有学过", seen=0)
        for table, column in ((Anomaly, "code"), (HoldDecision, "reason")):
            with pytest.raises(DBAPIError), transaction(SYSTEM):
                db.session.execute(update(table).values({column: "x"}))

    def test_the_database_itself_wants_another_person(self, database, people, turn_clock) -> None:
        """Sabotage: drop the check constraint not_oneself."""
        room = an_open_class(people)
        fast(room)
        look()
        one = the_hold(room.cohort_id)
        with pytest.raises(IntegrityError), transaction(SYSTEM):
            db.session.execute(
                text(
                    "insert into hold_decision select gen_random_uuid(), created_at, tenant_id, region_code, plan_code,"
                    " person_id, id, 1, 'released', 'x', person_id, leaf_id, leaf_hash from anomaly where id = :one"
                ),
                {"one": one},
            )


class TestAppeals:
    def test_somebody_appeals_and_is_answered_once(self, database, people, turn_clock) -> None:
        """Sabotage: let the second answer through (drop the rowcount)."""
        room = an_open_class(people)
        cause, _ = missed(room)
        with transaction(people.principal("xiulan")):
            one = appealing.appeal(cause, "那时村里停电了，手机一直开着")
        clerk = people.principal("liumin")
        with transaction(clerk):
            waiting = inbox.SOURCES[1].page(clerk, Ask())
            assert [item.subject_id for item in waiting] == [one]
            assert appealing.look(one).words == "那时村里停电了，手机一直开着"
            appealing.answer(one, verdict=Verdict.DECLINED, reason="断网时我们看不到你在学")
        with pytest.raises(Conflict), transaction(people.principal("liumin")):
            appealing.answer(one, verdict=Verdict.DECLINED, reason="断网时我们看不到你在学")

    def test_one_open_appeal_about_one_thing(self, database, people, turn_clock) -> None:
        """Sabotage: drop the partial unique index."""
        room = an_open_class(people)
        cause, _ = missed(room)
        with transaction(people.principal("xiulan")):
            appealing.appeal(cause, "那时村里停电了")
        with pytest.raises(Conflict), transaction(people.principal("xiulan")):
            appealing.appeal(cause, "那时村里停电了")

    def test_nobody_appeals_about_another_person(self, database, people, turn_clock) -> None:
        """Sabotage: read the registration without its person."""
        room = an_open_class(people)
        cause, _ = missed(room)
        with pytest.raises(NotFound), transaction(people.principal("ahui")):
            appealing.appeal(cause, "那时村里停电了")

    def test_what_was_not_lost_cannot_be_appealed(self, database, people, turn_clock) -> None:
        """Sabotage: do not look the loss up."""
        room = an_open_class(people)
        cause, _ = missed(room)
        wrong = Cause(cause.registration_id, cause.lesson_id, cause.day, "daily_limit")
        with pytest.raises(NotFound), transaction(people.principal("xiulan")):
            appealing.appeal(wrong, "那时村里停电了")

    def test_words_alone_add_no_time(self, database, people, turn_clock) -> None:
        """To grant, a correction must have been approved. Sabotage: grant without _put_right."""
        room = an_open_class(people)
        cause, _ = missed(room)
        with transaction(people.principal("xiulan")):
            one = appealing.appeal(cause, "那时村里停电了")
        before = room.credited_s()
        with pytest.raises(Refused), transaction(people.principal("liumin")):
            appealing.answer(one, verdict=Verdict.GRANTED, reason="他说得有道理")
        assert room.credited_s() == before

    def test_what_was_written_is_sealed(self, database, people, turn_clock) -> None:
        """Sabotage: keep the words as text."""
        room = an_open_class(people)
        cause, _ = missed(room)
        with transaction(people.principal("xiulan")):
            one = appealing.appeal(cause, "我眼睛看不见，点不到")
            kept = db.session.get_one(Appeal, one)
            assert "眼睛".encode() not in kept.words

    def test_what_was_written_goes_with_the_account(self, database, people, turn_clock) -> None:
        """The appeal stays under the pseudonym, its words do not. Sabotage: take forgetting.forget out of reactions.TABLE."""
        room = an_open_class(people)
        cause, _ = missed(room)
        with transaction(people.principal("xiulan")):
            one = appealing.appeal(cause, "我眼睛看不见，点不到")
            assert copies.copy_of(people.xiulan)["我的申诉"][0]["我写的"] == "我眼睛看不见，点不到"
            events.publish(PersonErased(people.xiulan))
            assert appeals.appeal(one).words == "（本人已注销，内容已删）"

    def test_the_institution_does_not_answer_about_holds(self, database, people, turn_clock) -> None:
        """Those who are paid for hours do not judge the doubt. Sabotage: drop `about` from answered_by."""
        room = an_open_class(people)
        session_id = fast(room)
        look()
        one = the_hold(room.cohort_id)
        with transaction(people.principal("xiulan")):
            held = holds.hold(one)
            assert held.session_id == session_id
            cause = Cause(held.registration_id, held.lesson_id, held.day, held.code, one)
            asked = appealing.appeal(cause, "我一直在看")
        with pytest.raises(NotFound), transaction(people.principal("liumin")):
            appealing.look(asked)
        with transaction(people.principal("hequan")):
            holding.decide(one, verdict=HoldState.RELEASED, reason="打过电话，是本人", seen=0)
            appealing.answer(asked, verdict=Verdict.GRANTED, reason="打过电话，是本人")
            assert appeals.appeal(asked).verdict == "granted"


class TestCorrections:
    def _proposed(self, people, room, delta_ms: int = 60_000) -> tuple[UUID, UUID, int]:
        cause, ledger_id = missed(room)
        with transaction(people.principal("xiulan")):
            asked = appealing.appeal(cause, "那时村里停电了，手机一直开着")
        with transaction(people.principal("liumin")):
            made = correcting.propose(ledger_id, delta_ms, "村委会证明停电", asked)
        return made, asked, ledger_id

    def test_two_people_add_a_row_and_answer_the_appeal(self, database, people, turn_clock) -> None:
        """Sabotage: write the row at the proposal."""
        room = an_open_class(people)
        made, asked, ledger_id = self._proposed(people, room)
        before = room.credited_s()
        with transaction(people.principal("hequan")):
            correcting.decide(made, verdict=Verdict.GRANTED, reason="看过证明，同意")
            assert appeals.appeal(asked).verdict == "granted"
        [row] = [row for row in room.rows() if row.corrects_id]
        assert (row.corrects_id, row.credited_ms) == (ledger_id, 60_000)
        assert row.correction_no.startswith("GZ20")
        assert room.credited_s() == before + 60

    def test_what_was_added_is_not_earned_again(self, database, people, turn_clock) -> None:
        """Sabotage: do not widen the covered set."""
        room = an_open_class(people)
        made, _, _ = self._proposed(people, room)
        with transaction(people.principal("hequan")):
            correcting.decide(made, verdict=Verdict.GRANTED, reason="看过证明，同意")
        trainee = room.trainee()
        trainee.open()
        trainee.watch(0, 600)
        assert room.credited_s() == 600

    def test_the_first_person_is_not_the_second(self, database, people, turn_clock) -> None:
        """Sabotage: drop the comparison, and the constraint two_people still refuses."""
        room = an_open_class(people)
        _, ledger_id = missed(room)
        with transaction(people.principal("hequan")):
            made = correcting.propose(ledger_id, 30_000, "村委会证明停电")
        with pytest.raises(Refused), transaction(people.principal("hequan")):
            correcting.decide(made, verdict=Verdict.GRANTED, reason="看过证明，同意")

    def test_watched_again_in_the_meantime_it_is_refused(self, database, people, turn_clock) -> None:
        """Sabotage: do not look at the coverage when deciding."""
        room = an_open_class(people)
        made, _, _ = self._proposed(people, room)
        trainee = room.trainee()
        trainee.open()
        trainee.watch(0, 300)
        before = room.credited_s()
        with pytest.raises(Refused), transaction(people.principal("hequan")):
            correcting.decide(made, verdict=Verdict.GRANTED, reason="看过证明，同意")
        assert room.credited_s() == before

    def test_time_can_be_taken_but_never_more_than_there_is(self, database, people, turn_clock) -> None:
        """Sabotage: drop the bound on what is taken."""
        room = an_open_class(people)
        trainee = room.trainee()
        trainee.open()
        trainee.watch(0, 30)
        [(row_id, earned)] = [(row.id, row.credited_ms) for row in room.rows() if row.credited_ms]
        with pytest.raises(Refused), transaction(people.principal("liumin")):
            correcting.propose(row_id, -earned - 1, "本人说没有学过")
        with transaction(people.principal("liumin")):
            made = correcting.propose(row_id, -earned, "本人说没有学过")
        with transaction(people.principal("hequan")):
            correcting.decide(made, verdict=Verdict.GRANTED, reason="核对过，同意减")
        assert room.credited_s() == 0

    def test_it_is_decided_once(self, database, people, turn_clock) -> None:
        """Sabotage: drop `if one.verdict`."""
        room = an_open_class(people)
        made, _, _ = self._proposed(people, room)
        with transaction(people.principal("hequan")):
            correcting.decide(made, verdict=Verdict.DECLINED, reason="证明上没有日期")
        with pytest.raises(Conflict), transaction(people.principal("hequan")):
            correcting.decide(made, verdict=Verdict.GRANTED, reason="看过证明，同意")
        with transaction(SYSTEM):
            assert db.session.scalar(select(CorrectionDecision.verdict)) == "declined"

    def test_a_day_takes_no_more_than_its_limit(self, database, people, turn_clock) -> None:
        """Rule 6 holds for a correction as for a beat, when it is proposed and when it is decided.

        Sabotage: drop refuse_day; or forget _on_the_day, and the trainee earns the limit once more beside the correction.
        """
        room = an_open_class(people)
        policy(daily_cap_class_hours=1, class_hour_seconds=80)
        cause, ledger_id = missed(room)
        assert room.credited_s() == 30
        with pytest.raises(Refused, match="还能加 50 秒"), transaction(people.principal("liumin")):
            correcting.propose(ledger_id, 60_000, "村委会证明停电")
        with transaction(people.principal("liumin")):
            first, second = (correcting.propose(ledger_id, ms, "村委会证明停电") for ms in (50_000, 30_000))
        with transaction(people.principal("hequan")):
            correcting.decide(first, verdict=Verdict.GRANTED, reason="看过证明，同意")
        assert (room.credited_s(), self._day_ms(people.xiulan)) == (80, 80_000)
        with pytest.raises(Refused, match="不能这样更正：那一天已经计满"), transaction(people.principal("hequan")):
            correcting.decide(second, verdict=Verdict.GRANTED, reason="看过证明，同意")
        trainee = room.trainee()
        trainee.open()
        trainee.watch(200, 260)
        assert room.credited_s() == 80
        with transaction(people.principal("xiulan")):
            asked = appealing.appeal(cause, "那时村里停电了")
        with pytest.raises(Refused, match="已经计满"), transaction(people.principal("liumin")):
            correcting.propose_for(asked, 1_000, "村委会证明停电")

    def _day_ms(self, person_id: UUID) -> int:
        with transaction(SYSTEM):
            return db.session.get_one(Lease, person_id).day_ms

    def test_an_appeal_about_many_rows_is_put_right_at_once(self, database, people, turn_clock) -> None:
        """Proposed once, decided once, a row for each, and no longer lost.

        Sabotage: propose for the first row alone, decide it alone, or go on calling lost what was added.
        """
        room = an_open_class(people)
        trainee = room.trainee()
        trainee.open()
        trainee.watch(0, 30)
        for n in (1, 2, 3):
            clock.turn(timedelta(seconds=91))
            trainee.send(trainee.next(30 * n, 30 * n + 30))
        lost = [row for row in room.rows() if row.excluded_ms]
        assert len(lost) == 3
        with transaction(people.principal("xiulan")):
            asked = appealing.appeal(
                Cause(trainee.registration_id, room.video_id, lost[0].day, lost[0].reason), "那时村里停电了"
            )
        with pytest.raises(Refused, match="没计入的还多"), transaction(people.principal("liumin")):
            correcting.propose_for(asked, 91_000, "村委会证明停电")
        with transaction(people.principal("liumin")):
            made = correcting.propose_for(asked, 75_000, "村委会证明停电")
        with transaction(people.principal("hequan")):
            correcting.decide(made, verdict=Verdict.GRANTED, reason="看过证明，同意")
            assert appeals.appeal(asked).verdict == "granted"
        added = [row.credited_ms for row in room.rows() if row.corrects_id]
        assert added == [30_000, 30_000, 15_000]
        with transaction(people.principal("xiulan")):
            [total] = queries.day_totals(people.xiulan, clock.today(), clock.today())
        assert (total.credited_ms, total.lost_ms) == (105_000, 15_000)

    def test_the_database_itself_wants_two_people(self, database, people, turn_clock) -> None:
        """Whatever role somebody acts under: nobody proposes for themselves, nobody decides what they proposed.

        Sabotage: drop the check constraints not_oneself and two_people.
        """
        room = an_open_class(people)
        made, _, _ = self._proposed(people, room)
        with pytest.raises(IntegrityError, match="not_oneself"), transaction(SYSTEM):
            db.session.execute(
                text(
                    "insert into hour_correction select gen_random_uuid(), created_at, tenant_id, region_code, plan_code,"
                    " person_id, 'GZ-x', ledger_id, registration_id, cohort_id, delta_ms, reason, person_id, appeal_id,"
                    " leaf_id, leaf_hash from hour_correction where id = :one"
                ),
                {"one": made},
            )
        for who in ("proposed_by", "person_id"):
            with pytest.raises(IntegrityError, match="two_people"), transaction(SYSTEM):
                db.session.execute(
                    text(
                        "insert into correction_decision select gen_random_uuid(), created_at, tenant_id, region_code,"
                        f" plan_code, person_id, id, proposed_by, 'declined', 'x', {who}, null, '[]', leaf_id, leaf_hash"
                        " from hour_correction where id = :one"
                    ),
                    {"one": made},
                )

    @pytest.mark.parametrize("who", ["chenbo", "zhaojun", "xiulan"])
    def test_nobody_proposes_outside_their_own(self, database, people, turn_clock, who) -> None:
        """Sabotage: drop the look at tenant and scope."""
        room = an_open_class(people)
        _, ledger_id = missed(room)
        with pytest.raises(NotFound), transaction(people.principal(who)):
            correcting.propose(ledger_id, 30_000, "村委会证明停电")


class TestPages:
    def test_a_trainee_says_why_and_sees_the_answer(self, database, people, turn_clock, client_for) -> None:
        """Sabotage: leave the appeal out of the page of hours."""
        room = an_open_class(people)
        cause, _ = missed(room)
        mine = client_for(people.xiulan)
        page = mine.get("/learn/hours").text
        assert "我不同意" in page
        address = {"registration": cause.registration_id, "lesson": cause.lesson_id, "day": cause.day}
        address |= {"reason": cause.reason_code}
        form = mine.get("/learn/appeals/new", query_string=address)
        assert "没计入" in form.text
        empty = mine.post("/learn/appeals/new", query_string=address, data={"words": " "})
        assert empty.status_code == 422
        sent = mine.post("/learn/appeals/new", query_string=address, data={"words": "那时村里停电了"})
        assert sent.status_code == 303
        assert "老师在看" in mine.get(sent.location).text
        assert "看我说的情况" in mine.get("/learn/hours").text

    def test_an_address_that_names_nothing_is_absent(self, database, people, turn_clock, client_for) -> None:
        """Sabotage: let ValueError through."""
        mine = client_for(people.xiulan)
        assert mine.get("/learn/appeals/new?registration=x&lesson=y&day=z&reason=gap").status_code == 404
        assert mine.get("/learn/appeals/new").status_code == 404

    def test_a_reviewer_walks_through_it_all(self, database, people, turn_clock, client_for) -> None:
        """Sabotage: leave out the photograph's look, the correction's form or the inbox."""
        room = an_open_class(people)
        cause, _ = missed(room)
        fast(room, "ahui")
        look()
        with transaction(people.principal("xiulan")):
            asked = appealing.appeal(cause, "那时村里停电了")
        clerk, administrator = client_for(people.liumin), client_for(people.hequan)
        assert "学员的申诉" in clerk.get("/hours/reviews").text
        assert "待核实的学时" in administrator.get("/hours/reviews").text
        assert "那时村里停电了" in clerk.get(f"/hours/appeals/{asked}").text
        form = {"correction-minutes": "1", "correction-reason": "村委会证明停电"}
        wrong = clerk.post(f"/hours/appeals/{asked}/corrections", data=form | {"correction-minutes": "9"})
        assert wrong.status_code == 422
        assert "没计入的还多" in wrong.text
        made = clerk.post(f"/hours/appeals/{asked}/corrections", data=form)
        assert made.status_code == 303
        assert "等第二个人看" in clerk.get(made.location).text
        assert "要第二个人看的更正" in administrator.get("/hours/reviews").text
        said = administrator.post(made.location, data={"verdict": "granted", "reason": "看过证明，同意"})
        assert said.status_code == 303
        held = the_hold(room.cohort_id)
        assert "进度快得不合常理" in administrator.get(f"/hours/holds/{held}").text
        decided = {"verdict": "released", "reason": "打过电话，是本人", "seen": "0"}
        assert administrator.post(f"/hours/holds/{held}", data=decided).status_code == 303
        assert administrator.post(f"/hours/holds/{held}", data=decided).status_code == 409

    def test_the_page_of_hours_counts_held_time_apart(self, database, people, turn_clock, client_for) -> None:
        """Sabotage: show credited time without taking the held part away."""
        room = an_open_class(people)
        fast(room)
        look()
        page = client_for(people.xiulan).get("/learn/hours").text
        assert "待确认，确认了就加上来" in page
        assert "一共计入 0 秒" in page
