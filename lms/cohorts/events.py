"""What classes tell the rest of the house."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class CohortOpened:
    """An administrator has approved the opening of a class; whoever is enrolled by now belongs to it."""

    cohort_id: UUID
    tenant_id: UUID
    version_id: UUID
    region_code: str
    plan_code: str


@dataclass(frozen=True)
class PeopleEnrolled:
    """People have joined a class that was open already."""

    cohort_id: UUID
    tenant_id: UUID
    version_id: UUID
    region_code: str
    plan_code: str
    person_ids: tuple[UUID, ...]
