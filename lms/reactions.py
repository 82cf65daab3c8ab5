"""Who reacts to what: the only upward path of the house, on one page.

`now` listeners run in the transaction of the event, `later` ones as jobs queued in it.
"""

from lms.cohorts.events import CohortOpened, PeopleEnrolled
from lms.foundation.events import Reactions, Table
from lms.learning.actions import registering

TABLE: Table = {
    # A class may have thousands of people: the administrator's click does not wait for them.
    CohortOpened: Reactions(later=(registering.opened,)),
    PeopleEnrolled: Reactions(now=(registering.enrolled,)),
}
