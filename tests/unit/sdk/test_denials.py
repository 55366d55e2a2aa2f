"""Denials: every refused act of a house is found, with who, what and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from keelmark.chain import Chain, Signer, connect
from keelmark.chain.operations import (
    Call,
    GetBlock,
    GetBody,
    GetLogs,
    GetReceipts,
    RawLog,
    Request,
)
from keelmark.errors import (
    DecodingFailed,
    InputError,
    NoSuchBlock,
    Reorganised,
    RpcRefused,
    RpcUnreachable,
)
from keelmark.ledger import denials
from keelmark.ledger.denials import Denial, Origin, read_denials
from keelmark.types import Action, GateReason
from tests.integration.test_anvil_equality import IDS, UNIT, WAD, Stage
from tests.support.denied import Acts, opened

ACT_DENIED = keccak(text="ActDenied(uint256,address,uint256,uint256,uint256,int256,bytes32)")


@dataclass(frozen=True)
class Told:
    """A market, what was refused in it, and where."""

    acts: Acts
    blocks: dict[str, int]

    @property
    def stage(self) -> Stage:
        """The market."""
        return self.acts.stage

    def read(self, first: int | None = None, last: int | None = None) -> tuple[Denial, ...]:
        """The denials of a range."""
        return self.stage.chain.run(read_denials(self.stage.kit, first, last)).rows

    def row(self, name: str) -> Denial:
        """The one denial in an act's block."""
        (found,) = self.read(self.blocks[name], self.blocks[name])
        return found

    def odd(self, odd: Callable[[Request, Any], Any], first: int, last: int) -> tuple[Denial, ...]:
        """The denials as a node tells them that answers some requests in its own way."""
        chain = Chain(_OddNode(self.stage.chain, odd))
        return chain.run(read_denials(self.stage.kit, first, last)).rows


class _OddNode:
    """The embedded chain, but for the requests that the test answers."""

    name = "odd"

    def __init__(self, chain: Chain, odd: Callable[[Request, Any], Any]) -> None:
        self._node = chain._node
        self._odd = odd

    def answer(self, request: Request, signer: Signer | None = None) -> Any:
        """The chain's answer, as the odd node gives it."""
        return self._odd(request, lambda: self._node.answer(request, signer))


@pytest.fixture(scope="module")
def told() -> Told:
    """Twelve refusals, one of them by a contract that is none of the kit."""
    acts = opened(Stage(connect()))
    blocks = acts.all()
    return Told(acts, blocks)


def test_default_behavior(told: Told) -> None:
    """All that was refused, in order; the token's refusal and the acts that passed are not in."""
    rows = told.read()
    expected = [block for name, block in told.blocks.items() if name != "token"]
    assert [row.block for row in rows] == expected
    assert all(row.time == told.stage.chain.block(row.block).time for row in rows)
    assert all(row.position == 0 for row in rows)
    assert len({row.transaction for row in rows}) == len(rows)


def test_a_trade_of_a_frozen_party(told: Told) -> None:
    row = told.row("trade")
    assert (row.origin, row.contract, row.function) == (Origin.REPLAYED, "OrderMatcher", "match")
    assert row.accounts == (IDS["speculator"], IDS["maker"])
    assert row.wallets == (told.acts.address["speculator"], told.acts.address["maker"])
    assert row.instruments == (1,)
    assert (row.gate, row.denied) == (GateReason.FROZEN, (IDS["speculator"],))
    assert row.reason == "house: gate 4, frozen"
    assert row.sender == told.acts.address["venue"]
    assert row.judged_at == told.blocks["trade"] - 1
    assert row.arguments["sell.size"] == -WAD // 10


def test_a_withdrawal_of_a_frozen_party(told: Told) -> None:
    row = told.row("withdrawal")
    assert (row.contract, row.function) == ("ClearingHouse", "withdraw")
    assert dict(row.arguments) == {"account": 3, "asset": 0, "amount": UNIT}
    assert (row.accounts, row.denied) == ((3,), (3,))
    assert row.wallets == (row.sender,) == (told.acts.address["speculator"],)
    assert (row.gate, row.action) == (GateReason.FROZEN, Action.WITHDRAW)
    assert row.rule is None


def test_what_the_house_reports(told: Told) -> None:
    """Acts by the functions that report a refusal instead of failing."""
    trade, withdrawal = told.row("tried trade"), told.row("tried withdrawal")
    for row in (trade, withdrawal):
        assert (row.origin, row.gate) == (Origin.REPORTED, GateReason.FROZEN)
        assert row.reason == "house: gate 4, frozen"
        assert row.accounts == row.denied == (IDS["speculator"],)
        assert row.wallets == (told.acts.address["speculator"],)
        assert row.judged_at is None
    assert (trade.contract, trade.function) == ("OrderMatcher", "try_match")
    assert (trade.action, trade.instruments) == (Action.INCREASE, (1,))
    assert any(trade.reference)
    assert (withdrawal.contract, withdrawal.function) == ("ClearingHouse", "try_withdraw")
    assert (withdrawal.action, withdrawal.instruments) == (Action.WITHDRAW, ())
    assert not any(withdrawal.reference)


