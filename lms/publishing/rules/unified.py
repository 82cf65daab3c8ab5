"""Where a plan demands the unified syllabus and question bank: what lies outside is refused. Plain data in, plain data out.

Plan 九 (安全技能提升工程) punishes 「不按统一的培训大纲组织教学培训、不按题库考试」 (seed L448); no other plan speaks of it.
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Demand:
    """A plan's demand: the line of the seed and the sentence for those who meet it."""

    line: str
    words: str


DEMANDS: dict[str, Demand] = {
    "P09": Demand("L448", "安全技能提升工程要按统一的培训大纲教、按统一的题库考"),
}


def demand_of(plan_code: str) -> Demand | None:
    """What a plan demands; None where any syllabus will do."""
    return DEMANDS.get(plan_code)


@dataclass(frozen=True)
class Course:
    """A course as the demand sees it: lessons that teach (number and title), those that are mapped, questions outside the bank."""

    lessons: tuple[tuple[int, str], ...]
    mapped: frozenset[int]
    questions: int
    outside: tuple[str, ...]


def refuse_course(demand: Demand | None, in_force: bool, course: Course) -> str | None:
    """Why a course cannot be sent in, approved or taught under this demand; None when it can."""
    if demand is None:
        return None
    if not in_force:
        return f"{demand.words}。主管部门还没有公布这个项目的统一大纲，公布以后再送审"
    loose = [f"第 {number} 课《{title}》" for number, title in course.lessons if number not in course.mapped]
    if loose:
        return f"{demand.words}。{'、'.join(loose[:5])}还没有对到统一大纲的条目，先对上"
    return refuse_questions(demand, course.outside)


def refuse_questions(demand: Demand | None, outside: Collection[str]) -> str | None:
    """Why these questions cannot be asked: they are not in the unified bank."""
    if demand is None or not outside:
        return None
    first = next(iter(outside))
    return f"{demand.words}。有 {len(outside)} 道题不在统一题库里，比如“{first[:30]}”，换成题库里的题"
