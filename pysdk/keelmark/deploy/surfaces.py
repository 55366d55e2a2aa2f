"""Listing surfaces on a price board, and bringing it what reporters sign.

A board's operator lists an underlier's surface and its expiries; reporters, who hold no role,
sign prices off chain; anybody brings them. The three are functions of their own, since three
different keys act.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keelmark.bindings.price_board import PriceBoard
from keelmark.chain.operations import Operation, Receipt
from keelmark.chain.signer import Signer
from keelmark.errors import InputError
from keelmark.pricing.surface import Surface, forward_feed
from keelmark.units import WAD

__all__ = [
    "PRICES_TYPES",
    "PRICE_TYPES",
    "Bounds",
    "add_expiries",
    "board_domain",
    "list_surface",
    "push_prices",
    "sign_price",
    "sign_prices",
]

PRICE_TYPES: Final = {
    "Price": [{"name": name, "type": "uint256"} for name in ("feed", "price", "timestamp")]
}
"""EIP-712 type of one feed's price."""

PRICES_TYPES: Final = {
    "Prices": [
        {"name": "feeds", "type": "uint256[]"},
        {"name": "prices", "type": "uint256[]"},
        {"name": "timestamp", "type": "uint256"},
    ]
}
"""EIP-712 type of several feeds' prices of one moment."""

BATCH: Final = 16
"""Feeds that one report, or one call, may name."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Within which limits a feed believes its sources."""

    lowest: int = WAD // 100
    """Wad; for a volatility 1 % or more."""
    highest: int = 5 * WAD
    """Wad; for a volatility 500 % or less."""
    deviation_bps: int = 500
    """How far sources may lie apart."""
    quorum: int = 1
    """How many fresh sources a price needs."""


def list_surface(
    board: PriceBoard,
    surface: Surface,
    *,
    bounds: Bounds | None = None,
    reporters_of: int | None = None,
    max_age: int = 0,
    gas: int | None = None,
) -> Operation[tuple[Receipt, ...]]:
    """Lists a surface; the sender is the board's operator.

    Args:
        surface: underlier, tenors and moneyness; epoch and time are the board's to set.
        bounds: of every volatility.
        reporters_of: feed whose reporters sign the volatilities; without it their sources
            are left to be set one by one.
        max_age: seconds after which such a report is stale.
        gas: gas limit of each transaction.
    """
    limits = bounds or Bounds()
    listing = yield from board.list_surface(
        surface.underlier,
        surface.tenors,
        surface.moneyness,
        limits.lowest,
        limits.highest,
        limits.deviation_bps,
        limits.quorum,
        gas=gas,
    )
    receipts = [listing]
    if reporters_of is not None:
        feeds = [feed for row in surface.volatility_feeds() for feed in row]
        receipts += yield from _share(board, feeds, reporters_of, max_age, gas)
    return tuple(receipts)


def add_expiries(
    board: PriceBoard,
    underlier: int,
    expiries: Sequence[int],
    bounds: Bounds,
    *,
    reporters_of: int | None = None,
    max_age: int = 0,
    gas: int | None = None,
) -> Operation[tuple[Receipt, ...]]:
    """Adds expiries to a listed surface; the sender is the board's operator.

    Args:
        underlier: whose surface.
        expiries: seconds, 08:00 UTC.
        bounds: of each forward, wad.
        reporters_of: feed whose reporters sign the forwards, as for `list_surface`.
        max_age: seconds after which such a report is stale.
        gas: gas limit of each transaction.
    """
    receipts: list[Receipt] = []
    for expiry in expiries:
        adding = yield from board.add_expiry(
            underlier,
            expiry,
            bounds.lowest,
            bounds.highest,
            bounds.deviation_bps,
            bounds.quorum,
            gas=gas,
        )
        receipts.append(adding)
    if reporters_of is not None:
        feeds = [forward_feed(underlier, expiry) for expiry in expiries]
        receipts += yield from _share(board, feeds, reporters_of, max_age, gas)
    return tuple(receipts)


def board_domain(chain_id: int, board: str) -> dict[str, Any]:
    """The EIP-712 domain of a price board."""
    return {
        "name": "Keelmark PriceBoard",
        "version": "1",
        "chainId": chain_id,
        "verifyingContract": board,
    }


def sign_price(
    signers: Iterable[Signer], domain: Mapping[str, Any], feed: int, price: int, time: int
) -> tuple[bytes, ...]:
    """Reporters' signatures of one price, in the order that the board asks for.

    Args:
        domain: of `board_domain`.
        price: wad.
        time: seconds at which it was seen.
    """
    message = {"feed": feed, "price": price, "timestamp": time}
    return _signed(signers, domain, PRICE_TYPES, message)


def sign_prices(
    signers: Iterable[Signer], domain: Mapping[str, Any], prices: Mapping[int, int], time: int
) -> tuple[bytes, ...]:
    """Reporters' signatures of several prices of one moment, in the board's order.

    Args:
        domain: of `board_domain`.
        prices: wad, by feed, in the order in which they are brought; at most sixteen.
        time: seconds at which they were seen.

    Raises:
        InputError: there is no price, or there are more than sixteen.
    """
    _check_batch(prices)
    message = {"feeds": list(prices), "prices": list(prices.values()), "timestamp": time}
    return _signed(signers, domain, PRICES_TYPES, message)


def push_prices(
    board: PriceBoard,
    prices: Mapping[int, int],
    time: int,
    signatures: Sequence[bytes],
    *,
    gas: int | None = None,
) -> Operation[Receipt]:
    """Brings what `sign_prices` signed; anybody may.

    Raises:
        InputError: there is no price, or there are more than sixteen.
        Reverted: the board refuses one of them, and with it all.
    """
    _check_batch(prices)
    return board.push_many(tuple(prices), tuple(prices.values()), time, signatures, gas=gas)


def _check_batch(prices: Mapping[int, int]) -> None:
    if not 0 < len(prices) <= BATCH:
        raise InputError(f"prices: expected 1 to {BATCH} feeds, not {len(prices)}")


def _share(
    board: PriceBoard, feeds: Sequence[int], other: int, max_age: int, gas: int | None
) -> Operation[list[Receipt]]:
    """Lets the reporters of one feed sign for others."""
    receipts: list[Receipt] = []
    for start in range(0, len(feeds), BATCH):
        some = feeds[start : start + BATCH]
        receipts.append((yield from board.share_signed_source(some, other, max_age, gas=gas)))
    return receipts


def _signed(
    signers: Iterable[Signer],
    domain: Mapping[str, Any],
    types: Mapping[str, Any],
    message: dict[str, Any],
) -> tuple[bytes, ...]:
    """Signatures, addresses ascending."""
    ordered = sorted(signers, key=lambda found: int(found.address, 16))
    return tuple(found.sign_typed_data(dict(domain), dict(types), message) for found in ordered)
