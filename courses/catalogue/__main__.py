"""`python -m courses.catalogue TARGET LESSON`: make one lesson in a process of its own that gives way to all others."""

import ctypes
import os
import signal
import sys
from pathlib import Path

from courses.catalogue.building import build_lesson

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Make the lesson; end when whoever started us ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(19)
    build_lesson(Path(sys.argv[1]), sys.argv[2], lambda _percent, _words: None)


if __name__ == "__main__":
    main()
