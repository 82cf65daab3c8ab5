"""确认是你本人，用人脸: through the real doors, against providers that check our signatures."""

import logging
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from lms.accounts import faces
from lms.accounts.events import PersonErased
from lms.accounts.faces.settings import read
from lms.accounts.models import Consent, Person
from lms.foundation import clock, secrets
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound
from lms.learning.actions import facing
from lms.learning.models import FaceLook, FaceResult, IdentityProof
from lms.learning.queries import proofs as found
from tests.learning.classroom import an_open_class, policy
from tests.learning.face_house import DEVICE, SECRET, open_face_house
from tests.people import PEOPLE, SYSTEM

HOUSES = ("tencent", "aliyun")


@pytest.fixture
def house():
    with open_face_house() as opened:
        yield opened


@pytest.fixture
def faces_at(app, house, monkeypatch):
    """Open an account with a provider."""

    def opened(kind="tencent", more=""):
        monkeypatch.setitem(app.extensions, "faces", faces.open_looks(read(house.environ(kind, more))))

    return opened


@pytest.fixture
def room(people, turn_clock):
    opened = an_open_class(people)
    opened.change(place="镇文化站二楼")
    policy(identity_level=2, identity_valid_minutes=60)
    return opened


class Face:
    """A trainee at the pages of this part."""

    def __init__(self, room, client_for, key="xiulan"):
        self.id, self.key = room.people.ids[key], key
        self.client = client_for(self.id)
        self.at = f"/learn/courses/{room.registrations[key]}/identity"

    def agree(self):
        page = self.client.get("/me/consent/face").text
        version = page.split('name="version" value="')[1].split('"')[0]
        assert self.client.post("/me/consent/face", data={"step": "give", "version": version}).status_code == 303
        return self

    def begin(self, device=DEVICE):
        """Ask for a look; the answer."""
        return self.client.post(f"{self.at}/face", data={"device": device})

    def go(self, house):
        """A whole look: begin, open the provider's page, come back; the answer and the address of the way back."""
        begun = self.begin()
        assert begun.status_code == 303, begun.text
        page = self.client.get(begun.location).text
        token = page.split(f"http://{house.host}/page/")[1].split('"')[0]
        house.look(token)
        return self.client.get(f"{begun.location}/back?BizToken=forged"), f"{begun.location}/back"


@pytest.fixture
def face(room, client_for):
    return lambda key="xiulan": Face(room, client_for, key)


def proofs_of(person_id=None):
    query = select(func.count()).select_from(IdentityProof).where(IdentityProof.method == "face")
    with transaction(SYSTEM):
        return db.session.scalar(query if person_id is None else query.where(IdentityProof.person_id == person_id))


def endings():
    with transaction(SYSTEM):
        return list(db.session.scalars(select(FaceResult.outcome).order_by(FaceResult.at)))


@pytest.mark.parametrize("kind", HOUSES)
def test_a_face_is_a_proof_of_the_second_level(face, faces_at, house, room, kind):
    """Sabotage: sign otherwise, leave the number out, keep the proof without a look."""
    faces_at(kind)
    answer, _ = face().agree().go(house)
    assert answer.status_code == 303 and answer.location.endswith(str(room.registrations["xiulan"]))
    with transaction(SYSTEM):
        proof = found.newest_proof(room.people.xiulan, 2)
        [day] = found.proofs_of_cohort(room.cohort_id)
    assert (proof.level, proof.words, day.words) == (2, "人脸核验", "2 级，人脸核验")
    assert "人脸核验" in face().client.get(face().at).text
    trainee = room.trainee()
    trainee.open()
    assert trainee.watch(0, 30).accrued_ms == 30_000
    whom = house.asked[0][1]
    assert (whom.get("IdCard") or whom["CertNo"]) == PEOPLE["xiulan"].id_number


def test_nothing_is_said_where_nobody_compares_faces(face, room):
    """Sabotage: show the way, or a consent that serves nothing."""
    one = face()
    assert "刷脸" not in one.client.get(one.at).text and "人脸" not in one.client.get("/me/security").text
    assert one.begin().status_code == 404
    assert (
        one.client.get("/me/consent/face").status_code == 404
        and one.client.get("/learn/face-device").status_code == 404
    )


