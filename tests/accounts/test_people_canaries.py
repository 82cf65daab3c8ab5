"""Canary people walk through every page about people; then their number, phone and disability are searched for.

Searched: log lines, addresses, what wakes workers, job rows, and every column of every table, in clear, hex, base64 and
percent-encoded. A harness that finds nothing must first find what is put there on purpose.
"""

import base64
import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import select, text

from lms.accounts import queries
from lms.accounts.models import Person
from lms.accounts.rules.real_names import PAPERS
from lms.foundation import jobs
from lms.foundation.database import db, transaction
from tests.cohorts.classes import a_class
from tests.cohorts.rosters import HEADER, xlsx
from tests.people import SYSTEM, Cast, id_number

NUMBER, PHONE = id_number("440699", "19710203", 987), "19988776655"
OTHER = id_number("440699", "19710204", 986)
DISABILITY = ("multiple", "多重残疾")
SCAN = b"%PDF-1.7 " + NUMBER.encode() + b" canary scan of a card"


@dataclass
class Seen:
    """Everything that passed by: addresses and messages; log lines are caught by pytest."""

    addresses: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def note(self, answer: Response) -> Response:
        """Write down where a request went and where its answer leads."""
        self.addresses += [unquote(answer.request.full_path), unquote(answer.location or "")]  # type: ignore[attr-defined]
        self.addresses += [f"{name}: {value}" for name, value in answer.headers if name != "Set-Cookie"]
        return answer


def writings(canary: str) -> set[str]:
    """A canary as it may be written; bytes are compared as latin-1."""
    raw = canary.encode()
    encoded = {raw.hex(), base64.b64encode(raw).decode().rstrip("=")[:-1], quote(canary), raw.decode("latin-1")}
    return {canary, canary.lower(), *encoded}


def found_in(text_: str, *canaries: str) -> set[str]:
    """Which canaries a text gives away."""
    return {canary for canary in canaries if any(w in text_ for w in writings(canary))}


def dumped() -> Iterator[tuple[str, str]]:
    """Every row of every table as text, with the name of its table."""
    with transaction(SYSTEM) as session:
        for table in db.metadata.sorted_tables:
            for row in session.execute(select(table)):
                yield table.name, " ".join(_as_text(value) for value in row)
                session.expunge_all()


def _as_text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def test_the_search_finds_what_is_there(people: Cast) -> None:
    """Sabotage of the harness itself: a number in clear in any column, and in any writing, is found."""
    with transaction(SYSTEM) as session:
        session.execute(text("update person set name = :name"), {"name": NUMBER})
    assert any(found_in(row, NUMBER) for _, row in dumped())
    assert all(found_in(f"x{w}y", NUMBER) for w in writings(NUMBER))


@pytest.fixture
def seen(app: Flask) -> Iterator[Seen]:
    kept, before = Seen(), app.extensions["wake"]
    app.extensions["wake"] = kept.messages.append
    yield kept
    app.extensions["wake"] = before


def walk_of_the_trainee(client: FlaskClient, seen: Seen) -> None:
    """Everything a trainee can do about themself, erasing last."""
    version = client.get("/me/consent").text.split('name="version" value="')[1].split('"')[0]
    for address, data in (
        ("/me/consent", {"step": "give", "version": version}),
        ("/me/situation/add", {"key": "disability"}),
        ("/me/situation/add", {"key": "disability", "value": "nonsense"}),
        (
            "/me/situation/add",
            {"key": "disability", "value": DISABILITY[0], "file": (io.BytesIO(SCAN), f"{NUMBER}.pdf")},
        ),
        ("/me/correction", {"field": "id_number", "wanted": OTHER, "reason": f"电话 {PHONE}"}),
        ("/me/correction", {"field": "id_number", "wanted": OTHER[:-1]}),
    ):
        seen.note(client.post(address, data=data))
    for address in ("/me", "/me/details", "/me/situation", "/me/eligible", "/me/data", "/me/data.json", "/me/erase"):
        assert seen.note(client.get(address)).status_code == 200


