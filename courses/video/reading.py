"""An MP4 from the outside: is it one, is it whole. Reads box headers only (ISO/IEC 14496-12 §4.2), never the pictures."""

from pathlib import Path
from typing import BinaryIO

from courses.course import Finding, Level, Refused

WHERE = "视频"
MOST_BOXES = 100_000
MOST_INDEX = 256 << 20

_KNOWN = (
    (b"PK\x03\x04", "是压缩包或 Office 文件"),
    (b"Rar!", "是 RAR 压缩包"),
    (b"7z\xbc\xaf", "是 7z 压缩包"),
    (b"\x1aE\xdf\xa3", "是 MKV 或 WebM 视频"),
    (b"FLV\x01", "是 FLV 视频"),
    (b"\x30\x26\xb2\x75", "是 WMV 视频"),
    (b"\x00\x00\x01\xba", "是 MPG 视频"),
    (b"#EXTM3U", "是播放列表，不是视频"),
    (b"ID3", "是 MP3 声音"),
    (b"%PDF", "是 PDF 文件"),
    (b"\xff\xd8\xff", "是 JPG 图片"),
    (b"\x89PNG", "是 PNG 图片"),
    (b"GIF8", "是 GIF 图片"),
    (b"\xd0\xcf\x11\xe0", "是旧版 Office 文件"),
    (b"MZ", "是程序"),
)
_EXPORT = "用剪辑软件打开原来的视频，导出成 MP4（H.264 + AAC）再传"


def read_container(path: Path) -> None:
    """Accept a whole MP4; raises Refused when it is something else, cut off, or without its index."""
    with path.open("rb") as file:
        head = file.read(16)
        if head[4:8] != b"ftyp":
            raise _refused(_what(head), _EXPORT)
        _walk(file, path.stat().st_size)


def _walk(file: BinaryIO, size: int) -> None:
    place, seen = 0, {b"moov": 0, b"mdat": 0}
    for _ in range(MOST_BOXES):
        if place >= size:
            break
        length, kind = _box(file, place, size)
        if place + length > size:
            missing = (place + length - size) / (1 << 20)
            raise _refused(f"文件没有传完整，后面少了约 {max(missing, 0.1):.1f} MB", "从原文件再拷一份，传完再关页面")
        if kind in seen:
            seen[kind] += length
        place += length
    else:
        raise _refused("文件里的小块多得不正常", _EXPORT)
    if not seen[b"moov"]:
        raise _refused("视频没有目录，多半是录到一半断了", _EXPORT)
    if not seen[b"mdat"]:
        raise _refused("视频里没有内容，只有目录", _EXPORT)
    if seen[b"moov"] > MOST_INDEX:
        raise _refused("视频的目录大得不正常", _EXPORT)


def _box(file: BinaryIO, place: int, size: int) -> tuple[int, bytes]:
    """Length in bytes and kind of the box that begins at `place`."""
    file.seek(place)
    head = file.read(16)
    if len(head) < 8:
        raise _refused("文件末尾不完整", "从原文件再拷一份，传完再关页面")
    length, kind = int.from_bytes(head[:4], "big"), head[4:8]
    if length == 1:
        length = int.from_bytes(head[8:16], "big")
    elif length == 0:
        length = size - place
    if length < 8:
        raise _refused("文件内部坏了，读不下去", _EXPORT)
    return length, kind


def _what(head: bytes) -> str:
    if head[:4] == b"RIFF":
        return "这不是 MP4：它是 AVI 视频或 WAV 声音，只改了名字"
    for magic, name in _KNOWN:
        if head.startswith(magic):
            return f"这不是 MP4：它{name}，改名字没有用"
    if head.strip() and all(letter >= 32 or letter in b"\t\r\n" for letter in head):
        return "这不是 MP4：里面是文字"
    return "这不是 MP4 视频"


def _refused(what: str, mend: str) -> Refused:
    return Refused(Finding(Level.REFUSAL, WHERE, what, mend))
