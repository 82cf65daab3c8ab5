"""The query parameters of each resource (Communication 2): which there are, and what they may say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.lrs.rules.actor import identifier, read_agent
from lms.lrs.rules.formats import Format
from lms.lrs.rules.iri import check_iri
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.timestamps import parse_timestamp
from lms.lrs.rules.uuids import parse_uuid

Params = Mapping[str, str]
PAGE = 100
LARGEST_PAGE = 500
_ONE = frozenset({"statementId", "voidedStatementId", "attachments", "format"})
_MANY = frozenset(
    {"agent", "verb", "activity", "registration", "related_activities", "related_agents", "since", "until", "limit"}
    | {"format", "attachments", "ascending", "cursor"}
)


@dataclass(frozen=True)
class Question:
    """What GET /statements asks for when it asks for many. Identifiers are the texts that links are made of.

    `within` is asked by our own pages alone: an activity that the statement has around it besides the one it is about.
    """

    agent: str | None = None
    verb: str | None = None
    activity: str | None = None
    registration: str | None = None
    related_agents: bool = False
    related_activities: bool = False
    since: datetime | None = None
    until: datetime | None = None
    limit: int = PAGE
    ascending: bool = False
    cursor: int | None = None
    within: str | None = None


def single(params: Params) -> tuple[UUID, bool] | None:
    """(id, whether the voided one is meant) where the request names one statement; None otherwise; raises Invalid."""
    named = [name for name in ("statementId", "voidedStatementId") if name in params]
    if not named:
        return None
    if len(named) == 2:
        raise Invalid("statementId", "must not come together with voidedStatementId")
    known(params, _ONE)
    return parse_uuid(params[named[0]], named[0]), named[0] == "voidedStatementId"


def question(params: Params) -> Question:
    """What is asked for; raises Invalid for an unknown parameter or a value that cannot be."""
    known(params, _MANY)
    return Question(
        agent=_agent(params),
        verb=_iri(params, "verb"),
        activity=_iri(params, "activity"),
        registration=str(parse_uuid(params["registration"], "registration")) if "registration" in params else None,
        related_agents=flag(params, "related_agents"),
        related_activities=flag(params, "related_activities"),
        since=_moment(params, "since"),
        until=_moment(params, "until"),
        limit=_limit(params),
        ascending=flag(params, "ascending"),
        cursor=_cursor(params),
    )


def format_of(params: Params) -> Format:
    """The format asked for, exact by default; raises Invalid."""
    try:
        return Format(params.get("format", "exact"))
    except ValueError as problem:
        raise Invalid("format", "must be exact, ids or canonical") from problem


def flag(params: Params, name: str) -> bool:
    """A parameter that is true or false, false by default; raises Invalid."""
    value = params.get(name, "false").lower()
    if value not in {"true", "false"}:
        raise Invalid(name, "must be true or false")
    return value == "true"


def known(params: Params, names: frozenset[str] | set[str]) -> None:
    """Refuse parameters that the resource does not have; their case counts; raises Invalid."""
    for name in params:
        if name not in names:
            raise Invalid(name[:80], "is not a parameter of this resource")


def text(params: Params, name: str) -> str:
    """A required parameter; raises Invalid."""
    if not params.get(name):
        raise Invalid(name, "this parameter is required")
    if "\0" in params[name]:
        raise Invalid(name, "must not contain the character U+0000")
    return params[name]


def iri(params: Params, name: str) -> str:
    """A required parameter that is an IRI; raises Invalid."""
    check_iri(text(params, name), name)
    return params[name]


def moment(params: Params, name: str) -> datetime | None:
    """An optional parameter that is a timestamp; raises Invalid."""
    return _moment(params, name)


def _agent(params: Params) -> str | None:
    if "agent" not in params:
        return None
    found = identifier(read_agent(params["agent"]))
    if not found:
        raise Invalid("agent", "an anonymous group cannot be searched for")
    return found


def _iri(params: Params, name: str) -> str | None:
    return iri(params, name) if name in params else None


def _moment(params: Params, name: str) -> datetime | None:
    if name not in params:
        return None
    try:
        return parse_timestamp(params[name], name)
    except Invalid:
        # A plus sign that nobody encoded arrives as a space.
        return parse_timestamp(params[name].replace(" ", "+"), name)


def _limit(params: Params) -> int:
    value = params.get("limit", "0")
    if not value.isdecimal() or not value.isascii() or len(value) > 9:
        raise Invalid("limit", "must be a number, 0 for as many as the store gives at once")
    return min(int(value) or PAGE, LARGEST_PAGE)


def _cursor(params: Params) -> int | None:
    value = params.get("cursor")
    if value is None:
        return None
    if not value.isdecimal() or not value.isascii() or len(value) > 19:
        raise Invalid("cursor", "must be taken from a `more` address as it stands")
    return int(value)
