"""How statements are told (Communication 2.1.3): exact as kept, ids alone, or canonical in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from lms.lrs.rules.language_maps import choose

Json = dict[str, Any]
_AGENT_ID = ("objectType", "mbox", "mbox_sha1sum", "openid", "account")


class Format(StrEnum):
    """The values of the `format` parameter."""

    EXACT = "exact"
    IDS = "ids"
    CANONICAL = "canonical"


def ids(statement: Json) -> Json:
    """Only what is needed to tell agents, activities and verbs apart."""
    return _each(statement, _agent_id, lambda activity: _pick(activity, ("id",)), lambda verb: {"id": verb["id"]})


def canonical(statement: Json, definitions: Mapping[str, Json], languages: Sequence[str]) -> Json:
    """Activities as the store knows them, every language map cut to one entry.

    `definitions` are the merged ones by IRI; `languages` as `language_maps.accepted` gives them.
    """

    def activity(found: Json) -> Json:
        known = definitions.get(found["id"]) or found.get("definition")
        return {**found, "definition": _one_language(known, languages)} if known else found

    def verb(found: Json) -> Json:
        return {**found, "display": choose(found["display"], languages)} if found.get("display") else found

    told = _each(statement, lambda agent: agent, activity, verb)
    if "attachments" in told:
        told["attachments"] = [_one_language(entry, languages) for entry in told["attachments"]]
    return told


def _each(
    event: Json, agent: Callable[[Json], Json], activity: Callable[[Json], Json], verb: Callable[[Json], Json]
) -> Json:
    """A copy of a statement in which every agent, activity and verb went through its function."""
    told = {**event, "actor": agent(event["actor"]), "verb": verb(event["verb"])}
    if "authority" in event:
        told["authority"] = agent(event["authority"])
    kind = event["object"].get("objectType", "Activity")
    if kind == "Activity":
        told["object"] = activity(event["object"])
    elif kind in {"Agent", "Group"}:
        told["object"] = agent(event["object"])
    elif kind == "SubStatement":
        told["object"] = _each(event["object"], agent, activity, verb)
    if "context" in event:
        told["context"] = _context(event["context"], agent, activity)
    return told


def _context(context: Json, agent: Callable[[Json], Json], activity: Callable[[Json], Json]) -> Json:
    told = dict(context)
    for name in ("instructor", "team"):
        if name in told:
            told[name] = agent(told[name])
    if "contextActivities" in told:
        told["contextActivities"] = {
            kind: [activity(entry) for entry in (found if isinstance(found, list) else [found])]
            for kind, found in told["contextActivities"].items()
        }
    for name, part in (("contextAgents", "agent"), ("contextGroups", "group")):
        if name in told:
            told[name] = [{**entry, part: agent(entry[part])} for entry in told[name]]
    return told


def _agent_id(agent: Json) -> Json:
    told = _pick(agent, _AGENT_ID)
    if len(told) == ("objectType" in told) and "member" in agent:
        told["member"] = [_agent_id(member) for member in agent["member"]]
    return told


def _one_language(words: Json, languages: Sequence[str]) -> Json:
    """A definition or attachment whose name, description and display are cut to one language."""
    cut = dict(words)
    for name in ("name", "description", "display"):
        if cut.get(name):
            cut[name] = choose(cut[name], languages)
    for name in ("choices", "scale", "source", "target", "steps"):
        if name in cut:
            cut[name] = [_one_language(component, languages) for component in cut[name]]
    return cut


def _pick(data: Json, names: Sequence[str]) -> Json:
    return {name: data[name] for name in names if name in data}
