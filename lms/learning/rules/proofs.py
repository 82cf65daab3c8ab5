"""Proofs of who is learning, and how much each assures. Plain data.

A programme's policy says how much it asks for (identity_level) and for how long a proof holds (identity_valid_minutes).
"""

from collections.abc import Collection
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
# What a class asks for, to its trainees: every way that is offered is as good as the others.
ASKED = {
    1: "下面几种办法选一种就行，学时一样算。",
    2: "这个班用短信验证码不够，下面几种办法选一种就行，学时一样算。",
    3: "这个班只认老师当面确认：到教室上课，老师看见你，就替你确认。",
}


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


def offered(level: int, *, has_phone: bool, has_room: bool, faces: bool) -> tuple[Method, ...]:
    """The ways that are good enough here, a face last and never the only one.

    A code needs a registered phone, the school's word a room that was filed, a face a provider and a resident card. A
    passkey can be made on the spot, so something stands beside a face at every level that a face reaches. Level 0 asks
    for nothing; level 3 without a room has no way, which the page says.
    """
    possible = {Method.CODE: has_phone, Method.PASSKEY: True, Method.ATTESTED: has_room}
    others = tuple(method for method, can in possible.items() if can and LEVELS[method] >= level)
    if not level:
        return ()
    return (*others, Method.FACE) if others and faces and LEVELS[Method.FACE] >= level else others


def shown(level: int, methods: Collection[str]) -> str:
    """A proof as sheets show it: level and means."""
    if not level:
        return "没有核验"
    return f"{level} 级，{'、'.join(WORDS[method] for method in Method if method in methods)}"


def by_sound(name: str) -> bytes:
    """What sorts names as a roll is called, by their sound: so GB 18030 orders the characters in common use."""
    return name.encode("gb18030")