def test_a_refusal_that_is_not_the_gates(told: Told) -> None:
    row = told.row("margin")
    assert (row.gate, row.action, row.denied) == (None, None, ())
    assert row.reason == "house: below initial margin"
    assert row.rule == "IM_CRYPTO_BPS"
    assert row.accounts == (IDS["maker"],)
    assert told.row("fund").reason == "fund: no member"


def test_gas(told: Told) -> None:
    """The call passes with plenty of gas, and fails again with the transaction's own."""
    row = told.row("gas")
    assert row.origin is Origin.OUT_OF_GAS
    assert "OutOfGas" in row.reason
    assert (row.function, row.judged_at) == ("withdraw", told.blocks["gas"] - 1)
    row = told.row("spent")
    assert (row.origin, row.function, row.judged_at) == (Origin.OUT_OF_GAS, "cancel", None)


def test_a_refusal_by_the_blocks_own_time(told: Told) -> None:
    """On the state before, and at its time, the order was still good."""
    row = told.row("expired")
    assert row.reason == "matcher: order expired"
    assert row.judged_at == told.blocks["expired"]


def test_calls_that_are_none(told: Told) -> None:
    row = told.row("nonsense")
    assert (row.function, dict(row.arguments)) == ("0x01020304", {})
    assert (row.accounts, row.wallets) == ((), (told.acts.address["keeper"],))
    row = told.row("torn")
    assert (row.function, dict(row.arguments)) == ("cancel", {})


def test_a_range_without_any(told: Told) -> None:
    assert told.read(told.blocks["token"], told.blocks["token"]) == ()
    assert told.read(0, told.stage.kit.first_block) == ()


def test_progress(told: Told) -> None:
    seen: list[tuple[int, int, int]] = []
    first = told.blocks["trade"]
    reading = read_denials(
        told.stage.kit, first, first + 1, progress=lambda *numbers: seen.append(numbers)
    )
    told.stage.chain.run(reading)
    assert seen == [(1, 2, 1), (2, 2, 2)]


def test_ranges_that_are_none(told: Told) -> None:
    with pytest.raises(InputError, match="first_block: 9 is after the last block 8"):
        told.read(9, 8)
    with pytest.raises(NoSuchBlock):
        told.read(0, 10_000)


def reported(told: Told, reason: int, action: int) -> RawLog:
    """A log of the house, in the block in which the speculator was frozen."""
    block = told.blocks["trade"] - 1
    body = told.stage.chain.run(_one(GetBody(block)))
    return RawLog(
        address=told.stage.kit.house.address,
        topics=(
            ACT_DENIED,
            (3).to_bytes(32, "big"),
            bytes(12) + bytes.fromhex(told.acts.address["speculator"][2:]),
        ),
        data=encode(
            ["uint256", "uint256", "uint256", "int256", "bytes32"],
            [action, reason, 1, -7, b"\3" * 32],
        ),
        block_number=block,
        block_hash=body.header.hash,
        transaction_hash=body.transactions[0].hash,
        transaction_index=0,
        log_index=0,
    )


def _one(request: Request) -> Any:
    return (yield request)


@pytest.mark.parametrize(
    ("action", "reason", "gate", "instruments"),
    [
        (Action.OPEN, 4, GateReason.FROZEN, (1,)),
        (Action.WITHDRAW, 2, GateReason.ATTESTATION_EXPIRED, ()),
        (Action.DEPOSIT, 250, None, ()),
    ],
)
def test_reported_denials(
    told: Told,
    action: Action,
    reason: int,
    gate: GateReason | None,
    instruments: tuple[int, ...],
) -> None:
    """An event of the house is a row of its own, before the failed transactions that follow."""
    log = reported(told, reason=reason, action=action)

    def node(request: Request, answer: Any) -> Any:
        return (log,) if isinstance(request, GetLogs) else answer()

    row, failed = told.odd(node, log.block_number, told.blocks["trade"])
    assert row.origin is Origin.REPORTED
    assert (row.block, row.transaction) == (log.block_number, log.transaction_hash)
    assert (row.accounts, row.denied) == ((3,), (3,))
    assert row.wallets == (told.acts.address["speculator"],)
    assert (row.action, row.gate, row.instruments) == (action, gate, instruments)
    assert row.reason.startswith(f"house: gate {reason}")
    assert row.reference == b"\3" * 32
    assert row.judged_at is None
    assert row.sender == told.acts.address["venue"]
    assert failed.origin is Origin.REPLAYED


