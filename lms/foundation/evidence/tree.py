"""The Merkle tree of RFC 6962 and RFC 9162: hashes, growth, proofs. Bytes in, bytes out.

A *range* is a pair (lo, hi) of leaf positions; every range named here is a subtree of the RFC's recursion, so it starts
at a multiple of the smallest power of two that is not below its length. A *node* is a perfect subtree (level, index)
that covers the positions index << level up to (index + 1) << level.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

Range = tuple[int, int]
Node = tuple[int, int]
# Levels of the leaves and of subtrees of two to sixteen: hashed in microseconds, and all but a sixteenth of the nodes.
SMALL = range(5)


def leaf_hash(data: bytes) -> bytes:
    """Return the 32 bytes that stand for one entry (RFC 6962 §2.1: SHA-256 of 0x00 and the entry)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32 bytes that stand for two subtrees (RFC 6962 §2.1: SHA-256 of 0x01, left and right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(length: int) -> int:
    """Return the largest power of two smaller than a length of at least 2: where the RFC divides a range."""
    return 1 << ((length - 1).bit_length() - 1)


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes, straight from the RFC's definition; O(n), the oracle of the tests."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    middle = split(len(hashes))
    return node_hash(root(hashes[:middle]), root(hashes[middle:]))


# Growth


class Frontier:
    """The right edge of a tree: for every set bit of its size, the hash of that perfect subtree."""

    def __init__(self, size: int, hashes: dict[int, bytes]) -> None:
        if set(hashes) != {level for level in range(size.bit_length()) if size >> level & 1}:
            raise ValueError("the frontier does not fit the size")
        self.size = size
        self._hashes = dict(hashes)

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Put one leaf hash at position `size` and yield each node that is now complete, as (level, index, hash)."""
        index, level, current = self.size, 0, leaf
        yield level, index, current
        while index >> level & 1:
            current = node_hash(self._hashes.pop(level), current)
            level += 1
            yield level, index >> level, current
        self._hashes[level] = current
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        return fold([self._hashes[level] for level in sorted(self._hashes, reverse=True)])


def frontier_nodes(size: int) -> list[Node]:
    """Return the nodes that make up the right edge of a tree of this size, largest first."""
    return perfect_nodes((0, size))


def perfect_nodes(of: Range) -> list[Node]:
    """Return the perfect nodes, left to right, that a range of the recursion is made of."""
    lo, hi = of
    nodes = []
    for level in reversed(range((hi - lo).bit_length())):
        if (hi - lo) >> level & 1:
            nodes.append((level, lo >> level))
            lo += 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash of a range from the hashes of its perfect nodes, left to right."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


# Which ranges a proof is made of


def inclusion_ranges(position: int, size: int) -> list[Range]:
    """Return the ranges whose hashes prove that a position is in a tree of a size, leaf upward (RFC 6962 §2.1.1)."""
    if not 0 <= position < size:
        raise ValueError("the position is outside the tree")
    lo, hi, path = 0, size, []
    while hi - lo > 1:
        middle = lo + split(hi - lo)
        path.append((middle, hi) if position < middle else (lo, middle))
        lo, hi = (lo, middle) if position < middle else (middle, hi)
    return path[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Return the ranges whose hashes prove that a tree only grew from old to new leaves (RFC 6962 §2.1.2)."""
    if not 0 < old <= new:
        raise ValueError("a consistency proof needs 0 < old <= new")
    lo, hi, whole, path = 0, new, True, []
    while old != hi:
        middle = lo + split(hi - lo)
        if old <= middle:
            path.append((middle, hi))
            hi = middle
        else:
            path.append((lo, middle))
            lo, whole = middle, False
    return ([] if whole else [(lo, hi)]) + path[::-1]


def batch_ranges(positions: Sequence[int], size: int) -> list[Range]:
    """Return, left to right, the largest ranges that hold none of the sorted positions: a proof of many leaves at once.

    With the leaf hashes themselves they give the root back. For m of n leaves it holds about m log2(n/m) hashes,
    where m single proofs would hold m log2(n).
    """
    _check_sorted(positions, size)
    found: list[Range] = []
    stack = [(0, size)] if size else []
    while stack:
        lo, hi = stack.pop()
        if not _holds_any(positions, lo, hi):
            found.append((lo, hi))
        elif hi - lo > 1:
            middle = lo + split(hi - lo)
            stack += [(middle, hi), (lo, middle)]
    return found


def _holds_any(positions: Sequence[int], lo: int, hi: int) -> bool:
    first = bisect_left(positions, lo)
    return first < len(positions) and positions[first] < hi


def _check_sorted(positions: Sequence[int], size: int) -> None:
    if any(a >= b for a, b in pairwise(positions)):
        raise ValueError("the positions must rise, each named once")
    if positions and (positions[0] < 0 or positions[-1] >= size):
        raise ValueError("a position is outside the tree")


# Checking proofs


def root_from_inclusion(leaf: bytes, position: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that a leaf hash and its path lead to; ValueError when the path has the wrong length."""
    ranges = inclusion_ranges(position, size)
    if len(ranges) != len(path):
        raise ValueError("the proof has the wrong length")
    result = leaf
    for (lo, _), sibling in zip(ranges, path, strict=True):
        result = node_hash(sibling, result) if lo <= position else node_hash(result, sibling)
    return result


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a proof shows that the tree of `new` leaves begins with the tree of `old` (RFC 9162 §2.1.4.2)."""
    path = list(proof)
    if old == new:
        return not path and old_root == new_root
    if not 0 < old < new:
        return False
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    return _replay(old - 1, new - 1, path, old_root, new_root)


def _replay(fn: int, sn: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Follow RFC 9162 §2.1.4.2 step by step; fn and sn are the standard's names."""
    if not path:
        return False
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(sibling, fr), node_hash(sibling, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, sibling)
        fn, sn = fn >> 1, sn >> 1
    return fr == old_root and sr == new_root and sn == 0


def root_from_batch(leaves: Sequence[tuple[int, bytes]], size: int, proof: Iterable[bytes]) -> bytes:
    """Return the root that sorted (position, leaf hash) pairs and a batch proof lead to; ValueError on a wrong length."""
    _check_sorted([position for position, _ in leaves], size)
    given, wanted = iter(proof), iter(leaves)
    positions = [position for position, _ in leaves]

    def subtree(lo: int, hi: int) -> bytes:
        if not _holds_any(positions, lo, hi):
            return next(given)
        if hi - lo == 1:
            return next(wanted)[1]
        middle = lo + split(hi - lo)
        return node_hash(subtree(lo, middle), subtree(middle, hi))

    try:
        result = subtree(0, size) if size else hashlib.sha256(b"").digest()
    except StopIteration:
        raise ValueError("the proof has too few hashes") from None
    if next(given, None) is not None:
        raise ValueError("the proof has too many hashes")
    return result
