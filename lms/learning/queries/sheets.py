"""The ledger as sheets of hours read it: by leaf, in pages, with times as a wall in Guangdong showed them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from lms.foundation.database import db

PAGE = 2000
_WALL = "to_char({} at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')"
_READ = f"""select h.leaf_id, h.cohort_id, h.person_id, h.session_id, h.lesson_id, h.day::text,
  {_WALL.format("h.started_at")}, {_WALL.format("h.ended_at")}, h.device, h.claimed_ms, h.credited_ms, h.excluded_ms,
  coalesce(h.reason, ''), coalesce(h.correction_no, ''), encode(h.leaf_hash, 'hex'), {_WALL.format("h.created_at")},
  coalesce(i.level, 0), coalesce(i.method, ''),
  l.hash = h.leaf_hash and p.hash = h.leaf_hash
  from hour_ledger h left join evidence_leaf l on l.id = h.leaf_id
  left join evidence_position p on p.leaf_id = h.leaf_id
  left join lateral (select i.level, i.method from identity_proof i where i.person_id = h.person_id
    and i.at <= h.ended_at and i.at > h.ended_at - coalesce((cast(:holds as jsonb) ->> h.policy_id)::int, 480) * interval '1 minute'
    order by i.level desc, i.at desc limit 1) i on true
  where p.position < :size and h.leaf_id > :after"""  # noqa: S608 - names of our own columns
_END = " order by h.leaf_id limit :page"
_HOLDS = text("""select p.id, (r ->> 'value')::int from hour_policy p, jsonb_array_elements(p.rows) r
  where r ->> 'key' = 'identity_valid_minutes' and r ->> 'value' <> '0'""")
_SUMS = """with proved as (select distinct on (person_id) person_id, level, array_agg(distinct method) as methods
  from identity_proof where cohort_id = :cohort group by person_id, level order by person_id, level desc)
  select h.person_id, h.lesson_id, min(h.day)::text, max(h.day)::text,
  sum(h.claimed_ms)::bigint, sum(h.credited_ms)::bigint,
  greatest(0, sum(case when h.corrects_id is null then h.excluded_ms else -h.credited_ms end) filter (where h.reason is distinct from 'already_covered' and h.reason is distinct from 'remainder'))::bigint,
  array_agg(distinct h.reason) filter (where h.excluded_ms > 0),
  coalesce(sum(h.credited_ms) filter (where h.session_id = any(:held)), 0)::bigint,
  max(i.level), max(i.methods)
  from hour_ledger h join evidence_position p on p.leaf_id = h.leaf_id left join proved i on i.person_id = h.person_id
  where h.cohort_id = :cohort and p.position < :size group by h.person_id, h.lesson_id"""


@dataclass(frozen=True)
class Which:
    """Which rows: of a class, of a person, or of a region (a prefix) and plan; and of which days."""

    cohort_id: UUID | None = None
    person_id: UUID | None = None
    region: str = ""
    plan: str = ""
    first: date | None = None
    last: date | None = None

    def conditions(self) -> tuple[str, dict[str, Any]]:
        """The same as SQL and its values."""
        parts, values = [], {}
        for name, rule, value in (
            ("cohort", "h.cohort_id = :cohort", self.cohort_id),
            ("person", "h.person_id = :person", self.person_id),
            ("region", "starts_with(h.region_code, :region)", self.region),
            ("plan", "h.plan_code = :plan", self.plan),
            ("first", "h.day >= :first", self.first),
            ("last", "h.day <= :last", self.last),
        ):
            if value:
                parts.append(f" and {rule}")
                values[name] = value
        return "".join(parts), values


def count(which: Which, size: int) -> int:
    """How many rows there are among the first `size` of the tree."""
    conditions, values = which.conditions()
    query = text(
        "select count(*) from hour_ledger h join evidence_position p on p.leaf_id = h.leaf_id"  # noqa: S608 - our own names
        f" where p.position < :size{conditions}"
    )
    return db.session.scalar(query, {**values, "size": size}) or 0


def holds() -> str:
    """How many minutes a proof holds under each set of thresholds that says it, by the set's id, as JSON."""
    return json.dumps({row[0]: row[1] for row in db.session.execute(_HOLDS)})


def page(which: Which, size: int, after: int, holds: str) -> list[Any]:
    """The next rows among the first `size` of the tree, by rising leaf, each with the strongest proof that held at its end.

    The last value says whether row, leaf and tree agree; `holds` as the function of that name gives it.
    """
    conditions, values = which.conditions()
    asked = {**values, "size": size, "after": after, "page": PAGE, "holds": holds}
    return list(db.session.execute(text(_READ + conditions + _END), asked))


def sums(cohort_id: UUID, size: int, held: Collection[UUID]) -> list[Any]:
    """What each person of a class did in each lesson: days, milliseconds claimed, credited, lost and held, reasons, proof, means."""
    return list(db.session.execute(text(_SUMS), {"cohort": cohort_id, "size": size, "held": list(held)}))
