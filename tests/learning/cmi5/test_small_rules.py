"""Addresses, preferences, launch data, places, the reach of a session, words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.learning.rules.cmi5 import addresses, reach, statements, tincan
from lms.learning.rules.cmi5.places import place_of
from lms.learning.rules.cmi5.preferences import PROFILE, check_preferences
from lms.learning.rules.cmi5.reach import Holder, check_reach
from lms.learning.rules.cmi5.refusal import Forbidden
from lms.learning.rules.cmi5.satisfaction import COURSE, Node
from lms.learning.rules.cmi5.words import AuStanding, words
from lms.lrs.rules.exchange import Call
from lms.lrs.rules.statement import read_statement
from lms.lrs.rules.versions import Version
from lms.lrs.rules.vocabulary import Extension
from tests.learning.cmi5.study import ACTOR, TERMS, allowed

FOLDER = "https://v1.content.example/c/token/"
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
GIVEN = {"endpoint": "https://x.example/_xapi/t/", "actor": '{"account":{"name":"张&?#三"}}'}
AGENT = msgspec.json.encode(ACTOR).decode()
OTHER = '{"account":{"homePage":"https://lms.example","name":"8a"}}'
HOLDER = Holder(ACTOR, TERMS.registration, TERMS.activity_id)
MINE = {"agent": AGENT, "activityId": TERMS.activity_id, "registration": TERMS.registration, "stateId": "page"}


@pytest.mark.parametrize(
    ("entry", "path", "query", "fragment"),
    [
        ("index.html", "/c/token/index.html", {}, ""),
        ("a/index.html?paramA=1&paramB=2", "/c/token/a/index.html", {"paramA": "1", "paramB": "2"}, ""),
        ("%E8%AF%BE/i.html#/page/3", "/c/token/%E8%AF%BE/i.html", {}, "/page/3"),
        ("课/i.html?x=%26", "/c/token/%E8%AF%BE/i.html", {"x": "&"}, ""),
    ],
)
def test_an_address_keeps_its_path_and_its_own_query(entry, path, query, fragment):
    """Sabotage: write the parameters over the AU's own query, or behind its fragment."""
    parts = urlsplit(addresses.with_parameters(addresses.address_of(FOLDER, entry), GIVEN))
    assert (parts.path, dict(parse_qsl(parts.query)), parts.fragment) == (path, {**query, **GIVEN}, fragment)


def test_an_au_abroad_keeps_its_whole_address():
    """Sabotage: put our folder in front of every entry."""
    address = addresses.address_of(FOLDER, "https://author.example/au/?a=1")
    assert address == "https://author.example/au/?a=1" and addresses.origin_of(address) == "https://author.example"


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=20), max_size=4))
def test_whatever_is_in_a_parameter_comes_out_again(parameters):
    """Sabotage: leave a sign unescaped."""
    encodable = {name: value for name, value in parameters.items() if name.isprintable() and value.isprintable()}
    query = urlsplit(addresses.with_parameters("https://x.example/i.html?own=1", encodable)).query
    assert dict(parse_qsl(query, keep_blank_values=True)) == {"own": "1"} | encodable | (
        {"own": encodable["own"]} if "own" in encodable else {}
    )


def test_launch_data_says_what_the_course_says_and_nothing_it_does_not():
    """Sabotage: leave a property out, or write empty ones."""
    assert set(replace(TERMS, mastery_score=None).launch_data) == {"contextTemplate", "launchMode", "moveOn"}
    whole = replace(TERMS, launch_parameters="p", entitlement_key="k", return_url="https://lms.example/").launch_data
    assert whole["masteryScore"] == 0.6 and whole["launchParameters"] == "p"
    assert whole["returnURL"] == "https://lms.example/" and whole["entitlementKey"] == {"courseStructure": "k"}
    assert whole["contextTemplate"]["extensions"] == {str(Extension.SESSION_ID): TERMS.session}


def test_what_the_lms_says_is_right_by_the_rules_of_xapi():
    """Sabotage: an IRI that is none, a duration below zero."""
    course = Node(COURSE, "https://a.example/c", "课", (1,))
    for said in (
        statements.launched(TERMS, "课", "https://x.example/i.html", NOON),
        statements.abandoned(TERMS, "课", NOON, NOON - timedelta(seconds=1), NOON),
        statements.waived(TERMS, "课", "学过", NOON),
        statements.satisfied("https://lms.example", "v1", TERMS, course, NOON),
    ):
        assert read_statement(msgspec.json.encode(said), Version.V1_0_3)
    late = statements.abandoned(TERMS, "课", NOON, NOON + timedelta(minutes=9), NOON + timedelta(hours=1))
    assert late["result"] == {"duration": "PT540.00S"}


