"""One venue, deployed once, with its chain put back between examples; and fast reads of it.

State is read from storage by the compiler's layout, so that words without a getter are compared
as well; margins are what the house answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eth_abi import decode as decode_words
from eth_abi import encode as encode_words
from eth_tester.exceptions import TransactionFailed
from eth_utils import keccak, to_canonical_address, to_checksum_address

from keelmark.chain.compiler import compile_contract
from keelmark.chain.pyevm import Backend
from keelmark.events import Event, decode
from keelmark.ledger import HouseReads, Ledger
from keelmark.ledger.reconcile import AccountReads
from keelmark.proofs.report_chain import ChainLog
from tests.conftest import find
from tests.support.market import TOKEN, Market
from tests.support.rebuilt import TOKEN_SCALE

ASSETS = 8
PLENTY = 10**9
"""Whole units of a token that an actor is given before the first step."""


def slots_of(path: str) -> dict[str, int]:
    """Storage slots of a contract by the name of the variable."""
    found: dict[str, int] = {}
    for name, entry in compile_contract(find(path)).layout["storage_layout"].items():
        nested = entry if "slot" not in entry else {name: entry}
        found.update({key: int(one["slot"]) for key, one in nested.items()})
    return found


@dataclass
class Reader:
    """Reads at the head of the chain, with one machine for all of them."""

    backend: Backend
    market: Market
    house_slots: Mapping[str, int] = field(init=False)
    fund_slots: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.house_slots = slots_of("margin/ClearingHouse")
        self.fund_slots = slots_of("margin/DefaultFund")
        self.house = to_canonical_address(self.market.house.address)
        self.fund = to_canonical_address(self.market.fund.address)
        self.refresh()

    def refresh(self) -> None:
        """Moves to the newest block."""
        self.machine = self.backend.chain.get_vm(self.backend.head)

    def storage(self, address: bytes, slot: int) -> int:
        """One word."""
        return int(self.machine.state.get_storage(address, slot))

    def word(self, name: str, *keys: int, place: int = 0) -> int:
        """A word of the house, by variable, keys and place in an array."""
        return self.storage(self.house, slot_of(self.house_slots[name], keys) + place)

    def signed(self, name: str, *keys: int) -> int:
        """A signed word of the house."""
        word = self.word(name, *keys)
        return word - 2**256 if word >> 255 else word

    def fund_word(self, name: str, *keys: int) -> int:
        """A word of the fund's book of the house."""
        house = int.from_bytes(self.house, "big")
        return self.storage(self.fund, slot_of(self.fund_slots[name], (house, *keys)))

    def call(self, signature: str, *arguments: int, to: bytes | None = None) -> bytes:
        """A view, with integers as arguments."""
        kinds = signature[signature.index("(") + 1 : -1].split(",")
        data = keccak(text=signature)[:4] + encode_words(kinds, arguments)
        target = to or self.house
        done = self.machine.execute_bytecode(
            origin=b"\0" * 20,
            gas_price=0,
            gas=30_000_000,
            to=target,
            sender=b"\0" * 20,
            value=0,
            data=data,
            code=self.machine.state.get_code(target),
            code_address=target,
        )
        if done.is_error:
            raise TransactionFailed(f"{signature}: {done.output!r}")
        return bytes(done.output)

    def margin(self, account: int, valuation: int) -> tuple[int, int, int]:
        """Equity, requirement, flags, as the house answers."""
        return _margin(self.call("margin(uint256,uint256)", account, valuation))

    def margin_after(
        self, account: int, instrument: int, delta: int, valuation: int
    ) -> tuple[int, int, int]:
        """The same after a fill at mark."""
        signature = "margin_after(uint256,uint256,int256,uint256)"
        return _margin(self.call(signature, account, instrument, delta, valuation))

    def tokens(self, holder: bytes, token: Any = None) -> int:
        """A balance in token units."""
        target = to_canonical_address((token or self.market.token).address)
        data = keccak(text="balanceOf(address)")[:4] + holder.rjust(32, b"\0")
        return int.from_bytes(self.backend.execute(to=target, data=data).output, "big")

    def account(self, account: int, instruments: range) -> AccountReads:
        """One account."""
        word = self.word("accounts", account)
        lanes = [self.word("balances", account, place=place) for place in range(ASSETS // 2)]
        units = [half for lane in lanes for half in (lane % 2**128, lane >> 128)]
        entries = {key: self.word("entry_notional", account, key) for key in instruments}
        return AccountReads(
            word=word,
            positions=tuple(
                self.word("positions", account, place=place) for place in range(word >> 104 & 255)
            ),
            balances={asset: held for asset, held in enumerate(units, 1) if held},
            entry_notional={key: held for key, held in entries.items() if held},
            debt_layers=tuple(self.word("debts", account, place=layer) for layer in range(5)),
        )

    def reads(self, accounts: range, instruments: range) -> HouseReads:
        """All that reconciliation compares."""
        epoch = self.fund_word("epoch_of")
        opened = [key for key in accounts if self.word("accounts", key)]
        count = self.word("asset_count")
        return HouseReads(
            accounts={key: self.account(key, instruments) for key in opened},
            instruments={key: self.word("instruments", key) for key in instruments},
            markets={key: self.word("markets", key) for key in instruments},
            collaterals={key: self.word("collaterals", key) for key in range(1, count + 1)},
            dust=self.word("dust"),
            uncovered=self.word("uncovered"),
            pool=self.fund_word("pool_at", epoch),
            dedicated=self.fund_word("dedicated_of"),
            token_balance=self.tokens(self.house) * TOKEN_SCALE,
        )


def slot_of(base: int, keys: tuple[int, ...]) -> int:
    """Where Vyper keeps an entry of a mapping."""
    for key in keys:
        base = int.from_bytes(keccak(base.to_bytes(32, "big") + key.to_bytes(32, "big")), "big")
    return base


def _margin(answer: bytes) -> tuple[int, int, int]:
    equity, requirement, flags = decode_words(("int256", "uint256", "uint256"), answer)
    return equity, requirement, flags


@dataclass
class Stage:
    """A venue and everything that the machine needs of it, as it was before the first step."""

    backend: Backend
    market: Market
    ledger: Ledger
    roots: dict[str, bytes]
    reader: Reader

    def send(self, call: Any, sender: str) -> str:
        """Sends; the reason if it was refused, else nothing."""
        try:
            call.transact({"from": sender})
        except TransactionFailed as failure:
            return str(failure.args[0]).removeprefix("execution reverted: ")
        return ""

    def next_time(self) -> int:
        """The time of the next block."""
        return int(self.backend.head.timestamp) + 1

    def pass_time(self, seconds: int) -> None:
        """An empty block, so many seconds later; the sanctions list stays fresh meanwhile."""
        time = int(self.backend.head.timestamp) + seconds
        if self.market.gatekeeper.ages_until(time):
            self.backend.set_time(max(time - 60, int(self.backend.head.timestamp) + 1))
            self.market.gatekeeper.confirm()
        self.backend.set_time(max(time, int(self.backend.head.timestamp) + 1))
        self.backend.mine_blocks()

    def new_logs(self) -> Iterator[tuple[str, ChainLog]]:
        """The logs of the last transaction, of the house and the fund."""
        mined = self.backend.last_mined
        assert mined is not None
        for place, log in enumerate(mined.receipt.logs):
            address = to_checksum_address(log.address)
            if address in (self.market.house.address, self.market.fund.address):
                topics = tuple(topic.to_bytes(32, "big") for topic in log.topics)
                yield (
                    address,
                    ChainLog(mined.header.block_number, topics, bytes(log.data), place),
                )

    def event(self, address: str, log: ChainLog) -> Event:
        """A log as an event."""
        return decode(
            log.topics,
            log.data,
            address=address,
            block_number=log.block_number,
            log_index=log.log_index,
            timestamp=int(self.backend.head.timestamp),
        )


def give_tokens(market: Market, names: tuple[str, ...]) -> None:
    """Every actor gets plenty of each token and lets house and fund pull them."""
    tokens = [market.token, market.bond, market.euro]
    for name in names:
        for token in tokens:
            minting = token.functions.mint(market.actors(name), PLENTY * TOKEN)
            market.do(minting, market.actors("minter"))
            for spender in (market.house.address, market.fund.address):
                market.do(token.functions.approve(spender, 2**255), market.actors(name))
