"""Each requirement on statements (Data 2.2 to 2.4, 4), as a table: what is wrong, and the property that is blamed."""

import json
from typing import Any

import pytest

from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.statement import complete, read_statement, read_statements
from lms.lrs.rules.versions import Version
from tests.lrs.statements import ACTIVITY, AGENT, GROUP, SUB, altered, statement

OLD, NEW = Version.V1_0_3, Version.V2_0_0
NOT_AN_IRI = "ab=c://should.fail"
VOIDED = {"id": "http://adlnet.gov/expapi/verbs/voided"}
REF = {"objectType": "StatementRef", "id": "7c4d1a0f-3f0c-4f43-9d55-b1a38c0f4d11"}
FILE = {
    "usageType": "https://example.cn/usage",
    "display": {"zh-CN": "作业"},
    "contentType": "text/plain",
    "length": 3,
    "sha2": "a" * 64,
}
MATCHING = {"interactionType": "matching", "source": [{"id": "a"}], "target": [{"id": "b"}]}

# (property set, its value, path that the refusal names)
WRONG: list[tuple[str, Any, str]] = [
    ("id", "AA97B177-9383-4934-8543-0F91A7A028368", "id"),
    ("id", "MA97B177-9383-4934-8543-0F91A7A02836", "id"),
    ("id", 12345, "id"),
    ("nonsense", 1, "nonsense"),
    ("Actor", AGENT, "Actor"),
    ("actor", None, "actor"),
    ("actor.name", None, "actor.name"),
    ("actor", {"name": "nobody"}, "actor"),
    ("actor", {**AGENT, "openid": "https://example.cn/me"}, "actor"),
    ("actor", {**AGENT, "member": [AGENT]}, "actor.member"),
    ("actor.objectType", "agent", "actor.objectType"),
    ("actor.mbox", "mailto:should.fail.cn", "actor.mbox"),
    ("actor.mbox", "xiulan@example.cn", "actor.mbox"),
    ("actor", {"mbox_sha1sum": "xyz"}, "actor.mbox_sha1sum"),
    ("actor", {"openid": NOT_AN_IRI}, "actor.openid"),
    ("actor", {"account": {"homePage": NOT_AN_IRI, "name": "x"}}, "actor.account.homePage"),
    ("actor", {"account": {"name": "x"}}, "actor.account.homePage"),
    ("actor", {"account": {"homePage": "https://example.cn", "name": 1}}, "actor.account.name"),
    ("actor", {"objectType": "Group"}, "actor.member"),
    ("actor", {"objectType": "Group", "member": [GROUP]}, "actor.member[0].objectType"),
    ("actor", {"objectType": "Group", "member": [{"name": "x"}]}, "actor.member[0]"),
    ("verb", None, "verb"),
    ("verb.id", NOT_AN_IRI, "verb.id"),
    ("verb.display", {"a12345678": "x"}, "verb.display"),
    ("verb.display", "completed", "verb.display"),
    ("verb.display", {"zh-CN": None}, "verb.display"),
    ("verb", {"display": {"en": "x"}}, "verb.id"),
    ("object.id", "荔枝", "object.id"),
    ("object.objectType", "activity", "object.objectType"),
    ("object.definition.type", NOT_AN_IRI, "object.definition.type"),
    ("object.definition.moreInfo", "nowhere", "object.definition.moreInfo"),
    ("object.definition.interactionType", "guess", "object.definition.interactionType"),
    ("object.definition.correctResponsesPattern", ["a"], "object.definition.interactionType"),
    ("object.definition.choices", [{"id": "a"}], "object.definition.interactionType"),
    ("object.definition", {**MATCHING, "choices": [{"id": "a"}]}, "object.definition.choices"),
    ("object.definition", {**MATCHING, "source": [{"id": "a"}, {"id": "a"}]}, "object.definition.source"),
    ("object.definition.extensions", {"no iri": 1}, "object.definition.extensions['no iri']"),
    ("object", {"objectType": "StatementRef", "id": "x"}, "object.id"),
    ("object", {"objectType": "StatementRef"}, "object.id"),
    ("object", {"objectType": "statementref", "id": REF["id"]}, "object.objectType"),
    ("object", {"objectType": "Group"}, "object.member"),
    ("object", {**SUB, "id": REF["id"]}, "object.id"),
    ("object", {**SUB, "stored": "2026-11-20T12:00:00Z"}, "object.stored"),
    ("object", {**SUB, "authority": AGENT}, "object.authority"),
    ("object", {**SUB, "version": "1.0.0"}, "object.version"),
    ("object", {**SUB, "object": SUB}, "object.object.objectType"),
    ("object", {**SUB, "timestamp": "yesterday"}, "object.timestamp"),
    ("object", {**SUB, "verb": {"id": NOT_AN_IRI}}, "object.verb.id"),
    ("result.score.scaled", 1.01, "result.score.scaled"),
    ("result.score.scaled", "0.5", "result.score.scaled"),
    ("result.score.raw", 11, "result.score.raw"),
    ("result.score.raw", -1, "result.score.raw"),
    ("result.score.min", 10, "result.score.min"),
    ("result.success", "true", "result.success"),
    ("result.completion", 1, "result.completion"),
    ("result.response", 5, "result.response"),
    ("result.duration", "PA1H0M0S", "result.duration"),
    ("result.duration", "P4W1D", "result.duration"),
    ("result.duration", "P", "result.duration"),
    ("result.duration", "PT", "result.duration"),
    ("result.duration", "PT1.5H3M", "result.duration"),
    ("result.extensions", {"x": 1}, "result.extensions['x']"),
    ("context.registration", "x", "context.registration"),
    ("context.team", AGENT, "context.team.objectType"),
    ("context.instructor", {"name": "x"}, "context.instructor"),
    ("context.language", "zh_CN", "context.language"),
    ("context.statement", {"objectType": "StatementRef", "id": "x"}, "context.statement.id"),
    ("context.statement", {"id": REF["id"]}, "context.statement.objectType"),
    ("context.contextActivities", [ACTIVITY], "context.contextActivities"),
    ("context.contextActivities.parents", [ACTIVITY], "context.contextActivities.parents"),
    ("context.contextActivities.parent", {"id": "x"}, "context.contextActivities.parent[0].id"),
    ("timestamp", "01/011/2015", "timestamp"),
    ("timestamp", "2008-09-15T15:53:00.601-00:00", "timestamp"),
    ("timestamp", "2008-09-15T15:53:00.601-0000", "timestamp"),
    ("timestamp", "2008-09-15T15:53:00.601-00", "timestamp"),
    ("timestamp", "2026-02-30T00:00:00Z", "timestamp"),
    ("stored", "soon", "stored"),
    ("version", "0.9.9", "version"),
    ("version", "1.1.0", "version"),
    ("authority", {"objectType": "Group", "member": [AGENT]}, "authority"),
    ("authority", {"objectType": "Group", "mbox": "mailto:a@example.cn", "member": [AGENT, AGENT]}, "authority"),
    ("attachments", FILE, "attachments"),
    ("attachments", [{**FILE, "usageType": "x"}], "attachments[0].usageType"),
    ("attachments", [{**FILE, "sha2": "x"}], "attachments[0].sha2"),
    ("attachments", [{**FILE, "length": "3"}], "attachments[0].length"),
    ("attachments", [{**FILE, "fileUrl": "x"}], "attachments[0].fileUrl"),
    ("attachments", [{**FILE, "contentType": "nonsense"}], "attachments[0].contentType"),
]
RIGHT: list[tuple[str, Any]] = [
    ("actor", GROUP),
    ("actor", {"objectType": "Group", "mbox": "mailto:class@example.cn"}),
    ("actor", {"account": {"homePage": "https://example.cn", "name": ""}}),
    ("object", AGENT),
    ("object", GROUP),
    ("object", REF),
    ("object", SUB),
    ("object.definition", MATCHING),
    ("object.definition.extensions", {}),
    ("result.score.scaled", -1.0),
    ("result.score.scaled", 1),
    ("result.duration", "P3Y1M29DT4H35M59.14S"),
    ("result.duration", "P4W"),
    ("result.duration", "PT16559.14S"),
    ("result.duration", "P1DT12H36M0.12567S"),
    ("context.language", "zh-Hans-CN"),
    ("context.contextActivities.parent", ACTIVITY),
    ("timestamp", "2008-09-15T15:53:00.601+00:00"),
    ("timestamp", "2008-09-15T15:53:00Z"),
    ("timestamp", "2066-09-15T15:53:00Z"),
    ("version", "1.0"),
    ("version", "1.0.9"),
    ("attachments", [FILE]),
    ("attachments", []),
]


