"""What people's accounts tell the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class PersonErased:
    """An account was erased: whoever keeps the person's own words elsewhere deletes them now; records keep the id."""

    person_id: UUID
