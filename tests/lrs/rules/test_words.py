"""Versions, languages, formats, documents, multipart, durations: the smaller rules, each as a table."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from lms.lrs.rules import multipart
from lms.lrs.rules.documents import (
    Document,
    MustSayWhich,
    PreconditionFailed,
    Resource,
    check_overwrite,
    etag,
    merge,
)
from lms.lrs.rules.durations import to_hundredths
from lms.lrs.rules.exchange import Call, unfold
from lms.lrs.rules.formats import canonical, ids
from lms.lrs.rules.language_maps import accepted, choose
from lms.lrs.rules.parameters import PAGE, question, single
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.scopes import permits
from lms.lrs.rules.versions import Version, requested
from lms.lrs.rules.vocabulary import Extension, Verb, played_segments
from tests.lrs.statements import AGENT, GROUP, SUB, statement

OLD, NEW = Version.V1_0_3, Version.V2_0_0
DOCUMENT = Document(b'{"a":1,"b":{"c":2}}', "application/json", datetime(2026, 11, 22, tzinfo=UTC))
STATE, PROFILE = Resource.STATE, Resource.AGENT_PROFILE


@pytest.mark.parametrize(
    ("header", "version"), [("1.0", OLD), ("1.0.0", OLD), ("1.0.3", OLD), ("1.0.9", OLD), ("2.0.0", NEW), ("2.0", NEW)]
)
def test_versions_by_header(header: str, version: Version) -> None:
    """Sabotage: answer 2.0.0 to everybody."""
    assert requested(header) is version


@pytest.mark.parametrize("header", [None, "", "0.95", "1.1.0", "3.0", "1.0.x", "1.0.٣"])
def test_unknown_versions_are_refused(header: str | None) -> None:
    """Sabotage: fall back to 1.0.3."""
    with pytest.raises(Invalid):
        requested(header)


WORDS = {"en": "a", "en-GB": "b", "zh-CN": "c"}


@pytest.mark.parametrize(
    ("header", "tag"),
    [("en-GB", "en-GB"), ("en", "en"), ("zh", "zh-CN"), ("zh-TW, en;q=0.5", "en"), ("fr", "en"), ("", "en"),
     ("en;q=0, zh-CN;q=0.1", "zh-CN"), ("en-US", "en"), (";;;q=x", "en")],
)  # fmt: skip
def test_one_language_is_chosen(header: str, tag: str) -> None:
    """Sabotage: take the first tag that begins alike."""
    assert choose(WORDS, accepted(header)) == {tag: WORDS[tag]}


def test_ids_leave_identifiers_only() -> None:
    """Sabotage: keep names in _agent_id."""
    told = ids(statement(actor=GROUP, object=SUB, result=None, authority=AGENT))
    assert told["actor"] == {"objectType": "Group", "member": [{"objectType": "Agent", "mbox": AGENT["mbox"]}]}
    assert told["object"]["object"] == {"id": "https://example.cn/courses/later"}
    assert told["verb"] == {"id": "http://adlnet.gov/expapi/verbs/completed"}
    assert told["context"]["instructor"] == {"account": {"homePage": "https://example.cn", "name": "teacher"}}


def test_canonical_takes_the_known_definition_in_one_language() -> None:
    """Sabotage: return the definition of the statement."""
    known = {"https://example.cn/courses/lychee": {"name": {"zh-CN": "新名", "en": "New"}}}
    told = canonical(statement(), known, ["zh-cn"])
    assert told["object"]["definition"] == {"name": {"zh-CN": "新名"}}
    assert told["verb"]["display"] == {"zh-CN": "学完了"}


# (existing, If-Match, If-None-Match, resource, version, method) -> what is raised, or None
OVERWRITES = [
    (None, None, None, STATE, OLD, "PUT", None),
    (DOCUMENT, None, None, STATE, OLD, "PUT", None),
    (DOCUMENT, None, None, STATE, NEW, "PUT", MustSayWhich),
    (None, None, None, STATE, NEW, "PUT", None),
    (DOCUMENT, None, None, PROFILE, OLD, "PUT", MustSayWhich),
    (None, None, None, PROFILE, OLD, "PUT", Invalid),
    (None, None, None, PROFILE, NEW, "PUT", None),
    (None, None, "*", PROFILE, OLD, "PUT", None),
    (DOCUMENT, None, "*", PROFILE, OLD, "PUT", PreconditionFailed),
    (DOCUMENT, DOCUMENT.etag, None, PROFILE, OLD, "PUT", None),
    (DOCUMENT, '"1234"', None, PROFILE, NEW, "PUT", PreconditionFailed),
    (DOCUMENT, f'"1234", {DOCUMENT.etag}', None, PROFILE, NEW, "PUT", None),
    (None, DOCUMENT.etag, None, PROFILE, NEW, "PUT", PreconditionFailed),
    (DOCUMENT, '"1234"', None, STATE, NEW, "POST", PreconditionFailed),
    (DOCUMENT, '"1234"', None, STATE, NEW, "DELETE", PreconditionFailed),
    (DOCUMENT, None, None, STATE, NEW, "POST", None),
    (DOCUMENT, None, None, PROFILE, OLD, "DELETE", None),
    (DOCUMENT, None, DOCUMENT.etag, STATE, OLD, "PUT", PreconditionFailed),
]


@pytest.mark.parametrize(("existing", "match", "none", "resource", "version", "method", "raised"), OVERWRITES)
def test_what_may_be_overwritten(existing, match, none, resource, version, method, raised) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: treat 2.0 as 1.0.3 in check_overwrite."""
    if raised is None:
        check_overwrite(existing, match, none, resource, version, method)
    else:
        with pytest.raises(raised):
            check_overwrite(existing, match, none, resource, version, method)


