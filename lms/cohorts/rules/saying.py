"""What a roster says of a person beside name and number, in the words that clerks use."""

from collections.abc import Mapping

from lms.accounts.rules.attributes import Particular
from lms.accounts.rules.identity import Fault, clean
from lms.cohorts.rules.headers import Column
from lms.plans.rules.facts import OPERATIONS, AttributeKey, Education

_EDUCATIONS = {
    Education.NONE: "文盲 半文盲 未上过学 没上过学 无",
    Education.PRIMARY: "小学",
    Education.JUNIOR: "初中 初中毕业",
    Education.SENIOR: "高中 中专 中职 中技 技校 职高 职业高中 普通高中 高中毕业 技工学校 高中中专或技校 高技",
    Education.COLLEGE: "大专 专科 高职 大学专科 大专毕业",
    Education.BACHELOR: "本科 大学 大学本科 本科毕业",
    Education.GRADUATE: "研究生 硕士 博士 硕士研究生 博士研究生",
}
_LEVEL_OF = {word: level for level, words in _EDUCATIONS.items() for word in words.split()}
_FIRST = {"首次": "yes", "初次": "yes", "新申请": "yes", "首次申请": "yes", "初训": "yes", "新证": "yes"}
_AGAIN = {"复审": "no", "换证": "no", "复训": "no", "延期": "no"}
_OPERATION_OF = {clean(words): value for value, words in OPERATIONS}
LEAVE_EMPTY = "不知道就空着"


def read_said(cells: Mapping[Column, str]) -> tuple[tuple[str, str], ...] | dict[Column, Fault]:
    """What the cells say, as (key, value); or which of them were not understood. Empty cells say nothing."""
    readers = {
        Column.EDUCATION: (Particular.EDUCATION, _education),
        Column.OPERATION: (AttributeKey.SPECIAL_OPERATION_CATEGORY, _operation),
        Column.PERMIT: (AttributeKey.FIRST_PERMIT, _first_permit),
    }
    found = {column: read(clean(cells[column])) for column, (_, read) in readers.items() if clean(cells[column])}
    faults = {column: value for column, value in found.items() if isinstance(value, Fault)}
    if faults:
        return faults
    return tuple((str(readers[column][0]), str(value)) for column, value in found.items())


def _education(text: str) -> str | Fault:
    level = _LEVEL_OF.get(text.replace("、", "").replace("或", "")) if text not in _LEVEL_OF else _LEVEL_OF[text]
    if level is None:
        return Fault(
            f"没认出文化程度“{text[:12]}”", f"填小学、初中、高中、中专、技校、大专、本科或研究生，{LEAVE_EMPTY}"
        )
    return str(int(level))


def _operation(text: str) -> str | Fault:
    exact = _OPERATION_OF.get(text)
    near = [value for words, value in _OPERATION_OF.items() if words.startswith(text) or text.startswith(words[:4])]
    if exact is None and len(set(near)) != 1:
        names = "、".join(words for _, words in OPERATIONS)
        return Fault(f"没认出作业类别“{text[:12]}”", f"从这几种里填一种：{names}，{LEAVE_EMPTY}")
    return exact or near[0]


def _first_permit(text: str) -> str | Fault:
    found = {**_FIRST, **_AGAIN}.get(text)
    return found or Fault(f"没认出申请类型“{text[:12]}”", f"填首次、复审或换证，{LEAVE_EMPTY}")
