"""Inclusion and consistency proofs: known vectors, and every size up to 70 against the definition of RFC 9162."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finwatch.transparency import merkle, proofs
from tests.transparency.test_merkle import LEAVES, ROOTS, by_definition, tree_of

HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def nodes_over(hashes: list[bytes]) -> dict[proofs.Node, bytes]:
    """What a log stores: the leaves' hashes, and each node when its last leaf comes."""
    nodes: dict[proofs.Node, bytes] = {}
    for index, leaf in enumerate(hashes):
        nodes[0, index] = leaf
        for level, place in proofs.added(index):
            nodes[level, place] = merkle.node_hash(nodes[level - 1, 2 * place], nodes[level - 1, 2 * place + 1])
    return nodes


def subproof(first: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """``SUBPROOF`` of RFC 9162 §2.1.4.1, word for word."""
    if first == len(leaves):
        return [] if whole else [by_definition(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if first <= k:
        return [*subproof(first, leaves[:k], whole=whole), by_definition(leaves[k:])]
    return [*subproof(first - k, leaves[k:], whole=False), by_definition(leaves[:k])]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_known_consistency_proofs(first: int, second: int, expected: list[str]) -> None:
    """Those that Certificate Transparency's reference implementation tests with."""
    nodes = nodes_over(HASHES)
    path = [proofs.folded(span, nodes) for span in proofs.consistency(first, second)]
    assert [one.hex() for one in path] == expected
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert proofs.consistent(first, second, roots=roots, path=path)


@pytest.mark.parametrize(
    ("index", "size", "expected"),
    [
        (0, 1, []),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1,
            5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_known_inclusion_proofs(index: int, size: int, expected: list[str]) -> None:
    nodes = nodes_over(HASHES)
    path = [proofs.folded(span, nodes) for span in proofs.inclusion(index, size)]
    assert [one.hex() for one in path] == expected


def test_every_proof_of_every_size_from_stored_nodes() -> None:
    leaves = [bytes([n, 3 * n % 256]) for n in range(70)]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    nodes = nodes_over(hashes)
    roots = [by_definition(leaves[:size]) for size in range(71)]
    for size in range(71):
        assert proofs.folded((0, size), nodes) == roots[size]
        for index in range(size):
            path = [proofs.folded(span, nodes) for span in proofs.inclusion(index, size)]
            assert tuple(path) == merkle.audit_path(hashes[:size], index)
        for first in range(size + 1):
            path = [proofs.folded(span, nodes) for span in proofs.consistency(first, size)]
            assert path == (subproof(first, leaves[:size]) if first else [])
            assert proofs.consistent(first, size, roots=(roots[first], roots[size]), path=path)


@settings(max_examples=300)
@given(st.data())
def test_a_consistency_proof_proves_nothing_else(data: st.DataObject) -> None:
    second = data.draw(st.integers(2, 300))
    first = data.draw(st.integers(1, second - 1))
    leaves = [n.to_bytes(2) for n in range(second)]
    nodes = nodes_over([merkle.leaf_hash(leaf) for leaf in leaves])
    roots = proofs.folded((0, first), nodes), proofs.folded((0, second), nodes)
    path = [proofs.folded(span, nodes) for span in proofs.consistency(first, second)]
    assert proofs.consistent(first, second, roots=roots, path=path)
    place = data.draw(st.integers(0, len(path) - 1))
    changed = [*path]
    changed[place] = bytes([changed[place][0] ^ 1, *changed[place][1:]])
    another = bytes([roots[0][0] ^ 1, *roots[0][1:]])
    assert not proofs.consistent(first, second, roots=roots, path=changed)
    assert not proofs.consistent(first, second, roots=roots, path=path[:-1])
    assert not proofs.consistent(first, second, roots=roots, path=[*path, roots[0]])
    assert not proofs.consistent(first, second, roots=(another, roots[1]), path=path)
    assert not proofs.consistent(first, second, roots=(roots[0], another), path=path)
    rewritten = [b"x", *leaves[1:]]
    forged = proofs.folded((0, second), nodes_over([merkle.leaf_hash(leaf) for leaf in rewritten]))
    assert not proofs.consistent(first, second, roots=(roots[0], forged), path=path)


@given(st.integers(1, 1 << 40), st.data())
def test_a_proof_costs_the_logarithm(size: int, data: st.DataObject) -> None:
    bound = 2 * size.bit_length()
    assert len(proofs.nodes_of((0, size))) <= bound
    assert len(proofs.needed(proofs.inclusion(data.draw(st.integers(0, size - 1)), size))) <= bound
    assert len(proofs.needed(proofs.consistency(data.draw(st.integers(0, size)), size))) <= bound


def test_what_is_not_there_has_no_proof() -> None:
    with pytest.raises(IndexError, match="leaf 3 of 3"):
        proofs.inclusion(3, 3)
    with pytest.raises(IndexError, match="tree of 4 leaves in that of 3"):
        proofs.consistency(4, 3)
    assert not proofs.consistent(4, 3, roots=(b"", b""), path=())
    assert proofs.consistent(0, 3, roots=(merkle.EMPTY, tree_of(LEAVES[:3]).root()), path=())
    assert not proofs.consistent(0, 3, roots=(b"x" * 32, tree_of(LEAVES[:3]).root()), path=())
    assert not proofs.consistent(3, 5, roots=(b"x" * 32, b"y" * 32), path=())
