"""Jobs: the row is the truth, the effect is there once."""

import pytest
from sqlalchemy import select, text, update

from lms.accounts import actions
from lms.accounts.models import Organisation
from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.jobs import Job, JobRefused, LeaseLost
from tests.people import SYSTEM

ran = []


@jobs.handles("test.found")
def found(job):
    """Founds an organisation; may be told to stumble."""
    ran.append(job.attempt)
    job.progress(1, 2, "在办")
    if job.arguments.get("stumble", 0) >= job.attempt:
        raise OSError("disk went away")
    if job.arguments.get("refuse"):
        raise JobRefused("这份文件读不了")
    with job.finish(name="done"):
        actions.found_organisation("institution", job.arguments["name"], "440606")


@pytest.fixture(autouse=True)
def fresh():
    """No attempts yet."""
    ran.clear()


def queue(key="one", principal=SYSTEM, **arguments):
    """Queue a job in a transaction of its own."""
    with transaction(principal):
        return jobs.enqueue("test.found", {"name": key, **arguments}, key=key, title="办学校", principal=principal).id


def look(job_id, principal=SYSTEM):
    """The row as it is now."""
    with transaction(principal) as session:
        session.expire_all()
        return jobs.find(job_id)


def age(job_id, seconds=60):
    """Let time pass for a job: its lease and its last message are that much older."""
    with transaction(SYSTEM) as session:
        past = text(f"clock_timestamp() - interval '{seconds} seconds'")
        session.execute(update(Job).where(Job.id == job_id).values(lease_until=past, published_at=past))


def test_a_job_is_done_once(app):
    """Sabotage: claim without looking at the state."""
    job_id = queue()
    assert jobs.run(job_id) and not jobs.run(job_id)
    done = look(job_id)
    assert (done.state, done.result, done.attempt, ran) == ("done", {"name": "done"}, 1, [1])


def test_the_same_key_is_the_same_job(app):
    """Sabotage: leave the unique key out."""
    assert queue("twice") == queue("twice")


def test_a_failure_is_tried_again(app):
    """Sabotage: settle failures as failed at once."""
    job_id = queue(stumble=2)
    for _ in range(3):
        assert jobs.run(job_id)
        age(job_id)
    assert (look(job_id).state, ran) == ("done", [1, 2, 3])


def test_it_gives_up_with_words(app):
    """Sabotage: retry for ever."""
    job_id = queue(stumble=99)
    for _ in range(jobs.MOST_ATTEMPTS):
        jobs.run(job_id)
    failed = look(job_id)
    assert (failed.state, failed.error) == ("failed", jobs.GAVE_UP) and not jobs.run(job_id)


def test_a_refusal_is_final(app):
    """Sabotage: treat JobRefused as any failure."""
    job_id = queue(refuse=True)
    jobs.run(job_id)
    assert (look(job_id).state, look(job_id).error, len(ran)) == ("failed", "这份文件读不了", 1)


def test_a_worker_that_lost_its_lease_writes_nothing(app, monkeypatch):
    """Sabotage: leave hold() out of finish(): the school would be founded by both."""
    job_id = queue("robbed")
    claimed = jobs._claim(job_id)
    age(job_id)
    assert jobs.run(job_id)
    with pytest.raises(LeaseLost), claimed.finish():
        actions.found_organisation("institution", "second effect", "440606")
    with pytest.raises(LeaseLost):
        claimed.beat()
    with transaction(SYSTEM) as session:
        assert set(session.scalars(select(Organisation.name))) == {"robbed"}


def test_effect_and_end_are_one_transaction(app):
    """Sabotage: write `done` in a transaction of its own."""
    job_id = queue("half")
    claimed = jobs._claim(job_id)
    with pytest.raises(ZeroDivisionError), claimed.finish():
        actions.found_organisation("institution", "half", "440606")
        raise ZeroDivisionError
    assert look(job_id).state == "running"
    with transaction(SYSTEM) as session:
        assert session.scalars(select(Organisation.name)).all() == []


def test_the_sweeper_finds_what_nobody_runs(app):
    """Sabotage: sweep only queued jobs; a killed worker's would wait for ever."""
    woken = []
    app.extensions["wake"], before = woken.append, app.extensions["wake"]
    lost, left, fresh_one = queue("lost"), queue("left"), queue("fresh")
    jobs._claim(left)
    age(lost)
    age(left)
    woken.clear()
    assert jobs.sweep() == 2
    app.extensions["wake"] = before
    assert set(woken) == {str(lost), str(left)} and str(fresh_one) not in woken


def test_a_broker_that_is_down_loses_nothing(app):
    """Sabotage: let the error of wake() through: the request would fail after its commit."""

    def refuse(job_id):
        raise ConnectionError

    app.extensions["wake"], before = refuse, app.extensions["wake"]
    job_id = queue("no broker")
    app.extensions["wake"] = before
    assert jobs.run(job_id)


def test_a_job_is_its_owners_to_see(people):
    """Sabotage: drop the policy of table job."""
    job_id = queue("mine", people.principal("liumin"))
    assert look(job_id, people.principal("liumin")).title == "办学校"
    with pytest.raises(NotFound):
        look(job_id, people.principal("chenbo"))
