"""Packed words: the offsets of the layout, written as shifts, and every lane's edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keelmark.errors import InputError
from keelmark.margin import words
from keelmark.types import (
    Account,
    CollateralAsset,
    HoldMandate,
    Instrument,
    Market,
    Option,
    Party,
    Position,
    PriceLane,
    Suitability,
)


def signed(value: int, bits: int) -> int:
    """Two's complement, by hand."""
    return value + 2**bits if value < 0 else value


def test_position_word() -> None:
    word = words.pack_position(Position(7, -(10**13), 5 * 10**18))
    assert word == 7 + (5 * 10**18 << 32) + (signed(-(10**13), 112) << 144)
    assert words.unpack_position(word) == Position(7, -(10**13), 5 * 10**18)


def test_instrument_word() -> None:
    made = Instrument(11, 12, 7, 2, 3300, 10_000, 13, -5, -6, settled=True)
    expected = (
        11
        + (12 << 32)
        + (7 << 48)
        + (0x82 << 56)
        + (3300 << 64)
        + (10_000 << 80)
        + (13 << 96)
        + (signed(-5, 88) << 104)
        + (signed(-6, 64) << 192)
    )
    assert words.pack_instrument(made) == expected
    assert words.unpack_instrument(expected) == made


def test_word_of_an_open_option() -> None:
    made = Instrument(
        11,
        12,
        7,
        3,
        3300,
        10_000,
        13,
        mark=2**88 - 5,
        valid_until=9,
        worst_long=2**15 - 1,
        worst_short=4,
        jumped=True,
    )
    expected = (
        11
        + (12 << 32)
        + (7 << 48)
        + (3 << 56)
        + (3300 << 64)
        + (10_000 << 80)
        + (13 << 96)
        + (2**88 - 5 << 104)
        + (9 << 192)
        + (2**15 - 1 << 224)
        + (4 << 239)
        + (1 << 254)
    )
    assert words.pack_instrument(made) == expected
    assert words.unpack_instrument(expected) == made
    with pytest.raises(words.WordError, match="255 bits"):
        words.unpack_instrument(expected + (1 << 255))


def test_word_of_a_settled_option() -> None:
    paid = Instrument(11, 12, 7, 3, 3300, funding_index=6, settled=True)
    expected = 11 + (12 << 32) + (7 << 48) + (0x83 << 56) + (3300 << 64) + (10_000 << 80)
    assert words.pack_instrument(paid) == expected + (6 << 104)
    assert words.unpack_instrument(expected + (6 << 104)) == paid


def test_option_and_array_words() -> None:
    for call in (False, True):
        word = 8 * 10**21 + (call << 88)
        assert words.pack_option(Option(8 * 10**21, call)) == word
        assert words.unpack_option(word) == Option(8 * 10**21, call)
    assert words.array_epoch((1 << 255) | (3 << 16) | 65_535) == 65_535


def test_market_word() -> None:
    made = Market(1, 2, -3, 4, 5)
    expected = 1 + (2 << 48) + (signed(-3, 72) << 112) + (4 << 184) + (5 << 224)
    assert words.pack_market(made) == expected
    assert words.unpack_market(expected) == made


def test_account_word() -> None:
    made = Account(-1, 20, 3, 5, 0, 9, 10)
    expected = signed(-1, 104) + (20 << 104) + (3 << 112) + (5 << 120) + (9 << 136) + (10 << 168)
    assert words.pack_account(made) == expected
    assert words.unpack_account(expected) == made


def test_party_word() -> None:
    made = Party(1, 36**20 - 1, 0x4445, 2, 1, 3, 4, 5, 6, 7)
    expected = (
        1
        + (36**20 - 1 << 32)
        + (0x4445 << 136)
        + (2 << 152)
        + (1 << 160)
        + (3 << 168)
        + (6 << 176)
        + (4 << 184)
        + (5 << 216)
        + (7 << 248)
    )
    assert words.pack_party(made) == expected
    assert words.unpack_party(expected) == made


def test_suitability_word() -> None:
    made = Suitability(2**32 - 1, 3, 4, 5, 6)
    expected = 2**32 - 1 + (3 << 32) + (4 << 40) + (5 << 72) + (6 << 104)
    assert words.pack_suitability(made) == expected
    assert words.unpack_suitability(expected) == made


def test_hold_mandate_word() -> None:
    made = HoldMandate(127, 2**32 - 1, 2**64 - 1)
    expected = 127 + (2**32 - 1 << 32) + (2**64 - 1 << 64)
    assert words.pack_hold_mandate(made) == expected
    assert words.unpack_hold_mandate(expected) == made


def test_collateral_word() -> None:
    made = CollateralAsset(1, 2, True, 6, 3, 10**24)
    expected = 1 + (2 << 16) + (1 << 24) + (6 << 32) + (3 << 40) + (10**24 << 72)
    assert words.pack_collateral(made) == expected
    assert words.unpack_collateral(expected) == made


def test_price_lanes_share_a_word() -> None:
    even, odd = PriceLane(5, 6, 0), PriceLane(7, 8, 1)
    word = words.pack_price_lane(even) + (words.pack_price_lane(odd) << 128)
    assert words.pack_price_lane(odd) == 7 + (8 << 88) + (1 << 120)
    assert words.price_lane_of_word(word, 4) == even
    assert words.price_lane_of_word(word, 5) == odd


def test_balances_share_a_word() -> None:
    assert words.unpack_balances(words.pack_balances(3, 4)) == (3, 4)
    with pytest.raises(InputError, match="balance must be between"):
        words.pack_balances(-1, 0)


def test_execution_word() -> None:
    got = words.unpack_execution(2 + (4 << 8) + (3 << 16))
    assert got == words.ExecutionWord(mode=2, action=4, account_flags=3)


@pytest.mark.parametrize("name", sorted(words.LAYOUTS))
def test_lanes_neither_overlap_nor_leave_the_word(name: str) -> None:
    end = 0
    for lane in words.LAYOUTS[name]:
        assert lane.offset == end, f"{name}: {lane.name}"
        end += lane.bits
    assert end <= 256


@given(st.data())
def test_every_lane_holds_its_edges_and_no_more(data: st.DataObject) -> None:
    layout = data.draw(st.sampled_from(sorted(words.LAYOUTS)))
    lane = data.draw(st.sampled_from(words.LAYOUTS[layout]))
    low = -(2 ** (lane.bits - 1)) if lane.signed else 0
    high = 2 ** (lane.bits - 1) - 1 if lane.signed else 2**lane.bits - 1
    value = data.draw(st.sampled_from([low, high]) | st.integers(low, high))
    word = lane.encode(value)
    assert lane.decode(word) == value
    assert word & ~(((1 << lane.bits) - 1) << lane.offset) == 0
    for outside in (low - 1, high + 1):
        with pytest.raises(words.WordError, match=lane.name):
            lane.encode(outside)


@pytest.mark.parametrize(
    ("unpack", "bits"),
    [
        (words.unpack_account, 200),
        (words.unpack_price_lane, 128),
        (words.unpack_suitability, 136),
        (words.unpack_hold_mandate, 128),
    ],
)
def test_spare_bits_must_be_clear(unpack: Callable[[int], Any], bits: int) -> None:
    with pytest.raises(words.WordError, match=f"{bits} bits"):
        unpack(1 << bits)
