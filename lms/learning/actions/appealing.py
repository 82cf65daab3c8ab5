"""A trainee does not agree; somebody answers with a reason. They flush; the door commits."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts import actions as accounts
from lms.foundation import clock, evidence, secrets, working_days
from lms.foundation.database import acting, db
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.permissions import Permission
from lms.learning import queries
from lms.learning.models import HourLedger, StudySession
from lms.learning.models.reviews import Appeal, AppealAnswer
from lms.learning.queries import appeals, holds
from lms.learning.rules import holding
from lms.learning.rules.holding import About, HoldState, Verdict

KIND = "hours.appeal"
ASKED = "这件事你已经说过一次，老师看完会告诉你结果"
ANSWERED = "刚才有人答复过这一条，刷新看看结果"


@dataclass(frozen=True)
class Cause:
    """What did not count: the time of a lesson on a day for a reason, or what one anomaly holds."""

    registration_id: UUID
    lesson_id: UUID
    day: date
    reason_code: str
    anomaly_id: UUID | None = None

    @property
    def subject(self) -> str:
        """One line that stands for it: no two open appeals about the same."""
        if self.anomaly_id:
            return f"hold {self.anomaly_id}"
        return f"reason {self.registration_id} {self.lesson_id} {self.day} {self.reason_code}"


def appeal(cause: Cause, words: str, document_id: UUID | None = None) -> UUID:
    """The person says why the time should count, in words and perhaps a picture; gives the appeal's id.

    Raises NotFound where nothing of theirs was lost so, Refused for missing words, Conflict while one is open.
    """
    if problem := holding.refuse_words(words):
        raise Refused(problem, field="words")
    me, at, appeal_id = acting().person(), clock.now(), uuid4()
    registration = queries.registration(cause.registration_id, me)
    title, ms = lost(cause, me)
    row = Appeal(
        id=appeal_id,
        created_at=at,
        person_id=me,
        registration_id=registration.id,
        about=About.HOLD.value if cause.anomaly_id else About.REASON.value,
        subject=cause.subject,
        anomaly_id=cause.anomaly_id,
        lesson_id=cause.lesson_id,
        lesson_title=title,
        day=cause.day,
        reason_code=cause.reason_code,
        ms=ms,
        words=secrets.seal("appeal", "words", appeal_id, words.strip()),
        document_id=document_id,
        due_at=working_days.deadline(at, holding.APPEAL_WORKING_DAYS),
        **{name: getattr(registration, name) for name in ("cohort_id", "tenant_id", "region_code", "plan_code")},
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as taken:
        raise Conflict(ASKED, code="already_appealed") from taken
    return appeal_id


def lost(cause: Cause, person_id: UUID) -> tuple[str, int]:
    """The lesson's title and how many milliseconds it is about; raises NotFound where there are none."""
    if cause.anomaly_id:
        one = holds.hold(cause.anomaly_id)
        if one.person_id != person_id or one.state is HoldState.RELEASED:
            raise NotFound()
        return one.lesson_title, one.held_ms
    query = (
        select(func.max(StudySession.lesson_title), func.sum(HourLedger.excluded_ms))
        .join(StudySession, StudySession.id == HourLedger.session_id)
        .where(HourLedger.person_id == person_id, HourLedger.registration_id == cause.registration_id)
        .where(HourLedger.lesson_id == cause.lesson_id, HourLedger.day == cause.day)
        .where(HourLedger.reason == cause.reason_code)
    )
    title, ms = db.session.execute(query).one()
    if not ms or ms <= 0:
        raise NotFound()
    return title, int(ms)


def answer(appeal_id: UUID, *, verdict: Verdict, reason: str) -> None:
    """Answer an appeal once, with a reason that the trainee reads.

    To grant one about a reason, a correction must have been approved first: words alone add no time. About a hold it is the
    hold's own decision that counts. Raises NotFound, Refused, Conflict.
    """
    one = _mine_to_answer(appeal_id)
    if problem := holding.refuse_reason(reason):
        raise Refused(problem, field="reason")
    if verdict is Verdict.GRANTED and not _put_right(one):
        raise Refused("先提出更正，等第二个人同意，时间才会加上；加上以后会自动答复学员", code="not_corrected")
    write_answer(one, verdict, reason.strip())


def write_answer(one: appeals.AppealView, verdict: Verdict, reason: str) -> None:
    """Keep the answer and close the appeal; raises Conflict when somebody was quicker."""
    at, me = clock.now(), acting().person()
    closed = update(Appeal).where(Appeal.id == one.id, Appeal.answered_at.is_(None)).values(answered_at=at)
    if not db.session.execute(closed).rowcount:  # type: ignore[attr-defined]
        raise Conflict(ANSWERED)
    content = {
        "appeal_id": str(one.id),
        "verdict": verdict.value,
        "reason": reason,
        "answered_by": str(me),
        "at": at.isoformat(timespec="microseconds"),
    }
    leaf = evidence.append(KIND, content, subject=str(one.cohort_id))
    db.session.add(
        AppealAnswer(
            created_at=at,
            appeal_id=one.id,
            verdict=verdict.value,
            reason=reason,
            answered_by=me,
            leaf_id=leaf.id,
            leaf_hash=leaf.hash,
            **_places(one),
        )
    )
    db.session.flush()
    _enter(f"hours:appeal-{verdict.value}", one, reason)


def look(appeal_id: UUID) -> appeals.AppealView:
    """Open an appeal to read what was written; the look is entered in the audit. Raises NotFound for whom it is not."""
    one = _mine_to_answer(appeal_id, answered_too=True)
    _enter("hours:appeal-look", one, "看申诉内容")
    return one


def _mine_to_answer(appeal_id: UUID, *, answered_too: bool = False) -> appeals.AppealView:
    me = acting()
    if not (me.may(Permission.HOURS_REVIEW) or me.may(Permission.HOURS_CORRECT)):
        raise NotFound()
    allowed = select(Appeal.id).where(Appeal.id == appeal_id, *appeals.answered_by(me, ""))
    if db.session.scalar(allowed) is None:
        raise NotFound()
    one = appeals.appeal(appeal_id)
    if one.answered_at and not answered_too:
        raise Conflict(ANSWERED)
    return one


def _enter(action: str, one: appeals.AppealView, reason: str) -> None:
    accounts.audit(action, subject=f"appeal {one.id}", reason=reason, region=one.region_code, plan=one.plan_code)


def _put_right(one: appeals.AppealView) -> bool:
    if one.anomaly_id:
        return holds.hold(one.anomaly_id).state is HoldState.RELEASED
    return any(found.verdict == "approved" for found in appeals.corrections_of_appeal(one.id))


def _places(one: appeals.AppealView) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("tenant_id", "region_code", "plan_code", "person_id")}
