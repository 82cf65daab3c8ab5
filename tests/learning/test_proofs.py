"""确认是你本人: what a programme asks for, and what counts without it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from lms.accounts.models import Person
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound, Refused
from lms.learning.actions import proving
from lms.learning.models import IdentityProof, Registration
from lms.learning.queries import proofs as found
from lms.learning.rules.proofs import Method
from lms.learning.rules.reasons import Reason
from tests.learning.classroom import an_open_class, policy
from tests.people import SYSTEM


@pytest.fixture
def room(people, turn_clock):
    opened = an_open_class(people)
    policy(identity_level=1, identity_valid_minutes=60)
    return opened


def prove(trainee, method: Method) -> None:
    with transaction(trainee.principal):
        proving.keep(db.session.get(Registration, trainee.registration_id), method)


def test_nothing_counts_before_the_proof_and_all_counts_after(room):
    """Sabotage: ask for a proof only at the beginning of a lesson."""
    trainee = room.trainee()
    trainee.open()
    answer = trainee.watch(0, 60)
    assert (answer.accrued_ms, answer.reason) == (0, Reason.IDENTITY)
    assert answer.prove == f"/learn/courses/{trainee.registration_id}/identity"
    prove(trainee, Method.CODE)
    trainee.watch(0, 90)
    assert room.credited_s() == 90


def test_a_proof_ends_and_is_given_again(room):
    trainee = room.trainee()
    prove(trainee, Method.CODE)
    trainee.open()
    trainee.watch(0, 60)
    clock.turn(timedelta(minutes=61))
    trainee.send(trainee.next(60, 60))
    assert trainee.watch(60, 90).reason is Reason.IDENTITY
    prove(trainee, Method.PASSKEY)
    trainee.watch(60, 120)
    assert room.credited_s() == 120


def test_a_weaker_proof_is_not_enough(room):
    """Sabotage: take any proof."""
    trainee = room.trainee()
    with transaction(SYSTEM):
        db.session.execute(insert(IdentityProof).values(**row(room, trainee, level=1)))
    with transaction(trainee.principal):
        assert found.newest_proof(trainee.principal.person(), 2) is None
        assert found.newest_proof(trainee.principal.person(), 1).level == 1


def row(room, trainee, **changed):
    whose = {"person_id": trainee.principal.person(), "cohort_id": room.cohort_id}
    place = {"tenant_id": room.people.organisations["anyi"], "region_code": "440606", "plan_code": "P06"}
    return {"id": uuid4(), "at": clock.now(), "method": "code", "level": 1, **whose, **place, **changed}


def test_the_school_attests_whom_it_sees_in_its_own_open_class(room):
    """Sabotage: let anybody attest, or attest in a class that is not open or was filed without a room."""
    people, trainee = room.people, room.trainee()
    clerk, stranger = people.principal("liumin"), people.principal("chenbo")
    everybody = {people.xiulan, people.ahui, uuid4()}
    with pytest.raises(Refused, match="没有写上课地点"), transaction(clerk):
        proving.attest(room.cohort_id, everybody, clerk)
    room.change(place="镇文化站二楼")
    with transaction(clerk):
        assert proving.attest(room.cohort_id, everybody, clerk) == 2
        assert found.attested_today(room.cohort_id) == {people.xiulan, people.ahui}
        assert {day.level for day in found.proofs_of_cohort(room.cohort_id)} == {3}
    trainee.open()
    assert trainee.watch(0, 30).accrued_ms == 30_000
    with pytest.raises(NotFound), transaction(stranger):
        proving.attest(room.cohort_id, everybody, stranger)
    with pytest.raises(Refused), transaction(clerk):
        proving.attest(room.cohort_id, {people.liumin}, clerk)
    room.change(state="filed", opened_at=None)
    with pytest.raises(Refused), transaction(clerk):
        proving.attest(room.cohort_id, everybody, clerk)


def test_the_pages(room, client_for):
    """A code to the registered phone; a wrong one says so."""
    trainee = room.trainee()
    client = client_for(trainee.principal.person())
    address = f"/learn/courses/{trainee.registration_id}/identity"
    assert "收短信验证码" in client.get(address).text
    with transaction(SYSTEM):
        phone = db.session.scalar(select(Person.phone).where(Person.id == trainee.principal.person()))
    if phone is not None:
        assert client.post(f"{address}/code").status_code == 303
        assert client.post(address, data={"code": "000"}).status_code == 422
    staff = client_for(room.people.liumin)
    assert "没有写上课地点" in staff.get(f"/learn/cohorts/{room.cohort_id}/attest").text
    room.change(place="镇文化站二楼")
    page = staff.get(f"/learn/cohorts/{room.cohort_id}/attest")
    assert "还没确认的 2 人" in page.text and "黄秀兰" in page.text and "全选" not in page.text
    told = staff.post(f"/learn/cohorts/{room.cohort_id}/attest", data={"people": [str(room.people.xiulan), "junk"]})
    assert told.status_code == 303 and told.location.endswith("done=1")
    assert staff.post(f"/learn/cohorts/{room.cohort_id}/attest", data={}).status_code == 422
    assert "确认过了" in client.get(address).text
    assert "今天确认过的 1 人" in staff.get(f"/learn/cohorts/{room.cohort_id}/attest").text
