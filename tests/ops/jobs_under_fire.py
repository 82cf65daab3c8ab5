"""The platform with one more kind of job and one more page, for processes that are killed while they work.

gunicorn runs `tests.ops.jobs_under_fire:application`, Celery runs `-A tests.ops.jobs_under_fire`, and
`python -m tests.ops.jobs_under_fire` sweeps. The effect of a job is a row in a table without any unique key: done twice, it shows.
"""

import random
import time
from uuid import UUID, uuid4

from flask import Flask, Response
from sqlalchemy import text

from lms.app import csrf
from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.foundation.permissions import Access, allow
from lms.foundation.principal import Principal
from lms.worker import celery, flask_app

__all__ = ["application", "celery"]

KIND = "test.effect"
jobs.LEASE_SECONDS = 3
jobs.HEARTBEAT_SECONDS = 1
somebody = Principal.system_of("jobs")


@jobs.handles(KIND)
def leave_a_mark(job: jobs.RunningJob) -> None:
    """Work a moment, tell how far it is, and write one row in the transaction that ends the job."""
    for step in range(3):
        time.sleep(random.uniform(0.02, 0.15))
        job.progress(step + 1, 3, "…")
    with job.finish() as session:
        session.execute(text("insert into effect values (:n, :run)"), {"n": job.arguments["n"], "run": uuid4()})
        time.sleep(random.uniform(0, 0.05))


@csrf.exempt
@allow(Access.PUBLIC)
def ask_for(number: int) -> Response:
    """Queue job `number`; asked again, it is the same job."""
    with transaction(somebody):
        job_id: UUID = jobs.enqueue(KIND, {"n": number}, key=str(number), title="mark", principal=somebody).id
    return Response(str(job_id), status=202)


def _with_page(app: Flask) -> Flask:
    app.add_url_rule("/healthz/jobs/<int:number>", "ask_for", ask_for, methods=["POST"])
    return app


application = _with_page(flask_app)


def sweep_for_ever() -> None:
    """What `lms sequencer` does for jobs, oftener."""
    while True:
        with flask_app.app_context():
            jobs.sweep()
        time.sleep(0.5)


if __name__ == "__main__":
    sweep_for_ever()
