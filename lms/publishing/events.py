"""What publishing tells the others."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class VersionStopped:
    """A version was stopped at once: nobody may go on learning with it."""

    version_id: UUID