def walk_of_staff(clerk: FlaskClient, authority: FlaskClient, person_id: UUID, seen: Seen) -> None:
    """Everything staff can do about a person."""
    with transaction(SYSTEM):
        row = queries.attributes(person_id)[0]
    steps: list[tuple[FlaskClient, str, dict[str, str]]] = [
        (clerk, "/people", {"words": NUMBER}),
        (clerk, "/people", {"words": ""}),
        (clerk, f"/people/{person_id}/look", {"reason": "核残疾人证"}),
        (clerk, f"/people/documents/{row.document_id}", {"reason": "核残疾人证"}),
        (clerk, f"/people/attributes/{row.id}", {"step": "vouch"}),
        (clerk, f"/people/{person_id}/enter", {"key": "education", "value": "2"}),
        (clerk, f"/people/{person_id}/enter", {"key": "poor_family_child", "value": "yes"}),
        (clerk, f"/people/{person_id}/corrections", {"decision": "refuse", "answer": ""}),
        (clerk, f"/people/{person_id}/real-name", {"document": PAPERS[0]}),
        (authority, f"/people/{person_id}/reveal", {"reason": "核对名单"}),
        (authority, f"/people/{person_id}/look", {"reason": "审核申领"}),
    ]
    for client, address, data in steps:
        assert seen.note(client.post(address, data=data)).status_code < 500
    for address in ("/people", f"/people/{person_id}", f"/people/{person_id}/corrections"):
        assert seen.note(clerk.get(address)).status_code == 200


def test_canaries_leave_no_trace(
    app: Flask,
    people: Cast,
    client_for: Callable[[UUID | None], FlaskClient],
    seen: Seen,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Sabotage: log a form, put a key in an address, keep a value unsealed, name a file after its owner."""
    caplog.set_level(logging.DEBUG)
    clerk, cohort_id = client_for(people.liumin), a_class(people, state="draft")
    rows = [("金丝雀", NUMBER, PHONE), ("金丝鸟", NUMBER[:-1], PHONE)]
    sent = seen.note(
        clerk.post(f"/cohorts/{cohort_id}/roster", data={"file": (io.BytesIO(xlsx([HEADER, *rows])), "名单.xlsx")})
    )
    for address in (sent.location, f"{sent.location}/rows-to-mend.xlsx"):
        seen.note(clerk.get(address))
    seen.note(clerk.post(sent.location))
    seen.note(clerk.get(f"/cohorts/{cohort_id}"))
    with transaction(SYSTEM) as session:
        person_id = session.scalars(select(Person.id).where(Person.name == "金丝雀")).one()
    trainee = client_for(person_id)
    walk_of_the_trainee(trainee, seen)
    walk_of_staff(clerk, client_for(people.hequan), person_id, seen)

    canaries = (NUMBER, OTHER, PHONE, *DISABILITY)
    printed = capfd.readouterr()
    logged = "\n".join([caplog.text, printed.out, printed.err])
    assert "/people/<uuid:person_id>" in logged, "the log was caught"
    assert found_in(logged, *canaries) == set()
    assert found_in("\n".join(seen.addresses), *canaries) == set()
    assert all(UUID(message) for message in seen.messages)
    with transaction(SYSTEM) as session:
        work = "\n".join(f"{j.title} {j.arguments} {j.result} {j.words}" for j in session.scalars(select(jobs.Job)))
    assert found_in(work, *canaries) == set()
    assert {(table, *found_in(row, *canaries)) for table, row in dumped() if found_in(row, *canaries)} == set()
    assert len(seen.addresses) > 60


def test_nothing_in_the_files_is_readable(
    app: Flask, people: Cast, client_for: Callable[[UUID | None], FlaskClient]
) -> None:
    """Sabotage: keep the upload as it came."""
    client = client_for(people.xiulan)
    sent = {"key": "veteran", "value": "yes", "file": (io.BytesIO(SCAN), "证件.pdf")}
    assert client.post("/me/situation/add", data=sent).status_code == 302
    kept = [path for path in app.extensions["storage"].root.rglob("*") if path.is_file()]
    assert kept and not [p for p in kept if found_in(p.name, NUMBER) or NUMBER.encode() in p.read_bytes()]
