"""A supervised venue on a chain of one's own, and the verbs that a replay needs of it.

Everything goes through the typed bindings and through transactions that each role signs for
itself. The venue keeps a book of its own, folded from the events of its receipts, so that the
keeper asks the chain nothing that it has already been told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

from eth_utils.crypto import keccak

from keelmark.bindings.order_matcher import Order
from keelmark.bindings.test_token import TestToken
from keelmark.chain.client import Chain
from keelmark.chain.operations import Operation, RawLog, Receipt
from keelmark.chain.signer import Signer
from keelmark.deploy import Deployment
from keelmark.deploy.surfaces import board_domain, push_prices, sign_price, sign_prices
from keelmark.errors import Reverted
from keelmark.events import Event, decode
from keelmark.ledger import Ledger
from keelmark.margin.marks import array_stale, is_open_option
from keelmark.margin.revalued import revalued
from keelmark.pricing.surface import Surface
from keelmark.regulation import value
from keelmark.scenario.cast import (
    LATE_READER,
    REPORTERS,
    RISK_WARNING,
    Actor,
    signer_of,
)
from keelmark.types import Action, Engine, MarketState, PriceLane

__all__ = [
    "BOND_FEED",
    "BTC",
    "GAS",
    "LOT",
    "TOKEN",
    "TOKEN_FEED",
    "WARNING_HASH",
    "Refusal",
    "Venue",
]

T = TypeVar("T")

BTC, TOKEN_FEED, BOND_FEED = 1, 10, 11
"""Feeds: the underlier's, the settlement token's and the bond's."""

TOKEN = 10**6
"""One settlement unit or bond at par, in token units."""

LOT_EXP = 15
LOT = 10**LOT_EXP
GAS = 6_000_000

ROUND = 600
"""Seconds in which all that a price leads to is over."""

LIST_SOURCE = bytes(sha256(b"Keelmark demonstration: a sanctions list without entries").digest())
WARNING_HASH = bytes(keccak(text=RISK_WARNING))
ZERO_ADDRESS = "0x" + "00" * 20

