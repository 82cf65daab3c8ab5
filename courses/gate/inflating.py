"""The bytes of one entry, inflated as they are asked for, and never one more than it declared."""

import io
import time
import zlib
from typing import BinaryIO

from courses.course import Refused
from courses.gate.entries import STORED
from courses.gate.faults import COPY, EXPORT, refused, shown
from courses.gate.listing import Record

_STEP = 1 << 18


class Budget:
    """Bytes and seconds that are left for a package as a whole."""

    def __init__(self, most_bytes: int, seconds: float) -> None:
        self._left = most_bytes
        self._until = time.thread_time() + seconds
        self._spent = 0

    def spend(self, count: int) -> None:
        """Take `count` bytes; raises Refused when bytes or time have run out."""
        self._left -= count
        if self._left < 0:
            raise refused("解开以后太大了", "把大的视频单独做成视频课，课件里只留小的")
        self._spent += 1
        if self._spent % 16 == 1 and time.thread_time() > self._until:
            raise refused("检查用的时间太长了", EXPORT)


class Inflated(io.RawIOBase):
    """What an entry holds, as a file to be read once from front to back.

    Raises Refused while reading where the bytes are not what the directory promised; `close` reads the rest, so that an entry is
    judged whole even if nobody read it to its end.
    """

    def __init__(self, file: BinaryIO, record: Record, place: int, name: str, budget: Budget) -> None:
        super().__init__()
        self._file, self._record, self._name, self._budget = file, record, name, budget
        self._place, self._packed_left, self._left, self._crc = place, record.packed, record.size, 0
        self._inflate = None if record.method == STORED else zlib.decompressobj(-15)

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; empty at the end. Without a size: all of them, within what the entry declared."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_STEP), b""))
        if not size:
            return b""
        data = self._stored(size) if self._inflate is None else self._deflated(size)
        self._budget.spend(len(data))
        self._left -= len(data)
        self._crc = zlib.crc32(data, self._crc)
        if self._left < 0:
            raise self._lies(f"声明有 {self._record.size} 字节，实际更多")
        if not data:
            self._judge_end()
        return data

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer; how many bytes it got."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def drain(self) -> None:
        """Read what nobody asked for, so that the whole entry is judged."""
        while self.read(_STEP):
            pass

    def _stored(self, size: int) -> bytes:
        return self._packed(min(size, self._packed_left))

    def _packed(self, size: int) -> bytes:
        """The next bytes as they lie in the archive."""
        self._file.seek(self._place)
        data = self._file.read(min(size, self._packed_left))
        if len(data) != min(size, self._packed_left):
            raise self._lies("没有传完整")
        self._place += len(data)
        self._packed_left -= len(data)
        return data

    def _deflated(self, size: int) -> bytes:
        inflate = self._inflate
        assert inflate is not None
        most = min(size, self._left + 1)
        try:
            while not inflate.eof:
                packed = inflate.unconsumed_tail or self._packed(_STEP)
                data = inflate.decompress(packed, most)
                if data:
                    return data
                if not packed:
                    break
        except zlib.error as problem:
            raise self._lies("内容坏了，解不开") from problem
        return b""

    def _judge_end(self) -> None:
        """At the end: as many bytes as promised, the same check sum, nothing packed left over."""
        inflate = self._inflate
        if inflate is not None and not inflate.eof:
            raise self._lies("没有压完整")
        if self._left or self._packed_left or (inflate is not None and inflate.unused_data):
            raise self._lies("实际大小和声明的不一样")
        if self._crc != self._record.crc:
            raise self._lies("校验码对不上，内容坏了")

    def _lies(self, what: str) -> Refused:
        return refused(f"“{shown(self._name)}”{what}", COPY)
