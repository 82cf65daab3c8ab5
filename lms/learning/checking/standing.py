"""What the platform believes between two beats, beside what the replay ends with: coverage, lease, sessions, completions.

None of it is time by itself, and each next row that it led astray would be found; it is compared so that it is found now.
"""

from collections.abc import Iterator
from typing import NamedTuple

from lms.learning.checking.facts import Completion, Session, date_of
from lms.learning.checking.reading import Material
from lms.learning.checking.replaying import Life

# However long the lesson, no more than this may be missing when it stands as learnt.
MAY_MISS_MS = 30_000


class Astray(NamedTuple):
    """Something that is believed otherwise than the replay says: of a session, at a moment (microseconds), what."""

    session: Session
    at: int
    name: str
    was: object
    must: object


def astray(material: Material, life: Life) -> Iterator[Astray]:
    """Everything that is believed otherwise; nothing of a person who has no session."""
    if not material.sessions:
        return
    yield from _coverage(material, life)
    yield from _sessions(material, life)
    yield from _corrections(material)
    yield from _lease(material, life)
    yield from _completions(material, life)


def _coverage(material: Material, life: Life) -> Iterator[Astray]:
    """What later beats will be judged by must be what the replay has on its tapes and in its vessels."""
    for content_hash, session in {session.content_hash: session for session in material.sessions.values()}.items():
        tape, vessels = life.tapes.get(content_hash), life.vessels.get(content_hash, {})
        must = (tape.spans if tape else (), vessels, life.holds(content_hash))
        was = material.coverage.get(content_hash, ((), {}, 0))
        for one, other in zip(was, must, strict=True):
            if one != other:
                yield Astray(session, session.launched_at, "coverage", one, other)


def _sessions(material: Material, life: Life) -> Iterator[Astray]:
    """Of the moment since when a page stands somewhere, the rule takes whole milliseconds."""
    for session_id, (*was, since) in material.standing.items():
        *must, moved = life.stands(session_id)
        if (was, since // 1000) != (must, moved // 1000):
            session = material.sessions[session_id]
            yield Astray(session, session.launched_at, "session", [*was, since], [*must, moved])


def _corrections(material: Material) -> Iterator[Astray]:
    """In a lesson with a timeline, what two people added is covered, and nothing else."""
    session = next(iter(material.sessions.values()))
    for one in material.corrections:
        added = sum(end - start for start, end in one.spans)
        if added != (max(0, one.ms) if one.place is None else 0):
            yield Astray(session, one.at, "correction", one.spans, one.ms)


def _lease(material: Material, life: Life) -> Iterator[Astray]:
    held, last = material.lease, max(material.sessions.values(), key=lambda one: one.launched_at)
    if held is None:
        yield Astray(last, last.launched_at, "lease", None, last.id)
        return
    waiting, missed = life.presence.waiting, life.presence.missed
    believed = {
        "day_ms": (held.day_ms, life.days.get((held.day - date_of(0)).days, 0)),
        "unproved_ms": (held.unproved_ms, life.presence.unproved_ms),
        "counted_until": (held.counted_until, life.counted_until),
        "check_id": (held.check_id, waiting and waiting.id),
        "missed_id": (held.missed_id, missed and missed.id),
    }
    for was, must in believed.values():
        if was != must:
            yield Astray(last, last.launched_at, "lease", was, must)


def _completions(material: Material, life: Life) -> Iterator[Astray]:
    """Learnt stands only what was studied, needs what the rule asks, and is undone while the content holds less."""
    for one in material.completions:
        of = [s for s in material.sessions.values() if _is_of(s, one)]
        if not of:
            stray = max(material.sessions.values(), key=lambda each: each.launched_at)
            yield Astray(stray, one.at, "completion", one.lesson_id, None)
        elif one.needs_ms not in {need for session in of for need in _needed(session, one, life)}:
            yield Astray(of[0], one.at, "completion", one.needs_ms, _needed(of[0], one, life))
        elif _untrue(one, material, life):
            yield Astray(of[0], one.at, "completion", one.undone, not one.undone)


def _untrue(one: Completion, material: Material, life: Life) -> bool:
    """Time that two people took is out of the sum and stays covered: until the next beat, the smaller figure stands."""
    held = life.holds(one.content_hash)
    left = held + sum(min(0, each.ms) for each in material.corrections if each.content_hash == one.content_hash)
    return left >= one.needs_ms if one.undone else held < one.needs_ms


def _is_of(session: Session, one: Completion) -> bool:
    named = session.registration_id, session.lesson_id, session.content_hash
    return named == (one.registration_id, one.lesson_id, one.content_hash)


def _needed(session: Session, one: Completion, life: Life) -> list[int]:
    """What the lesson needed; nought only where it cannot earn time."""
    earnable = session.earnable_ms
    percent = life.values_at(session, one.at)["lesson_complete_percent"]
    return [max(-(-earnable * percent // 100), earnable - MAY_MISS_MS)] if earnable else [0]