def test_without_a_yes_of_its_own_the_provider_is_never_asked(face, faces_at, house):
    """Sabotage: take the consent to sensitive data for this one, or ask first."""
    faces_at()
    one = face()
    assert one.begin().location.startswith("/me/consent/face?next=") and house.asked == []
    one.client.post("/me/consent", data={"step": "give", "version": "2026-11"})
    assert one.begin().location.startswith("/me/consent/face") and house.asked == []
    one.agree()
    assert one.begin().status_code == 303 and len(house.asked) == 1


def test_a_yes_to_one_house_is_none_to_another(face, faces_at, house):
    """Sabotage: one consent for all providers."""
    faces_at("tencent")
    one = face().agree()
    faces_at("aliyun")
    assert one.begin().location.startswith("/me/consent/face") and house.asked == []


def test_a_yes_is_taken_back_at_any_time(face, faces_at, house, turn_clock):
    """Sabotage: look at the consent only when a look begins."""
    faces_at()
    one = face().agree()
    begun = one.begin()
    house.look(next(iter(house.looks)))
    assert (
        "撤回同意" in one.client.get("/me/consent/face").text and "随时可以撤回" in one.client.get("/me/security").text
    )
    turn_clock(seconds=5)
    one.client.post("/me/consent/face", data={"step": "withdraw"})
    asked = len(house.asked)
    assert one.client.get(f"{begun.location}/back").status_code == 422
    assert len(house.asked) == asked and proofs_of() == 0
    with transaction(SYSTEM):
        said = list(
            db.session.scalars(select(Consent.given).where(Consent.person_id == one.id).order_by(Consent.created_at))
        )
    assert said == [True, False]


@pytest.mark.parametrize("kind", HOUSES)
def test_the_same_picture_proves_nothing_twice(face, faces_at, house, kind):
    """Attack 19. Sabotage: hash the token instead of the picture, or keep pictures by person."""
    faces_at(kind)
    for _ in range(2):
        house.show(picture=b"the same bytes")
        house.show(picture=b"the same bytes")
    assert face().agree().go(house)[0].status_code == 303
    again, _ = face().go(house)
    other, _ = face("ahui").agree().go(house)
    assert again.status_code == other.status_code == 422 and "以前用过" in other.text
    assert endings() == ["passed", "reused", "reused"] and proofs_of() == 1


@pytest.mark.parametrize("kind", HOUSES)
def test_somebody_elses_number_is_refused(face, faces_at, house, kind):
    """Attack 19. Sabotage: believe whatever passed."""
    faces_at(kind)
    house.show(number=PEOPLE["ahui"].id_number, name=PEOPLE["ahui"].name)
    answer, _ = face().agree().go(house)
    assert answer.status_code == 422 and "不是你登记的" in answer.text
    assert endings() == ["other_person"] and proofs_of() == 0


def test_a_result_about_another_look_is_refused(face, faces_at, house):
    """Sabotage: leave Extra out of the comparison."""
    faces_at()
    one = face().agree()
    begun = one.begin()
    look = house.look(next(iter(house.looks)))
    look.mark = uuid4().hex
    assert one.client.get(f"{begun.location}/back").status_code == 422 and proofs_of() == 0


@pytest.mark.parametrize("kind", HOUSES)
@pytest.mark.parametrize("shown", [{"code": 1004}, {"score": 61.0}])
def test_who_is_not_recognised_is_told_of_other_ways(face, faces_at, house, kind, shown):
    """Sabotage: take a low likeness, or show the provider's code."""
    faces_at(kind)
    house.show(**shown)
    answer, back = face().agree().go(house)
    assert answer.status_code == 422 and "换一种办法" in answer.text and "1004" not in answer.text
    assert face().client.get(back).status_code == 422 and endings() == ["refused"] and proofs_of() == 0


