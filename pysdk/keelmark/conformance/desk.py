"""What a check works with: parties, acts that must pass or be refused, and a note of each.

Each verb writes down what was done in a sentence; these sentences are the report's. Sizes, prices
and money are wads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from keelmark.chain.signer import Signer
from keelmark.conformance.adapter import Adapter
from keelmark.conformance.check import Violation
from keelmark.conformance.guarded import asked, refusal, sequence
from keelmark.conformance.vocabulary import (
    CASH,
    Account,
    AdapterWrong,
    Asset,
    Instrument,
    NotOffered,
    Party,
    Reported,
    Restriction,
)
from keelmark.types import ClientCategory
from keelmark.units import WAD

__all__ = ["Act", "Desk", "money"]

RETAIL, PROFESSIONAL = ClientCategory.RETAIL, ClientCategory.PROFESSIONAL
UNIT = WAD
"""One settlement unit."""
TARGET = 80_000 * WAD
"""Notional of a usual position."""
DEEP = 50_000_000 * WAD
"""Money of the parties on the other side."""
CENT = WAD // 100


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a party wants to do."""

    words: str
    call: Callable[[], str | None]
    """Does it; answers None, or the venue's words of refusal."""


class Desk:
    """A venue at work, and the note of what was done at it."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self.done: list[str] = []
        self.seen: list[str] = []
        self.parties: list[Party] = []
        self._paid_in = 0
        found = sequence(adapter, "instruments", Instrument)
        if not found or any(item.price <= 0 or item.lot <= 0 for item in found):
            raise AdapterWrong(
                f"adapter {type(adapter).__name__}.instruments: answered {found!r}, expected at "
                "least one, each with a price and a lot above zero"
            )
        self.instruments = found
        self.one = found[0]
        self.mark = {item.underlier: item.price for item in found}
        self.maker = self.taker = _NOBODY

    def carry(self, opening: Desk) -> None:
        """Takes over what the run began with: both deep parties and what they paid in."""
        self.maker, self.taker = opening.maker, opening.taker
        self.parties = [opening.maker, opening.taker]
        self._paid_in = 2 * DEEP

    # Notes

    def note(self, sentence: str) -> None:
        """Writes down what was done."""
        self.done.append(sentence)

    def require(self, holds: bool, seen: str, otherwise: str = "") -> None:
        """Writes down what was seen.

        Raises:
            Violation: it does not hold.
        """
        if not holds:
            raise Violation(otherwise or seen)
        self.seen.append(seen)

    def allow(self, act: Act) -> None:
        """Has an act done that the venue must let happen.

        Raises:
            Violation: it is refused.
        """
        words = act.call()
        if words is not None:
            raise Violation(f"{act.words}: refused ({words}), though it must be allowed")
        self.note(f"{act.words}: done")

    def refuse(self, act: Act, because: str) -> None:
        """Has an act tried that the venue must refuse.

        Raises:
            Violation: it is done.
        """
        words = act.call()
        if words is None:
            raise Violation(f"{act.words}: done, though {because}")
        self.note(f"{act.words}: refused ({words})")
        self.seen.append(f"{act.words}: refused")

    # Parties

    def party(
        self,
        name: str,
        category: ClientCategory = PROFESSIONAL,
        country: str = "DE",
        *,
        cash: int = 0,
        admitted: bool = True,
    ) -> Party:
        """A new party with a wallet of its own and so much paid into its account."""
        party = Party(name, Signer.generate(), category, country)
        asked(self.adapter, "fund", type(None), party)
        self.parties.append(party)
        if not admitted:
            self.note(f"{name}: a wallet that nobody has attested")
            return party
        self.note(f"{name}: admitted as {category.name.lower().replace('_', ' ')} in {country}")
        self._must("admit", party)
        if cash:
            self.endow(party, cash)
            self.allow(self.deposit(party, cash))
        return party

    def endow(self, party: Party, amount: int, asset: Asset | None = None) -> None:
        """Puts tokens into a party's wallet."""
        self._must("give", party, amount, asset.id if asset else CASH)

    def restrict(self, party: Party, restriction: Restriction) -> None:
        """The authority restricts a party."""
        self._must("restrict", party, restriction)
        self.note(f"{party.name}: made {restriction.value}")

    # Acts

    def deposit(self, party: Party, amount: int, asset: Asset | None = None) -> Act:
        """A payment in."""
        what = asset.id if asset else CASH

        def call() -> str | None:
            words = refusal(self.adapter, "deposit", party, amount, what)
            if words is None and asset is None:
                self._paid_in += amount
            return words

        token = f" of asset {asset.id}" if asset else ""
        return Act(f"{party.name} pays in {money(amount)}{token}", call)

    def withdraw(self, party: Party, amount: int, *, sender: Party | None = None) -> Act:
        """A payment out of the settlement token."""

        def call() -> str | None:
            before = self.holdings(party), self.account(party).cash
            words = refusal(self.adapter, "withdraw", party, amount, CASH, sender=sender)
            if words is None:
                self._paid_in -= amount
                if (self.holdings(party), self.account(party).cash) == before and sender is None:
                    raise AdapterWrong(self._swallowed("withdraw"))
            return words

        who = f"{sender.name} takes out of the account of {party.name}" if sender else party.name
        verb = "" if sender else " takes out"
        return Act(f"{who}{verb} {money(amount)}", call)

    def trade(
        self,
        buyer: Party,
        seller: Party,
        size: int,
        *,
        price: int | None = None,
        instrument: Instrument | None = None,
    ) -> Act:
        """A trade at mark, or at a price."""
        item = instrument or self.one
        paid = self.mark[item.underlier] if price is None else price

        def call() -> str | None:
            before = self.size_of(buyer, item), self.size_of(seller, item)
            words = refusal(self.adapter, "trade", buyer, seller, size, paid, item)
            if words is None and (self.size_of(buyer, item), self.size_of(seller, item)) == before:
                raise AdapterWrong(self._swallowed("trade"))
            return words

        words = f"{buyer.name} buys {money(size)} from {seller.name} at {money(paid)}"
        return Act(words if item is self.one else f"{words} (instrument {item.id})", call)

    def liquidate(self, party: Party, taker: Party, size: int) -> Act:
        """A take-over of so much of a party's position, unsigned."""

        def call() -> str | None:
            return refusal(self.adapter, "liquidate", party, taker, size, self.one)

        return Act(f"{taker.name} takes over {money(size)} of {party.name}", call)

    def settle_loss(self, party: Party) -> None:
        """Lets a loss go where it belongs."""
        self._must("settle_loss", party)

    # Prices and time

    def price(self, price: int, instrument: Instrument | None = None) -> None:
        """A fresh price."""
        item = instrument or self.one
        self._must("set_price", price, item)
        self.mark[item.underlier] = price
        self.note(f"price {money(price)}")

    def offer(self, price: int) -> str | None:
        """A price offered once; the venue's words if it refuses."""
        return refusal(self.adapter, "offer_price", price, self.one)

    def go_stale(self) -> None:
        """Waits until prices are stale."""
        validity = asked(self.adapter, "price_validity", int, self.one)
        asked(self.adapter, "advance", type(None), validity + 2)
        self.note(f"no price for {validity + 2:,} seconds: it is stale")

    # What the venue says

    def account(self, party: Party) -> Account:
        """Equity, requirement and cash."""
        return asked(self.adapter, "account", Account, party)

    def holdings(self, party: Party) -> int:
        """Settlement tokens in a party's wallet."""
        return asked(self.adapter, "holdings", int, party, CASH)

    def size_of(self, party: Party, instrument: Instrument | None = None) -> int:
        """Signed size."""
        return asked(self.adapter, "position", int, party, instrument or self.one)

    def reported(self, first_block: int) -> tuple[Reported, ...]:
        """What the venue's events say from a block on."""
        return sequence(self.adapter, "reported", Reported, first_block)

    def next_block(self) -> int:
        """The number that the next block will have."""
        return self.adapter.chain.block().number + 1

    @property
    def paid_in(self) -> int:
        """Settlement money that parties have paid in and not taken out."""
        return self._paid_in

    def lots(self, notional: int, instrument: Instrument | None = None) -> int:
        """The size of about a notional, in whole lots."""
        item = instrument or self.one
        size = notional * WAD // self.mark[item.underlier]
        return max(size // item.lot, 1) * item.lot

    @property
    def usual(self) -> int:
        """The size of a usual position."""
        return self.lots(TARGET)

    def second(self) -> Instrument:
        """Another instrument on the underlier of the principal one.

        Raises:
            NotOffered: there is none.
        """
        for item in self.instruments[1:]:
            if item.underlier == self.one.underlier:
                return item
        raise NotOffered("the venue trades one instrument on this underlier, so nothing nets")

    def _must(self, verb: str, *arguments: object) -> None:
        """Something that the adapter sees to; a refusal is no answer."""
        words = refusal(self.adapter, verb, *arguments)
        if words is not None:
            raise AdapterWrong(
                f"adapter {type(self.adapter).__name__}.{verb}: was refused ({words}), expected "
                "the preparation that the base class describes"
            )

    def _swallowed(self, verb: str) -> str:
        return (
            f"adapter {type(self.adapter).__name__}.{verb}: raised nothing and changed nothing, "
            "expected Refused or Reverted where the venue does not do it"
        )


def money(wad: int) -> str:
    """A wad for people: thousands, no more decimals than it has, two at least for money."""
    whole, rest = divmod(abs(wad), WAD)
    decimals = f"{rest:018d}".rstrip("0")
    return f"{'−' if wad < 0 else ''}{whole:,}.{decimals.ljust(2, '0')}"


# Without a wallet on purpose: a check that used it would fail, where a wallet that the venue does
# not know would be refused, and pass for a refusal of the rule.
_NOBODY = Party("nobody", None, PROFESSIONAL, "DE")  # type: ignore[arg-type]  # see above
"""Stands where the run has not brought its two deep parties in yet."""
