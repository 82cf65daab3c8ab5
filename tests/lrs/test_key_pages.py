"""Keys in the pages: made, shown once, replaced, ended, each with its entry in the audit."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.foundation.database import transaction
from lms.lrs import issuing, keys
from tests.lrs.conftest import Machine
from tests.people import SYSTEM, Cast

Clients = Callable[[UUID | None], FlaskClient]


def audited() -> list[str]:
    """The actions entered, in order."""
    with transaction(SYSTEM) as session:
        return list(session.scalars(text("select action from audit_entry order by id")))


def shown(page: str) -> keys.Issued:
    """The key and the secret on a page."""
    key, secret = (re.search(pattern, page) for pattern in (r"(lrs-[0-9a-f]{16})", r"<code>([\w-]{43})</code>"))
    assert key and secret
    return keys.Issued(key[1], secret[1])


def form(school: UUID, **changes: str) -> dict[str, str]:
    """The form as a clerk fills it in."""
    return {"tenant_id": str(school), "name": "县域平台", "purpose": "每晚取一次", "use": "read", **changes}


def test_a_key_is_shown_once_and_opens_what_was_chosen(
    app: Flask, people: Cast, school: UUID, client_for: Clients
) -> None:
    """Sabotage: render the secret in the list too, or give every key the scope `all`."""
    clerk = client_for(people.liumin)
    answer = clerk.post("/record-keys", data=form(school))
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    issued = shown(answer.text)
    machine = Machine(app, issued)
    assert machine.get("statements").status_code == 200
    assert machine.post([]).status_code == 403, "chosen: read alone"
    listed = clerk.get("/record-keys").text
    assert issued.key in listed
    assert issued.secret not in listed
    assert audited() == ["lrs-key:issue"]


def test_a_form_that_lacks_something_says_what(people: Cast, school: UUID, client_for: Clients) -> None:
    """Sabotage: leave InputRequired out of KeyForm.purpose."""
    answer = client_for(people.liumin).post("/record-keys", data=form(school, purpose=" "))
    assert answer.status_code == 422
    assert "写一句用来做什么" in answer.text
    assert audited() == []


def test_no_key_for_somebody_elses_records(people: Cast, client_for: Clients) -> None:
    """Sabotage: take the organisation from the form without looking whose it is."""
    answer = client_for(people.liumin).post("/record-keys", data=form(people.organisations["qiming"]))
    assert answer.status_code == 422
    assert audited() == []


def test_a_replaced_key_is_good_for_a_day(app: Flask, people: Cast, school: UUID, client_for: Clients) -> None:
    """Sabotage: end the old key at once in rotate(), or never."""
    clerk = client_for(people.liumin)
    old = shown(clerk.post("/record-keys", data=form(school)).text)
    with transaction(SYSTEM):
        [view] = issuing.views({school})
    new = shown(clerk.post(f"/record-keys/{view.id}/rotate").text)
    assert Machine(app, new).get("statements").status_code == 200
    assert Machine(app, old).get("statements").status_code == 200
    assert clerk.post(f"/record-keys/{view.id}/rotate").status_code == 409
    with transaction(SYSTEM) as session:
        session.execute(
            text("update lrs_key set revoked_at = now() - interval '1 second' where key = :k"), {"k": old.key}
        )
        grace = session.scalar(text("select revoked_at from lrs_key where key = :k"), {"k": old.key}) - view.created_at
    assert grace < timedelta(hours=25)
    assert Machine(app, old).get("statements").status_code == 401
    assert Machine(app, new).get("statements").status_code == 200
    assert audited() == ["lrs-key:issue", "lrs-key:rotate"]


def test_an_ended_key_opens_nothing_more(app: Flask, people: Cast, school: UUID, client_for: Clients) -> None:
    """Sabotage: let revoke() end it tomorrow."""
    clerk = client_for(people.liumin)
    issued = shown(clerk.post("/record-keys", data=form(school)).text)
    with transaction(SYSTEM):
        [view] = issuing.views({school})
    assert clerk.post(f"/record-keys/{view.id}/revoke").status_code == 303
    assert Machine(app, issued).get("statements").status_code == 401
    assert clerk.post(f"/record-keys/{view.id}/revoke").status_code == 404
    assert "停了" in clerk.get("/record-keys").text
    assert audited() == ["lrs-key:issue", "lrs-key:revoke"]


def test_another_school_neither_sees_nor_ends_it(people: Cast, school: UUID, client_for: Clients) -> None:
    """Sabotage: leave the tenants out of issuing._good."""
    client_for(people.liumin).post("/record-keys", data=form(school))
    with transaction(SYSTEM):
        [view] = issuing.views({school})
    other = client_for(people.chenbo)
    assert view.key not in other.get("/record-keys").text
    assert other.post(f"/record-keys/{view.id}/revoke").status_code == 404
    assert other.post(f"/record-keys/{view.id}/rotate").status_code == 404
