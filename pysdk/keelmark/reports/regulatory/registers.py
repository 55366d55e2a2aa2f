"""Who and what a report speaks of, as the registries' events leave it.

A party is its LEI; a natural person has none and is the carrying member's LEI followed by the
salted client code of its party word (CDE 2.7). A house clears only while the registry marks its
party, the one with the house's own LEI, as an authorised central counterparty (CDE 2.14).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

from keelmark.errors import InputError
from keelmark.events import Event
from keelmark.events.model import Source
from keelmark.identifiers import is_cfi, is_dti, is_lei, is_upi, pack_lei, unpack_code
from keelmark.margin.words import unpack_instrument, unpack_option, unpack_party
from keelmark.reports.regulatory.currencies import is_currency
from keelmark.types import AssetClass, Kind, Party, PartyFlag

__all__ = ["Counterparty", "Product", "Registers"]

ASSET_CLASSES = {
    AssetClass.CREDIT: "CRDT",
    AssetClass.COMMODITY: "COMM",
    AssetClass.EQUITY: "EQUI",
    AssetClass.FOREIGN_EXCHANGE: "CURR",
    AssetClass.INTEREST_RATE: "INTR",
    AssetClass.OTHER: "COMM",
    AssetClass.CRYPTO: "COMM",
}
"""EMIR 2.11. No code is made for crypto: COMM is our mapping and not confirmed."""

CONTRACT_TYPES = {Kind.PERPETUAL: "CFDS", Kind.DATED_FUTURE: "FUTR", Kind.OPTION: "OPTN"}
"""EMIR 2.10; a perpetual as a contract for difference (ESMA statement of February 2026)."""


@dataclass(frozen=True, slots=True)
class Counterparty:
    """A party as reports name it."""

    identifier: str
    """LEI; of a natural person the member's LEI and the client code."""
    natural: bool
    member: str
    """LEI of the clearing member that carries the account."""


@dataclass(frozen=True, slots=True)
class Product:
    """An instrument as reports name it."""

    instrument: int
    kind: int
    """`keelmark.types.Kind`."""
    underlier: int
    expiry: int = 0
    """Seconds; 0 for a perpetual."""
    cfi: str = ""
    upi: str = ""
    """Empty until one was assigned."""
    currency: str = ""
    """ISO 4217 code of the settlement unit; empty if what the registry has is none."""
    dti: str = ""
    """Of the underlier; empty if it is no token."""
    asset_class: int = AssetClass.OTHER
    strike: int = 0
    """Wad; options only."""
    call: bool = False

    @property
    def crypto(self) -> bool:
        """Whether the underlier is a crypto asset (CDE 2.106)."""
        return self.asset_class == AssetClass.CRYPTO

    @property
    def option(self) -> bool:
        """Whether it is an option."""
        return self.kind == Kind.OPTION


_code = lru_cache(maxsize=65_536)(unpack_code)
"""Every report names the same few parties."""


def _ascii(word: bytes) -> str:
    """Left-aligned ASCII."""
    return word.rstrip(b"\0").decode("ascii", "replace")


