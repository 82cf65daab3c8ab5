"""Who may call what: every address × method × role × tenant × enrolment, against the table in the repository.

permission_matrix.tsv says for each actor: `open` the door opens (whatever the answer then is), `sign-in` nobody is
signed in, `absent` there is no such page for them, `key` a key of the record store is asked for. All objects belong to
the school anyi; xiulan is enrolled there, ahui is enrolled nowhere, chenbo and zhaojun stand for elsewhere, weijun is
anyi's approver, linlan answers for it, fangyu audits in its region, haoran is an administrator of the federation of
disabled persons: the whole province, but one department and its plan.
"""

import csv
from pathlib import Path
from uuid import uuid4

import pytest
from werkzeug.routing import Rule

from lms.foundation.database import db
from tests import world
from tests.conftest import client_of

TABLE = Path(__file__).with_name("permission_matrix.tsv")
ACTORS = ("nobody", "xiulan", "ahui", "liumin", "chenbo", "hequan", "zhaojun", "suwen")
ACTORS += ("weijun", "linlan", "fangyu", "haoran")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# A door that looks at the body before the object must be knocked at with a good one.
BODIES = {
    "learning.record": {
        "beats": [{"id": str(uuid4()), "seq": 1, "stretches": [[0, 1]], "position_ms": 1, "why": "tick"}],
    },
    "learning.answer_check": {"chosen": "x"},
    "learning.keep_wish": {"slow": True},
    "organisations.take_role": {"role": "clerk"},
}
# Signing out would take the session away that the rest of the row is asked with; it is public.
SKIPPED = {"accounts.sign_out"}


def expected() -> dict[tuple[str, str], dict[str, str]]:
    """The table, by endpoint and method."""
    with TABLE.open(newline="") as lines:
        return {(row.pop("endpoint"), row.pop("method")): row for row in csv.DictReader(lines, delimiter="\t")}


def doors(app) -> list[tuple[Rule, str]]:
    """Every address of the application with each method it answers."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))
    return [
        (rule, method)
        for rule in rules
        for method in METHODS
        if method in rule.methods and rule.endpoint not in SKIPPED
    ]


def word(answer) -> str:
    """What an answer says about the door."""
    to_sign_in = answer.status_code == 302 and answer.location.startswith("/sign-in?next=")
    if answer.status_code == 401:
        return "key" if answer.headers.get("WWW-Authenticate", "").startswith("Basic") else "sign-in"
    if to_sign_in:
        return "sign-in"
    return {404: "absent", 500: "fault", 503: "fault"}.get(answer.status_code, "open")


@pytest.fixture
def found(app, people):
    """What each actor meets at each door; what a call changed is undone before the next."""
    objects = world.build(people)
    clients = {actor: client_of(app, None if actor == "nobody" else people.ids[actor]) for actor in ACTORS}
    connection = db.engine
    table = {}
    for rule, method in doors(app):
        with app.test_request_context():
            address = app.url_map.bind("app.lms.localhost").build(
                rule.endpoint, objects.arguments(rule.endpoint, rule.arguments)
            )
        row = {}
        for actor, client in clients.items():
            undo = connection.begin_nested()
            row[actor] = word(client.open(address, method=method, json=BODIES.get(rule.endpoint)))
            undo.rollback()
        table[rule.endpoint, method] = row
    return table


def test_every_door_opens_for_those_in_the_table_alone(found):
    """Sabotage: drop an @allow or a policy, or load by id without the tenant: a cell changes."""
    wanted = expected()
    lines = ["\t".join(["endpoint", "method", *ACTORS])]
    lines += ["\t".join([*door, *row.values()]) for door, row in sorted(found.items())]
    output = TABLE.parent / ".output" / TABLE.name
    output.parent.mkdir(exist_ok=True)
    output.write_text("\n".join(lines) + "\n")
    differences = {door: (wanted.get(door), row) for door, row in found.items() if wanted.get(door) != row}
    gone = set(wanted) - set(found)
    assert not [door for door, row in found.items() if "fault" in row.values()]
    assert differences == {} and gone == set(), f"what was found is in {output}"
