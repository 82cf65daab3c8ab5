"""Quiz sheets for tests."""

from pathlib import Path

import xlsxwriter

HEADER = ["题型", "题目", "选项A", "选项B", "选项C", "选项D", "答案", "解析"]
GOOD = [
    ["单选", "荔枝装箱前先做什么？", "预冷", "水洗", "日晒", "", "A", "预冷能让荔枝多放两天"],
    ["多选", "哪些要写进详情页？", "产地", "净重", "亲戚的电话", "发货时间", "ABD", "电话不要公开"],
    ["判断", "客服可以向买家要验证码。", "", "", "", "", "错", "谁要都不给"],
    ["判断", "坏果要按承诺赔。", "", "", "", "", "对", ""],
    ["单选", "5 斤荔枝，一般用多少克冰？", 250, 500, 2000, "", "B", "按 1 比 5"],
]


def write(path: Path, rows: list[list[object]], *, above: int = 0) -> Path:
    """A workbook with `above` title rows over the given rows."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("小测验")
        for number in range(above):
            sheet.write(number, 0, "顺德安颐职业培训学校 测验题")
        for number, row in enumerate(rows, above):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
    return path


def good(path: Path) -> Path:
    """Five questions without fault."""
    return write(path, [HEADER, *GOOD])
