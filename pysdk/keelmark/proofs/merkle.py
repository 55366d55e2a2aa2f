"""Merkle-Patricia tries: what a root says about a key, from nodes that anybody may have served.

A node is known by the hash that its parent holds of it, and the first by the root, so a proof
that reads to its end is true whoever sent it. It must be exact as well: every node is on the path
and none is left over. The trie of a block's receipts is built by the library `trie`; the reading
of a proof is ours, as that library does not mind what is left over, and tests compare the two.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias

from eth_utils.crypto import keccak
from rlp.codec import decode, encode
from rlp.exceptions import RLPException
from trie.hexary import HexaryTrie

from keelmark.errors import KeelmarkError

__all__ = ["EMPTY_ROOT", "ProofBroken", "decode_list", "lookup", "ordered_proofs", "path_nodes"]

Item: TypeAlias = "bytes | list[Item]"

EMPTY_ROOT: Final = bytes(keccak(encode(b"")))
"""Root of a trie without keys."""

MOST_NODES = 65
"""Nodes on the longest path: 64 half-bytes of a hash and the leaf."""


class ProofBroken(KeelmarkError, ValueError):
    """A proof does not lead from its root to what it is said to prove."""


def decode_list(data: bytes, what: str) -> list[Item]:
    """The items of an RLP list.

    Args:
        data: exactly one encoded list.
        what: how an error names it.

    Raises:
        ProofBroken: it is none.
    """
    try:
        found = decode(data)
    except (RLPException, RecursionError) as error:
        raise ProofBroken(f"{what}: no RLP, {type(error).__name__}") from None
    if not isinstance(found, list):
        raise ProofBroken(f"{what}: expected an RLP list")
    return found


def lookup(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """The value at a key.

    Args:
        root: the trie's root, trusted by the caller.
        key: as it stands in the trie (hashed already, where the trie hashes its keys).
        nodes: the encoded nodes on the path, from the root down, without those that their parent
            holds whole.

    Returns:
        the value; None if the nodes prove that the key is not there.

    Raises:
        ProofBroken: a node is missing, is not the one that its parent names, or is left over.
    """
    if len(nodes) > MOST_NODES:
        raise ProofBroken(f"{len(nodes)} nodes, expected at most {MOST_NODES}")
    if root == EMPTY_ROOT and not nodes:
        return None
    path = [half for byte in key for half in (byte >> 4, byte & 15)]
    waiting = list(nodes)
    reference: Item = root
    while True:
        node = _resolve(reference, waiting, len(nodes))
        if len(node) == 17:
            if not path:
                return _finish(node[16], waiting)
            reference = node[path.pop(0)]
        elif len(node) == 2:
            part, is_leaf = _path(node[0])
            if path[: len(part)] != part or (is_leaf and len(path) != len(part)):
                return _finish(b"", waiting)
            if is_leaf:
                return _finish(node[1], waiting)
            path = path[len(part) :]
            reference = node[1]
        else:
            raise ProofBroken(f"a node of {len(node)} items, expected 2 or 17")
        if reference == b"":
            return _finish(b"", waiting)


def _resolve(reference: Item, waiting: list[bytes], count: int) -> list[Item]:
    """The node that a parent refers to: held whole, or the next one served.

    Raises:
        ProofBroken: it is not the next one served.
    """
    if isinstance(reference, list):
        return reference
    place = count - len(waiting)
    if len(reference) != 32:
        raise ProofBroken(f"node {place}: a reference of {len(reference)} bytes, expected 32")
    if not waiting:
        raise ProofBroken(f"node {place}: missing, its hash is 0x{reference.hex()}")
    data = waiting.pop(0)
    if keccak(data) != reference:
        raise ProofBroken(
            f"node {place}: its hash is 0x{keccak(data).hex()}, expected 0x{reference.hex()}"
        )
    return decode_list(data, f"node {place}")


def _path(encoded: Item) -> tuple[list[int], bool]:
    """The half-bytes of a leaf's or extension's path, and whether it is a leaf.

    Raises:
        ProofBroken: it is no compact path.
    """
    if not isinstance(encoded, bytes) or not encoded or encoded[0] >> 4 > 3:
        raise ProofBroken("a node without a path")
    flag = encoded[0] >> 4
    part = [half for byte in encoded for half in (byte >> 4, byte & 15)]
    part = part[1:] if flag & 1 else part[2:]
    if not part and not flag & 2:
        raise ProofBroken("an extension without a path")
    return part, bool(flag & 2)


def _finish(value: Item, waiting: list[bytes]) -> bytes | None:
    """The value, if nothing is left over.

    Raises:
        ProofBroken: nodes are left, or the value is none.
    """
    if waiting:
        raise ProofBroken(f"{len(waiting)} nodes too many")
    if not isinstance(value, bytes):
        raise ProofBroken("a list in place of a value")
    return value or None


def ordered_proofs(
    values: Sequence[bytes], wanted: Collection[int]
) -> tuple[bytes, Mapping[int, tuple[bytes, ...]]]:
    """The trie of a block's receipts (or transactions): value by place.

    Args:
        values: as the chain encodes them, in order.
        wanted: places to prove.

    Returns:
        the root, and the nodes that prove each wanted place.
    """
    tree = HexaryTrie({})
    for place, value in enumerate(values):
        tree[encode(place)] = value
    return bytes(tree.root_hash), {place: path_nodes(tree, encode(place)) for place in wanted}


def path_nodes(tree: HexaryTrie, key: bytes) -> tuple[bytes, ...]:
    """The encoded nodes on a key's path, without those that their parent holds whole."""
    raw = [encode(node) for node in tree.get_proof(key)]
    served = [data for place, data in enumerate(raw) if place == 0 or len(data) >= 32]
    return () if served == [encode(b"")] else tuple(served)
