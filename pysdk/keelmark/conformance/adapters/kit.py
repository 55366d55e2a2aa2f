"""What adapters of venues on the kit's registries have in common: who acts, prices, authority.

Amounts of tokens have six decimals here; the checks' wads are divided, a remainder is refused.
"""

from __future__ import annotations

import secrets
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from keelmark.bindings.order_matcher import Order, OrderMatcher
from keelmark.bindings.party_registry import Attestation, PartyRegistry
from keelmark.bindings.price_board import PriceBoard
from keelmark.bindings.sanctions_list import Entry, SanctionsList
from keelmark.bindings.test_token import TestToken
from keelmark.chain.client import Chain
from keelmark.chain.operations import GetLogs, Operation, RawLog, Receipt
from keelmark.chain.signer import Signer
from keelmark.conformance.adapter import Adapter
from keelmark.conformance.adapters.ground import (
    BOND_FEED,
    BTC,
    COIN_FEED,
    GAS,
    LIST_SOURCE,
    LOT,
    PRICES,
    TOKEN_FEED,
    VALIDITY,
    WARNING,
    made_up_lei,
    push_price,
    role,
)
from keelmark.conformance.vocabulary import (
    CASH,
    Asset,
    Instrument,
    Party,
    Reported,
    ReportKind,
    Restriction,
)
from keelmark.errors import InputError
from keelmark.events import BY_TOPIC, Event, decode
from keelmark.identifiers import pack_lei
from keelmark.scenario.venue import ORDER_TYPES
from keelmark.types import AssetClass, ClientCategory, CollateralClass, Kind

__all__ = ["DAY", "SCALE", "KitVenue", "asset_number", "units"]

SCALE = 10**12
"""Wad to a unit of a token."""

DAY = 86_400
LIST_AGES = 2 * DAY
"""Age of the sanctions list beyond which it is confirmed again."""

BASIS = b"EU 596/2014 Art. 23".ljust(32, b"\0")
CASE = bytes(range(32))
UNDERLIER = "BTC"
FEEDS = {UNDERLIER: BTC}
NOBODY = "0x" + "00" * 20


