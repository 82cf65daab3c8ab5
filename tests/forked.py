"""Processes of the platform that begin at once: forked from one that has loaded it.

A start of Python with the whole platform takes three seconds of a processor. These are processes like any other (an
environment, a process group and an end of their own), for tests that kill many; tests/ops/test_run.py and test_compose.py
start the commands themselves.
"""

import ctypes
import multiprocessing
import os
import runpy
import signal
import sys
from contextlib import suppress
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
_PR_SET_PDEATHSIG = 1
_NURSERY = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload(["lms.app", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "celery.apps.worker"])


class Forked:
    """A process that runs `python -m module words`; what it says goes to the log, or nowhere."""

    def __init__(self, module: str, *words: str, env: dict[str, str], log: Path | None = None) -> None:
        self.process = _NURSERY.Process(target=_run, args=(module, words, env, log), name=module)
        self.process.start()

    def end(self, seconds: float = 10) -> int | None:
        """Ask it to end; its exit code, None if it still runs after so many seconds."""
        os.kill(self.process.pid, signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds: float) -> int | None:
        """The exit code, None if it still runs after so many seconds."""
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> None:
        """SIGKILL for it and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join()


def _run(module: str, words: tuple[str, ...], env: dict[str, str], log: Path | None) -> None:
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(CHECKOUT)
    out = os.open(log or os.devnull, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
