"""Adapter of the clearing house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keelmark.bindings.clearing_house import ClearingHouse
from keelmark.bindings.close_out import CloseOut
from keelmark.bindings.default_fund import DefaultFund
from keelmark.bindings.order_matcher import OrderMatcher
from keelmark.bindings.party_registry import Attestation, PartyRegistry
from keelmark.bindings.price_board import PriceBoard
from keelmark.bindings.sanctions_list import SanctionsList
from keelmark.bindings.test_token import TestToken
from keelmark.chain.client import Chain
from keelmark.chain.compiler import compile_contract
from keelmark.conformance.adapters.ground import (
    BOND_DAYS,
    BOND_FEED,
    COIN_FEED,
    GAS,
    Ground,
    lay_ground,
    made_up_lei,
    role,
)
from keelmark.conformance.adapters.kit import DAY, SCALE, KitVenue, asset_number, units
from keelmark.conformance.vocabulary import CASH, Account, Instrument, Party
from keelmark.errors import InputError
from keelmark.identifiers import pack_lei
from keelmark.types import Kind, Regime, Valuation
from keelmark.units import WAD

__all__ = ["HouseAdapter", "open_house"]

SHARE = 2_000_000
"""Whole units of the member's share in the default fund."""

SCAN_RANGES = {
    Regime.UNCLEARED_SCHEDULE: "",
    Regime.CLEARED_LISTED: "SCAN_BTC_LISTED_BPS",
    Regime.CLEARED_OTC: "SCAN_BTC_OTC_BPS",
}

CODE = ("ClearingHouse", "BackOffice", "LossDesk", "TakeOverDesk", "InstrumentDesk")


class HouseAdapter(KitVenue):
    """A clearing house, its parties carried by one member."""

    def __init__(self, chain: Chain, address: str) -> None:
        super().__init__(chain, address)
        self.house = ClearingHouse(address)
        try:
            terms = chain.run(self.house.house_terms())
            self.parties = PartyRegistry(chain.run(self.house.party_registry()))
            self.board = PriceBoard(chain.run(self.house.price_board()))
            listed = [chain.run(self.house.tokens(number)) for number in (1, 2)]
        except Exception as error:
            raise InputError(f"venue: {address} answers as no clearing house does") from error
        self.matcher, self.close_out = OrderMatcher(terms[0]), CloseOut(terms[1])
        self.sanctions = SanctionsList(chain.run(self.parties.sanctions_list()))
        self.tokens = (terms[3], listed[0], listed[1])
        self.regime = Regime(terms[5])
        self.member = chain.run(self.parties.word_of(self.role("member").address)) % 2**32

    @classmethod
    def deploy(cls, chain: Chain) -> str:
        """The kit, two instruments, a bond, a coin that counts nothing, one member."""
        ground = lay_ground(chain)
        open_house(ground, ground.deployment.house)
        return ground.deployment.house.address

    def instruments(self) -> Sequence[Instrument]:
        """A perpetual and a dated future on BTC."""
        scan = SCAN_RANGES[self.regime]
        return (self._linear(1, Kind.PERPETUAL, scan), self._linear(2, Kind.DATED_FUTURE, scan))

    def open_account(self, party: Party) -> None:
        """The member carries it."""
        self.send("member", self.house.open_account(party.address, self.member, gas=GAS))

    def deposit(self, party: Party, amount: int, asset: int | str = CASH) -> None:
        """Into the party's account."""
        paying = self.house.deposit(self.id_of(party), asset_number(asset), units(amount), gas=GAS)
        self.send(party, paying)

    def withdraw(
        self, party: Party, amount: int, asset: int | str = CASH, *, sender: Party | None = None
    ) -> None:
        """Out of the party's account."""
        taking = self.house.withdraw(self.id_of(party), asset_number(asset), units(amount), gas=GAS)
        self.send(sender or party, taking)

    def account(self, party: Party) -> Account:
        """At close-out valuation."""
        account = self.id_of(party)
        found = self.chain.run(self.house.margin(account, Valuation.CLOSE_OUT))
        cash = self.chain.run(self.house.statement(account)).cash
        return Account(equity=found.equity, requirement=found.requirement, cash=cash)

    def position(self, party: Party, instrument: Instrument) -> int:
        """Signed size."""
        account = self.id_of(party)
        return self.chain.run(self.house.position(account, int(instrument.id)))[0] if account else 0

    def liquidate(self, party: Party, taker: Party, size: int, instrument: Instrument) -> None:
        """Into the taker's account, at any mark."""
        limit = 2**255 if self.position(party, instrument) > 0 else 0
        taking = self.close_out.liquidate(
            self.address,
            self.id_of(party),
            self.id_of(taker),
            int(instrument.id),
            size,
            limit,
            gas=GAS,
        )
        self.send(taker, taking)

    def settle_loss(self, party: Party) -> None:
        """Along the loss order, where there is a loss."""
        if self.account(party).cash < 0:
            self.send("keeper", self.house.allocate_loss(self.id_of(party), gas=GAS))

    def chained(self) -> Mapping[str, int]:
        """The house's own report chain."""
        return {self.address: 0}

    def abi(self) -> Sequence[Mapping[str, Any]]:
        """Of the house and of the four that it delegates to, at one address."""
        seen: dict[str, Mapping[str, Any]] = {}
        for name in CODE:
            for entry in compile_contract(f"margin/{name}").abi:
                if entry["type"] in ("function", "event"):
                    seen.setdefault(f"{entry['type']} {entry['name']}", entry)
        return list(seen.values())


def open_house(ground: Ground, house: ClearingHouse) -> None:
    """Lists both instruments and both assets at a house, and admits the member."""
    deployment, chain = ground.deployment, ground.chain
    for number in (1, 2):
        ground.send("operator", house.list_instrument(number, 10_000, gas=GAS))
    maturity = chain.block().time + BOND_DAYS * DAY
    for token, feed, kind, until in (
        (ground.tokens[1], BOND_FEED, 2, maturity),
        (ground.tokens[2], COIN_FEED, 9, 0),
    ):
        listing = house.list_collateral(
            token=token,
            feed=feed,
            kind=kind,
            fx=False,
            decimals=6,
            maturity=until,
            cap=10**26,
            gas=GAS,
        )
        ground.send("operator", listing)
    member, now = role("member"), chain.block().time
    attestation = Attestation(
        wallet=member.address,
        identifier=pack_lei(made_up_lei(3)),
        jurisdiction=b"DE",
        category=3,
        natural_person=False,
        member=0,
        expiry=now + 800 * DAY,
        status_until=0,
        screened_at=now,
    )
    ground.send("registrar", deployment.parties.onboard(attestation, gas=GAS))
    account = chain.run(deployment.parties.account_count())
    money, fund = TestToken(ground.tokens[0]), DefaultFund(deployment.fund.address)
    amount = SHARE * WAD // SCALE
    ground.send("minter", money.mint(member.address, amount, gas=GAS))
    ground.send("member", money.approve(fund.address, 2**255, gas=GAS))
    ground.send("member", fund.contribute(house.address, account, amount, gas=GAS))
    ground.send("operator", house.admit_member(member.address, gas=GAS))
