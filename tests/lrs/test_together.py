"""Many at once, with real commits: nothing twice, nothing lost, and a watermark that never runs ahead."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text
from tincan import (
    Activity,
    ActivityDefinition,
    ActivityProfileDocument,
    Agent,
    AgentProfileDocument,
    LanguageMap,
    RemoteLRS,
    Result,
    StateDocument,
    Statement,
    StatementRef,
)
from tincan import Verb as TinCanVerb
from werkzeug.serving import make_server

from lms.foundation.database import db, transaction
from lms.foundation.principal import Principal
from lms.lrs import actions
from lms.lrs.rules.sequence import EPOCH
from lms.lrs.rules.timestamps import parse_timestamp
from tests.lrs.conftest import Machine, machine
from tests.lrs.statements import ACTIVITY, AGENT, made, statement
from tests.people import SYSTEM, bring_in

THROUGH = "X-Experience-API-Consistent-Through"
WRITERS = 16


@pytest.fixture
def tenant(live_app: Flask) -> UUID:
    """A school whose records are really committed."""
    return bring_in().organisations["anyi"]


@pytest.fixture
def live(live_app: Flask, tenant: UUID) -> Machine:
    """A machine of that school."""
    return machine(live_app, tenant)


def at_once(work: Callable[[int], object], count: int = WRITERS) -> list[object]:
    """Run the same work in threads that begin together."""
    start = Barrier(count)

    def run(place: int) -> object:
        start.wait()
        return work(place)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_sixteen_writers_of_the_same_ids(live: Machine, caplog: pytest.LogCaptureFixture) -> None:
    """Sabotage: leave `on conflict` out of _WRITE: the second writer of an id gets a 500."""
    rounds = [[made() for _ in range(100)] for _ in range(3)]
    contested = [str(uuid4()) for _ in range(10)]

    def write(place: int) -> list[int]:
        random = Random(place)
        codes = []
        for shared in rounds:
            own = {"id": random.choice(contested), **statement(result={"response": str(place)})}
            codes += [live.post(random.sample(shared, len(shared))).status_code, live.post(own).status_code]
        return codes

    codes = [code for found in at_once(write) for code in found]  # type: ignore[attr-defined]
    assert set(codes) == {200, 409}
    with transaction(SYSTEM) as session:
        twice = session.execute(text("select id from lrs_statement group by id having count(*) > 1")).all()
        rows, kept = session.execute(
            text("select (select count(*) from lrs_statement), (select count(*) from lrs_statement_id)")
        ).one()
        orphans = session.scalar(text("select count(*) from lrs_link where seq not in (select seq from lrs_statement)"))
    assert twice == []
    assert rows == kept == len(set(live.found(limit="500")))
    assert orphans == 0
    assert "began again" not in caplog.text


def test_batches_that_share_agents_and_activities(live: Machine, caplog: pytest.LogCaptureFixture) -> None:
    """Sabotage: lock activities in any order (knowledge._KNOWN with `order by random()`): they lock each other out."""

    def write(place: int) -> list[int]:
        random = Random(place)
        batch = []
        for _ in range(30):
            words = {"name": {f"zh-x-{random.randrange(5)}": str(random.random())}}
            about = {"id": f"https://example.cn/a/{random.randrange(12)}", "definition": words}
            batch.append({**made(), "object": about, "actor": {**AGENT, "name": f"名{random.randrange(6)}"}})
        return [live.post(batch).status_code for _ in range(2)]

    assert {code for found in at_once(write) for code in found} == {200}  # type: ignore[attr-defined]
    assert "began again" not in caplog.text
    assert len(live.get("activities", activityId="https://example.cn/a/3").json["definition"]["name"]) > 1


def test_references_and_targets_that_cross(live: Machine) -> None:
    """Sabotage: do not hold the place of an awaited statement (_parameters without `awaited`)."""
    pairs = [(made(), made()) for _ in range(12)]

    def write(place: int) -> int:
        target, referrer = pairs[place // 2]
        referrer = {**referrer, "object": {"objectType": "StatementRef", "id": target["id"]}, "context": {}}
        special = {**target, "actor": {"mbox": "mailto:crossing@example.cn"}}
        return live.post(special if place % 2 else referrer).status_code

    assert set(at_once(write, 24)) == {200}
    assert set(live.found(agent={"mbox": "mailto:crossing@example.cn"}, limit="100")) == {
        one["id"] for pair in pairs for one in pair
    }


def test_documents_written_at_once(live: Machine) -> None:
    """Sabotage: leave take_turn() out of resources/documents.py."""
    place = {"activityId": ACTIVITY["id"], "agent": AGENT, "stateId": "shared"}

    def merge(number: int) -> int:
        return live.ask("POST", "activities/state", {f"p{number}": number}, **place).status_code

    assert set(at_once(merge)) == {204}
    assert live.get("activities/state", **place).json == {f"p{n}": n for n in range(WRITERS)}
    profile = {"agent": AGENT, "profileId": "first"}
    first = at_once(
        lambda n: live.ask("PUT", "agents/profile", {"n": n}, {"If-None-Match": "*"}, **profile).status_code
    )
    assert sorted(first) == [204] + [412] * (WRITERS - 1)  # type: ignore[type-var]


def test_the_watermark_waits_for_a_commit_in_flight(live: Machine, tenant: UUID) -> None:
    """Sabotage: answer lrs_now() in lrs_consistent_through(); or take the number before the lock in lrs_take_seq()."""
    held = {**made(), "object": {"id": "https://example.cn/held"}, "actor": {"mbox": "mailto:held@example.cn"}}
    with transaction(Principal(organisations=frozenset({tenant}))) as session:
        actions.store([held], tenant)
        seq = session.scalar(text("select max(seq) from lrs_statement"))
        stored = EPOCH + timedelta(milliseconds=seq >> 22)
        others = at_once(lambda _: (live.post(made()), live.get("statements")), 4)
        for posted, answer in others:  # type: ignore[misc]
            assert posted.status_code == 200  # type: ignore[has-type]
            through = parse_timestamp(answer.headers[THROUGH], "through")  # type: ignore[attr-defined]
            assert through < stored, "it may not promise what has not been committed"
            assert held["id"] not in answer.text  # type: ignore[attr-defined]
    answer = live.get("statements")
    assert parse_timestamp(answer.headers[THROUGH], "through") >= stored
    assert held["id"] in answer.text


def test_a_poller_that_trusts_the_watermark_misses_nothing(live: Machine) -> None:
    """Sabotage: answer now instead of the watermark: under load a statement is stored behind the poller's back."""
    sent: list[str] = []
    seen: set[str] = set()
    over = False

    def poll() -> None:
        since, last = "2020-01-01T00:00:00Z", False
        while not last:
            last = over
            through = live.get("statements", limit="1").headers[THROUGH]
            answer = live.get("statements", since=since, until=through, ascending="true", limit="500").json
            assert not answer["more"]
            seen.update(told["id"] for told in answer["statements"])
            since = through

    poller = Thread(target=poll)
    poller.start()

    def write(_: int) -> None:
        for _ in range(12):
            batch = [made() for _ in range(3)]
            assert live.post(batch).status_code == 200
            sent.extend(one["id"] for one in batch)

    at_once(write, 6)
    over = True
    poller.join(60)
    assert seen == set(sent)


