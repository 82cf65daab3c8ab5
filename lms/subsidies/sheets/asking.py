"""Asking for a sheet, finding those that were made, keeping what came of them and the scans of the sealed papers."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.accounts import queries as accounts
from lms.accounts.actions import audit
from lms.cohorts import queries as cohorts
from lms.foundation import clock, evidence, jobs
from lms.foundation.database import acting, db
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.learning.checking import alarms
from lms.subsidies.actions import RECOMPUTED_OTHERWISE
from lms.subsidies.models import HoursSheet, HoursSheetResult, HoursSheetScan
from lms.subsidies.sheets.kinds import ATTENDANCE, LEDGER, WORDS

KIND_OF_JOB = "subsidies.sheet"
_PLACED = ("tenant_id", "region_code", "plan_code")
# what a scan may be, told by its first bytes
SCANS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n": "image/png"}
MOST_SCAN_BYTES = 20_000_000


@dataclass(frozen=True)
class Wish:
    """What is wanted: a kind of sheet of a class, a person, or a region (a prefix) and plan; of which days."""

    kind: str
    cohort_id: UUID | None = None
    person_id: UUID | None = None
    region: str = ""
    plan: str = ""
    first: date | None = None
    last: date | None = None
    identity: str = "masked"
    reason: str = ""


def ask(wish: Wish, token: str, principal: Principal) -> UUID:
    """Ask for a sheet; the same form twice is one sheet.

    Raises NotFound outside the principal's scope, Refused where something is missing, and where a recomputation of the
    class or the person found differences that nobody has settled.
    """
    before = db.session.scalar(select(HoursSheet.id).where(HoursSheet.token == token))
    if before is not None:
        return before
    wish, place = _placed(wish, principal)
    _refuse_differences(wish)
    sheet = _decide(wish, place, token, principal)
    job = jobs.enqueue(KIND_OF_JOB, {"sheet_id": str(sheet.id)}, key=str(sheet.id), title=f"生成{WORDS[wish.kind]}")
    sheet.job_id = job.id
    db.session.add(sheet)
    db.session.flush()
    told = wish.reason or WORDS[wish.kind]
    people = [wish.person_id] if wish.person_id else []
    where = {"region": place["region_code"], "plan": place["plan_code"] or None}
    audit("hours:export", subject=f"hours_sheet {sheet.id}", reason=told, people=people, **where)
    return sheet.id


def _placed(wish: Wish, principal: Principal) -> tuple[Wish, dict[str, Any]]:
    """The wish as far as the principal may wish it, and where it belongs."""
    may_all = principal.may(Permission.HOURS_EXPORT)
    if wish.identity == "full" and not principal.may(Permission.HOURS_EXPORT_FULL):
        raise Refused("完整身份证号要有专门的权限，先选“遮盖”", field="identity")
    if wish.identity == "full" and not wish.reason.strip():
        raise Refused("写一句为什么要完整的身份证号，这句话会留档", field="reason")
    if wish.cohort_id:
        mine = cohorts.cohort_in_scope if may_all else cohorts.own_cohort
        cohort = mine(wish.cohort_id, principal)
        if cohort.state not in ("open", "closed") and wish.kind != ATTENDANCE:
            raise Refused("这个班还没有开班，没有学时可以导出", field="cohort_id")
        return wish, {name: getattr(cohort, name) for name in _PLACED}
    if not may_all or wish.kind != LEDGER:
        raise Refused("先选一个班", field="cohort_id")
    if wish.person_id:
        accounts.person(wish.person_id)
    scope = next((s for s in principal.scope if not wish.region or s.covers(wish.region, wish.plan)), None)
    if scope is None:
        raise NotFound()
    wish = replace(wish, region=wish.region or scope.region, plan=wish.plan or scope.plan or "")
    return wish, {"tenant_id": None, "region_code": wish.region, "plan_code": wish.plan}


def _refuse_differences(wish: Wish) -> None:
    if wish.kind == ATTENDANCE:
        return
    if wish.cohort_id or wish.person_id:
        found = alarms.unsettled(cohort_id=wish.cohort_id, person_id=wish.person_id)
    else:
        found = sum(1 for one in alarms.alarms() if not one.settled)
    if found:
        raise Refused(RECOMPUTED_OTHERWISE.format(found), code="recomputed_otherwise", field="cohort_id")


def _decide(wish: Wish, place: dict[str, Any], token: str, principal: Principal) -> HoursSheet:
    sheet_id, at = uuid4(), clock.now()
    days = {name: day.isoformat() if (day := getattr(wish, name)) else None for name in ("first", "last")}
    what = {
        "kind": wish.kind,
        "identity": wish.identity,
        "reason": wish.reason,
        "region": wish.region,
        "plan": wish.plan,
    }
    whose = {name: str(getattr(wish, name) or "") for name in ("cohort_id", "person_id")}
    sealed = {**what, **days, **whose, "sheet_id": str(sheet_id), "who": str(principal.person_id), "at": at.isoformat()}
    leaf = evidence.append("hours_sheet", sealed, subject=str(sheet_id))
    names = ("kind", "cohort_id", "person_id", "first", "last", "identity", "reason")
    own = {name: getattr(wish, name) for name in names}
    sealed_by = {"leaf_id": leaf.id, "leaf_hash": leaf.hash}
    return HoursSheet(
        id=sheet_id, created_at=at, token=token, requested_by=principal.person_id, **own, **place, **sealed_by
    )


def sheet(sheet_id: UUID) -> HoursSheet:
    """One that the principal may see; raises NotFound."""
    found = db.session.scalar(select(HoursSheet).where(HoursSheet.id == sheet_id))
    if found is None:
        raise NotFound()
    return found


def result(sheet_id: UUID) -> HoursSheetResult | None:
    """What came of it; None until it is finished."""
    return db.session.scalar(select(HoursSheetResult).where(HoursSheetResult.sheet_id == sheet_id))


def scans(sheet_id: UUID) -> list[HoursSheetScan]:
    """The sealed papers that were scanned, newest first."""
    query = select(HoursSheetScan).where(HoursSheetScan.sheet_id == sheet_id)
    return list(db.session.scalars(query.order_by(HoursSheetScan.created_at.desc())))


def newest(most: int = 50) -> list[HoursSheet]:
    """The sheets that the principal may see, newest first."""
    return list(db.session.scalars(select(HoursSheet).order_by(HoursSheet.created_at.desc()).limit(most)))


def keep(
    made_of: HoursSheet, rows: int, figures: dict[str, Any], xlsx: tuple[str, str, int], csv: tuple[str, str, int]
) -> None:
    """Write down a finished sheet; files are (key, SHA-256, bytes)."""
    sealed = {"sheet_id": str(made_of.id), "xlsx_sha256": xlsx[1], "csv_sha256": csv[1], "rows": rows}
    leaf = evidence.append("hours_sheet_result", sealed, subject=str(made_of.id))
    files = dict(
        zip(("xlsx_key", "xlsx_sha256", "xlsx_bytes", "csv_key", "csv_sha256", "csv_bytes"), (*xlsx, *csv), strict=True)
    )
    place = {name: getattr(made_of, name) for name in _PLACED}
    row = HoursSheetResult(sheet_id=made_of.id, rows=rows, figures=figures, **files, **place)
    row.leaf_id, row.leaf_hash = leaf.id, leaf.hash
    db.session.add(row)
    db.session.flush()


def kind_of_scan(content: bytes) -> str:
    """What a scan is by its first bytes; raises Refused for anything that is neither PDF nor picture."""
    for start, kind in SCANS.items():
        if content.startswith(start):
            return kind
    raise Refused("扫描件要 PDF、JPG 或 PNG，换一种格式再传", field="scan")


def keep_scan(of: HoursSheet, file_name: str, kind: str, key: str, content: bytes) -> None:
    """Keep the scan of a sealed paper; its checksum is sealed with who brought it."""
    me, digest, at = acting().person(), hashlib.sha256(content).hexdigest(), clock.now()
    sealed = {"sheet_id": str(of.id), "sha256": digest, "who": str(me), "at": at.isoformat()}
    leaf = evidence.append("hours_sheet_scan", sealed, subject=str(of.id))
    place = {name: getattr(of, name) for name in _PLACED}
    row = HoursSheetScan(id=uuid4(), created_at=at, sheet_id=of.id, uploaded_by=me, file_name=file_name[:120], **place)
    row.content_type, row.key, row.sha256, row.size_bytes = kind, key, digest, len(content)
    row.leaf_id, row.leaf_hash = leaf.id, leaf.hash
    db.session.add(row)
    db.session.flush()
    audit("hours:sealed-scan", subject=f"hours_sheet {of.id}", reason=WORDS[of.kind], region=of.region_code)
