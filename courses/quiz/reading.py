"""A quiz sheet as WPS and Excel really save it: a title row above the header, full-width letters, numbers for options.

Columns: 题型 题目 选项A 选项B 选项C 选项D 答案 解析 (in any order, more options allowed up to H).
"""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from courses.course import Finding, Level, Question, QuestionKind, Quiz, Refused
from courses.zipped import refuse_bomb

WHERE = "小测验"
MOST_ROWS = 500
MOST_COLUMNS = 100
MOST_UNPACKED = 100 << 20
HEADER_WITHIN = 10
LETTERS = "ABCDEFGH"
_COLUMNS = {
    "kind": ("题型", "类型", "题目类型"),
    "text": ("题目", "题干", "问题", "试题", "题目内容"),
    "answer": ("答案", "正确答案", "标准答案", "参考答案"),
    "explanation": ("解析", "答案解析", "说明", "讲解"),
}
_KINDS = {
    "单选": QuestionKind.SINGLE,
    "单选题": QuestionKind.SINGLE,
    "单项选择": QuestionKind.SINGLE,
    "单项选择题": QuestionKind.SINGLE,
    "多选": QuestionKind.MULTIPLE,
    "多选题": QuestionKind.MULTIPLE,
    "多项选择": QuestionKind.MULTIPLE,
    "多项选择题": QuestionKind.MULTIPLE,
    "判断": QuestionKind.JUDGE,
    "判断题": QuestionKind.JUDGE,
}
_RIGHT = {"对", "正确", "√", "✓", "✔", "T", "TRUE", "是", "Y"}
_WRONG = {"错", "错误", "×", "✗", "✘", "F", "FALSE", "否", "X", "N", "不对"}
_JUDGE_OPTIONS = ("对", "错")
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
    findings = [Finding(Level.FOUND, WHERE, f"{len(questions)} 道题，{_counts(questions)}")]
    texts = [question.text for question in questions]
    twice = len(texts) - len(set(texts))
    if twice:
        findings.append(Finding(Level.WARNING, WHERE, f"有 {twice} 道题目重复", "看看是不是多贴了一次"))
    silent = sum(not question.explanation for question in questions)
    if silent:
        findings.append(Finding(Level.WARNING, WHERE, f"有 {silent} 道题没有解析", "写一句为什么，答错的人就学会了"))
    return findings


def _counts(questions: list[Question]) -> str:
    words = {QuestionKind.SINGLE: "单选", QuestionKind.MULTIPLE: "多选", QuestionKind.JUDGE: "判断"}
    counts = {kind: sum(question.kind is kind for question in questions) for kind in words}
    return "、".join(f"{words[kind]} {count}" for kind, count in counts.items() if count)


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


def narrow(text: str) -> str:
    """A cell as headers are compared: full-width letters narrowed, no blanks, in capitals."""
    return unicodedata.normalize("NFKC", text).replace(" ", "").replace("\n", "").upper()


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


def question_of(cells: dict[str, str]) -> Question | tuple[str, str]:
    """A question; or what is wrong with the row and how to mend it."""
    text, options = cells["text"], _options(cells)
    if not text:
        return "没有题目", "把题目写上，或者删掉这一行"
    kind = _kind(cells, options)
    if kind is None:
        return f"题型“{cells.get('kind', '')}”不认识", "题型写 单选、多选 或 判断"
    if kind is QuestionKind.JUDGE:
        return _judge(text, cells)
    if options is None:
        return "选项中间空了一格", "选项从 A 起一个挨一个写"
    if len(options) < 2:
        return "选项少于 2 个", "至少写选项 A 和选项 B"
    if len(set(options)) < len(options):
        return "有两个选项一样", "改掉其中一个"
    return _choice(kind, text, options, cells)


def _choice(
    kind: QuestionKind, text: str, options: tuple[str, ...], cells: dict[str, str]
) -> Question | tuple[str, str]:
    letters = re.sub(r"[,、;/和及.。]", "", narrow(cells["answer"]))
    if not letters:
        return "没有答案", "写上正确选项的字母，比如 A"
    if not set(letters) <= set(LETTERS[: len(options)]):
        return f"答案“{cells['answer'][:20]}”不在选项里", f"答案写字母 A 到 {LETTERS[len(options) - 1]}"
    answer = tuple(sorted({LETTERS.index(letter) for letter in letters}))
    if kind is QuestionKind.SINGLE and len(answer) > 1:
        return "单选题有几个答案", "只留一个字母，或者把题型改成 多选"
    if kind is QuestionKind.MULTIPLE and len(answer) < 2:
        return "多选题只有一个答案", "写全正确的字母，或者把题型改成 单选"
    return Question(kind, text, options, answer, cells.get("explanation", ""))


def _judge(text: str, cells: dict[str, str]) -> Question | tuple[str, str]:
    word = narrow(cells["answer"])
    choices = {"A": 0, "B": 1} if narrow(cells.get("A", "")) in _RIGHT and narrow(cells.get("B", "")) in _WRONG else {}
    place = 0 if word in _RIGHT else 1 if word in _WRONG else choices.get(word)
    if place is None:
        return f"判断题的答案“{cells['answer'][:20]}”不认识", "答案写 对 或 错"
    return Question(QuestionKind.JUDGE, text, _JUDGE_OPTIONS, (place,), cells.get("explanation", ""))


def _kind(cells: dict[str, str], options: tuple[str, ...] | None) -> QuestionKind | None:
    """The kind that was written; where none was, what the answer shows."""
    written = narrow(cells.get("kind", ""))
    if written:
        return _KINDS.get(written)
    answer = narrow(cells["answer"])
    if not options and answer in _RIGHT | _WRONG:
        return QuestionKind.JUDGE
    return QuestionKind.MULTIPLE if len(re.sub(r"[^A-H]", "", answer)) > 1 else QuestionKind.SINGLE


def _options(cells: dict[str, str]) -> tuple[str, ...] | None:
    """Options from A on; None when one in between is empty."""
    written = [cells.get(letter, "") for letter in LETTERS]
    while written and not written[-1]:
        written.pop()
    return None if "" in written else tuple(written)


def fault(what: str, mend: str) -> Finding:
    """What keeps a sheet from being read, and how its author mends it."""
    return Finding(Level.REFUSAL, WHERE, what, mend)
