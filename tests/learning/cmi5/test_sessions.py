"""A session from its launch to its end, as an AU and the record store see it."""

from base64 import b64encode
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import select

from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict
from lms.learning.actions import abroad
from lms.learning.models import Cmi5Au, Cmi5Satisfied
from lms.learning.queries import cmi5 as queries
from lms.lrs import keys
from lms.lrs.rules.vocabulary import Category, Extension, Verb
from lms.publishing import queries as publishing
from tests.learning.cmi5.study import allowed, changed, said
from tests.learning.cmi5.world import ACTOR, Au, a_course, an_au, launch, told, verbs
from tests.people import SYSTEM

I, C, P, F, T = Verb.INITIALIZED, Verb.COMPLETED, Verb.PASSED, Verb.FAILED, Verb.TERMINATED  # noqa: E741 - the five verbs


@pytest.fixture
def opened(app, people):
    """One AU, opened for an outside actor."""
    return launch(a_course(people))


@pytest.fixture
def au(app, opened):
    """The AU of it, which has said initialized."""
    return Au.of(app, opened).begin()


def test_a_course_is_learnt_and_told_in_order(au, people, opened):
    """Sabotage: store what is satisfied before the statement that brings it about, or when terminated arrives."""
    for verb in (P, C, T):
        assert au.say(verb).status_code == 204
    wanted = ["launched", "initialized", "passed", "completed", "satisfied", "satisfied", "terminated"]
    assert verbs(people, opened.registration) == wanted
    block, course = [one for one in told(people, opened.registration) if one["verb"]["id"] == Verb.SATISFIED]
    assert block["object"]["definition"]["type"].endswith("/block") and course["object"]["definition"]["type"].endswith(
        "/course"
    )
    assert block["context"]["contextActivities"]["grouping"] == [{"id": "https://author.example/block/1"}]
    assert course["context"]["contextActivities"]["grouping"] == [{"id": "https://author.example/course"}]
    assert {one["context"]["extensions"][str(Extension.SESSION_ID)] for one in (block, course)} == {
        str(opened.launch_id)
    }
    assert block["object"]["id"] != course["object"]["id"] and not block["object"]["id"].startswith("https://author")


def test_a_launch_writes_its_data_and_says_launched_before_anybody_can_ask(app, people, opened):
    """Sabotage: write either when the token is fetched; put the parameters into launchurl."""
    [launched] = told(people, opened.registration)
    extensions = launched["context"]["extensions"]
    assert launched["verb"]["id"] == Verb.LAUNCHED and launched["actor"] == ACTOR
    assert extensions[str(Extension.LAUNCH_MODE)] == "Normal"
    assert extensions[str(Extension.MOVE_ON)] == "CompletedAndPassed"
    assert extensions[str(Extension.MASTERY_SCORE)] == 0.6
    assert extensions[str(Extension.LAUNCH_URL)] == opened.url.partition("&endpoint=")[0]
    assert launched["context"]["contextActivities"]["category"] == [{"id": str(Category.CMI5)}]
    au = Au.of(app, opened)
    assert set(au.parameters) == {"paramA", "paramB", "endpoint", "fetch", "actor", "registration", "activityId"}
    assert au.parameters["activityId"] != "https://author.example/au/1" and au.actor == ACTOR
    au.fetch()
    data = au.read_launch_data()
    assert data["masteryScore"] == 0.6 and data["launchMode"] == "Normal" and "returnURL" not in data
    assert data["contextTemplate"]["extensions"] == {str(Extension.SESSION_ID): str(opened.launch_id)}


def test_the_token_is_given_once_and_only_to_a_post(app, opened):
    """Sabotage: forget to lock the session or to keep the hash: two get a token."""
    au = Au.of(app, opened)
    assert au.client.get(au.parameters["fetch"]).status_code == 405
    assert "auth-token" in au.fetch()
    assert au.fetch() == {"error-code": "1", "error-text": "the authorization token was given out already"}
    stranger = au.parameters["fetch"].replace("/_xapi/", "/_xapi/x")
    answer = au.client.post(stranger)
    assert answer.status_code == 200 and answer.get_json()["error-code"] == "2"


def test_nothing_is_taken_before_the_token_was_fetched_or_without_it(app, opened, people):
    """Sabotage: take any Authorization, or none, for the session's."""
    au = Au.of(app, opened)
    au.auth = "Basic Zm9vOmJhcg=="
    assert au.ask("GET", "activities/state", au.state("LMS.LaunchData")).status_code == 403
    au.fetch()
    mine = au.auth
    for wrong in ("", "Basic", "Bearer " + mine[6:], "Basic Zm9vOmJhcg==", mine[:-4] + "AAAA"):
        au.auth = wrong
        answer = au.ask("GET", "activities/state", au.state("LMS.LaunchData"))
        assert answer.status_code == 403 and "WWW-Authenticate" not in answer.headers
    assert verbs(people, opened.registration) == ["launched"]