ORDER_TYPES = {
    "Order": [
        {"name": name, "type": kind}
        for name, kind in (
            ("house", "address"),
            ("owner", "address"),
            ("account", "uint256"),
            ("instrument", "uint256"),
            ("size", "int256"),
            ("limit", "uint256"),
            ("nonce", "uint256"),
            ("expiry", "uint256"),
            ("venue", "address"),
            ("kind", "uint256"),
        )
    ]
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A transaction that a contract refused. It is on the chain, failed; it has no event."""

    block_number: int
    time: int
    who: str
    account: int
    wallet: str
    what: str
    reason: str
    rule: str
    instrument: int
    size: int
    """Wad, signed, of the side that was refused."""
    price: int
    action: Action = Action.OPEN


@dataclass
class Venue:
    """A deployed house with its parties, and the replay's own books."""

    chain: Chain
    deployment: Deployment
    token: TestToken
    bond: TestToken
    ids: dict[str, int] = field(default_factory=dict)
    perpetual: int = 0
    near: int = 0
    far: int = 0
    put: int = 0
    call: int = 0
    near_expiry: int = 0
    far_expiry: int = 0
    put_strike: int = 0
    call_strike: int = 0
    transactions: int = 0
    gas_used: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    book: Ledger = field(default_factory=Ledger)
    lanes: dict[int, PriceLane] = field(default_factory=dict)
    surfaces: dict[int, Surface] = field(default_factory=dict)
    now: int = 0
    list_time: int = 0
    """When the sanctions list was last confirmed, seconds."""
    list_source: bytes = LIST_SOURCE
    """SHA-256 of what it equals."""
    _nonces: dict[str, int] = field(default_factory=dict)
    _places: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book.house_address = self.deployment.house.address
        self._places = {address: name for name, address in self.deployment.reporting.items()}

    # Sending

    def send(self, who: str, operation: Operation[Receipt]) -> Receipt:
        """Signs, sends, and folds what came of it into the venue's book."""
        self.transactions += 1
        receipt = self.chain.signing(signer_of(who)).run(operation)
        self.gas_used += receipt.gas_used
        self.now = self.chain.block(receipt.block_number).time
        self._note(receipt.logs)
        return receipt

    def try_send(
        self, who: str, operation: Operation[Receipt], *, told: Callable[[Reverted], Refusal]
    ) -> bool:
        """Sends what may be refused; a refusal is noted and answered with False."""
        try:
            self.send(who, operation)
        except Reverted as refused:
            head = self.chain.block()
            self.now = head.time
            self.refusals.append(told(refused))
            return False
        return True

    def _note(self, logs: Iterable[RawLog]) -> None:
        for log in logs:
            if log.address in self._places:
                self._fold(
                    decode(
                        log.topics,
                        log.data,
                        address=log.address,
                        block_number=log.block_number,
                        log_index=log.log_index,
                        timestamp=self.now,
                    )
                )

    def _fold(self, event: Event) -> None:
        if event.name == "PriceUpdated":
            self.lanes[event.number("feed")] = PriceLane(
                event.number("price"), event.number("valid_until"), event.number("flags") & 1
            )
            return
        if event.name == "SurfaceListed":
            underlier = event.number("underlier")
            self.surfaces[underlier] = Surface.from_word(underlier, event.number("word"))
        elif event.name == "SurfaceUpdated":
            underlier = event.number("underlier")
            moved = self.surfaces[underlier].updated(event.number("time"))
            self.surfaces[underlier] = moved
        self.book.apply(event)

    def until(self, time: int) -> None:
        """Sets the next block's time, or a second later than the newest if that is later."""
        self.now = max(time, self.now + 1)
        self.chain.set_time(self.now)

    # Prices

    def push(
        self, feed: int, price: int, time: int, reporters: tuple[str, ...] = REPORTERS
    ) -> None:
        """A price signed by two of three reporters, in a block of its own time."""
        self.until(time)
        signed = sign_price(self._signers(reporters), self._domain(), feed, price, self.now)
        self.send("keeper", self.deployment.board.push(feed, price, self.now, signed, gas=GAS))

    def push_many(
        self, prices: Mapping[int, int], time: int, reporters: tuple[str, ...] = REPORTERS
    ) -> None:
        """Prices by feed, up to sixteen, in one report of two of three reporters."""
        self.until(time)
        signed = sign_prices(self._signers(reporters), self._domain(), prices, self.now)
        bringing = push_prices(self.deployment.board, prices, self.now, signed, gas=GAS)
        self.send("keeper", bringing)

    def _domain(self) -> dict[str, Any]:
        """What ties a signed price to this board."""
        return board_domain(self.deployment.chain_id, self.deployment.board.address)

    @staticmethod
    def _signers(reporters: tuple[str, ...]) -> list[Signer]:
        """Two reporters, the lowest addresses."""
        return sorted(map(signer_of, reporters), key=lambda found: int(found.address, 16))[:2]

    def mark(self) -> int:
        """The board's BTC price, wad."""
        return self.lanes[BTC].price

    def market(self) -> MarketState:
        """The market as whoever judges an account takes it, a second from now: options valued
        anew, as the close-out contract does first."""
        return revalued(self._written(), self.book.house.options, self.surfaces)

    def _written(self) -> MarketState:
        """The same with the options' arrays that the house has."""
        return self.book.house.market_state(self.lanes, TOKEN_FEED, self.now + 1)

    def option_mark(self, option: int) -> int:
        """An option's premium now, wad."""
        return self.market().instruments[option].mark

    def refresh(self, options: Iterable[int]) -> None:
        """Has the arrays of those options refreshed that are open and stale."""
        market = self._written()
        stale = [
            number
            for number in options
            if is_open_option(market.instruments[number]) and array_stale(number, market)
        ]
        if stale:
            self.send("keeper", self.deployment.house.refresh_arrays(stale, gas=GAS))

    # Parties and money

    def confirm_list(self) -> None:
        """Has the sanctions list confirmed, and its time copied for the gate."""
        sanctions = self.deployment.sanctions
        self.send("sanctions officer", sanctions.confirm(self.list_source, self.now, gas=GAS))
        self.list_time = self.now
        self.send("keeper", self.deployment.parties.sync_list(gas=GAS))

    def keep_list_fresh(self) -> None:
        """The same, where the list would be too old for somebody to open after this price."""
        if self.now + ROUND > self.list_time + value("SANCTIONS_LIST_MAX_AGE_SECONDS"):
            self.confirm_list()

    def endow(self, actor: Actor) -> None:
        """Mints what a party brings, and lets house and fund take it when it says so."""
        wallet, house = signer_of(actor.name).address, self.deployment.house.address
        money = (actor.cash + actor.share + actor.reserve) * TOKEN
        self.send("minter", self.token.mint(wallet, money, gas=GAS))
        self.send(actor.name, self.token.approve(house, 2**200, gas=GAS))
        if actor.share:
            fund = self.deployment.fund
            self.send(actor.name, self.token.approve(fund.address, 2**200, gas=GAS))
            self.send(
                actor.name,
                fund.contribute(house, self.ids[actor.name], actor.share * TOKEN, gas=GAS),
            )
        if actor.bonds:
            self.send("minter", self.bond.mint(wallet, actor.bonds * TOKEN, gas=GAS))
            self.send(actor.name, self.bond.approve(house, 2**200, gas=GAS))

    def enrol(self, actor: Actor) -> None:
        """Opens a party's account and pays in what it brings."""
        house, account = self.deployment.house, self.ids[actor.name]
        wallet = signer_of(actor.name).address
        if actor.carried_by:
            opening = house.open_account(wallet, self.ids[actor.carried_by], gas=GAS)
            self.send(actor.carried_by, opening)
        else:
            self.send("house operator", house.admit_member(wallet, gas=GAS))
        if actor.warned and actor.name != LATE_READER:
            self.accept_warning(actor.name)
        if actor.scenarios:
            self.send(actor.name, house.choose_engine(account, Engine.SCENARIOS, gas=GAS))
        self.send(actor.name, house.deposit(account, 0, actor.cash * TOKEN, gas=GAS))
        if actor.bonds:
            self.send(actor.name, house.deposit(account, 1, actor.bonds * TOKEN, gas=GAS))

    def accept_warning(self, name: str) -> None:
        """A retail client accepts the risk warning of its country."""
        self.send(name, self.deployment.parties.accept_warning(WARNING_HASH, gas=GAS))

    def deposit(self, name: str, units: int) -> None:
        """Pays whole settlement units in."""
        paying = self.deployment.house.deposit(self.ids[name], 0, units * TOKEN, gas=GAS)
        self.send(name, paying)

    # Trades

    def trade(
        self, buyer: str, seller: str, size: int, price: int, instrument: int, *, tried: str = ""
    ) -> bool:
        """Two signed orders, matched whole; a refusal is noted. Size and price in wad.

        Args:
            buyer: role that buys.
            seller: role that sells.
            size: wad; nothing happens if it is no lot.
            price: wad.
            instrument: its id.
            tried: whose trade it is, for the note of a refusal; the buyer's by default.
        """
        size -= size % LOT
        if size <= 0:
            return False
        who = tried or buyer
        signed = self.orders(buyer, seller, size, price, instrument)
        matching = self.deployment.matcher.match(*signed, size, price, gas=GAS)

        def told(refused: Reverted) -> Refusal:
            return Refusal(
                block_number=self.chain.block().number,
                time=self.now,
                who=who,
                account=self.ids[who],
                wallet=signer_of(who).address,
                what="buy" if who == buyer else "sell",
                reason=refused.reason,
                rule=refused.rule or "",
                instrument=instrument,
                size=size if who == buyer else -size,
                price=price,
            )

        return self.try_send("trading venue", matching, told=told)

    def orders(
        self, buyer: str, seller: str, size: int, price: int, instrument: int
    ) -> tuple[Order, bytes, Order, bytes]:
        """Both sides of a match, each with its owner's signature."""
        buy = self._order(buyer, instrument, size, price)
        sell = self._order(seller, instrument, -size, price)
        return *buy, *sell

    def _order(self, name: str, instrument: int, size: int, price: int) -> tuple[Order, bytes]:
        """An owner's order and signature, good for an hour."""
        self._nonces[name] = self._nonces.get(name, 0) + 1
        signer = signer_of(name)
        order = Order(
            house=self.deployment.house.address,
            owner=signer.address,
            account=self.ids[name],
            instrument=instrument,
            size=size,
            limit=price,
            nonce=self._nonces[name],
            expiry=self.now + 3600,
            venue=ZERO_ADDRESS,
            kind=0,
        )
        domain = {
            "name": "Keelmark OrderMatcher",
            "version": "1",
            "chainId": self.deployment.chain_id,
            "verifyingContract": self.deployment.matcher.address,
        }
        message = {item["name"]: getattr(order, item["name"]) for item in ORDER_TYPES["Order"]}
        return order, signer.sign_typed_data(domain, ORDER_TYPES, message)

    def size(self, name: str, instrument: int) -> int:
        """A party's position, wad, signed, by the venue's own book."""
        held = self.book.account(self.ids[name]).positions.get(instrument)
        return held.size if held else 0
