"""Captions as authors really save them: WebVTT or SRT, UTF-8 with or without a mark, GBK, any line ends.

What comes out is plain words with times; markup is dropped, so that nothing of an author's file reaches a page as code.
Source: WebVTT, W3C Candidate Recommendation, §4 (file structure) and §6 (parsing).
"""

import html
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from courses.course import Cue, Finding, Level, Refused

WHERE = "字幕"
MOST_CUES = 20_000
MOST_LETTERS = 500
LONGEST_MS = 100 * 3_600_000
_TIMES = re.compile(
    r"\s*(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})",
    re.ASCII,
)
_TAG = re.compile(r"<[^>]{0,200}>")
_SKIPPED = ("NOTE", "STYLE", "REGION")

Read = tuple[tuple[Cue, ...], tuple[Finding, ...]]


def read_captions(path: Path) -> Read:
    """Cues in order of time, and what should be looked at; raises Refused when there is nothing to show."""
    return parse(path.read_bytes())


def parse(data: bytes) -> Read:
    """Read captions from bytes; see read_captions."""
    text, findings = _decode(data)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    if not lines[0].startswith("WEBVTT"):
        if not any(_TIMES.match(line) for line in lines):
            raise _refused("这不是字幕文件，里面找不到时间", "从剪辑软件导出 WebVTT 字幕（.vtt）")
        findings.append(_warning("开头没有 WEBVTT 这一行，按 SRT 字幕读了", "放出来看看对不对"))
    cues, dropped = _cues(lines)
    if not cues:
        raise _refused("字幕是空的，一句话也没有", "从剪辑软件重新导出字幕，打开看看里面有字再传")
    if len(cues) > MOST_CUES:
        raise _refused(f"字幕有 {len(cues)} 句，太多了", f"一课最多 {MOST_CUES} 句")
    if dropped:
        findings.append(_warning(f"有 {dropped} 句的结束时间不在开始之后，没有收", "在剪辑软件里改好时间再导出"))
    return _ordered(cues, findings)


def check_length(cues: Iterable[Cue], duration_ms: int) -> tuple[Finding, ...]:
    """Warn of captions that begin after the video has ended, or that stop long before."""
    cues = tuple(cues)
    late = sum(cue.start_ms >= duration_ms for cue in cues)
    if late:
        return (_warning(f"有 {late} 句排在视频结束之后，学员看不到", "看看字幕是不是配错了视频"),)
    rest = duration_ms - max(cue.end_ms for cue in cues)
    if rest > max(60_000, duration_ms // 5):
        return (_warning(f"最后 {rest // 60_000} 分 {rest // 1000 % 60:02d} 秒没有字幕", "看看字幕是不是没有导出完"),)
    return ()


def write_captions(cues: Iterable[Cue]) -> str:
    """WebVTT text of the cues, with nothing in it but times and words."""
    body = "".join(f"\n{_clock(c.start_ms)} --> {_clock(c.end_ms)}\n{html.escape(c.text, quote=False)}\n" for c in cues)
    return f"WEBVTT\n{body}"


def _decode(data: bytes) -> tuple[str, list[Finding]]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").lstrip("\ufeff"), []
    try:
        return data.decode("utf-8-sig").lstrip("\ufeff"), []
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030"), [_warning("文件是 GBK 编码，已经转好了", "看看字幕里有没有乱码")]
    except UnicodeDecodeError:
        raise _refused("字幕里的字读不出来", "用记事本打开，“另存为”时编码选 UTF-8") from None


def _cues(lines: list[str]) -> tuple[list[Cue], int]:
    """Cues as they stand, and how many had no length. A block ends at an empty line or at the next times."""
    cues: list[Cue] = []
    dropped = place = 0
    while place < len(lines):
        if lines[place].startswith(_SKIPPED):
            place = _block_end(lines, place + 1)
            continue
        times = _TIMES.match(lines[place])
        place += 1
        if times is None:
            continue
        end = _block_end(lines, place)
        text = _plain(lines[place:end])
        start_ms, end_ms = _ms(times.groups()[:4]), _ms(times.groups()[4:])
        if text and start_ms < end_ms <= LONGEST_MS:
            cues.append(Cue(start_ms, end_ms, text))
        else:
            dropped += bool(text)
        place = end
    return cues, dropped


def _block_end(lines: list[str], place: int) -> int:
    while place < len(lines) and lines[place].strip() and not _TIMES.match(lines[place]):
        place += 1
    return place


def _ordered(cues: list[Cue], findings: list[Finding]) -> Read:
    in_order = sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    if in_order != cues:
        findings.append(_warning("字幕的先后乱了，已经按时间排好", "看看是不是两份字幕拼在了一起"))
    overlapping = sum(first.end_ms > second.start_ms for first, second in pairwise(in_order))
    if overlapping:
        findings.append(_warning(f"有 {overlapping} 处两句叠在一起，会同时显示", "在剪辑软件里把前一句的结束时间提前"))
    seconds = in_order[-1].end_ms // 1000
    span = f"{seconds // 60} 分 {seconds % 60:02d} 秒"
    findings.insert(0, Finding(Level.FOUND, WHERE, f"{len(in_order)} 句，最后一句到 {span}"))
    return tuple(in_order), tuple(findings)


def _plain(lines: list[str]) -> str:
    text = html.unescape(_TAG.sub("", "\n".join(line.strip() for line in lines))).strip()
    printable = "".join(letter for letter in text if letter == "\n" or letter.isprintable())
    return re.sub(r"\n\s*\n", "\n", printable.replace("-->", "→")).strip()[:MOST_LETTERS].strip()


def _ms(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = parts
    return (int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)) * 1000 + int(
        (rest or "0").ljust(3, "0")
    )


def _clock(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _warning(what: str, mend: str) -> Finding:
    return Finding(Level.WARNING, WHERE, what, mend)


def _refused(what: str, mend: str) -> Refused:
    return Refused(Finding(Level.REFUSAL, WHERE, what, mend))
