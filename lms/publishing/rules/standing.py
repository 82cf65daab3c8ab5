"""How an approved version stands: listed, withdrawn, stopped at once. Plain data in, plain data out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """What was done to an approved version; the last one counts."""

    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    RESTORED = "restored"


@dataclass(frozen=True)
class Standing:
    """How a version stands, since when and why; no act, and nothing was ever done to it."""

    act: Act | None = None
    reason: str = ""
    at: datetime | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether no new class may begin with it."""
        return self.act in (Act.WITHDRAWN, Act.STOPPED)

    @property
    def stopped(self) -> bool:
        """Whether nobody may go on learning with it."""
        return self.act is Act.STOPPED


# tone and words of the state tag beside “已上架”
WORDS = {Act.WITHDRAWN: ("no", "已下架"), Act.STOPPED: ("bad", "已停用")}
LISTED = Standing()
_NEXT = {
    None: frozenset({Act.WITHDRAWN, Act.STOPPED}),
    Act.RESTORED: frozenset({Act.WITHDRAWN, Act.STOPPED}),
    Act.WITHDRAWN: frozenset({Act.STOPPED, Act.RESTORED}),
    Act.STOPPED: frozenset({Act.RESTORED}),
}


def may_follow(standing: Standing, act: Act, *, authority: bool) -> bool:
    """Whether this may be done now: an institution withdraws its own, stopping and restoring are the authority's."""
    return act in _NEXT[standing.act] and (authority or act is Act.WITHDRAWN)


def refuse_new_class(standing: Standing) -> str | None:
    """Why no new class may begin with it; None when one may."""
    return f"这个课程包已经下架（{standing.reason}），换一个课程包开班" if standing.withdrawn else None


def refuse_learning(standing: Standing) -> str | None:
    """Why nobody may go on learning with it; None when they may."""
    return "这门课停用了，现在不能学。学过的学时都在，等老师安排新的课" if standing.stopped else None
