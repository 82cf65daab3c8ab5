"""Providers of faces, asked from server to server: signatures, junk, silence, whom a result is about."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.accounts import faces
from lms.accounts.faces.settings import read
from lms.accounts.rules.faces import Finding, Outcome, Subject, comparable, judged, same_person
from lms.config import SettingError
from lms.foundation import clock
from lms.foundation.errors import Unavailable
from tests.learning.face_house import DEVICE, KEY, SECRET, open_face_house
from tests.people import PEOPLE

HOUSES = ("tencent", "aliyun")
WHO = Subject(PEOPLE["xiulan"].name, PEOPLE["xiulan"].id_number)
BACK = "http://app.lms.localhost/back"


@pytest.fixture(scope="module")
def house():
    with open_face_house() as opened:
        yield opened


@pytest.fixture
def at(app, house, monkeypatch):
    house.asked.clear(), house.next.clear(), house.moods.clear()

    def opened(kind, more="", url=""):
        given = {"LMS_FACE_URL": url} if url else house.environ(kind, more)
        monkeypatch.setitem(app.extensions, "faces", faces.open_looks(read(given)))

    return opened


def found(house, **shown):
    """What a whole look finds."""
    face_id = uuid4()
    started = faces.start(WHO, face_id, BACK, DEVICE)
    house.show(**shown)
    house.look(started.token)
    return faces.find(started.token, WHO, face_id)


@pytest.mark.parametrize("kind", HOUSES)
def test_a_look_says_whether_how_like_and_what_was_seen(at, house, kind):
    """Sabotage: leave a header out of the signature, sort the query otherwise, ask for the words alone."""
    at(kind)
    finding = found(house, picture=b"a picture", score=88.5)
    assert (finding.outcome, finding.score, finding.picture) == (Outcome.PASSED, 88.5, b"a picture")
    assert found(house, code=2014).outcome is Outcome.REFUSED
    assert found(house, number="440681199001010011", name="何别人").outcome is Outcome.OTHER_PERSON
    face_id = uuid4()
    started = faces.start(WHO, face_id, BACK, DEVICE)
    assert faces.find(started.token, WHO, face_id).outcome is Outcome.NOT_YET


@pytest.mark.parametrize("kind", HOUSES)
def test_a_wrong_key_is_a_provider_that_is_away(at, house, kind):
    """Sabotage: tell the trainee what the provider said."""
    at(kind, url=house.environ(kind)["LMS_FACE_URL"].replace(SECRET, "another"))
    with pytest.raises(Unavailable, match="换一种办法"):
        faces.start(WHO, uuid4(), BACK, DEVICE)
    assert house.asked == []


STARTS = (
    503, 500, "not json", "[]", "null", '{"Response": []}',
    {"Response": None}, {"Response": {}}, {"Response": {"Error": {"Code": "InternalError"}}}, {"Response": {"Error": {}}},
    {"Response": {"BizToken": "", "Url": "http://127.0.0.1/"}}, {"Response": {"BizToken": "t", "Url": "javascript:alert(1)"}},
    {"Response": {"BizToken": "t", "Url": "//evil"}}, {"Code": "200"}, {"Code": "200", "ResultObject": []},
    {"Code": "200", "ResultObject": {"CertifyId": "c"}}, {"Code": "200", "ResultObject": {"CertifyId": "c", "CertifyUrl": None}},
    {"Code": "Throttling.User"}, {"Code": "404"}, {},
)  # fmt: skip


@pytest.mark.parametrize("kind", HOUSES)
def test_rubbish_begins_no_look(at, house, kind):
    """Sabotage: let an error of the answer through, or follow whatever address it gives."""
    at(kind)
    for junk in STARTS:
        house.moods = [junk]
        with pytest.raises(Unavailable, match="没有回应"):
            faces.start(WHO, uuid4(), BACK, DEVICE)


def text_of(**more):
    return {"Response": {"Text": {"ErrCode": 0, "LiveStatus": 0, "Comparestatus": 0, **more}}}


def of_aliyun(material):
    return {"Code": "200", "ResultObject": {"Passed": "T", "SubCode": "200", "MaterialInfo": material}}


RESULTS = (
    503, "not json", "[]", {"Response": None}, {"Response": {"Error": {"Code": "InternalError"}}}, {"Response": {"Text": []}},
    text_of(), text_of(IdCard=WHO.number, Name=WHO.name), {"Code": "200"}, {"Code": "200", "ResultObject": {"Passed": True}},
    of_aliyun("{"), of_aliyun("[]"), of_aliyun('{"facialPictureFront": {"verifyScore": "high"}}'),
    of_aliyun('{"facialPictureFront": {"pictureUrl": "http://10.0.0.1/picture.jpg"}}'),
    of_aliyun('{"facialPictureFront": {"pictureUrl": "https://aliyuncs.com.evil.example/p.jpg"}}'),
    of_aliyun('{"facialPictureFront": {"verifyScore": "nan"}}'), of_aliyun('{"faceAttack": "T"}'),
)  # fmt: skip


@pytest.mark.parametrize("kind", HOUSES)
def test_rubbish_about_a_result_never_passes(at, house, kind):
    """Sabotage: take what is missing for good; fetch a picture from anywhere; let a likeness of NaN through."""
    at(kind)
    face_id = uuid4()
    started = faces.start(WHO, face_id, BACK, DEVICE)
    house.look(started.token)
    for junk in RESULTS:
        house.moods = [junk]
        try:
            assert faces.find(started.token, WHO, face_id).outcome is not Outcome.PASSED, junk
        except Unavailable as away:
            assert "换一种办法" in away.sentence
    assert faces.find(started.token, WHO, face_id).outcome is Outcome.PASSED


def test_nobody_listens(at):
    """A provider that does not even answer the telephone. Sabotage: no handler."""
    at("tencent", url="tencent://k:s@127.0.0.1:9/?scheme=http&rule=7")
    with pytest.raises(Unavailable, match="换一种办法"):
        faces.start(WHO, uuid4(), BACK, "")


@pytest.mark.parametrize(
    "url",
    [
        "https://faceid.tencentcloudapi.com",
        "tencent://k:s@faceid.tencentcloudapi.com/",
        "aliyun://k:s@cloudauth.aliyuncs.com/?scene=1;2",
        "aliyun://k:s@cloudauth.aliyuncs.com/?scene=1&least=12",
        "tencent://k:s@faceid.tencentcloudapi.com/?rule=1&least=nan",
    ],
)
def test_a_wrong_setting_is_refused_without_repeating_a_key(url):
    """Sabotage: start without a provider."""
    with pytest.raises(SettingError, match="LMS_FACE_URL") as caught:
        read({"LMS_FACE_URL": url.replace("k:s", f"{KEY}:{SECRET}")})
    assert SECRET not in str(caught.value) and read({}) is None


@given(st.one_of(st.none(), st.floats()), st.floats(50, 100))
def test_only_a_likeness_of_at_least_what_is_asked_passes(score, least):
    """Sabotage: compare the other way round: what is no number passes."""
    good = score is None or least <= score
    assert (judged(Finding(Outcome.PASSED, "0", score), least).outcome is Outcome.PASSED) == good


@given(st.one_of(st.none(), st.text(), st.integers()), st.one_of(st.none(), st.text(), st.integers()))
def test_a_result_that_names_nobody_or_somebody_else_is_about_another(name, number):
    """Sabotage: compare the name alone."""
    assert not same_person(WHO, name, number)
    assert not same_person(WHO, WHO.name, number) and not same_person(WHO, name, WHO.number)
    assert same_person(WHO, WHO.name, WHO.number.lower())


def test_who_may_be_looked_at():
    """Sabotage: send passports, or children."""
    today = clock.today()
    assert comparable("id_card", WHO.number, today) and not comparable("passport", "E12345678", today)
    child = f"440681{today.year - 10}01010011"
    assert not comparable("id_card", child, today) and not comparable("hmt_residence", WHO.number, today)
