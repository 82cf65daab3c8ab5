"""Actors (Data 2.4.2): agents and groups, and the one identifier that says who they are."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from lms.lrs.rules.iri import check_iri, check_mailto, check_sha1
from lms.lrs.rules.refusal import Invalid, from_shape


class Account(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A person's account on some system."""

    home_page: str
    name: str


class Actor(msgspec.Struct, forbid_unknown_fields=True):
    """An agent or a group, as it came."""

    objectType: Literal["Agent", "Group"] | UnsetType = UNSET
    name: str | UnsetType = UNSET
    mbox: str | UnsetType = UNSET
    mbox_sha1sum: str | UnsetType = UNSET
    openid: str | UnsetType = UNSET
    account: Account | UnsetType = UNSET
    member: "list[Actor] | UnsetType" = UNSET

    @property
    def is_group(self) -> bool:
        """Whether this is a group."""
        return self.objectType == "Group"


def identifier(actor: Actor) -> str:
    """The inverse functional identifier as one comparable text; "" for an anonymous group.

    The kind comes first, so that an e-mail address never equals an account of the same spelling.
    """
    if actor.mbox is not UNSET:
        return f"mbox {actor.mbox}"
    if actor.account is not UNSET:
        return f"account {actor.account.home_page} {actor.account.name}"
    if actor.mbox_sha1sum is not UNSET:
        return f"sha1 {actor.mbox_sha1sum.lower()}"
    return f"openid {actor.openid}" if actor.openid is not UNSET else ""


def check_actor(actor: Actor, where: str) -> None:
    """An agent with exactly one identifier, or a group; raises Invalid."""
    if actor.is_group:
        check_group(actor, where)
    else:
        check_agent(actor, where)


def check_agent(actor: Actor, where: str) -> None:
    """An agent: exactly one identifier and no members; raises Invalid."""
    if actor.is_group:
        raise Invalid(f"{where}.objectType", "must be an Agent here")
    if actor.member is not UNSET:
        raise Invalid(f"{where}.member", "only a Group has members")
    if _identifiers(actor, where) != 1:
        raise Invalid(where, "an Agent has exactly one of mbox, mbox_sha1sum, openid and account")


def check_group(actor: Actor, where: str) -> None:
    """A group: one identifier, or none and then its members; raises Invalid."""
    if not actor.is_group:
        raise Invalid(f"{where}.objectType", "must be a Group here")
    found = _identifiers(actor, where)
    if found > 1:
        raise Invalid(where, "a Group has at most one of mbox, mbox_sha1sum, openid and account")
    if not found and not actor.member:
        raise Invalid(f"{where}.member", "a Group without an identifier must list its members")
    for place, member in enumerate(actor.member or ()):
        check_agent(member, f"{where}.member[{place}]")


def check_authority(actor: Actor, where: str) -> None:
    """An agent, or the anonymous group of a person and an application (Data 2.4.9); raises Invalid."""
    check_actor(actor, where)
    if actor.is_group and (identifier(actor) or len(actor.member or ()) != 2):
        raise Invalid(where, "an authority that is a Group is anonymous and has exactly two members")


def read_agent(text: bytes | str, where: str = "agent") -> Actor:
    """The agent or group of a query parameter; raises Invalid."""
    try:
        actor = _READER.decode(text)
    except msgspec.MsgspecError as problem:
        raise from_shape(problem, where) from problem
    except RecursionError as problem:
        raise Invalid(where, "is nested too deeply") from problem
    check_actor(actor, where)
    return actor


def _identifiers(actor: Actor, where: str) -> int:
    """How many identifiers there are, each checked for its form."""
    found = 0
    if actor.mbox is not UNSET:
        check_mailto(actor.mbox, f"{where}.mbox")
        found += 1
    if actor.account is not UNSET:
        check_iri(actor.account.home_page, f"{where}.account.homePage")
        found += 1
    if actor.mbox_sha1sum is not UNSET:
        check_sha1(actor.mbox_sha1sum, f"{where}.mbox_sha1sum")
        found += 1
    if actor.openid is not UNSET:
        check_iri(actor.openid, f"{where}.openid")
        found += 1
    return found


_READER = msgspec.json.Decoder(Actor)