@pytest.fixture
def served(live_app: Flask) -> Iterator[str]:
    """The address of a really running server."""
    server = make_server("127.0.0.1", 0, live_app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/xapi"
    server.shutdown()
    thread.join()


def test_the_tincan_client_saves_and_reads_back(live: Machine, served: str) -> None:
    """Sabotage: answer the statements as a bare list; or `more` without the path."""
    lrs = RemoteLRS(endpoint=served, version="1.0.3", username=live.issued.key, password=live.issued.secret)
    learner = Agent(name="黄秀兰", mbox="mailto:xiulan@example.cn")
    lesson = Activity(id=ACTIVITY["id"], definition=ActivityDefinition(name=LanguageMap({"zh-CN": "荔枝上网卖"})))
    verb = TinCanVerb(id="http://adlnet.gov/expapi/verbs/passed", display=LanguageMap({"zh-CN": "通过了"}))
    many = [
        Statement(actor=learner, verb=verb, object=lesson, result=Result(success=True), timestamp=datetime.now(UTC))
        for _ in range(5)
    ]
    assert lrs.about().content.version == ["1.0.3"]
    one = lrs.save_statement(many[0])
    assert one.success, one.data
    saved = lrs.save_statements(many[1:])
    assert saved.success, saved.data
    told = lrs.retrieve_statement(str(many[0].id))
    assert told.success
    assert told.content.object.definition.name == {"zh-CN": "荔枝上网卖"}
    page = lrs.query_statements({"agent": learner, "verb": verb, "limit": 2})
    assert page.success, page.data
    seen = [str(found.id) for found in page.content.statements]
    while page.content.more:
        page = lrs.more_statements(page.content)
        assert page.success, page.data
        seen += [str(found.id) for found in page.content.statements]
    assert sorted(seen) == sorted(str(sent.id) for sent in many)
    state = StateDocument(activity=lesson, agent=learner, id="bookmark", content=json.dumps({"page": 7}))
    state.content_type = "application/json"
    assert lrs.save_state(state).success
    assert json.loads(lrs.retrieve_state(lesson, learner, "bookmark").content.content) == {"page": 7}
    assert lrs.retrieve_state_ids(lesson, learner).content == ["bookmark"]
    assert lrs.delete_state(state).success
    assert not lrs.retrieve_statement(str(uuid4())).success


def test_who_waits_too_long_is_told_to_come_again(live: Machine, tenant: UUID) -> None:
    """Sabotage: leave LockNotAvailable out of _REFUSALS: the client sees a fault of the server (500)."""
    contested = made()
    with transaction(Principal(organisations=frozenset({tenant}))) as session:
        actions.store([contested], tenant)
        with short_waits(), ThreadPoolExecutor(1) as pool:
            answer = pool.submit(live.post, contested).result()
        assert session.is_active
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert live.post(contested).status_code == 200


@contextmanager
def short_waits() -> Iterator[None]:
    """Transactions that begin meanwhile wait for locks a tenth of a second, not ten seconds."""

    def shorten(connection: Connection) -> None:
        connection.exec_driver_sql("set local lock_timeout = '100ms'")

    event.listen(db.engine, "begin", shorten)
    yield
    event.remove(db.engine, "begin", shorten)


def test_the_tincan_client_does_its_whole_api(live: Machine, served: str) -> None:
    """Every call of RemoteLRS that the other test does not make. Sabotage: leave a resource out of handling.RESOURCES."""
    lrs = RemoteLRS(endpoint=served, version="1.0.3", username=live.issued.key, password=live.issued.secret)
    learner, lesson = Agent(name="何阿辉", mbox="mailto:ahui@example.cn"), Activity(id=ACTIVITY["id"])
    made_now = Statement(actor=learner, verb=TinCanVerb(id="http://adlnet.gov/expapi/verbs/passed"), object=lesson)
    kept = lrs.save_statement(made_now)
    assert kept.success, kept.data
    void = Statement(actor=learner, verb=TinCanVerb(id="http://adlnet.gov/expapi/verbs/voided"))
    void.object = StatementRef(id=made_now.id)
    assert lrs.save_statement(void).success
    assert not lrs.retrieve_statement(str(made_now.id)).success
    assert lrs.retrieve_voided_statement(str(made_now.id)).success
    for number in range(2):
        assert lrs.save_state(_document(StateDocument, f"s{number}", activity=lesson, agent=learner)).success
    assert lrs.clear_state(lesson, learner).success
    assert lrs.retrieve_state_ids(lesson, learner).content == []
    # tincan cannot say If-None-Match, and the standard wants a header to write a profile that is not there yet (400): the
    # first one is written by somebody else.
    of_activity = _document(ActivityProfileDocument, "p", activity=lesson)
    assert lrs.save_activity_profile(of_activity).response.status == 400
    first = {"If-None-Match": "*"}
    page = {"page": 7}
    assert live.ask("PUT", "activities/profile", page, first, activityId=lesson.id, profileId="p").status_code == 204
    assert lrs.retrieve_activity_profile_ids(lesson).content == ["p"]
    told = _with_etag(lrs.retrieve_activity_profile(lesson, "p"))
    assert json.loads(told.content) == page
    assert lrs.save_activity_profile(told).success
    told = _with_etag(lrs.retrieve_activity_profile(lesson, "p"))
    assert lrs.delete_activity_profile(told).success
    assert lrs.save_agent_profile(_document(AgentProfileDocument, "q", agent=learner)).response.status == 400
    who = {"mbox": "mailto:ahui@example.cn"}
    assert live.ask("PUT", "agents/profile", page, first, agent=who, profileId="q").status_code == 204
    assert lrs.retrieve_agent_profile_ids(learner).content == ["q"]
    told = _with_etag(lrs.retrieve_agent_profile(learner, "q"))
    told.content = json.dumps({"page": 8})
    assert lrs.save_agent_profile(told).success, "with the ETag that came"
    assert not lrs.save_agent_profile(told).success, "with an ETag that is old by now"
    assert json.loads(lrs.retrieve_agent_profile(learner, "q").content.content) == {"page": 8}
    assert lrs.delete_agent_profile(_with_etag(lrs.retrieve_agent_profile(learner, "q"))).success
    assert lrs.retrieve_agent_profile_ids(learner).content == []


def _with_etag(answer):  # type: ignore[no-untyped-def]
    """The document that came; tincan 1.0.0 looks for its ETag in the wrong place."""
    answer.content.etag, answer.content.content_type = answer.response.getheader("ETag"), "application/json"
    return answer.content


def _document(kind: type, name: str, **more: object):  # type: ignore[no-untyped-def]
    document = kind(id=name, content=json.dumps({"page": 7}), **more)
    document.content_type = "application/json"
    return document
