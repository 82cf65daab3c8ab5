"""On whose behalf something is done: the one value that opens every transaction."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import g, has_request_context

from lms.foundation.errors import NotSignedIn
from lms.foundation.permissions import Permission


@dataclass(frozen=True, order=True)
class Scope:
    """What an authority answers for: a region code prefix, a department, a plan. None means every one."""

    region: str
    department: str | None = None
    plan: str | None = None

    def covers(self, region_code: str, plan_code: str) -> bool:
        """Whether a class or package of this region and plan is this authority's to see."""
        return region_code.startswith(self.region) and self.plan in (None, plan_code)


@dataclass(frozen=True)
class Principal:
    """A person with the organisations they work for, their scope and what they may do; or the platform itself."""

    person_id: UUID | None = None
    organisations: frozenset[UUID] = frozenset()
    scope: tuple[Scope, ...] = ()
    permissions: frozenset[Permission] = frozenset()
    system: str | None = None

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
        )


NOBODY = Principal()


def current() -> Principal:
    """The principal of the request that is being answered; nobody outside one."""
    return getattr(g, "principal", NOBODY) if has_request_context() else NOBODY
