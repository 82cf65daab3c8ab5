"""Proofs of who is learning, and how much each assures. Plain data.

A programme's policy says how much it asks for (identity_level) and for how long a proof holds (identity_valid_minutes).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.plans.rules import HourPolicy


class Method(StrEnum):
    """How somebody proved who they are."""

    CODE = "code"
    PASSKEY = "passkey"
    FACE = "face"
    ATTESTED = "attested"


# 1: who holds the registered phone; 2: who can open it or looks like its owner; 3: somebody of the school saw the person
LEVELS = {Method.CODE: 1, Method.PASSKEY: 2, Method.FACE: 2, Method.ATTESTED: 3}
WORDS = {
    Method.CODE: "短信验证码",
    Method.PASSKEY: "手机通行密钥",
    Method.FACE: "人脸核验",
    Method.ATTESTED: "老师当面确认",
}
LEVEL_WORDS = {0: "不用核验", 1: "收得到本人手机的验证码", 2: "用本人手机的通行密钥", 3: "老师在教室当面确认"}


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof of a person."""

    at: datetime
    method: Method
    level: int

    @property
    def words(self) -> str:
        """How it was proved."""
        return WORDS[self.method]


def valid_until(proof: Proof, policy: HourPolicy) -> datetime:
    """Until when a proof holds."""
    return proof.at + timedelta(minutes=policy.identity_valid_minutes)


def enough(proof: Proof | None, policy: HourPolicy, at: datetime) -> bool:
    """Whether a proof is as good and as late as the policy asks."""
    if not policy.identity_level:
        return True
    return proof is not None and proof.level >= policy.identity_level and proof.at <= at < valid_until(proof, policy)


def methods(policy: HourPolicy) -> tuple[Method, ...]:
    """What is good enough, the simplest first."""
    return tuple(method for method, level in LEVELS.items() if level >= max(1, policy.identity_level))
