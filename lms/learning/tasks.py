"""Background work of learning: sessions are looked over for what is out of the common."""

from lms.foundation import periodic
from lms.foundation.jobs import RunningJob
from lms.learning.actions import holding

TEN_MINUTES = 600


@periodic.every(TEN_MINUTES, "look-over-sessions", "看看哪些学时要核实")
def look_over(job: RunningJob) -> None:
    """Put on hold what somebody must look at; the hold is there before anybody exports."""
    with job.finish():
        holding.look_on()