def test_json_is_merged_at_the_top() -> None:
    """Sabotage: merge deeply."""
    assert merge(DOCUMENT, b'{"b":{"d":3}}') == b'{"a":1,"b":{"d":3}}'
    assert etag(b"x") == '"11f6ad8ec52a2984abaafd7c3b516503785c2072"'
    with pytest.raises(Invalid):
        merge(DOCUMENT, b"[1]")


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("PT1H0M0.1237S", "PT1H0M0.12S"),
        ("PT0.10S", "PT0.1S"),
        ("PT5.00S", "PT5S"),
        ("P4W", "P4W"),
        ("PT1.5H", "PT1.5H"),
    ],
)
def test_durations_are_compared_to_the_hundredth(text: str, cut: str) -> None:
    """Sabotage: round instead of cutting."""
    assert to_hundredths(text) == cut


def test_multipart_there_and_back() -> None:
    """Sabotage: strip line ends from files."""
    content = b"\r\n--almost\r\n\x00\xff\r\n"
    part = multipart.Part(sha256(content).hexdigest(), "image/png", content)
    kind, body = multipart.join(b"[]", [part])
    assert multipart.split(body, multipart.boundary_of(kind) or "") == (b"[]", [part])


@pytest.mark.parametrize(
    "change", [(b"binary", b"base64"), (b"X-Experience", b"Y"), (b"json", b"xml"), (b"hello", b"other")]
)
def test_wrong_parts_are_refused(change: tuple[bytes, bytes]) -> None:
    """Sabotage: trust the X-Experience-API-Hash header."""
    part = multipart.Part(sha256(b"hello").hexdigest(), "text/plain", b"hello")
    kind, body = multipart.join(b"[]", [part])
    with pytest.raises(Invalid):
        multipart.split(body.replace(*change), multipart.boundary_of(kind) or "")


@pytest.mark.parametrize("kind", ["multipart/mixed", "multipart/mixed; boundary="])
def test_a_boundary_is_needed(kind: str) -> None:
    """Sabotage: take a default boundary."""
    with pytest.raises(Invalid):
        multipart.boundary_of(kind)
    assert multipart.boundary_of("application/json") is None


