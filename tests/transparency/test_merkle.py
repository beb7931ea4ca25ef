"""The Merkle tree against the vectors of RFC 6962/9162 implementations, and against the definition itself."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finwatch.transparency import merkle

# The leaves and roots that Certificate Transparency's reference implementation and its successors test with.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def tree_of(leaves: list[bytes]) -> merkle.Tree:
    tree = merkle.Tree()
    for leaf in leaves:
        tree.add(merkle.leaf_hash(leaf))
    return tree


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    tree = tree_of(LEAVES[:size])
    assert (tree.size, tree.root().hex()) == (size, ROOTS[size])


def test_known_audit_paths() -> None:
    hashes = [merkle.leaf_hash(leaf) for leaf in LEAVES]
    assert merkle.audit_path(hashes[:1], 0) == ()
    assert [one.hex() for one in merkle.audit_path(hashes, 0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [one.hex() for one in merkle.audit_path(hashes[:3], 2)] == [
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    ]


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_roots_are_as_defined(leaves: list[bytes]) -> None:
    assert tree_of(leaves).root() == by_definition(leaves)


@given(st.data())
def test_a_path_leads_to_the_root_from_its_leaf_alone(data: st.DataObject) -> None:
    leaves = data.draw(st.lists(st.binary(max_size=4), min_size=1, max_size=40, unique=True))
    index = data.draw(st.integers(0, len(leaves) - 1))
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    size, root, path = len(leaves), by_definition(leaves), merkle.audit_path(hashes, index)
    assert merkle.climb(hashes[index], index=index, size=size, path=path) == root
    assert merkle.climb(merkle.leaf_hash(b"another"), index=index, size=size, path=path) != root
    assert merkle.climb(hashes[index], index=index, size=size, path=(*path, root)) is None
    assert merkle.climb(hashes[index], index=size, size=size, path=path) is None
    other = (index + 1) % size
    if other != index:
        assert merkle.climb(hashes[index], index=other, size=size, path=path) != root


def test_a_leaf_that_is_not_there_has_no_path() -> None:
    with pytest.raises(IndexError, match="leaf 3 of 3"):
        merkle.audit_path([b"a" * 32] * 3, 3)
