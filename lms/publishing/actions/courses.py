"""What is done with packages: receive, record a check, submit, approve, return. Actions flush; the door commits."""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from lms.accounts import actions as entering
from lms.accounts import queries as accounts
from lms.foundation import clock, evidence, jobs
from lms.foundation.database import acting, db, widened
from lms.foundation.errors import Conflict, Refused
from lms.publishing import rules
from lms.publishing.actions import recording, second_looks, variants
from lms.publishing.checking import Outcome
from lms.publishing.files import KeptFile, source_hash
from lms.publishing.models.courses import Lesson, Package, PackageVersion, VersionDecision
from lms.publishing.queries import courses as queries
from lms.publishing.queries import talks
from lms.publishing.queries.unified import refuse_outside_unified
from lms.publishing.rules import State

CHECK = "publishing.check"


@dataclass(frozen=True)
class Offer:
    """What is sent in: the words of the form and the kept files by part; without `uploaded_by` by who acts."""

    tenant_id: UUID
    region_code: str
    programme_code: str
    plan_code: str
    title: str
    declared_seconds: int
    upload_token: UUID
    files: dict[str, KeptFile]
    package_id: UUID | None = None
    uploaded_by: UUID | None = None


def receive(offer: Offer) -> UUID:
    """Write a new version and queue its check; the same form twice is the same version. Gives the version's id.

    Raises Conflict when the same files are here already. Two windows at once: the unique indexes decide.
    """
    digest = source_hash(offer.files)
    known = queries.by_upload(offer.tenant_id, offer.upload_token)
    if known and _same(known, offer):
        return known.id
    if known:  # the browser's way back showed an old form, filled in anew: another upload
        offer = replace(offer, upload_token=uuid4())
    if queries.by_source(offer.tenant_id, offer.programme_code, digest):
        return _came_first(offer, digest)
    version_id = new_version(offer, digest)
    if version_id is None:
        return _came_first(offer, digest)
    _queue_check(version_id, offer.tenant_id, offer.title, attempt=1)
    return version_id


def receive_checked(offer: Offer, outcome: Outcome) -> UUID:
    """Write a version with what a check found already; the same file a moment ago is that version. Gives its id."""
    digest = source_hash(offer.files)
    offer = replace(offer, title=offer.title or (outcome.course.title if outcome.course else ""))
    version_id = new_version(offer, digest)
    if version_id is None:
        twin = queries.by_source(offer.tenant_id, offer.programme_code, digest)
        if twin is None:
            raise Conflict()
        return twin.id
    recording.write(queries.locked_row(version_id), outcome)
    return version_id


def _same(known: queries.VersionView, offer: Offer) -> bool:
    """Whether a form that came again says what it said the first time."""
    before = {part: entry["sha256"] for part, entry in known.source.items()}
    now = {part: file.sha256 for part, file in offer.files.items()}
    return (before, known.title, known.programme_code) == (now, offer.title, offer.programme_code)


def check_again(version_id: UUID) -> None:
    """Queue another check after the machine failed, not the files; raises Conflict unless the last one is over."""
    row = _locked(version_id)
    if row.state != State.CHECKING or row.job_id is None or jobs.find(row.job_id).state != "failed":
        raise Conflict()
    attempt = int(row.report.get("attempt", 1)) + 1
    row.report = {"attempt": attempt}
    _queue_check(version_id, row.tenant_id, row.title, attempt)


def submit(version_id: UUID) -> None:
    """Send a checked version in for review; raises Conflict when it is not ready for that."""
    row = _locked(version_id, State.SUBMITTED)
    _inside_the_unified(version_id)
    if accounts.needs_second_look(row.tenant_id):
        second_looks.ask(row)
        return
    row.state, row.submitted_at, row.reason = State.SUBMITTED, clock.now(), ""
    _decide(row, "submitted", "", {})


def submit_checked(version_id: UUID, *, approve: bool, reason: str, seen: str) -> None:
    """The institution's second person sends a version in for review, or gives it back; `seen` is the content hash shown."""
    row = _locked(version_id, State.SUBMITTED)
    second_looks.looked(row, approve=approve, reason=reason, seen=seen)
    if approve:
        _inside_the_unified(version_id)
        row.state, row.submitted_at, row.reason = State.SUBMITTED, clock.now(), ""
        _decide(row, "submitted", "", {})


def approve(version_id: UUID, seconds: dict[int, int]) -> None:
    """Approve a version with each lesson's study time (seconds by lesson number); from then on it never changes.

    Raises Refused where a time cannot be approved or the reviewer is the uploader, Conflict when somebody was quicker.
    """
    row = _locked(version_id, State.APPROVED)
    _other_than_uploader(row)
    _inside_the_unified(version_id)
    _nothing_open(version_id)
    lessons = list(db.session.scalars(select(Lesson).where(Lesson.version_id == row.id).order_by(Lesson.number)))
    for lesson in lessons:
        wanted = seconds.get(lesson.number, 0)
        problem = rules.refuse_seconds(queries.measure_of(lesson), wanted)
        if problem:
            raise Refused(f"第 {lesson.number} 课：{problem}", field=f"lesson-{lesson.number}")
        lesson.approved_seconds = wanted
    db.session.flush()
    row.state, row.decided_at, row.decided_by, row.reason = State.APPROVED, clock.now(), acting().person_id, ""
    _decide(row, "approved", "", {str(lesson.number): lesson.approved_seconds for lesson in lessons})
    with widened("the machine's own job for an institution's lessons, asked for by the authority's approval"):
        variants.begin(row.id)


