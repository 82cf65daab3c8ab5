"""Background work of inspection: the credited time of a class is put on hold, page by page."""

from uuid import UUID

from lms.foundation.database import transaction
from lms.foundation.jobs import RunningJob, handles
from lms.inspections import actions
from lms.learning.actions import holding


@handles(actions.HOLD)
def hold(job: RunningJob) -> None:
    """Hold every session of a class, or of one of its people; done again it finds them held."""
    cohort_id = UUID(job.arguments["cohort_id"])
    person_id = UUID(job.arguments["person_id"]) if job.arguments["person_id"] else None
    after: UUID | None = None
    held = 0
    while True:
        with transaction(job.principal):
            count, last = holding.hold_for_inspection(cohort_id, person_id, after)
        if last is None:
            break
        held, after = held + count, last
        job.progress(held, held, f"停算了 {held} 次学习的时间")
    with job.finish(held=held):
        pass
