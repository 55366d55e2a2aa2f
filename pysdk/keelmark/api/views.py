"""Trades, liquidations and margin calls: rows of the kit's events under names of the market."""

from __future__ import annotations

from typing import Any, Final

from keelmark.api.rows import Form, Row, iso_time
from keelmark.errors import InputError
from keelmark.identifiers import uti_text
from keelmark.margin.words import unpack_execution
from keelmark.reports.tables import MODES
from keelmark.store.model import Heads
from keelmark.types import Action

__all__ = ["UNITS", "Views"]

MONEY: Final = "1e-18 of the settlement unit"
SIZE: Final = "1e-18 of the underlier's unit"
PRICE: Final = "1e-18 of the settlement unit for one unit of the underlier"

UNITS: Final = {
    "trades": {
        "size": SIZE,
        "price": PRICE,
        "index": PRICE,
        "position_size": SIZE,
        "position_quote": MONEY,
        "cash": MONEY,
        "equity": MONEY,
        "initial_margin": MONEY,
    },
    "liquidations": {
        "size": SIZE,
        "mark": PRICE,
        "penalty": MONEY,
        "equity_before": MONEY,
        "margin_before": MONEY,
        "equity_after": MONEY,
        "margin_after": MONEY,
    },
    "margin_calls": {"equity": MONEY, "initial_margin": MONEY},
}
"""Fields that are amounts, and what each counts; every amount is a string of digits."""


_MODES: Final = {int(mode): words for mode, words in MODES.items()}
_ACTIONS: Final = {int(action): action.name.lower() for action in Action}


def _mode(number: int) -> str:
    """How a leg came about; the number where nobody knows it."""
    return _MODES.get(number, f"mode {number}")


def _uti(word: bytes) -> str:
    """A UTI as text; what is none as the chain has it."""
    try:
        return uti_text(int.from_bytes(word, "big"))
    except InputError:
        return "0x" + word.hex()


class Views:
    """How rows are shown under names of the market."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def trade(self, row: Row, heads: Heads) -> dict[str, Any]:
        """One leg of a match or of a take-over."""
        fields = self._form.fields(row)
        word = unpack_execution(int.from_bytes(row.values["execution"], "big"))
        return {
            **self._form.head(row, heads),
            "account": fields["account"],
            "instrument": fields["instrument"],
            "uti": _uti(row.values["uti"]),
            "match": fields["prior_uti"],
            "execution": _mode(word.mode),
            "action": _ACTIONS.get(word.action, f"action {word.action}"),
            "side": "buy" if row.number("size") > 0 else "sell",
            **{name: fields[name] for name in UNITS["trades"]},
        }

    def liquidation(self, row: Row, heads: Heads) -> dict[str, Any]:
        """A position that was taken over."""
        fields = self._form.fields(row)
        return {
            **self._form.head(row, heads),
            "account": fields["account"],
            "instrument": fields["instrument"],
            "taker": fields["taker"],
            "way": _mode(row.number("mode")),
            **{name: fields[name] for name in UNITS["liquidations"]},
        }

    def margin_call(self, row: Row, heads: Heads) -> dict[str, Any]:
        """A margin call that was issued, or that ended."""
        fields = self._form.fields(row)
        issued = row.table.event == "MarginCalled"
        return {
            **self._form.head(row, heads),
            "account": fields["account"],
            "member": fields["member"],
            "state": "issued" if issued else "ended",
            "deadline": iso_time(fields["deadline"]) if issued else None,
            **{name: fields[name] for name in UNITS["margin_calls"]},
        }
