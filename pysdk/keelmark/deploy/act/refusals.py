"""Why a node does not want a transaction, out of the words that each kind of node has for it.

There are no codes for it: go-ethereum, reth, erigon, Besu, Nethermind and anvil say the same in
words of their own, of which the ones below are parts.
"""

from __future__ import annotations

from enum import Enum

__all__ = ["Refusal", "refusal_in"]


class Refusal(Enum):
    """What a refusal means for whoever sent the transaction."""

    KNOWN = "the node has it already"
    USED = "its nonce is used"
    REPLACES = "another one with its nonce waits, and this one does not pay enough more"
    UNDERPRICED = "it pays too little now"
    FUNDS = "the sender cannot pay for it"
    LATER = "the node takes it later, if at all"
    OTHER = "something else"


_WORDS: tuple[tuple[Refusal, tuple[str, ...]], ...] = (
    (
        Refusal.KNOWN,
        ("already known", "alreadyknown", "known transaction", "already imported", "same hash"),
    ),
    (
        Refusal.USED,
        ("nonce too low", "nonce is too low", "oldnonce", "nonce has already"),
    ),
    (
        Refusal.REPLACES,
        ("replacement", "replace existing", "to replace"),
    ),
    (
        Refusal.FUNDS,
        ("insufficient funds", "insufficientfunds", "upfront cost", "insufficient balance"),
    ),
    (
        Refusal.UNDERPRICED,
        ("underpriced", "base fee", "fee too low", "feetoolow", "below configured", "below chain"),
    ),
    (
        Refusal.LATER,
        (
            "pool is full",
            "pool overflow",
            "limit exceeded",
            "nonce too high",
            "gapped",
            "in-flight",
        ),
    ),
)


def refusal_in(words: str) -> Refusal:
    """What a node's words mean."""
    said = words.lower()
    for refusal, parts in _WORDS:
        if any(part in said for part in parts):
            return refusal
    return Refusal.OTHER
