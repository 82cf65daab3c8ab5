"""What the pages of courses ask of the capabilities above; lms/app.py says who answers."""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from flask import Flask, current_app


class Class(Protocol):
    """A class as far as its course is concerned."""

    @property
    def title(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def tone(self) -> str: ...
    @property
    def version_id(self) -> UUID: ...


ClassesOn = Callable[[Sequence[UUID]], Sequence[Class]]


def init_app(app: Flask, classes_on: ClassesOn) -> None:
    """Name who knows which classes learn with some versions, of those that the principal may see."""
    app.extensions["classes_on"] = classes_on


def classes_on(version_ids: Sequence[UUID]) -> Sequence[Class]:
    """The classes that learn with these versions and have not ended; inside a transaction."""
    found: ClassesOn = current_app.extensions["classes_on"]
    return found(version_ids)
