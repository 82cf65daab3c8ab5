"""The pictures of a built-in lesson: warm paper, large letters, one thought each. 640 × 360."""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from courses.catalogue.script import Slide

WIDTH, HEIGHT = 640, 360
_SCALE = 2
_PAPER, _CARD, _INK, _SOFT, _GO, _DAWN, _LINE = (
    "#f5f4f1",
    "#ffffff",
    "#1a2330",
    "#525c69",
    "#2450a6",
    "#fbe3cd",
    "#e2dfd8",
)
_LEFT, _RIGHT, _TOP, _FOOT = 40, 600, 104, 330


def draw(slide: Slide, number: int, of: int, target: Path) -> Path:
    """Draw a slide as PNG; drawn at twice the size, then made small, so that letters have smooth edges."""
    image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _PAPER)
    pen = ImageDraw.Draw(image)
    _heading(pen, slide.title, number, of)
    if slide.table:
        _table(pen, slide.table)
    else:
        _points(pen, slide.points)
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(target)
    return target


def _heading(pen: ImageDraw.ImageDraw, title: str, number: int, of: int) -> None:
    _box(pen, (0, 0, WIDTH, 84), _DAWN)
    _geese(pen)
    pen.text(_at(_LEFT, 24), title, fill=_INK, font=_font(_fitting(title, 34, 500)), stroke_width=1, stroke_fill=_INK)
    _box(pen, (0, HEIGHT - 6, WIDTH, HEIGHT), _LINE)
    _box(pen, (0, HEIGHT - 6, WIDTH * number // of, HEIGHT), _GO)
    pen.text(_at(_RIGHT, 347), f"{number} / {of}", fill=_SOFT, font=_font(13), anchor="rs")


def _points(pen: ImageDraw.ImageDraw, points: tuple[str, ...]) -> None:
    step = min(58, (_FOOT - _TOP) // max(len(points), 1))
    top = _TOP + max(0, (_FOOT - _TOP - step * len(points)) // 2)
    size = min(27, step - 10, *(_fitting(point, 27, _RIGHT - _LEFT - 26) for point in points))
    for place, point in enumerate(points):
        middle = top + step * place + step // 2
        pen.ellipse((*_at(_LEFT, middle - 5), *_at(_LEFT + 10, middle + 5)), fill=_GO)
        pen.text(_at(_LEFT + 26, middle), point, fill=_INK, font=_font(size), anchor="lm")


def _table(pen: ImageDraw.ImageDraw, rows: tuple[tuple[str, str], ...]) -> None:
    step = min(46, (_FOOT - _TOP) // len(rows))
    pen.rounded_rectangle((*_at(_LEFT, _TOP - 4), *_at(_RIGHT, _TOP + step * len(rows) + 4)), 12 * _SCALE, fill=_CARD)
    for place, (left, right) in enumerate(rows):
        middle, alone = _TOP + step * place + step // 2, not right
        pen.text(
            _at(_LEFT + 20, middle), left, fill=_GO if alone else _INK, font=_font(23), anchor="lm", stroke_width=alone
        )
        pen.text(_at(_RIGHT - 20, middle), right, fill=_INK, font=_font(23), anchor="rm")
        if place:
            pen.line(
                (*_at(_LEFT + 20, _TOP + step * place), *_at(_RIGHT - 20, _TOP + step * place)),
                fill=_LINE,
                width=_SCALE,
            )


def _geese(pen: ImageDraw.ImageDraw) -> None:
    """A skein flying right, as on the pages of the platform."""
    for x, y in ((588, 26), (570, 34), (570, 18), (552, 42), (552, 10)):
        wings = [_at(x - 9, y - 2), _at(x - 4, y - 5), _at(x, y), _at(x + 4, y - 5), _at(x + 9, y - 2)]
        pen.line(wings, fill=_SOFT, width=3, joint="curve")


def _box(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], colour: str) -> None:
    pen.rectangle((*_at(box[0], box[1]), *_at(box[2], box[3])), fill=colour)


def _at(x: int, y: int) -> tuple[int, int]:
    return x * _SCALE, y * _SCALE


def _fitting(text: str, size: int, width: int) -> int:
    """The largest size up to `size` at which the text fits the width."""
    while size > 14 and _font(size).getlength(text) > width * _SCALE:
        size -= 1
    return size


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Noto Sans SC (SIL Open Font License) from its wheel: a bare machine has no Chinese letters."""
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as path:
        return ImageFont.truetype(str(path), size * _SCALE)