def test_who_of_a_match_is_told_where_the_matcher_says(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`try_match` answers the buyer's reason and, times 256, the seller's."""
    monkeypatch.setattr(denials, "selector", lambda contract, function: b"\xaa\xbb\xcc\xdd")

    def node(answered: int) -> Callable[[Request, Any], Any]:
        def answer(request: Request, usual: Any) -> Any:
            if isinstance(request, Call) and request.data[:4] == b"\xaa\xbb\xcc\xdd":
                return answered.to_bytes(32, "big")
            return usual()

        return answer

    block = told.blocks["trade"]
    for answered, denied in ((4, (3,)), (4 << 8, (2,)), (4 | 11 << 8, (3, 2)), (1 << 16, ())):
        (row,) = told.odd(node(answered), block, block)
        assert row.denied == denied


@pytest.mark.parametrize("refusal", [RpcRefused("missing trie node"), NoSuchBlock("pruned")])
def test_a_node_without_old_states(told: Told, refusal: Exception) -> None:
    """The failure is listed, with who and what; only the reason is not known."""

    def node(request: Request, answer: Any) -> Any:
        if isinstance(request, Call):
            raise refusal
        return answer()

    block = told.blocks["withdrawal"]
    (row,) = told.odd(node, block, block)
    assert (row.origin, row.reason, row.judged_at) == (Origin.UNEXPLAINED, "", None)
    assert (row.function, row.accounts) == ("withdraw", (3,))


def test_a_call_that_passes_when_made_again(told: Told) -> None:
    def node(request: Request, answer: Any) -> Any:
        return b"" if isinstance(request, Call) else answer()

    block = told.blocks["withdrawal"]
    (row,) = told.odd(node, block, block)
    assert row.origin is Origin.UNEXPLAINED


def test_a_node_that_goes_away(told: Told) -> None:
    def node(request: Request, answer: Any) -> Any:
        if isinstance(request, Call):
            raise RpcUnreachable("rpc: nobody")
        return answer()

    with pytest.raises(RpcUnreachable):
        told.odd(node, told.blocks["trade"], told.blocks["trade"])


def test_missing_receipts(told: Told) -> None:
    def node(request: Request, answer: Any) -> Any:
        return () if isinstance(request, GetReceipts) else answer()

    with pytest.raises(DecodingFailed, match="0 receipts, expected 1"):
        told.odd(node, told.blocks["trade"], told.blocks["trade"])


def test_blocks_replaced_while_they_are_read(told: Told) -> None:
    """Read again, and given up after three times."""
    first = told.blocks["trade"]
    for times in (2, 3):
        left = [times]

        def node(request: Request, answer: Any, left: list[int] = left) -> Any:
            found = answer()
            if isinstance(request, GetBody) and request.block == first + 1 and left[0]:
                left[0] -= 1
                return replace(found, header=replace(found.header, parent_hash=b"\5" * 32))
            return found

        if times == 2:
            assert len(told.odd(node, first, first + 1)) == 2
        else:
            with pytest.raises(Reorganised, match=f"block {first + 1}: replaced"):
                told.odd(node, first, first + 1)


def test_a_reported_log_of_another_block(told: Told) -> None:
    """Its block was replaced after the logs were read, or has no such transaction."""
    log = reported(told, reason=4, action=5)
    other = b"\5" * 32

    def replaced(request: Request, answer: Any) -> Any:
        if isinstance(request, GetLogs):
            return (log,)
        found = answer()
        if isinstance(request, GetBody) and request.block == log.block_number:
            return replace(found, header=replace(found.header, hash=other))
        if isinstance(request, GetBody):
            return replace(found, header=replace(found.header, parent_hash=other))
        return found

    def short(request: Request, answer: Any) -> Any:
        if isinstance(request, GetLogs):
            return (replace(log, transaction_index=1),)
        return answer()

    for node in (replaced, short):
        with pytest.raises(Reorganised, match=f"block {log.block_number}: replaced"):
            told.odd(node, log.block_number, log.block_number + 1)


def test_a_last_block_that_is_another(told: Told) -> None:
    """The logs were read to one head, the blocks to another."""
    first = told.blocks["trade"]

    def node(request: Request, answer: Any) -> Any:
        found = answer()
        if isinstance(request, GetBlock) and request.block == first:
            return replace(found, hash=b"\6" * 32)
        return found

    with pytest.raises(Reorganised):
        told.odd(node, first, first)
