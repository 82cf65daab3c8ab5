"""What the pages of the record store ask of the capabilities above; lms/app.py says who answers."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from flask import Flask, current_app

from lms.foundation.errors import NotFound
from lms.foundation.principal import Principal


class Class(Protocol):
    """A class as far as its records are concerned."""

    @property
    def id(self) -> UUID: ...
    @property
    def tenant_id(self) -> UUID: ...
    @property
    def title(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def starts_on(self) -> date: ...


class Place(Protocol):
    """A person's place in a class."""

    @property
    def tenant_id(self) -> UUID: ...
    @property
    def cohort_id(self) -> UUID: ...


@dataclass(frozen=True)
class Outlook:
    """`classes`: those the principal answers for; `places`: a person's, as far as the principal may see them;
    `members`: the ids of everybody in a class."""

    classes: Callable[[], Sequence[Class]]
    places: Callable[[UUID], Sequence[Place]]
    members: Callable[[UUID], Collection[UUID]]


def init_app(app: Flask, outlook: Outlook) -> None:
    """Name who answers."""
    app.extensions["records_outlook"] = outlook


def outlook() -> Outlook:
    """Who answers in the running application."""
    found: Outlook = current_app.extensions["records_outlook"]
    return found


def tenants_answered_for(principal: Principal) -> frozenset[UUID]:
    """The principal's own organisations; for an authority those with classes in its scope. Inside a transaction."""
    return principal.organisations or frozenset(found.tenant_id for found in outlook().classes())


def tenant_answered_for(principal: Principal, chosen: UUID | None) -> UUID:
    """The organisation that is meant, if the principal answers for it; raises NotFound."""
    tenants = tenants_answered_for(principal)
    if chosen is None and len(tenants) == 1:
        return next(iter(tenants))
    if chosen is None or chosen not in tenants:
        raise NotFound()
    return chosen
