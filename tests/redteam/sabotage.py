"""`make redteam SABOTAGE=1`: ways to break the rule, each on a copy of the tree; each must turn the attacks red.

`make redteam SABOTAGE=1 ARGS="clock cap"` tries these alone. Exit code 1 where the attacks did not notice.
"""

import logging
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.redteam.running import play
from tests.redteam.server import Server
from tests.redteam.telling import everything

CHECKOUT = Path(__file__).resolve().parents[2]
LINKED = (".venv", "node_modules")
HOURS, LEASES = "lms/learning/rules/hours.py", "lms/learning/actions/leases.py"
PLACES, PROOFS = "lms/learning/rules/places.py", "lms/learning/actions/proving.py"
BEATING, WORKING, PRESENCE = (f"lms/learning/actions/{name}.py" for name in ("beating", "working", "presence"))
FUNCTIONS, FORMS = "migrations/versions/0022_hours.py", "lms/learning/forms.py"
ANOMALIES = "lms/learning/rules/anomalies.py"


@dataclass(frozen=True)
class Sabotage:
    """One change of one file, and the scenarios that must notice."""

    name: str
    file: str
    old: str
    new: str
    scenarios: tuple[str, ...]


SABOTAGES = (
    Sabotage("clock", HOURS, "Reason.TOO_FAST: interval.observed_ms,", "Reason.TOO_FAST: 86_400_000,", ("2", "13")),
    Sabotage("gap", HOURS, "Reason.GAP: allowance_ms,", "Reason.GAP: 86_400_000,", ("H3", "H3b")),
    Sabotage(
        "silence",
        HOURS,
        "if interval.observed_ms > policy.longest_gap_s * 1000:",
        "if interval.observed_ms > 86_400_000:",
        ("H3",),
    ),
    Sabotage("covered", HOURS, "new = minus(played, earned.covered)", "new = played", ("11", "H5")),
    Sabotage(
        "length",
        HOURS,
        "return min(self.length_ms, self.approved_ms or 0)",
        "return 86_400_000",
        ("25b",),
    ),
    Sabotage(
        "cap",
        HOURS,
        "Reason.DAILY_LIMIT: policy.daily_cap_ms - earned.on(",
        "Reason.DAILY_LIMIT: 86_400_000 + earned.on(",
        ("22a",),
    ),
    Sabotage("lease", LEASES, "return self.session_id == session_id or not self.is_live(at)", "return True", ("15", "16")),
    Sabotage("closed", HOURS, "if not standing.holds_lease:", "if False:", ("14", "15")),
    Sabotage(
        "everything joins",
        HOURS,
        "return Earned(union(earned.covered, part.counted)",
        "return Earned(union(union(earned.covered, part.counted), part.left)",
        ("12", "H3b"),
    ),
    Sabotage("a second off", HOURS, "counted = take(new, max(0, bounds[tightest]))", "counted = take(new, max(0, bounds[tightest] - 1000))", ("H1",)),
    Sabotage("the phone's time", WORKING, "ended_at = max(started_at, whole_milliseconds(work.at))", "ended_at = started_at + length(delivery.claimed) * hours.ONE_MS", ("2", "13")),
    Sabotage("no union", HOURS, "return Earned(union(earned.covered, part.counted), part.day", "return Earned(part.counted, part.day", ("11", "H5")),
    Sabotage("too fast is fine", HOURS, "if forbidden is None and too_fast and policy.void_too_fast:", "if False:", ("12c",)),
    Sabotage("a class that is shut", HOURS, "if not standing.class_open:", "if False:", ("K19", "K15")),
    Sabotage("nobody asks who", HOURS, "if not standing.identified:", "if False:", ("20b", "19")),
    Sabotage("a glance asks nobody who", WORKING, "if policy is None or policy.id != session.policy_id or policy.identity_level:", "if policy is None:", ("20b", "19")),
    Sabotage("no question is put", BEATING, "weighed.is_told or completes or presence.is_due(work, weighed.change.held)", "weighed.is_told or completes", ("17",)),
    Sabotage("a miss takes nothing", PRESENCE, "held = taking.take_back(held, check.id, at)", "taking.stretches_of", ("17",)),
    Sabotage("a miss is forgotten", WORKING, "present=held.missed_id is None", "present=True", ("17",)),
    Sabotage("overdue is in time", PRESENCE, "due_at is not None and at > due_at", "False", ("17",)),
    Sabotage("any answer", PRESENCE, "if not rule.is_right(check.form, check.answer, chosen, _response_ms(check, at)):", "if False:", ("K8",)),
    Sabotage("late is in time", HOURS, "if not standing.in_order:", "if False:", ("K18",)),
    Sabotage("out of sight", PLACES, "return Reason.HIDDEN if stay.hidden else None", "return None", ("P8",)),
    Sabotage("a page for ever", PLACES, "Reason.NO_PROGRESS: lesson.ceiling_ms(policy) - milliseconds(stay.since, stay.started_at),", "", ("P8b",)),
    Sabotage("no ceiling", PLACES, "return min(shared_out, policy.place_ceiling_most_s * 1000)", "return self.earnable_ms", ("P1",)),
    Sabotage("approved time", PLACES, "Reason.LESSON_LIMIT: lesson.earnable_ms - spent.credited_ms,", "", ("P5", "P6")),
    Sabotage("a stale version", FUNCTIONS, "where l.person_id = who and l.version = seen;", "where l.person_id = who;", ("25c", "K2")),
    Sabotage("a number far ahead", "lms/learning/rules/deliveries.py", "FURTHEST = 2_000", "FURTHEST = 2_000_000", ("K14",)),
    Sabotage("junk nobody reads", FORMS, "if len(raw) > LARGEST_BEAT", "if False and len(raw) > LARGEST_BEAT", ("K6",)),
    Sabotage("guesses", ANOMALIES, "guessed = facts.wrong * 2 >= len(answers)", "guessed = False", ("K8",)),
    Sabotage("the wall twice", WORKING, "last = max(filter(None, (work.session.last_at, work.held.counted_until)))", "last = work.session.last_at", ("K1",)),
)  # fmt: skip


