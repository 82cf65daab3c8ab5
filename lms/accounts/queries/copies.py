"""A copy of everything that is kept about a person, for that person: plain data under Chinese headings."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from lms.accounts import queries
from lms.accounts.models import KnownTo, Organisation, Person
from lms.accounts.queries.rights import FIELDS
from lms.accounts.rules import documents
from lms.accounts.rules.attributes import ENDED_WORDS, Ended
from lms.foundation import clock, secrets
from lms.foundation.database import db
from lms.foundation.errors import NotFound

Copy = Callable[[UUID], dict[str, Any]]


def copy_of(person_id: UUID) -> dict[str, Any]:
    """The whole copy: what accounts keep, then what each capability above adds. For the person alone."""
    row = db.session.get(Person, person_id)
    if row is None or row.erased_at is not None:
        raise NotFound()
    found: dict[str, Any] = {"导出时间": _moment(clock.now()), "基本资料": _oneself(row)}
    found |= {"我的情况": _situation(person_id), "证明材料": _documents(person_id), "同意书": _consents(person_id)}
    found |= {"更正申请": _corrections(person_id), "和我有关的单位": _organisations(person_id)}
    for copy in current_app.extensions.get("copies", ()):
        found |= copy(person_id)
    return found


def _oneself(row: Person) -> dict[str, Any]:
    real_name = queries.real_name(row.id)
    return {
        "姓名": row.name,
        "证件类型": documents.WORDS[documents.IdKind(row.id_kind)],
        "证件号码": _opened(row.id, "id_number", row.id_number),
        "手机号": _opened(row.id, "phone", row.phone),
        "实名情况": real_name.words,
        "核对的证件": real_name.document,
        "核对时间": _moment(real_name.checked_at) if real_name.checked_at else "",
        "登记时间": _moment(row.created_at),
    }


def _opened(person_id: UUID, column: str, blob: bytes | None) -> str:
    return secrets.unseal("person", column, person_id, blob) if blob else ""


def _situation(person_id: UUID) -> list[dict[str, Any]]:
    rows = queries.attributes(person_id, opened=True, ended=True)
    return [
        {
            "项目": row.words,
            "内容": row.shown,
            "可信程度": row.standing_words,
            "从": str(row.valid_from or ""),
            "到": str(row.valid_until or ""),
            "记录时间": _moment(row.created_at),
            "结束时间": _moment(row.ended_at) if row.ended_at else "",
            "结束原因": ENDED_WORDS[Ended(row.ended_why)] if row.ended_why else "",
        }
        for row in rows
    ]


def _documents(person_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "编号": str(row.id),
            "类型": row.media_type,
            "字节": row.size,
            "上传时间": _moment(row.created_at),
            "状态": "已删除" if row.deleted_at else "保存着，可以在“我的情况”里打开",
        }
        for row in queries.documents_of(person_id)
    ]


def _consents(person_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "内容": row.title,
            "版本": row.version,
            "做了什么": "同意" if row.given else "撤回",
            "时间": _moment(row.created_at),
        }
        for row in queries.consents_of(person_id)
    ]


def _corrections(person_id: UUID) -> list[dict[str, Any]]:
    return [
        {
            "要改": FIELDS[row.field],
            "改成": row.wanted,
            "原因": row.reason,
            "结果": row.tag[1],
            "答复": row.answer,
            "时间": _moment(row.created_at),
        }
        for row in queries.corrections(person_id, opened=True)
    ]


def _organisations(person_id: UUID) -> list[str]:
    met = select(Organisation.name).join(KnownTo, KnownTo.tenant_id == Organisation.id)
    return sorted(set(db.session.scalars(met.where(KnownTo.person_id == person_id))))


def _moment(when: datetime) -> str:
    """A moment as the clocks of Guangdong show it."""
    return f"{clock.local(when):%Y-%m-%d %H:%M:%S}"
