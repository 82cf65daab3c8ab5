"""What a statement can be found by: agents, activities, registration and verb, as keyed hashes of one size.

A link is (kind, ref). `ref` is 64 bits of BLAKE2b keyed with the tenant, so that IRIs of any length cost the same,
and no tenant's links say anything about another's.
"""

from collections.abc import Iterator
from enum import IntEnum
from hashlib import blake2b
from uuid import UUID

from msgspec import UNSET

from lms.lrs.rules.activity import Activity, Definition
from lms.lrs.rules.actor import Actor, identifier
from lms.lrs.rules.objects import Event, SubStatement, Target
from lms.lrs.rules.statement import Statement


class Kind(IntEnum):
    """How a statement is connected with what it is found by. RELATED rows exist only where there is no direct one."""

    AGENT = 1
    RELATED_AGENT = 2
    ACTIVITY = 3
    RELATED_ACTIVITY = 4
    REGISTRATION = 5
    VERB = 6


def ref(tenant_id: UUID, text: str) -> int:
    """The signed 64-bit key of an identifier within a tenant."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8, key=tenant_id.bytes).digest(), "big", signed=True)


def links(statement: Statement, authority: Actor) -> set[tuple[Kind, str]]:
    """All that the statement is found by, each with the text that is hashed."""
    direct = set(_direct(statement))
    agents = {text for kind, text in direct if kind is Kind.AGENT}
    activities = {text for kind, text in direct if kind is Kind.ACTIVITY}
    around_agents = set(_around_agents(statement, authority)) - agents
    around_activities = {activity.id for activity in _around_activities(statement)} - activities
    direct.update((Kind.RELATED_AGENT, text) for text in around_agents)
    direct.update((Kind.RELATED_ACTIVITY, text) for text in around_activities)
    return direct


def agents_named(statement: Statement) -> dict[str, str]:
    """The names that the statement's actor and object give to agents, by identifier."""
    named = {}
    for actor in (statement.event.actor, statement.target):
        if isinstance(actor, Actor) and actor.name is not UNSET and identifier(actor):
            named[identifier(actor)] = actor.name
    return named


def definitions(statement: Statement) -> dict[str, Definition]:
    """The definitions that the statement gives to activities, by IRI."""
    found: dict[str, Definition] = {}
    for activity in (*_around_activities(statement), *_objects(statement)):
        if activity.definition is not UNSET:
            found[activity.id] = activity.definition
    return found


def activities(statement: Statement) -> set[str]:
    """The IRIs of all activities in the statement."""
    return {activity.id for activity in (*_around_activities(statement), *_objects(statement))}


def _direct(statement: Statement) -> Iterator[tuple[Kind, str]]:
    event = statement.event
    yield Kind.VERB, event.verb.id
    for text in _identifiers(event.actor):
        yield Kind.AGENT, text
    if isinstance(statement.target, Actor):
        for text in _identifiers(statement.target):
            yield Kind.AGENT, text
    if isinstance(statement.target, Activity):
        yield Kind.ACTIVITY, statement.target.id
    if event.context is not UNSET and event.context.registration is not UNSET:
        yield Kind.REGISTRATION, event.context.registration.lower()


def _identifiers(actor: Actor) -> Iterator[str]:
    """An agent, or a group and each of its members."""
    if own := identifier(actor):
        yield own
    for member in actor.member or ():
        yield identifier(member)


def _around_agents(statement: Statement, authority: Actor) -> Iterator[str]:
    yield from _identifiers(authority)
    yield from _agents_of_context(statement.event)
    if isinstance(statement.target, SubStatement):
        yield from _identifiers(statement.target.actor)
        yield from _agents_of_context(statement.target)
        if isinstance(inner := statement.target.target, Actor):
            yield from _identifiers(inner)


def _agents_of_context(event: Event | SubStatement) -> Iterator[str]:
    if event.context is UNSET:
        return
    for actor in (event.context.instructor, event.context.team):
        if actor is not UNSET:
            yield from _identifiers(actor)
    for agent in event.context.contextAgents or ():
        yield from _identifiers(agent.agent)
    for group in event.context.contextGroups or ():
        yield from _identifiers(group.group)


def _around_activities(statement: Statement) -> Iterator[Activity]:
    yield from _activities_of_context(statement.event)
    if isinstance(statement.target, SubStatement):
        yield from _activities_of_context(statement.target)
        if isinstance(inner := statement.target.target, Activity):
            yield inner


def _activities_of_context(event: Event | SubStatement) -> Iterator[Activity]:
    if event.context is not UNSET and event.context.contextActivities is not UNSET:
        for _, found in event.context.contextActivities.by_kind():
            yield from found


def _objects(statement: Statement) -> Iterator[Activity]:
    target: Target = statement.target
    if isinstance(target, Activity):
        yield target
