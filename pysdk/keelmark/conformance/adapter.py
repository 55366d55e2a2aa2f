"""The one class that a venue's author fills in.

It says how somebody acts at this venue and what the venue answers; it never says how the venue is
written. What a contract refuses raises `keelmark.errors.Reverted` (or what web3 raises); what is
refused before it reaches the chain raises `Refused`; it must raise, for a refusal that is swallowed
looks like an act that was allowed. A verb that the venue does not have raises `NotOffered` with the
reason.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from keelmark.chain.client import Chain, LocalNode
from keelmark.chain.signer import Signer
from keelmark.conformance.vocabulary import (
    CASH,
    Account,
    Asset,
    Instrument,
    NeedsLocalNode,
    NotOffered,
    Party,
    Reported,
    Restriction,
)
from keelmark.errors import InputError

__all__ = ["Adapter", "is_local"]

RICH_WEI = 10**21
"""What a wallet gets for gas."""


class Adapter(ABC):
    """A venue, as its parties, its authority and its readers meet it."""

    def __init__(self, chain: Chain, address: str) -> None:
        """Connects to a venue that is there.

        Args:
            chain: where it is; `chain.signing(signer)` sends.
            address: the venue's, checksummed.

        Raises:
            InputError: it is no such venue.
        """
        self.chain = chain
        self.address = address

    @classmethod
    def deploy(cls, chain: Chain) -> str:
        """Brings a venue of this kind up on a chain of one's own; answers its address.

        Called where no ``--venue`` is given. The checks then run in this process.

        Raises:
            NotOffered: this adapter deploys nothing.
        """
        raise NotOffered(f"{cls.__name__} deploys no venue on {chain.name}; give --venue and --rpc")

    # What there is

    @abstractmethod
    def instruments(self) -> Sequence[Instrument]:
        """What can be traded, the principal instrument first; linear instruments only."""

    def assets(self) -> Sequence[Asset]:
        """Collateral beside the settlement token, with one that is on no eligible list if the
        venue takes such a token at all."""
        raise NotOffered("the venue takes the settlement token only")

    # Parties and money

    @abstractmethod
    def admit(self, party: Party) -> None:
        """Makes a wallet a client of the venue that may trade: attested with its category and
        country, its risk warning accepted where there is one, its account open."""

    @abstractmethod
    def give(self, party: Party, amount: int, asset: int | str = CASH) -> None:
        """Puts tokens into a party's own wallet, from nowhere; wad."""

    @abstractmethod
    def holdings(self, party: Party, asset: int | str = CASH) -> int:
        """Tokens in a party's own wallet, wad; asked of the token, not of the venue."""

    @abstractmethod
    def deposit(self, party: Party, amount: int, asset: int | str = CASH) -> None:
        """The party pays from its wallet into its account, approval included; wad."""

    @abstractmethod
    def withdraw(
        self, party: Party, amount: int, asset: int | str = CASH, *, sender: Party | None = None
    ) -> None:
        """Takes from a party's account, wad.

        Args:
            party: whose account.
            amount: wad.
            asset: what.
            sender: who sends the transaction; the party itself if None.
        """

    @abstractmethod
    def account(self, party: Party) -> Account:
        """What the venue says about a party's account now."""

    # Trading

    @abstractmethod
    def trade(
        self, buyer: Party, seller: Party, size: int, price: int, instrument: Instrument
    ) -> None:
        """Two parties trade, both willing; size above zero and price in wad."""

    @abstractmethod
    def position(self, party: Party, instrument: Instrument) -> int:
        """Signed size of a party's position, wad."""

    @abstractmethod
    def liquidate(self, party: Party, taker: Party, size: int, instrument: Instrument) -> None:
        """A party takes over, or has closed, so much of another's position; unsigned wad."""

    def settle_loss(self, party: Party) -> None:  # noqa: B027, a venue may have nothing to do
        """Whatever the venue needs done, after a party's last position is gone, for a loss to go
        where it belongs. Nothing, by default."""

    # Prices and time

    @abstractmethod
    def set_price(self, price: int, instrument: Instrument) -> None:
        """Makes the venue see a fresh price of an instrument's underlier at which everything that
        is allowed at that price is allowed; wad."""

    def offer_price(self, price: int, instrument: Instrument) -> None:
        """Offers a price by the same way, once, as a broken source would; may be zero or less.

        Raises:
            NotOffered: the source is out of reach.
            Reverted: the venue refuses it.
        """
        raise NotOffered(
            f"the adapter cannot make the source of {instrument.underlier} answer {price}"
        )

    @abstractmethod
    def price_validity(self, instrument: Instrument) -> int:
        """Seconds after which a price that is not renewed is stale."""

    def advance(self, seconds: int) -> None:
        """Lets time pass. Prices are not renewed; whatever else a venue needs renewed is (a
        sanctions list, collateral's prices), so that only prices of instruments go stale.

        Raises:
            NeedsLocalNode: the chain's time is not ours.
        """
        self._local().set_time(self.chain.block().time + seconds)

    def fund(self, party: Party) -> None:
        """Gives a wallet what its transactions cost.

        Raises:
            NeedsLocalNode: the chain's money is not ours.
        """
        self._local().fund(party.address, RICH_WEI)

    def _local(self) -> LocalNode:
        if not is_local(self.chain):
            raise NeedsLocalNode(
                f"{self.chain.name} is no node of one's own, and time and money are not ours; "
                "expected anvil, with --fork-url for a venue on a public network"
            )
        return self.chain.local

    # Authority

    def restrict(self, party: Party, restriction: Restriction) -> None:
        """Lays a restriction on a party through whatever authority the venue knows.

        Raises:
            NotOffered: the venue knows no such restriction.
        """
        raise NotOffered(f"the venue cannot make {party.name} {restriction.value}")

    # Reports and powers

    @abstractmethod
    def reported(self, first_block: int) -> Sequence[Reported]:
        """What the venue's events say from a block on, in the order of the chain."""

    def chained(self) -> Mapping[str, int]:
        """Contracts that fold every log into a root in storage slot 0 (`report_chain`): address
        to the block that created it.

        Raises:
            NotOffered: the venue keeps no report chain.
        """
        raise NotOffered("the venue keeps no report chain")

    def abi(self) -> Sequence[Mapping[str, Any]]:
        """The venue's whole interface, as its compiler prints it.

        Raises:
            NotOffered: it is not known.
        """
        raise NotOffered("the adapter does not give the venue's interface")

    def insiders(self) -> Mapping[str, Signer]:
        """Who holds a role at the venue, by its name, and ``deployer``.

        Raises:
            NotOffered: their keys are not at hand.
        """
        raise NotOffered("the adapter does not have the keys of the venue's insiders")


def is_local(chain: Chain) -> bool:
    """Whether a chain's time and money are ours, and going back is."""
    try:
        return chain.local is not None
    except InputError:
        return False
