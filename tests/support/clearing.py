"""Ways to look at a clearing house, and to ask it things, that only its tests need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from eth_utils import keccak, to_canonical_address
from web3.types import TxReceipt

from keelmark.chain.compiler import compile_contract
from keelmark.chain.pyevm import Backend
from keelmark.identifiers import check_character
from tests.support.market import Market, Position
from tests.support.orders import WAD

__all__ = [
    "HOUR",
    "OPENING",
    "WITHDRAWAL",
    "CLOSE_OUT",
    "Clearing",
    "Line",
    "after_fill",
    "exact_requirement",
    "floor_value",
]

HOUR = 3600
OPENING, WITHDRAWAL, CLOSE_OUT = 0, 1, 2
OPEN, INCREASE, REDUCE, CLOSE = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class Line:
    """One position as the margin method sees it."""

    underlier: int
    size: int
    mark: int
    value: int
    rate_bps: int = 1500
    scan_bps: int = 3300
    multiplier_bps: int = 10_000


def exact_requirement(lines: Iterable[Line]) -> int:
    """Initial margin of an account that is not retail, by the method's own words, in fractions."""
    held = list(lines)
    each = [
        ceil(
            Fraction(ceil(Fraction(abs(line.size) * line.mark, WAD)))
            * line.rate_bps
            * line.multiplier_bps
            / 10**8
        )
        for line in held
    ]
    gross = sum(each)
    positive = sum(max(-line.value, 0) for line in held)
    net = max(0, sum(-line.value for line in held))
    # Below a tenth of G the ratio falls from 1 in proportion, so that it does not jump.
    ramp = gross // 10
    ratio = Fraction(1)
    if max(positive, ramp):
        ratio = Fraction(net + max(0, ramp - positive), max(positive, ramp))
    netted = ceil(gross * (Fraction(4, 10) + Fraction(6, 10) * ratio))
    directional = 0
    for underlier in {line.underlier for line in held}:
        same = [line for line in held if line.underlier == underlier]
        rate = max(
            ceil(Fraction(max(line.rate_bps, line.scan_bps) * line.multiplier_bps, 10**4))
            for line in same
        )
        delta = abs(sum(line.size for line in same))
        directional += ceil(Fraction(delta * same[0].mark * rate, WAD * 10**4))
    return max(netted, directional)


def after_fill(size: int, quote: int, delta: int, unit: int) -> tuple[int, int, int]:
    """Size, quote and change of cash that a fill leaves; ``unit`` is its price net of funding.

    What is closed takes its share of the quote, or of what is paid, truncated towards zero.
    """
    flow = -int(Fraction(delta * unit, WAD))
    after = size + delta
    if size == 0 or (size > 0) == (delta > 0):
        return after, quote + flow, 0
    if after == 0:
        return 0, 0, quote + flow
    if (after > 0) == (size > 0):
        released = int(Fraction(quote * abs(delta), abs(size)))
        return after, quote - released, released + flow
    closing = int(Fraction(flow * abs(size), abs(delta)))
    return after, flow - closing, quote + closing


def floor_value(size: int, unit: int, quote: int) -> int:
    """What a position is worth at a price net of funding, rounded down."""
    return floor(Fraction(size * unit, WAD)) + quote


