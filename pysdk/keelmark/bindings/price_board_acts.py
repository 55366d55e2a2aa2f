"""Generated from the contracts: PriceBoard. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.price_board_reads import PriceBoardReads
from keelmark.bindings.runtime import send
from keelmark.chain.operations import Operation, Receipt

__all__ = ["PriceBoardActs"]


@dataclass(frozen=True, slots=True)
class PriceBoardActs(PriceBoardReads):
    """What PriceBoard does."""

    def hand_over_role(
        self,
        role: bytes,
        successor: str,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Offers a role. Only its holder; the zero address withdraws an offer."""
        return send(self, "hand_over_role(bytes32 role,address successor)", (role, successor), gas)

    def accept_role(self, role: bytes, *, gas: int | None = None) -> Operation[Receipt]:
        """Takes over a role. Only the one to whom it is offered."""
        return send(self, "accept_role(bytes32 role)", (role,), gas)

    def add_feed(
        self,
        feed: int,
        min_price: int,
        max_price: int,
        deviation_bps: int,
        quorum: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Makes a feed, without sources yet. Only the operator."""
        return send(
            self,
            "add_feed(uint256 feed,uint256 min_price,uint256 max_price,uint256 deviation_bps,"
            "uint256 quorum)",
            (feed, min_price, max_price, deviation_bps, quorum),
            gas,
        )

    def set_limits(
        self,
        feed: int,
        min_price: int,
        max_price: int,
        deviation_bps: int,
        quorum: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Changes a feed's limits: at once if none of them loosens, else after notice. Only the
        operator.
        """
        return send(
            self,
            "set_limits(uint256 feed,uint256 min_price,uint256 max_price,uint256 deviation_bps,"
            "uint256 quorum)",
            (feed, min_price, max_price, deviation_bps, quorum),
            gas,
        )

    def set_source(
        self,
        feed: int,
        slot: int,
        aggregator: str,
        max_age: int,
        decimals: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Puts an aggregator into a slot, in place of what was there; the zero address empties
        the slot. After notice once the feed has a price. Only the operator.
        """
        return send(
            self,
            "set_source(uint256 feed,uint256 slot,address aggregator,uint256 max_age,"
            "uint256 decimals)",
            (feed, slot, aggregator, max_age, decimals),
            gas,
        )

    def set_signed_source(
        self,
        feed: int,
        reporters: Sequence[str],
        threshold: int,
        max_age: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Puts signed reports into slot 3. After notice once the feed has a price. Only the
        operator.
        """
        return send(
            self,
            "set_signed_source(uint256 feed,address[] reporters,uint256 threshold,uint256 max_age)",
            (feed, reporters, threshold, max_age),
            gas,
        )

    def share_signed_source(
        self,
        feeds: Sequence[int],
        other: int,
        max_age: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Puts signed reports into slot 3 of several feeds, by the reporters and the threshold
        of another feed. One set for a whole surface: its members are written once, and
        `push_many` checks them once. After notice where a feed has a price. Only the operator.
        """
        return send(
            self,
            "share_signed_source(uint256[] feeds,uint256 other,uint256 max_age)",
            (feeds, other, max_age),
            gas,
        )

    def shorten_max_age(
        self,
        feed: int,
        slot: int,
        max_age: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Lets a source's answers go stale sooner, at once. Only the operator."""
        return send(
            self,
            "shorten_max_age(uint256 feed,uint256 slot,uint256 max_age)",
            (feed, slot, max_age),
            gas,
        )

    def apply_change(self, feed: int, slot: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Applies what was announced, once its notice is over. Only the operator, who may also
        announce something else instead.
        """
        return send(self, "apply_change(uint256 feed,uint256 slot)", (feed, slot), gas)

    def list_surface(
        self,
        underlier: int,
        tenors: Sequence[int],
        moneyness: Sequence[int],
        min_volatility: int,
        max_volatility: int,
        deviation_bps: int,
        quorum: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Makes an underlier's surface and its volatility feeds, without sources yet. Once, for
        good. Only the operator.
        """
        return send(
            self,
            "list_surface(uint256 underlier,uint256[] tenors,uint256[] moneyness,"
            "uint256 min_volatility,uint256 max_volatility,uint256 deviation_bps,uint256 quorum)",
            (underlier, tenors, moneyness, min_volatility, max_volatility, deviation_bps, quorum),
            gas,
        )

    def add_expiry(
        self,
        underlier: int,
        expiry: int,
        min_price: int,
        max_price: int,
        deviation_bps: int,
        quorum: int,
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Makes the forward feed of an expiry, without sources yet. Only the operator."""
        return send(
            self,
            "add_expiry(uint256 underlier,uint256 expiry,uint256 min_price,uint256 max_price,"
            "uint256 deviation_bps,uint256 quorum)",
            (underlier, expiry, min_price, max_price, deviation_bps, quorum),
            gas,
        )

    def poke(self, feed: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Reads a feed's sources and stores their median. Anyone."""
        return send(self, "poke(uint256 feed)", (feed,), gas)

    def poke_many(self, feeds: Sequence[int], *, gas: int | None = None) -> Operation[Receipt]:
        """Pokes several feeds; one that is refused refuses all. Anyone."""
        return send(self, "poke_many(uint256[] feeds)", (feeds,), gas)

    def push(
        self,
        feed: int,
        price: int,
        timestamp: int,
        signatures: Sequence[bytes],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Stores a report that enough reporters signed, and pokes the feed, of which it is one
        source. Anyone may bring it.
        """
        return send(
            self,
            "push(uint256 feed,uint256 price,uint256 timestamp,bytes[] signatures)",
            (feed, price, timestamp, signatures),
            gas,
        )

    def push_many(
        self,
        feeds: Sequence[int],
        prices: Sequence[int],
        timestamp: int,
        signatures: Sequence[bytes],
        *,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Stores one report of several feeds and pokes them all; one that is refused refuses
        all. A surface moves on once. Anyone may bring it.
        """
        return send(
            self,
            "push_many(uint256[] feeds,uint256[] prices,uint256 timestamp,bytes[] signatures)",
            (feeds, prices, timestamp, signatures),
            gas,
        )

    def observe(self, feed: int, expiry: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Pokes a feed and enters its price into the settlement of an expiry, once a minute from
        half an hour before it. Anyone.
        """
        return send(self, "observe(uint256 feed,uint256 expiry)", (feed, expiry), gas)
