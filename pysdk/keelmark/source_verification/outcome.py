"""What came of asking a service to verify a contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from keelmark.chain.standard_json import StandardInput
from keelmark.errors import KeelmarkError

__all__ = ["Outcome", "Verdict", "VerifierFailed", "in_short", "published"]

LONGEST_WORDS = 200
"""Characters of a service's own words that are shown."""


class Verdict(StrEnum):
    """How it ended for one contract."""

    VERIFIED = "verified"
    """The service compiled what it was sent, and the chain has that code."""
    ALREADY = "already verified"
    """The service had a source for it before."""
    PENDING = "pending"
    """It was taken on, and is not decided yet."""
    REFUSED = "refused"
    """The service compiled it to other code, could not compile it, or does not take it."""

    @property
    def good(self) -> bool:
        """Whether the source can be read there now."""
        return self in (Verdict.VERIFIED, Verdict.ALREADY)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one contract's verification."""

    verdict: Verdict
    words: str = ""
    """One line: how well it matched, or why it did not, in part in the service's own words."""
    reference: str = ""
    """The service's name for the request, by which it can be asked again; empty if none."""


class VerifierFailed(KeelmarkError, RuntimeError):
    """A service that cannot be used at all: not reached, refuses the key, has not this chain.

    Its text is one sentence, and never has the key in it.
    """


def in_short(text: object, *secrets: str) -> str:
    """A stranger's words on one line, in part, without a secret that they repeat."""
    line = " ".join("".join(char if char.isprintable() else " " for char in str(text)).split())
    for secret in secrets:
        if secret:
            line = line.replace(secret, "(key)")
    return line if len(line) <= LONGEST_WORDS else line[: LONGEST_WORDS - 1] + "…"


def published(found: Mapping[str, object], given: StandardInput) -> str:
    """What a service shows for a contract, beside what it would have been sent.

    Args:
        found: the service's sources, texts by path; empty if it does not tell.
        given: ours.
    """
    ours = {path: entry["content"] for path, entry in given.body["sources"].items()}
    if not found:
        return ""
    if dict(found) == ours:
        return "with these sources"
    differ = sum(found.get(path) != ours.get(path) for path in {*ours, *found})
    return f"with other text than ours in {differ} files; the code is the service's word"
