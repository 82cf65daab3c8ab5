"""Background work of cmi5: sessions that nobody will end are ended."""

from lms.foundation import periodic
from lms.foundation.database import transaction
from lms.foundation.jobs import RunningJob
from lms.learning.actions.cmi5 import ending

HOUR = 3600


@periodic.every(HOUR, "cmi5-abandon", "结束没有人再学的 cmi5 课")
def abandon_dead(job: RunningJob) -> None:
    """Abandon the sessions whose tokens open nothing any more, one transaction each; killed, the next round goes on."""
    buried = 0
    while True:
        with transaction(job.principal):
            found = ending.dead()
        for session_id in found:
            with transaction(job.principal):
                buried += ending.bury(session_id)
            job.beat()
        if len(found) < ending.BATCH:
            break
    with job.finish(abandoned=buried):
        pass
