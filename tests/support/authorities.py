"""A house under two authorities, of DE and FR, on any chain, with a party in each country."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_utils import keccak

from keelmark.bindings import TestToken as Token
from keelmark.chain import Chain, Signer
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import Operation
from keelmark.deploy import Deployment, Plan, deploy
from tests.conftest import find
from tests.support.parties import Attestation, lei_text, lei_word
from tests.support.supervision import ALL_POWERS
from tests.support.tester import Actor

__all__ = ["BASIS", "CASE", "DAY", "FOREVER", "IDS", "WIDE", "Venue", "govern"]

DAY = 86_400
BASIS = b"EU 596/2014 Art. 23".ljust(32, b"\0")
CASE = b"\x11" * 32
SOURCE = b"\x5a" * 32
GAS = 8_000_000
FOREVER = 2**32 - 1

ACTORS = (
    "deployer", "operator", "registrar", "convenor", "BaFin", "AMF", "officer", "lister",
    "board operator", "reporter", "minter", "keeper", "German firm", "French firm", "new key",
)  # fmt: skip
WIDE = 10**26
"""Highest price to believe that `govern` announces for feed 1, wad."""

IDS = {"German firm": 1, "French firm": 2}
"""Account ids, in the order of onboarding."""


@dataclass
class Venue:
    """The kit, its authorities (BaFin is 1, AMF is 2) and its parties."""

    chain: Chain
    signers: dict[str, Signer] = field(init=False)
    kit: Deployment = field(init=False)

    def __post_init__(self) -> None:
        self.signers = {name: Signer.from_key(Actor(name).key) for name in ACTORS}
        for signer in self.signers.values():
            self.chain.local.fund(signer.address)
        token = self.act(
            "deployer",
            Token.create(
                compile_contract(find("testnet/TestToken")).bytecode,
                long_name="Test dollar",
                short_name="TUSD",
                digits=6,
                minter=self.wallet("minter"),
                gas=GAS,
            ),
        )
        self.kit = deploy(
            self.chain.signing(self.signers["deployer"]),
            Plan(
                lei=lei_text(1),
                token=str(token.contract),
                token_feed=2,
                operator=self.wallet("operator"),
                registrar=self.wallet("registrar"),
                convenor=self.wallet("convenor"),
                supervisor=self.wallet("BaFin"),
                supervisor_lei=lei_text(2),
                supervisor_jurisdiction="DE",
                sanctions_officer=self.wallet("officer"),
                lister=self.wallet("lister"),
                price_operator=self.wallet("board operator"),
            ),
        )
        self.act("officer", self.kit.sanctions.confirm(SOURCE, self.now(), gas=GAS))
        self.act("keeper", self.kit.parties.sync_list(gas=GAS))
        for name, country in (("German firm", b"DE"), ("French firm", b"FR")):
            attestation = Attestation(
                wallet=self.wallet(name),
                identifier=lei_word(lei_text(10 + IDS[name])),
                jurisdiction=country,
                category=2,
                natural_person=False,
                member=0,
                expiry=self.now() + 300 * DAY,
                status_until=0,
                screened_at=self.now(),
            )
            self.act("registrar", self.kit.parties.onboard(attestation, gas=GAS))
        self.act(
            "convenor",
            self.kit.supervision.recognise_authority(
                self.wallet("AMF"), lei_word(lei_text(3)), b"FR", ALL_POWERS, FOREVER, BASIS,
                gas=GAS,
            ),
        )  # fmt: skip
        self.later(DAY)

    def wallet(self, name: str) -> str:
        """An actor's address."""
        return self.signers[name].address

    def act(self, name: str, operation: Operation[Any]) -> Any:
        """An act of somebody."""
        return self.chain.signing(self.signers[name]).run(operation)

    def now(self) -> int:
        """Time of the newest block."""
        return self.chain.block().time

    def later(self, seconds: int) -> None:
        """A block comes so much later."""
        self.chain.set_time(self.now() + seconds)
        self.chain.local.mine()

    def feed(self, number: int, price: int = 10**18) -> None:
        """A feed with one signed reporter and a price, whose changes are announced from then on."""
        board = self.kit.board
        self.act("board operator", board.add_feed(number, 10**12, 10**25, 500, 1, gas=GAS))
        setting = board.set_signed_source(number, [self.wallet("reporter")], 1, 9 * 3600, gas=GAS)
        self.act("board operator", setting)
        time = self.now() + 1
        self.chain.set_time(time)
        signature = self.signers["reporter"].sign_typed_data(
            {
                "name": "Keelmark PriceBoard",
                "version": "1",
                "chainId": self.chain.chain_id(),
                "verifyingContract": board.address,
            },
            {
                "Price": [
                    {"name": name, "type": "uint256"} for name in ("feed", "price", "timestamp")
                ]
            },
            {"feed": number, "price": price, "timestamp": time},
        )
        self.act("keeper", board.push(number, price, time, [signature], gas=GAS))


def role(name: str) -> bytes:
    """A role as the contracts name it."""
    return bytes(keccak(name.encode()))


def govern(venue: Venue) -> dict[str, int]:
    """One of each thing that governance can have under way; the seconds that belong to them."""
    kit, act = venue.kit, venue.act
    german, french = venue.wallet("German firm"), venue.wallet("French firm")
    act("convenor", kit.supervision.narrow_mandate(2, 65, FOREVER - 1, BASIS))
    act("convenor", kit.supervision.widen_mandate(2, 67, FOREVER, BASIS))
    times = {"wider": venue.now() + DAY}
    act("BaFin", kit.supervision.offer_mandate(venue.wallet("new key")))
    act("operator", kit.house.hand_over_role(role("operator"), venue.wallet("new key"), gas=GAS))
    act("registrar", kit.parties.hand_over_role(role("registrar"), venue.wallet("keeper")))
    times |= {"short": venue.now() + DAY, "long": venue.now() + 90 * DAY}
    act("BaFin", kit.parties.freeze(german, 0, BASIS, CASE, times["short"]))
    act("BaFin", kit.parties.restrict(german, 0, BASIS, CASE, times["long"]))
    act("AMF", kit.parties.freeze(french, 0, BASIS, CASE, times["long"]))
    act("BaFin", kit.parties.bar_instrument(5, BASIS, CASE, times["short"]))
    act("registrar", kit.parties.announce_recovery(french, venue.wallet("new key"), CASE))
    times["ripe"] = venue.now() + 7 * DAY
    times["halt"] = venue.now() + 3 * DAY
    act("BaFin", kit.parties.halt(times["halt"], BASIS, CASE))
    venue.feed(1)
    venue.feed(2)
    act("board operator", kit.board.set_limits(1, 10**12, WIDE, 500, 1, gas=GAS))
    times["feed"] = venue.now() + DAY
    return times
