"""Files that hold a sheet, from strangers: xlsx, xls and csv, read as plain data; and sheets of our own, of text alone."""

from lms.foundation.spreadsheets.opening import MOST_BYTES, open_sheets
from lms.foundation.spreadsheets.sheets import Cell, Line, Sheet, Unreadable
from lms.foundation.spreadsheets.writing import Page, write

__all__ = ["MOST_BYTES", "Cell", "Line", "Page", "Sheet", "Unreadable", "open_sheets", "write"]
