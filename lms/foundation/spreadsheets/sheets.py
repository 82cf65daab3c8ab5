"""A sheet as plain data, whichever kind of file it came in."""

from dataclasses import dataclass, field

SAVE_AS = "用 WPS 或 Excel 打开，另存为 .xlsx，再选一次"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell holds: its text, whether the file keeps it as a number, whether a formula made it."""

    text: str = ""
    is_number: bool = False
    is_formula: bool = False


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet; `number` is what the sheet shows in its margin, from 1."""

    number: int
    cells: tuple[Cell, ...]

    def at(self, column: int) -> Cell:
        """The cell in a column from 0; an empty one beyond the end."""
        return self.cells[column] if column < len(self.cells) else EMPTY

    @property
    def blank(self) -> bool:
        """Whether nothing is written in it."""
        return not any(cell.text.strip() or cell.is_formula for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """One sheet of a file with the lines that are not blank."""

    name: str
    lines: tuple[Line, ...]
    hidden: bool = False
    hidden_lines: frozenset[int] = field(default_factory=frozenset)


class Unreadable(Exception):
    """A whole file that cannot be taken: what is wrong with it, and how to mend it."""

    def __init__(self, reason: str, mend: str) -> None:
        self.reason, self.mend = reason, mend
        super().__init__(f"{reason}。{mend}")
