"""The files that the people of the journey bring: a video of more than ten minutes, captions, a quiz, a roster."""

from pathlib import Path

from openpyxl import Workbook

from tests.videos import encode

SECONDS = 612
CAPTIONS = """WEBVTT

00:00:01.000 --> 00:00:06.000
手机镜头先擦干净，再到窗边去拍

00:05:00.000 --> 00:05:06.000
一箱果里有一个坏的，会坏一片

00:10:00.000 --> 00:10:08.000
今天就学到这里，做完小测验再走
"""
QUESTIONS = [
    ("单选", "拍水果用哪种光最好？", "窗边的光", "头顶的灯", "闪光灯", "A", "窗边的光软，颜色准。"),
    ("判断", "验证码可以告诉自称客服的人。", "", "", "", "错", "谁要都不给。"),
    ("多选", "标题里要写什么？", "产地", "品种", "骂同行的话", "AB", "写清产地和品种，买的人才搜得到。"),
    ("单选", "客人收到坏果怎么办？", "不理他", "按说好的赔", "怪快递", "B", "说到做到，回头客多。"),
    ("判断", "发货前要挑一遍果。", "", "", "", "对", "一个坏果会坏一箱。"),
]
# The places of the right options, question by question.
RIGHT = {1: [0], 2: [1], 3: [0, 1], 4: [1], 5: [0]}


def video(folder: Path) -> Path:
    """A real H.264/AAC MP4 of ten minutes and twelve seconds, small because it hardly moves."""
    picture = ["-f", "lavfi", "-i", f"testsrc=size=320x180:rate=2:duration={SECONDS}"]
    sound = ["-f", "lavfi", "-i", f"sine=frequency=300:sample_rate=16000:duration={SECONDS}"]
    codecs = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "10",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
        "-b:a",
        "16k",
    ]
    return encode([*picture, *sound, *codecs], folder / "拍好产品照片.mp4")


def captions(folder: Path) -> Path:
    """Captions in WebVTT."""
    file = folder / "拍好产品照片.vtt"
    file.write_text(CAPTIONS)
    return file


def quiz(folder: Path) -> Path:
    """Five questions in a spreadsheet."""
    book = Workbook()
    sheet = book.active
    sheet.append(["题型", "题目", "选项A", "选项B", "选项C", "答案", "解析"])
    for question in QUESTIONS:
        sheet.append(question)
    book.save(folder / "小测验.xlsx")
    return folder / "小测验.xlsx"


def roster(folder: Path, rows: list[tuple[object, ...]]) -> Path:
    """A roster as clerks make them: a title row above the header, numbers as text, one of them with full-width digits."""
    book = Workbook()
    sheet = book.active
    sheet.append(["农村电商培训班学员花名册"])
    sheet.append(["序号", "姓名", "身份证号", "联系电话"])
    for number, row in enumerate(rows, 1):
        sheet.append([number, *row])
    book.save(folder / "花名册.xlsx")
    return folder / "花名册.xlsx"