@dataclass(slots=True)
class Registers:
    """Parties and instruments, folded event by event."""

    lei: str
    """The house's."""
    parties: dict[int, Party] = field(default_factory=dict)
    """Account to its party word."""
    members: dict[int, int] = field(default_factory=dict)
    """Account to the account of the member that carries it."""
    underliers: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Underlier to its DTI and asset class."""
    products: dict[int, Product] = field(default_factory=dict)
    deltas: dict[int, int] = field(default_factory=dict)
    """Option to the delta of one unit long at its last valuation, wad."""
    cleared: bool = False
    """Whether the house is an authorised central counterparty now."""

    def apply(self, event: Event) -> None:
        """Takes one event; those of other things change nothing.

        Raises:
            InputError: a registered code is not what it should be.
        """
        name, args = event.name, event.args
        if event.spec.source == Source.PARTIES and "word" in args and "account" in args:
            self._party(event)
        elif name in ("MemberAdmitted", "AccountOpened"):
            member = event.number("member")
            self.members[event.number("account") if "account" in args else member] = member
        elif name == "UnderlierRegistered":
            found = _ascii(event.word("dti")), event.number("asset_class")
            self.underliers[event.number("underlier")] = found
        elif name == "InstrumentRegistered":
            self._registered(event)
        elif name == "UpiAssigned":
            number = event.number("instrument")
            if number in self.products:
                upi = _ascii(event.word("upi"))
                self.products[number] = replace(self.products[number], upi=upi)
        elif name == "InstrumentListed":
            self._listed(event)
        elif name == "OptionListed":
            number, option = event.number("instrument"), unpack_option(event.number("word"))
            known = self.products[number]
            self.products[number] = replace(known, strike=option.strike, call=option.call)
        elif name == "RiskArrayRefreshed":
            self.deltas[event.number("instrument")] = event.number("delta")

    def _party(self, event: Event) -> None:
        party = unpack_party(event.number("word"))
        self.parties[event.number("account")] = party
        if party.identifier == pack_lei(self.lei):
            self.cleared = bool(party.flags & PartyFlag.AUTHORISED_CCP)

    def _registered(self, event: Event) -> None:
        number, underlier = event.number("instrument"), event.number("underlier")
        dti, asset_class = self.underliers.get(underlier, ("", int(AssetClass.OTHER)))
        currency = _ascii(event.word("settlement_currency"))
        self.products[number] = Product(
            number,
            event.number("kind"),
            underlier,
            event.number("expiry"),
            _ascii(event.word("cfi")),
            _ascii(event.word("upi")),
            # ESMA74-362-2281 para 370: fields of currencies take ISO 4217 codes and no others.
            currency if is_currency(currency) else "",
            dti,
            asset_class,
            event.number("strike"),
        )

    def _listed(self, event: Event) -> None:
        """An instrument of a house whose registry was not read still has its word."""
        number, terms = event.number("instrument"), unpack_instrument(event.number("word"))
        if number not in self.products:
            dated = 0 if terms.kind == Kind.PERPETUAL else terms.time
            self.products[number] = Product(
                number, terms.kind, terms.feed, dated, asset_class=terms.asset_class
            )

    def product(self, number: int) -> Product:
        """An instrument.

        Raises:
            InputError: no event registered or listed it.
        """
        if number not in self.products:
            raise InputError(f"instrument {number}: no event registered it, expected one")
        return self.products[number]

    def counterparty(self, account: int) -> Counterparty:
        """Who holds an account.

        Raises:
            InputError: no event onboarded it, or its member.
        """
        party, member = self._known(account), self._known(self.members.get(account, account))
        code, carrier = _code(party.identifier), _code(member.identifier)
        natural = bool(party.flags & PartyFlag.NATURAL_PERSON)
        return Counterparty(carrier + code if natural else code, natural, carrier)

    def doubts(self) -> list[str]:
        """One sentence for each registered code that does not check."""
        found = []
        for account, party in sorted(self.parties.items()):
            code = unpack_code(party.identifier)
            if not party.flags & PartyFlag.NATURAL_PERSON and not is_lei(code):
                found.append(f"The LEI of account {account}, {code}, does not check.")
        for number, one in sorted(self.products.items()):
            for name, text, check in (
                ("CFI", one.cfi, is_cfi),
                ("UPI", one.upi, is_upi),
                ("underlier's DTI", one.dti, is_dti),
            ):
                if text and not check(text):
                    found.append(f"The {name} of instrument {number}, {text}, does not check.")
            if not one.currency:
                found.append(
                    f"Instrument {number} settles in what has no ISO 4217 code: its currencies "
                    "stay empty."
                )
        return found

    def _known(self, account: int) -> Party:
        if account not in self.parties:
            raise InputError(f"account {account}: no event onboarded its party, expected one")
        return self.parties[account]
