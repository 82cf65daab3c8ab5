"""The texts that people agree to, by version: a new wording is a new version, the old ones stay to be shown."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What a consent is for; one separate yes for each."""

    SENSITIVE = "sensitive"


@dataclass(frozen=True)
class ConsentText:
    """One version of a text; dates in its name are when it came into use."""

    purpose: Purpose
    version: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Names the wording for ever."""
        return hashlib.sha256("\n".join((self.version, self.title, *self.paragraphs)).encode()).hexdigest()


TEXTS = (
    ConsentText(
        Purpose.SENSITIVE,
        "2026-11",
        "同意我们保存你的敏感信息",
        (
            "有些培训只面向残疾人、建档立卡贫困户和他们的家属。要参加，就得告诉我们这方面的情况，可能还要一份证明材料。",
            "我们只用它做两件事：看你能参加哪些培训，办补贴时证明你符合条件。",
            "内容加密保存。只有你的培训机构和主管部门里有权限的人能看，看一次记一次，写明是谁、为什么看。",
            "不同意也能学别的课。同意以后随时可以撤回，撤回后内容和材料都会删掉，已经算好的学时不受影响。",
        ),
    ),
)
NOT_GIVEN = "这一项是敏感信息，要本人先同意我们保存"


def current(purpose: Purpose) -> ConsentText:
    """The wording that is in use."""
    return [text for text in TEXTS if text.purpose is purpose][-1]


def text_of(purpose: str, version: str) -> ConsentText | None:
    """The wording that somebody agreed to; None for one that we no longer know."""
    return next((t for t in TEXTS if t.purpose == purpose and t.version == version), None)
