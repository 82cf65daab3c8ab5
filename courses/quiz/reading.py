"""A quiz sheet as WPS and Excel really save it: a title row above the header, full-width letters, numbers for options.

Columns: 题型 题目 选项A 选项B 选项C 选项D 答案 解析, and where wanted 分值 部分给分 批改 (in any order, options up to H).
A match writes a pair in each option (酒精=消毒), an order its steps in the right order, a fill-in its words in 答案: blanks
parted by ；, ways to write one by |. What a row says is judged by `rows`.
"""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from courses.course import Finding, Level, Question, Quiz, Refused
from courses.quiz.rows import counts, narrow, question_of
from courses.zipped import refuse_bomb

WHERE = "小测验"
MOST_ROWS = 500
MOST_COLUMNS = 100
MOST_UNPACKED = 100 << 20
HEADER_WITHIN = 10
_COLUMNS = {
    "kind": ("题型", "类型", "题目类型"),
    "text": ("题目", "题干", "问题", "试题", "题目内容"),
    "answer": ("答案", "正确答案", "标准答案", "参考答案"),
    "explanation": ("解析", "答案解析", "说明", "讲解"),
    "points": ("分值", "分数", "得分"),
    "partial": ("部分给分", "部分得分", "漏选给分", "按比例给分"),
    "marking": ("批改", "批改方式", "谁来批"),
}
_OPTION = re.compile(r"(?:选项|备选项)?\s*([A-H])(?:选项)?")

Row = Sequence[str]


def read_sheet(path: Path) -> tuple[Quiz, tuple[Finding, ...]]:
    """The quiz of the first sheet, and what was found; raises Refused naming every row that must be mended."""
    rows = rows_of(path)
    place, columns = header_of(rows)
    questions, faults = [], []
    for number, row in enumerate(rows[place + 1 :], start=place + 2):
        cells = {name: row[index] if index < len(row) else "" for name, index in columns.items()}
        if not any(cells.values()):
            continue
        question = question_of(cells)
        if isinstance(question, Question):
            questions.append(question)
        else:
            faults.append(fault(f"第 {number} 行：{question[0]}", question[1]))
    if faults:
        raise Refused(*faults[:50])
    if not questions:
        raise Refused(fault("表里一道题也没有", "从第二行起，一行写一道题"))
    return Quiz(tuple(questions)), tuple(_found(questions))


def _found(questions: list[Question]) -> list[Finding]:
    findings = [Finding(Level.FOUND, WHERE, f"{len(questions)} 道题，{counts(questions)}")]
    texts = [question.text for question in questions]
    twice = len(texts) - len(set(texts))
    if twice:
        findings.append(Finding(Level.WARNING, WHERE, f"有 {twice} 道题目重复", "看看是不是多贴了一次"))
    silent = sum(not question.explanation for question in questions)
    if silent:
        findings.append(Finding(Level.WARNING, WHERE, f"有 {silent} 道题没有解析", "写一句为什么，答错的人就学会了"))
    return findings


def rows_of(path: Path) -> list[Row]:
    """Cells as clean text. Formulas come as the values that were saved with them."""
    data = path.read_bytes()
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        return _workbook(data)
    return _csv(data)


def _workbook(data: bytes) -> list[Row]:
    try:
        if data.startswith(b"PK"):
            refuse_bomb(data, MOST_UNPACKED)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        width, height = sheet.width, sheet.height
        cells = (
            sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS)
            if height <= MOST_ROWS and width <= MOST_COLUMNS
            else []
        )
    # A broken workbook makes the reader raise any Exception, or panic (a BaseException of its own): one thing to the author.
    except BaseException as problem:
        if not isinstance(problem, Exception) and type(problem).__name__ != "PanicException":
            raise
        raise Refused(fault("表格打不开，文件可能坏了", "用 WPS 或 Excel 打开，另存为 .xlsx 再传")) from problem
    if height > MOST_ROWS or width > MOST_COLUMNS:
        raise Refused(
            fault(f"表有 {height} 行、{width} 列，太大了", f"一份小测验最多 {MOST_ROWS} 行，把空行空列删掉再传")
        )
    return [[_clean(cell) for cell in row] for row in cells]


def _csv(data: bytes) -> list[Row]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused(fault("表格里的字读不出来", "用 WPS 或 Excel 打开，另存为 .xlsx 再传"))
    if "\0" in text:
        raise Refused(fault("这不是表格", "请选 .xlsx、.xls 或 .csv 文件"))
    separator = max(",\t;", key=text[:2000].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as problem:
        raise Refused(fault("表格读不下去，可能少了一个引号", "用 WPS 或 Excel 打开，另存为 .xlsx 再传")) from problem
    if len(rows) > MOST_ROWS:
        raise Refused(fault(f"表有 {len(rows)} 行，太大了", f"一份小测验最多 {MOST_ROWS} 行"))
    return [[_clean(cell) for cell in row] for row in rows]


def _clean(cell: Any) -> str:
    """Text of a cell: full-width letters made plain, 45.0 is 45, blanks and control characters gone."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool):
        cell = "对" if cell else "错"
    text = str(cell).replace("\u3000", " ").replace("\xa0", " ")
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n").strip()[:2000]


def header_of(rows: list[Row]) -> tuple[int, dict[str, int]]:
    """Where the header is and which column is which; raises Refused naming what is missing."""
    best: dict[str, int] = {}
    for place, row in enumerate(rows[:HEADER_WITHIN]):
        columns = _columns(row)
        if {"text", "answer"} <= columns.keys():
            return place, columns
        best = max(best, columns, key=len)
    missing = [name for key, name in (("text", "题目"), ("answer", "答案")) if key not in best]
    mend = "第一行写：题型、题目、选项A、选项B、选项C、选项D、答案、解析"
    raise Refused(fault(f"表头里没有“{'”和“'.join(missing)}”这一列", mend))


def _columns(row: Row) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, cell in enumerate(row):
        name = narrow(cell)
        option = _OPTION.fullmatch(name)
        for key, names in _COLUMNS.items():
            if name in names:
                columns.setdefault(key, index)
        if option:
            columns.setdefault(option[1], index)
    return columns


def fault(what: str, mend: str) -> Finding:
    """What keeps a sheet from being read, and how its author mends it."""
    return Finding(Level.REFUSAL, WHERE, what, mend)
