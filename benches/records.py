"""What the record store costs: writing, and reading pages of fifty at ten thousand and at a million statements.

The rows are written straight into the tables by the superuser of the bench's own PostgreSQL: no door of the platform
leads there. Payloads, links and ids are as the store itself writes them, so that the same indexes are walked.
"""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psycopg

from benches.measure import Cost, Request
from lms.lrs.rules.entry import Authority, prepare
from lms.lrs.rules.references import Kind, ref
from lms.lrs.rules.sequence import SHIFT, first_of
from lms.lrs.rules.statement import complete, read_statement
from lms.lrs.rules.versions import Version

# Few enough that each has a full page already at ten thousand statements.
AGENTS, LESSONS, REGISTRATIONS = 100, 100, 100
PAGE = 50
HOME = "https://yanxue.example"
COURSE = f"{HOME}/courses/1"

_SEED = """
with template (payload) as (values (%(payload)s)), made as (
  select n, gen_random_uuid() as id,
    (%(base)s::bigint + n * 20) << 22 as seq
  from generate_series(%(begin)s + 1, %(upto)s) as n
), kept as (
  insert into lrs_statement (tenant_id, seq, id, payload)
  select %(tenant)s, seq, id, replace(replace(replace(replace(payload, 'T-ID', id::text),
    'T-AGENT', (n %% %(agents)s)::text), 'T-LESSON', (n %% %(lessons)s)::text),
    'T-REGISTRATION', lpad((n %% %(registrations)s)::text, 12, '0')) from made, template
), named as (
  insert into lrs_statement_id (tenant_id, id, seq, hash) select %(tenant)s, id, seq, id from made
)
insert into lrs_link (tenant_id, ref, kind, seq)
select %(tenant)s, link.ref, link.kind, made.seq from made cross join lateral (values
  ((%(agent_refs)s::bigint[])[1 + n %% %(agents)s], 1),
  ((%(lesson_refs)s::bigint[])[1 + n %% %(lessons)s], 3),
  ((%(registration_refs)s::bigint[])[1 + n %% %(registrations)s], 5),
  (%(verb_ref)s, 6), (%(course_ref)s, 4), (%(authority_ref)s, 2)
) as link (ref, kind)
"""