def return_(version_id: UUID, reason: str) -> None:
    """Send a version back to the institution with a reason in words."""
    row = _locked(version_id, State.RETURNED)
    _other_than_uploader(row)
    if not reason.strip():
        raise Refused("写一句要改什么，对方才知道怎么改", field="reason")
    row.state, row.decided_at, row.decided_by, row.reason = (
        State.RETURNED,
        clock.now(),
        acting().person_id,
        reason.strip(),
    )
    _decide(row, "returned", reason.strip(), {})


def new_version(offer: Offer, digest: str) -> UUID | None:
    """Write a version, in a package of its own unless one is named; None when another window was quicker."""
    with db.session.begin_nested() as attempt:
        version_id = _new_version(offer, offer.package_id or _new_package(offer), digest)
        if version_id is None:
            attempt.rollback()  # no empty package is left by whoever came second
    return version_id


def _new_package(offer: Offer) -> UUID:
    package = Package(
        id=uuid4(),
        tenant_id=offer.tenant_id,
        title=offer.title,
        programme_code=offer.programme_code,
        region_code=offer.region_code,
        plan_code=offer.plan_code,
    )
    db.session.add(package)
    db.session.flush()
    return package.id


def _new_version(offer: Offer, package_id: UUID, digest: str) -> UUID | None:
    """The id of the new row; None when another window wrote the same upload a moment ago."""
    # The package row is locked so that two uploads of one package get two numbers.
    db.session.execute(select(Package.id).where(Package.id == package_id).with_for_update())
    last = select(func.coalesce(func.max(PackageVersion.number), 0)).where(PackageVersion.package_id == package_id)
    new = insert(PackageVersion).values(
        id=uuid4(),
        created_at=clock.now(),
        package_id=package_id,
        tenant_id=offer.tenant_id,
        number=db.session.scalar(last) + 1,  # type: ignore[operator]
        state=State.CHECKING,
        title=offer.title,
        programme_code=offer.programme_code,
        region_code=offer.region_code,
        plan_code=offer.plan_code,
        declared_seconds=offer.declared_seconds,
        upload_token=offer.upload_token,
        source={part: file.as_json() for part, file in offer.files.items()},
        source_hash=digest,
        report={},
        reason="",
        uploaded_by=offer.uploaded_by or acting().person(),
    )
    # Which of the two keys was met, form or files, is told apart by _came_first, which compares what is there.
    return db.session.scalar(new.on_conflict_do_nothing().returning(PackageVersion.id))


def _came_first(offer: Offer, digest: str) -> UUID:
    """Another window won, a moment or a month ago: the same form leads to its version, the same files are told."""
    known = queries.by_upload(offer.tenant_id, offer.upload_token)
    if known and _same(known, offer):
        return known.id
    twin = queries.by_source(offer.tenant_id, offer.programme_code, digest)
    if twin is None:
        raise Conflict()
    what = "这三个文件" if len(offer.files) > 1 else "这个文件"
    sentence = f"{what}和《{twin.title}》第 {twin.number} 版一模一样，不用再传，到课程包里看它就行"
    raise Conflict(sentence, code="same_content")


def _queue_check(version_id: UUID, tenant_id: UUID, title: str, attempt: int) -> None:
    body = {"version_id": str(version_id)}
    job = jobs.enqueue(
        CHECK,
        body,
        key=f"{version_id}:{attempt}",
        title=f"检查《{title}》" if title else "检查课程包",
        tenant_id=tenant_id,
    )
    row = db.session.get_one(PackageVersion, version_id)
    row.job_id = job.id
    db.session.flush()


def _locked(version_id: UUID, new: State | None = None) -> PackageVersion:
    """The row, ours until the commit; raises NotFound, or Conflict when it cannot become `new` any more."""
    row = queries.locked_row(version_id)
    if new is not None and not rules.may_become(State(row.state), new):
        raise Conflict(f"这一版现在是“{rules.WORDS[State(row.state)][1]}”，刷新看看最新的情况")
    return row


def _other_than_uploader(row: PackageVersion) -> None:
    problem = rules.refuse_reviewer(row.uploaded_by, acting().person_id)
    if problem:
        raise Refused(problem, code="own_upload")


def _nothing_open(version_id: UUID) -> None:
    """What the reviewer asked is settled before it is approved."""
    left = talks.count_open(version_id)
    if left:
        raise Refused(f"还有 {left} 条意见没解决。看过改好的地方，点“解决了”，或者退回给机构", code="open_talks")


def _inside_the_unified(version_id: UUID) -> None:
    """Where the plan demands the unified syllabus and bank, a course outside them goes no further."""
    problem = refuse_outside_unified(version_id)
    if problem:
        raise Refused(problem, code="outside_unified")


def _decide(row: PackageVersion, decision: str, reason: str, seconds: dict[str, int | None]) -> None:
    """Add the decision to the record and seal it; done in a colleague's place, it says so."""
    person = acting().person()
    reason = "，".join(part for part in (accounts.in_whose_place(), reason) if part)
    content = {
        "version_id": str(row.id),
        "content_hash": row.content_hash,
        "decision": decision,
        "reason": reason,
        "person_id": str(person),
        "at": clock.now().isoformat(),
        "seconds": ",".join(f"{number}:{value}" for number, value in sorted(seconds.items())),
    }
    leaf = evidence.append("package.decision", content, subject=str(row.id))
    place = {"tenant_id": row.tenant_id, "region_code": row.region_code, "plan_code": row.plan_code}
    db.session.add(
        VersionDecision(
            version_id=row.id,
            person_id=person,
            decision=decision,
            reason=reason,
            leaf_id=leaf.id,
            leaf_hash=leaf.hash,
            **place,
        )
    )
    db.session.flush()
    if decision != State.SUBMITTED:
        subject = f"package_version {row.id}"
        entering.audit(
            f"package:{decision}", subject=subject, reason=reason, region=row.region_code, plan=row.plan_code
        )