def read(data: Any, version: Version = OLD) -> Any:
    """A statement from plain data."""
    return read_statement(json.dumps(data, ensure_ascii=False).encode(), version)


@pytest.mark.parametrize(("path", "value", "blamed"), WRONG)
@pytest.mark.parametrize("version", [OLD, NEW])
def test_refuses(path: str, value: Any, blamed: str, version: Version) -> None:
    """Sabotage: take any one check out of its rule (for example check_score's `raw > max`)."""
    with pytest.raises(Invalid) as refused:
        read(altered(path, value), version)
    assert refused.value.path.startswith(blamed)
    assert refused.value.why


@pytest.mark.parametrize(("path", "value"), RIGHT)
@pytest.mark.parametrize("version", [OLD, NEW])
def test_accepts(path: str, value: Any, version: Version) -> None:
    """Sabotage: make the IRI rule ask for http."""
    data = altered(path, value)
    if path == "object" and value is not ACTIVITY:
        del data["result"]
    read(data, version)


def test_missing_properties_are_named() -> None:
    """Sabotage: give `verb` a default in Event."""
    for name in ("actor", "verb", "object"):
        with pytest.raises(Invalid) as refused:
            read(statement(**{name: None}))
        assert refused.value.path == name


@pytest.mark.parametrize("name", ["revision", "platform"])
def test_revision_and_platform_are_for_activities(name: str) -> None:
    """Sabotage: pass about_activity=True to check_context."""
    data = altered(f"context.{name}", "v2")
    read(data)
    with pytest.raises(Invalid) as refused:
        read({**data, "object": AGENT})
    assert refused.value.path == f"context.{name}"


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("contextAgents", {"objectType": "contextAgent", "agent": AGENT, "relevantTypes": ["https://example.cn/t"]}),
        ("contextGroups", {"objectType": "contextGroup", "group": GROUP}),
    ],
)
def test_context_agents_belong_to_2_0(name: str, entry: dict[str, Any]) -> None:
    """Sabotage: leave the version out of _check_people."""
    data = altered(f"context.{name}", [entry])
    read(data, NEW)
    with pytest.raises(Invalid):
        read(data, OLD)
    for wrong in ({**entry, "objectType": "x"}, {**entry, "relevantTypes": []}, {**entry, "relevantTypes": ["x"]}):
        with pytest.raises(Invalid):
            read(altered(f"context.{name}", [wrong]), NEW)


