"""What the gate adds to a package: 100 MB in 2,000 files, judged and streamed, beside inflating and storing the same files unchecked."""

import random
import shutil
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from courses.packages import Upload, open_any

FILES, FILE_BYTES = 2_000, 50_000
ROUNDS = 5
_STEP = 1 << 18
_MANIFEST = """<manifest identifier="m" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2"
xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"><metadata><schemaversion>1.2</schemaversion></metadata>
<organizations><organization identifier="o"><title>bench</title><item identifier="i" identifierref="r"><title>1</title></item>
</organization></organizations><resources><resource identifier="r" adlcp:scormtype="sco" href="index.html"/></resources></manifest>"""
_WORDS = (
    "function",
    "var",
    "return",
    "课程",
    "this",
    "slide",
    "<div class=x>",
    "</div>",
    "0x1f",
    "// note",
    "path",
    "'a'",
)


def main() -> None:
    """Print the two times of a processor and their ratio."""
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        package = Path(folder) / "package.zip"
        _write(package)
        pairs = [(_timed(_unchecked, package), _timed(_gated, package)) for _ in range(ROUNDS)]
    bare, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(
        f"gate: {FILES:,} files, 100 MB: {ours:.2f} s of CPU, unchecked {bare:.2f} s, ratio {ours / bare:.2f}",
        flush=True,
    )


def _write(package: Path) -> None:
    """Half of it text, half of it bytes that do not shrink, as pictures and sound."""
    dice = random.Random(1)
    text = " ".join(dice.choices(_WORDS, k=40_000)).encode()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", _MANIFEST)
        archive.writestr("index.html", "<!doctype html>")
        for number in range(FILES):
            words = number % 2 == 0
            begin = number * 7 % 5_000
            data = text[begin : begin + FILE_BYTES] if words else dice.randbytes(FILE_BYTES)
            archive.writestr(f"story/{number % 40}/{number}.{'js' if words else 'jpg'}", data)


def _timed(work: Callable[[Path, Path], None], package: Path) -> float:
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder:
        begin = time.process_time()
        work(package, Path(folder))
        return time.process_time() - begin


def _unchecked(package: Path, folder: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        for number, entry in enumerate(archive.infolist()):
            with archive.open(entry) as source, (folder / str(number)).open("wb") as target:
                shutil.copyfileobj(source, target, _STEP)


def _gated(package: Path, folder: Path) -> None:
    """The gate, with a keep that stores as plainly: the digest of each file is what storing by content costs anybody."""
    kept = 0

    def keep(_path: str, stream: BinaryIO, _size: int) -> str:
        nonlocal kept
        kept += 1
        with (folder / str(kept)).open("wb") as target:
            shutil.copyfileobj(stream, target, _STEP)
        return ""

    open_any(Upload(package, package.name), keep)


if __name__ == "__main__":
    main()
