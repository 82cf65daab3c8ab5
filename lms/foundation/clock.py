"""What time it is. Nothing else in the house asks the machine, and nobody asks a client."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

SHANGHAI = ZoneInfo("Asia/Shanghai")
_LONGEST = 1000
_read = msgspec.json.Decoder().decode


class Clock:
    """The machine's clock plus an offset that tests turn; in seconds, ahead is positive."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._file: Path | None = None
        self._frozen: datetime | None = None

    def now(self) -> datetime:
        """The time in UTC, aware."""
        if self._frozen is not None:
            return self._frozen
        machine = datetime.now(UTC)
        return machine + self._offset if self._file is None else _shown_by(self._file, machine)

    def turn(self, by: timedelta) -> None:
        """Move the clock on (tests)."""
        if self._frozen is not None:
            self._frozen += by
        else:
            self._offset += by

    def freeze(self, at: datetime) -> None:
        """Stop the clock at a moment (tests)."""
        self._frozen = at

    def reset(self) -> None:
        """Go back to the machine's time."""
        self.__init__()  # type: ignore[misc]

    def follow(self, file: Path | None) -> None:
        """Read offset and rate from a file, for processes that a test drives from outside."""
        self._file = file


_clock = Clock()
turn, freeze, reset, follow = _clock.turn, _clock.freeze, _clock.reset, _clock.follow


def now() -> datetime:
    """The time of the server in UTC, aware."""
    return _clock.now()


def today() -> date:
    """The date in Asia/Shanghai, in which days of study are counted."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """The same moment as a clock on a wall in Guangdong shows it."""
    return moment.astimezone(SHANGHAI)


def _shown_by(file: Path, machine: datetime) -> datetime:
    """Time at `since` (unix seconds) plus `offset`, running `rate` times as fast from there on."""
    try:
        line = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return machine
    try:
        hand = _read(os.read(line, _LONGEST))
    finally:
        os.close(line)
    elapsed = machine.timestamp() - hand["since"]
    return datetime.fromtimestamp(hand["since"] + hand["offset"] + elapsed * hand["rate"], UTC)
