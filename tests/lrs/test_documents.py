"""State, Agent Profile, Activity Profile, Agents, Activities, About (Communication 2.2 to 2.8)."""

from uuid import uuid4

import pytest

from tests.lrs.conftest import Machine
from tests.lrs.statements import ACTIVITY, AGENT, made

STATE = {"activityId": ACTIVITY["id"], "agent": AGENT, "stateId": "bookmark"}
PLACES = [
    ("activities/state", STATE),
    ("agents/profile", {"agent": AGENT, "profileId": "wishes"}),
    ("activities/profile", {"activityId": ACTIVITY["id"], "profileId": "notes"}),
]
NEW = {"If-None-Match": "*"}


@pytest.mark.parametrize(("resource", "params"), PLACES)
@pytest.mark.parametrize("content", [b'{"page": 7}', b"\x00\xff binary", b""])
def test_a_document_comes_back_byte_for_byte(xapi: Machine, resource: str, params: dict, content: bytes) -> None:
    """Sabotage: decode JSON documents and encode them again."""
    kind = "application/json" if content.startswith(b"{") else "application/octet-stream"
    assert xapi.ask("PUT", resource, content, {"Content-Type": kind, **NEW}, **params).status_code == 204
    answer = xapi.get(resource, **params)
    assert (answer.data, answer.content_type) == (content, kind)
    assert answer.headers["ETag"].startswith('"')
    assert len(answer.headers["ETag"]) == 42
    assert answer.headers["Last-Modified"].endswith("GMT")


@pytest.mark.parametrize(("resource", "params"), PLACES)
def test_only_who_has_read_it_may_write_over_it_in_2_0(xapi2: Machine, resource: str, params: dict) -> None:
    """Sabotage: write without check_overwrite."""
    assert xapi2.ask("PUT", resource, {"a": 1}, **params).status_code == 204
    tag = xapi2.get(resource, **params).headers["ETag"]
    assert xapi2.ask("PUT", resource, {"a": 2}, **params).status_code == 409
    assert xapi2.ask("PUT", resource, {"a": 2}, {"If-Match": '"1234"'}, **params).status_code == 412
    assert xapi2.ask("POST", resource, {"a": 2}, {"If-Match": '"1234"'}, **params).status_code == 412
    assert xapi2.ask("DELETE", resource, None, {"If-Match": '"1234"'}, **params).status_code == 412
    assert xapi2.get(resource, **params).json == {"a": 1}
    assert xapi2.ask("PUT", resource, {"a": 2}, {"If-Match": tag}, **params).status_code == 204
    assert xapi2.ask("DELETE", resource, **params).status_code == 204
    assert xapi2.get(resource, **params).status_code == 404


def test_1_0_3_writes_over_state_without_asking(xapi: Machine) -> None:
    """Sabotage: ask for If-Match of old content, which never sends it."""
    for page in (1, 2):
        assert xapi.ask("PUT", "activities/state", {"page": page}, **STATE).status_code == 204
    assert xapi.get("activities/state", **STATE).json == {"page": 2}
    assert xapi.ask("PUT", "agents/profile", {"a": 1}, agent=AGENT, profileId="x").status_code == 400


def test_json_is_merged_by_post(xapi: Machine) -> None:
    """Sabotage: replace on POST."""
    xapi.ask("POST", "activities/state", {"a": 1, "b": 2}, **STATE)
    xapi.ask("POST", "activities/state", {"b": 3}, **STATE)
    assert xapi.get("activities/state", **STATE).json == {"a": 1, "b": 3}
    assert xapi.ask("POST", "activities/state", [1], **STATE).status_code == 400
    assert xapi.ask("POST", "activities/state", b"x", {"Content-Type": "text/plain"}, **STATE).status_code == 400
    assert xapi.get("activities/state", **STATE).json == {"a": 1, "b": 3}


