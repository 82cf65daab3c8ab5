"""What a commit makes of an attempt: the order of commits, and how much of the time that they claim can be."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from lms.learning.rules.scorm.attempts import Last, Mode
from lms.learning.rules.scorm.elements import Leaves, reached
from lms.learning.rules.scorm.tracking import Standard, Terms, Track, track

# What names the learner is ours to say, and is not kept with what the SCO said.
_NAMES = frozenset({"core.student_id", "core.student_name", "learner_id", "learner_name"})


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Where a commit stands in its attempt: the opening of the SCO (`run`, numbered by the server) and its number there."""

    run: int
    sequence: int


@dataclass(frozen=True, slots=True)
class State:
    """An attempt as its last commit left it; see models/scorm.py for what the times and marks mean."""

    standard: Standard
    terms: Terms
    number: int
    mark: Mark
    mode: Mode
    run_at: datetime
    run_seconds: float = 0.0
    total_seconds: float = 0.0
    terminated: bool = False
    track: Track = field(default_factory=Track)
    elements: Leaves = field(default_factory=dict)
    completed_at: datetime | None = None
    passed_at: datetime | None = None

    @property
    def place(self) -> str:
        """Where hours are told that somebody is in the SCO: the place that it tells, else how far its answers have come.

        A claim either way. suspend_data is none: some packages write the time into it, and it changes while nobody is there.
        """
        return self.track.place or reached(self.elements)

    @property
    def last(self) -> Last:
        """What the rule of openings asks of it."""
        return Last(self.number, self.track, self.terminated, self.mark.sequence > 0 or bool(self.elements))


def begun(standard: Standard, terms: Terms, number: int, mode: Mode, now: datetime) -> State:
    """A new attempt, opened for the first time."""
    return State(standard, terms, number, Mark(1, 0), mode, now)


def opened_again(state: State, mode: Mode, now: datetime) -> State:
    """The attempt is opened once more: commits of earlier openings are too late from now on.

    Looked at without credit, what was finished stays finished.
    """
    return replace(
        state,
        mark=Mark(state.mark.run + 1, 0),
        mode=mode,
        run_at=now,
        run_seconds=state.total_seconds,
        terminated=state.terminated and not mode.credit,
    )


def is_stale(mark: Mark, newest: Mark) -> bool:
    """Whether a commit may not be kept: the same or a newer one is, or the SCO was opened again since."""
    return mark.run != newest.run or mark.sequence <= newest.sequence


def only_goes_on(before: State, after: State, changed: Mapping[str, str | None]) -> bool:
    """Whether a commit neither begins nor ends nor completes anything, judges nobody and brings no answer: nobody is told."""
    return (
        before.mark.sequence > 0
        and not after.terminated
        and after.completed_at is before.completed_at
        and after.track.success is before.track.success
        and not any(path.startswith("interactions.") for path in changed)
    )


def may_follow(kept: Mark, newest: Mark) -> bool:
    """Whether a commit that a browser kept back may still go in: nothing newer came, from this device or another."""
    return not is_stale(kept, newest)


def advanced(state: State, mark: Mark, leaves: Mapping[str, str], terminated: bool, now: datetime) -> State:
    """The attempt after a commit that is not stale. Everything it says replaces what was said before, the time too.

    Looked at without credit, only the number of the commit is remembered.
    """
    if not state.mode.credit:
        return replace(state, mark=mark)
    terminated = terminated or state.terminated
    elements = {path: value for path, value in leaves.items() if value and path not in _NAMES}
    after = track(state.standard, elements, state.terms, terminated)
    return replace(
        state,
        mark=mark,
        terminated=terminated,
        track=after,
        elements=elements,
        total_seconds=possible_seconds(
            after.claimed_seconds, state.run_seconds, state.run_at, now, state.total_seconds
        ),
        completed_at=state.completed_at or (now if after.done else None),
        passed_at=state.passed_at or (now if after.success == "passed" else None),
    )


def possible_seconds(claimed: float | None, before: float, started_at: datetime, now: datetime, kept: float) -> float:
    """The total time of an attempt: what the SCO claims, and never more than was there before plus what the server's clock
    saw since this opening. It replaces what was `kept`; a SCO that says nothing leaves it.
    """
    if claimed is None:
        return kept
    return round(min(claimed, before + max(0.0, (now - started_at).total_seconds())), 2)
