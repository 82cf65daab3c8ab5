"""What may be said of a person, how a value is written and shown, and whose word makes it firmer."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from lms.plans.rules.facts import EDUCATION_WORDS, VOCABULARY, Attribute, AttributeKey, Kind, Standing

LONGEST_TEXT = 60


class Particular(StrEnum):
    """What every plan asks of everybody: education, and three places that are not the same place."""

    EDUCATION = "education"
    HUKOU_REGION = "hukou_region"
    INSURED_REGION = "insured_region"
    WORK_REGION = "work_region"


_REGION = re.compile(r"[1-9][0-9](([0-9]{2})([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?")
_PARTICULARS = {
    Particular.EDUCATION: Attribute(
        "文化程度", Kind.CHOICE, tuple((str(int(level)), words) for level, words in EDUCATION_WORDS.items())
    ),
    Particular.HUKOU_REGION: Attribute("户籍地", Kind.TEXT),
    Particular.INSURED_REGION: Attribute("参保地", Kind.TEXT),
    Particular.WORK_REGION: Attribute("就业地", Kind.TEXT),
}
REGIONS = frozenset({Particular.HUKOU_REGION, Particular.INSURED_REGION, Particular.WORK_REGION})
ATTRIBUTES: dict[str, Attribute] = {
    **{str(key): attribute for key, attribute in _PARTICULARS.items()},
    **{str(key): attribute for key, attribute in VOCABULARY.items()},
}
# The registrar's alone: nobody says it of themself, no school of a trainee.
NOT_DECLARED = frozenset({str(AttributeKey.DECEASED)})
# What is one department's business, with human resources, who pay: the others see neither the thing nor that it is there.
_K = AttributeKey
_OWNERS = {
    "veterans": (_K.VETERAN, _K.VETERAN_ROUTE, _K.SETTLEMENT_YEAR),
    "disabled_federation": (_K.DISABILITY, _K.PARENT_OF_DISABLED, _K.DISABLED_GRADUATE),
    "agriculture": (_K.REGISTERED_POOR, _K.POOR_FAMILY_CHILD),
}
OWNER_OF = {str(key): department for department, keys in _OWNERS.items() for key in keys}
PAYS = "hrss"
STANDING_WORDS = {Standing.CLAIMED: "本人填的", Standing.VOUCHED: "机构核过", Standing.PROVED: "已证明"}
STANDING_TONES = {Standing.CLAIMED: "wait", Standing.VOUCHED: "go", Standing.PROVED: "ok"}
NOT_ONE_OF_THESE = "从列出的几项里选一项"
_PERIOD = "开始日期在结束日期后面，两个日期对调看看"


class Ended(StrEnum):
    """Why something said of a person no longer stands."""

    REPLACED = "replaced"
    CONFIRMED = "confirmed"
    TAKEN_BACK = "taken_back"
    NOT_SO = "not_so"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ERASED = "erased"


ENDED_WORDS = {
    Ended.REPLACED: "后来改了",
    Ended.CONFIRMED: "后来有人核过",
    Ended.TAKEN_BACK: "本人撤回",
    Ended.NOT_SO: "核对下来不是这样",
    Ended.CONSENT_WITHDRAWN: "撤回同意，内容已删",
    Ended.ERASED: "账号注销，内容已删",
}


@dataclass(frozen=True)
class Said:
    """One thing to be written down: a key and a value as text; dates are inclusive, None is open."""

    key: str
    value: str
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Standings:
    """Who has said a thing so far: the row's standing, its person and who entered it."""

    standing: Standing
    person_id: UUID
    entered_by: UUID | None


def sensitive(key: str) -> bool:
    """Whether it is sensitive personal information, sealed and shown by permission alone."""
    return ATTRIBUTES[key].sensitive


def seen_by(key: str | None, departments: Collection[str | None]) -> bool:
    """Whether an authority of these departments (None: all of them) may know of a thing at all."""
    owner = OWNER_OF.get(key or "")
    return owner is None or None in departments or not {owner, PAYS}.isdisjoint(departments)


def faults_of(said: Said, today: date) -> dict[str, str]:
    """What cannot be written down as it is: field -> sentence."""
    faults = {}
    wrong = _wrong_value(said.key, said.value, today)
    if wrong:
        faults["value"] = wrong
    if said.valid_from and said.valid_until and said.valid_from > said.valid_until:
        faults["valid_until"] = _PERIOD
    return faults


def _wrong_value(key: str, value: str, today: date) -> str | None:
    attribute = ATTRIBUTES.get(key)
    if attribute is None:
        return NOT_ONE_OF_THESE
    if key in REGIONS:
        return None if _REGION.fullmatch(value) else "填行政区划代码，2、4、6、9 或 12 位数字，比如顺德区是 440606"
    checks = {Kind.YES_NO: _yes_no, Kind.DATE: _date, Kind.YEAR: _year, Kind.TEXT: _text}
    if attribute.choices:
        return None if value in dict(attribute.choices) else NOT_ONE_OF_THESE
    return checks[attribute.kind](value, today)


def _yes_no(value: str, _today: date) -> str | None:
    return None if value in ("yes", "no") else "选“是”或“不是”"


def _date(value: str, _today: date) -> str | None:
    try:
        return (
            None
            if re.fullmatch(r"\d{4}-\d\d-\d\d", value) and date.fromisoformat(value)
            else "像 2026-11-22 这样填日期"
        )
    except ValueError:
        return "没有这一天，像 2026-11-22 这样填日期"


def _year(value: str, today: date) -> str | None:
    whole = re.fullmatch(r"(19|20)\d\d", value) and int(value) <= today.year + 1
    return None if whole else "填 4 位年份，比如 2024"


def _text(value: str, _today: date) -> str | None:
    if not value.strip():
        return "这一格要填"
    return None if len(value) <= LONGEST_TEXT else f"太长了，最多 {LONGEST_TEXT} 个字"


def shown(key: str, value: str) -> str:
    """A value in words: 是, 2024 年, 视力残疾."""
    attribute = ATTRIBUTES[key]
    if attribute.choices:
        return dict(attribute.choices).get(value, value)
    if attribute.kind is Kind.YES_NO:
        return "是" if value == "yes" else "不是"
    return f"{value} 年" if attribute.kind is Kind.YEAR else value


def overlap(a: tuple[date | None, date | None], b: tuple[date | None, date | None]) -> bool:
    """Whether two periods share a day; dates are inclusive, None is open."""
    return (a[0] or date.min) <= (b[1] or date.max) and (b[0] or date.min) <= (a[1] or date.max)


def why_not_claim(key: str) -> str | None:
    """Why a trainee may not say it of themself."""
    return "这一项由主管部门登记，自己不用填" if key in NOT_DECLARED else None


def why_not_vouch(row: Standings, by: UUID) -> str | None:
    """Why somebody may not vouch for what was said."""
    if by == row.person_id:
        return "这是你自己的情况，要由别人来核"
    return None if row.standing is Standing.CLAIMED else "这一条已经有人核过了"


def why_not_prove(row: Standings, by: UUID, *, shown_document: bool) -> str | None:
    """Why somebody may not call it proved: their own, what they entered themself, or no document shown."""
    if by == row.person_id:
        return "这是你自己的情况，要由别人来核"
    if row.standing is Standing.PROVED:
        return "这一条已经证明过了"
    if by == row.entered_by:
        return "这一条是你核的，不能由你再证明，要等第二个人"
    return None if shown_document else "还没有证明材料，先把材料传上来"