def test_a_token_of_another_session_opens_nothing_here(app, people):
    """Another learner's token on the same course. Sabotage: look the credential up by its hash alone."""
    room = a_course(people)
    mine = Au.of(app, launch(room)).begin()
    other = Au.of(app, launch(room, actor={**ACTOR, "account": {**ACTOR["account"], "name": "u-2"}})).begin()
    mine.auth, keep = other.auth, mine.auth
    assert mine.put(allowed(terms=mine.terms)).status_code == 403
    mine.auth = keep
    stolen = {**mine.state("page"), "agent": other.parameters["actor"]}
    assert mine.ask("GET", "activities/state", stolen).status_code == 403
    assert mine.put(allowed(terms=other.terms)).status_code == 403


def test_keys_open_nothing_here_and_session_tokens_nothing_at_the_front_door(app, au, people):
    """Sabotage: register the sessions' credentials as keys, or ask keys.check at /_xapi."""
    front = app.test_client()
    asked = {"X-Experience-API-Version": "1.0.3", "Authorization": au.auth}
    assert front.get("/xapi/statements", headers=asked).status_code == 401
    with transaction(SYSTEM):
        made = keys.issue(people.organisations["anyi"], "all", ("all",))
    au.auth = "Basic " + b64encode(f"{made.key}:{made.secret}".encode()).decode()
    assert au.read_preferences().status_code == 403


def test_both_slashes_and_both_ways_of_writing_are_taken(au):
    """Libraries differ: endpoint + "/statements", POST instead of PUT, the alternate syntax of 1.0.3. Sabotage: merge slashes."""
    one = allowed(terms=au.terms)
    address = au.parameters["endpoint"] + "/statements"
    headers = {"X-Experience-API-Version": "1.0.3", "Authorization": au.auth, "Content-Type": "application/json"}
    answer = au.client.put(
        address, query_string={"statementId": one["id"]}, data=msgspec.json.encode(one), headers=headers
    )
    assert answer.status_code == 204
    two = allowed(terms=au.terms)
    assert au.post(two).get_json() == [two["id"]]
    three = allowed(terms=au.terms)
    form = {"statementId": three["id"], "Authorization": au.auth, "X-Experience-API-Version": "1.0.3"}
    form |= {"Content-Type": "application/json", "content": msgspec.json.encode(three).decode()}
    assert au.client.post(address, query_string={"method": "PUT"}, data=form).status_code == 204


def test_preferences_are_read_before_initialized_and_written_right(app, opened):
    """Sabotage: mark them as read by any request, or take what is no preference."""
    au = Au.of(app, opened)
    au.fetch()
    au.read_launch_data()
    assert au.say(I).status_code == 403
    assert au.read_preferences().status_code == 404
    assert au.say(I).status_code == 204
    where = {"agent": au.parameters["actor"], "profileId": "cmi5LearnerPreferences"}
    right = {"languagePreference": "zh-CN,en-US", "audioPreference": "off"}
    assert au.ask("PUT", "agents/profile", where, {"audioPreference": "off"}).status_code == 403
    assert au.ask("PUT", "agents/profile", {"profileId": where["profileId"]}, right).status_code == 400
    assert au.ask("PUT", "agents/profile", where, right, **{"If-None-Match": "*"}).status_code == 204
    assert au.read_preferences().get_json() == right


def test_launch_data_is_read_only_and_state_is_the_sessions_own(au):
    """Sabotage: allow one method on LMS.LaunchData, or another's registration."""
    for method in ("PUT", "POST", "DELETE"):
        assert au.ask(method, "activities/state", au.state("LMS.LaunchData"), {"x": 1}).status_code == 403
    assert au.ask("PUT", "activities/state", au.state("page"), {"page": 3}).status_code == 204
    assert au.ask("GET", "activities/state", au.state("page")).get_json() == {"page": 3}
    stranger = {**au.state("page"), "registration": str(uuid4())}
    assert au.ask("GET", "activities/state", stranger).status_code == 403


def test_a_batch_is_kept_whole_or_not_at_all(au, people, opened):
    """Sabotage: judge and keep one by one."""
    before = verbs(people, opened.registration)
    assert au.post(said(P, au.terms), said(C, au.terms), said(C, au.terms)).status_code == 403
    assert verbs(people, opened.registration) == before
    assert au.post(said(P, au.terms), said(C, au.terms), said(T, au.terms)).status_code == 200
    assert verbs(people, opened.registration)[2:] == ["passed", "completed", "terminated", "satisfied", "satisfied"]


