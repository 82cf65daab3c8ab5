"""The texts that people agree to, by version: a new wording is a new version, the old ones stay to be shown."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What a consent is for; one separate yes for each."""

    SENSITIVE = "sensitive"
    FACE_TENCENT = "face_tencent"
    FACE_ALIYUN = "face_aliyun"


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


def _face(purpose: Purpose, provider: str) -> ConsentText:
    """To whom a face goes is part of what is agreed to: another provider is another yes."""
    return ConsentText(
        purpose,
        "2026-11",
        f"同意由{provider}看脸确认是你本人",
        (
            "这一项自愿。不刷脸也行：用手机的通行密钥，或者请老师当面确认，有的班收短信验证码就可以。学时一样算。",
            f"你每次点“刷脸”，我们把你的姓名和身份证号交给{provider}。你打开它的页面让它拍一小段，它拿去和身份证照片比。",
            f"{provider}告诉我们：是不是你本人、有多像，再给我们看一张拍到的照片。",
            "这张照片我们只用来查有没有被人反复用，算出一个编码就丢掉，不保存。",
            "我们留下的是：哪一家核验的、什么时候、有没有通过、有多像，还有这次核验和照片的编码。它们和学时记录一起保存。",
            f"{provider}怎么保存你的照片和录像，按它自己的规定，打开它的页面时会给你看。",
            "同意以后随时可以撤回，在“我的”里点“登录与安全”。撤回以后不再把你的资料交给它，已经算好的学时不受影响。",
        ),
    )


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
    _face(Purpose.FACE_TENCENT, "腾讯云"),
    _face(Purpose.FACE_ALIYUN, "阿里云"),
)
FACES = frozenset({Purpose.FACE_TENCENT, Purpose.FACE_ALIYUN})
NOT_GIVEN = "这一项是敏感信息，要本人先同意我们保存"


def current(purpose: Purpose) -> ConsentText:
    """The wording that is in use."""
    return [text for text in TEXTS if text.purpose is purpose][-1]


def text_of(purpose: str, version: str) -> ConsentText | None:
    """The wording that somebody agreed to; None for one that we no longer know."""
    return next((t for t in TEXTS if t.purpose == purpose and t.version == version), None)


def for_faces_of(provider: str) -> Purpose:
    """The consent that lets a provider (its name in the settings) look at somebody's face."""
    return Purpose(f"face_{provider}")
