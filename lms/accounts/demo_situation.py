"""What the demonstration's trainee says of herself, so that the clerk has something to look at."""

from uuid import UUID

from lms.accounts import queries
from lms.accounts.actions import attributes
from lms.accounts.rules.attributes import Said
from lms.foundation.database import transaction
from lms.foundation.principal import Principal

SAYS = (
    Said("education", "2"),
    Said("rural_labour", "yes"),
    Said("training_wish", "yes"),
    Said("hukou_region", "440606"),
)


def say(person_id: UUID) -> None:
    """Claim a few things, once."""
    oneself = Principal(person_id=person_id)
    with transaction(oneself):
        if not queries.attributes(person_id, ended=True):
            for said in SAYS:
                attributes.claim(said, oneself)
