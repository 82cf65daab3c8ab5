"""Background work of the record store: forwarding, imports, months to come and months gone."""

from time import monotonic
from uuid import UUID

from lms.foundation import periodic
from lms.foundation.database import transaction
from lms.foundation.jobs import JobRefused, RunningJob, handles
from lms.lrs import archiving, forwarding, importing
from lms.lrs.outside import Unreachable

ROUND_SECONDS = 50.0


@periodic.every(20, "lrs-forwardings", "看看哪些记录要转出去")
def look_for_forwardings(job: RunningJob) -> None:
    """Give each forwarding whose time has come a job of its own."""
    with job.finish():
        forwarding.queue(forwarding.due())


@handles(forwarding.KIND)
def forward(job: RunningJob) -> None:
    """Send what waits, for at most a minute; the next round goes on."""
    forwarding_id = UUID(job.arguments["forwarding_id"])
    until, sent = monotonic() + ROUND_SECONDS, 0
    try:
        if job.arguments["resend"]:
            sent = forwarding.resend(forwarding_id)
        else:
            while monotonic() < until and (settled := forwarding.step(forwarding_id)):
                sent += settled
                job.beat()
    except Unreachable as problem:
        forwarding.fail(forwarding_id, str(problem))
    with job.finish(sent=sent):
        pass


@handles(importing.KIND)
def take_in(job: RunningJob) -> None:
    """Take a file of statements in, batch by batch; it goes on where a killed attempt stopped."""
    import_id = UUID(job.arguments["import_id"])
    try:
        importing.work_through(import_id, job)
    except importing.Unreadable as problem:
        importing.give_up(import_id, job.principal)
        raise JobRefused(str(problem)) from problem
    with job.finish(import_id=str(import_id)):
        importing.end(import_id)


@periodic.every(6 * 3600, "lrs-months", "给以后几个月的记录备好地方")
def make_room(job: RunningJob) -> None:
    """Make the tables of the months to come."""
    with job.finish(months=archiving.AHEAD):
        archiving.add_months(archiving.AHEAD)


@periodic.every(24 * 3600, "lrs-archive", "把很久以前的记录收进档案")
def archive(job: RunningJob) -> None:
    """Archive the months that need not be kept in the tables any longer, where somebody decided for how long."""
    with transaction(job.principal):
        months = archiving.due()
    for number, month in enumerate(months):
        job.progress(number, len(months), f"正在收 {month:%Y 年 %m 月}的记录")
        archiving.put_away(month, job.beat)
    with job.finish(months=[month.isoformat() for month in months]):
        pass
