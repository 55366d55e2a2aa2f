"""A whole venue on the embedded chain, and the few verbs that tests need of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from web3 import Web3
from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.orders import NOBODY, WAD, Order
from tests.support.parties import Attestation, lei_text, lei_word
from tests.support.registry import BASIS, CASE, deploy_registry, united
from tests.support.tester import Actor

__all__ = ["BTC", "ETH", "MARGIN_FIELDS", "BOND_FEED", "TOKEN_FEED", "Market", "Position"]

TOKEN = 10**6
"""One unit of the settlement token."""

BTC, ETH = 1, 2
"""Underliers, each also its feed."""

TOKEN_FEED, BOND_FEED = 10, 11
"""Feeds of the settlement token and of a government bond; they share a word of the board."""

BTC_DTI, ETH_DTI = b"4H95J0R2X", b"X9J9K872S"
RETAIL, PROFESSIONAL, ELIGIBLE = 1, 2, 3
CLOSE_OUT = 2
MARGIN_FIELDS = ("equity", "requirement", "flags")
HOUSE_LEI = lei_text(1)


@dataclass(frozen=True, slots=True)
class Position:
    """One position, in wad."""

    size: int
    quote: int


@dataclass
class Market:
    """The kit, deployed and wired, with parties onboarded as tests ask for them."""

    w3: Web3
    deploy: Callable[..., Contract]
    actors: Callable[[str], Actor]
    send: Callable[..., TxReceipt]
    clock: Callable[[int], None]
    now: Callable[[], int]
    regime: int = 3
    house_from: str = "margin/ClearingHouse"
    ids: dict[str, int] = field(default_factory=dict)
    nonce: int = 1000
    last_price: dict[int, int] = field(default_factory=dict)
    first_block: int = 0
    euro: Contract = field(init=False)
    """A token in another currency, where a test deploys one."""
    receipts: list[TxReceipt] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Deploys everything, lists BTC and ETH, admits one member."""
        self.first_block = self.w3.eth.block_number
        make, who = self.deploy, self.actors
        self.operator = who("operator")
        self.rulebook = make("rulebook/Rulebook")
        self.gatekeeper = deploy_registry(make, self.w3, self.send, who, self.now)
        self.parties = self.gatekeeper.parties
        self.supervision = self.gatekeeper.supervision
        self.sanctions = self.gatekeeper.sanctions
        self.registry = make("registry/InstrumentRegistry", who("lister"))
        self.board = make("oracle/PriceBoard", who("board operator"), NOBODY)
        self.matcher = make("margin/OrderMatcher")
        self.close_out = make("margin/CloseOut")
        self.token = make("testnet/TestToken", "Test Dollar", "TUSD", 6, who("minter"))
        self.bond = make("testnet/TestToken", "Test Bill", "TBIL", 6, who("minter"))
        self.fund = make("margin/DefaultFund", self.token.address)
        wiring = (
            self.rulebook.address,
            self.parties.address,
            self.registry.address,
            self.board.address,
            self.matcher.address,
            self.close_out.address,
            self.fund.address,
            self.token.address,
            TOKEN_FEED,
            self.regime,
            lei_word(HOUSE_LEI),
        )
        self.takers_desk = make("margin/TakeOverDesk", *wiring)
        self.desk = make("margin/LossDesk", *wiring, self.takers_desk.address)
        self.office = make("margin/BackOffice", *wiring, self.desk.address)
        self.products = make("margin/InstrumentDesk", *wiring)
        desks = (self.office.address, self.products.address)
        house = make(self.house_from, *wiring, *desks, self.operator)
        parts = (house, self.office, self.desk, self.takers_desk, self.products)
        self.house = self.w3.eth.contract(address=house.address, abi=united(parts))
        for feed in (TOKEN_FEED, BOND_FEED):
            self.add_feed(feed)
            self.price(feed, WAD)
        self.add_underlier(BTC, BTC_DTI, b"BTC", 8000 * WAD)
        self.add_underlier(ETH, ETH_DTI, b"ETH", 200 * WAD)
        self.perpetual = self.list_instrument(BTC)
        self.do(
            self.house.functions.list_collateral(
                self.bond.address, BOND_FEED, 2, False, 6, self.now() + 200 * 86_400, 10**26
            ),
            self.operator,
        )
        self.member = self.join("member", PROFESSIONAL, "DE", member=True)

    def do(self, call: Any, sender: str) -> TxReceipt:
        """Sends, and keeps the receipt for the report chain."""
        receipt = self.send(call, sender)
        self.receipts.append(receipt)
        return receipt

    def set_time(self, time: int) -> None:
        """The next block's time, with a sanctions list that does not go stale meanwhile."""
        self.gatekeeper.wait(self.clock, time)

    def supervise(
        self, power: str, name: str, basis: bytes = BASIS, case: bytes = CASE
    ) -> TxReceipt:
        """A power of the founding authority over a named party."""
        using = self.gatekeeper.power(power, self.actors(name), basis, case)
        return self.do(using, self.actors("supervisor"))

    def add_underlier(self, underlier: int, dti: bytes, symbol: bytes, price: int) -> None:
        """A crypto underlier with its feed and a first price."""
        adding = self.registry.functions.add_underlier(dti, 7, symbol.ljust(8, b"\0"))
        self.do(adding, self.actors("lister"))
        self.add_feed(underlier)
        self.price(underlier, price)

    def add_feed(self, feed: int, most: int = 10**25) -> None:
        """A feed with one signed reporter and prices (wad, up to `most`) good for nine hours."""
        operator = self.actors("board operator")
        self.do(self.board.functions.add_feed(feed, 10**12, most, 500, 1), operator)
        reporter = self.actors("reporter").address
        setting = self.board.functions.set_signed_source(feed, [reporter], 1, 9 * 3600)
        self.do(setting, operator)

    def price(self, feed: int, price: int) -> TxReceipt:
        """A signed price, seen a second later than the block before."""
        if self.gatekeeper.ages_until(self.now()):
            self.gatekeeper.confirm()
        time = self.now() + 1
        self.set_time(time)
        self.last_price[feed] = price
        return self.push(feed, price, time)

    def push(self, feed: int, price: int, time: int) -> TxReceipt:
        """A signed price of a given time."""
        message = encode_typed_data(
            {
                "name": "Keelmark PriceBoard",
                "version": "1",
                "chainId": self.w3.eth.chain_id,
                "verifyingContract": self.board.address,
            },
            {
                "Price": [
                    {"name": name, "type": "uint256"} for name in ("feed", "price", "timestamp")
                ]
            },
            {"feed": feed, "price": price, "timestamp": time},
        )
        signed = Account.sign_message(message, self.actors("reporter").key).signature
        return self.do(
            self.board.functions.push(feed, price, time, [bytes(signed)]), self.actors("keeper")
        )

    def list_instrument(
        self, underlier: int, expiry: int = 0, multiplier: int = 10_000, lot_exp: int = 15
    ) -> int:
        """Registers and lists a perpetual, or a future if it has an expiry."""
        kind, cfi = (2, b"FFMCSX") if expiry else (1, b"JTMXCC")
        terms = (kind, underlier, expiry, lot_exp, cfi, bytes(12), b"USD".ljust(9, b"\0"), 0, 0)
        self.do(self.registry.functions.add_instrument(terms), self.actors("lister"))
        number = int(self.registry.functions.instrument_count().call())
        self.do(self.house.functions.list_instrument(number, multiplier), self.operator)
        return number

    def list_option(
        self, underlier: int, expiry: int, strike: int, *, call: bool, cfi: bytes = b""
    ) -> int:
        """Registers and lists a European option; strike in wad."""
        cfi = cfi or (b"HTNAVC" if call else b"HTNDVC")
        currency = b"USD".ljust(9, b"\0")
        option_type = 1 if call else 2
        terms = (3, underlier, expiry, 15, cfi, bytes(12), currency, strike, option_type)
        self.do(self.registry.functions.add_instrument(terms), self.actors("lister"))
        number = int(self.registry.functions.instrument_count().call())
        self.do(self.house.functions.list_instrument(number, 10_000), self.operator)
        return number

    def refresh(self, *options: int) -> TxReceipt:
        """Refreshes the risk arrays of options."""
        return self.do(self.house.functions.refresh_arrays(options), self.actors("keeper"))

    def choose_engine(self, name: str, engine: int = 1) -> TxReceipt:
        """A named party chooses how its account is margined; 1 = by scenarios."""
        choosing = self.house.functions.choose_engine(self.ids[name], engine)
        return self.do(choosing, self.actors(name))

    def onboard(self, name: str, category: int = PROFESSIONAL, country: str = "DE") -> int:
        """An account id for a named party, without an account at the house."""
        number = len(self.ids) + 2
        natural = category == RETAIL
        attestation = Attestation(
            wallet=self.actors(name),
            identifier=number if natural else lei_word(lei_text(number)),
            jurisdiction=country.encode(),
            category=category,
            natural_person=natural,
            member=self.ids.get("member", 0) if natural else 0,
            expiry=self.now() + 300 * 86_400,
            status_until=0,
            screened_at=self.now(),
        )
        self.do(self.parties.functions.onboard(attestation), self.actors("registrar"))
        self.ids[name] = int(self.parties.functions.account_count().call())
        if category == RETAIL:
            accepted = self.gatekeeper.accept_warning(self.actors(name), country)
            self.receipts.extend(accepted)
        return self.ids[name]

    def join(
        self,
        name: str,
        category: int = PROFESSIONAL,
        country: str = "DE",
        *,
        cash: int = 0,
        bonds: int = 0,
        member: bool = False,
        share: int = 100_000,
        carried_by: str = "member",
    ) -> int:
        """A party with an account at the house; cash, bonds and fund share in whole units."""
        account = self.onboard(name, category, country)
        if member:
            self.fund_member(name, share)
            self.do(self.house.functions.admit_member(self.actors(name)), self.operator)
        else:
            carrier = self.ids[carried_by]
            opening = self.house.functions.open_account(self.actors(name), carrier)
            self.do(opening, self.actors(carried_by))
        if cash:
            self.deposit(name, cash)
        if bonds:
            self.deposit(name, bonds, asset=1)
        return account

    def renew(self, name: str, category: int, country: str = "DE") -> TxReceipt:
        """The registrar renews a named party, in a category; retail, it accepts its warning."""
        time = self.now()
        wallet, expiry = self.actors(name), time + 300 * 86_400
        renewing = self.parties.functions.renew(wallet, category, expiry, 0, time)
        receipt = self.do(renewing, self.actors("registrar"))
        if category == RETAIL:
            self.receipts.extend(self.gatekeeper.accept_warning(wallet, country))
        return receipt

    def wallets(self, *names: str) -> list[str]:
        """Wallets of named parties, by ascending account."""
        return [self.actors(name) for name in sorted(names, key=self.ids.__getitem__)]

    def fund_member(self, name: str, share: int) -> None:
        """Pays a member's share into the default fund."""
        self.mint(self.token, name, share, self.fund.address)
        contributing = self.fund.functions.contribute(
            self.house.address, self.ids[name], share * TOKEN
        )
        self.do(contributing, self.actors(name))

    def mint(self, token: Contract, name: str, units: int, spender: str) -> None:
        """Gives tokens to a named party and lets a contract pull them."""
        amount = units * TOKEN
        self.do(token.functions.mint(self.actors(name), amount), self.actors("minter"))
        self.do(token.functions.approve(spender, 2**255), self.actors(name))

    def deposit(self, name: str, units: int, asset: int = 0) -> TxReceipt:
        """Mints and deposits whole units."""
        self.mint(self.bond if asset else self.token, name, units, self.house.address)
        depositing = self.house.functions.deposit(self.ids[name], asset, units * TOKEN)
        return self.do(depositing, self.actors(name))

    def withdraw(self, name: str, units: int, asset: int = 0) -> TxReceipt:
        """Withdraws whole units."""
        withdrawing = self.house.functions.withdraw(self.ids[name], asset, units * TOKEN)
        return self.do(withdrawing, self.actors(name))

    def order(self, name: str, instrument: int, size: int, price: int, **changes: Any) -> Order:
        """An order of a named party with a fresh nonce."""
        self.nonce += 1
        made: dict[str, Any] = {
            "house": self.house.address,
            "owner": self.actors(name).address,
            "account": self.ids[name],
            "instrument": instrument,
            "size": size,
            "limit": price,
            "nonce": self.nonce,
            "expiry": 2**40,
        }
        return Order(**(made | changes))

    def matching(
        self, buy: Order, sell: Order, buyer: str, seller: str, size: int, price: int
    ) -> Any:
        """The matcher call for two orders, signed."""
        chain = self.w3.eth.chain_id
        return self.matcher.functions.match(
            buy.fields(),
            buy.sign(self.actors(buyer).key, self.matcher.address, chain),
            sell.fields(),
            sell.sign(self.actors(seller).key, self.matcher.address, chain),
            size,
            price,
        )

    def trade(
        self, buyer: str, seller: str, size: int, price: int, instrument: int | None = None
    ) -> TxReceipt:
        """Matches two fresh orders whole; size and price in wad."""
        number = self.perpetual if instrument is None else instrument
        buy = self.order(buyer, number, size, price)
        sell = self.order(seller, number, -size, price)
        call = self.matching(buy, sell, buyer, seller, size, price)
        return self.do(call, self.actors("venue"))

    def margin(self, name: str, valuation: int = CLOSE_OUT) -> dict[str, int]:
        """Equity, requirement and price flags."""
        answer = self.house.functions.margin(self.ids[name], valuation).call()
        return dict(zip(MARGIN_FIELDS, answer, strict=True))

    def statement(self, name: str) -> Any:
        """The house's statement of a named party's account."""
        return self.house.functions.statement(self.ids[name]).call()

    def cash(self, name: str) -> int:
        """Cash of a named party, wad."""
        return cash_of(self.house.functions.accounts(self.ids[name]).call())

    def position(self, name: str, instrument: int | None = None) -> Position:
        """A named party's position."""
        number = self.perpetual if instrument is None else instrument
        return Position(*self.house.functions.position(self.ids[name], number).call())

    def call_margin(self, name: str) -> TxReceipt:
        """Issues a margin call."""
        calling = self.close_out.functions.call_margin(self.house.address, self.ids[name])
        return self.do(calling, self.actors("keeper"))

    def liquidate(
        self, name: str, taker: str, size: int, instrument: int | None = None
    ) -> TxReceipt:
        """A named party takes over part of another's position, at any mark."""
        number = self.perpetual if instrument is None else instrument
        long = self.position(name, number).size > 0
        taking = self.close_out.functions.liquidate(
            self.house.address,
            self.ids[name],
            self.ids[taker],
            number,
            size,
            2**255 if long else 0,
        )
        return self.do(taking, self.actors(taker))

    def liquidating(self, name: str, taker: str, takes: list[tuple[int, int]]) -> Any:
        """The call by which a party takes over several positions at once, at any mark."""
        listed = [
            (number, size, 2**255 if self.position(name, number).size > 0 else 0)
            for number, size in takes
        ]
        return self.close_out.functions.liquidate_many(
            self.house.address, self.ids[name], self.ids[taker], listed
        )


def cash_of(word: int) -> int:
    """Cash lane of an account word, signed."""
    lane = word % 2**104
    return lane - 2**104 if lane >= 2**103 else lane
