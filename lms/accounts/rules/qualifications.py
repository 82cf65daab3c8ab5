"""What an institution must be able to show before it trains: plan 九 asks for more than the others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

KINDS = {
    "school_licence": "办学许可证",
    "business_licence": "营业执照",
    "emergency_reported": "已向当地应急管理部门报告",
    "practical_capacity": "实操条件",
    "practice_base": "培训基地",
    "other": "其他资质",
}
# Kinds that the emergency authority looks at, whatever else the institution teaches.
OF_PLAN_NINE = frozenset({"emergency_reported", "practical_capacity"})
WORDS = {"waiting": "等核对", "accepted": "已核对", "refused": "退回来了", "revoked": "已收回"}
TONES = {"waiting": "wait", "accepted": "ok", "refused": "bad", "revoked": "no"}
DAYS_OF_WARNING = 60
SPECIAL_OPERATION = "P09-special_operation"
NOT_REPORTED = (
    "本单位还没有“已向当地应急管理部门报告”的有效登记，安全技能的班先不能报。到“本单位”里登记，应急管理部门核对以后再交"
)
NO_PRACTICE = "特种作业要有实际操作条件，本单位还没有核对过的“实操条件”。到“本单位”里登记，应急管理部门核对以后再交"


@dataclass(frozen=True)
class Qualification:
    """A paper of an organisation: kind, state and the days on which it holds (both ends included; None: without end)."""

    kind: str
    state: str
    valid_from: date
    valid_until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it was looked at and holds on a day."""
        return (
            self.state == "accepted" and self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)
        )


def plan_of(kind: str, plan_code: str) -> str:
    """The plan whose authorities look at a paper: plan 九 for its own kinds, else the one that was named."""
    return "P09" if kind in OF_PLAN_NINE else plan_code


def why_not_file(organisation_kind: str, programme_code: str, held: Collection[Qualification], on: date) -> str | None:
    """Why an organisation may not file a class of a programme that begins on a day; None when it may.

    L420: special operations are taught by institutions that have reported to the emergency authority; L442: who has no
    practical capacity may not take training on; L424, L428: an enterprise that can may train its own people itself.
    """
    if not programme_code.startswith("P09"):
        return None
    kinds = {one.kind for one in held if one.holds(on)}
    special = programme_code == SPECIAL_OPERATION
    if (special or organisation_kind == "institution") and "emergency_reported" not in kinds:
        return NOT_REPORTED
    if special and "practical_capacity" not in kinds:
        return NO_PRACTICE
    return None


def days_left(valid_until: date | None, today: date) -> int | None:
    """Days until a paper ends, counting its last day as 0; negative when it is over, None without end."""
    return None if valid_until is None else (valid_until - today).days


def needs_renewal(valid_until: date | None, today: date) -> bool:
    """Whether somebody should see to a new one."""
    left = days_left(valid_until, today)
    return left is not None and left <= DAYS_OF_WARNING
