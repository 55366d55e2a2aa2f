"""Adapter of the example venue, which a venue's author may begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eth_utils.address import to_checksum_address

from keelmark.bindings.order_matcher import OrderMatcher
from keelmark.bindings.party_registry import PartyRegistry
from keelmark.bindings.price_board import PriceBoard
from keelmark.bindings.runtime import create, read, send
from keelmark.bindings.sanctions_list import SanctionsList
from keelmark.bindings.test_token import TestToken
from keelmark.chain.client import Chain
from keelmark.chain.compiler import Artefact, compile_contract
from keelmark.chain.operations import GetCode, Operation
from keelmark.conformance.adapters.ground import (
    BOND_DAYS,
    BOND_FEED,
    COIN_FEED,
    GAS,
    TOKEN_FEED,
    Ground,
    lay_ground,
    made_up_lei,
    role,
)
from keelmark.conformance.adapters.kit import DAY, KitVenue, asset_number, units
from keelmark.conformance.vocabulary import CASH, Account, Instrument, Party
from keelmark.errors import InputError, KeelmarkError
from keelmark.identifiers import pack_lei
from keelmark.types import Kind
from keelmark.units import WAD

__all__ = ["ExampleAdapter", "open_venue"]

CLOSE_OUT = 2
"""Valuation at which the venue decides whether an account is liquidated."""

RESERVE = 1_000_000 * WAD
"""Paid into the venue's reserve when it is deployed."""

_TYPES = (
    "(address rulebook,address parties,address instruments,address board,address matcher,"
    "uint256 instrument,address token,uint256 token_feed,uint256 lei,address operator,"
    "(address,uint256,uint256,bool,uint256,uint256)[] assets)"
)


