"""Who takes part in the replay: roles, never people.

Every wallet's key is derived from its role's name, so that a replay is the same each time. These
keys are public, and good for a chain of one's own only. LEIs are well-formed and plainly of a
test: none was issued by anyone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from eth_utils.crypto import keccak

from keelmark.chain.signer import Signer
from keelmark.identifiers import complete_lei, pack_lei
from keelmark.types import ClientCategory

__all__ = ["CAST", "FUNCTIONS", "LATE_READER", "Actor", "signer_of", "test_lei"]

RETAIL = ClientCategory.RETAIL
PROFESSIONAL = ClientCategory.PROFESSIONAL
ELIGIBLE = ClientCategory.ELIGIBLE_COUNTERPARTY


@dataclass(frozen=True, slots=True)
class Actor:
    """One party of the replay; amounts in whole settlement units."""

    name: str
    """Its role, and what its key is derived from."""
    category: ClientCategory
    country: str
    cash: int = 0
    bonds: int = 0
    """Tokenised government bonds at par."""
    share: int = 0
    """Paid into the default fund; above zero for clearing members."""
    carried_by: str = ""
    """The clearing member's name; empty for a member itself."""
    reserve: int = 0
    """What it has outside of the house to meet margin calls with."""
    scenarios: bool = False
    """Whether its account is margined by scenarios, as options must be."""

    @property
    def retail(self) -> bool:
        """Whether it is a natural person and retail client."""
        return self.category == RETAIL

    @property
    def warned(self) -> bool:
        """Whether it accepts a risk warning; nobody publishes one where it may open nothing."""
        return self.retail and self.country != "GB"


NORTH, SOUTH = "clearing member north", "clearing member south"

CAST = (
    Actor(NORTH, ELIGIBLE, "DE", cash=40_000, share=90_000),
    Actor(SOUTH, ELIGIBLE, "FR", cash=150_000, share=400_000),
    Actor("market maker one", ELIGIBLE, "IE", cash=3_000_000, carried_by=NORTH),
    Actor("market maker two", ELIGIBLE, "LU", cash=3_000_000, carried_by=SOUTH),
    Actor("market maker three", ELIGIBLE, "CH", cash=1_500_000, carried_by=SOUTH),
    Actor("liquidator", PROFESSIONAL, "NL", cash=2_500_000, carried_by=SOUTH),
    Actor("asset manager", PROFESSIONAL, "DE", cash=150_000, bonds=250_000, carried_by=SOUTH),
    Actor("leveraged fund", PROFESSIONAL, "FR", cash=1_600_000, carried_by=NORTH),
    Actor("trading firm", PROFESSIONAL, "GB", cash=255_000, carried_by=SOUTH),
    Actor("family office", PROFESSIONAL, "IT", cash=310_000, carried_by=NORTH, reserve=900_000),
    Actor("bond investor", PROFESSIONAL, "NL", cash=50_000, bonds=310_000, carried_by=SOUTH),
    Actor("short seller", PROFESSIONAL, "DE", cash=82_000, carried_by=NORTH),
    Actor("retail client de", RETAIL, "DE", cash=5_000, carried_by=NORTH),
    Actor("retail client fr", RETAIL, "FR", cash=6_000, carried_by=SOUTH),
    Actor("retail client es", RETAIL, "ES", cash=5_000, carried_by=SOUTH),
    Actor("retail client uk", RETAIL, "GB", cash=5_000, carried_by=SOUTH),
    Actor("options dealer", ELIGIBLE, "IE", cash=2_000_000, carried_by=SOUTH, scenarios=True),
    Actor("option writer", PROFESSIONAL, "BE", cash=48_000, carried_by=SOUTH, scenarios=True),
    Actor("hedged fund", PROFESSIONAL, "AT", cash=120_000, carried_by=NORTH, scenarios=True),
    Actor("retail client nl", RETAIL, "NL", cash=2_000, carried_by=SOUTH, scenarios=True),
)
"""Every party, in the order of onboarding: account ids follow it."""

HOUSE_DEDICATED = 60_000
"""The house's own resources in the loss order, whole settlement units."""

FUNCTIONS = (
    "deployer",
    "house operator",
    "registrar",
    "convenor",
    "authority",
    "authority fr",
    "sanctions officer",
    "lister",
    "price operator",
    "minter",
    "keeper",
    "trading venue",
)
"""Wallets that hold a role or pay for transactions, and are no party."""

AUTHORITY_LEI, AUTHORITY_COUNTRY = 900, "DE"
"""Number of the founding authority's test LEI, and its jurisdiction."""

FOREIGN_LEI, FOREIGN_COUNTRY = 901, "FR"
"""The same of the authority that is recognised after it."""

LATE_READER = "retail client fr"
"""Accepts its risk warning only after it was refused a trade for want of it."""

RISK_WARNING = (
    "CFDs are complex instruments and come with a high risk of losing money rapidly due to "
    "leverage. The vast majority of retail client accounts lose money when trading in CFDs. You "
    "should consider whether you understand how CFDs work and whether you can afford to take the "
    "high risk of losing your money."
)
"""What retail clients accept: the text of Decision (EU) 2018/796, Annex II, Section A, for a
provider that has no year of accounts yet."""

REPORTERS = ("reporter one", "reporter two", "reporter three")
STRESS_REPORTERS = ("synthetic reporter one", "synthetic reporter two", "synthetic reporter three")
"""Sign the price of the synthetic gap, and nothing else: their set is how the chain says so."""


@cache
def signer_of(name: str) -> Signer:
    """The wallet of a role."""
    return Signer.from_key(bytes(keccak(text=f"keelmark demonstration {name}")))


def test_lei(number: int) -> str:
    """A well-formed LEI that says that it is a test's."""
    return complete_lei(f"5299KEELMARKTST{number:03d}")


def lei_word(number: int) -> int:
    """The same as the contracts keep it."""
    return pack_lei(test_lei(number))