class KitVenue(Adapter):
    """A venue that asks the kit's party registry, price board and order matcher."""

    parties: PartyRegistry
    board: PriceBoard
    matcher: OrderMatcher
    sanctions: SanctionsList
    tokens: tuple[str, str, str]
    """Settlement token, bond, coin."""

    def __init__(self, chain: Chain, address: str) -> None:
        super().__init__(chain, address)
        self._chain_id = chain.chain_id()
        self._accounts: dict[str, int] = {}
        self._names: dict[int, str] = {}

    def role(self, name: str) -> Signer:
        """Who holds a role. A venue of somebody else's overrides this with its own keys."""
        return role(name)

    def send(self, who: str | Party, operation: Operation[Receipt]) -> Receipt:
        """A transaction of a role or a party."""
        signer = who.signer if isinstance(who, Party) else self.role(who)
        return self.chain.signing(signer).run(operation)

    def id_of(self, party: Party) -> int:
        """A party's account id; 0 for a wallet that nobody has attested."""
        return self._accounts.get(party.address, 0)

    # What there is

    def _linear(self, number: int, kind: Kind, scan_range: str) -> Instrument:
        return Instrument(
            id=number,
            asset_class=AssetClass.CRYPTO,
            kind=kind,
            underlier=UNDERLIER,
            price=PRICES[BTC],
            lot=LOT,
            scan_range=scan_range,
        )

    def assets(self) -> Sequence[Asset]:
        """The bond, which has less than a year to run, and the coin, which counts nothing."""
        return (
            Asset(id=1, price=PRICES[BOND_FEED], kind=CollateralClass.GOVERNMENT),
            Asset(id=2, price=PRICES[COIN_FEED], kind=None),
        )

    # Parties and money

    def admit(self, party: Party) -> None:
        """Attested by the registrar; a retail client accepts the risk warning."""
        retail = party.category == ClientCategory.RETAIL
        number = int(self.chain.run(self.parties.account_count())) + 1
        now = self.chain.block().time
        attestation = Attestation(
            wallet=party.address,
            identifier=10_000 + number if retail else pack_lei(made_up_lei(number + 100)),
            jurisdiction=party.country.encode(),
            category=int(party.category),
            natural_person=retail,
            member=1 if retail else 0,
            expiry=now + 400 * DAY,
            status_until=0,
            screened_at=now,
        )
        self.send("registrar", self.parties.onboard(attestation, gas=GAS))
        self._accounts[party.address], self._names[number] = number, party.name
        if retail and self.chain.run(self.parties.warning_of(party.country.encode()))[0]:
            self.send(party, self.parties.accept_warning(WARNING, gas=GAS))
        self.open_account(party)

    def open_account(self, party: Party) -> None:
        """What the venue itself needs before a party can pay in. Nothing, by default."""

    def give(self, party: Party, amount: int, asset: int | str = CASH) -> None:
        """Minted, and the venue allowed to take it when the party pays in."""
        token = self._token(asset)
        self.send("minter", token.mint(party.address, units(amount), gas=GAS))
        self.send(party, token.approve(self.address, 2**255, gas=GAS))

    def holdings(self, party: Party, asset: int | str = CASH) -> int:
        """Tokens in the wallet."""
        return int(self.chain.run(self._token(asset).balance_of(party.address))) * SCALE

    def _token(self, asset: int | str) -> TestToken:
        return TestToken(self.tokens[asset_number(asset)])

    # Trading

    def trade(
        self, buyer: Party, seller: Party, size: int, price: int, instrument: Instrument
    ) -> None:
        """Two signed orders, which the keeper brings to the matcher."""
        number = int(instrument.id)
        buy, sell = (
            self._order(buyer, number, size, price),
            self._order(seller, number, -size, price),
        )
        matching = self.matcher.match(*buy, *sell, size, price, gas=GAS)
        self.send("keeper", matching)

    def _order(self, party: Party, instrument: int, size: int, price: int) -> tuple[Order, bytes]:
        order = Order(
            house=self.address,
            owner=party.address,
            account=self.id_of(party),
            instrument=instrument,
            size=size,
            limit=price,
            nonce=secrets.randbits(64),
            expiry=2**40,
            venue=NOBODY,
            kind=0,
        )
        domain = {
            "name": "Keelmark OrderMatcher",
            "version": "1",
            "chainId": self._chain_id,
            "verifyingContract": self.matcher.address,
        }
        message = {item["name"]: getattr(order, item["name"]) for item in ORDER_TYPES["Order"]}
        return order, party.signer.sign_typed_data(domain, ORDER_TYPES, message)

    # Prices and time

    def set_price(self, price: int, instrument: Instrument) -> None:
        """Seen twice: the second time it has not just jumped."""
        for _ in range(2):
            push_price(self.chain, self.board, FEEDS[instrument.underlier], price)

    def offer_price(self, price: int, instrument: Instrument) -> None:
        """Signed by the reporter, whatever it is."""
        push_price(self.chain, self.board, FEEDS[instrument.underlier], price)

    def price_validity(self, instrument: Instrument) -> int:
        """As the feed was set."""
        return VALIDITY[FEEDS[instrument.underlier]]

    def advance(self, seconds: int) -> None:
        """The sanctions list and the prices of collateral are renewed at the end."""
        self._local()
        for wait, feed in ((seconds, TOKEN_FEED), (1, BOND_FEED), (1, COIN_FEED)):
            push_price(self.chain, self.board, feed, PRICES[feed], wait=wait)
        now = self.chain.block().time
        if now - int(self.chain.run(self.parties.list_time())) > LIST_AGES:
            self.send("sanctions officer", self.sanctions.confirm(LIST_SOURCE, now, gas=GAS))
            self.send("keeper", self.parties.sync_list(gas=GAS))

    # Authority

    def restrict(self, party: Party, restriction: Restriction) -> None:
        """By the founding authority, the sanctions officer or the registrar."""
        review = self.chain.block().time + 30 * DAY
        if restriction is Restriction.FROZEN:
            act = self.parties.freeze(party.address, 0, BASIS, CASE, review, gas=GAS)
            self.send("supervisor", act)
        elif restriction is Restriction.CLOSE_ONLY:
            act = self.parties.restrict(party.address, 0, BASIS, CASE, review, gas=GAS)
            self.send("supervisor", act)
        elif restriction is Restriction.EXPIRED:
            self.send("registrar", self.parties.revoke(party.address, BASIS, gas=GAS))
        else:
            now = self.chain.block().time
            entry = Entry(party.address, CASE)
            listing = self.sanctions.update([], [entry], LIST_SOURCE, now, gas=GAS)
            self.send("sanctions officer", listing)
            self.send("keeper", self.parties.screen(party.address, gas=GAS))

    # Reports and powers

    def reported(self, first_block: int) -> Sequence[Reported]:
        """The venue's events, as far as they are the kit's."""
        return [report for log in self._logs(first_block) for report in self._told(log)]

    def insiders(self) -> Mapping[str, Signer]:
        """The operator, and the deployer, who should be nobody."""
        return {"operator": self.role("operator"), "deployer": self.role("deployer")}

    @abstractmethod
    def abi(self) -> Sequence[Mapping[str, Any]]:
        """The venue's functions and events."""

    def _logs(self, first_block: int) -> tuple[RawLog, ...]:
        head = self.chain.block().number

        def operation() -> Operation[tuple[RawLog, ...]]:
            found: tuple[RawLog, ...] = yield GetLogs((self.address,), first_block, head)
            return found

        return self.chain.run(operation()) if head >= first_block else ()

    def _told(self, log: RawLog) -> list[Reported]:
        if bytes(log.topics[0]) not in BY_TOPIC:
            return []
        event = decode(
            log.topics,
            log.data,
            address=log.address,
            block_number=log.block_number,
            log_index=log.log_index,
        )
        kind = {
            "TradeReported": ReportKind.TRADE,
            "PositionLiquidated": ReportKind.LIQUIDATION,
            "CollateralDeposited": ReportKind.DEPOSIT,
            "CollateralWithdrawn": ReportKind.WITHDRAWAL,
        }.get(event.name)
        return [self._reported(kind, event)] if kind else []

    def _reported(self, kind: ReportKind, event: Event) -> Reported:
        party = self._names.get(event.number("account"), "")
        if kind is ReportKind.TRADE:
            return Reported(kind, party, event.number("size"), event.number("price"))
        if kind is ReportKind.LIQUIDATION:
            return Reported(kind, party, event.number("size"), event.number("mark"))
        return Reported(kind, party, event.number("amount") * SCALE)


def asset_number(asset: int | str) -> int:
    """The venue's number of an asset; 0 is the settlement token."""
    return 0 if asset == CASH else int(asset)


def units(amount: int) -> int:
    """Units of a token.

    Raises:
        InputError: the amount is finer than the token.
    """
    if amount % SCALE:
        raise InputError(f"amount: {amount} wei is finer than the token's six decimals")
    return amount // SCALE