RIGHT = {"languagePreference": "en-US,fr-FR,fr-BE", "audioPreference": "on"}
WRONG = {
    "no language": ("11.0.0.0-5", {"audioPreference": "on"}),
    "no audio": ("11.0.0.0-5", {"languagePreference": "en"}),
    "a list": ("11.0.0.0-5", [RIGHT]),
    "audio loud": ("11.0.0.0-5", {**RIGHT, "audioPreference": "loud"}),
    "spaces": ("11.1.0.0-1", {**RIGHT, "languagePreference": "not comma separated"}),
    "empty": ("11.1.0.0-1", {**RIGHT, "languagePreference": ""}),
    "a number": ("11.1.0.0-1", {**RIGHT, "languagePreference": 7}),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_preferences_are_refused(what):
    """Sabotage: look at the names of the properties alone."""
    requirement, given_ = WRONG[what]
    with pytest.raises(Forbidden, match=requirement):
        check_preferences(msgspec.json.encode(given_), "application/json")


def test_right_preferences_pass_and_text_does_not():
    """Sabotage: ask nothing about the type."""
    check_preferences(msgspec.json.encode(RIGHT), "application/json; charset=utf-8")
    for body, kind in (
        (msgspec.json.encode(RIGHT), "text/plain"),
        (b"{", "application/json"),
        (b"\xff", "application/json"),
    ):
        with pytest.raises(Forbidden, match=r"11.0.0.0-5"):
            check_preferences(body, kind)


FARTHER = {
    "another's statements": Call("GET", "statements", {"agent": OTHER, "registration": TERMS.registration}),
    "all statements": Call("GET", "statements", {}),
    "another registration's statements": Call("GET", "statements", {"registration": TERMS.session}),
    "voided statements": Call("GET", "statements", {"voidedStatementId": TERMS.session}),
    "another's state": Call("GET", "activities/state", {**MINE, "agent": OTHER}),
    "another activity's state": Call("PUT", "activities/state", {**MINE, "activityId": "https://x.example"}),
    "another registration's state": Call("PUT", "activities/state", {**MINE, "registration": TERMS.session}),
    "state of no registration": Call("GET", "activities/state", {n: v for n, v in MINE.items() if n != "registration"}),
    "launch data": Call("PUT", "activities/state", {**MINE, "stateId": reach.LAUNCH_DATA}),
    "launch data merged": Call("POST", "activities/state", {**MINE, "stateId": reach.LAUNCH_DATA}),
    "launch data deleted": Call("DELETE", "activities/state", {**MINE, "stateId": reach.LAUNCH_DATA}),
    "all state deleted": Call("DELETE", "activities/state", {n: v for n, v in MINE.items() if n != "stateId"}),
    "another's profile": Call("GET", "agents/profile", {"agent": OTHER, "profileId": PROFILE}),
    "junk for an agent": Call("GET", "agents/profile", {"agent": "{", "profileId": PROFILE}),
    "preferences deleted": Call("DELETE", "agents/profile", {"agent": AGENT, "profileId": PROFILE}),
    "another person": Call("GET", "agents", {"agent": OTHER}),
    "another activity": Call("GET", "activities", {"activityId": "https://x.example"}),
    "a profile of an activity": Call("PUT", "activities/profile", {"activityId": TERMS.activity_id, "profileId": "x"}),
    "a resource of no kind": Call("GET", "keys", {}),
}


@pytest.mark.parametrize("what", FARTHER)
def test_a_session_reaches_no_farther_than_its_own(what):
    """Sabotage: take a check out of reach.py."""
    with pytest.raises(Forbidden):
        check_reach(FARTHER[what], HOLDER)


def test_a_session_reaches_its_own():
    """Sabotage: compare agents as texts, or registrations letter by letter."""
    turned = msgspec.json.encode({"account": {"name": "7f", "homePage": "https://lms.example"}}).decode()
    for call in (
        Call("GET", "statements", {"agent": turned, "registration": TERMS.registration.upper()}),
        Call("PUT", "activities/state", MINE),
        Call("GET", "activities/state", {**MINE, "stateId": reach.LAUNCH_DATA}),
        Call("PUT", "agents/profile", {"agent": AGENT, "profileId": "own"}),
        Call("GET", "activities/profile", {"activityId": TERMS.activity_id, "profileId": "x"}),
    ):
        check_reach(call, HOLDER)
    check_reach(
        Call("PUT", "activities/state", {"agent": AGENT, "activityId": "https://x.example", "stateId": "s"}),
        Holder(ACTOR, TERMS.registration, None),
    )


def test_a_tincan_package_speaks_of_its_own_learner_alone():
    """Sabotage: ask nothing about the actor, the registration or voiding."""
    tincan.judge([allowed(), allowed(context=None)], ACTOR, TERMS.registration)
    voiding = allowed(
        "http://adlnet.gov/expapi/verbs/voided", object={"objectType": "StatementRef", "id": TERMS.session}
    )
    for wrong in (
        allowed(actor=msgspec.json.decode(OTHER)),
        allowed(context__registration=TERMS.session),
        voiding,
    ):
        with pytest.raises(Forbidden):
            tincan.judge([allowed(), wrong], ACTOR, TERMS.registration)


def test_the_place_is_a_part_or_the_progress():
    """Sabotage: take the AU itself for a place, or a progress of 900."""
    progress = {"extensions": {str(Extension.CMI5_PROGRESS): 35}}
    assert place_of([allowed()], TERMS.activity_id).endswith("/page/3")
    assert place_of([allowed(object={"id": TERMS.activity_id}, result=progress)], TERMS.activity_id) == "progress 35"
    wild = {"extensions": {str(Extension.CMI5_PROGRESS): 900}}
    assert place_of([allowed(object={"id": TERMS.activity_id}, result=wild)], TERMS.activity_id) == ""
    assert len(place_of([allowed(object={"id": "https://x.example/" + "y" * 900})], TERMS.activity_id)) == 200


def test_what_a_package_says_in_words():
    """Sabotage: swap the words."""
    assert words(None) == "" and words(AuStanding()) == ""
    assert words(AuStanding(completed_at=NOON)) == "课件说：学完，还没达到要求"
    assert words(AuStanding(NOON, NOON, None, NOON)) == "课件说：学完、通过，达到要求"
    assert words(AuStanding(waived_at=NOON, satisfied_at=NOON)) == "这一课免修"