@pytest.mark.parametrize("text", ["2026-11-20", "2026-11-20T12:00Z", "2026-11-20T12:00:00"])
def test_2_0_wants_rfc_3339(text: str) -> None:
    """Sabotage: ignore the version in parse_timestamp."""
    read(statement(timestamp=text), OLD)
    with pytest.raises(Invalid):
        read(statement(timestamp=text), NEW)


def test_a_voiding_statement_is_about_a_reference() -> None:
    """Sabotage: take is_voiding out of check_statement."""
    read(statement(verb=VOIDED, object=REF, result=None))
    with pytest.raises(Invalid):
        read(statement(verb=VOIDED))


def test_two_of_one_id_in_a_request_are_refused() -> None:
    """Sabotage: drop the comparison of ids in read_statements."""
    one = statement(id=REF["id"])
    with pytest.raises(Invalid):
        read_statements(json.dumps([one, one]).encode(), OLD)


def test_the_refusal_names_the_place_in_a_batch() -> None:
    """Sabotage: let read_statements pass Invalid on as it is."""
    with pytest.raises(Invalid) as refused:
        read_statements(json.dumps([statement(), altered("verb.id", "x")]).encode(), OLD)
    assert refused.value.path == "[1].verb.id"


def test_the_text_comes_back_as_it_was_sent_plus_what_the_standard_adds() -> None:
    """Sabotage: decode and encode the statement in complete()."""
    text = json.dumps(statement(), ensure_ascii=False, indent=3).replace('"raw": 5', '"raw": 5.000')
    kept = complete(read_statement(text.encode(), OLD), "2026-11-22T00:00:00.000Z", '{"mbox":"mailto:k@example.cn"}')
    assert kept.startswith(text.rstrip()[:-1])
    added = json.loads(kept).keys() - json.loads(text).keys()
    assert added == {"id", "stored", "authority", "version"}


def test_what_the_client_says_of_stored_and_authority_is_replaced() -> None:
    """Sabotage: leave `authority` out of _ASSIGNED."""
    sent = statement(stored="2001-01-01T00:00:00Z", authority=AGENT, timestamp=None)
    text = complete(read(sent, NEW), "2026-11-22T00:00:00.000Z", '{"mbox":"mailto:k@example.cn"}')
    kept = json.loads(text)
    assert text.count('"authority"') == text.count('"stored"') == 1
    assert kept["stored"] == kept["timestamp"] == "2026-11-22T00:00:00.000Z"
    assert kept["authority"] == {"mbox": "mailto:k@example.cn"}
    assert kept["version"] == "2.0.0"


def test_single_context_activities_become_lists_inside_sub_statements_too() -> None:
    """Sabotage: look at the statement's own context alone in _opened."""
    around = {"contextActivities": {"parent": ACTIVITY}}
    sent = statement(context=around, object={**SUB, "context": around}, result=None)
    kept = json.loads(complete(read(sent), "2026-11-22T00:00:00.000Z", "{}"))
    assert kept["context"]["contextActivities"] == {"parent": [ACTIVITY]}
    assert kept["object"]["context"]["contextActivities"] == {"parent": [ACTIVITY]}
