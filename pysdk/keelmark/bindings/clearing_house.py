"""Generated from the contracts: ClearingHouse. Do not edit."""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.bindings.clearing_house_acts import ClearingHouseActs, Take, TakeOver
from keelmark.bindings.clearing_house_reads import Margin, Statement
from keelmark.bindings.runtime import create
from keelmark.chain.operations import Operation, Receipt

__all__ = ["ClearingHouse", "Margin", "Statement", "Take", "TakeOver"]


@dataclass(frozen=True, slots=True)
class ClearingHouse(ClearingHouseActs):
    """Holds every account, novates every trade, keeps margin by the rulebook's constants and
    reports each act as an event on its report chain. Who may call what (the desks' functions are
    called here too): - the order matcher: `trade`; - the close-out contract: `take_over`,
    `set_call`, `sell_collateral`; - the operator (two-step role): `list_instrument`,
    `list_collateral`, `admit_member`; no power over prices or thresholds, and none to move
    money, but whoever lists collateral decides what backs positions: the role belongs with a
    time lock; - a clearing member's wallet: `open_account`, `commit_backstop`; - an account's
    own wallet: `deposit`, `withdraw`, `close_account`, `choose_engine`; - anyone:
    `refresh_arrays`, `refresh_account`, `roll_funding`, `settle_instrument`, `settle_position`,
    `sweep`, `allocate_loss`, `pay_debt`, `cover_loss`, `count_gain`, `scale_gain` and every
    view. The deployer ends with no power. Nothing here can be upgraded: a new rulebook is a new
    house, to which positions port.
    """

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
        back_office: str,
        instrument_desk: str,
        operator: str,
        gas: int | None = None,
    ) -> Operation[Receipt]:
        """Deploys the contract; the receipt names its address."""
        return create(
            "ClearingHouse",
            init_code,
            "(address rulebook,address parties,address instruments,address board,address matcher,"
            "address close_out,address fund,address token,uint256 token_feed,uint256 regime,"
            "uint256 lei,address back_office,address instrument_desk,address operator)",
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
                back_office,
                instrument_desk,
                operator,
            ),
            gas,
        )
