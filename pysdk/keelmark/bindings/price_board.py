"""Generated from the contracts: PriceBoard. Do not edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keelmark.bindings.runtime import checksum, create, read, send
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["PriceBoard"]


@dataclass(frozen=True, slots=True)
class PriceBoard:
    """One price a feed, read from its sources before it is needed, so that no source is ever
    called inside a trade or a liquidation. Anyone may read, `poke`, `push` a report that carries
    enough signatures, and `observe` for a settlement. The operator adds feeds and changes their
    sources and limits, within constants, and loosens only after notice (feed book module). The
    role is handed over in two steps; the deployer holds none, and nobody can write a price.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(
        init_code: bytes,
        *,
        operator: str,
        sequencer: str,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "PriceBoard",
            init_code,
            "(address operator,address sequencer)",
            (operator, sequencer),
            gas,
        )

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

    def operator(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """Adds feeds, changes sources and limits."""
        return read(self, "OPERATOR()", (), "bytes32", lambda out: out[0], block)

    def sequencer(self, *, block: BlockId = "latest") -> Operation[str]:
        """Uptime feed of the L2's sequencer (answer 0 = up, started at = since when); zero on a
        chain that has none. While the sequencer is down only who can send through the L1 would
        trade, on prices that nobody else can answer.
        """
        return read(self, "SEQUENCER()", (), "address", lambda out: checksum(out[0]), block)

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

    def observe(self, feed: int, expiry: int, *, gas: int | None = None) -> Operation[Receipt]:
        """Pokes a feed and enters its price into the settlement of an expiry, once a minute from
        half an hour before it. Anyone.
        """
        return send(self, "observe(uint256 feed,uint256 expiry)", (feed, expiry), gas)
