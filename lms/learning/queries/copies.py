"""What learning adds to the copy of a person's own data."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.foundation import clock
from lms.foundation.database import db
from lms.learning.models import Cmi5Au, HourLedger, QuizAttempt, ScormAttempt
from lms.learning.models.quizzes import QuizPaper
from lms.learning.queries import appeals, holds, quizzes
from lms.learning.rules.anomalies import WORDS, Code
from lms.learning.rules.holding import APPEAL_WORDS, HOLD_WORDS
from lms.learning.rules.reasons import Reason, cause
from lms.publishing import queries as publishing

MOST = 1000


def copy_of(person_id: UUID) -> dict[str, Any]:
    """What learning holds of a person, oldest first; lengths in seconds.

    The ledger of hours, attempts at SCOs, standing in AUs, tries at quizzes with the answers and a teacher's marks, papers that
    wait, time on hold and appeals.
    """
    mine = select(HourLedger).where(HourLedger.person_id == person_id).order_by(HourLedger.id)
    attempts = _all(ScormAttempt, ScormAttempt.created_at, person_id)
    tries, papers = _all(QuizAttempt, QuizAttempt.created_at, person_id), _waiting(person_id)
    units = _all(Cmi5Au, Cmi5Au.lesson_id, person_id)
    titles = _titles(row.lesson_id for row in (*attempts, *tries, *papers, *units))
    return {
        "学时台账": [_row(row) for row in db.session.scalars(mine)],
        "互动课件": [_attempt(row, titles) for row in attempts],
        "课件单元": [_unit(row, titles) for row in units],
        "测验": [_try(row, titles) for row in tries],
        "等老师批的卷子": [_paper(row, titles) for row in papers],
        "待确认的学时": [_hold(one) for one in holds.holds_of(person_id, MOST)],
        "我的申诉": [_appeal(one.id) for one in appeals.appeals_of(person_id, MOST)],
    }


def _all(table: Any, order: Any, person_id: UUID) -> list[Any]:
    return list(db.session.scalars(select(table).where(table.person_id == person_id).order_by(order)))


def _waiting(person_id: UUID) -> list[QuizPaper]:
    decided = select(QuizAttempt.id).where(QuizAttempt.id == QuizPaper.id).exists()
    query = select(QuizPaper).where(QuizPaper.person_id == person_id, ~decided)
    return list(db.session.scalars(query.order_by(QuizPaper.created_at)))


def _titles(lesson_ids: Iterable[UUID]) -> dict[UUID, str]:
    return {id: publishing.lesson(id).title for id in set(lesson_ids)}


def _row(row: HourLedger) -> dict[str, Any]:
    return {
        "日期": str(row.day),
        "开始": _told(row.started_at),
        "结束": _told(row.ended_at),
        "计入秒数": row.credited_ms // 1000,
        "没计入秒数": row.excluded_ms // 1000,
        "原因": row.reason or "",
        "设备": row.device,
        "网络地址": row.ip,
        "课": str(row.lesson_id),
    }


def _attempt(row: ScormAttempt, titles: dict[UUID, str]) -> dict[str, Any]:
    return {
        "课": titles[row.lesson_id],
        "第几次": row.number,
        "开始": _told(row.created_at),
        "完成情况": row.completion,
        "通过情况": row.success,
        "得分": row.score_raw if row.score_scaled is None else row.score_scaled,
        "课件说的秒数": row.total_seconds,
        "位置": row.location,
        "课件存的进度": row.suspend_data,
        "其他": row.cmi,
    }


def _unit(row: Cmi5Au, titles: dict[UUID, str]) -> dict[str, Any]:
    return {
        "课": titles[row.lesson_id],
        "学完": _told(row.completed_at),
        "通过": _told(row.passed_at),
        "免学": _told(row.waived_at),
        "免学的原因": row.waived_why,
        "达到要求": _told(row.satisfied_at),
    }


def _try(row: QuizAttempt, titles: dict[UUID, str]) -> dict[str, Any]:
    marks = quizzes.marks_of(row.id).values()
    marked = [{"题号": one.question, "老师给的分": one.hundredths / 100, "评语": one.comment} for one in marks]
    return _paper(row, titles) | {"得分": row.score, "通过": "是" if row.passed else "否", "老师批的": marked}


def _paper(row: QuizAttempt | QuizPaper, titles: dict[UUID, str]) -> dict[str, Any]:
    told = {"课": titles[row.lesson_id], "第几次": row.number, "交卷": _told(row.created_at)}
    return told | {"答案": row.answers}


def _hold(one: holds.HoldView) -> dict[str, Any]:
    told = {"课": one.lesson_title, "学的时间": _told(one.launched_at), "秒数": one.held_ms // 1000}
    return told | {"为什么": one.words.told, "现在": HOLD_WORDS[one.state][1], "理由": one.reason}


def _appeal(appeal_id: UUID) -> dict[str, Any]:
    one = appeals.appeal(appeal_id)
    known = {str(reason): cause(reason) for reason in Reason} | {str(code): WORDS[code].title for code in Code}
    told = {"课": one.lesson_title, "日期": str(one.day), "没计入的原因": known[one.reason_code], "我写的": one.words}
    return told | {"现在": APPEAL_WORDS[one.verdict][1], "答复": one.answer}


def _told(moment: datetime | None) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M:%S}" if moment else ""
