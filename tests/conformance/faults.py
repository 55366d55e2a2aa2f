"""Deliberate faults of the example venue and of the clearing house, with the check meant for each.

To compile each broken venue alone would take minutes. So the faults are written into a few copies
of the sources, each behind a condition, and only one is ever at work: the contract's balance of
ether says which. ``FAULT(name)`` in an edit stands for that condition. An edit is a textual
replacement at a place that must be there exactly once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.conformance import edits, house_edits
from tests.conformance.edits import Edit

__all__ = ["EXAMPLE", "FAULTS", "HOUSE", "Fault", "conditioned", "number_of"]

_MARK = re.compile(r"FAULT\(([^)]+)\)")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a venue."""

    name: str
    check: str
    """Id of the check that is meant to catch it."""
    edits: tuple[Edit, ...]


EXAMPLE: tuple[tuple[Fault, ...], ...] = (
    (
        Fault("no retail cap", "retail.leverage-cap", (edits.RETAIL_FLOOR,)),
        Fault("retail cap too high", "retail.leverage-cap", (edits.RETAIL_RATE,)),
        Fault("cap for buyers only", "retail.leverage-cap-short", (edits.RETAIL_FLOOR,)),
        Fault("cap at opening only", "retail.leverage-cap-increase", (edits.CATEGORY,)),
        Fault("banned jurisdiction trades", "retail.jurisdiction-ban", edits.GATE),
        Fault("retail never closed out", "retail.close-out", (edits.LOSING,)),
        Fault("deficit charged to retail", "retail.negative-balance", (edits.DEFICIT,)),
        Fault("schedule rate too low", "margin.schedule-rate", edits.RATE),
        Fault("no directional floor", "margin.scan-range", edits.RATE),
        Fault("sellers post no margin", "margin.both-sides", (edits.HOLDS,)),
        Fault("increases unchecked", "margin.increase", (edits.OPENING,)),
        Fault("turns unchecked", "margin.flip", (edits.OPENING,)),
        Fault("one lot waved through", "margin.no-increase-when-short", (edits.OPENING,)),
        Fault("reducing blocked", "margin.reduce-allowed", (edits.REDUCTION,)),
        Fault("requirement rounded down", "margin.rounding", edits.RATE),
        Fault("value rounded up", "margin.rounding", (edits.GAIN,)),
        Fault("threshold set by an admin", "governance.thresholds-fixed", edits.RATE),
        Fault("operator takes money", "governance.money-safe", edits.SWEEP),
        Fault("role left with the deployer", "governance.deployer", (edits.HOLDER,)),
        Fault("unknown party trades", "parties.unknown", edits.GATE),
        Fault("frozen can act", "parties.frozen", edits.GATE),
        Fault("sanctioned can withdraw", "parties.sanctioned", edits.GATE),
        Fault("close-only opens", "parties.close-only", edits.GATE),
        Fault("attestation not in force", "parties.expired", edits.GATE),
        Fault("close-only cannot reduce", "parties.close-only-reduces", edits.SELLING),
        Fault("expired cannot reduce", "parties.expired-reduces", edits.SELLING),
        Fault("frozen is never liquidated", "parties.frozen-liquidated", edits.FROZEN),
    ),
    (
        Fault("no haircut", "collateral.haircut", (edits.HAIRCUT,)),
        Fault("haircut inverted", "collateral.ineligible", (edits.HAIRCUT,)),
        Fault("ineligible collateral counts", "collateral.ineligible", (edits.KIND,)),
        Fault("retail pays in bonds", "collateral.retail-cash", (edits.RETAIL_BONDS,)),
        Fault("money counts twice", "collateral.cash-exact", (edits.PAID_IN,)),
        Fault("margin can be taken out", "withdrawals.margin-stays", (edits.TAKEN_OUT,)),
        Fault("profit withdrawable", "withdrawals.profit-stays", (edits.PROFIT,)),
        Fault("anyone takes out", "withdrawals.owner", (edits.OWNER,)),
        Fault("a hundredth is kept", "withdrawals.exact", (edits.PUSH,)),
        Fault("stale price opens", "prices.stale-opening", (edits.OPENING,)),
        Fault("stale price blocks reducing", "prices.stale-reducing", (edits.BAND,)),
        Fault("stale price lets money out", "prices.stale-withdrawal", (edits.TAKEN_OUT,)),
        Fault("nothing is ever stale", "prices.stale-liquidation", (edits.STALE,)),
        Fault("zero price accepted", "prices.not-positive", edits.OWN_PRICE),
        Fault("healthy account liquidated", "liquidation.healthy", (edits.DUE,)),
        Fault("close-out too late", "liquidation.due", edits.LEVEL),
        Fault("liquidator takes too much", "liquidation.size", (edits.OVERSHOOT,)),
        Fault("penalty too high", "liquidation.penalty", (edits.PENALTY,)),
        Fault("liquidator needs no margin", "liquidation.taker-margin", (edits.TAKER,)),
        Fault("another client pays", "losses.others-margin", (edits.CHARGED,)),
        Fault("positions do not sum to zero", "losses.sizes-sum-to-zero", (edits.SELLER,)),
        Fault("liquidator pays too little", "losses.no-money-from-nothing", (edits.PAID,)),
        Fault("event missing", "reporting.trade-reported", (edits.MISSING,)),
        Fault("event doubled", "reporting.trade-once", (edits.SELLER,)),
        Fault("event without its sign", "reporting.trade-figures", (edits.FIGURES,)),
        Fault("event with another price", "reporting.trade-figures", (edits.FIGURES,)),
        Fault("payment misreported", "reporting.payments", (edits.PAYMENT,)),
        Fault("liquidation unreported", "reporting.liquidation", (edits.LIQUIDATED,)),
        Fault("log beside the chain", "reporting.chain", (edits.BESIDE,)),
    ),
)
"""Of the example venue, in two contracts, for one would be larger than a chain takes."""

HOUSE: tuple[Fault, ...] = (
    Fault("hedged positions need no margin", "margin.netting-floor", house_edits.NETTING),
    Fault("dust lowers margin", "margin.dust", house_edits.NETTING),
    Fault("retail positions net", "retail.no-netting", house_edits.RETAIL_GROSS),
)
"""Of the clearing house: what a venue with one instrument cannot do wrong."""

FAULTS: tuple[Fault, ...] = (*EXAMPLE[0], *EXAMPLE[1], *HOUSE)


def number_of(name: str) -> int:
    """The balance, in wei, at which a fault is at work."""
    return [fault.name for fault in FAULTS].index(name) + 1


def conditioned(text: str) -> str:
    """An edit's text with the condition of each fault in it."""
    return _MARK.sub(lambda found: f"(self.balance == {number_of(found[1])})", text)
