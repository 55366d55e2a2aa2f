"""Trusted hashes and what they vouch for."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak
from rlp.codec import encode

from keelmark.chain import Chain, connect
from keelmark.chain.operations import GetHeader
from keelmark.errors import InputError
from keelmark.proofs.merkle import ProofBroken
from keelmark.verification.anchors import Anchors, Trust, read_trust

LETTERS = "0x" + "Ab" * 32


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LETTERS, Trust(b"\xab" * 32)),
        (LETTERS[2:], Trust(b"\xab" * 32)),
        (f" 12:{LETTERS}\n", Trust(b"\xab" * 32, 12)),
        (f"0:{LETTERS}", Trust(b"\xab" * 32, 0)),
    ],
)
def test_read_trust(text: str, expected: Trust) -> None:
    assert read_trust(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0x", LETTERS[:-1], LETTERS + "0", f"-1:{LETTERS}", f"x:{LETTERS}", f":{LETTERS}"]
)
def test_malformed_trust(text: str) -> None:
    with pytest.raises(InputError, match="expected a block's hash"):
        read_trust(text)


def header(number: int, parent: bytes, salt: int = 0) -> bytes:
    """A header's RLP."""
    fields: list[bytes | int] = [parent, *[bytes([salt]) * 32] * 5, b"", 0, number, 0, 0, number]
    return bytes(encode([*fields, b"", bytes(32), bytes(8)]))


def line(count: int, salt: int = 0) -> list[bytes]:
    """Headers of blocks 0 to so many, each the parent of the next."""
    found = [header(0, bytes(32), salt)]
    while len(found) < count:
        found.append(header(len(found), keccak(found[-1]), salt))
    return found


@pytest.mark.parametrize("order", [1, -1])
def test_ancestors_are_vouched_for(order: int) -> None:
    """In whatever order they come, down to the first that is missing."""
    blocks = line(10)
    anchors = Anchors([Trust(keccak(blocks[7]))])
    kept = [*blocks[:3], *blocks[4:]]
    for encoded in kept[::order]:
        anchors.offer(encoded)
    assert [number for number in range(10) if anchors.at(number)] == [4, 5, 6, 7]
    assert anchors.highest == anchors.at(7)
    assert anchors.above(2) == anchors.at(4)
    assert anchors.above(8) is None
    anchors.offer(blocks[3])
    assert [number for number in range(10) if anchors.at(number)] == list(range(8))


def test_orphans_are_not() -> None:
    """A header of the same height, or one that names the right parent, vouches for nothing."""
    blocks, others = line(5), line(5, salt=1)
    anchors = Anchors([Trust(keccak(blocks[4]))])
    for encoded in [*others, *blocks, header(3, keccak(blocks[2]), 9)]:
        anchors.offer(encoded)
    for number, encoded in enumerate(blocks):
        found = anchors.at(number)
        assert found is not None
        assert found.hash == keccak(encoded)
        assert not anchors.vouches(anchors.offer(others[number]))


def test_height_that_skips() -> None:
    """A parent whose height is not its child's less one is no parent."""
    parent = header(7, bytes(32))
    child = header(9, keccak(parent))
    anchors = Anchors([Trust(keccak(child))])
    for encoded in (parent, child):
        anchors.offer(encoded)
    assert anchors.at(9) is not None
    assert anchors.at(7) is None


def test_no_header() -> None:
    with pytest.raises(ProofBroken):
        Anchors([]).offer(b"\xc0")


class Counting:
    """A chain behind a node that counts the headers asked for."""

    name = "counting"

    def __init__(self, chain: Chain) -> None:
        self._node = chain._node
        self.headers = 0

    def answer(self, request: Any, signer: Any = None) -> Any:
        """The chain's answer."""
        self.headers += isinstance(request, GetHeader)
        return self._node.answer(request, signer)


def test_link() -> None:
    """Headers are asked for down to the block; of a node on another chain only one is."""
    chain, other = connect("embedded"), connect("embedded", genesis_time=1_700_000_000)
    for one in (chain, other):
        one.local.mine(20)
    trust = Trust(chain.block(15).hash)
    for node, linked, asked in ((chain, True, 11), (other, False, 1)):
        counting = Counting(node)
        anchors = Anchors([trust])
        anchors.fetch(chain)
        assert anchors.link(Chain(counting), 4) is linked
        assert counting.headers == asked
        assert (anchors.at(4) is not None) is linked
    anchors = Anchors([trust])
    assert not anchors.link(chain, 4), "nothing above is vouched for"
    anchors.fetch(chain)
    assert not anchors.link(chain, 4, most=10), "too far"
    assert anchors.link(chain, 15)
    assert anchors.unknown == ()
