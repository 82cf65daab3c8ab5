"""What may be uploaded piece by piece: how much, how many, for how long. Plain data in, plain data out."""

from dataclasses import dataclass
from datetime import timedelta

MIB = 1 << 20
# The most bytes of a file, by what it will be.
MOST_BYTES = {"package": 500 * MIB, "video": 2048 * MIB, "captions": 2 * MIB, "quiz": 5 * MIB}
LIFE = timedelta(days=7)  # from the last piece on
MOST_OPEN = 20  # unfinished files of one person
MOST_OPEN_BYTES = 10 * 1024 * MIB  # told sizes of all unfinished files of one institution
MOST_PIECES = 10_000  # a bad line breaks a file into many; a hostile one into far more


@dataclass(frozen=True)
class Waiting:
    """What is unfinished already: the person's files, and the bytes of the whole institution."""

    files: int
    tenant_bytes: int


def refuse_upload(part: str, size: int, waiting: Waiting) -> str | None:
    """Why a file of this size may not be begun; None when it may."""
    if part not in MOST_BYTES:
        return "不知道这是哪一样文件，刷新上传页再选一次"
    if size <= 0:
        return "这个文件是空的，0 字节，打开原文件看看，再选一次"
    if size > MOST_BYTES[part]:
        return f"这个文件有 {_megabytes(size)}，不能超过 {_megabytes(MOST_BYTES[part])}"
    if waiting.files >= MOST_OPEN:
        return f"你有 {waiting.files} 个文件还没传完。先传完，或者点“不传了”，再传新的"
    if waiting.tenant_bytes + size > MOST_OPEN_BYTES:
        return "你们单位没传完的文件太多，放不下了。先传完，或者点“不传了”，再传新的"
    return None


def _megabytes(size: int) -> str:
    return f"{size / MIB:.0f} MB" if size < 1024 * MIB else f"{size / (1024 * MIB):.1f} GB".replace(".0 ", " ")
