"""The ledger of hours, read in pages for exports and audits."""

from uuid import UUID

from sqlalchemy import Select, select

from lms.foundation.database import db
from lms.learning.models import HourLedger
from lms.learning.rules.ledger import LedgerRow

_ROW = select(*(getattr(HourLedger, name) for name in LedgerRow.__slots__))
PAGE = 2000


def ledger_of_cohort(cohort_id: UUID, after: int = 0, limit: int = PAGE) -> list[LedgerRow]:
    """The next rows of a class by rising leaf: those with a leaf_id greater than `after`."""
    return _page(_ROW.where(HourLedger.cohort_id == cohort_id), after, limit)


def ledger_page(after: int, limit: int = PAGE) -> list[LedgerRow]:
    """The next rows of all classes that the principal may see, by rising leaf."""
    return _page(_ROW, after, limit)


def _page(query: Select, after: int, limit: int) -> list[LedgerRow]:
    wanted = query.where(HourLedger.leaf_id > after).order_by(HourLedger.leaf_id).limit(limit)
    return [LedgerRow(*row) for row in db.session.execute(wanted)]
