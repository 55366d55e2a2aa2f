"""Events of the sanctions list."""

from __future__ import annotations

from typing import Final

from keelmark.events.model import EventSpec, Field, Source, Unit

_U, _A, _B = "uint256", "address", "bytes32"

_WALLET = Field("wallet", _A, Unit.ADDRESS)
_REFERENCE = Field("reference", _B, Unit.TEXT, None, "entry of the published list")
_SOURCE = Field("source", _B, Unit.HASH, None, "SHA-256 of the published file")
_AS_OF = Field("as_of", _U, Unit.SECONDS, None, "when the list was last said to equal its source")
_LISTED = Field("listed", _U, Unit.COUNT, None, "entries after")
_DIGEST = Field("digest", _B, Unit.HASH, None, "of all entries, in any order")

SANCTIONS_EVENTS: Final = (
    EventSpec(Source.SANCTIONS, "EntryListed", (_WALLET, _REFERENCE), "A wallet is barred."),
    EventSpec(
        Source.SANCTIONS, "EntryDelisted", (_WALLET, _REFERENCE), "A wallet is barred no more."
    ),
    EventSpec(
        Source.SANCTIONS,
        "ListUpdated",
        (
            _SOURCE,
            _AS_OF,
            Field("added", _U, Unit.COUNT, None, "by this batch"),
            Field("removed", _U, Unit.COUNT, None, "by this batch"),
            _LISTED,
            _DIGEST,
        ),
        "A batch of changes is over.",
    ),
    EventSpec(
        Source.SANCTIONS,
        "ListConfirmed",
        (_SOURCE, _AS_OF, _LISTED, _DIGEST),
        "The list was seen to equal its source.",
    ),
)
