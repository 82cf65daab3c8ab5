"""A cmi5 course of the school anyi, launched for outside actors; and an AU that speaks as the specification says."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
from flask import Flask
from flask.testing import FlaskClient

from lms.foundation.database import transaction
from lms.learning.actions import opening
from lms.learning.rules.cmi5.preferences import PROFILE
from lms.learning.rules.cmi5.terms import MoveOn, Terms
from lms.lrs import queries
from lms.lrs.connection import cursor
from lms.lrs.rules.parameters import Question
from lms.lrs.rules.vocabulary import Verb
from tests.learning.cmi5.study import said
from tests.learning.packages import PackageRoom, a_package, content_client
from tests.people import SYSTEM, Cast

ACTOR = {"objectType": "Agent", "account": {"homePage": "https://other.example", "name": "u-1"}}
PAGE = b"<!doctype html><title>AU</title>"


def an_au(number: int = 1, **settings: Any) -> dict[str, Any]:
    """One AU as the reader of packages writes it."""
    own = {"launch_method": "AnyWindow", "move_on": "CompletedAndPassed", "mastery_score": 0.6, **settings}
    return {
        "kind": "au",
        "identifier": f"https://author.example/au/{number}",
        "entry": "index.html?paramA=1&paramB=2",
        "settings": {"launch_parameters": "", "entitlement_key": "", "objectives": [], "activity_type": "", **own},
    }


def a_course(
    people: Cast,
    *aus: dict[str, Any],
    children: list[Any] | None = None,
    state: str = "checked",
    page: bytes = PAGE,
) -> PackageRoom:
    """A course of these AUs, in one block unless `children` say otherwise."""
    found = list(aus) or [an_au()]
    block = {"id": "https://author.example/block/1", "title": "第一单元"}
    block["children"] = [{"au": number} for number in range(1, len(found) + 1)]
    inside = [{"block": block}] if children is None else children
    structure = {"id": "https://author.example/course", "title": "水稻育秧", "children": inside}
    return a_package(people, "cmi5", {"index.html": page}, found, state, structure)


def launch(room: PackageRoom, au: int = 0, actor: dict[str, Any] | None = None, **how: Any) -> opening.Opened:
    """Open an AU for an outside actor."""
    with transaction(SYSTEM):
        return opening.open_external(room.version_id, room.lessons[au], actor or ACTOR, **how)


def told(people: Cast, registration: UUID) -> list[dict[str, Any]]:
    """The statements that the school's record store has of a registration, as they came."""
    asked = Question(registration=str(registration), ascending=True, limit=500)
    with transaction(SYSTEM):
        rows, _ = queries.page(cursor(), people.organisations["anyi"], asked)
    return [msgspec.json.decode(payload) for _, payload in rows]


def verbs(people: Cast, registration: UUID) -> list[str]:
    """The same as the last words of their verbs."""
    return [statement["verb"]["id"].rpartition("/")[2] for statement in told(people, registration)]


@dataclass
class Au:
    """An AU in a browser: it knows the address it was opened with, and nothing else."""

    client: FlaskClient
    url: str
    auth: str = ""
    terms: Terms = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}
        self.actor = msgspec.json.decode(self.parameters["actor"])

    @classmethod
    def of(cls, app: Flask, opened: opening.Opened) -> "Au":
        """The AU of a launch, in a browser of its own."""
        return cls(content_client(app), opened.url)

    def begin(self) -> "Au":
        """Fetch the token, read launch data and preferences, say initialized."""
        self.fetch()
        self.read_launch_data()
        self.read_preferences()
        assert self.say(Verb.INITIALIZED).status_code == 204
        return self

    def fetch(self) -> dict[str, str]:
        """Ask for the token; it is kept where it was given."""
        answer = self.client.post(self.parameters["fetch"])
        assert answer.status_code == 200 and answer.content_type == "application/json"
        found: dict[str, str] = answer.get_json()
        self.auth = f"Basic {found['auth-token']}" if "auth-token" in found else self.auth
        return found

    def read_launch_data(self) -> dict[str, Any]:
        """Read LMS.LaunchData, and speak by it from now on."""
        answer = self.ask("GET", "activities/state", self.state("LMS.LaunchData"))
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.get_json()
        self.terms = Terms(
            session=next(iter(data["contextTemplate"]["extensions"].values())),
            registration=self.parameters["registration"],
            activity_id=self.parameters["activityId"],
            publisher_id=data["contextTemplate"]["contextActivities"]["grouping"][0]["id"],
            actor=self.actor,
            move_on=MoveOn(data["moveOn"]),
            mastery_score=data.get("masteryScore"),
        )
        return data

    def read_preferences(self) -> Any:
        """Read the learner preferences."""
        return self.ask("GET", "agents/profile", {"agent": self.parameters["actor"], "profileId": PROFILE})

    def state(self, name: str) -> dict[str, str]:
        """The parameters of a document of its own."""
        mine = {"agent": self.parameters["actor"], "activityId": self.parameters["activityId"]}
        return {**mine, "registration": self.parameters["registration"], "stateId": name}

    def say(self, verb: Verb, **changes: Any) -> Any:
        """Send a statement of cmi5."""
        return self.put(said(verb, self.terms, **changes))

    def put(self, statement: dict[str, Any]) -> Any:
        """Send one statement."""
        return self.ask("PUT", "statements", {"statementId": statement["id"]}, statement)

    def post(self, *statements: dict[str, Any]) -> Any:
        """Send a batch."""
        return self.ask("POST", "statements", {}, list(statements))

    def ask(
        self, method: str, resource: str, params: dict[str, str] | None = None, body: Any = None, **headers: str
    ) -> Any:
        """One request to the record store."""
        sent = {"X-Experience-API-Version": "1.0.3", "Authorization": self.auth, **headers}
        data = None if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        address = self.parameters["endpoint"].rstrip("/") + "/" + resource
        return self.client.open(address, method=method, query_string=params, data=data, headers=sent)
