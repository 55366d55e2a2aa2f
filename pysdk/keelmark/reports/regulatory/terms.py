"""What a report says of the contract itself, at a leg or at a position.

Notional (2.70) is price times quantity, the price being that at which the contract was entered; of
an option it is strike times quantity. Prices, strikes and premiums are in the settlement unit,
whose ISO 4217 code stands in every field of a currency. The token that stands for the unit has no
such code, and a crypto asset's ticker never goes there (ESMA74-362-2281, para 370): the token's
address has a column of its own, and a crypto underlier goes into 2.102 with its DTI, 2.106 being
true.
"""

from __future__ import annotations

from dataclasses import dataclass

from keelmark.reports.regulatory.fields import Row, date_text
from keelmark.reports.regulatory.registers import ASSET_CLASSES, CONTRACT_TYPES, Product, Registers
from keelmark.reports.regulatory.sides import portfolio_code
from keelmark.types import AssetClass, Kind
from keelmark.units import WAD

__all__ = ["Venue", "contract_cells", "option_notional", "standing_cells", "traded_notional"]

MONETARY = "1"
"""2.52 and 2.62: the price is an amount of money."""

NO_VENUE = "XXXX"
"""2.17: a contract that is not admitted to a trading venue."""


@dataclass(frozen=True, slots=True)
class Venue:
    """What every report of a house says of it."""

    lei: str
    token: str
    """Address of the settlement token, checksummed."""
    board: str
    """Address of the price board, checksummed."""
    platform: str = NO_VENUE
    """MIC (2.17)."""


def traded_notional(cost: int) -> int:
    """2.70 of a linear contract, wad, toward zero.

    Args:
        cost: price times quantity, scale 1e36.
    """
    return cost // WAD


def option_notional(strike: int, size: int) -> int:
    """2.70 of an option, wad, toward zero.

    Args:
        strike: wad.
        size: wad of the underlier, of either sign.
    """
    return strike * abs(size) // WAD


def contract_cells(product: Product, venue: Venue) -> Row:
    """What an instrument determines, whoever holds it."""
    found: Row = {
        "upi": product.upi,
        "cfi": product.cfi,
        "contract_type": CONTRACT_TYPES[Kind(product.kind)],
        "asset_class": ASSET_CLASSES[AssetClass(product.asset_class)],
        # CDE 2.106: true if any underlier is a crypto asset.
        "crypto": product.crypto,
        "price_source": f"{venue.board}/{product.underlier}",
        "delivery": "CASH",
        "settlement_currency": product.currency,
        "notional_currency": product.currency,
        "settlement_token": venue.token,
        "quantity_unit": "OTHR",
    }
    if product.dti:
        found |= {"underlier": product.dti, "underlier_source": "DTID"}
    if product.expiry:
        # EMIR 2.44: a perpetual's expiration date stays blank.
        found["expiration_date"] = found["settlement_date"] = date_text(product.expiry)
    if product.option:
        found |= {
            "option_type": "CALL" if product.call else "PUTO",
            "option_style": "EURO",
            "strike": product.strike,
            "strike_currency": product.currency,
            "strike_notation": MONETARY,
            "first_exercise_date": date_text(product.expiry),
        }
    return found


def standing_cells(registers: Registers, venue: Venue, account: int) -> Row:
    """What follows from the account and the house: clearing, portfolio, confirmation, venue."""
    found: Row = {
        "platform": venue.platform,
        # Execution on the chain is the confirmation, by electronic means.
        "confirmation": "ECNF",
        "collateral_portfolio": True,
        "collateral_portfolio_code": portfolio_code(venue.lei, account),
        # CDE 2.14: a house that is no authorised CCP clears nothing, whatever it calls itself.
        "cleared": "Y" if registers.cleared else "N",
    }
    if registers.cleared:
        found["ccp"] = venue.lei
        found["clearing_member"] = registers.counterparty(account).member
    return found
