"""The example venue beside a deployed kit, and the few verbs that its tests need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.market import BOND_FEED, BTC, MARGIN_FIELDS, TOKEN, TOKEN_FEED, Market
from tests.support.orders import WAD
from tests.support.parties import lei_text, lei_word

__all__ = ["BILL", "COIN", "GOLD", "GOLD_FEED", "MONEY", "START", "VENUE_LEI", "Venue"]

VENUE_LEI = lei_text(77)
GOLD_FEED = 12
"""Feed of a gold token in another currency than the settlement token."""

MONEY, BILL, GOLD, COIN = 0, 1, 2, 3
"""Assets as the venue numbers them: money, a government bill, gold, an unbacked token."""

ACCOUNT_FIELDS = ("cash", "size", "quote", "retail", "debt")

START = 8000 * WAD
"""The price of bitcoin at first."""


def venue_arguments(market: Market, gold: str, coin: str) -> tuple[Any, ...]:
    """Constructor arguments: a bill, gold in another currency, and a token that counts nothing."""
    return (
        market.rulebook.address,
        market.parties.address,
        market.registry.address,
        market.board.address,
        market.matcher.address,
        market.perpetual,
        market.token.address,
        TOKEN_FEED,
        lei_word(VENUE_LEI),
        market.actors("venue operator").address,
        [
            (market.bond.address, BOND_FEED, 2, False, market.now() + 200 * 86_400, 6),
            (gold, GOLD_FEED, 5, True, 0, 18),
            (coin, BTC, 9, False, 0, 8),
        ],
    )


@dataclass
class Venue:
    """The venue, its market and the parties that are known to both."""

    market: Market
    contract: Contract = field(init=False)
    gold: Contract = field(init=False)
    coin: Contract = field(init=False)

    def __post_init__(self) -> None:
        """Deploys the venue with three collateral assets."""
        market, minter = self.market, self.market.actors("minter")
        self.gold = market.deploy("testnet/TestToken", "Test Gold", "TXAU", 18, minter)
        self.coin = market.deploy("testnet/TestToken", "Test Coin", "TBTC", 8, minter)
        market.add_feed(GOLD_FEED)
        market.price(GOLD_FEED, 2000 * WAD)
        self.contract = self.build()

    def build(self) -> Contract:
        """Deploys the venue."""
        arguments = venue_arguments(self.market, self.gold.address, self.coin.address)
        return self.market.deploy("examples/ExampleVenue", *arguments)

    @property
    def calls(self) -> Any:
        """The venue's functions."""
        return self.contract.functions

    def token(self, asset: int) -> Contract:
        """The token of an asset, by the venue's number."""
        if asset == MONEY:
            return self.market.token
        return (self.market.bond, self.gold, self.coin)[asset - 1]

    def give(self, name: str, amount: int, asset: int = MONEY) -> None:
        """Mints token units to a named party and lets the venue pull them."""
        market, token = self.market, self.token(asset)
        market.send(token.functions.mint(market.actors(name), amount), market.actors("minter"))
        approving = token.functions.approve(self.contract.address, 2**255)
        market.send(approving, market.actors(name))

    def deposit(self, name: str, amount: int, asset: int = MONEY) -> TxReceipt:
        """Mints and pays in token units."""
        self.give(name, amount, asset)
        return self.act(name, "deposit", self.market.ids[name], asset, amount)

    def withdraw(self, name: str, amount: int, asset: int = MONEY) -> TxReceipt:
        """Takes out token units."""
        return self.act(name, "withdraw", self.market.ids[name], asset, amount)

    def act(self, name: str, function: str, *arguments: Any) -> TxReceipt:
        """A named party calls the venue."""
        return self.market.send(
            self.contract.functions[function](*arguments), self.market.actors(name)
        )

    def join(self, name: str, category: int = 2, units: int = 0, country: str = "DE") -> int:
        """A party with money at the venue, in whole units; answers its account."""
        account = self.market.onboard(name, category, country)
        if units:
            self.deposit(name, units * TOKEN)
        return account

    def trading(
        self, buyer: str, seller: str, size: int, price: int, instrument: int | None = None
    ) -> Any:
        """The matcher's call for two fresh orders; size and price in wad."""
        market, house = self.market, self.contract.address
        number = market.perpetual if instrument is None else instrument
        buy = market.order(buyer, number, size, price, house=house)
        sell = market.order(seller, number, -size, price, house=house)
        return market.matching(buy, sell, buyer, seller, size, price)

    def trade(self, buyer: str, seller: str, size: int, price: int = START) -> TxReceipt:
        """Two parties trade."""
        return self.market.send(
            self.trading(buyer, seller, size, price), self.market.actors("keeper")
        )

    def liquidate(self, name: str, taker: str, size: int) -> TxReceipt:
        """A named party takes over part of another's position, at any mark."""
        ids = self.market.ids
        limit = 2**255 if self.account(name)["size"] > 0 else 0
        return self.act(taker, "liquidate", ids[name], ids[taker], size, limit)

    def account(self, name: str) -> dict[str, Any]:
        """A party's account: cash, size, quote, retail, debt."""
        held = self.calls.accounts(self.market.ids[name]).call()
        return dict(zip(ACCOUNT_FIELDS, held, strict=True))

    def margin(self, name: str, valuation: int = 2) -> dict[str, int]:
        """Equity, requirement, flags."""
        answer = self.calls.margin(self.market.ids[name], valuation).call()
        return dict(zip(MARGIN_FIELDS, answer, strict=True))

    def refresh(self) -> None:
        """Prices as at first, if time has passed since: other tests may have let it."""
        market, feeds = self.market, {BTC: START, TOKEN_FEED: WAD, BOND_FEED: WAD}
        lane = int(market.board.functions.price_lane(BTC).call())
        if (lane >> 88) % 2**32 < market.now() + 8 * 3600:
            for feed, price in (feeds | {GOLD_FEED: 2000 * WAD}).items():
                market.price(feed, price)

    def fall(self, price: int) -> None:
        """A new price of bitcoin, seen twice, so that it has not jumped."""
        for _ in range(2):
            self.market.price(BTC, price)

    def ruin(self, name: str) -> TxReceipt:
        """A named party loses more than it has on bitcoin, is taken over whole and written off:
        a retail client 2,500 of 10,000 and a professional 85,000 of 100,000 beyond what it has."""
        size = 25 * 10**17 if self.retail(name) else 37 * WAD
        self.trade(name, "liquidator", size)
        self.fall(3_000 * WAD)
        self.liquidate(name, "liquidator", size)
        return self.act("liquidator", "write_off", self.market.ids[name])

    def retail(self, name: str) -> bool:
        """Whether a named party is a retail client."""
        word = int(self.market.parties.functions.party_of(self.market.actors(name)).call())
        return (word >> 152) % 256 == 1

    def least_take(self, name: str, mark: int) -> int:
        """The smallest size (wad) after whose take-over an account of a professional is back at
        its requirement, one per cent of penalty paid; in lots of a thousandth."""
        held, equity = abs(self.account(name)["size"]), self.margin(name)["equity"]
        lots = 0
        while (
            equity * 10_000 - lots * mark // 1000 * 100
            < (held - lots * 10**15) * mark * 3300 // WAD
        ):
            lots += 1
        return lots * 10**15

    def let_go_stale(self) -> None:
        """Ten hours, after which the settlement token alone has a fresh price."""
        time = self.market.now() + 10 * 3600
        self.market.set_time(time)
        self.market.push(TOKEN_FEED, WAD, time)

    def balances_sum(self) -> tuple[int, int]:
        """Money that the venue holds and money that it owes, both in wad; and no size is left."""
        accounts = [self.account(name) for name in self.market.ids]
        assert sum(held["size"] for held in accounts) == 0
        owed = sum(held["cash"] + held["quote"] for held in accounts)
        held = int(self.market.token.functions.balanceOf(self.contract.address).call())
        return held * 10**12, owed + int(self.calls.reserve().call())
