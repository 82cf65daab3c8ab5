"""审核 inside an institution: a second person of one's own house looks before the authority does."""

from uuid import UUID

KINDS = {"cohort": "开班备案", "package": "课程包送审", "roster": "补进名单"}
WORDS = {"waiting": "等本单位审核", "passed": "本单位已审核", "refused": "本单位退回", "withdrawn": "已收回"}


def why_not_look(asked_by: UUID | None, looks: UUID | None) -> str | None:
    """Why somebody may not be the second person; None when they may."""
    if asked_by is not None and asked_by == looks:
        return "这份材料是你提交的，不能由你审核，要等本单位第二个人"
    return None
