"""The Celery worker: one task, which runs the job whose id it is given."""

from functools import partial
from uuid import UUID

from celery import Celery
from celery.signals import worker_process_init

from lms.app import broker, create_app
from lms.foundation import jobs
from lms.foundation.database import db
from lms.foundation.heartbeat import beating
from lms.web.watch import configure_logging

flask_app = create_app()
celery: Celery = broker(flask_app.config["LMS"])


@celery.task(name="lms.run_job")
def run_job(job_id: str) -> None:
    """Claim and do one job; a job that is over or in other hands is left alone."""
    with flask_app.app_context():
        jobs.run(UUID(job_id), keeping=partial(beating, flask_app))


@worker_process_init.connect
def _fresh_connections(**_: object) -> None:
    """A forked child must not share the parent's connections."""
    configure_logging()
    with flask_app.app_context():
        db.engine.dispose(close=False)
