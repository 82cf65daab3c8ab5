"""Which department answers for which plan, and how an authority's scope follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass

DEPARTMENTS = {
    "hrss": "人力资源社会保障",
    "education": "教育",
    "industry": "工业和信息化",
    "agriculture": "农业农村",
    "commerce": "商务",
    "veterans": "退役军人事务",
    "emergency": "应急管理",
    "sasac": "国有资产监督管理",
    "youth_league": "共青团",
    "disabled_federation": "残联",
    "finance": "财政",
    "housing": "住房城乡建设",
    "market": "市场监管",
}
# The lines of the seed that name them. Plans 二 and 四 name none: the department that issued the document answers (ours).
PLANS = {
    "P01": ("hrss", "industry", "youth_league"),  # L110
    "P02": ("hrss",),  # L120 names the 联席会议 alone
    "P03": ("hrss",),  # L210
    "P04": ("hrss",),
    "P05": ("hrss", "industry", "sasac"),  # L300–302
    "P06": ("hrss", "education", "agriculture", "youth_league"),  # L342
    "P07": ("veterans", "education", "finance", "hrss"),  # L386
    "P08": ("education", "hrss"),  # L412
    "P09": ("emergency", "housing", "market"),  # L420, L446
    "P10": ("disabled_federation", "hrss"),  # L516
}
LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
LEVEL_WORDS = {"province": "省", "city": "市", "county": "县（区）", "township": "镇街", "village": "村"}


@dataclass(frozen=True)
class Remit:
    """What an authority answers for, as it was given: a region prefix, a department, a plan; None means every one."""

    region: str
    department: str | None = None
    plan: str | None = None


def plans_of(department: str) -> tuple[str, ...]:
    """The plans that a department answers for; none for an unknown one."""
    return tuple(plan for plan, departments in PLANS.items() if department in departments)


def spelled_out(remits: Iterable[Remit]) -> frozenset[Remit]:
    """The same remits with each department's plans named, so that region and plan alone decide who sees what.

    A remit of a department for a plan that is not its own comes to nothing.
    """
    found: set[Remit] = set()
    for remit in remits:
        if remit.department is None:
            found.add(remit)
            continue
        own = plans_of(remit.department)
        found |= {Remit(remit.region, remit.department, plan) for plan in own if remit.plan in (None, plan)}
    return frozenset(found)


def level_of(region: str) -> str:
    """Province, city, county, township or village, by the length of a prefix (44, 4406, 440606 …)."""
    return LEVELS[min(length for length in LEVELS if length >= min(len(region), 12))]


def prefix_of(region_code: str) -> str:
    """The prefix that covers a region and all below it: 440000 → 44, 440600 → 4406, 440606 → 440606.

    东莞 (441900) and 中山 (442000) have no counties: their code of the city is the prefix 4419, 4420.
    """
    if len(region_code) > 6:
        return region_code
    for zeros in ("0000", "00"):
        if region_code.endswith(zeros) and len(region_code) == 6:
            return region_code.removesuffix(zeros)
    return region_code
