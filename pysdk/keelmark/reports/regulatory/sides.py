"""Who reports a leg, against whom, and which way: shared by every kind of report.

The house is one side of every contract, since it novates. A legal person reports for itself,
against the house. A natural person has no LEI and cannot be the reporting counterparty (2.6): its
legs are reported by the house, with the person as counterparty 2, and the direction is the house's.
"""

from __future__ import annotations

from functools import lru_cache

from eth_utils.crypto import keccak

from keelmark.identifiers import is_uti, uti_text
from keelmark.reports.regulatory.fields import Row
from keelmark.reports.regulatory.registers import Registers

__all__ = ["house_reports", "party_cells", "portfolio_code", "position_uti", "word_text"]

BUYER, SELLER = "BYER", "SLLR"
_CODE_DIGITS = 32


def house_reports(registers: Registers, account: int) -> bool:
    """Whether the house is counterparty 1 of an account's reports."""
    return registers.counterparty(account).natural


def party_cells(registers: Registers, account: int, size: int = 0) -> Row:
    """Counterparties of an account's contracts, and the direction if a size is given.

    Args:
        registers: as they are at the moment of the report.
        account: whose contract with the house it is.
        size: wad, positive where the account buys or is long; 0 leaves the direction out.

    Raises:
        InputError: nobody knows the account.
    """
    party = registers.counterparty(account)
    first, second = (
        (registers.lei, party.identifier) if party.natural else (party.identifier, registers.lei)
    )
    found: Row = {
        "counterparty_1": first,
        "counterparty_2": second,
        "counterparty_2_is_lei": not party.natural,
    }
    if size:
        buys = (size > 0) != party.natural
        found["direction"] = BUYER if buys else SELLER
    return found


def portfolio_code(lei: str, account: int) -> str:
    """Code of an account's collateral portfolio (2.30): everything in an account is margined as
    one. The house's LEI makes it unique; 52 characters."""
    return f"{lei}{account:0{_CODE_DIGITS}d}"


@lru_cache(maxsize=64)
def _uti(word: bytes) -> str:
    # The leg and its match are asked for several times in a row.
    return uti_text(int.from_bytes(word, "big"))


def word_text(word: bytes) -> str:
    """A UTI word of an event as its 52 characters.

    Raises:
        InputError: it does not begin with an LEI.
    """
    return _uti(word)


def position_uti(leg: str) -> str:
    """UTI of the position that a leg opened.

    No contract makes one: a position is what legs net to. It follows from the leg's own UTI, so
    that whoever has the events derives the same.

    Args:
        leg: UTI of the leg that opened it: an LEI and 32 hexadecimal digits.
    """
    digest = bytes(keccak(text=f"keelmark position {leg}"))
    made = leg[:20] + digest[:16].hex().upper()
    assert is_uti(made)
    return made
