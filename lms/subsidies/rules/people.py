"""A person as a sheet shows them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the class as the sheet shows them; `scores` are best quiz results in percent, by lesson id."""

    person_id: str
    name: str
    id_number: str
    scores: dict[str, int]
