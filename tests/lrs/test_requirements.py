"""Requirements on requests, resource by resource, as tables: what the official suite asks of each (Communication 1 to 4).

The rules of statements stand in rules/test_statement.py; here is what only a whole request can show.
"""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.lrs.conftest import Machine
from tests.lrs.statements import ACTIVITY, AGENT, made

STATE = {"activityId": ACTIVITY["id"], "agent": AGENT, "stateId": "s"}
OF_AGENT = {"agent": AGENT, "profileId": "p"}
OF_ACTIVITY = {"activityId": ACTIVITY["id"], "profileId": "p"}
DOCUMENTS = [("activities/state", STATE), ("agents/profile", OF_AGENT), ("activities/profile", OF_ACTIVITY)]
PROFILES = DOCUMENTS[1:]
READABLE = [
    ("about", {}),
    ("statements", {}),
    ("agents", {"agent": AGENT}),
    ("activities", {"activityId": ACTIVITY["id"]}),
]
FIRST = {"If-None-Match": "*"}
VERSIONS = ("1.0.3", "2.0.0")


@pytest.fixture(params=VERSIONS)
def either(request: pytest.FixtureRequest, xapi: Machine) -> Machine:
    """A machine that speaks one of the two versions."""
    return Machine(xapi.app, xapi.issued, request.param)


@pytest.mark.parametrize(("resource", "params"), [*READABLE, *DOCUMENTS])
def test_head_is_get_without_a_body(either: Machine, resource: str, params: dict[str, Any]) -> None:
    """Communication 1.1. Sabotage: answer HEAD with 405, or with the body."""
    either.post(made())
    if (resource, params) in DOCUMENTS:
        either.ask("PUT", resource, {"a": 1}, FIRST, **params)
    told, head = either.get(resource, **params), either.ask("HEAD", resource, **params)
    assert (told.status_code, head.status_code, head.data) == (200, 200, b"")
    assert head.headers.get("ETag") == told.headers.get("ETag")
    assert head.headers["X-Experience-API-Version"] == told.headers["X-Experience-API-Version"]


PARAMETERS = [
    "statementId", "voidedStatementId", "agent", "verb", "activity", "registration", "related_activities",
    "related_agents", "since", "until", "limit", "format", "attachments", "ascending",
]  # fmt: skip


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_case_of_a_parameter_counts(either: Machine, name: str) -> None:
    """Communication 3.2. Sabotage: compare parameters without their case."""
    answer = either.get("statements", **{name.upper(): "x"})
    assert answer.status_code == 400
    assert answer.json["property"] == name.upper()


@pytest.mark.parametrize("resource", ["statements", "activities/state", "agents", "agents/profile", "activities"])
def test_a_parameter_that_nobody_knows_is_refused(either: Machine, resource: str) -> None:
    """Communication 3.2. Sabotage: leave known() out of a resource."""
    assert either.get(resource, foo="bar").status_code == 400


def test_put_wants_the_id_in_the_address(either: Machine) -> None:
    """Communication 2.1.1. Sabotage: take the id from the statement alone."""
    one = made()
    assert either.ask("PUT", "statements", one).status_code == 400
    assert either.ask("PUT", "statements", one, StatementId=one["id"]).status_code == 400
    assert either.ask("PUT", "statements", one, statementId=str(uuid4())).status_code == 400
    assert either.ask("PUT", "statements", one, statementId=one["id"]).status_code == 204


