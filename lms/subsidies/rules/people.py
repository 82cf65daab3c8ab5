"""How much of a person a sheet shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the class as the sheet shows them; `scores` are best quiz results in percent, by lesson id."""

    person_id: str
    name: str
    id_number: str
    scores: dict[str, int]


def masked_name(name: str) -> str:
    """Hide part of a name: 陈小英 becomes 陈*英, 陈英 becomes 陈*."""
    if len(name) < 3:
        return name[:1] + "*" * (len(name) - 1)
    if len(name) <= 4:
        return f"{name[:-2]}*{name[-1]}"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def masked_id(number: str) -> str:
    """Hide the birth date and more of an 18-digit number: 4406**********0519; shorter numbers show their end only."""
    if len(number) != 18:
        return "*" * max(0, len(number) - 4) + number[-4:] if len(number) > 4 else "*" * len(number)
    return f"{number[:4]}{'*' * 10}{number[-4:]}"
