"""Leaves get places without gaps, whoever runs and whoever is killed; what was signed can be shown to hold."""

import os
import threading
import time

import psycopg
import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import OperationalError

from lms.foundation import clock, commands, evidence, secrets
from lms.foundation.database import db, transaction
from lms.foundation.evidence import audit, leaves, note, proofs, sequencer, tree
from lms.foundation.evidence.models import Checkpoint, Leaf, Pending, Position
from tests.forked import Forked
from tests.people import SYSTEM


def put(count: int, kind: str = "test") -> list[evidence.LeafRef]:
    with transaction(SYSTEM):
        return [evidence.append(kind, {"nth": nth, "cohort_id": "c"}) for nth in range(count)]


def places() -> list[tuple[int, bytes]]:
    with transaction(SYSTEM) as session:
        query = select(Position.position, Leaf.hash).join(Leaf, Leaf.id == Position.leaf_id).order_by(Position.position)
        return [(row.position, row.hash) for row in session.execute(query)]


def test_a_leaf_is_rolled_back_with_its_record(database: Flask) -> None:
    """Sabotage: let append open a transaction of its own."""
    with pytest.raises(ZeroDivisionError), transaction(SYSTEM):
        evidence.append("test", {"nth": 1})
        raise ZeroDivisionError
    assert sequencer.sequence() == 0


def test_places_follow_without_gaps(database: Flask) -> None:
    """Sabotage: use the leaf's id as its place."""
    put(3)
    with pytest.raises(ZeroDivisionError), transaction(SYSTEM):
        evidence.append("test", {"lost": 1})
        raise ZeroDivisionError
    put(2)
    assert sequencer.sequence(limit=4) == 4
    assert sequencer.sequence() == 1
    assert sequencer.sequence() == 0
    assert [position for position, _ in places()] == [0, 1, 2, 3, 4]


def test_checkpoint_states_the_root_and_is_signed(database: Flask) -> None:
    """Sabotage: sign the root of the leaves before the last one."""
    put(7)
    signed = evidence.checkpoint_now()
    key = secrets.signing_key().public_key()
    head = note.read_checkpoint(note.open_note(signed.note, sequencer.origin(), key))
    assert (head.size, head.root) == (7, tree.root([hashed for _, hashed in places()]))
    assert head.origin == "app.lms.localhost/evidence"


