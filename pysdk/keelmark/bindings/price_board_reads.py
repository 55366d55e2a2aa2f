"""Generated from the contracts: PriceBoard. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, read
from keelmark.chain.operations import BlockId, Operation

__all__ = ["PriceBoardReads"]


@dataclass(frozen=True, slots=True)
class PriceBoardReads:
    """What PriceBoard answers."""

    address: str
    """Where it is, checksummed."""

    def root(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """The chain's head. Slot 0."""
        return read(self, "root()", (), "bytes32", lambda out: out[0], block)

    def holder_of(self, key: bytes, *, block: BlockId = "latest") -> Operation[str]:
        """Role to its holder; the zero address means that nobody holds it, for good."""
        return read(
            self,
            "holder_of(bytes32 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def successor_of(self, key: bytes, *, block: BlockId = "latest") -> Operation[str]:
        """Role to whom it is offered."""
        return read(
            self,
            "successor_of(bytes32 key)",
            (key,),
            "address",
            lambda out: checksum(out[0]),
            block,
        )

    def limits_of(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Feed to its limits word; zero if there is no such feed."""
        return read(self, "limits_of(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def source_at(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Place to its source word."""
        return read(self, "source_at(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def announced_at(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Place to the announced word, and to the second from which it may be applied (0 =
        nothing announced).
        """
        return read(self, "announced_at(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def due_at(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """The contract's `due_at`."""
        return read(self, "due_at(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def is_reporter(self, key0: int, key1: str, *, block: BlockId = "latest") -> Operation[bool]:
        """Reporter set to its members. A set is written once and never changed: a new set waits,
        announced and powerless, until its source word is applied.
        """
        return read(
            self,
            "is_reporter(uint256 key0,address key1)",
            (key0, key1),
            "bool",
            lambda out: out[0],
            block,
        )

    def reporter_set_count(self, *, block: BlockId = "latest") -> Operation[int]:
        """The contract's `reporter_set_count`."""
        return read(self, "reporter_set_count()", (), "uint256", lambda out: out[0], block)

    def surface_word(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Underlier to its surface word. Epoch and geometry share one: an update writes one
        slot, and a valuation reads one.
        """
        return read(self, "surface_word(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def surface_grace_until(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Underlier to the end of its surface's own grace period, seconds. Without it, whoever
        brings the first volatility after an outage could liquidate options in the same block.
        Beside the spot's, which it leaves alone: a point of the surface that nobody reported for
        a while must not hold off liquidations of futures.
        """
        return read(
            self,
            "surface_grace_until(uint256 key)",
            (key,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def forward_feed(
        self,
        underlier: int,
        expiry: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[int]:
        """The feed of an expiry's forward, whether it is listed or not. Anyone."""
        return read(
            self,
            "forward_feed(uint256 underlier,uint256 expiry)",
            (underlier, expiry),
            "uint256",
            lambda out: out[0],
            block,
        )

    def volatility_feed(
        self,
        underlier: int,
        tenor: int,
        point: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[int]:
        """The feed of a listed volatility. Anyone."""
        return read(
            self,
            "volatility_feed(uint256 underlier,uint256 tenor,uint256 point)",
            (underlier, tenor, point),
            "uint256",
            lambda out: out[0],
            block,
        )

    def price_and_surface(
        self,
        key: int,
        underlier: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int]]:
        """Two feeds' lanes, and where a surface stands. Anyone. Open to re-entry, as
        `price_word` is.
        """
        return read(
            self,
            "price_and_surface(uint256 key,uint256 underlier)",
            (key, underlier),
            "uint256,uint256",
            lambda out: (out[0], out[1]),
            block,
        )

    def option_inputs(
        self,
        underlier: int,
        expiry: int,
        strike: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, int, int, int]]:
        """What an option is valued by. Anyone."""
        return read(
            self,
            "option_inputs(uint256 underlier,uint256 expiry,uint256 strike)",
            (underlier, expiry, strike),
            "uint256,uint256,uint256,uint256,uint256",
            lambda out: (out[0], out[1], out[2], out[3], out[4]),
            block,
        )

    def sequencer(self, *, block: BlockId = "latest") -> Operation[str]:
        """Uptime feed of the L2's sequencer (answer 0 = up, started at = since when); zero on a
        chain that has none. While the sequencer is down only who can send through the L1 would
        trade, on prices that nobody else can answer.
        """
        return read(self, "SEQUENCER()", (), "address", lambda out: checksum(out[0]), block)

    def report_digest(
        self,
        feed: int,
        price: int,
        timestamp: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[bytes]:
        """What reporters sign for `push`. Anyone may ask."""
        return read(
            self,
            "report_digest(uint256 feed,uint256 price,uint256 timestamp)",
            (feed, price, timestamp),
            "bytes32",
            lambda out: out[0],
            block,
        )

    def reports_digest(
        self,
        feeds: Sequence[int],
        prices: Sequence[int],
        timestamp: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[bytes]:
        """What reporters sign for `push_many`. Anyone may ask."""
        return read(
            self,
            "reports_digest(uint256[] feeds,uint256[] prices,uint256 timestamp)",
            (feeds, prices, timestamp),
            "bytes32",
            lambda out: out[0],
            block,
        )

    def price_word(self, key: int, *, block: BlockId = "latest") -> Operation[int]:
        """Two feeds' lanes as they are stored. Anyone. Open to re-entry: what a source could
        read here in the middle of a poke is the price before.
        """
        return read(self, "price_word(uint256 key)", (key,), "uint256", lambda out: out[0], block)

    def price_words(
        self,
        key: int,
        other_key: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int]]:
        """Two such words in one call. Anyone."""
        return read(
            self,
            "price_words(uint256 key,uint256 other_key)",
            (key, other_key),
            "uint256,uint256",
            lambda out: (out[0], out[1]),
            block,
        )

    def price_lane(self, feed: int, *, block: BlockId = "latest") -> Operation[int]:
        """A feed's price, until when it is valid, and its flags. Anyone."""
        return read(self, "price_lane(uint256 feed)", (feed,), "uint256", lambda out: out[0], block)

    def grace_until(self, feed: int, *, block: BlockId = "latest") -> Operation[int]:
        """From when liquidations on a feed may start again after an outage of its sources or of
        the sequencer. Anyone.
        """
        return read(
            self,
            "grace_until(uint256 feed)",
            (feed,),
            "uint256",
            lambda out: out[0],
            block,
        )

    def settlement_price(
        self,
        feed: int,
        expiry: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, bool]]:
        """The mean of what was observed for an expiry, and whether it is final."""
        return read(
            self,
            "settlement_price(uint256 feed,uint256 expiry)",
            (feed, expiry),
            "uint256,bool",
            lambda out: (out[0], out[1]),
            block,
        )

    def source_state(
        self,
        feed: int,
        slot: int,
        *,
        block: BlockId = "latest",
    ) -> Operation[tuple[int, int, int]]:
        """What a poke would make of one source now. Anyone may ask."""
        return read(
            self,
            "source_state(uint256 feed,uint256 slot)",
            (feed, slot),
            "uint256,uint256,uint256",
            lambda out: (out[0], out[1], out[2]),
            block,
        )

    def operator(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """Adds feeds, changes sources and limits."""
        return read(self, "OPERATOR()", (), "bytes32", lambda out: out[0], block)

    def settlement_word(self, key0: int, key1: int, *, block: BlockId = "latest") -> Operation[int]:
        """Feed and expiry to what was observed (settlement window module). Kept for ever: a
        house may settle an instrument long after its expiry.
        """
        return read(
            self,
            "settlement_word(uint256 key0,uint256 key1)",
            (key0, key1),
            "uint256",
            lambda out: out[0],
            block,
        )