def test_states_are_listed_and_cleared_by_registration(xapi: Machine) -> None:
    """Sabotage: leave the registration out of the key of a document."""
    first, second = str(uuid4()), str(uuid4())
    base = {"activityId": ACTIVITY["id"], "agent": AGENT}
    for registration in (first, second):
        xapi.ask("PUT", "activities/state", {"r": registration}, **base, stateId="s", registration=registration)
    xapi.ask("PUT", "activities/state", {}, **base, stateId="plain")
    assert xapi.get("activities/state", **base).json == ["plain", "s"]
    assert xapi.get("activities/state", **base, registration=first).json == ["s"]
    assert xapi.get("activities/state", **base, stateId="s", registration=second).json == {"r": second}
    assert xapi.get("activities/state", **base, since="2099-01-01T00:00:00Z").json == []
    assert xapi.ask("DELETE", "activities/state", **base, registration=first).status_code == 204
    assert xapi.get("activities/state", **base, registration=first).json == []
    assert xapi.get("activities/state", **base, registration=second).json == ["s"]


@pytest.mark.parametrize(
    ("resource", "params"),
    [("activities/state", {"agent": AGENT, "stateId": "x"}), ("activities/state", {**STATE, "activityId": "x"}),
     ("activities/state", {**STATE, "registration": "x"}), ("activities/state", {**STATE, "agent": "x"}),
     ("activities/state", {**STATE, "nonsense": "x"}), ("activities/state", {**STATE, "stateId": "a\0b"}),
     ("agents/profile", {"profileId": "x"}), ("activities/profile", {"profileId": "x"}),
     ("agents", {}), ("agents", {"agent": "{}"}), ("activities", {}), ("activities", {"activityId": "x"})],
)  # fmt: skip
def test_wrong_parameters_are_400(xapi: Machine, resource: str, params: dict) -> None:
    """Sabotage: let U+0000 through to the database."""
    assert xapi.get(resource, **params).status_code == 400


def test_agents_are_told_with_all_their_names(xapi: Machine) -> None:
    """Sabotage: `limit 1` in queries._NAMES."""
    xapi.post([made(), {**made(), "actor": {**AGENT, "name": "秀兰"}}])
    told = xapi.get("agents", agent={"mbox": AGENT["mbox"]}).json
    assert told == {"objectType": "Person", "mbox": [AGENT["mbox"]], "name": ["秀兰", "黄秀兰"]}


def test_an_activity_is_told_with_all_that_was_said_of_it(xapi: Machine) -> None:
    """Sabotage: keep the first definition only; or let knowledge remember every definition, not the last."""

    def say(name: dict[str, str]) -> None:
        xapi.post({**made(), "object": {"id": ACTIVITY["id"], "definition": {"name": name}}})

    say({"zh-CN": "甲"})
    say({"en": "B"})
    say({"zh-CN": "丙"})
    say({"zh-CN": "甲"})
    assert xapi.get("activities", activityId=ACTIVITY["id"]).json["definition"] == {"name": {"zh-CN": "甲", "en": "B"}}
    assert xapi.get("activities", activityId="https://example.cn/unknown").json == {
        "objectType": "Activity",
        "id": "https://example.cn/unknown",
    }


def test_about_is_told_to_anybody(xapi: Machine) -> None:
    """Sabotage: ask for a key."""
    with xapi.app.test_client() as client:
        answer = client.get("/xapi/about")
    assert answer.json["version"] == ["1.0.3", "2.0.0"]


@pytest.mark.parametrize(
    ("resource", "method"), [("statements", "DELETE"), ("agents", "POST"), ("activities", "PUT"), ("about", "POST")]
)
def test_other_methods_are_405(xapi: Machine, resource: str, method: str) -> None:
    """Sabotage: answer every method like GET."""
    answer = xapi.ask(method, resource, {})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_compressed_answer_can_be_written_back(xapi2: Machine) -> None:
    """Sabotage: compare the tag with its `:gzip` (412 for every client that accepts gzip, browsers among them)."""
    xapi2.ask("PUT", "activities/state", {"long": "x" * 3000}, **STATE)
    answer = xapi2.ask("GET", "activities/state", headers={"Accept-Encoding": "gzip"}, **STATE)
    assert answer.headers["Content-Encoding"] == "gzip"
    tag = {"If-Match": answer.headers["ETag"]}
    assert xapi2.ask("PUT", "activities/state", {"a": 1}, tag, **STATE).status_code == 204
