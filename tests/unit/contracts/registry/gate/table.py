"""Who may do what in which state, written by hand: the law's purpose, not the contract's code.

What adds risk needs every condition. What ends or secures risk is open to all but those whose
property the law locks: the frozen and the sanctioned. A tombstone is the wallet of a lost key.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ACTIONS", "REASONS", "TABLE", "State", "rendered"]

ACTIONS = ("open", "increase", "reduce", "close", "withdraw", "deposit", "take over")
"""The columns; their codes are 1 to 5, 7 and 6."""

CODES = {"open": 1, "increase": 2, "reduce": 3, "close": 4, "withdraw": 5, "take over": 6}
CODES["deposit"] = 7

REASONS = {
    0: "yes",
    1: "unknown party",
    2: "attestation expired",
    3: "revoked",
    4: "frozen",
    5: "close-only",
    6: "banned for retail",
    7: "no retail rule confirmed",
    8: "screening stale",
    9: "not the owner",
    10: "issuer not recognised",
    11: "sanctioned",
    12: "list stale",
    13: "halted",
    14: "warning not accepted",
    15: "instrument barred",
}


class State(NamedTuple):
    """One row: a state in words, and the reason for each action in the order of `ACTIONS`."""

    key: str
    words: str
    answers: tuple[int, int, int, int, int, int, int]


def _all(reason: int) -> tuple[int, int, int, int, int, int, int]:
    """Nothing at all."""
    return (reason,) * 7


def _risk(reason: int) -> tuple[int, int, int, int, int, int, int]:
    """No risk is added, not even another's that must go somewhere."""
    return (reason, reason, 0, 0, 0, 0, reason)


def _will(reason: int) -> tuple[int, int, int, int, int, int, int]:
    """No risk is added by own will; take-overs go on."""
    return (reason, reason, 0, 0, 0, 0, 0)


TABLE = (
    State("fresh", "attested, professional", _all(0)),
    State("unknown", "wallet of nobody", _all(1)),
    State("another", "for another's account", _all(9)),
    State("expired", "attestation expired", _risk(2)),
    State("revoked", "attestation revoked", _risk(3)),
    State("unrecognised", "issuer no longer recognised", _risk(10)),
    State("close_only", "close-only", _risk(5)),
    State("frozen", "frozen", _all(4)),
    State("sanctioned", "flagged as sanctioned", _all(11)),
    State("both", "frozen and sanctioned", _all(4)),
    State("listed", "on the sanctions list, not flagged yet", (0, 0, 0, 0, 11, 0, 0)),
    State("oracle", "named by an oracle, not flagged yet", (0, 0, 0, 0, 11, 0, 0)),
    State("silent", "clear, but an oracle does not answer", _all(0)),
    State("screening", "screening older than a year", _risk(8)),
    State("stale", "sanctions list older than three days", _will(12)),
    State("halted", "trading halted", _risk(13)),
    State("grace", "in the hour after a halt", (0, 0, 0, 0, 0, 0, 13)),
    State("after", "an hour after a halt", _all(0)),
    State("retail_none", "retail in the EU, no warning accepted", _will(14)),
    State("retail_accepted", "retail in the EU, warning accepted", _all(0)),
    State("retail_notice", "retail in the EU, a new edition takes effect later", _all(0)),
    State("retail_outdated", "retail in the EU, an earlier edition accepted", _will(14)),
    State("retail_gb", "retail in GB, a crypto derivative", _risk(6)),
    State("retail_us", "retail in US", _risk(7)),
    State("lapsed_eu", "professional status lapsed, EU", _will(14)),
    State("lapsed_us", "professional status lapsed, US", _risk(7)),
    State("barred_own", "instrument barred in the party's state", _will(15)),
    State("barred_eu", "instrument barred in the EU, party of a member state", _will(15)),
    State("barred_else", "instrument barred elsewhere", _all(0)),
    State("tombstone", "a lost key, for the account that it had", _all(9)),
    State("tombstone_bare", "a lost key, for no account", _all(4)),
)
"""A retail client, also one by a lapsed status, may take over by the gate; the house refuses it."""


def rendered() -> str:
    """The table in Markdown."""
    lines = [
        "| state | " + " | ".join(ACTIONS) + " |",
        "|---" * (len(ACTIONS) + 1) + "|",
    ]
    for row in TABLE:
        cells = [REASONS[answer] for answer in row.answers]
        lines.append(f"| {row.words} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
