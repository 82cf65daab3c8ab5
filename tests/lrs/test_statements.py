"""The Statement resource: storing, telling, filtering, paging (Communication 2.1)."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from lms.foundation.database import transaction
from lms.lrs.rules.multipart import Part, join
from tests.lrs.conftest import Machine
from tests.lrs.statements import ACTIVITY, AGENT, SUB, made, statement
from tests.people import SYSTEM

OTHER = {"objectType": "Agent", "mbox": "mailto:ahui@example.cn"}
VERB = {"id": "https://example.cn/verbs/read"}


def test_a_statement_comes_back_as_it_was_sent(xapi: Machine) -> None:
    """Sabotage: re-encode the payload through a dictionary that sorts keys."""
    sent = made()
    assert xapi.ask("PUT", "statements", sent, statementId=sent["id"]).status_code == 204
    answer = xapi.get("statements", statementId=sent["id"])
    told = answer.json
    assert {name: told[name] for name in sent} == sent
    assert told["authority"]["account"]["name"].startswith("tests/")
    assert answer.headers["Last-Modified"].endswith("GMT")
    assert list(told)[: len(sent)] == list(sent)


def test_post_answers_ids_in_order(xapi: Machine) -> None:
    """Sabotage: answer the ids in the order of the table."""
    batch = [made() for _ in range(60)]
    answer = xapi.post(batch)
    assert answer.json == [one["id"] for one in batch]
    assert xapi.found(ascending="true") == [one["id"] for one in batch]
    assert len(xapi.post(statement()).json[0]) == 36


def test_the_same_again_is_ok_and_something_else_is_refused(xapi: Machine) -> None:
    """Sabotage: answer ok to every id that is taken."""
    one = made()
    words = {**one, "verb": {**one["verb"], "display": {"en": "done"}}, "object": {"id": ACTIVITY["id"]}}
    assert xapi.post(one).status_code == 200
    assert xapi.post(dict(reversed(one.items()))).status_code == 200
    assert xapi.post(words).status_code == 200, "words and definitions are not part of a statement"
    answer = xapi.post({**one, "actor": OTHER})
    assert answer.status_code == 409
    assert answer.json["property"] == "id"
    assert xapi.found() == [one["id"]]


def test_a_batch_is_kept_whole_or_not_at_all(xapi: Machine) -> None:
    """Sabotage: commit in the middle of _write."""
    one = made()
    xapi.post(one)
    assert xapi.post([made(), {**one, "verb": VERB}]).status_code == 409
    assert xapi.post([made(), {**made(), "verb": {"id": "x"}}]).status_code == 400
    assert xapi.found() == [one["id"]]


def test_a_refusal_says_which_property_and_why(xapi: Machine) -> None:
    """Sabotage: answer a bare 400."""
    answer = xapi.post([made(), statement(result={"score": {"scaled": 2}})])
    assert answer.status_code == 400
    assert answer.json["property"] == "[1].result.score.scaled"
    assert "-1" in answer.json["why"]
    assert answer.json["message"].startswith("这条 xAPI 请求没有收下")


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"[1]", b"null", b"\xff"])
def test_what_is_no_json_is_refused(xapi: Machine, body: bytes) -> None:
    """Sabotage: decode without catching."""
    assert xapi.ask("POST", "statements", body).status_code == 400


def test_filters_find_what_they_name(xapi: Machine) -> None:
    """Sabotage: hash agents without their kind of identifier."""
    registration = str(uuid4())
    lesson = {"id": "https://example.cn/lessons/7"}
    batch = {
        "plain": made(),
        "other": {**made(), "actor": OTHER, "verb": VERB},
        "about": {**made(), "object": OTHER, "context": {}},
        "group": {**made(), "actor": {"objectType": "Group", "member": [OTHER]}},
        "taught": {**made(), "context": {"instructor": OTHER, "registration": registration}},
        "within": {**made(), "context": {"contextActivities": {"parent": [lesson]}}},
        "lesson": {**made(), "object": lesson},
        "later": {**made(), "object": {**SUB, "actor": OTHER, "object": lesson}, "context": {}},
    }
    xapi.post(list(batch.values()))
    names = {one["id"]: name for name, one in batch.items()}

    def found(**params: object) -> set[str]:
        return {names[statement_id] for statement_id in xapi.found(**params)}

    assert found() == set(batch)
    assert found(agent=OTHER) == {"other", "about", "group"}
    assert found(agent=OTHER, related_agents="true") == {"other", "about", "group", "taught", "later"}
    assert found(activity=lesson["id"]) == {"lesson"}
    assert found(activity=lesson["id"], related_activities="true") == {"lesson", "within", "later"}
    assert found(verb=VERB["id"]) == {"other"}
    assert found(registration=registration) == {"taught"}
    assert found(registration=registration.upper()) == {"taught"}
    assert found(agent=AGENT, activity=lesson["id"]) == {"lesson"}
    assert found(agent=OTHER, verb=VERB["id"], activity=ACTIVITY["id"]) == {"other"}
    assert found(agent={"mbox": "mailto:nobody@example.cn"}) == set()


def test_since_and_until_are_about_stored(xapi: Machine) -> None:
    """Sabotage: compare with `timestamp`."""
    xapi.post(made())
    first = xapi.get("statements").json["statements"][0]
    xapi.post(made())
    second = xapi.get("statements").json["statements"][0]
    assert second["stored"] > first["stored"]
    assert xapi.found(since=first["stored"]) == [second["id"]]
    assert xapi.found(until=first["stored"]) == [first["id"]]
    assert xapi.found(since=second["stored"]) == []


@pytest.mark.parametrize("params", [{}, {"agent": AGENT}, {"activity": ACTIVITY["id"], "related_activities": "true"}])
@pytest.mark.parametrize("ascending", ["true", "false"])
def test_more_walks_through_everything_once(xapi: Machine, params: dict[str, object], ascending: str) -> None:
    """Sabotage: let the cursor include the last statement of the page."""
    batch = [made() for _ in range(7)]
    xapi.post(batch)
    answer = xapi.get("statements", limit="3", ascending=ascending, **params).json
    seen = [told["id"] for told in answer["statements"]]
    while answer["more"]:
        assert answer["more"].startswith("/xapi/statements?")
        with xapi.app.test_client() as client:
            answer = client.get(answer["more"], headers=xapi.headers).json
        seen += [told["id"] for told in answer["statements"]]
    sent = [one["id"] for one in batch]
    assert seen == (sent if ascending == "true" else sent[::-1])


def test_voiding_takes_a_statement_out_of_what_is_told(xapi: Machine) -> None:
    """Sabotage: leave `not voided` out of the page query."""
    one = made()
    xapi.post(one)
    voiding = _void(one["id"])
    assert xapi.post(voiding).status_code == 200
    assert xapi.get("statements", statementId=one["id"]).status_code == 404
    assert xapi.get("statements", voidedStatementId=one["id"]).json["id"] == one["id"]
    assert xapi.found() == [voiding["id"]]
    assert xapi.found(agent=AGENT) == [voiding["id"]]


def test_a_voiding_statement_cannot_be_voided(xapi: Machine) -> None:
    """Sabotage: drop _IS_VOIDING."""
    one = made()
    voiding = _void(one["id"])
    xapi.post([one, voiding])
    xapi.post(_void(voiding["id"]))
    assert xapi.get("statements", statementId=voiding["id"]).status_code == 200


def test_a_statement_that_comes_after_its_voiding_is_voided(xapi: Machine) -> None:
    """Sabotage: keep it with voided = false in _settle."""
    one = made()
    xapi.post(_void(one["id"]))
    assert xapi.get("statements", statementId=one["id"]).status_code == 404
    assert xapi.post(one).status_code == 200
    assert xapi.get("statements", voidedStatementId=one["id"]).status_code == 200


def test_whoever_refers_is_found_by_what_the_target_is_found_by(xapi: Machine) -> None:
    """Sabotage: call connect() for statements that were awaited only without their referrers."""
    target = {**made(), "actor": OTHER, "verb": VERB}
    first = {**made(), "object": {"objectType": "StatementRef", "id": target["id"]}, "context": {}}
    second = {**made(), "object": {"objectType": "StatementRef", "id": first["id"]}, "context": {}}
    for order in ([target, first, second], [second, first, target]):
        batch = [_fresh(one, order) for one in order]
        for one in batch:
            assert xapi.post(one).status_code == 200
        assert set(xapi.found(agent=OTHER, verb=VERB["id"])) >= {one["id"] for one in batch}


def test_formats(xapi: Machine) -> None:
    """Sabotage: answer exact to every format."""
    xapi.post(made())
    xapi.post({**made(), "object": {"id": ACTIVITY["id"], "definition": {"name": {"en": "Lychees"}}}})
    (exact,) = xapi.get("statements", limit="1").json["statements"]
    assert exact["object"]["definition"] == {"name": {"en": "Lychees"}}
    assert xapi.get("statements", format="ids", limit="1").json["statements"][0]["object"] == {"id": ACTIVITY["id"]}
    answer = xapi.ask("GET", "statements", headers={"Accept-Language": "en"}, format="canonical", limit="1")
    told = answer.json["statements"][0]["object"]["definition"]
    assert told["name"] == {"en": "Lychees"}
    assert told["type"] == ACTIVITY["definition"]["type"], "the merged definition, not that of the statement"


def test_attachments_travel_with_their_statements(xapi: Machine) -> None:
    """Sabotage: answer attachments=true without files."""
    content = b"\x89PNG\r\n\r\n--x"
    part = Part(__import__("hashlib").sha256(content).hexdigest(), "image/png", content)
    described = {"usageType": "https://example.cn/u", "display": {"en": "x"}, "contentType": "image/png",
                 "length": len(content), "sha2": part.sha2}  # fmt: skip
    one = {**made(), "attachments": [described]}
    assert xapi.post(one).status_code == 400, "the file is missing and there is no URL"
    kind, body = join(json.dumps(one).encode(), [part])
    assert xapi.ask("POST", "statements", body, {"Content-Type": kind}).status_code == 200
    answer = xapi.get("statements", statementId=one["id"], attachments="true")
    assert answer.content_type.startswith("multipart/mixed")
    assert content in answer.data
    assert content in xapi.get("statements", attachments="true").data
    assert xapi.get("statements", statementId=one["id"]).content_type == "application/json"


def test_head_is_get_without_a_body(xapi: Machine) -> None:
    """Sabotage: take HEAD for an unknown method."""
    one = made()
    xapi.post(one)
    answer = xapi.ask("HEAD", "statements", statementId=one["id"])
    assert answer.status_code == 200
    assert answer.data == b""
    assert "X-Experience-API-Consistent-Through" in answer.headers


def test_the_watermark_goes_with_refusals_too(xapi: Machine) -> None:
    """Sabotage: leave the watermark out of handle()."""
    for params in ({"limit": "x"}, {"statementId": str(uuid4())}):
        assert "X-Experience-API-Consistent-Through" in xapi.get("statements", **params).headers


def test_versions_live_side_by_side(xapi: Machine, xapi2: Machine) -> None:
    """Sabotage: stamp every answer with 2.0.0."""
    old, new = made(), made()
    assert xapi.post(old).headers["X-Experience-API-Version"] == "1.0.3"
    assert xapi2.post(new).headers["X-Experience-API-Version"] == "2.0.0"
    assert xapi2.get("statements", statementId=old["id"]).json["version"] == "1.0.0"
    assert xapi.get("statements", statementId=new["id"]).json["version"] == "2.0.0"
    answer = xapi.ask("GET", "statements", headers={"X-Experience-API-Version": "0.95"})
    assert answer.status_code == 400


def test_alternate_syntax_is_for_1_0_3(xapi: Machine, xapi2: Machine) -> None:
    """Sabotage: unfold the syntax whatever the version."""
    one = made()
    form = {"statementId": one["id"], "content": json.dumps(one), "Content-Type": "application/json", **xapi.headers}
    with xapi.app.test_client() as client:
        assert client.post("/xapi/statements?method=PUT", data=form).status_code == 204
        assert (
            client.post("/xapi/statements?method=GET", data={"statementId": one["id"], **xapi.headers}).status_code
            == 200
        )
        assert (
            client.post("/xapi/statements?method=GET", data={"statementId": one["id"], **xapi2.headers}).status_code
            == 400
        )


def test_more_than_the_limit_is_413(xapi: Machine) -> None:
    """Sabotage: take the limit off in routes._sizes."""
    answer = xapi.ask("POST", "statements", b'["' + b"x" * (16 * 1024 * 1024) + b'"]')
    assert answer.status_code == 413
    assert answer.json["message"]


def test_stored_and_seq_agree_in_the_tables(xapi: Machine) -> None:
    """Sabotage: write `stored` from the clock of the process."""
    xapi.post([made() for _ in range(3)])
    with transaction(SYSTEM) as session:
        apart = session.scalar(
            text(
                "select count(*) from lrs_statement where payload::jsonb ->> 'stored' <> to_char("
                "to_timestamp(((seq >> 22) + 1577836800000) / 1000.0) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
            )
        )
    assert apart == 0


def _void(statement_id: str) -> dict[str, object]:
    verb = {"id": "http://adlnet.gov/expapi/verbs/voided"}
    ref = {"objectType": "StatementRef", "id": statement_id}
    return {"id": str(uuid4()), "actor": AGENT, "verb": verb, "object": ref}


def _fresh(one: dict[str, object], batch: list[dict[str, object]]) -> dict[str, object]:
    """The same statements under ids of their own, still referring to one another."""
    renamed = json.dumps(one)
    for place, other in enumerate(batch):
        renamed = renamed.replace(str(other["id"]), _renamed(str(batch[0]["id"]), place))
    return json.loads(renamed)


def _renamed(seed: str, place: int) -> str:
    return f"{seed[:-2]}{place:02}"
