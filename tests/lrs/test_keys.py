"""Who may come in, what a key may do, and what other tenants see: nothing."""

import base64
import json
from time import process_time

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from lms.foundation.database import transaction
from lms.foundation.principal import Principal
from lms.lrs import actions, commands, issuing, keys
from lms.lrs.resources.handling import handle
from lms.lrs.rules.exchange import Call
from tests.conftest import client_of
from tests.lrs.conftest import Machine, machine
from tests.lrs.statements import ACTIVITY, AGENT, made
from tests.people import SYSTEM, Cast

VERSION = {"X-Experience-API-Version": "1.0.3"}
TABLES = ("lrs_statement", "lrs_statement_id", "lrs_link", "lrs_agent_name", "lrs_activity", "lrs_key", "lrs_document")


def test_without_a_key_nobody_comes_in(xapi: Machine) -> None:
    """Sabotage: leave @allow(Access.LRS_KEY) for @allow(Access.PUBLIC)."""
    wrong = base64.b64encode(f"{xapi.issued.key}:wrong".encode()).decode()
    for header in ("", "Basic x", "Basic Og==", f"Basic {wrong}", "Bearer abc"):
        answer = xapi.ask("GET", "statements", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert answer.headers["X-Experience-API-Version"] == "1.0.3"


def test_a_session_cookie_opens_nothing_here(app: Flask, people: Cast) -> None:
    """Sabotage: fall back to the session in keys.authenticate."""
    assert client_of(app, people.liumin).get("/xapi/statements", headers=VERSION).status_code == 401


def test_another_tenant_sees_nothing(xapi: Machine, stranger: Machine) -> None:
    """Sabotage: open Session.transaction as the system AND leave the tenant out of queries._ONE (either wall alone holds)."""
    one = made()
    xapi.post(one)
    state = {"activityId": ACTIVITY["id"], "agent": AGENT, "stateId": "s"}
    xapi.ask("PUT", "activities/state", {"a": 1}, **state)
    assert stranger.found() == stranger.found(agent=AGENT) == []
    assert stranger.get("statements", statementId=one["id"]).status_code == 404
    assert stranger.get("activities/state", **state).status_code == 404
    assert "definition" not in stranger.get("activities", activityId=ACTIVITY["id"]).json
    assert "name" not in stranger.get("agents", agent={"mbox": AGENT["mbox"]}).json
    assert stranger.post({**one, "actor": {"mbox": "mailto:x@example.cn"}}).status_code == 200, (
        "ids are the tenant's own"
    )
    assert xapi.get("statements", statementId=one["id"]).json["actor"] == AGENT


def test_row_level_security_hides_every_table(xapi: Machine, people: Cast) -> None:
    """Sabotage: leave tenancy.protect out of _tenant in the migration."""
    xapi.post(made())
    xapi.ask("PUT", "activities/state", {"a": 1}, activityId=ACTIVITY["id"], agent=AGENT, stateId="s")
    other = Principal(organisations=frozenset({people.organisations["qiming"]}))
    for table in TABLES:
        with transaction(SYSTEM) as session:
            assert session.scalar(text(f"select count(*) from {table}")) > 0
        with transaction(other) as session:
            assert session.scalar(text(f"select count(*) from {table}")) == 0


def test_months_cannot_be_read_around_their_parent(xapi: Machine) -> None:
    """Sabotage: leave the revoke out of lrs_add_month."""
    xapi.post(made())
    with transaction(SYSTEM) as session:
        open_months = session.scalars(
            text(
                "select inhrelid::regclass::text from pg_inherits where inhparent = 'lrs_statement'::regclass"
                " and has_table_privilege('lms_app', inhrelid, 'select')"
            )
        ).all()
    assert open_months == []


def test_a_revoked_key_is_dead_at_once(app: Flask, xapi: Machine) -> None:
    """Sabotage: ask for the key in the memory of the process alone."""
    assert xapi.get("statements").status_code == 200
    _, _, caller = keys._memory[xapi.issued.key]
    with transaction(SYSTEM):
        issuing.revoke(caller.key_id, {caller.tenant_id})
    assert xapi.get("statements").status_code == 401
    assert xapi.post(made()).status_code == 401
    assert (
        xapi.ask("PUT", "activities/state", {}, activityId=ACTIVITY["id"], agent=AGENT, stateId="s").status_code == 401
    )


def test_scopes_bind(app: Flask, people: Cast) -> None:
    """Sabotage: leave permits() out of handle()."""
    writer = machine(app, people.organisations["anyi"], scopes=("statements/write",))
    assert writer.post(made()).status_code == 200
    assert writer.get("statements").status_code == 403


def test_the_secret_is_kept_nowhere(xapi: Machine) -> None:
    """Sabotage: write the secret into the row."""
    with transaction(SYSTEM) as session:
        row = session.execute(text("select lrs_key::text from lrs_key")).scalar_one()
    assert xapi.issued.secret not in row
    assert xapi.issued.secret.encode().hex() not in row


def test_a_key_is_checked_in_a_tenth_of_a_millisecond(xapi: Machine) -> None:
    """Sabotage: hash the secret with argon2."""
    keys.check(xapi.issued.key, xapi.issued.secret)
    times = []
    for _ in range(200):
        begun = process_time()
        keys.check(xapi.issued.key, xapi.issued.secret)
        times.append(process_time() - begun)
    assert min(times) < 0.0001


def test_the_command_prints_a_key_that_works(app: Flask, people: Cast) -> None:
    """Sabotage: print the hash."""
    answer = CliRunner().invoke(
        commands.cli, ["lrs-key", "outside", "--json", "--organisation", "安颐职业培训学校"], obj=None
    )
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.output)
    assert Machine(app, keys.Issued(said["key"], said["secret"])).get("statements").status_code == 200
    refused = CliRunner().invoke(commands.cli, ["lrs-key", "x", "--organisation", "nobody"])
    assert refused.exit_code == 1
    assert "no organisation" in refused.output


