"""Background work of presence checks: those that nobody came back to are missed."""

from lms.foundation import periodic
from lms.foundation.jobs import RunningJob
from lms.learning.actions import presence

A_MINUTE = 60


@periodic.every(A_MINUTE, "presence-checks", "看看“还在学习吗”有没有没答上的")
def see_to(job: RunningJob) -> None:
    """Take back what was credited to those who did not answer, so that no export holds it."""
    presence.sweep()
    with job.finish():
        pass
