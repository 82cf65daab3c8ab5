"""The ordinary commit, which only goes on: read and written in one round trip each (0030), locked by nobody.

It is written only if nothing of the attempt and nothing of the person's hours has moved since it was read. Whatever more
there is to do, or to refuse, is for committing.commit() under the lock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from lms.foundation import clock
from lms.foundation.database import at_once
from lms.learning.actions import leases, observing, sessions, working, writing
from lms.learning.actions.scorm import attempts
from lms.learning.actions.scorm.attempts import Commit
from lms.learning.queries.launches import CONTENT, hash_of, is_at_home, is_over
from lms.learning.rules.scorm import elements
from lms.learning.rules.scorm.bodies import Sent
from lms.learning.rules.scorm.commits import State, advanced, is_stale, only_goes_on

_READ = (
    "select d.*, r.* from scorm_door(%(token)s) d"
    " left join lateral study_read(d.o_person_id, d.o_session_id, '{}'::integer[]) r on true"
)
_KEEP = (
    "select scorm_keep_as(%(person)s, %(said)s::jsonb, %(cmi)s::jsonb, %(suspended)s, %(changed)s, %(version)s,"
    " %(given)s::jsonb)"
)
# What the ledger of hours keeps of a commit as the raw text of a beat.
RAW = 4_000
_json = msgspec.json.Encoder()


@dataclass(frozen=True)
class Kept:
    """A commit that was kept: how the attempt stands, and what hours answer."""

    state: State
    hours: dict[str, Any] | None


@dataclass(frozen=True)
class _Turn:
    """What a commit does: the attempt's row as it was read, how it stood and stands, and what of it changed."""

    row: Any
    before: State
    after: State
    changed: dict[str, str | None]
    at: datetime


def commit(token: str, host: str, sent: Sent, user_agent: str, ip: str) -> Kept | None:
    """Keep an ordinary commit; None where it is no ordinary one, or somebody was quicker, and then nothing is written."""
    rows = at_once(CONTENT, _READ, {"token": hash_of(token)})
    turn = _turn(rows[0], host, sent) if rows else None
    if turn is None:
        return None
    work = working.at_a_glance(leases.Held.of(turn.row), sessions.current_of(turn.row))
    if work is None:
        return None
    what = Commit(sent.kind, _text(turn.changed), user_agent, turn.at)
    if not observing.is_kept(work, turn.after.place):
        return Kept(turn.after, None) if _keep(turn, what, {"version": None, "given": None}) else None
    seen = observing.glance(work, turn.after.place, heard(turn.changed), ip)
    if seen is None or not _keep(turn, what, writing.values(work, seen[0])):
        return None
    return Kept(turn.after, seen[1].as_json())


def heard(changed: dict[str, str | None]) -> str:
    """What hours keep of a commit: what it changed, but for suspend_data, which says nothing to them."""
    return _text({path: value for path, value in changed.items() if path != "suspend_data"})[:RAW]


def _turn(row: Any, host: str, sent: Sent) -> _Turn | None:
    """What the commit does; None where it may not come in, comes too late, or does more than go on."""
    now = clock.now()
    if not _is_open(row, host, now):
        return None
    before = attempts.state_of({name: getattr(row, f"a_{name}") for name in attempts.STATE})
    sent = sent.within(before.mark.run)
    if before.terminated or sent.terminated or is_stale(sent.mark, before.mark):
        return None
    after = advanced(before, sent.mark, sent.leaves, False, now)
    changed = elements.difference(before.elements, after.elements)
    return _Turn(row, before, after, changed, now) if only_goes_on(before, after, changed) else None


def _is_open(row: Any, host: str, now: datetime) -> bool:
    """Whether the launch is the one that the attempt was opened by last, going on, with a session of hours."""
    if row.id is None or row.o_id != row.a_launch_id or row.o_signed_out:
        return False
    return is_at_home(host, row.o_version_id) and not is_over(now, row.o_expires_at, row.o_ended_at, row.ended_at)


def _keep(turn: _Turn, what: Commit, hours: dict[str, Any]) -> bool:
    """Write the commit with what hours made of it as a transaction of its own; False where somebody was quicker."""
    row, after = turn.row, turn.after
    said = {
        **attempts.said_of(after),
        "id": row.a_id,
        "launch": row.o_id,
        "session": row.o_session_id,
        "run": after.mark.run,
        "after": turn.before.mark.sequence,
        "kind": what.kind,
        "user_agent": what.user_agent,
        "now": what.at,
    }
    suspended = said.pop("suspend_data")
    beside = {"cmi": attempts.cmi_of(after), "suspended": suspended if "suspend_data" in turn.changed else None}
    values = {"version": hours["version"], "given": hours["given"], "person": row.o_person_id, "changed": what.changed}
    return bool(at_once(CONTENT, _KEEP, {**values, **beside, "said": _text(said)})[0][0])


def _text(plain: object) -> str:
    return _json.encode(plain).decode()
