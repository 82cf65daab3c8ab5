"""How long it is remembered that a message was sent: half a year, as logs are."""

from datetime import timedelta

from sqlalchemy import delete

from lms.foundation import clock, jobs, periodic
from lms.foundation.sending.models import Delivery

KEPT = timedelta(days=184)


@periodic.every(86_400, "sending.forget", "清理过期的发送记录")
def forget(job: jobs.RunningJob) -> None:
    """Delete what is older; to whom it went is sealed all the while."""
    with job.finish() as session:
        session.execute(delete(Delivery).where(Delivery.created_at < clock.now() - KEPT))
