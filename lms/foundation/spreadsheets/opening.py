"""From the bytes of an upload to sheets, by what the file is and not by what it is called."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lms.foundation.spreadsheets import text
from lms.foundation.spreadsheets.sheets import EMPTY, SAVE_AS, Cell, Line, Sheet, Unreadable

MOST_BYTES = 10 * 1024 * 1024
SECONDS = 60
HOUSE = Path(__file__).resolve().parents[3]
TOO_MUCH = ("这个文件打开以后太大，读不下去", "新建一个表格，只把要导入的内容复制过去，保存后再选")
NOT_A_SHEET = ("这个文件不是表格", "选 .xlsx、.xls 或 .csv 的表格")
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"BM",
    b"{\\rtf",
    b"RIFF",
    b"\x7fELF",
    b"MZ",
)


def open_sheets(data: bytes, looks_right: Callable[[Sheet], bool] = lambda _: False) -> tuple[Sheet, ...]:
    """The sheets of a file; raises Unreadable with what is wrong and how to mend it.

    `looks_right` tells, of a text file, whether its lines were cut at the right separator (a header is found).
    """
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise Unreadable("这个文件是空的", "打开看看内容在不在里面，保存后再选一次")
    if len(data) > MOST_BYTES:
        raise Unreadable(f"这个文件超过 {MOST_BYTES // 1024 // 1024} MB", "只留要导入的这一张表，去掉图片，保存后再选")
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
        return unpack(_in_a_process(data))
    _refuse_others(data)
    return text.read_text(data, looks_right)


def _refuse_others(data: bytes) -> None:
    if data.startswith(_OTHERS):
        raise Unreadable(*NOT_A_SHEET)
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")):
        raise Unreadable("这个文件其实是网页，只是名字像表格", SAVE_AS)


def _in_a_process(data: bytes) -> dict[str, Any]:
    command = [sys.executable, "-m", "lms.foundation.spreadsheets.workbook"]
    try:
        ended = subprocess.run(command, input=data, capture_output=True, cwd=HOUSE, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Unreadable(*TOO_MUCH) from None
    if ended.returncode != 0:
        raise Unreadable(*TOO_MUCH)
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def unpack(answer: dict[str, Any]) -> tuple[Sheet, ...]:
    """Sheets out of what the reading process answered; raises Unreadable where it refused."""
    if "refused" in answer:
        raise Unreadable(*answer["refused"])
    return tuple(_sheet(packed) for packed in answer["sheets"])


def _sheet(packed: dict[str, Any]) -> Sheet:
    lines = tuple(Line(number, tuple(_cell(cell) for cell in cells)) for number, cells in packed["lines"])
    written = tuple(line for line in lines if not line.blank)
    return Sheet(packed["name"], written, packed["hidden"], frozenset(packed["hidden_lines"]))


def _cell(packed: Any) -> Cell:
    if isinstance(packed, str):
        return Cell(packed) if packed else EMPTY
    content, kind = packed
    return Cell(content, bool(kind & 1), bool(kind & 2))
