"""Headers that hang together, and where two chains part."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keelmark.errors import DecodingFailed
from keelmark.ingest.links import Block, first_break, known_hashes, last_common, parse_block
from keelmark.store.model import Header


def hash_of(branch: int, number: int) -> bytes:
    """A hash that tells branch and height."""
    return branch.to_bytes(16, "big") + number.to_bytes(16, "big")


def chain(parting: int, head: int, branch: int = 1) -> list[Header]:
    """Blocks 0 to head of a branch that leaves branch 0 above a block."""
    made: list[Header] = []
    for number in range(head + 1):
        parent = made[-1].hash if made else bytes(32)
        made.append(Header(number, hash_of(branch if number > parting else 0, number), parent, 0))
    return made


class Asked:
    """A node that has some headers and counts its questions."""

    def __init__(self, headers: list[Header]) -> None:
        self.headers = {one.number: one for one in headers}
        self.asked: list[int] = []

    async def __call__(self, number: int) -> Block | None:
        self.asked.append(number)
        found = self.headers.get(number)
        return Block(found, b"", {}) if found else None


@given(st.integers(1, 300), st.data())
def test_the_newest_common_block_is_found(head: int, data: st.DataObject) -> None:
    """Whatever the depth, however many headers are remembered, whether the other chain is longer or
    shorter."""
    parting = data.draw(st.integers(0, head))
    other_head = data.draw(st.integers(parting, head + 5))
    kept = data.draw(st.sets(st.integers(1, head), min_size=1))
    known = known_hashes(one for one in chain(head, head) if one.number in kept)
    node = Asked(chain(parting, other_head))
    common, bad = asyncio.run(last_common(known, node))
    agreeing = [number for number in known if number <= min(parting, other_head)]
    assert (common.number if common else None) == (max(agreeing) if agreeing else None)
    above = [number for number in known if number > min(parting, other_head)]
    assert bad == (min(above) if above else None)


@pytest.mark.parametrize("depth", [1, 2, 3, 16, 63, 64, 65, 200])
def test_a_dozen_questions(depth: int) -> None:
    node = Asked(chain(300 - depth, 300))
    common, bad = asyncio.run(last_common(known_hashes(chain(300, 300)), node))
    assert common is not None
    assert (common.number, bad) == (300 - depth, 301 - depth)
    assert len(node.asked) <= 18


def test_a_header_vouches_for_its_parent() -> None:
    assert known_hashes([Header(7, b"7" * 32, b"6" * 32, 0)]) == {6: b"6" * 32, 7: b"7" * 32}
    assert known_hashes([Header(0, b"0" * 32, b"?" * 32, 0)]) == {0: b"0" * 32}


def test_the_first_block_that_does_not_continue() -> None:
    blocks = [Block(one, b"", {}) for one in chain(9, 9)]
    assert first_break(None, blocks) is None
    assert first_break(blocks[2].header, blocks[3:]) is None
    assert first_break(blocks[1].header, blocks[3:]) == 3
    other = [Block(one, b"", {}) for one in chain(4, 9)]
    assert first_break(blocks[4].header, other[5:]) is None
    assert first_break(blocks[5].header, other[6:]) == 6
    assert first_break(None, [*blocks[:6], *other[6:]]) == 6


ROW = {
    "number": "0x10",
    "hash": "0x" + "11" * 32,
    "parentHash": "0x" + "22" * 32,
    "timestamp": "0x5",
    "logsBloom": "0x" + "00" * 256,
}


def test_a_block_from_json() -> None:
    block = parse_block(ROW)
    assert block.header == Header(16, b"\x11" * 32, b"\x22" * 32, 5)
    assert block.bloom == bytes(256)
    assert parse_block({**ROW, "logsBloom": None}).bloom == b""


@pytest.mark.parametrize(
    "change",
    [{"hash": None}, {"hash": "0x11"}, {"number": "sixteen"}, {"timestamp": 5}, {"logsBloom": 7}],
)
def test_what_is_no_block(change: dict[str, Any]) -> None:
    with pytest.raises(DecodingFailed, match="block: expected"):
        parse_block({**ROW, **change})


def test_a_block_without_a_field() -> None:
    for name in ("number", "hash", "parentHash", "timestamp"):
        with pytest.raises(DecodingFailed):
            parse_block({key: value for key, value in ROW.items() if key != name})
