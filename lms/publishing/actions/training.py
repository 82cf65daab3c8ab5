"""What is done with training packages: begun, described, signed by both authors, sent in, decided on. Actions flush; the door commits."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text

from lms.accounts import actions as entering
from lms.accounts import queries as accounts
from lms.foundation import clock, evidence
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.plans import queries as plans
from lms.publishing.models import (
    TrainingDecision,
    TrainingPackage,
    TrainingRemark,
    TrainingSignature,
    TrainingVersion,
)
from lms.publishing.queries import contents
from lms.publishing.queries import training as queries
from lms.publishing.rules import signatures, syllabus
from lms.publishing.rules.signatures import State
from lms.publishing.rules.syllabus import Description, Standard

SIGNATURE, DECISION = "training.signature", "training.decision"
_COPY_ITEMS = text(
    "insert into syllabus_item (id, created_at, tenant_id, partner_id, region_code, plan_code, version_id, number, place, title,"
    " theory, practical, standard_code, standard_name, standard_level)"
    " select gen_random_uuid(), :at, tenant_id, partner_id, region_code, plan_code, :new, number, place, title, theory, practical,"
    " standard_code, standard_name, standard_level from syllabus_item where version_id = :old"
)
_COPY_LESSONS = text(
    "insert into training_lesson (id, created_at, tenant_id, partner_id, region_code, plan_code, version_id, item_id,"
    " course_version_id, lesson_id)"
    " select gen_random_uuid(), :at, l.tenant_id, l.partner_id, l.region_code, l.plan_code, :new, n.id, l.course_version_id, l.lesson_id"
    " from training_lesson l join syllabus_item o on o.id = l.item_id"
    " join syllabus_item n on n.version_id = :new and n.place = o.place where l.version_id = :old"
)
_COPY_BANKS = text(
    "insert into training_bank (id, created_at, tenant_id, partner_id, region_code, plan_code, version_id, bank_version_id)"
    " select gen_random_uuid(), :at, tenant_id, partner_id, region_code, plan_code, :new, bank_version_id"
    " from training_bank where version_id = :old"
)


def begin(partner_id: UUID, programme_code: str, described: Description) -> UUID:
    """Write a package with an empty first version; raises Refused unless a school and an enterprise write it. Gives the version's id."""
    tenant_id = acting().tenant()
    own, partner = accounts.organisation(tenant_id), accounts.organisation(partner_id)
    refused = signatures.refuse_authors([own.kind, partner.kind])
    if refused:
        raise Refused(refused, field="partner")
    programme = plans.programme(programme_code)
    both = {"tenant_id": tenant_id, "partner_id": partner_id}
    place = {"region_code": own.region_code, "plan_code": programme.plan_code, "programme_code": programme.code}
    package = TrainingPackage(id=uuid4(), title=described.title, **both, **place)
    db.session.add(package)
    db.session.flush()
    return _new_version(package, 1, described).id


def describe(version_id: UUID, described: Description) -> None:
    """Change the words of a version that is being written."""
    row = editable(version_id)
    for name, value in described.columns.items():
        setattr(row, name, value)
    db.session.flush()


def revise(version_id: UUID) -> UUID:
    """Begin the next version with all that this one holds; raises Conflict where one is being written already."""
    row = own(version_id)
    package = db.session.get_one(TrainingPackage, row.package_id, with_for_update=True)
    versions = queries.versions_of_training(row.package_id)
    if any(one.state is not State.APPROVED for one in versions):
        raise Conflict("这个培训包已经有一版正在编写，接着写那一版")
    described = Description(row.title, row.summary, Standard(row.standard_code, row.standard_name, row.standard_level))
    new = _new_version(package, max(one.number for one in versions) + 1, described)
    for copy in (_COPY_ITEMS, _COPY_LESSONS, _COPY_BANKS):
        db.session.execute(copy, {"new": new.id, "old": version_id, "at": clock.now()})
    return new.id


def sign(version_id: UUID, seen_revision: int) -> None:
    """Sign for one's own organisation what one has seen; raises Conflict where it has changed or may not be signed."""
    row, person = own(version_id), acting().person()
    found = queries.training(version_id)
    authored = queries.authored(found)
    mine = [one for one in found.authors if one in acting().organisations]
    organisation_id = next((one for one in mine if one not in authored.signed_by), mine[0])
    problems = len(syllabus.problems(queries.items_of(version_id), found.standard))
    _refuse(signatures.refuse_signature(authored, organisation_id, person, seen_revision, problems))
    digest = contents.content_hash(found)
    content = {
        "version_id": str(version_id),
        "revision": row.revision,
        "content_hash": digest,
        "organisation_id": str(organisation_id),
        "person_id": str(person),
        "at": clock.now().isoformat(),
    }
    leaf = evidence.append(SIGNATURE, content, subject=str(version_id))
    signed = {"organisation_id": organisation_id, "person_id": person, "revision": row.revision, "content_hash": digest}
    db.session.add(
        TrainingSignature(version_id=version_id, leaf_id=leaf.id, leaf_hash=leaf.hash, **signed, **place_of(row))
    )
    db.session.flush()


def submit(version_id: UUID) -> None:
    """Send in what both have signed."""
    row = own(version_id)
    _refuse(signatures.refuse_submission(queries.authored(queries.training(version_id))))
    row.state, row.submitted_at, row.reason = State.SUBMITTED, clock.now(), ""
    _decide(row, "submitted", "")


