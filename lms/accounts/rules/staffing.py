"""Who may be given which work in an organisation, and what must be left behind in order."""

from collections.abc import Collection, Mapping
from uuid import UUID

INVITATION_DAYS = 14
OWN_ROLE = "自己的岗位要由另一位负责人来改"


def roles_for(kind: str, of_tenants: tuple[str, ...], of_authorities: tuple[str, ...]) -> tuple[str, ...]:
    """The roles that an organisation of a kind can give."""
    everywhere = ("lead",)
    return (*of_authorities, *everywhere) if kind == "authority" else of_tenants


def why_not_end(person: UUID, actor: UUID, role: str, staff: Collection[tuple[UUID, str]]) -> str | None:
    """Why a role cannot be taken from somebody: it is one's own, or nobody would answer for the organisation."""
    if person == actor:
        return OWN_ROLE
    if role == "lead" and {who for who, r in staff if r == "lead"} <= {person}:
        return "他是唯一的负责人，先请一位新的负责人进来"
    return None


def why_not_leave(person: UUID, successor: UUID | None, actor: UUID, staff: Collection[tuple[UUID, str]]) -> str | None:
    """Why somebody cannot leave like this: the successor must be another one who works here."""
    people = {who for who, _ in staff}
    if person == actor and {who for who, role in staff if role == "lead"} <= {person}:
        return None if successor in people - {person} else "你是唯一的负责人，先选一位同事接你的工作"
    if person not in people:
        return "这位同事已经不在本单位了"
    if successor is None or successor == person or successor not in people:
        return "选一位还在本单位的同事，接他手上的事"
    return None


def present_owner(person: UUID, handed_to: Mapping[UUID, UUID]) -> UUID:
    """Who looks after somebody's open items now: along the handovers, to the one who has handed nothing over."""
    seen = {person}
    while person in handed_to and handed_to[person] not in seen:
        person = handed_to[person]
        seen.add(person)
    return person
