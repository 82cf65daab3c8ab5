"""What a ZIP really holds, before anything that trusts it may open it (workbooks are ZIP files)."""

import io
import zipfile
import zlib

MOST_ENTRIES = 2000
_STEP = 1 << 18


class Bomb(Exception):
    """The archive unpacks to more than it may, or is not what it says."""


def refuse_bomb(data: bytes, most: int) -> None:
    """Inflate every entry under a budget of `most` bytes without keeping any; raises Bomb. Declared sizes are not trusted."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as problem:
        raise Bomb("not a ZIP that can be listed") from problem
    if len(entries) > MOST_ENTRIES:
        raise Bomb(f"{len(entries)} entries")
    left = most
    for entry in entries:
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Bomb("encrypted, or compressed in an unusual way")
        left -= _size(data, entry, left)
        if left < 0:
            raise Bomb(f"more than {most} bytes")


def _size(data: bytes, entry: zipfile.ZipInfo, budget: int) -> int:
    """Real bytes of an entry; counting stops once the budget is passed."""
    place = entry.header_offset
    head = data[place : place + 30]
    if head[:4] != b"PK\x03\x04" or len(head) < 30:
        raise Bomb("an entry without its header")
    begin = place + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    if entry.compress_type == zipfile.ZIP_STORED:
        return entry.compress_size
    return _inflated(memoryview(data)[begin:], budget)


def _inflated(packed: memoryview, budget: int) -> int:
    """How far a deflate stream goes, wherever the archive says that it ends."""
    inflate, total, place = zlib.decompressobj(-15), 0, 0
    try:
        while total <= budget and not inflate.eof:
            piece = inflate.unconsumed_tail
            if not piece:
                piece = bytes(packed[place : place + _STEP])
                place += len(piece)
                if not piece:
                    break
            total += len(inflate.decompress(piece, _STEP))
    except zlib.error as problem:
        raise Bomb("an entry that does not inflate") from problem
    return total