def withdraw(version_id: UUID) -> None:
    """Take back what waits, to change it; the signatures hold until something is changed."""
    row = own(version_id)
    _refuse(signatures.refuse_withdrawal(queries.authored(queries.training(version_id))))
    row.state = State.DRAFT
    _decide(row, "withdrawn", "")


def decide(version_id: UUID, *, approve: bool, reason: str, remarks: Mapping[str, str], seen_revision: int) -> None:
    """Approve what both have signed, or return it with a reason; remarks are words by number of item.

    Raises NotFound out of scope, Conflict where it has changed or may not be decided on, Refused for a return without a reason.
    """
    row = _in_scope(version_id)
    found = queries.training(version_id)
    refused = signatures.refuse_decision(
        queries.authored(found), acting().person(), acting().organisations, found.drafted_by, seen_revision, approve
    )
    _refuse(refused)
    if not approve and not reason.strip():
        raise Refused("写一句要改什么，两家才知道怎么改", field="reason")
    _remark(row, remarks)
    if approve:
        _check_signed(found)
        row.content_hash = contents.content_hash(found)
    row.decided_at, row.decided_by, row.reason = clock.now(), acting().person(), reason.strip()
    row.state = State.APPROVED if approve else State.RETURNED
    _decide(row, "approved" if approve else "returned", reason.strip())


def _check_signed(found: queries.TrainingView) -> None:
    """What is approved is byte for byte what each signed; a course or bank that became another one shows here."""
    digest = contents.content_hash(found)
    query = select(TrainingSignature.content_hash).where(
        TrainingSignature.version_id == found.id, TrainingSignature.revision == found.revision
    )
    if set(db.session.scalars(query)) != {digest}:
        raise Conflict("现在的内容和两家签的不一样，退回去让他们重新签")


def _new_version(package: TrainingPackage, number: int, described: Description) -> TrainingVersion:
    place = {name: getattr(package, name) for name in ("tenant_id", "partner_id", "region_code", "plan_code")}
    row = TrainingVersion(
        id=uuid4(),
        package_id=package.id,
        programme_code=package.programme_code,
        number=number,
        state=State.DRAFT,
        revision=1,
        drafted_by=acting().person(),
        **described.columns,
        **place,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _remark(row: TrainingVersion, remarks: Mapping[str, str]) -> None:
    known = queries.item_ids(row.id, [number for number in remarks if number])
    for number, words in remarks.items():
        if not words.strip():
            continue
        if number and number not in known:
            raise Refused(f"大纲里没有“{number}”这一条，看看编号", field="remarks")
        said = {"person_id": acting().person(), "revision": row.revision, "item": number, "words": words.strip()}
        db.session.add(TrainingRemark(version_id=row.id, **said, **place_of(row)))
    db.session.flush()


def own(version_id: UUID) -> TrainingVersion:
    """A version that the acting person's organisation writes, ours until the commit; raises NotFound."""
    row = _locked(version_id)
    if not {row.tenant_id, row.partner_id} & acting().organisations:
        raise NotFound()
    return row


def editable(version_id: UUID) -> TrainingVersion:
    """The same, while it is being written; raises Conflict with the reason where it is not."""
    row = own(version_id)
    _refuse(signatures.refuse_change(queries.authored(queries.training(version_id))))
    return row


def place_of(row: TrainingVersion) -> dict[str, Any]:
    """Whose the rows are that hang on a version."""
    return {name: getattr(row, name) for name in ("tenant_id", "partner_id", "region_code", "plan_code")}


def _in_scope(version_id: UUID) -> TrainingVersion:
    row = _locked(version_id)
    if row.submitted_at is None or not any(s.covers(row.region_code, row.plan_code) for s in acting().scope):
        raise NotFound()
    return row


def _locked(version_id: UUID) -> TrainingVersion:
    # The triggers raise the revision behind the session's back: what was read before may be old.
    query = select(TrainingVersion).where(TrainingVersion.id == version_id).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound()
    return row


def _refuse(sentence: str | None) -> None:
    if sentence:
        raise Conflict(sentence)


def _decide(row: TrainingVersion, decision: str, reason: str) -> None:
    """Add the decision to the record and seal it."""
    person = acting().person()
    reason = "，".join(part for part in (accounts.in_whose_place(), reason) if part)
    digest = row.content_hash or contents.content_hash(queries.training(row.id))
    content = {
        "version_id": str(row.id),
        "revision": row.revision,
        "content_hash": digest,
        "decision": decision,
        "reason": reason,
        "person_id": str(person),
        "at": clock.now().isoformat(),
    }
    leaf = evidence.append(DECISION, content, subject=str(row.id))
    said = {
        "person_id": person,
        "revision": row.revision,
        "content_hash": digest,
        "decision": decision,
        "reason": reason,
    }
    db.session.add(TrainingDecision(version_id=row.id, leaf_id=leaf.id, leaf_hash=leaf.hash, **said, **place_of(row)))
    db.session.flush()
    if decision in (State.APPROVED, State.RETURNED):
        subject = f"training_version {row.id}"
        entering.audit(
            f"training:{decision}", subject=subject, reason=reason, region=row.region_code, plan=row.plan_code
        )
