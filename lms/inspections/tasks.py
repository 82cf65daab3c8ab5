"""Background work of inspection: the credited time of a class is put on hold, page by page."""

from uuid import UUID

from lms.foundation.database import transaction
from lms.foundation.jobs import RunningJob, handles
from lms.inspections import actions
from lms.learning.actions import holding


@handles(actions.HOLD)
def hold(job: RunningJob) -> None:
    """Hold every session of a class that inspections name; done again it finds them held."""
    cohort_id, held = UUID(job.arguments["cohort_id"]), 0
    while True:
        with transaction(job.principal):
            count = holding.hold_named(cohort_id)
        if not count:
            break
        held += count
        job.progress(held, held, f"停算了 {held} 次学习的时间")
    with job.finish(held=held):
        pass