def test_what_xapi_refuses_leaves_no_trace_in_the_session(au, people, opened):
    """A statement that the gate lets through and the store does not. Sabotage: mark what was said before it is kept."""
    for body in (b"{", b"[]x", b"\xff\xfe", b"null", b"7", b"[" * 5000):
        assert au.ask("PUT", "statements", {"statementId": str(uuid4())}, body).status_code == 400
    wrong = said(C, au.terms, result__duration="five minutes")
    assert au.put(wrong).status_code == 400
    assert au.ask("PUT", "statements", {"statementId": "x"}, said(C, au.terms)).status_code == 400
    assert au.ask("PUT", "statements", {}, said(C, au.terms)).status_code == 400
    mixed = {"Content-Type": "multipart/mixed"}
    assert au.ask("POST", "statements", {}, said(C, au.terms), **mixed).status_code == 400
    assert verbs(people, opened.registration) == ["launched", "initialized"]
    assert au.say(C).status_code == 204


def test_an_answer_lost_on_the_way_is_given_again(au, people, opened):
    """A phone sends completed again, not knowing that it arrived. Sabotage: refuse what is kept already."""
    statement = said(C, au.terms)
    assert au.put(statement).status_code == 204
    assert au.put(statement).status_code == 204
    assert au.put(changed(statement, result__duration="PT9S")).status_code == 409
    assert au.put(said(C, au.terms)).status_code == 403
    assert verbs(people, opened.registration).count("completed") == 1


def test_nothing_is_taken_after_the_end(au, people, opened):
    """Sabotage: look at statements alone: state is still written after terminated."""
    assert au.say(T).status_code == 204
    before = verbs(people, opened.registration)
    assert au.put(allowed(terms=au.terms)).status_code == 403
    assert au.ask("PUT", "activities/state", au.state("page"), {"x": 1}).status_code == 403
    assert au.ask("GET", "activities/state", au.state("LMS.LaunchData")).status_code == 403
    assert au.fetch()["error-code"] == "2"
    assert verbs(people, opened.registration) == before


def test_too_much_at_once_is_refused_before_it_is_read(au, people, opened):
    """Sabotage: give the door no limit of its own."""
    answer = au.ask("POST", "statements", {}, b"[" + b" " * (5 << 20) + b"]")
    assert answer.status_code == 413 and answer.get_json()["error"] == "too_large"
    assert verbs(people, opened.registration) == ["launched", "initialized"]


def test_a_second_session_knows_what_the_first_said(app, people):
    """Completed and passed hold for the registration; failed after passed is refused. Sabotage: ask the session alone."""
    room = a_course(people)
    first = launch(room)
    au = Au.of(app, first).begin()
    for verb in (C, P, T):
        assert au.say(verb).status_code == 204
    second = launch(room, registration=first.registration)
    again = Au.of(app, second).begin()
    assert again.parameters["activityId"] == au.parameters["activityId"]
    assert again.ask("GET", "activities/state", again.state("LMS.LaunchData")).status_code == 200
    for verb in (C, P, F):
        assert again.say(verb).status_code == 403
    assert verbs(people, first.registration).count("satisfied") == 2


def test_what_asks_for_nothing_is_satisfied_from_the_beginning(app, people):
    """NotApplicable: told at registration, before launched. Sabotage: ask about satisfaction when something is said."""
    opened = launch(a_course(people, an_au(move_on="NotApplicable")))
    assert verbs(people, opened.registration) == ["satisfied", "satisfied", "launched"]
    first, second, launched = told(people, opened.registration)
    session = str(Extension.SESSION_ID)
    assert first["context"]["extensions"][session] == second["context"]["extensions"][session]
    assert launched["context"]["extensions"][session] != first["context"]["extensions"][session]


def test_nested_blocks_are_told_from_the_inside_out(app, people):
    """Sabotage: tell the course when its first block is satisfied."""
    inner = {"block": {"id": "https://author.example/b/inner", "children": [{"au": 1}]}}
    outer = {"block": {"id": "https://author.example/b/outer", "children": [inner, {"au": 2}]}}
    done = {"move_on": "Completed"}
    room = a_course(people, an_au(1, **done), an_au(2, **done), children=[outer])
    first = launch(room)
    assert Au.of(app, first).begin().say(C).status_code == 204
    second = launch(room, au=1, registration=first.registration)
    assert Au.of(app, second).begin().say(C).status_code == 204
    found = [one for one in told(people, first.registration) if one["verb"]["id"] == Verb.SATISFIED]
    named = [one["context"]["contextActivities"]["grouping"][0]["id"].rpartition("/")[2] for one in found]
    sessions = [one["context"]["extensions"][str(Extension.SESSION_ID)] for one in found]
    assert named == ["inner", "outer", "course"]
    assert sessions == [str(first.launch_id), str(second.launch_id), str(second.launch_id)]
    with transaction(SYSTEM):
        standing = queries.standing(first.registration, people.organisations["anyi"])
        assert standing.satisfied_at is not None and len(standing.told) == 3
        assert db.session.scalars(select(Cmi5Satisfied)).all() and db.session.scalars(select(Cmi5Au)).all()