class ExampleAdapter(KitVenue):
    """`contracts/examples/ExampleVenue.vy`: one perpetual, no margin calls, a reserve."""

    SOURCE = "examples/ExampleVenue"
    """The file, for its interface; a variant of it has another."""

    def __init__(self, chain: Chain, address: str) -> None:
        super().__init__(chain, address)
        try:
            self.parties = PartyRegistry(self._address("PARTIES()"))
            self.board = PriceBoard(self._address("BOARD()"))
            self.matcher = OrderMatcher(self._address("MATCHER()"))
            self._instrument = int(self._ask("INSTRUMENT()", "uint256"))
            money = self._address("TOKEN()")
        except KeelmarkError as error:
            raise InputError(f"venue: {address} answers as no example venue does") from error
        self.sanctions = SanctionsList(chain.run(self.parties.sanctions_list()))
        bond, coin = self._assets()
        self.tokens = (money, bond, coin)

    @classmethod
    def artefact(cls) -> Artefact:
        """The venue, compiled."""
        return compile_contract(cls.SOURCE)

    @classmethod
    def deploy(cls, chain: Chain) -> str:
        """The kit, and the venue on its registry, board and matcher."""
        return open_venue(lay_ground(chain), cls.artefact())

    def instruments(self) -> Sequence[Instrument]:
        """The perpetual."""
        return (self._linear(self._instrument, Kind.PERPETUAL, "SCAN_BTC_OTC_BPS"),)

    def deposit(self, party: Party, amount: int, asset: int | str = CASH) -> None:
        """Into the party's account."""
        values = (self.id_of(party), asset_number(asset), units(amount))
        signature = "deposit(uint256 account,uint256 asset,uint256 amount)"
        self.send(party, send(self, signature, values, GAS))

    def withdraw(
        self, party: Party, amount: int, asset: int | str = CASH, *, sender: Party | None = None
    ) -> None:
        """Out of the party's account."""
        values = (self.id_of(party), asset_number(asset), units(amount))
        signature = "withdraw(uint256 account,uint256 asset,uint256 amount)"
        self.send(sender or party, send(self, signature, values, GAS))

    def account(self, party: Party) -> Account:
        """At close-out valuation."""
        account = self.id_of(party)
        asked = "margin(uint256 account,uint256 valuation)"
        equity, requirement, _ = self._ask(asked, "(int256,uint256,uint256)", account, CLOSE_OUT)
        return Account(equity=equity, requirement=requirement, cash=self._held(party)[0])

    def position(self, party: Party, instrument: Instrument) -> int:
        """Signed size; there is one instrument."""
        return self._held(party)[1] if instrument.id == self._instrument else 0

    def liquidate(self, party: Party, taker: Party, size: int, instrument: Instrument) -> None:
        """Into the taker's account, at any mark."""
        limit = 2**255 if self.position(party, instrument) > 0 else 0
        values = (self.id_of(party), self.id_of(taker), size, limit)
        signature = "liquidate(uint256 account,uint256 taker,uint256 size,uint256 limit)"
        self.send(taker, send(self, signature, values, GAS))

    def settle_loss(self, party: Party) -> None:
        """Written off, where there is a loss."""
        if self._held(party)[0] < 0:
            values = (self.id_of(party),)
            self.send("keeper", send(self, "write_off(uint256 account)", values, GAS))

    def chained(self) -> Mapping[str, int]:
        """The venue's own report chain."""
        return {self.address: 0}

    def abi(self) -> Sequence[Mapping[str, Any]]:
        """As the compiler prints it."""
        return self.artefact().abi

    def _assets(self) -> tuple[str, str]:
        """Tokens of the two collateral assets, which the venue keeps in its code: behind the
        compiled part lie the immutables, an array with its length first, six words an asset."""
        artefact = self.artefact()
        code = self.chain.run(_code(self.address))
        start = len(artefact.runtime) + artefact.layout["code_layout"]["book"]["ASSETS"]["offset"]
        words = [code[at : at + 32] for at in range(start + 32, start + 13 * 32, 32)]
        return to_checksum_address(words[0][12:]), to_checksum_address(words[6][12:])

    def _held(self, party: Party) -> tuple[int, int]:
        """Cash and size."""
        found = self._ask(
            "accounts(uint256 account)",
            "(int256,int256,int256,bool,uint256)",
            self.id_of(party),
        )
        return int(found[0]), int(found[1])

    def _address(self, signature: str) -> str:
        """One address."""
        return str(to_checksum_address(self._ask(signature, "address")))

    def _ask(self, signature: str, answer: str, *values: Any) -> Any:
        """One answer of the venue."""
        return self.chain.run(read(self, signature, values, answer, lambda out: out[0], "latest"))


def open_venue(ground: Ground, artefact: Artefact) -> str:
    """Deploys a venue on a ground that is laid, with a reserve; answers its address.

    Args:
        ground: registries, board, matcher and tokens.
        artefact: the venue, or a variant with the same constructor.
    """
    kit, now = ground.deployment, ground.chain.block().time
    money, bond, coin = ground.tokens
    arguments = (
        kit.rulebook.address,
        kit.parties.address,
        kit.instruments.address,
        kit.board.address,
        kit.matcher.address,
        1,
        money,
        TOKEN_FEED,
        pack_lei(made_up_lei(4)),
        role("operator").address,
        [
            (bond, BOND_FEED, 2, False, now + BOND_DAYS * DAY, 6),
            (coin, COIN_FEED, 9, False, 0, 6),
        ],
    )
    receipt = ground.send(
        "deployer", create(artefact.name, artefact.bytecode, _TYPES, arguments, GAS)
    )
    address = str(receipt.contract)
    amount, keeper = units(RESERVE), role("keeper").address
    ground.send("minter", TestToken(money).mint(keeper, amount, gas=GAS))
    ground.send("keeper", TestToken(money).approve(address, amount, gas=GAS))
    venue = TestToken(address)
    ground.send("keeper", send(venue, "contribute(uint256 amount)", (amount,), GAS))
    return address


def _code(address: str) -> Operation[bytes]:
    """A contract's code."""
    code: bytes = yield GetCode(address)
    return code
