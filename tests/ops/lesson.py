"""The built-in lesson, spoken and drawn once for all tests; building it takes half a minute of a processor."""

import shutil
from pathlib import Path

from courses.catalogue import build

KEPT = Path(__file__).resolve().parents[1] / ".output" / "catalogue"


def lay_out(data: Path) -> None:
    """Put the built lesson where a platform on this data folder looks for it."""
    build(KEPT)
    shutil.copytree(KEPT, data / "catalogue")
