"""A surface of forwards and volatilities for an underlier of a test's venue.

One reporter signs every price: that of the underlier's own feed. All that is set at once is one
`Prices` report and, up to sixteen feeds, one transaction and one epoch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from eth_account import Account
from eth_account.messages import encode_typed_data
from web3.types import TxReceipt

from keelmark.pricing.surface import Surface, forward_feed
from tests.support.market import BTC, Market
from tests.support.orders import WAD

__all__ = ["MarketSurface", "sign_prices"]

BATCH = 16
"""Feeds that one report may name."""

MAX_AGE = 9 * 3600
"""As the venue's other feeds, seconds."""

LOWEST, HIGHEST = WAD // 100, 5 * WAD
"""Volatilities that the feeds believe, 1 % to 500 %."""


def sign_prices(
    key: bytes, board: str, chain_id: int, feeds: Sequence[int], prices: Sequence[int], time: int
) -> bytes:
    """A reporter's signature of several feeds' prices."""
    message = encode_typed_data(
        {
            "name": "Keelmark PriceBoard",
            "version": "1",
            "chainId": chain_id,
            "verifyingContract": board,
        },
        {
            "Prices": [
                {"name": "feeds", "type": "uint256[]"},
                {"name": "prices", "type": "uint256[]"},
                {"name": "timestamp", "type": "uint256"},
            ]
        },
        {"feeds": list(feeds), "prices": list(prices), "timestamp": time},
    )
    return bytes(Account.sign_message(message, key).signature)


@dataclass
class MarketSurface:
    """The surface of a market's underlier, listed when it is made; prices come with `set`."""

    market: Market
    underlier: int = BTC
    tenors: tuple[int, ...] = (7, 30, 90)
    """Days."""
    moneyness: tuple[int, ...] = (8_000, 10_000, 12_000)
    """Strike / forward, bps."""
    forwards: dict[int, int] = field(default_factory=dict)
    """Expiry to the last forward reported, wad; 0 before the first."""
    volatilities: list[list[int]] = field(default_factory=list)
    """A row a tenor, last reported, wad; empty before the first."""

    def __post_init__(self) -> None:
        """Lists the surface; its feeds take the reporter of the underlier's feed."""
        board = self.market.board.functions
        listing = board.list_surface(
            self.underlier, self.tenors, self.moneyness, LOWEST, HIGHEST, 500, 1
        )
        self.market.do(listing, self.operator)
        self._share([feed for row in self.feeds() for feed in row])
        for expiry in self.forwards:
            self._list_expiry(expiry)

    @property
    def operator(self) -> str:
        """Who may list."""
        return self.market.actors("board operator")

    def feeds(self) -> tuple[tuple[int, ...], ...]:
        """Volatility feeds, a row a tenor."""
        return Surface(self.underlier, 1, 0, self.tenors, self.moneyness).volatility_feeds()

    def add_expiry(self, expiry: int) -> None:
        """Another expiry (seconds, 08:00 UTC); its forward has no price until `set`."""
        self._list_expiry(expiry)
        self.forwards[expiry] = 0

    def state(self) -> Surface:
        """The surface as the board has it."""
        word = self.market.board.functions.surface_word(self.underlier).call()
        return Surface.from_word(self.underlier, word)

    def inputs(self, expiry: int, strike: int) -> tuple[int, int, int, int, int]:
        """What the board answers: forward, volatility, valid until, flags, surface word."""
        asked = self.market.board.functions.option_inputs(self.underlier, expiry, strike).call()
        forward, volatility, valid_until, flags, word = map(int, asked)
        return forward, volatility, valid_until, flags, word

    def set(
        self,
        spot: int | None = None,
        forwards: Mapping[int, int] | None = None,
        volatilities: int | Sequence[Sequence[int]] | None = None,
        *,
        at: int | None = None,
    ) -> TxReceipt:
        """Reports spot, every forward and every volatility anew, in wad.

        What is left out keeps its last value, with a new time; an expiry that is not listed
        yet is listed first. One number for all volatilities makes a flat surface. Forwards of
        expiries that are past or never had a price are left out.

        Args:
            at: when it was seen and is brought, seconds; a second after the last block.
        """
        for expiry in forwards or {}:
            if expiry not in self.forwards:
                self.add_expiry(expiry)
        if isinstance(volatilities, int):
            volatilities = [[volatilities] * len(self.moneyness) for _ in self.tenors]
        if volatilities is not None:
            self.volatilities = [list(row) for row in volatilities]
        if spot is not None:
            self.market.last_price[self.underlier] = spot
        self.forwards.update(forwards or {})
        time = self.market.now() + 1 if at is None else at
        prices = {self.underlier: self.market.last_price[self.underlier]}
        for expiry, forward in self.forwards.items():
            if forward and expiry > time:
                prices[forward_feed(self.underlier, expiry)] = forward
        for row, values in zip(self.feeds(), self.volatilities, strict=False):
            prices.update(zip(row, values, strict=True))
        return self.push(prices, time)

    def push(self, prices: Mapping[int, int], time: int) -> TxReceipt:
        """Brings prices (wad, by feed) of one time, sixteen a report; the last receipt."""
        listed = list(prices.items())
        self.market.set_time(time)
        for start in range(0, len(listed), BATCH):
            feeds, values = zip(*listed[start : start + BATCH], strict=True)
            signature = sign_prices(
                self.market.actors("reporter").key,
                self.market.board.address,
                self.market.w3.eth.chain_id,
                feeds,
                values,
                time,
            )
            call = self.market.board.functions.push_many(feeds, values, time, [signature])
            receipt = self.market.do(call, self.market.actors("keeper"))
        return receipt

    def _list_expiry(self, expiry: int) -> None:
        """Lists an expiry and lets the underlier's reporter sign its forward."""
        adding = self.market.board.functions.add_expiry(
            self.underlier, expiry, 10**12, 10**25, 500, 1
        )
        self.market.do(adding, self.operator)
        self._share([forward_feed(self.underlier, expiry)])

    def _share(self, feeds: list[int]) -> None:
        """The underlier's reporter signs these feeds as well."""
        for start in range(0, len(feeds), BATCH):
            sharing = self.market.board.functions.share_signed_source(
                feeds[start : start + BATCH], self.underlier, MAX_AGE
            )
            self.market.do(sharing, self.operator)