def test_the_inner_door_keeps_records_for_a_trainee(xapi: Machine, people: Cast) -> None:
    """Sabotage: leave widened() out of store(): row-level security refuses the trainee's transaction."""
    school = people.organisations["anyi"]
    one = {name: value for name, value in made().items() if name != "id"}
    with transaction(Principal(person_id=people.xiulan)) as session:
        stored = actions.store([one, made()], school)
        assert session.scalar(text("select count(*) from lrs_statement")) == 0, "and the door is shut again behind it"
    assert set(xapi.found()) == {str(statement_id) for statement_id in stored}
    assert xapi.get("statements", limit="1").json["statements"][0]["authority"]["account"]["name"] == "learning"


def test_a_request_is_handled_inside_an_open_transaction(xapi: Machine, people: Cast) -> None:
    """Sabotage: leave begin_nested() out of Session.transaction: the refusal's own statement stays."""
    caller = keys.Caller(people.organisations["anyi"], "learning")
    good, bad = made(), made()
    xapi.post(bad)
    headers = {"x-experience-api-version": "1.0.3", "content-type": "application/json"}

    def post(*batch: dict[str, object]) -> int:
        return handle(
            Call("POST", "statements", {}, headers, json.dumps(batch).encode()), caller, "https://e.cn"
        ).status

    other = {**bad, "verb": {"id": "https://example.cn/other"}}
    with transaction(Principal(person_id=people.xiulan)) as session:
        assert post(good) == 200
        assert post(made(), other) == 409
        assert session.scalar(text("select count(*) from lrs_statement")) == 0, (
            "the learner sees no records of the tenant"
        )
    assert set(xapi.found()) == {good["id"], bad["id"]}


def test_statements_lie_in_the_table_of_their_month(xapi: Machine) -> None:
    """Sabotage: shift by 20 bits in lrs_add_month: everything falls into the rest."""
    xapi.post(made())
    with transaction(SYSTEM) as session:
        tables = session.scalars(text("select distinct tableoid::regclass::text from lrs_statement")).all()
        month = session.scalar(text("select to_char(now() at time zone 'UTC', '\"lrs_statement_\"YYYY_MM')"))
    assert tables == [month]


def test_the_command_makes_room_for_the_months_to_come(app: Flask) -> None:
    """Sabotage: leave `security definer` out of lrs_add_month: the application's role owns no tables."""
    count = text("select count(*) from pg_inherits where inhparent = 'lrs_statement'::regclass")
    with transaction(SYSTEM) as session:
        before = session.scalar(count)
    answer = CliRunner().invoke(commands.cli, ["lrs-months", "--ahead", "6"])
    assert answer.exit_code == 0, answer.output
    with transaction(SYSTEM) as session:
        assert session.scalar(count) == (before or 0) + 3


def test_the_command_finds_the_organisation(app: Flask, people: Cast) -> None:
    """Sabotage: take an authority for one; or the first whose name contains the words."""

    def said(*words: str) -> str:
        return CliRunner().invoke(commands.cli, ["lrs-key", "x", *words]).output

    assert "安颐职业培训学校" in said("--organisation", str(people.organisations["anyi"]))
    assert "no organisation" in said("--organisation", "安颐")
    assert "no organisation" in said("--organisation", str(people.organisations["shunde"]))
    assert "organisation" in said()


def test_the_command_replaces_and_ends_keys(app: Flask, people: Cast) -> None:
    """Sabotage: leave --rotate out."""
    school = ["--organisation", "安颐职业培训学校", "--json"]

    def run(*words: str) -> dict[str, str]:
        return json.loads(CliRunner().invoke(commands.cli, ["lrs-key", "night", *school, *words]).output)

    old = run("--purpose", "每晚一次")
    new = run("--rotate")
    assert old["key"] != new["key"]
    for issued in (old, new):
        assert Machine(app, keys.Issued(issued["key"], issued["secret"])).get("statements").status_code == 200
    assert run("--revoke") == {"revoked": 2}
    assert Machine(app, keys.Issued(new["key"], new["secret"])).get("statements").status_code == 401
