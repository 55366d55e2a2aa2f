"""The bloom filter of a header, against py-evm's own filters."""

from __future__ import annotations

from eth_bloom import BloomFilter
from hypothesis import given
from hypothesis import strategies as st

from keelmark.ingest.bloom import may_hold, may_hold_any

ADDRESSES = st.binary(min_size=20, max_size=20)
TOPICS = st.binary(min_size=32, max_size=32)


def filter_of(items: list[bytes]) -> bytes:
    """What py-evm puts into a header."""
    made = BloomFilter()
    for item in items:
        made.add(item)
    return int(made).to_bytes(256, "big")


@given(st.lists(ADDRESSES, max_size=40), st.lists(TOPICS, max_size=40), ADDRESSES, TOPICS)
def test_default_behavior(
    addresses: list[bytes], topics: list[bytes], address: bytes, topic: bytes
) -> None:
    bloom = filter_of([*addresses, *topics])
    theirs = BloomFilter(int.from_bytes(bloom, "big"))
    assert all(may_hold(bloom, one) for one in (*addresses, *topics))
    assert may_hold(bloom, address, topic) == (address in theirs and topic in theirs)


def test_any_needs_an_address_and_a_topic() -> None:
    here, elsewhere, topic = b"\x11" * 20, b"\x22" * 20, b"\x33" * 32
    assert may_hold_any(filter_of([here, topic]), [here, elsewhere], [topic]) == {here}
    assert may_hold_any(filter_of([here]), [here], [topic]) == set()
    assert may_hold_any(filter_of([topic]), [here], [topic]) == set()


def test_no_filter_denies_nothing() -> None:
    assert may_hold(b"", b"\x11" * 20)
    assert may_hold_any(b"", [b"\x11" * 20], [b"\x33" * 32]) == {b"\x11" * 20}
    assert not may_hold(bytes(256), b"\x11" * 20)
