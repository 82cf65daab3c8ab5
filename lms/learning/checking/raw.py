"""Raw records under seal: what came in of a person, digested night by night into leaves of the tree of evidence.

The ledger's rows are sealed one by one as they are written; beats, sessions as they were opened, checks, answers and
proofs are sealed here, by the next round. Everything older than MARGIN goes into a digest in the order of its moments;
each later round must find each earlier digest again, so a raw record that was changed, taken away or dated back is found
even where it changes no second. What came after the last round is judged by the replay alone.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from lms.foundation import clock, evidence
from lms.foundation.database import db
from lms.foundation.evidence import leaves
from lms.foundation.evidence.canonical import hash_of
from lms.learning.checking.facts import us

KIND = "hours.raw"
# a record is written within moments of the time it bears; an attestation needs no lease, so nothing younger is sealed
MARGIN = timedelta(hours=1)

_US = "(extract(epoch from {}) * 1000000)::bigint"
# What a record may lose when somebody is erased (addresses, devices, pictures) is left out.
_RECORDS = text(
    f"""select at, said from (
  select {_US.format("b.received_at")} as at,
    jsonb_build_array('beat', b.session_id, b.seq, b.id, b.person_id, b.body)::text as said
    from study_session s join beat b on b.session_id = s.id where s.person_id = :person
  union all select {_US.format("launched_at")}, jsonb_build_array('session', id, registration_id, cohort_id, version_id,
    lesson_id, tenant_id, region_code, plan_code, programme_code, policy_id, content_hash, length_ms, approved_ms, device,
    kind, places)::text from study_session where person_id = :person
  union all select {_US.format("issued_at")}, jsonb_build_array('check', id, session_id, cohort_id,
    {_US.format("due_at")}, {_US.format("cure_until")}, form, asked, answer)::text from presence_check where person_id = :person
  union all select {_US.format("at")}, jsonb_build_array('answer', id, check_id, outcome, response_ms, way)::text
    from presence_answer where person_id = :person
  union all select {_US.format("at")}, jsonb_build_array('proof', id, cohort_id, session_id, method, level, attested_by)::text
    from identity_proof where person_id = :person
  ) as records order by at, said collate "C" """  # noqa: S608 - names of our own columns
)


class Broken(NamedTuple):
    """A seal that no longer fits: up to which moment, what was sealed, what the records give now."""

    until: datetime
    sealed: str
    found: str


def inspect(person_id: UUID) -> list[Broken]:
    """Look whether the records of a person still give every digest that was sealed, and seal what is new if they do.

    In a transaction, under the person's lease.
    """
    before = leaves.of_subject(KIND, str(person_id))
    records = db.session.execute(_RECORDS, {"person": person_id}).all()
    until = clock.now() - MARGIN
    moments = [made_at - MARGIN for _, _, made_at in before]
    *known, now = _digests(records, [*moments, until])
    found = [
        Broken(moment, sealed.hex()[:16], hashed.hex()[:16])
        for (_, sealed, _), moment, digest in zip(before, moments, known, strict=True)
        if (hashed := hash_of(KIND, _content(person_id, moment, digest))) != sealed
    ]
    if not found and now[0] > (known[-1][0] if known else 0):
        evidence.append(KIND, _content(person_id, until, now), subject=str(person_id), at=until + MARGIN)
    return found


def _digests(records: Sequence[Any], moments: Sequence[datetime]) -> Iterator[tuple[int, str]]:
    """How many records there are before each moment, and their SHA-256 in hex, in one pass."""
    whole, count = hashlib.sha256(), 0
    taken: dict[datetime, tuple[int, str]] = {}
    for moment in sorted(set(moments)):
        while count < len(records) and records[count][0] < us(moment):
            at, said = records[count]
            whole.update(f"{at} {len(said)} {said}\n".encode())
            count += 1
        taken[moment] = count, whole.copy().hexdigest()
    return iter([taken[moment] for moment in moments])


def _content(person_id: UUID, until: datetime, digest: tuple[int, str]) -> dict[str, Any]:
    return {"person_id": str(person_id), "until": us(until), "records": digest[0], "digest": digest[1]}
