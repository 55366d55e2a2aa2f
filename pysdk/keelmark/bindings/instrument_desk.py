"""Generated from the contracts: InstrumentDesk. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.runtime import create, read
from keelmark.chain.operations import BlockId, Operation, Receipt

__all__ = ["InstrumentDesk"]


@dataclass(frozen=True, slots=True)
class InstrumentDesk:
    """Code without a state of its own, reached by delegation like the back office: instruments
    begin and end, options' risk arrays are computed, and accounts of the scenario engine are
    assessed. Who may call what is said at the head of `ClearingHouse`.
    """

    address: str
    """Where it is, checksummed."""

    @staticmethod
    def create(
        init_code: bytes,
        *,
        rulebook: str,
        parties: str,
        instruments: str,
        board: str,
        matcher: str,
        close_out: str,
        fund: str,
        token: str,
        token_feed: int,
        regime: int,
        lei: int,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "InstrumentDesk",
            init_code,
            "(address rulebook,address parties,address instruments,address board,address matcher,"
            "address close_out,address fund,address token,uint256 token_feed,uint256 regime,"
            "uint256 lei)",
            (
                rulebook,
                parties,
                instruments,
                board,
                matcher,
                close_out,
                fund,
                token,
                token_feed,
                regime,
                lei,
            ),
            gas,
        )

    def wiring_hash(self, *, block: BlockId = "latest") -> Operation[bytes]:
        """What the house compares with its own arguments when it is built."""
        return read(self, "wiring_hash()", (), "bytes32", lambda out: out[0], block)
