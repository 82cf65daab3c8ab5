"""What a key is for, and for how long it is good."""

from dataclasses import dataclass
from datetime import timedelta

GOOD = "(revoked_at is null or revoked_at > now())"  # SQL over lrs_key: a replaced key is good until its time is up
GRACE = timedelta(hours=24)


@dataclass(frozen=True)
class Use:
    """A set of scopes that people choose by what they want to do."""

    name: str
    words: str
    explained: str
    scopes: tuple[str, ...]


USES = (
    Use("write", "只交记录", "外面的系统把学习记录交过来，看不到已有的", ("statements/write",)),
    Use(
        "content", "课件用", "交记录、读记录，存取学到哪里", ("statements/write", "statements/read", "state", "profile")
    ),
    Use("read", "只读", "外面的系统来取记录，改不了", ("all/read",)),
    Use("all", "都可以", "交、读、存都行，给最信得过的系统", ("all",)),
)


def words_of(scopes: tuple[str, ...]) -> str:
    """What a key may do, in words; a set nobody named is listed as it is."""
    return next((use.words for use in USES if set(use.scopes) == set(scopes)), "、".join(scopes))