def test_alternate_syntax_is_unfolded() -> None:
    """Sabotage: leave headers among the parameters."""
    form = b"statementId=x&Authorization=Basic%20a&X-Experience-API-Version=1.0.3&content=%7B%7D"
    call = unfold(Call("POST", "statements", {"method": "PUT"}, {"content-type": "x"}, form))
    assert (call.method, dict(call.params), call.body) == ("PUT", {"statementId": "x"}, b"{}")
    assert call.headers["authorization"] == "Basic a"
    assert call.headers["content-type"] == "application/json"
    for params in ({"method": "PUT", "statementId": "x"}, {"method": "PATCH"}):
        with pytest.raises(Invalid):
            unfold(Call("POST", "statements", params, {}, form))


@pytest.mark.parametrize(
    "params",
    [{"limit": "x"}, {"limit": "-1"}, {"agent": "x"}, {"agent": '{"objectType":"Agent"}'}, {"verb": "x"}, {"Verb": "x"},
     {"since": "x"}, {"ascending": "maybe"}, {"registration": "x"}, {"cursor": "x"}, {"format": "x", "statementIds": "y"}],
)  # fmt: skip
def test_wrong_parameters_are_refused(params: dict[str, str]) -> None:
    """Sabotage: ignore unknown parameters."""
    with pytest.raises(Invalid):
        question(params)


def test_a_plus_sign_that_nobody_encoded_is_understood() -> None:
    """Sabotage: parse `since` once."""
    meant = question({"since": "2026-11-20T12:00:00+08:00"}).since
    assert question({"since": "2026-11-20T12:00:00 08:00"}).since == meant
    assert question({"since": "2026-11-20 04:00:00Z"}).since == meant


def test_parameters_of_a_single_statement() -> None:
    """Sabotage: let `limit` stand beside statementId."""
    one = "7c4d1a0f-3f0c-4f43-9d55-b1a38c0f4d11"
    assert single({}) is None
    found = single({"voidedStatementId": one, "format": "ids"})
    assert found is not None
    assert found[1] is True
    for wrong in (
        {"statementId": one, "voidedStatementId": one},
        {"statementId": one, "limit": "1"},
        {"statementId": "x"},
    ):
        with pytest.raises(Invalid):
            single(wrong)
    assert question({"limit": "0"}).limit == PAGE


@pytest.mark.parametrize(
    ("scopes", "resource", "method", "may"),
    [({"all"}, "statements", "POST", True), ({"all/read"}, "activities/state", "GET", True),
     ({"all/read"}, "statements", "POST", False), ({"statements/write"}, "statements", "GET", False),
     ({"statements/write"}, "statements", "PUT", True), ({"state"}, "activities/state", "PUT", True),
     ({"state"}, "agents/profile", "GET", False), ({"profile"}, "activities/profile", "DELETE", True), (set(), "agents", "GET", False)],
)  # fmt: skip
def test_scopes(scopes: set[str], resource: str, method: str, may: bool) -> None:
    """Sabotage: treat all/read as all."""
    assert permits(frozenset(scopes), resource, method) is may


def test_vocabulary_is_said_once() -> None:
    """Sabotage: give two verbs one IRI."""
    iris = [*Verb, *Extension]
    assert len(set(map(str, iris))) == len(Verb.__members__) + len(Extension.__members__)
    assert all(verb.words["zh-CN"] for verb in Verb)
    assert played_segments([(0, 12_500), (12_345_678, 20_000_000)]) == "0[.]12.5[,]12345.678[.]20000"


def test_a_boundary_is_found_where_the_type_was_lost() -> None:
    """Sabotage: take any body for multipart."""
    body = b"--4711\r\nContent-Type: application/json\r\n\r\n{}\r\n--4711--\r\n"
    assert multipart.boundary_within("application/octet-stream", body) == "4711"
    assert multipart.boundary_within("application/octet-stream; x=y", body) == "4711"
    for content_type, content in (
        ("text/plain", body), ("application/octet-stream", b"{}"), ("application/octet-stream", b"--"),
        ("application/octet-stream", b"--" + b"a" * 200 + b"\r\n"), ("application/octet-stream", b"--\r\n"),
    ):  # fmt: skip
        assert multipart.boundary_within(content_type, content) is None
