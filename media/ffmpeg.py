"""Running ffmpeg: one child at a time, with limits on its time and memory, that never outlives us."""

import contextlib
import ctypes
import os
import re
import resource
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import IO

import imageio_ffmpeg

MEMORY_BYTES = 3 << 30
STALL_SECONDS = 60.0
_LINES_KEPT = 400
_MANNERS = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-progress", "pipe:1"]
_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1

Progress = Callable[[int], None]


class TooSlow(Exception):
    """ffmpeg took longer than it was given, or stood still."""


@dataclass
class Run:
    """What a run of ffmpeg left: exit code, the last lines it said, and its last progress figures."""

    code: int = 0
    said: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES_KEPT))
    figures: dict[str, str] = field(default_factory=dict)
    errors: int = 0

    @property
    def out_ms(self) -> int:
        """How far the output has come, in milliseconds."""
        text = self.figures.get("out_time_us", "")
        return int(text) // 1000 if re.fullmatch(r"\d+", text) else 0


@cache
def program() -> str:
    """The ffmpeg of the wheel, or the one that IMAGEIO_FFMPEG_EXE names."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def run(arguments: Sequence[str], *, seconds: float, progress: Progress | None = None, niceness: int = 0) -> Run:
    """Run ffmpeg and read what it says; `progress` is told milliseconds of output. Raises TooSlow.

    `niceness` is added to our own, for work that nobody waits for. Only local files may be read: a playlist or a data reference cannot make it open an address.
    """
    command = [program(), *_MANNERS, *arguments]
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=partial(_bounded, niceness),  # noqa: PLW1509 - three system calls, no locks
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
    )
    try:
        return _listen(child, Run(), time.monotonic() + seconds, progress)
    finally:
        _end(child)


def _bounded(niceness: int) -> None:
    """In the child: die with the parent, stay within the memory, let others go first."""
    os.nice(niceness)
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _listen(child: subprocess.Popen[bytes], result: Run, deadline: float, progress: Progress | None) -> Run:
    assert child.stdout and child.stderr
    with selectors.DefaultSelector() as selector:
        pending = {child.stdout: b"", child.stderr: b""}
        for stream in pending:
            selector.register(stream, selectors.EVENT_READ)
        moved = time.monotonic()
        while selector.get_map():
            ready = selector.select(timeout=1.0)
            now = time.monotonic()
            if ready:
                moved = now
            if now > deadline or now - moved > STALL_SECONDS:
                raise TooSlow(f"ffmpeg was stopped after {result.out_ms} ms of output")
            for key, _ in ready:
                _take(key.fileobj, child, selector, pending, result, progress)  # type: ignore[arg-type]
    result.code = child.wait(timeout=10)
    return result


def _take(
    stream: IO[bytes],
    child: subprocess.Popen[bytes],
    selector: selectors.BaseSelector,
    pending: dict[IO[bytes], bytes],
    result: Run,
    progress: Progress | None,
) -> None:
    chunk = os.read(stream.fileno(), 65536)
    if not chunk:
        selector.unregister(stream)
        return
    *lines, rest = (pending[stream] + chunk).split(b"\n")
    pending[stream] = rest[-4096:]
    for line in lines:
        text = line.decode("utf-8", "replace").strip()
        if stream is child.stdout:
            _figure(text, result, progress)
        else:
            result.said.append(text[:500])
            result.errors += _is_fault(text)


def _is_fault(text: str) -> bool:
    """Whether a line tells of damage in the file. What the null output says of time stamps at a seam is not damage:
    videos joined without encoding are full of it, and every phone plays them."""
    return ("[error]" in text or "[fatal]" in text) and not text.startswith("[null @")


def _figure(text: str, result: Run, progress: Progress | None) -> None:
    name, _, value = text.partition("=")
    result.figures[name.strip()] = value.strip()
    if name == "progress" and progress:
        progress(result.out_ms)


def _end(child: subprocess.Popen[bytes]) -> None:
    """No child is left behind, whatever happened."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(timeout=10)
    for stream in (child.stdout, child.stderr):
        if stream:
            stream.close()
