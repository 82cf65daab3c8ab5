"""What learning forgets of somebody whose account is erased. Flushes; the door commits.

Hours, tries at quizzes, marks and what AUs have said stay: they are sealed, claims rest on them, and they go on under the
pseudonym. What is kept only for the person's own sake, or says something in their own words, goes.
"""

from sqlalchemy import delete, select, update

from lms.accounts.events import PersonErased
from lms.foundation import secrets
from lms.foundation.database import db, widened
from lms.learning.models import Appeal, ScormAttempt, StudyWish

WHY = "forget what an erased person wrote and where their courses stood"


def forget(event: PersonErased) -> None:
    """Empty what courses kept for the person and what they wrote in appeals; drop their wishes."""
    mine = event.person_id
    with widened(WHY):
        blank = {"suspend_data": "", "location": "", "cmi": {}}
        db.session.execute(update(ScormAttempt).where(ScormAttempt.person_id == mine).values(**blank))
        for appeal_id in db.session.scalars(select(Appeal.id).where(Appeal.person_id == mine)).all():
            words = secrets.seal("appeal", "words", appeal_id, "（本人已注销，内容已删）")
            db.session.execute(update(Appeal).where(Appeal.id == appeal_id).values(words=words, document_id=None))
        db.session.execute(delete(StudyWish).where(StudyWish.person_id == mine))
