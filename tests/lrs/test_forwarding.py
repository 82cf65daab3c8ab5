"""Records go on to a second store: a whole instance of our own with a database of its own, over real HTTP."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from werkzeug.serving import make_server

from lms.accounts import actions as accounts
from lms.app import create_app
from lms.config import Settings
from lms.foundation import clock, jobs
from lms.foundation.database import db, transaction
from lms.foundation.jobs import Job
from lms.foundation.services import RunningPostgres
from lms.lrs import actions, forwarding, keys
from lms.lrs.forwarding import Wanted
from lms.lrs.outside import Outside
from lms.lrs.rules.forwarding import LONGEST_PAUSE, pause_after
from lms.lrs.rules.multipart import Part, join
from tests.conftest import client_of
from tests.lrs.conftest import Machine, machine
from tests.lrs.statements import made
from tests.people import SYSTEM, Cast, bring_in

COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
PASSED = "http://adlnet.gov/expapi/verbs/passed"


class Second:
    """The other instance: its address, a key of it, and a way to take it down."""

    def __init__(self, app: Flask, issued: keys.Issued) -> None:
        self.app, self.issued, self.machine = app, issued, Machine(app, issued)
        self._start(0)

    def _start(self, port: int) -> None:
        self.server = make_server("127.0.0.1", port, self.app, threaded=True)
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server.server_port}/xapi"

    def down(self) -> None:
        """It stops answering."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def up(self) -> None:
        """It answers again, at the same address."""
        self._start(self.server.server_port)

    def found(self, **params: Any) -> list[str]:
        """Ids that it holds, oldest first."""
        with ThreadPoolExecutor(1) as pool:  # another application context than the test's
            return pool.submit(lambda: self.machine.found(ascending="true", limit="500", **params)).result()

    def told(self, statement_id: str) -> Any:
        """One statement as it tells it."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: self.machine.get("statements", statementId=statement_id).json).result()

    def post(self, statement: Any) -> None:
        """Somebody else writes there."""
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: self.machine.post(statement).status_code).result() == 200


@pytest.fixture(scope="module")
def other_app(settings: Settings, postgres: RunningPostgres, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A second instance: own database, own keys, own data folder."""
    owner = make_url(postgres.owner_url).username
    engine = create_engine(postgres.superuser_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database second owner {owner}"))
    engine.dispose()
    urls = {
        name: make_url(url).set(database="second").render_as_string(hide_password=False)
        for name, url in (("database_url", postgres.app_url), ("database_owner_url", postgres.owner_url))
    }
    app = create_app(replace(settings, data=tmp_path_factory.mktemp("second"), **urls))
    app.extensions["wake"] = lambda job_id: None

    def prepare() -> None:
        with app.app_context():
            upgrade()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(prepare).result()
    return app


@pytest.fixture
def second(other_app: Flask) -> Iterator[Second]:
    """The second instance, running, with one empty organisation more for each test."""

    def found() -> keys.Issued:
        with other_app.app_context(), transaction(SYSTEM) as session:
            many = session.scalar(text("select count(*) from organisation"))
            tenant_id = accounts.found_organisation("institution", f"省平台{many}", "440000")
            return keys.issue(tenant_id, "from outside")

    with ThreadPoolExecutor(1) as pool:
        issued = pool.submit(found).result()
    running = Second(other_app, issued)
    yield running
    if running.thread.is_alive():
        running.down()


@pytest.fixture
def cast(live_app: Flask) -> Cast:
    """Everybody, really committed."""
    return bring_in()


@pytest.fixture
def school(cast: Cast) -> UUID:
    """Whose records go on."""
    return cast.organisations["anyi"]


@pytest.fixture
def here(live_app: Flask, school: UUID) -> Machine:
    """A machine that brings records here."""
    return machine(live_app, school)


def begin(school: UUID, second: Second, verbs: tuple[str, ...] = (), *, from_now: bool = False) -> UUID:
    """Set a forwarding up."""
    wanted = Wanted("省平台", second.address, second.issued.key, second.issued.secret, verbs, from_now)
    with transaction(SYSTEM):
        return forwarding.set_up(school, wanted)


def work() -> None:
    """Do every forwarding job that waits, once."""
    with transaction(SYSTEM) as session:
        forwarding.queue(forwarding.due())
        waiting = list(session.scalars(text("select id from job where kind = 'lrs-forward' and state = 'queued'")))
    for job_id in waiting:
        jobs.run(job_id)


def view(forwarding_id: UUID, school: UUID) -> forwarding.ForwardingView:
    """How far it is."""
    with transaction(SYSTEM):
        return forwarding.view(forwarding_id, {school})[0]


def test_records_arrive_in_order_as_they_were_sent(here: Machine, school: UUID, second: Second) -> None:
    """Sabotage: send them through tincan's own classes: what those do not know is gone."""
    batch = [made() for _ in range(120)]
    here.post(batch)
    forwarding_id = begin(school, second)
    work()
    assert second.found() == [one["id"] for one in batch]
    told = second.told(batch[0]["id"])
    assert {name: told[name] for name in batch[0]} == batch[0]
    found = view(forwarding_id, school)
    assert (found.sent, found.waiting, found.dead, found.trouble) == (120, 0, 0, "")


def test_chosen_verbs_alone_and_from_now_on(here: Machine, school: UUID, second: Second) -> None:
    """Sabotage: leave the verbs out of _next; or begin at -1 always."""
    here.post({**made(), "verb": {"id": PASSED}})
    begin(school, second, (COMPLETED, PASSED), from_now=True)
    completed, passed, other = made(), {**made(), "verb": {"id": PASSED}}, {**made(), "verb": {"id": "https://e.cn/v"}}
    here.post([completed, other, passed])
    work()
    assert second.found() == [completed["id"], passed["id"]]


def test_nothing_is_lost_while_it_is_down(here: Machine, school: UUID, second: Second) -> None:
    """Sabotage: move the cursor before the answer; or give up after a number of tries."""
    forwarding_id = begin(school, second)
    batch = [made() for _ in range(70)]
    here.post(batch)
    second.down()
    for failures in range(1, 8):
        work()
        found = view(forwarding_id, school)
        assert (found.failures, found.sent, found.waiting) == (failures, 0, 70)
        assert found.next_try_at > clock.now() + pause_after(failures) - timedelta(seconds=30)
        assert "没有回答" in found.trouble
        work()
        assert view(forwarding_id, school).failures == failures, "not before its time"
        clock.turn(LONGEST_PAUSE)
    second.up()
    work()
    assert second.found() == [one["id"] for one in batch]
    found = view(forwarding_id, school)
    assert (found.failures, found.trouble, found.waiting) == (0, "", 0)


def test_what_is_refused_there_lies_in_dead_letters(here: Machine, school: UUID, second: Second) -> None:
    """Sabotage: try a refused batch for ever; or drop the good ones with the bad one."""
    batch = [made() for _ in range(9)]
    second.post({**batch[4], "actor": {"mbox": "mailto:another@example.cn"}})
    here.post(batch)
    forwarding_id = begin(school, second)
    work()
    assert set(second.found()) == {one["id"] for one in batch}
    with transaction(SYSTEM):
        found, [dead] = forwarding.view(forwarding_id, {school})
    assert (found.sent, found.waiting, found.dead) == (8, 0, 1)
    assert (str(dead.statement_id), dead.status) == (batch[4]["id"], 409)
    later = made()
    here.post(later)
    work()
    assert later["id"] in second.found(), "one bad letter holds up nobody"


def test_dead_letters_are_sent_again_on_request(here: Machine, school: UUID, second: Second) -> None:
    """Sabotage: leave resend_letters without its job."""
    modern = {**made(), "version": "2.0.0"}
    Machine(here.app, here.issued, "2.0.0").post(modern)
    forwarding_id = begin(school, second)
    with transaction(SYSTEM) as session:
        row = session.scalar(text("select seq from lrs_statement where id = :id"), {"id": modern["id"]})
        session.execute(
            text(
                "insert into lrs_dead_letter (id, created_at, tenant_id, forwarding_id, seq, statement_id, status, reason)"
                " values (gen_random_uuid(), now(), :school, :forwarding, :seq, :id, 400, 'no 2.0 here')"
            ),
            {"school": school, "forwarding": forwarding_id, "seq": row, "id": modern["id"]},
        )
        session.execute(text("update lrs_forwarding set cursor = :seq"), {"seq": row})
        forwarding.send_again(forwarding_id, {school})
    work()
    assert second.found() == [modern["id"]]
    assert view(forwarding_id, school).dead == 0


def test_both_versions_and_attachments_go_along(here: Machine, school: UUID, second: Second) -> None:
    """Sabotage: send everything as 1.0.3 JSON."""
    modern = {
        **made(),
        "context": {"contextAgents": [{"objectType": "contextAgent", "agent": {"mbox": "mailto:a@e.cn"}}]},
    }
    assert Machine(here.app, here.issued, "2.0.0").post(modern).status_code == 200
    part = Part(sha256(b"\xff\x00picture").hexdigest(), "image/png", b"\xff\x00picture")
    attached = {**made(), "attachments": [{
        "usageType": "https://e.cn/u", "display": {"en": "x"}, "contentType": "image/png", "length": 9, "sha2": part.sha2,
    }]}  # fmt: skip
    content_type, body = join(json.dumps(attached).encode(), [part])
    assert here.ask("POST", "statements", body, {"Content-Type": content_type}).status_code == 200
    plain = made()
    here.post(plain)
    begin(school, second)
    work()
    assert second.found() == [modern["id"], attached["id"], plain["id"]]
    assert second.told(modern["id"])["version"] == "2.0.0"


def test_a_pause_a_wrong_key_and_a_sealed_secret(here: Machine, school: UUID, second: Second) -> None:
    """Sabotage: leave the state out of due() and step(); count a 401 as a refusal; write the secret into row or job."""
    right = second.issued
    second.issued = keys.Issued(right.key, "wrong")
    forwarding_id = begin(school, second)
    with transaction(SYSTEM):
        forwarding.turn(forwarding_id, {school}, active=False)
    here.post(made())
    work()
    assert view(forwarding_id, school).failures == 0
    with transaction(SYSTEM):
        forwarding.turn(forwarding_id, {school}, active=True)
    work()
    found = view(forwarding_id, school)
    assert (found.sent, found.dead, found.failures, found.waiting) == (0, 0, 1, 1)
    assert "401" in found.trouble
    with transaction(SYSTEM) as session:
        session.execute(text("delete from lrs_forwarding"))
    second.issued = right
    begin(school, second)
    with transaction(SYSTEM) as session:
        kept = str(session.execute(text("select lrs_forwarding::text, job::text from lrs_forwarding, job")).all())
        sealed = session.scalar(text("select secret from lrs_forwarding"))
    assert right.secret not in kept
    assert right.secret.encode() not in bytes(sealed)
    work()
    assert len(second.found()) == 1


def test_it_does_not_run_ahead_of_a_commit_in_flight(here: Machine, school: UUID, second: Second) -> None:
    """Sabotage: send up to the newest number instead of the watermark: the held one is passed over for ever."""
    begin(school, second)
    held = {**made(), "object": {"id": "https://e.cn/held"}, "actor": {"mbox": "mailto:held@example.cn"}, "context": {}}
    with ThreadPoolExecutor(1) as pool, transaction(SYSTEM):
        actions.store([held], school)
        after = made()
        assert pool.submit(here.post, after).result().status_code == 200

        def elsewhere() -> None:
            with here.app.app_context():
                work()

        pool.submit(elsewhere).result()
        assert second.found() == []
    clock.turn(timedelta(seconds=30))
    work()
    assert second.found() == [held["id"], after["id"]]


def test_two_at_once_count_what_they_sent_once(
    here: Machine, school: UUID, second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sends and settles while the other waits for its answer. Sabotage: leave the cursor out of _settle."""
    here.post([made() for _ in range(40)])
    forwarding_id = begin(school, second)
    real, settled = Outside.deliver, []

    def slow(self: Outside, *sent: Any) -> Any:
        told = real(self, *sent)
        if not settled:
            settled.append(0)
            with ThreadPoolExecutor(1) as pool:
                settled.append(pool.submit(elsewhere).result())
        return told

    def elsewhere() -> int:
        with here.app.app_context():
            return forwarding.step(forwarding_id)

    monkeypatch.setattr(Outside, "deliver", slow)
    assert forwarding.step(forwarding_id) == 0, "the other was quicker"
    assert settled == [0, 40]
    assert view(forwarding_id, school).sent == 40
    assert len(second.found()) == 40


Clients = Callable[[UUID | None], FlaskClient]


def test_the_pages_from_setting_up_to_resending(here: Machine, cast: Cast, second: Second) -> None:
    """Sabotage: drop a route; or show the secret."""
    client, school = client_of(here.app, cast.liumin), cast.organisations["anyi"]
    form = {"tenant_id": str(school), "name": "省平台", "endpoint": second.address, "username": second.issued.key}
    form |= {"secret": second.issued.secret, "start": "all"}
    answer = client.post("/forwardings", data=form)
    assert answer.status_code == 303, answer.text
    assert "已经有一条转发叫这个名字" in client.post("/forwardings", data=form).text
    address = answer.location
    assert "已经转了" in client.get(address).text
    assert second.issued.secret not in client.get(address).text + client.get("/forwardings").text
    assert client.post(f"{address}/pause").status_code == 303
    assert "现在停着" in client.get(address).text
    assert client.post(f"{address}/resume").status_code == 303
    assert client.post(f"{address}/resend").status_code == 303
    assert client_of(here.app, cast.chenbo).get(address).status_code == 404
    with transaction(SYSTEM) as session:
        asked = list(session.scalars(text("select action from audit_entry order by id")))
        assert db.session.query(Job).count() == 2
    assert asked == ["forwarding:set-up", "forwarding:pause", "forwarding:resume", "forwarding:resend"]


@pytest.mark.parametrize("failures", range(1, 40))
def test_pauses_grow_to_an_hour(failures: int) -> None:
    """Sabotage: multiply without a limit."""
    assert timedelta(seconds=30) <= pause_after(failures) <= LONGEST_PAUSE
    assert pause_after(failures) <= pause_after(failures + 1)
