"""An authority changes a public catalogue: notice first, then entry or exit, each with its reason and its leaf."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.accounts.actions.audit import audit
from lms.accounts.models.catalogues import CatalogueChange, CatalogueEntry
from lms.accounts.models.organisations import Organisation
from lms.accounts.queries.staff import own_authority
from lms.accounts.rules import catalogues as rules
from lms.accounts.rules.catalogues import Catalogue, Facts, State, Step
from lms.foundation import clock, evidence, working_days
from lms.foundation.database import db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.principal import Principal
from lms.plans import queries as plans

LONGEST = {"name": 80, "address": 120, "projects": 300}
LONGEST_REASON = 300


def take(
    catalogue: Catalogue, organisation_id: UUID, step: Step, facts: Facts, reason: str, seen: int, principal: Principal
) -> int:
    """Take a step with an entry; gives back the id of the change. `seen` is the change that the authority looked at.

    Raises NotFound outside the scope, Conflict where the entry has moved on, Refused with the field at fault.
    """
    place = _locked(organisation_id, catalogue, principal)
    entry = db.session.get(CatalogueEntry, (catalogue, organisation_id), populate_existing=True)
    state = State(entry.state) if entry else State.OUT
    if seen != (entry.change_id if entry else 0):
        raise Conflict("这一家的目录刚才有变动，看看最新的情况再办")
    _refuse(state, step, entry.notice_until if entry else None, facts, reason, (place, catalogue, principal))
    reached = rules.after(state, step)
    assert reached is not None
    return _record(catalogue, place, step, reached, _cut(facts), reason.strip()[:LONGEST_REASON], principal)


def _locked(organisation_id: UUID, catalogue: Catalogue, principal: Principal) -> Organisation:
    """The organisation, its row locked so that two steps come one after the other."""
    query = select(Organisation).where(Organisation.id == organisation_id, Organisation.kind == catalogue)
    found = db.session.scalar(query.with_for_update())
    if found is None or not any(found.region_code.startswith(scope.region) for scope in principal.scope):
        raise NotFound()
    return found


def _refuse(
    state: State,
    step: Step,
    notice_until: datetime | None,
    facts: Facts,
    reason: str,
    where: tuple[Organisation, Catalogue, Principal],
) -> None:
    place, catalogue, principal = where
    problem = rules.why_not(state, step, notice_until, clock.now(), reason)
    if problem:
        raise Refused(problem, field="reason")
    if not facts.name.strip():
        raise Refused("写上目录里显示的名字", field="name")
    if facts.nature not in rules.NATURES[catalogue]:
        raise Refused("选一个类别", field="nature")
    if not facts.plans:
        raise Refused("至少选一项计划", field="plans")
    if not all(any(s.covers(place.region_code, plan) for s in principal.scope) for plan in facts.plans):
        raise Refused("只能选归你管的计划", field="plans")


def _cut(facts: Facts) -> Facts:
    short = {name: getattr(facts, name).strip()[:most] for name, most in LONGEST.items()}
    return Facts(nature=facts.nature, plans=tuple(sorted(facts.plans)), **short)


def _record(
    catalogue: Catalogue, place: Organisation, step: Step, state: State, facts: Facts, reason: str, principal: Principal
) -> int:
    at = clock.now()
    authority = db.session.get_one(Organisation, own_authority(principal)).name
    notice = _notice_end(place.region_code, at) if step in rules.PROPOSALS else None
    change = {"at": at, "catalogue": catalogue, "organisation_id": place.id, "region_code": place.region_code}
    change |= {"step": step, "state": state, "reason": reason, "facts": facts.as_json(), "notice_until": notice}
    leaf = evidence.append(rules.KIND, _sealed(change, authority), subject=str(place.id))
    sealed = {"leaf_id": leaf.id, "leaf_hash": leaf.hash}
    row = CatalogueChange(**change, **sealed, decided_by=principal.person_id, authority=authority)
    db.session.add(row)
    db.session.flush()
    _keep(row, facts)
    word = "catalogue:propose" if step in rules.PROPOSALS else "catalogue:change"
    audit(
        word, subject=f"organisation {place.id}", reason=f"{rules.STEP_WORDS[step]}：{reason}", region=place.region_code
    )
    return row.id


def _sealed(change: dict[str, Any], authority: str) -> dict[str, Any]:
    notice = change["notice_until"]
    plain = {"at": change["at"].isoformat(), "notice_until": notice.isoformat() if notice else None}
    return {**{k: str(v) if k != "facts" else v for k, v in change.items()}, **plain, "authority": authority}


def _keep(row: CatalogueChange, facts: Facts) -> None:
    """Bring the entry to what the change says; the organisation's row is locked, so nobody else does."""
    entry = db.session.get(CatalogueEntry, (row.catalogue, row.organisation_id))
    if entry is None:
        entry = CatalogueEntry(catalogue=row.catalogue, organisation_id=row.organisation_id)
        db.session.add(entry)
    entry.name, entry.nature, entry.plans = facts.name, facts.nature, list(facts.plans)
    entry.region_code, entry.state, entry.since = row.region_code, row.state, row.at
    entry.notice_until, entry.change_id = row.notice_until, row.id
    db.session.flush()


def _notice_end(region_code: str, at: datetime) -> datetime:
    """The end of the notice by the policy of the day; raises Refused where none is in force."""
    days = rules.notice_days(plans.thresholds(""), region_code, clock.local(at).date())
    if days is None:
        raise Refused("这个地区还没有公示期的规定，先请主管部门定下来", field="reason")
    return working_days.deadline(at, days)