def test_signatures_are_not_made_more_often_than_needed(database: Flask, turn_clock) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: leave SIGN_EVERY out of checkpoint()."""
    put(1)
    sequencer.sequence()
    assert sequencer.checkpoint() is not None
    put(1)
    sequencer.sequence()
    assert sequencer.checkpoint() is None
    turn_clock(seconds=11)
    assert sequencer.checkpoint() is not None
    turn_clock(seconds=11)
    assert sequencer.checkpoint() is None


def test_checkpoint_now_covers_what_was_committed(database: Flask) -> None:
    """Sabotage: let checkpoint_now return the latest checkpoint without sequencing."""
    put(2)
    first = evidence.checkpoint_now()
    put(5)
    second = evidence.checkpoint_now()
    assert (first.size, second.size) == (2, 7)
    assert evidence.checkpoint_now().size == 7


def test_proofs_from_the_stored_nodes(database: Flask) -> None:
    put(13)
    first = evidence.checkpoint_now()
    put(24)
    second = evidence.checkpoint_now()
    hashes = [hashed for _, hashed in places()]
    with transaction(SYSTEM):
        path = proofs.inclusion(5, 37)
        growth = proofs.consistency(13, 37)
        batch = proofs.batch([2, 3, 30], 37)
    assert tree.root_from_inclusion(hashes[5], 5, 37, path) == second.root
    assert tree.is_consistent(13, first.root, 37, second.root, growth)
    assert tree.root_from_batch([(at, hashes[at]) for at in (2, 3, 30)], 37, batch) == second.root


def test_sealed_leaves_know_their_place(database: Flask) -> None:
    refs = put(3)
    with transaction(SYSTEM):
        assert leaves.sealed([refs[0].id])[refs[0].id].position is None
        assert leaves.waiting("c") == 3
    evidence.checkpoint_now()
    with transaction(SYSTEM):
        found = leaves.sealed([ref.id for ref in refs])
        assert leaves.waiting("c") == leaves.waiting() == 0
        assert leaves.count("test", "c", 2) == 2
    assert [(found[ref.id].position, found[ref.id].placed) for ref in refs] == [
        (nth, ref.hash) for nth, ref in enumerate(refs)
    ]


@pytest.mark.parametrize("table", ["evidence_leaf", "evidence_position", "evidence_node", "evidence_checkpoint"])
def test_the_application_cannot_change_evidence(database: Flask, table: str) -> None:
    """Sabotage: leave append_only out of migration 0004."""
    put(1)
    evidence.checkpoint_now()
    for verb in (f"delete from {table}", f"truncate {table} cascade"):
        with pytest.raises(Exception, match=r"permission denied|added, never changed"), transaction(SYSTEM) as session:
            session.execute(text(verb))


def test_two_sequencers_and_many_writers(live_app: Flask) -> None:
    """No gap and no fork. Sabotage: take the advisory lock out of sequence()."""
    over = threading.Event()
    failures: list[BaseException] = []

    def guarded(work) -> None:  # type: ignore[no-untyped-def]
        try:
            with live_app.app_context():
                work()
        except BaseException as problem:
            failures.append(problem)

    def write() -> None:
        for _ in range(20):
            put(3)

    def place() -> None:
        while not over.is_set():
            sequencer.sequence(limit=7)

    writers = [threading.Thread(target=guarded, args=(write,)) for _ in range(4)]
    placers = [threading.Thread(target=guarded, args=(place,)) for _ in range(2)]
    for thread in (*writers, *placers):
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    for thread in placers:
        thread.join()
    evidence.checkpoint_now()
    assert not failures
    assert [position for position, _ in places()] == list(range(240))
    report = audit.check_tree()
    assert (report.leaves, report.findings) == (240, ())


def test_a_transaction_that_commits_late_is_not_lost(live_app: Flask) -> None:
    """Its leaf has a smaller id and gets a later place. Sabotage: look for leaves above the last placed id."""
    started, go = threading.Event(), threading.Event()

    def slow() -> None:
        with live_app.app_context(), transaction(SYSTEM):
            evidence.append("test", {"slow": 1})
            started.set()
            go.wait(60)

    thread = threading.Thread(target=slow)
    thread.start()
    assert started.wait(60)
    put(2)
    assert sequencer.sequence() == 2
    go.set()
    thread.join()
    assert sequencer.sequence() == 1
    with transaction(SYSTEM) as session:
        order = session.scalars(select(Position.leaf_id).order_by(Position.position)).all()
    assert order == sorted(order)[1:] + sorted(order)[:1]


@pytest.mark.services
def test_kill_nine_leaves_a_whole_tree(live_app: Flask, postgres) -> None:  # type: ignore[no-untyped-def]
    """The sequencer is killed in mid-work again and again. Sabotage: commit places and nodes in two transactions."""
    for round_ in range(4):
        put(500)
        process = started(live_app)
        wait_for_places(500 * round_ + 1)
        process.kill()
    put(1)
    evidence.checkpoint_now()
    assert [position for position, _ in places()] == list(range(len(places())))
    report = audit.check_tree()
    assert report.findings == ()
    assert report.leaves == len(places()) == 2001


@pytest.mark.services
def test_the_process_ends_on_sigterm(live_app: Flask) -> None:
    """Sabotage: ignore the signal."""
    process = started(live_app)
    put(1)
    wait_for_places(1)
    assert process.end(60) == 0
    assert len(places()) == 1


def started(app: Flask) -> Forked:
    """`lms sequencer` on the database of the test."""
    settings = app.config["LMS"]
    own = {"LMS_DATA": str(settings.data), "LMS_DATABASE_URL": settings.database_url}
    return Forked("lms.cli", "sequencer", env={**os.environ, **own})


def wait_for_places(many: int) -> None:
    """Until so many leaves have places, and not a moment longer; the limit guards against a hang."""
    limit = time.monotonic() + 120
    while True:
        with transaction(SYSTEM) as session:
            placed = session.scalar(select(func.count()).select_from(Position))
        if placed >= many:
            return
        assert time.monotonic() < limit, "the sequencer did nothing"
        time.sleep(0.005)


def test_the_loop_outlives_a_database_that_goes_away(live_app: Flask, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Neither a lost connection nor a failing sweep ends it. Sabotage: catch nothing in commands._tried."""
    over, real, told = threading.Event(), sequencer.sequence, []

    def sometimes() -> int:
        told.append(1)
        if len(told) < 3:
            raise OperationalError("select 1", {}, psycopg.OperationalError("gone"))
        over.set()
        return real()

    def failing() -> int:
        raise RuntimeError("broken")

    put(2)
    monkeypatch.setattr(commands, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(commands.sequencer, "sequence", sometimes)
    monkeypatch.setattr(commands.jobs, "sweep", failing)
    commands.loop(over)
    assert len(places()) == 2


def test_a_restarted_database_is_found_again(live_app: Flask, postgres) -> None:  # type: ignore[no-untyped-def]
    """Every connection is cut under the sequencer. Sabotage: take pool_pre_ping out of engine_options."""
    put(1)
    assert sequencer.sequence() == 1
    sabotage(postgres.superuser_url, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'lms_app'")
    over = threading.Event()
    threading.Timer(3, over.set).start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "PAUSE_SECONDS", 0.05)
        commands.loop(over)
    put(1)
    assert (sequencer.sequence(), len(places())) == (1, 2)


def sabotage(superuser_url: str, statement: str) -> None:
    """What only somebody with the superuser's password can do: change rows behind the triggers."""
    engine = create_engine(superuser_url)
    with engine.begin() as connection:
        connection.execute(text("set session_replication_role = replica"))
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("update evidence_leaf set hash = decode(repeat('00', 32), 'hex') where id = 3", "evidence_position"),
        (
            "update evidence_node set hash = decode(repeat('00', 32), 'hex') where level = 5 and nth = 0",
            "evidence_node",
        ),
        ("delete from evidence_node where level = 5", "evidence_node"),
        ("update evidence_position set hash = decode(repeat('00', 32), 'hex') where position = 4", "evidence_position"),
        ("update evidence_position set position = 99 where position = 4", "evidence_position"),
        ("update evidence_checkpoint set root = decode(repeat('00', 32), 'hex')", "evidence_checkpoint"),
        ("update evidence_checkpoint set note = replace(note, 'app', 'map')", "evidence_checkpoint"),
    ],
)
def test_what_a_superuser_changes_is_found(live_app: Flask, postgres, statement: str, table: str) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: compare the roots only, or trust the root column."""
    put(33)
    evidence.checkpoint_now()
    assert audit.check_tree().findings == ()
    sabotage(postgres.superuser_url, statement)
    assert table in {finding.table for finding in audit.check_tree().findings}


@pytest.mark.parametrize("column_too", [False, True])
def test_a_tree_rewritten_from_the_leaf_up_is_found(live_app: Flask, postgres, column_too: bool) -> None:  # type: ignore[no-untyped-def]
    """Leaf and nodes changed to fit each other, the root column too or not: the signature still says what was.

    Sabotage: check the signature against the root column instead of the recomputed root.
    """
    put(2)
    evidence.checkpoint_now()
    with transaction(SYSTEM) as session:
        [one, other] = session.scalars(select(Leaf.hash).order_by(Leaf.id)).all()
    forged = tree.leaf_hash(b"forged")
    root = tree.node_hash(forged, other)
    for statement in (
        f"update evidence_leaf set hash = decode('{forged.hex()}', 'hex') where hash = decode('{one.hex()}', 'hex')",
        f"update evidence_position set hash = decode('{forged.hex()}', 'hex') where position = 0",
        f"update evidence_checkpoint set root = decode('{root.hex()}', 'hex')" if column_too else "select true",
    ):
        sabotage(postgres.superuser_url, statement)
    assert {finding.table for finding in audit.check_tree().findings} == {"evidence_checkpoint"}


def test_a_leaf_taken_out_of_the_queue_is_found(live_app: Flask, postgres) -> None:  # type: ignore[no-untyped-def]
    refs = put(2)
    assert audit.unplaced() == []
    sabotage(postgres.superuser_url, f"delete from evidence_pending where leaf_id = {refs[0].id}")
    assert audit.unplaced() == [refs[0].id]


def test_models_and_clock_are_used(database: Flask) -> None:
    put(1)
    with transaction(SYSTEM) as session:
        assert session.scalar(select(Leaf.created_at)) <= clock.now()
        assert session.scalar(select(Pending.leaf_id)) is not None
        assert session.scalar(select(Checkpoint.size)) is None
    assert db.metadata.tables["evidence_leaf"].c.hash.nullable is False
