"""Who reacts to what: the only upward path of the house, on one page.

`now` listeners run in the transaction of the event, `later` ones as jobs queued in it.
"""

from lms.accounts.events import PersonErased
from lms.accounts.signing_in import rights as signing_in_rights
from lms.cohorts import rights as cohort_rights
from lms.cohorts.events import CohortOpened, PeopleEnrolled
from lms.foundation.events import Reactions, Table
from lms.learning.actions import facing, forgetting, opening, registering
from lms.learning.actions.cmi5 import registering as cmi5_registering
from lms.learning.queries import copies as learning_copies
from lms.learning.queries import proofs as learning_proofs
from lms.lrs import copies as record_copies
from lms.publishing.events import VersionStopped

TABLE: Table = {
    # One statement, 0.1 s for 5,000 people: who signs in the moment a class opens finds it.
    CohortOpened: Reactions(now=(registering.opened,), later=(cmi5_registering.opened,)),
    PeopleEnrolled: Reactions(now=(registering.enrolled,), later=(cmi5_registering.enrolled,)),
    VersionStopped: Reactions(now=(opening.stopped,)),
    PersonErased: Reactions(now=(signing_in_rights.forget, cohort_rights.forget, facing.forget, forgetting.forget)),
}
# What each capability adds to the copy of a person's data: person id -> sections of plain data.
COPIES = (
    signing_in_rights.copy_of,
    cohort_rights.copy_of,
    learning_copies.copy_of,
    learning_proofs.copy_of,
    record_copies.copy_of,
)
# Why an account cannot be erased yet: person id -> sentence or None.
HOLDS = (cohort_rights.why_not_erase,)
