"""One of everything that is reviewed: a hold, an appeal, a correction, and the ledger row they are about."""

from uuid import UUID, uuid4

from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.learning.actions import appealing, correcting
from lms.learning.actions.appealing import Cause
from lms.learning.models import HourLedger, StudySession
from lms.learning.models.reviews import Anomaly
from tests.learning.classroom import Classroom
from tests.people import SYSTEM, Cast


def reviews_of(cast: Cast, room: Classroom) -> dict[str, object]:
    """The ids by the names that addresses give them; all are of xiulan's hours in the class."""
    trainee = room.trainee()
    trainee.open()
    trainee.send(trainee.next(0, 120))
    with transaction(SYSTEM):
        row = db.session.scalars(select(HourLedger).where(HourLedger.session_id == trainee.session_id)).one()
        cause, ledger_id = Cause(room.registrations["xiulan"], room.video_id, row.day, row.reason), row.id
    with transaction(cast.principal("xiulan")):
        appeal_id = appealing.appeal(cause, "那时村里停电了")
    with transaction(cast.principal("liumin")):
        correction_id = correcting.propose(ledger_id, 60_000, "村委会证明停电", appeal_id)
    held = {"anomaly_id": _a_hold(trainee.session_id), "appeal_id": appeal_id}
    return {**held, "correction_id": correction_id, "ledger_id": ledger_id}


def _a_hold(session_id: UUID) -> UUID:
    with transaction(SYSTEM):
        session = db.session.get_one(StudySession, session_id)
        places = ("tenant_id", "region_code", "plan_code", "person_id", "registration_id", "cohort_id")
        row = Anomaly(
            id=uuid4(), session_id=session.id, code="shared_device", facts={"people": 4}, due_at=clock.now(), leaf_id=1,
            leaf_hash=b"", **{name: getattr(session, name) for name in places},
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        return row.id