def test_a_return_is_nobody_elses_and_no_other_courses(face, faces_at, house, client_for, people):
    """Sabotage: load a look by its id alone."""
    faces_at()
    one = face().agree()
    begun = one.begin()
    house.look(next(iter(house.looks)))
    other = face("ahui").agree()
    face_id = begun.location.rsplit("/", 1)[1]
    assert other.client.get(f"{begun.location}/back").status_code == 404
    assert other.client.get(f"{other.at}/face/{face_id}/back").status_code == 404
    assert one.client.get(f"{other.at}/face/{face_id}/back").status_code == 404
    assert client_for(people.liumin).get(f"{begun.location}/back").status_code == 404
    with pytest.raises(NotFound), transaction(SYSTEM):
        found.look(UUID(face_id), one.id, uuid4())
    assert proofs_of() == 0 and one.client.get(f"{begun.location}/back").status_code == 303


def test_one_result_is_one_proof(face, faces_at, house):
    """Sabotage: end a look without looking whether it has ended."""
    faces_at()
    one = face().agree()
    answer, back = one.go(house)
    asked = len(house.asked)
    again = one.client.get(back)
    assert answer.status_code == 303 and again.status_code == 422 and "已经用过" in again.text
    assert len(house.asked) == asked and proofs_of() == 1


def test_a_token_that_comes_twice_is_refused(face, faces_at, house):
    """Sabotage: take the unique index off token_hash."""
    faces_at()
    house.token = "always-the-same"
    assert face().agree().begin().status_code == 303
    second = face("ahui").agree().begin()
    assert second.status_code == 409 and "换一种办法" in second.text


def test_a_look_that_is_not_done_or_too_old_is_none(face, faces_at, house, turn_clock):
    """Sabotage: take a missing result for a good one, or let looks live for ever."""
    faces_at()
    one = face().agree()
    begun = one.begin()
    early = one.client.get(f"{begun.location}/back")
    assert early.status_code == 422 and "还没有刷完" in early.text and "打开腾讯云的页面" in early.text
    house.look(next(iter(house.looks)))
    turn_clock(minutes=31)
    late = one.client.get(f"{begun.location}/back")
    assert late.status_code == 422 and "过时" in late.text and proofs_of() == 0


@pytest.mark.parametrize("kind", HOUSES)
def test_a_provider_that_is_down_leads_to_the_other_ways(face, faces_at, house, kind):
    """Sabotage: let its error through to the page of errors, or keep a half-begun look."""
    faces_at(kind)
    one = face().agree()
    house.moods = [503]
    answer = one.begin()
    assert answer.status_code == 503 and "没有回应" in answer.text
    assert "通行密钥" in answer.text and "老师" in answer.text
    with transaction(SYSTEM):
        assert db.session.scalar(select(func.count()).select_from(FaceLook)) == 0
    begun = one.begin()
    house.look(next(iter(house.looks)))
    house.moods = ["not json"]
    assert one.client.get(f"{begun.location}/back").status_code == 503 and endings() == []
    assert one.client.get(f"{begun.location}/back").status_code == 303 and proofs_of() == 1


def test_a_fifth_look_in_an_hour_is_the_last(face, faces_at):
    """Sabotage: count looks by device."""
    faces_at()
    one = face().agree()
    assert [one.begin().status_code for _ in range(6)] == [303] * 5 + [429]


def test_a_face_is_not_offered_to_who_has_no_resident_card(face, faces_at, house, room):
    """Sabotage: send whatever number there is."""
    faces_at()
    with transaction(SYSTEM):
        person = db.session.get_one(Person, room.people.xiulan)
        person.id_kind = "passport"
    one = face().agree()
    assert "刷脸" not in one.client.get(one.at).text
    assert one.begin().location.startswith("/me/consent/face") and house.asked == []


