"""Names inside a package: which letters they are, which of them a package may hold, which two are the same file.

Chinese tools write GBK and set no flag, the Mac writes UTF-8 and sets none either; both are right in their own house.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from courses.course import Finding
from courses.gate.faults import AGAIN, refusal, shown
from courses.gate.limits import Limits
from courses.gate.listing import Record, fields_of

UTF8_FLAG = 1 << 11
_UNICODE_PATH = 0x7075
_DRIVE = re.compile(r"[A-Za-z]:")
_JOINERS = ("\u200c", "\u200d")
_RENAME = "把这个文件改成普通的名字（汉字、字母、数字都行），再压成 ZIP"
_LITTER = ("__macosx",)
_LITTER_FILES = (".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db")


def decoded(records: Sequence[Record]) -> tuple[list[str], list[Finding]]:
    """The name of every record, in letters, and what keeps some from being read.

    Names without the UTF-8 flag are judged together: one tool wrote them all.
    """
    plain = [record.raw for record in records if not record.flags & UTF8_FLAG and not record.raw.isascii()]
    encoding = next((one for one in ("utf-8", "gb18030") if _all(plain, one)), "cp437")
    names, findings = [], []
    for record in records:
        try:
            names.append(_name(record, encoding))
        except UnicodeDecodeError:
            names.append("")
            findings.append(refusal(f"有一个文件名读不出来：{shown(record.raw.decode('latin-1'))}", _RENAME))
    return names, findings


def _all(raws: Iterable[bytes], encoding: str) -> bool:
    try:
        for raw in raws:
            raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _name(record: Record, encoding: str) -> str:
    """The name by the flag, by the Unicode field of WinRAR and Info-ZIP where it belongs to this name, or by the tool's habit."""
    if record.flags & UTF8_FLAG or record.raw.isascii():
        return record.raw.decode("utf-8")
    for kind, body in fields_of(record.extra):
        if (
            kind == _UNICODE_PATH
            and body[:1] == b"\x01"
            and int.from_bytes(body[1:5], "little") == zlib.crc32(record.raw)
        ):
            return body[5:].decode("utf-8")
    return record.raw.decode(encoding)


def tidy(name: str) -> str:
    """A path as the house writes it: NFC, forward slashes, no empty or `.` steps. What climbs still climbs."""
    path = unicodedata.normalize("NFC", name).replace("\\", "/")
    return "/".join(step for step in path.split("/") if step not in ("", "."))


def judge(name: str, limits: Limits) -> Finding | None:
    """Why a package may not hold a file of this name (as it was written, before tidying); None where it may."""
    path = unicodedata.normalize("NFC", name).replace("\\", "/")
    bad = None if path.isprintable() else next((letter for letter in path if _unprintable(letter)), None)
    if not tidy(name):
        return refusal("有一个文件没有名字", AGAIN)
    if bad is not None:
        kind = "看不见的控制字符" if unicodedata.category(bad) == "Cc" else "会改变显示顺序或看不见的字符"
        return refusal(f"文件名“{shown(name)}”里有{kind}（U+{ord(bad):04X}）", _RENAME)
    if path.startswith("//"):
        return refusal(f"文件名“{shown(name)}”指向网上邻居（UNC 路径）", AGAIN)
    if path.startswith("/") or _DRIVE.match(path):
        return refusal(f"文件名“{shown(name)}”是电脑上的绝对路径，不是包里的路径", AGAIN)
    if _climbs(path):
        return refusal(f"文件名“{shown(name)}”想走到课件外面去（..）", AGAIN)
    return _too_long(tidy(name), limits)


def _too_long(path: str, limits: Limits) -> Finding | None:
    length, levels = len(path.encode("utf-8", "surrogatepass")), path.count("/") + 1
    if length > limits.path_bytes:
        return refusal(
            f"路径“{shown(path)}”有 {length} 字节，太长了", f"最长 {limits.path_bytes} 字节，缩短文件夹和文件的名字"
        )
    if levels > limits.path_levels:
        return refusal(f"路径“{shown(path)}”有 {levels} 层，太深了", f"最多 {limits.path_levels} 层，少套几层文件夹")
    return None


def _unprintable(letter: str) -> bool:
    """Control, bidi and zero-width letters, halves of letters, line separators. Joiners stay: emoji and scripts need them."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") and letter not in _JOINERS


def _climbs(path: str) -> bool:
    """Whether a step leads out, as written or after a server or two has undone its percent signs."""
    for _ in range(4):
        if ".." in path.replace("\\", "/").split("/") or "\0" in path:
            return True
        path, before = unquote(path), path
        if path == before:
            return False
    return True


def litter(path: str) -> bool:
    """Whether a file was left there by a desktop: nobody meant to send it."""
    steps = path.casefold().split("/")
    return steps[0] in _LITTER or steps[-1] in _LITTER_FILES or steps[-1].startswith("._")


def twin_key(path: str) -> str:
    """What two paths share where some file system would take them for the same file."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
    return "/".join(step.rstrip(". ") or step for step in folded.split("/"))


def twins(paths: Sequence[str]) -> list[Finding]:
    """Files that are the same to some file system, and files that are folders of others as well."""
    seen: dict[str, str] = {}
    findings = []
    for path in paths:
        key = twin_key(path)
        if key in seen:
            what = (
                f"“{shown(path)}”在包里有两份"
                if seen[key] == path
                else f"“{shown(seen[key])}”和“{shown(path)}”在很多系统里是同一个文件"
            )
            findings.append(refusal(what, "留下对的那一个，删掉另一个，再压成 ZIP"))
        seen.setdefault(key, path)
    folders = {"/".join(key.split("/")[:depth]) for key in seen for depth in range(1, key.count("/") + 1)}
    findings += [
        refusal(f"“{shown(seen[key])}”又是文件又是文件夹", "改掉其中一个的名字，再压成 ZIP")
        for key in folders & seen.keys()
    ]
    return findings


def top_folder(paths: Sequence[str]) -> str:
    """The folder that everything lies in, with its slash; empty where there is none. Folders inside it are not looked at."""
    first = paths[0].split("/")[0] + "/" if paths else ""
    return first if first != "/" and all(path.startswith(first) for path in paths) and "/" in paths[0] else ""
