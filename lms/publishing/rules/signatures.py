"""The life of a training package version: written by a school and an enterprise, signed by both, approved by the authority.

Plain data in, plain data out. A version has a revision that grows with each change of its content. A signature names the
revision it was given for, so a change voids the signatures by itself, and changing back does not bring them back.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

AUTHORS = frozenset({"institution", "enterprise"})


class State(StrEnum):
    """Where a version stands; an approved one never changes again."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


EDITABLE = frozenset({State.DRAFT, State.RETURNED})
# tone and words of the state tag
WORDS: dict[State, tuple[str, str]] = {
    State.DRAFT: ("go", "正在编写"),
    State.SUBMITTED: ("wait", "等审核"),
    State.RETURNED: ("bad", "退回修改"),
    State.APPROVED: ("ok", "已批准"),
}
STEPS = ("编写", "两家签署", "送审", "批准")


@dataclass(frozen=True)
class Signature:
    """Who signed for which organisation, and the revision that it holds for."""

    organisation_id: UUID
    person_id: UUID
    revision: int


@dataclass(frozen=True)
class Authored:
    """A version as the rules see it: its two authors (school, enterprise, in any order) and what was signed."""

    state: State
    revision: int
    organisations: tuple[UUID, UUID]
    signatures: tuple[Signature, ...] = ()

    @property
    def standing(self) -> tuple[Signature, ...]:
        """The signatures that hold: those for the content as it is now."""
        return tuple(one for one in self.signatures if one.revision == self.revision)

    @property
    def signed_by(self) -> frozenset[UUID]:
        """The organisations whose signature holds."""
        return frozenset(one.organisation_id for one in self.standing)

    @property
    def complete(self) -> bool:
        """Whether both have signed what stands here now."""
        return self.signed_by == set(self.organisations)

    @property
    def step(self) -> int:
        """Which of STEPS it stands at, from 1; 5 when all are done."""
        if self.state in EDITABLE:
            return 3 if self.complete else 2 if self.standing else 1
        return 4 if self.state is State.SUBMITTED else 5

    def changed(self) -> "Authored":
        """After any change of the content."""
        return replace(self, revision=self.revision + 1)


def refuse_authors(kinds: Iterable[str]) -> str | None:
    """Why these two kinds of organisation cannot write a package together: it takes a school and an enterprise."""
    if sorted(kinds) == sorted(AUTHORS):
        return None
    return "培训包要由一家培训机构和一家企业一起编写，换一家再选"


def refuse_change(authored: Authored) -> str | None:
    """Why the content cannot be changed now."""
    if authored.state in EDITABLE:
        return None
    if authored.state is State.SUBMITTED:
        return "已经送审，要改就先收回来"
    return "这一版已经批准，不再变。要改就写新的一版"


def refuse_signature(
    authored: Authored, organisation_id: UUID, person_id: UUID, seen_revision: int, problems: int
) -> str | None:
    """Why this person may not sign for this organisation what they have seen; None when they may."""
    if organisation_id not in authored.organisations:
        return "这个培训包不是你们单位编的，不能签"
    if authored.state not in EDITABLE:
        return "已经送审了，不用再签"
    if seen_revision != authored.revision:
        return "你看的时候内容又改过，刷新看看最新的，再签"
    if problems:
        return f"大纲还有 {problems} 处要改，改好再签"
    if organisation_id in authored.signed_by:
        return "你们单位已经签过这一稿"
    if any(one.person_id == person_id for one in authored.standing):
        return "另一家单位那一份是你签的，这一份要由你们单位的另一个人签"
    return None


def refuse_submission(authored: Authored) -> str | None:
    """Why it cannot be sent in: both must have signed what stands here now."""
    if authored.state not in EDITABLE:
        return "已经送审了，不用再送"
    if not authored.complete:
        return "两家都签过现在这一稿，才能送审"
    return None


def refuse_withdrawal(authored: Authored) -> str | None:
    """Why it cannot be taken back: only while it waits."""
    return None if authored.state is State.SUBMITTED else "现在没有在等审核，不用收回"


def refuse_decision(
    authored: Authored,
    person_id: UUID,
    organisations: Collection[UUID],
    drafted_by: UUID,
    seen_revision: int,
    approve: bool,
) -> str | None:
    """Why this person may not decide on it; approval needs both signatures, whatever the way it came here."""
    if authored.state is not State.SUBMITTED:
        return "这份培训包现在不在等审核，刷新看看最新的情况"
    if seen_revision != authored.revision:
        return "这份培训包刚才收回去改过，看看最新的内容再决定"
    if set(organisations) & set(authored.organisations):
        return "这份培训包是你们单位编的，不能由你批准，要等主管部门的人"
    if person_id == drafted_by or any(one.person_id == person_id for one in authored.signatures):
        return "这份培训包你写过或者签过，不能由你批准，要等第二个人"
    if approve and not authored.complete:
        return "两家还没有都签，不能批准"
    return None
