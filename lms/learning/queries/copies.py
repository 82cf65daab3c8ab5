"""What learning owes a person who asks for a copy of their data: every row of their ledger, what packages keep of them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import HourLedger, ScormAttempt


def copy_of(person_id: UUID) -> dict[str, Any]:
    """The ledger of hours of a person and their attempts at SCOs, oldest first; lengths in seconds."""
    mine = select(HourLedger).where(HourLedger.person_id == person_id).order_by(HourLedger.id)
    attempts = select(ScormAttempt).where(ScormAttempt.person_id == person_id).order_by(ScormAttempt.created_at)
    return {
        "学时台账": [_row(row) for row in db.session.scalars(mine)],
        "互动课件": [_attempt(row) for row in db.session.scalars(attempts)],
    }


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


def _attempt(row: ScormAttempt) -> dict[str, Any]:
    return {
        "课": str(row.lesson_id),
        "第几次": row.number,
        "开始": f"{clock.local(row.created_at):%Y-%m-%d %H:%M:%S}",
        "完成情况": row.completion,
        "通过情况": row.success,
        "得分": row.score_raw if row.score_scaled is None else row.score_scaled,
        "课件说的秒数": row.total_seconds,
        "位置": row.location,
        "课件存的进度": row.suspend_data,
        "其他": row.cmi,
    }