def test_a_programme_that_wants_the_teacher_does_not_offer_a_face(people, client_for, faces_at, turn_clock):
    """Sabotage: offer it at every level."""
    faces_at()
    opened = an_open_class(people)
    policy(identity_level=3, identity_valid_minutes=60)
    one = Face(opened, client_for)
    page = one.client.get(one.at).text
    assert "刷脸" not in page and "没有登记教室" in page
    opened.change(place="镇文化站二楼")
    page = one.client.get(one.at).text
    assert "刷脸" not in page and "请老师当面确认" in page and "镇文化站二楼" in page


def test_no_picture_and_no_token_stays(face, faces_at, house):
    """Sabotage: keep the handle of a look that has ended, or the picture itself."""
    faces_at()
    house.show(picture=b"a face that must not stay anywhere")
    face().agree().go(house)
    with transaction(SYSTEM):
        row = db.session.scalars(select(FaceLook)).one()
        proof = db.session.scalars(select(IdentityProof)).one()
    token = next(iter(house.looks))
    assert row.handle is None and token.encode() not in row.token_hash
    assert len(proof.image_hash) == 32 and b"a face" not in proof.image_hash


def test_the_copy_and_the_erasure(face, faces_at, house, turn_clock):
    """Sabotage: leave looks out of the copy, or the handle of an erased person in the table."""
    faces_at()
    one = face().agree()
    one.go(house)
    turn_clock(seconds=1)
    one.begin()
    copy = one.client.get("/me/data.json").json
    assert copy["确认本人"][0]["办法"] == "人脸核验"
    assert [each["结果"] for each in copy["人脸核验"]] == ["通过", "没有做完"]
    assert "腾讯云" in copy["同意书"][0]["内容"]
    with transaction(SYSTEM):
        facing.forget(PersonErased(one.id))
        assert db.session.scalar(select(func.count()).where(FaceLook.handle.is_not(None))) == 0


def test_what_was_found_never_changes(face, faces_at, house):
    """Sabotage: leave append_only out of the migration."""
    faces_at()
    face().agree().go(house)
    with pytest.raises(DBAPIError), transaction(SYSTEM) as session:
        session.execute(text("update face_result set outcome = 'passed'"))


def test_neighbours_see_no_look(face, faces_at, house, people):
    """Sabotage: protect face_look with true."""
    faces_at()
    face().agree().go(house)
    seen = {}
    for key in ("xiulan", "ahui", "liumin", "chenbo"):
        with transaction(people.principal(key)) as session:
            seen[key] = len(session.scalars(select(FaceLook.id)).all())
    assert seen == {"xiulan": 1, "ahui": 0, "liumin": 1, "chenbo": 0}


@pytest.mark.parametrize("kind", HOUSES)
def test_nothing_personal_is_logged(face, faces_at, house, caplog, kind):
    """Sabotage: log what was asked, or urllib3's addresses."""
    caplog.set_level(logging.DEBUG)
    faces_at(kind)
    one = face().agree()
    house.moods = [503]
    one.begin()
    one.go(house)
    for word in (SECRET, PEOPLE["xiulan"].id_number, PEOPLE["xiulan"].name, next(iter(house.looks))):
        assert word not in caplog.text
    assert SECRET not in repr(faces.looks())


def test_the_cage_of_the_provider_s_script(face, faces_at, house):
    """Sabotage: run it in the page."""
    faces_at("aliyun")
    one = face().agree()
    page = one.client.get(one.at)
    assert f"http://{house.host}" not in page.text and "frame-src 'self'" in page.headers["Content-Security-Policy"]
    cage = one.client.get("/learn/face-device").headers["Content-Security-Policy"]
    assert cage.startswith("sandbox allow-scripts;") and f"http://{house.host};" in cage
    assert "allow-same-origin" not in cage
    without = one.begin(device="")
    assert without.status_code == 503 and "没有回应" in without.text


def test_the_sealed_handle_opens_in_its_own_row_alone(face, faces_at, house):
    """Sabotage: seal without the row."""
    faces_at()
    face().agree().begin()
    with transaction(SYSTEM):
        row = db.session.scalars(select(FaceLook)).one()
    with pytest.raises(secrets.SealBroken):
        secrets.unseal("face_look", "handle", UUID(int=1), row.handle)
    assert row.ends_at > clock.now()
