"""On whose behalf something is done: the one value that opens every transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import g, has_request_context

from lms.foundation.errors import NotSignedIn
from lms.foundation.permissions import Permission


@dataclass(frozen=True, order=True)
class Scope:
    """What an authority answers for: a region code prefix, a department, a plan. None means every one.

    A department answers for certain plans, so its scope names one of them (accounts.rules.departments spells them out).
    """

    region: str
    department: str | None = None
    plan: str | None = None

    def __post_init__(self) -> None:
        if self.department is not None and self.plan is None:
            raise ValueError("the scope of a department names its plan")

    def covers(self, region_code: str, plan_code: str) -> bool:
        """Whether a class or package of this region and plan is this authority's to see."""
        return region_code.startswith(self.region) and self.plan in (None, plan_code)


@dataclass(frozen=True)
class Principal:
    """A person with the organisations they work for, their scope and what they may do; or the platform itself.

    `lent` says which of the permissions a colleague has lent, and who; `deputy_for` is the colleague in whose place the
    work under way is done.
    """

    person_id: UUID | None = None
    organisations: frozenset[UUID] = frozenset()
    scope: tuple[Scope, ...] = ()
    permissions: frozenset[Permission] = frozenset()
    system: str | None = None
    lent: tuple[tuple[Permission, UUID], ...] = ()
    deputy_for: UUID | None = None

    @classmethod
    def system_of(cls, name: str) -> "Principal":
        """The platform acting by itself, under the name of the process that acts."""
        return cls(system=name)

    @property
    def signed_in(self) -> bool:
        """Whether a person stands behind it."""
        return self.person_id is not None

    def may(self, permission: Permission) -> bool:
        """Whether this principal holds the permission (the platform itself holds all)."""
        return self.system is not None or permission in self.permissions

    def using(self, ways: Iterable[object]) -> "Principal":
        """The same principal about to use one of the permissions: in a colleague's place where all that fit are lent."""
        fitting = [way for way in ways if way in self.permissions]
        lenders = [lender for permission, lender in self.lent if permission in fitting]
        return replace(self, deputy_for=lenders[0]) if lenders and len(lenders) == len(fitting) else self

    def person(self) -> UUID:
        """The person's id; raises NotSignedIn where nobody is signed in."""
        if self.person_id is None:
            raise NotSignedIn()
        return self.person_id

    def tenant(self) -> UUID:
        """The one organisation a clerk works for; raises NotSignedIn where there is none."""
        if not self.organisations:
            raise NotSignedIn()
        return min(self.organisations)

    def as_json(self) -> dict[str, Any]:
        """Plain data for a job row."""
        return {
            "person": str(self.person_id) if self.person_id else None,
            "organisations": sorted(map(str, self.organisations)),
            "scope": [[s.region, s.department, s.plan] for s in self.scope],
            "permissions": sorted(self.permissions),
            "system": self.system,
            "deputy_for": str(self.deputy_for) if self.deputy_for else None,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Principal":
        """The principal that as_json() wrote down."""
        return cls(
            person_id=UUID(data["person"]) if data["person"] else None,
            organisations=frozenset(map(UUID, data["organisations"])),
            scope=tuple(Scope(*entry) for entry in data["scope"]),
            permissions=frozenset(map(Permission, data["permissions"])),
            system=data["system"],
            deputy_for=UUID(data["deputy_for"]) if data.get("deputy_for") else None,
        )


NOBODY = Principal()


def current() -> Principal:
    """The principal of the request that is being answered; nobody outside one."""
    return getattr(g, "principal", NOBODY) if has_request_context() else NOBODY
