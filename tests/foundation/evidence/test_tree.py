"""The tree gives the published roots and proofs, and no wrong proof passes."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.foundation.evidence import tree

# The entries and roots that the reference implementations of Certificate Transparency publish.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CONSISTENCY_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
LEAVES = [tree.leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]

sizes = st.integers(min_value=1, max_value=70)


def leaves(size: int) -> list[bytes]:
    return [tree.leaf_hash(str(i).encode()) for i in range(size)]


def hashes(of: list[bytes], ranges: list[tuple[int, int]]) -> list[bytes]:
    return [tree.root(of[lo:hi]) for lo, hi in ranges]


def test_empty_tree() -> None:
    assert tree.root([]) == hashlib.sha256(b"").digest() == tree.Frontier(0, {}).root()


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    """Sabotage: hash leaves without the 0x00, or nodes without the 0x01, or split in the middle."""
    assert tree.root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_published_consistency_proof() -> None:
    proof = hashes(LEAVES, tree.consistency_ranges(6, 8))
    assert [h.hex() for h in proof] == CONSISTENCY_6_TO_8


def test_ranges_of_the_example_in_the_rfc() -> None:
    """RFC 6962 §2.1.3, a tree of seven leaves. Sabotage: return the path from the root downward."""
    assert tree.inclusion_ranges(0, 7) == [(1, 2), (2, 4), (4, 7)]
    assert tree.inclusion_ranges(3, 7) == [(2, 3), (0, 2), (4, 7)]
    assert tree.inclusion_ranges(4, 7) == [(5, 6), (6, 7), (0, 4)]
    assert tree.inclusion_ranges(6, 7) == [(4, 6), (0, 4)]
    assert tree.consistency_ranges(3, 7) == [(2, 3), (3, 4), (0, 2), (4, 7)]
    assert tree.consistency_ranges(4, 7) == [(4, 7)]
    assert tree.consistency_ranges(6, 7) == [(4, 6), (6, 7), (0, 4)]


@settings(deadline=None)
@given(size=sizes)
def test_growth_gives_the_same_root(size: int) -> None:
    """Sabotage: forget to carry a complete pair one level up."""
    frontier = tree.Frontier(0, {})
    nodes = {(level, index): value for leaf in leaves(size) for level, index, value in frontier.add(leaf)}
    assert frontier.root() == tree.root(leaves(size))
    assert tree.fold([nodes[node] for node in tree.frontier_nodes(size)]) == frontier.root()


@settings(deadline=None)
@given(size=sizes, data=st.data())
def test_growth_goes_on_from_a_stored_edge(size: int, data: st.DataObject) -> None:
    until = data.draw(st.integers(0, size))
    all_leaves, first = leaves(size), tree.Frontier(0, {})
    nodes = {(level, index): value for leaf in all_leaves[:until] for level, index, value in first.add(leaf)}
    again = tree.Frontier(until, {level: nodes[level, index] for level, index in tree.frontier_nodes(until)})
    for leaf in all_leaves[until:]:
        list(again.add(leaf))
    assert again.root() == tree.root(all_leaves)


@settings(deadline=None)
@given(size=sizes, data=st.data())
def test_ranges_are_made_of_perfect_nodes(size: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, size - 1))
    all_leaves = leaves(size)
    for lo, hi in tree.inclusion_ranges(position, size):
        parts = [all_leaves[i << level : (i + 1) << level] for level, i in tree.perfect_nodes((lo, hi))]
        assert [leaf for part in parts for leaf in part] == all_leaves[lo:hi]
        assert tree.fold([tree.root(part) for part in parts]) == tree.root(all_leaves[lo:hi])


@settings(deadline=None)
@given(size=sizes, data=st.data())
def test_inclusion(size: int, data: st.DataObject) -> None:
    """Sabotage: accept any root in root_from_inclusion's caller, or swap left and right."""
    position = data.draw(st.integers(0, size - 1))
    all_leaves = leaves(size)
    path = hashes(all_leaves, tree.inclusion_ranges(position, size))
    assert tree.root_from_inclusion(all_leaves[position], position, size, path) == tree.root(all_leaves)
    other = data.draw(st.integers(0, size - 1).filter(lambda p: p != position) if size > 1 else st.just(None))
    if other is not None:
        assert tree.root_from_inclusion(all_leaves[other], position, size, path) != tree.root(all_leaves)


@settings(deadline=None)
@given(data=st.data(), new=sizes)
def test_consistency(new: int, data: st.DataObject) -> None:
    """Sabotage: return True from is_consistent, or do not compare the old root."""
    old = data.draw(st.integers(1, new))
    all_leaves = leaves(new)
    old_root, new_root = tree.root(all_leaves[:old]), tree.root(all_leaves)
    proof = hashes(all_leaves, tree.consistency_ranges(old, new))
    assert tree.is_consistent(old, old_root, new, new_root, proof)
    forged = tree.root([tree.leaf_hash(b"another"), *all_leaves[1:old]])
    assert not tree.is_consistent(old, forged, new, new_root, proof)
    assert not tree.is_consistent(old, old_root, new, new_root, [*proof, old_root])
    if proof:
        assert not tree.is_consistent(old, old_root, new, new_root, proof[:-1])


@settings(deadline=None)
@given(size=sizes, data=st.data())
def test_batch_proof(size: int, data: st.DataObject) -> None:
    """Sabotage: leave a range out of batch_ranges, or accept spare hashes."""
    positions = sorted(data.draw(st.sets(st.integers(0, size - 1))))
    all_leaves = leaves(size)
    pairs = [(position, all_leaves[position]) for position in positions]
    proof = hashes(all_leaves, tree.batch_ranges(positions, size))
    assert tree.root_from_batch(pairs, size, proof) == tree.root(all_leaves)
    with pytest.raises(ValueError, match="too many"):
        tree.root_from_batch(pairs, size, [*proof, b"x" * 32])
    if pairs:
        wrong = [(pairs[0][0], tree.leaf_hash(b"another")), *pairs[1:]]
        assert tree.root_from_batch(wrong, size, proof) != tree.root(all_leaves)
    if proof:
        with pytest.raises(ValueError, match="too few"):
            tree.root_from_batch(pairs, size, proof[:-1])


@pytest.mark.parametrize("positions", [[1, 1], [2, 1], [-1], [5]])
def test_batch_positions_are_checked(positions: list[int]) -> None:
    with pytest.raises(ValueError, match="position"):
        tree.batch_ranges(positions, 5)
