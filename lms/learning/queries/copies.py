"""What learning owes a person who asks for a copy of their data: every row of their ledger."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import HourLedger


def copy_of(person_id: UUID) -> dict[str, Any]:
    """The ledger of hours of a person, oldest first; lengths in seconds."""
    mine = select(HourLedger).where(HourLedger.person_id == person_id).order_by(HourLedger.id)
    return {"学时台账": [_row(row) for row in db.session.scalars(mine)]}


def _row(row: HourLedger) -> dict[str, Any]:
    return {
        "日期": str(row.day),
        "开始": f"{clock.local(row.started_at):%Y-%m-%d %H:%M:%S}",
        "结束": f"{clock.local(row.ended_at):%Y-%m-%d %H:%M:%S}",
        "计入秒数": row.credited_ms // 1000,
        "没计入秒数": row.excluded_ms // 1000,
        "原因": row.reason or "",
        "设备": row.device,
        "网络地址": row.ip,
        "课": str(row.lesson_id),
    }