# What is broken before the platform starts: the functions of the database, and the rules of the look that this process does.
BEFORE = frozenset({FUNCTIONS, ANOMALIES})
INSIDE = "--inside"


def main(words: list[str]) -> int:
    """Break, attack, mend, all on a copy; print what each came to."""
    inside = words[:1] == [INSIDE]
    wanted = [one for one in SABOTAGES if one.name in words or not words[inside:]]
    if inside:
        return _in_turn(Path.cwd(), [one for one in wanted if one.file not in BEFORE])
    with _copy() as tree:
        names = [one.name for one in wanted if one.file not in BEFORE]
        missed = subprocess.run(
            [sys.executable, "-m", "tests.redteam.sabotage", INSIDE, *names], cwd=tree, check=False
        ).returncode if names else 0  # fmt: skip
        unnoticed = [one for one in wanted if one.file in BEFORE and not _told(one, _by_itself(tree, one))]
    return 1 if missed or unnoticed else 0


def _in_turn(tree: Path, sabotages: list[Sabotage]) -> int:
    """One platform for all: its web server begins anew with each break, while what reads the ledger stays whole."""
    logging.disable(logging.INFO)
    server, unnoticed = Server(), []
    try:
        ground = server.ground()
        for sabotage in sabotages:
            scenarios = [one for one in everything() if one.number in sabotage.scenarios]
            with _broken(tree, sabotage):
                server.restart()
                failed = [said for result in play(ground, scenarios) for said in result.failed]
            unnoticed += [] if _told(sabotage, failed) else [sabotage.name]
    finally:
        server.close()
    return 1 if unnoticed else 0


def _by_itself(tree: Path, sabotage: Sabotage) -> list[str]:
    """A platform that starts with the break."""
    with _broken(tree, sabotage):
        command = [sys.executable, "-m", "tests.redteam", *sabotage.scenarios]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if " played, " not in done.stdout:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return [line.strip() for line in done.stdout.splitlines() if line.startswith("        ")]


def _told(sabotage: Sabotage, failed: list[str]) -> bool:
    """Print whether it was noticed: an attack that could not be played at all has noticed nothing."""
    seen = [said for said in failed if "not played" not in said]
    why = seen[0][:70] if seen else "NOT NOTICED " + "; ".join(failed)[:200]
    print(f"{sabotage.name:<28}{' '.join(sabotage.scenarios):<10}{'red' if seen else ''}  {why}", flush=True)
    return bool(seen)


@contextmanager
def _broken(tree: Path, sabotage: Sabotage) -> Iterator[None]:
    file = tree / sabotage.file
    whole = file.read_text()
    if whole.count(sabotage.old) != 1:
        raise SystemExit(f"{sabotage.file} has {whole.count(sabotage.old)} times: {sabotage.old}")
    file.write_text(whole.replace(sabotage.old, sabotage.new))
    try:
        yield
    finally:
        file.write_text(whole)


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lms-sabotage-", dir="/tmp") as folder:
        tree = Path(folder) / "tree"
        skipped = shutil.ignore_patterns(*LINKED, "var", ".git", ".output", "__pycache__")
        shutil.copytree(CHECKOUT, tree, ignore=skipped, symlinks=True)
        for name in LINKED:
            (tree / name).symlink_to(CHECKOUT / name)
        yield tree


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
