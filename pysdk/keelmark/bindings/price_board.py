"""Generated from the contracts: PriceBoard. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.price_board_acts import PriceBoardActs
from keelmark.bindings.runtime import create
from keelmark.chain.operations import Operation, Receipt

__all__ = ["PriceBoard"]


@dataclass(frozen=True, slots=True)
class PriceBoard(PriceBoardActs):
    """One price a feed, read from its sources before it is needed, so that no source is ever
    called inside a trade or a liquidation. Anyone may read, `poke`, `push` a report that carries
    enough signatures, and `observe` for a settlement. The operator adds feeds and changes their
    sources and limits, within constants, loosens only after notice (feed book module), and lists
    surfaces of forwards and volatilities, whose points are feeds as well (surface book module).
    The role is handed over in two steps; the deployer holds none, and nobody can write a price.
    """

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
