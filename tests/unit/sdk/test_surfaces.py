"""Listing a surface, signing its prices and bringing them, through the SDK alone."""

from __future__ import annotations

from typing import Any

import pytest

from keelmark.bindings.price_board import PriceBoard
from keelmark.chain import Signer, connect
from keelmark.chain.client import SigningChain
from keelmark.chain.compiler import compile_contract
from keelmark.deploy.surfaces import (
    Bounds,
    add_expiries,
    board_domain,
    list_surface,
    push_prices,
    sign_price,
    sign_prices,
)
from keelmark.errors import InputError, Reverted
from keelmark.pricing.surface import Surface, forward_feed
from tests.conftest import find

WAD = 10**18
DAY = 86_400
START = 1_583_020_800
EXPIRY = START + 15 * DAY + 8 * 3_600
SPOT = 3
REPORTERS = [Signer.from_key(bytes([number] * 32)) for number in (1, 2, 3)]
GEOMETRY = Surface(SPOT, 1, 0, (7, 30, 90), tuple(range(8_000, 13_000, 1_000)))
FORWARDS = Bounds(lowest=WAD, highest=10**6 * WAD)


@pytest.fixture(scope="module")
def chain() -> SigningChain:
    """A chain of its own, whose one rich account operates the board."""
    reading = connect("embedded", genesis_time=START)
    signer = Signer.from_key(b"\x88" * 32)
    reading.local.fund(signer.address)
    return reading.signing(signer)


@pytest.fixture(scope="module")
def board(chain: SigningChain) -> PriceBoard:
    """A board with a spot feed, a surface of fifteen points and an expiry."""
    code = compile_contract(find("oracle/PriceBoard")).bytecode
    creating = PriceBoard.create(code, operator=chain.address, sequencer="0x" + "00" * 20)
    made = PriceBoard(str(chain.run(creating).contract))
    chain.run(made.add_feed(SPOT, WAD, 10**6 * WAD, 500, 1))
    addresses = sorted((found.address for found in REPORTERS), key=lambda text: int(text, 16))
    chain.run(made.set_signed_source(SPOT, addresses, 2, 3_600))
    listed = chain.run(list_surface(made, GEOMETRY, reporters_of=SPOT, max_age=3_600))
    assert len(listed) == 2
    added = chain.run(
        add_expiries(made, SPOT, [EXPIRY], FORWARDS, reporters_of=SPOT, max_age=3_600)
    )
    assert len(added) == 2
    return made


def bring(chain: SigningChain, board: PriceBoard, prices: dict[int, int], time: int) -> Any:
    """Signs with two reporters and brings it."""
    chain.local.set_time(time)
    domain = board_domain(chain.chain_id(), board.address)
    signed = sign_prices(REPORTERS[:2], domain, prices, time)
    return chain.run(push_prices(board, prices, time, signed))


def test_default_behavior(chain: SigningChain, board: PriceBoard) -> None:
    """Every number comes back from the board as it was signed."""
    word = chain.run(board.surface_word(SPOT))
    surface = Surface.from_word(SPOT, word)
    assert (surface.tenors, surface.moneyness) == (GEOMETRY.tenors, GEOMETRY.moneyness)
    rows = surface.volatility_feeds()
    smile = {feed: WAD * 7 // 10 for row in rows for feed in row}
    time = START + 1_000
    bring(chain, board, smile, time)
    bring(chain, board, {SPOT: 9_000 * WAD, forward_feed(SPOT, EXPIRY): 9_050 * WAD}, time + 10)
    answer = chain.run(board.option_inputs(SPOT, EXPIRY, 9_500 * WAD))
    epoch = (surface.epoch + 2) | (time + 10) << 16
    assert answer == (9_050 * WAD, WAD * 7 // 10, time + 3_600, 0, epoch)


def test_a_single_price(chain: SigningChain, board: PriceBoard) -> None:
    time = START + 5_000
    chain.local.set_time(time)
    domain = board_domain(chain.chain_id(), board.address)
    signed = sign_price(REPORTERS[1:], domain, SPOT, 9_100 * WAD, time)
    chain.run(board.push(SPOT, 9_100 * WAD, time, signed))
    assert chain.run(board.price_lane(SPOT)) % 2**88 == 9_100 * WAD


def test_signatures_are_in_the_board_s_order(chain: SigningChain, board: PriceBoard) -> None:
    """Whatever the order of the signers."""
    domain = board_domain(chain.chain_id(), board.address)
    prices = {SPOT: WAD}
    assert sign_prices(REPORTERS, domain, prices, 1) == sign_prices(
        REPORTERS[::-1], domain, prices, 1
    )


def test_it_signs_the_board_s_digest(chain: SigningChain, board: PriceBoard) -> None:
    prices = {SPOT: WAD, SPOT + 1: 2 * WAD}
    digest = chain.run(board.reports_digest(tuple(prices), tuple(prices.values()), START))
    domain = board_domain(chain.chain_id(), board.address)
    (signed,) = sign_prices(REPORTERS[:1], domain, prices, START)
    assert REPORTERS[0].sign_digest(digest) == signed


def test_refused_with_the_board_s_reason(chain: SigningChain, board: PriceBoard) -> None:
    prices = {SPOT: 9_000 * WAD}
    domain = board_domain(chain.chain_id(), board.address)
    time = START + 6_000
    bring(chain, board, prices, time)
    signed = sign_prices(REPORTERS[:2], domain, prices, time)
    with pytest.raises(Reverted, match="board: older report"):
        chain.run(push_prices(board, prices, time, signed))


@pytest.mark.parametrize("count", [0, 17])
def test_how_many(board: PriceBoard, count: int) -> None:
    prices = dict.fromkeys(range(1, count + 1), WAD)
    with pytest.raises(InputError, match="prices: expected 1 to 16"):
        sign_prices(REPORTERS, board_domain(1, board.address), prices, START)
    with pytest.raises(InputError, match="prices: expected 1 to 16"):
        push_prices(board, prices, START, [])


def test_a_surface_is_listed_once(chain: SigningChain, board: PriceBoard) -> None:
    with pytest.raises(Reverted, match="surface: listed"):
        chain.run(list_surface(board, GEOMETRY))
