"""Jurisdictions of parties: the officially assigned codes of ISO 3166-1 alpha-2, and "EU".

"EU" is a code that the standard reserves; it stands for a party whose state within the Union is
kept off the chain. Codes that look right and are not assigned ("UK" for GB) are refused: a party
under one would be in no authority's jurisdiction.
"""

from __future__ import annotations

from typing import Final

__all__ = ["JURISDICTIONS", "is_jurisdiction"]

_SECOND_LETTERS: Final = {
    "A": "DEFGILMOQRSTUWXZ",
    "B": "ABDEFGHIJLMNOQRSTVWYZ",
    "C": "ACDFGHIKLMNORUVWXYZ",
    "D": "EJKMOZ",
    "E": "CEGHRSTU",
    "F": "IJKMOR",
    "G": "ABDEFGHILMNPQRSTUWY",
    "H": "KMNRTU",
    "I": "DELMNOQRST",
    "J": "EMOP",
    "K": "EGHIMNPRWYZ",
    "L": "ABCIKRSTUVY",
    "M": "ACDEFGHKLMNOPQRSTUVWXYZ",
    "N": "ACEFGILOPRUZ",
    "O": "M",
    "P": "AEFGHKLMNRSTWY",
    "Q": "A",
    "R": "EOSUW",
    "S": "ABCDEGHIJKLMNORSTVXYZ",
    "T": "CDFGHJKLMNORTVWZ",
    "U": "AGMSYZ",
    "V": "ACEGINU",
    "W": "FS",
    "Y": "ET",
    "Z": "AMW",
}

JURISDICTIONS: Final = frozenset(
    first + second for first, letters in _SECOND_LETTERS.items() for second in letters
)
"""All of them: 249 assigned codes, and EU."""


def is_jurisdiction(code: str) -> bool:
    """Whether a text is one of the codes that a registry takes."""
    return code in JURISDICTIONS