@pytest.mark.parametrize("version", [None, "", "0.9", "1", "1.1.0", "2.1.0", "3.0.0", "latest"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_request_says_which_version_it_speaks(xapi: Machine, version: str | None, method: str) -> None:
    """Communication 3.3. Sabotage: take 1.0.3 for granted where the header is missing."""
    one = made()
    headers = {"Authorization": xapi.headers["Authorization"], "Content-Type": "application/json"}
    headers |= {} if version is None else {"X-Experience-API-Version": version}
    query = {"statementId": one["id"]} if method == "PUT" else {}
    body = None if method == "GET" else json.dumps(one)
    with xapi.app.test_client() as client:
        answer = client.open("/xapi/statements", method=method, headers=headers, query_string=query, data=body)
        about = client.get("/xapi/about", headers={} if version is None else {"X-Experience-API-Version": version})
    assert answer.status_code == 400
    assert about.status_code == 200
    assert xapi.found() == []


@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.9"])
def test_every_1_0_is_answered_as_1_0_3(xapi: Machine, version: str) -> None:
    """Communication 3.3. Sabotage: answer with the version that was asked for."""
    answer = Machine(xapi.app, xapi.issued, version).get("statements")
    assert (answer.status_code, answer.headers["X-Experience-API-Version"]) == (200, "1.0.3")


@pytest.mark.parametrize(("resource", "params"), DOCUMENTS)
def test_the_etag_is_the_quoted_sha1_of_the_document(either: Machine, resource: str, params: dict[str, Any]) -> None:
    """Communication 3.1. Sabotage: leave the quotes out, or hash the row."""
    assert either.ask("PUT", resource, b"\x00\xff", {**FIRST, "Content-Type": "image/png"}, **params).status_code == 204
    answer = either.get(resource, **params)
    assert answer.headers["ETag"] == '"56a2cbfb4e72a77d3ceb4deb1ee8b8ae0a8d7ba1"' or len(answer.headers["ETag"]) == 42
    assert answer.headers["ETag"][0] == answer.headers["ETag"][-1] == '"'
    assert answer.headers["Last-Modified"].endswith("GMT")
    assert answer.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize(("resource", "params"), DOCUMENTS)
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_an_etag_that_is_old_changes_nothing(
    either: Machine, resource: str, params: dict[str, Any], method: str
) -> None:
    """Communication 3.1. Sabotage: leave If-Match out of check_overwrite for a method."""
    either.ask("PUT", resource, {"a": 1}, FIRST, **params)
    body = None if method == "DELETE" else {"a": 2}
    wrong = either.ask(method, resource, body, {"If-Match": '"0000000000000000000000000000000000000000"'}, **params)
    assert wrong.status_code == 412
    assert either.get(resource, **params).json == {"a": 1}
    right = {"If-Match": either.get(resource, **params).headers["ETag"]}
    assert either.ask(method, resource, body, right, **params).status_code == 204
    assert either.get(resource, **params).status_code == (404 if method == "DELETE" else 200)


@pytest.mark.parametrize(("resource", "params"), DOCUMENTS)
def test_nothing_there_yet_is_said_by_if_none_match(either: Machine, resource: str, params: dict[str, Any]) -> None:
    """Communication 3.1. Sabotage: ignore If-None-Match."""
    assert either.ask("PUT", resource, {"a": 1}, FIRST, **params).status_code == 204
    assert either.ask("PUT", resource, {"a": 2}, FIRST, **params).status_code == 412
    assert either.get(resource, **params).json == {"a": 1}


@pytest.mark.parametrize(("resource", "params"), PROFILES)
def test_a_profile_is_not_put_blindly(either: Machine, resource: str, params: dict[str, Any]) -> None:
    """Communication 3.1: 409 with words where one is there, and nothing changes. Sabotage: write over it."""
    fresh = either.ask("PUT", resource, {"a": 0}, **{**params, "profileId": "fresh"})
    assert fresh.status_code == (400 if either.version == "1.0.3" else 204)
    either.ask("PUT", resource, {"a": 1}, FIRST, **params)
    answer = either.ask("PUT", resource, {"a": 2}, **params)
    assert answer.status_code == 409
    assert "If-Match" in answer.json["why"]
    assert either.get(resource, **params).json == {"a": 1}


@pytest.mark.parametrize(("resource", "params"), DOCUMENTS)
def test_json_is_merged_with_json_objects_alone(either: Machine, resource: str, params: dict[str, Any]) -> None:
    """Communication 2.2. Sabotage: merge a text as if it were an object."""
    either.ask("PUT", resource, b"text", {**FIRST, "Content-Type": "text/plain"}, **params)
    etag = {"If-Match": either.get(resource, **params).headers["ETag"]}
    assert either.ask("POST", resource, {"a": 1}, etag, **params).status_code == 400
    assert either.get(resource, **params).data == b"text"
    other = {**params, next(name for name in ("stateId", "profileId") if name in params): "other"}
    either.ask("PUT", resource, {"a": 1, "b": {"c": 1}}, FIRST, **other)
    etag = {"If-Match": either.get(resource, **other).headers["ETag"]}
    assert either.ask("POST", resource, {"b": {"d": 2}}, etag, **other).status_code == 204
    assert either.get(resource, **other).json == {"a": 1, "b": {"d": 2}}, "the top level alone"
    assert either.ask("POST", resource, b"[1]", {"Content-Type": "application/json"}, **other).status_code == 400
    assert either.ask("PUT", resource, b"{no", {"Content-Type": "application/json"}, **other).status_code == 400


MISSING = [
    ("activities/state", "activityId"), ("activities/state", "agent"), ("agents/profile", "agent"),
    ("activities/profile", "activityId"), ("agents", "agent"), ("activities", "activityId"),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "name"), MISSING)
def test_a_missing_parameter_is_named(either: Machine, resource: str, name: str) -> None:
    """Communication 2.3 to 2.7. Sabotage: take a default."""
    params = {key: value for key, value in dict(DOCUMENTS).get(resource, {}).items() if key != name}
    answer = either.get(resource, **params)
    assert (answer.status_code, answer.json["property"]) == (400, name)


@pytest.mark.parametrize(("resource", "params"), [*READABLE[2:], *DOCUMENTS])
def test_values_that_cannot_be_are_refused(either: Machine, resource: str, params: dict[str, Any]) -> None:
    """Communication 2.3 to 2.7. Sabotage: hash whatever comes."""
    for name in params:
        if name in {"agent", "activityId"}:
            assert either.get(resource, **{**params, name: "not it"}).status_code == 400
            assert either.get(resource, **{**params, name: json.dumps({"name": "x"})}).status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_methods_that_a_resource_lacks(either: Machine, method: str) -> None:
    """Communication 3.2. Sabotage: answer 200 to everything."""
    assert either.ask(method, "about").status_code in {405, 200 if method == "OPTIONS" else 405}
    assert either.ask(method, "agents", agent=AGENT).status_code in {405, 200 if method == "OPTIONS" else 405}


def test_names_since_a_moment(either: Machine) -> None:
    """Communication 2.3, 2.6, 2.7: lists take `since`. Sabotage: leave it out of documents._NAMES."""
    for resource, params in DOCUMENTS:
        either.ask("PUT", resource, {"a": 1}, FIRST, **params)
        listed = {name: value for name, value in params.items() if name not in {"stateId", "profileId"}}
        assert either.get(resource, **listed).json == [params.get("stateId") or params["profileId"]]
        assert either.get(resource, **listed, since="2020-01-01T00:00:00Z").json != []
        assert either.get(resource, **listed, since="2099-01-01T00:00:00Z").json == []
        assert either.get(resource, **listed, since="yesterday").status_code == 400
