"""A school with a key, and a machine that speaks xAPI with it."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lms.foundation.database import transaction
from lms.lrs import keys, knowledge
from tests import people as cast_of


class Machine:
    """A client of /xapi: a key, a version, JSON in and out."""

    def __init__(self, app: Flask, issued: keys.Issued, version: str = "1.0.3") -> None:
        self.app, self.issued, self.version = app, issued, version

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        pair = base64.b64encode(f"{self.issued.key}:{self.issued.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}", "X-Experience-API-Version": self.version}

    def ask(
        self, method: str, resource: str, body: Any = None, headers: dict[str, str] | None = None, **params: Any
    ) -> TestResponse:
        """One request; a body that is no bytes goes as JSON."""
        more = {"Content-Type": "application/json", **(headers or {})} if body is not None else headers or {}
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        query = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
        with self.app.test_client() as client:
            return client.open(
                f"/xapi/{resource}", method=method, data=data, query_string=query, headers={**self.headers, **more}
            )

    def get(self, resource: str, **params: Any) -> TestResponse:
        """GET with parameters; dictionaries go as JSON."""
        return self.ask("GET", resource, **params)

    def post(self, body: Any) -> TestResponse:
        """POST statements."""
        return self.ask("POST", "statements", body)

    def found(self, **params: Any) -> list[str]:
        """The ids of the statements that a query finds."""
        answer = self.get("statements", **params)
        assert answer.status_code == 200, answer.json
        return [told["id"] for told in answer.json["statements"]]


def machine(
    app: Flask, tenant_id: UUID, name: str = "tests", version: str = "1.0.3", scopes: tuple[str, ...] = ("all",)
) -> Machine:
    """A machine with a new key of a tenant."""
    with transaction(cast_of.SYSTEM):
        issued = keys.issue(tenant_id, name, scopes)
    return Machine(app, issued, version)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What a process remembers of tables that are gone is forgotten."""
    keys.forget()
    knowledge.forget()
    yield
    keys.forget()
    knowledge.forget()


@pytest.fixture
def school(people: cast_of.Cast) -> UUID:
    """The tenant whose records are kept."""
    return people.organisations["anyi"]


@pytest.fixture
def xapi(app: Flask, school: UUID) -> Machine:
    """A machine of the school that speaks 1.0.3."""
    return machine(app, school)


@pytest.fixture
def xapi2(app: Flask, school: UUID) -> Machine:
    """A machine of the school that speaks 2.0.0."""
    return machine(app, school, version="2.0.0")


@pytest.fixture
def stranger(app: Flask, people: cast_of.Cast) -> Machine:
    """A machine of another school."""
    return machine(app, people.organisations["qiming"])