class Store:
    """The tenant of a key, its requests, and rows put in behind the doors."""

    def __init__(self, superuser_url: str, port: int, key: dict[str, str]) -> None:
        self._url, self._port, self._key, self.stored = superuser_url.replace("+psycopg", ""), port, key, 0
        with psycopg.connect(self._url) as connection:
            row = connection.execute("select tenant_id from lrs_key where key = %s", [key["key"]]).fetchone()
        assert row is not None
        self.tenant: UUID = row[0]
        # twenty milliseconds apart, and all of them before now
        self._base = first_of(datetime.now(UTC) - timedelta(days=1)) >> SHIFT
        self._authority = Authority.account(HOME, "bench")

    def grow_to(self, many: int) -> None:
        """Put statements in until there are so many, then let the server tidy up."""
        step = 100_000
        with psycopg.connect(self._url, autocommit=True) as connection:
            while self.stored < many:
                upto = min(self.stored + step, many)
                connection.execute(_SEED, self._values(self.stored, upto))
                self.stored = upto
            for table in ("lrs_statement", "lrs_statement_id", "lrs_link"):
                connection.execute(f"vacuum (analyze) {table}")
            connection.execute("checkpoint")

    def writes(self) -> dict[str, Callable[[int, int], Request]]:
        """The requests that write, by name."""
        return {"POST 1": lambda *_: self.post(1), "POST 50": lambda *_: self.post(50), "PUT state": self.state}

    def reads(self) -> dict[str, Callable[[int, int], Request]]:
        """The requests for a page of fifty, by name."""
        return {
            "GET agent": lambda _, n: self.get(agent=agent(n)),
            "GET activity": lambda _, n: self.get(activity=lesson(n)),
            "GET related": lambda *_: self.get(activity=COURSE, related_activities=True),
            "GET registration": lambda _, n: self.get(registration=registration(n)),
            "GET newest": lambda *_: self.get(),
        }

    def post(self, many: int) -> Request:
        """POST of statements as a course sends them."""
        batch = [statement(str(uuid4()), f"{uuid4().int % AGENTS}", f"{uuid4().int % LESSONS}") for _ in range(many)]
        return Request(
            "POST", "/xapi/statements", json.dumps(batch[0] if many == 1 else batch).encode(), self._headers()
        )

    def state(self, thread: int, number: int) -> Request:
        """PUT of a bookmark, 450 bytes."""
        asked = {"activityId": lesson(number), "agent": json.dumps(agent(thread)), "stateId": f"bookmark-{number % 20}"}
        body = json.dumps({"place": number, "text": "x" * 420}).encode()
        return Request("PUT", f"/xapi/activities/state?{urlencode(asked)}", body, self._headers(), 204)

    def get(self, **asked: object) -> Request:
        """GET of a page."""
        words = {name: value if isinstance(value, str) else json.dumps(value) for name, value in asked.items()}
        return Request("GET", f"/xapi/statements?{urlencode({**words, 'limit': PAGE})}", None, self._headers())

    def _headers(self) -> dict[str, str]:
        words = base64.b64encode(f"{self._key['key']}:{self._key['secret']}".encode()).decode()
        common = {"Host": f"127.0.0.1:{self._port}", "X-Experience-API-Version": "1.0.3"}
        return {**common, "Content-Type": "application/json", "Authorization": f"Basic {words}"}

    def _values(self, begin: int, upto: int) -> dict[str, object]:
        one = read_statement(json.dumps(statement(str(uuid4()), "T-AGENT", "T-LESSON")).encode(), Version.V1_0_3)
        payload = complete(one, "2026-11-22T08:00:00.000Z", self._authority.json)
        words = {"T-ID": str(one.id), "T-REGISTRATION": one.event.context.registration[-12:]}  # type: ignore[union-attr]
        for placeholder, text in words.items():
            payload = payload.replace(text, placeholder)
        known = {link for link, _ in ((kind, r) for kind, r in prepare(one, self.tenant, self._authority).links)}
        assert known == {
            Kind.AGENT,
            Kind.ACTIVITY,
            Kind.REGISTRATION,
            Kind.VERB,
            Kind.RELATED_ACTIVITY,
            Kind.RELATED_AGENT,
        }
        values: dict[str, object] = {"payload": payload, "tenant": self.tenant, "begin": begin, "upto": upto}
        values["base"] = self._base
        values |= {"agents": AGENTS, "lessons": LESSONS, "registrations": REGISTRATIONS}
        values |= {"agent_refs": [self._ref(f"account {HOME} {n}") for n in range(AGENTS)]}
        values |= {"lesson_refs": [self._ref(lesson(n)) for n in range(LESSONS)]}
        values |= {"registration_refs": [self._ref(registration(n)) for n in range(REGISTRATIONS)]}
        values |= {"verb_ref": self._ref(VERB), "course_ref": self._ref(COURSE)}
        return values | {"authority_ref": self._ref(f"account {HOME} bench")}

    def _ref(self, text: str) -> int:
        return ref(self.tenant, text)


VERB = "http://adlnet.gov/expapi/verbs/experienced"


def agent(number: int) -> dict[str, object]:
    """One of the learners."""
    return {"account": {"homePage": HOME, "name": str(number % AGENTS)}}


def lesson(number: int) -> str:
    """One of the lessons."""
    return f"{HOME}/lessons/{number % LESSONS}"


def registration(number: int) -> str:
    """One of the registrations."""
    return f"7a0b9a4e-5c0f-4a58-8a35-{number % REGISTRATIONS:012d}"


def statement(statement_id: str, who: str, what: str) -> dict[str, object]:
    """About a kilobyte, with Chinese words, a registration, a parent and a result."""
    number = int(who) if who.isdecimal() else 0
    return {
        "id": statement_id,
        "actor": {"objectType": "Agent", "account": {"homePage": HOME, "name": who}, "name": "学员"},
        "verb": {"id": VERB, "display": {"zh-CN": "学了", "en-US": "experienced"}},
        "object": {
            "objectType": "Activity",
            "id": f"{HOME}/lessons/{what}",
            "definition": {
                "name": {"zh-CN": "拍好产品照片：窗边的光、干净的镜头、三个角度"},
                "type": f"{HOME}/types/lesson",
            },
        },
        "context": {
            "registration": registration(number),
            "platform": "bench",
            "language": "zh-CN",
            "contextActivities": {"parent": [{"id": COURSE, "definition": {"name": {"zh-CN": "农村电商入门"}}}]},
            "extensions": {"https://w3id.org/xapi/video/extensions/length": 600},
        },
        "result": {
            "duration": "PT30S",
            "extensions": {"https://w3id.org/xapi/video/extensions/played-segments": "0[.]30"},
        },
        "timestamp": "2026-11-22T08:00:00.000Z",
    }


def median(costs: list[Cost]) -> Cost:
    """The one in the middle by processor time."""
    return sorted(costs, key=lambda cost: cost.cpu_ms)[len(costs) // 2]
