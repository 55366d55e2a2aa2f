"""What a disclosure says in words: how each figure is made, and what it must not be taken for."""

from __future__ import annotations

from collections.abc import Mapping

from keelmark.reports.disclosure.model import Basis

__all__ = ["MEANINGS", "TITLE", "notes"]

TITLE = "Public disclosure"

MEANINGS: Mapping[str, str] = {
    "open_interest": (
        "After the last block of each UTC day: half of the sum of absolute positions. Notional is "
        "open interest times mark, of an option times strike. Margin alone is what each position "
        "would need by itself, added up; accounts need less where positions offset."
    ),
    "volume": (
        "Matches, each counted once and not by both legs. Notional is size times trade price, of "
        "an option size times strike; its premium is size times trade price. Take-overs of "
        "positions in default are not volume: they are under liquidations."
    ),
    "liquidations": (
        "Positions taken over from accounts in default, by who took them: a liquidator, the "
        "members that had promised to (backstop), or opposite positions (compulsory close)."
    ),
    "margin": (
        "After the last block of each UTC day, at close-out valuation: initial margin required of "
        "all accounts, and the equity that they hold for it."
    ),
    "margin_calls": "Margin calls issued and ended, and what was lacking when they were issued.",
    "concentration": (
        "Shares of the one, five and ten largest, in basis points, and the Herfindahl-Hirschman "
        "index: the sum of squared shares, 10,000 where one holds everything. Accounts that one "
        "party controls count apart; a member holds what the accounts that it carries hold."
    ),
    "default_resources": (
        "What stands behind a default at the end of each day, in the order in which losses go "
        "through it: the carrying member's share, the house's own resources, the other members' "
        "shares. Debts are owed by accounts whose losses these layers bore."
    ),
    "member_shares": "What each member's share of the fund is worth, rounded down.",
    "losses": "Deficits allocated, by the layer that bore them, and what became of them.",
}
"""Table's name to how its figures are made."""


def notes(basis: Basis) -> tuple[str, ...]:
    """What a reader must know first."""
    found = [
        "Amounts are whole numbers: money in 1e-18 of the settlement unit, sizes in 1e-18 of the "
        "underlier's unit. They are added exactly and each is rounded down once. The page shows "
        "fewer digits than the files.",
        "A day is a UTC day. A close is the state after the last block of the day that is known "
        "from a reported event or a remembered header.",
        "Positions are public on the chain; accounts are pseudonyms, and one party may have "
        "several.",
    ]
    if basis.finality != "finalized":
        found.insert(
            0,
            f"The last block is {basis.finality}, not finalized: figures of the last day can "
            "still change.",
        )
    if not basis.verified:
        found.insert(0, "No verification of these rows against the chain was named.")
    return tuple(found)
