"""Statements out of files: every rule of POST, a report for each line, the same file twice adds nothing."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.lrs import importing
from lms.lrs.importing import ImportView, LineView, Unreadable, split
from tests.lrs.conftest import Machine
from tests.lrs.statements import made, statement
from tests.people import SYSTEM, Cast

Clients = Callable[[UUID | None], FlaskClient]


def lines(*statements: Any) -> bytes:
    """JSON Lines."""
    return b"\n".join(json.dumps(one).encode() if not isinstance(one, bytes) else one for one in statements)


def sent(people: Cast, client_for: Clients, content: bytes, name: str = "记录.jsonl", **changes: str) -> Any:
    """What is answered to a clerk who sends a file in."""
    form = {"tenant_id": str(people.organisations["anyi"]), "version": "1.0.3", "token": str(uuid4()), **changes}
    return client_for(people.liumin).post("/record-imports", data={**form, "file": (BytesIO(content), name)})


def taken(people: Cast, client_for: Clients, content: bytes, **changes: str) -> tuple[ImportView, list[LineView]]:
    """What became of a file once its job is done."""
    answer = sent(people, client_for, content, **changes)
    assert answer.status_code == 303, answer.text
    import_id = UUID(answer.location.rpartition("/")[2])
    tenants = {people.organisations["anyi"]}
    with transaction(SYSTEM):
        found, _, job = importing.view(import_id, tenants)
    assert job is not None
    jobs.run(job.id)
    with transaction(SYSTEM):
        found, bad, _ = importing.view(import_id, tenants)
    return found, bad


def figures(found: ImportView) -> tuple[str, int, int, int, int]:
    """State and counts."""
    return found.state, found.lines, found.kept, found.known, found.refused


def test_lines_are_taken_or_told_apart(xapi: Machine, people: Cast, client_for: Clients) -> None:
    """Sabotage: stop at the first line that is refused, or count it as taken."""
    good = [made() for _ in range(60)]
    wrong = {**made(), "verb": {"id": "no iri"}}
    found, bad = taken(people, client_for, lines(*good[:55], wrong, b"{no json", b"", *good[55:]))
    assert figures(found) == ("done", 62, 60, 0, 2)
    assert [(line.line, line.property) for line in bad] == [(56, "verb.id"), (57, "")]
    assert set(xapi.found(limit="100")) == {one["id"] for one in good}


def test_the_authority_is_the_stores(xapi: Machine, people: Cast, client_for: Clients) -> None:
    """Sabotage: keep the authority of the file."""
    one = {**made(), "authority": {"mbox": "mailto:elsewhere@example.cn"}, "stored": "2020-01-01T00:00:00Z"}
    found, _ = taken(people, client_for, json.dumps({"statements": [one], "more": ""}).encode(), name="out.json")
    told = xapi.get("statements", statementId=one["id"]).json
    assert told["authority"]["account"]["name"] == f"import/{found.id}"
    assert told["stored"] > "2026"


def test_the_same_file_again_adds_nothing(xapi: Machine, people: Cast, client_for: Clients) -> None:
    """Sabotage: make ids up with uuid4 for lines that have none."""
    content = lines(statement(), statement(), made())
    assert figures(taken(people, client_for, content)[0])[2:] == (3, 0, 0)
    assert figures(taken(people, client_for, content)[0])[2:] == (0, 3, 0)
    assert len(xapi.found()) == 3


def test_the_same_form_again_is_the_same_import(people: Cast, client_for: Clients) -> None:
    """Sabotage: leave the token out of ask()."""
    token = str(uuid4())
    first = sent(people, client_for, lines(made()), token=token)
    assert sent(people, client_for, lines(made()), token=token).location == first.location


def test_a_taken_id_that_says_something_else_is_told(xapi: Machine, people: Cast, client_for: Clients) -> None:
    """Sabotage: let one conflict undo its whole batch."""
    one, twin = made(), made()
    xapi.post(one)
    other = {**one, "actor": {"mbox": "mailto:other@example.cn"}}
    found, bad = taken(people, client_for, lines(made(), other, twin, twin, made()))
    assert figures(found) == ("done", 5, 3, 1, 1)
    assert [(line.line, line.property) for line in bad] == [(2, "id")]


def test_a_killed_attempt_goes_on_where_it_stopped(
    xapi: Machine, people: Cast, client_for: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: begin at the first line again: what was taken counts as known."""
    real, calls = importing._take, []

    def die_at_the_second(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        real(*arguments)

    monkeypatch.setattr(importing, "_take", die_at_the_second)
    answer = sent(people, client_for, lines(*(made() for _ in range(120))))
    import_id, tenants = UUID(answer.location.rpartition("/")[2]), {people.organisations["anyi"]}
    with transaction(SYSTEM):
        _, _, job = importing.view(import_id, tenants)
    assert job is not None
    jobs.run(job.id)
    with transaction(SYSTEM):
        assert figures(importing.view(import_id, tenants)[0]) == ("queued", 50, 50, 0, 0)
    jobs.run(job.id)
    with transaction(SYSTEM):
        assert figures(importing.view(import_id, tenants)[0]) == ("done", 120, 120, 0, 0)


def test_what_is_no_record_is_refused_in_words(people: Cast, client_for: Clients) -> None:
    """Sabotage: leave validate_file out of ImportForm."""
    assert "不是记录文件" in sent(people, client_for, b"x", name="a.docx").text
    assert "这个文件是空的" in sent(people, client_for, b"").text
    found, _ = taken(people, client_for, b"\x89PNG\r\n", name="a.json")
    assert found.state == "failed"


def test_the_report_is_on_the_page(people: Cast, client_for: Clients) -> None:
    """Sabotage: leave the lines out of import.html."""
    found, _ = taken(people, client_for, lines(made(), {**made(), "object": {}}))
    page = client_for(people.liumin).get(f"/record-imports/{found.id}").text
    assert "2 条都看完了，1 条没收" in page
    assert "第 2 条" in page
    assert client_for(people.chenbo).get(f"/record-imports/{found.id}").status_code == 404


def test_another_school_is_not_imported_into(app: Flask, people: Cast, client_for: Clients) -> None:
    """Sabotage: take the organisation from the form without looking whose it is."""
    other = str(people.organisations["qiming"])
    assert sent(people, client_for, lines(made()), tenant_id=other).status_code == 422


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b'[{"a":1},{"b":2}]', 2),
        (b'\xef\xbb\xbf{"a":1}\n{"b":2}\n\n', 2),
        (b'{"statements":[{"a":1}],"more":""}', 1),
        (b'{\n "actor": {}\n}', 1),
        (b'{"a":1}', 1),
        (b"[]", 0),
    ],
)
def test_kinds_of_files(content: bytes, count: int) -> None:
    """Sabotage: read every file line by line."""
    assert len(list(split(content))) == count


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"[1", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_at_all(content: bytes) -> None:
    """Sabotage: let msgspec's errors out."""
    with pytest.raises(Unreadable):
        list(split(content))
