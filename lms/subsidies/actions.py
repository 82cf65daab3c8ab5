"""Asking for an export, and keeping what came of it."""

from dataclasses import asdict
from uuid import UUID, uuid4

from lms.accounts.actions import audit
from lms.cohorts import queries as cohorts
from lms.foundation import clock, evidence, jobs
from lms.foundation.database import db
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.learning.checking import alarms
from lms.subsidies import queries
from lms.subsidies.bundle.making import Made
from lms.subsidies.models import HoursExport, HoursExportResult

KIND_OF_JOB = "subsidies.export"
MASKED, FULL = "masked", "full"
IDENTITY_WORDS = {MASKED: "身份证号遮盖", FULL: "身份证号完整"}
EXPORTABLE = frozenset({"open", "closed"})
RECOMPUTED_OTHERWISE = "夜里重算时，有 {} 处台账和原始记录对不上，先查清楚再导出。在“台账重算”那一页能看到是哪几处"


def request_export(cohort_id: UUID, identity: str, reason: str, token: str, principal: Principal) -> UUID:
    """Decide to export a class and queue the work; the same form twice is one export.

    Raises NotFound outside the principal's scope, Refused for a class that has not begun, for full identities without the
    permission or a reason, and where the ledger was recomputed otherwise and nobody has settled it.
    """
    if not principal.may(Permission.HOURS_EXPORT):
        raise NotFound()
    before = queries.export_of_form(token)
    if before is not None:
        return before
    export = decide(cohort_id, identity, reason, token, principal)
    title = "生成学时表和证据包"
    job = jobs.enqueue(KIND_OF_JOB, {"export_id": str(export.id)}, key=str(export.id), title=title)
    export.job_id = job.id
    db.session.add(export)
    db.session.flush()
    told, subject = reason or IDENTITY_WORDS[identity], f"hours_export {export.id}"
    audit("hours:export", subject=subject, reason=told, region=export.region_code, plan=export.plan_code)
    return export.id


def decide(cohort_id: UUID, identity: str, reason: str, token: str, principal: Principal) -> HoursExport:
    """Return the decision row, sealed and not yet added; refuses as request_export says."""
    _refuse_full(identity, reason, principal)
    cohort = cohorts.cohort(cohort_id) if principal.system else cohorts.cohort_in_scope(cohort_id, principal)
    if cohort.state not in EXPORTABLE:
        raise Refused("这个班还没有开班，没有学时可以导出", field="cohort_id")
    if found := alarms.unsettled(cohort_id=cohort_id):
        raise Refused(RECOMPUTED_OTHERWISE.format(found), field="cohort_id")
    export_id, at = uuid4(), clock.now()
    who = str(principal.person_id) if principal.person_id else principal.system or ""
    decided = {"cohort_id": str(cohort_id), "export_id": str(export_id), "identity": identity, "reason": reason}
    leaf = evidence.append("hours_export", {**decided, "who": who, "at": at.isoformat()}, subject=str(export_id))
    return HoursExport(
        id=export_id,
        created_at=at,
        tenant_id=cohort.tenant_id,
        region_code=cohort.region_code,
        plan_code=cohort.plan_code,
        cohort_id=cohort_id,
        requested_by=principal.person_id,
        identity=identity,
        reason=reason,
        token=token,
        leaf_id=leaf.id,
        leaf_hash=leaf.hash,
    )


def _refuse_full(identity: str, reason: str, principal: Principal) -> None:
    if identity != FULL:
        return
    if not principal.may(Permission.HOURS_EXPORT_FULL):
        raise Refused("完整身份证号要有专门的权限，先选“遮盖”，或者请有权限的同事导出", field="identity")
    if not reason.strip():
        raise Refused("写一句为什么要完整的身份证号，这句话会留档", field="reason")


def keep_result(export: queries.ExportView, made: Made, bundle: tuple[str, str], sheet: tuple[str, str]) -> None:
    """Write down a finished bundle; `bundle` and `sheet` are (storage key, SHA-256). The sealed row names both."""
    figures = asdict(made.figures)
    sealed = {"export_id": str(export.id), "bundle_sha256": bundle[1], "sheet_sha256": sheet[1], **figures}
    leaf = evidence.append("hours_export_result", sealed, subject=str(export.id))
    db.session.add(
        HoursExportResult(
            export_id=export.id,
            tenant_id=export.tenant_id,
            region_code=export.region_code,
            plan_code=export.plan_code,
            checkpoint_size=made.checkpoint_size,
            sealed_at=made.sealed_at,
            skipped=made.skipped,
            bundle_key=bundle[0],
            bundle_sha256=bundle[1],
            bundle_bytes=made.bundle.stat().st_size,
            sheet_key=sheet[0],
            sheet_sha256=sheet[1],
            sheet_bytes=made.sheet.stat().st_size,
            figures=figures,
            files=[list(file) for file in made.files],
            leaf_id=leaf.id,
            leaf_hash=leaf.hash,
        )
    )
    db.session.flush()