def test_an_outside_registration_is_one_actors_and_one_courses(app, people):
    """Sabotage: take whatever registration comes."""
    room, other = a_course(people), a_course(people)
    first = launch(room)
    with pytest.raises(Conflict):
        launch(other, registration=first.registration)
    with pytest.raises(Conflict):
        launch(room, actor={**ACTOR, "account": {**ACTOR["account"], "name": "u-2"}}, registration=first.registration)
    assert launch(room, registration=first.registration).registration == first.registration


def test_reading_shows_ones_own_registration_alone(app, people):
    """Sabotage: give the whole page of the store to a session."""
    room = a_course(people)
    mine, other = launch(room), launch(room, actor={**ACTOR, "account": {**ACTOR["account"], "name": "u-2"}})
    au, theirs = Au.of(app, mine).begin(), Au.of(app, other).begin()
    foreign = allowed(terms=theirs.terms)
    assert theirs.put(foreign).status_code == 204
    assert au.ask("GET", "statements", {}).status_code == 403
    assert au.ask("GET", "statements", {"statementId": foreign["id"]}).status_code == 403
    page = au.ask("GET", "statements", {"registration": str(mine.registration), "limit": "1"})
    assert len(page.get_json()["statements"]) == 1
    more = page.get_json()["more"]
    assert more.startswith("statements?")
    rest = au.client.get(
        au.parameters["endpoint"] + more, headers={"Authorization": au.auth, "X-Experience-API-Version": "1.0.3"}
    )
    assert rest.status_code == 200 and len(rest.get_json()["statements"]) == 1
    assert au.ask("GET", "about").status_code == 200


def test_pages_of_an_au_abroad_may_ask_and_nobody_elses(app, people):
    """Sabotage: answer every Origin with itself."""
    room = a_course(people, {**an_au(), "entry": "https://au.example/i.html"})
    with transaction(SYSTEM):
        abroad.let(publishing.version(room.version_id), "au.example", people.hequan)
    opened = launch(room)
    au = Au.of(app, opened)
    assert opened.url.startswith("https://au.example/i.html?endpoint=")
    headers = {"Origin": "https://au.example", "Access-Control-Request-Method": "PUT"}
    answer = au.client.options(au.parameters["endpoint"] + "statements", headers=headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://au.example"
    other = au.client.options(
        au.parameters["endpoint"] + "statements", headers={**headers, "Origin": "https://x.example"}
    )
    assert "Access-Control-Allow-Origin" not in other.headers


def test_what_the_author_gave_an_au_is_told_and_handed_on(app, people):
    """Launch parameters and entitlement key. Sabotage: put them into the address, or leave them out."""
    given = {"launch_parameters": "level=2&theme=稻", "entitlement_key": "k-1", "mastery_score": None}
    opened = launch(a_course(people, an_au(**given)))
    extensions = told(people, opened.registration)[0]["context"]["extensions"]
    assert extensions[str(Extension.LAUNCH_PARAMETERS)] == given["launch_parameters"]
    assert str(Extension.MASTERY_SCORE) not in extensions and "level" not in opened.url
    au = Au.of(app, opened)
    au.fetch()
    data = au.read_launch_data()
    assert data["launchParameters"] == given["launch_parameters"]
    assert data["entitlementKey"] == {"courseStructure": "k-1"} and "masteryScore" not in data


def test_a_key_of_the_record_store_reads_all_that_sessions_said(app, au, people, opened):
    """The account that may read everybody's records (4.2.0.0-2). Sabotage: keep them under another tenant."""
    assert au.put(allowed(terms=au.terms)).status_code == 204
    with transaction(SYSTEM):
        made = keys.issue(people.organisations["anyi"], "reader", ("all/read",))
    pair = b64encode(f"{made.key}:{made.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "X-Experience-API-Version": "1.0.3"}
    query = {"registration": str(opened.registration), "ascending": "true"}
    with app.test_client() as client:
        found = client.get("/xapi/statements", query_string=query, headers=headers).get_json()["statements"]
        state = client.get("/xapi/activities/state", query_string=au.state("LMS.LaunchData"), headers=headers)
    assert [one["verb"]["id"].rpartition("/")[2] for one in found] == ["launched", "initialized", "experienced"]
    assert state.status_code == 200
