"""Events of Supervision: who the authorities are, and what each may do."""

from __future__ import annotations

from typing import Final

from keelmark.events.model import EventSpec, Field, Source, Unit

_U, _A, _B = "uint256", "address", "bytes32"

_AUTHORITY = Field("authority", _U, Unit.ID, None, "1 and up, never given twice")
_BASIS = Field("legal_basis", _B, Unit.TEXT, None, "names the law")
_HOLDER = Field("holder", _A, Unit.ADDRESS)
_MANDATE = Field(
    "mandate", _U, Unit.WORD, None, "id, jurisdiction, powers, from, until; a widening above"
)

SUPERVISION_EVENTS: Final = (
    EventSpec(
        Source.SUPERVISION,
        "MandateGranted",
        (
            _AUTHORITY,
            _BASIS,
            Field("wallet", _A, Unit.ADDRESS, None, "its key"),
            Field("identifier", _U, Unit.WORD, None, "its LEI in base 36"),
            _MANDATE,
        ),
        "An authority was recognised.",
    ),
    EventSpec(
        Source.SUPERVISION,
        "MandateNarrowed",
        (_AUTHORITY, _BASIS, _MANDATE),
        "An authority has fewer powers, or for a shorter time.",
    ),
    EventSpec(
        Source.SUPERVISION,
        "MandateWidened",
        (_AUTHORITY, _BASIS, _MANDATE),
        "An authority will have more powers, or for longer.",
    ),
    EventSpec(
        Source.SUPERVISION,
        "MandateOffered",
        (
            _AUTHORITY,
            _HOLDER,
            Field("successor", _A, Unit.ADDRESS, None, "zero withdraws the offer"),
        ),
        "An authority offered its mandate to another key of its own.",
    ),
    EventSpec(
        Source.SUPERVISION,
        "MandateMoved",
        (_AUTHORITY, _HOLDER, Field("predecessor", _A, Unit.ADDRESS), _MANDATE),
        "An authority acts by another key.",
    ),
)
