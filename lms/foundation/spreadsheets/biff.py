"""What an old xls says about itself that the reader of its values does not tell: formulas, and whether it has a password.

[MS-CFB] is the container, [MS-XLS] the stream of records in it. Only numbers are read; broken files raise ValueError.
"""

import struct
from collections.abc import Iterator

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BOF, EOF, FORMULA, BOUNDSHEET, FILEPASS = 0x0809, 0x000A, 0x0006, 0x0085, 0x002F
_END = 0xFFFFFFFC


class Container:
    """The named streams of a compound file."""

    def __init__(self, data: bytes) -> None:
        if not data.startswith(SIGNATURE) or len(data) < 512:
            raise ValueError("not a compound file")
        self._data = data
        shift, mini = struct.unpack_from("<HH", data, 30)
        self._size, self._mini_size = 1 << min(shift, 16), 1 << min(mini, 16)
        first_directory, _, self._cutoff, first_mini = struct.unpack_from("<IIII", data, 48)
        self._table = self._allocation()
        self._mini_table = _numbers(self._chain(first_mini))
        self._entries = dict(self._directory(self._chain(first_directory)))

    @property
    def names(self) -> set[str]:
        """The names of its streams."""
        return set(self._entries)

    def stream(self, name: str) -> bytes:
        """The bytes of a stream; raises ValueError when there is none."""
        if name not in self._entries:
            raise ValueError(f"no stream {name}")
        start, size = self._entries[name]
        if size >= self._cutoff or "Root Entry" not in self._entries:
            return self._chain(start)[:size]
        small = self._chain(self._entries["Root Entry"][0])
        links = _follow(self._mini_table, start)
        return b"".join(small[n * self._mini_size : (n + 1) * self._mini_size] for n in links)[:size]

    def _allocation(self) -> list[int]:
        listed = list(struct.unpack_from("<109I", self._data, 76))
        following, count = struct.unpack_from("<II", self._data, 68)
        seen: set[int] = set()
        while following < _END and following not in seen and count > len(seen):
            seen.add(following)
            more = _numbers(self._sector(following))
            listed, following = listed + more[:-1], more[-1] if more else _END
        return _numbers(b"".join(self._sector(n) for n in listed if n < _END))

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        return self._data[start : start + self._size]

    def _chain(self, start: int) -> bytes:
        return b"".join(self._sector(n) for n in _follow(self._table, start))

    def _directory(self, data: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
        for at in range(0, len(data) - 127, 128):
            length = struct.unpack_from("<H", data, at + 64)[0]
            name = data[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", data, at + 116)
            if name:
                yield name, (start, size)


def _numbers(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))


def _follow(table: list[int], start: int) -> Iterator[int]:
    seen: set[int] = set()
    while start < len(table) and start not in seen:
        seen.add(start)
        yield start
        start = table[start]


def records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """The records of a workbook stream from a position on: (type, content)."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def has_password(container: Container) -> bool:
    """Whether the workbook, old or new, is encrypted."""
    if "EncryptedPackage" in container.names:
        return True
    first = [kind for _, (kind, _) in zip(range(8), records(_workbook(container)), strict=False)]
    return FILEPASS in first


def formulas_of_sheets(container: Container) -> list[set[tuple[int, int]]]:
    """For each sheet in order, (row, column) of its formulas, from 1 and 0."""
    stream = _workbook(container)
    starts = [
        struct.unpack_from("<I", body)[0] for kind, body in records(stream) if kind == BOUNDSHEET and len(body) >= 4
    ]
    return [_formulas(stream, start) for start in starts]


def _formulas(stream: bytes, start: int) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    depth = 0
    for kind, body in records(stream, start):
        depth += (kind == BOF) - (kind == EOF)
        if depth == 0:
            break
        if kind == FORMULA and depth == 1 and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            found.add((row + 1, column))
    return found


def _workbook(container: Container) -> bytes:
    name = next((n for n in ("Workbook", "Book") if n in container.names), "")
    return container.stream(name)