@dataclass
class Clearing:
    """A venue and its house."""

    market: Market
    backend: Backend

    def ask(
        self,
        buyer: str,
        seller: str,
        size: int,
        price: int,
        instrument: int | None = None,
        *,
        changed: dict[str, Any] | None = None,
        sender: str = "",
    ) -> None:
        """`trade` as if the matcher called it; what it does is thrown away."""
        market = self.market
        fields: dict[str, Any] = {
            "buyer": market.actors(buyer).address,
            "seller": market.actors(seller).address,
            "buyer_account": market.ids[buyer],
            "seller_account": market.ids[seller],
            "instrument": market.perpetual if instrument is None else instrument,
            "size": size,
            "price": price,
            "match_id": keccak(text="match"),
        }
        caller = market.actors(sender).address if sender else market.matcher.address
        values = (fields | (changed or {})).values()
        market.house.functions.trade(*values).call({"from": caller})

    def legs(self, receipt: TxReceipt) -> dict[int, Any]:
        """The reported legs of a fill by account."""
        event = self.market.house.events.TradeReported()
        topic = keccak(
            text="TradeReported(uint256,uint256,bytes32,bytes32,uint256,int256,uint256,"
            "uint256,int256,int256,int256,int256,uint256)"
        )
        found = [log for log in receipt["logs"] if bytes(log["topics"][0]) == topic]
        read = [event.process_log(log)["args"] for log in found]
        return {leg["account"]: leg for leg in read}

    def state(self, name: str, instrument: int | None = None) -> tuple[int, int, int]:
        """Size, quote and cash of a named party, wad."""
        held: Position = self.market.position(name, instrument)
        return held.size, held.quote, self.market.cash(name)

    def lanes(self, instrument: int | None = None) -> tuple[int, int, int, int]:
        """Gross lots, volume lots, premium sum and premium weight of an instrument."""
        number = self.market.perpetual if instrument is None else instrument
        word = int(self.market.house.functions.markets(number).call())
        premium = (word >> 112) % 2**72
        if premium >= 2**71:
            premium -= 2**72
        return word % 2**48, (word >> 48) % 2**64, premium, word >> 184

    def funding(self, instrument: int | None = None) -> tuple[int, int, int]:
        """Window start, funding index and rate of a perpetual."""
        number = self.market.perpetual if instrument is None else instrument
        word = int(self.market.house.functions.instruments(number).call())
        index = (word >> 104) % 2**88
        rate = word >> 192
        return (
            word % 2**32,
            index - 2**88 if index >= 2**87 else index,
            rate - 2**64 if rate >= 2**63 else rate,
        )

    def entry(self, name: str, instrument: int | None = None) -> int:
        """Entry notional of a retail party, wad."""
        market = self.market
        number = market.perpetual if instrument is None else instrument
        return int(market.house.functions.entry_notional(market.ids[name], number).call())

    def poke(self, variable: str, value: int, *keys: int) -> None:
        """Writes a word of the house's storage, for states that are long to reach."""
        layout = compile_contract("margin/ClearingHouse").layout["storage_layout"]
        place = layout
        for part in variable.split("."):
            place = place[part]
        slot = int(place["slot"])
        for key in keys:
            slot = int.from_bytes(keccak(slot.to_bytes(32, "big") + key.to_bytes(32, "big")), "big")
        self._write(slot, value)

    def go_to(self, time: int) -> None:
        """Lets time pass, with a fresh price of the settlement token at the end."""
        self.market.set_time(time)
        self.market.push(10, WAD, time)

    def calm(self, feed: int, price: int) -> None:
        """A new price, seen twice: the second time it has not jumped."""
        for _ in range(2):
            self.market.price(feed, price)

    def underlier(self, number: int, price: int | None = 1000 * WAD, most: int = 10**25) -> int:
        """One more underlier with its feed; without a price if none is given."""
        market = self.market
        body = f"Q{number:07d}"
        dti = (body + check_character(body)).encode()
        adding = market.registry.functions.add_underlier(dti, 7, b"Q".ljust(8, b"\0"))
        market.do(adding, market.actors("lister"))
        feed = int(market.registry.functions.underlier_count().call())
        market.add_feed(feed, most)
        if price is not None:
            market.price(feed, price)
        return feed

    def poke_positions(self, account: int, slot: int, word: int) -> None:
        """Writes one position word; the array of an account begins at its mapping slot."""
        layout = compile_contract("margin/ClearingHouse").layout["storage_layout"]
        base = int(layout["book"]["positions"]["slot"])
        start = keccak(base.to_bytes(32, "big") + account.to_bytes(32, "big"))
        self._write(int.from_bytes(start, "big") + slot, word)

    def _write(self, slot: int, value: int) -> None:
        """Writes a storage word and mines a block, so that calls see it."""
        vm = self.backend.chain.get_vm()
        vm.state.set_storage(to_canonical_address(self.market.house.address), slot, value)
        vm.state.persist()
        header = self.backend.chain.header
        self.backend.chain.header = header.copy(state_root=vm.state.state_root)
        self.backend.mine_blocks()
