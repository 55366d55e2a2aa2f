"""What a venue of the kit stands on, brought up on a chain of one's own.

Registries, sanctions list, price board, matcher and clearing house, with feeds and instruments,
every role held by a key that follows from its name. Those keys are public: this is for a chain that
nobody else uses.
"""

from __future__ import annotations

from functools import cache

from eth_utils.crypto import keccak

from keelmark.bindings.instrument_registry import Terms
from keelmark.bindings.price_board import PriceBoard
from keelmark.bindings.test_token import TestToken
from keelmark.chain.client import Chain
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import Operation, Receipt
from keelmark.chain.signer import Signer
from keelmark.conformance.adapter import is_local
from keelmark.deploy import Deployment, Plan, deploy
from keelmark.deploy.surfaces import board_domain, sign_price
from keelmark.identifiers import complete_lei
from keelmark.units import WAD

__all__ = [
    "BOND_DAYS",
    "BOND_FEED",
    "BTC",
    "COIN_FEED",
    "GAS",
    "LIST_SOURCE",
    "LOT",
    "PRICES",
    "TOKEN_FEED",
    "VALIDITY",
    "WARNING",
    "Ground",
    "lay_ground",
    "push_price",
    "role",
    "made_up_lei",
]

BTC, TOKEN_FEED, BOND_FEED, COIN_FEED = 1, 10, 11, 12
"""Feeds: the underlier's, the settlement token's, a government bond's, an unbacked coin's."""

PRICES = {BTC: 8_000 * WAD, TOKEN_FEED: WAD, BOND_FEED: WAD, COIN_FEED: 100 * WAD}
VALIDITY = {BTC: 9 * 3600, TOKEN_FEED: 26 * 3600, BOND_FEED: 26 * 3600, COIN_FEED: 26 * 3600}
"""Seconds for which a feed's price is good."""

BTC_DTI = b"4H95J0R2X"
LOT_EXP = 15
LOT = 10**LOT_EXP
GAS = 8_000_000
BOND_DAYS = 300
"""Days to the bond's maturity, and to the dated future's expiry the third part."""

WARNING = bytes(keccak(text="keelmark conformance: a risk warning"))
LIST_SOURCE = bytes(keccak(text="keelmark conformance: a sanctions list"))

ROLES = (
    "deployer",
    "operator",
    "registrar",
    "convenor",
    "supervisor",
    "sanctions officer",
    "lister",
    "price operator",
    "reporter",
    "minter",
    "keeper",
    "member",
)


@cache
def role(name: str) -> Signer:
    """The wallet of a role; its key is public."""
    return Signer.from_key(bytes(keccak(text=f"keelmark conformance {name}")))


def made_up_lei(number: int) -> str:
    """A well-formed LEI that says that it is a test's."""
    return complete_lei(f"5299KEELMARKCNF{number:03d}")


class Ground:
    """The deployed parts, and who sends to them."""

    def __init__(self, chain: Chain, deployment: Deployment, tokens: tuple[str, str, str]) -> None:
        self.chain = chain
        self.deployment = deployment
        self.tokens = tokens
        """Settlement token, bond, coin."""

    def send(self, who: str, operation: Operation[Receipt]) -> Receipt:
        """A transaction of a role."""
        return self.chain.signing(role(who)).run(operation)


def lay_ground(chain: Chain) -> Ground:
    """Deploys and lists everything.

    Args:
        chain: a chain of one's own.

    Raises:
        InputError: the chain is none of one's own.
    """
    for name in ROLES:
        chain.local.fund(role(name).address, 10**24)
    code = compile_contract("testnet/TestToken").bytecode
    tokens = [
        chain.signing(role("deployer")).run(
            TestToken.create(
                code,
                long_name=name,
                short_name=symbol,
                digits=6,
                minter=role("minter").address,
                gas=GAS,
            )
        )
        for name, symbol in (("Test Dollar", "TUSD"), ("Test Bond", "TGOV"), ("Coin", "COIN"))
    ]
    money, bond, coin = (str(receipt.contract) for receipt in tokens)
    deployment = deploy(
        chain.signing(role("deployer")),
        Plan(
            lei=made_up_lei(1),
            token=money,
            token_feed=TOKEN_FEED,
            operator=role("operator").address,
            registrar=role("registrar").address,
            convenor=role("convenor").address,
            supervisor=role("supervisor").address,
            supervisor_lei=made_up_lei(2),
            supervisor_jurisdiction="DE",
            sanctions_officer=role("sanctions officer").address,
            lister=role("lister").address,
            price_operator=role("price operator").address,
        ),
    )
    ground = Ground(chain, deployment, (money, bond, coin))
    _feeds(ground)
    _instruments(ground)
    now = chain.block().time
    ground.send("sanctions officer", deployment.sanctions.confirm(LIST_SOURCE, now, gas=GAS))
    ground.send("keeper", deployment.parties.sync_list(gas=GAS))
    publishing = deployment.parties.publish_warning(b"DE", WARNING, now + 60, gas=GAS)
    ground.send("registrar", publishing)
    return ground


def push_price(chain: Chain, board: PriceBoard, feed: int, price: int, *, wait: int = 1) -> None:
    """A price that the reporter signs, in a block so many seconds after the newest where time is
    ours; a negative one as the number that a broken source would report."""
    time = chain.block().time + wait
    if is_local(chain):
        chain.local.set_time(time)
    word = price % 2**256
    domain = board_domain(chain.chain_id(), board.address)
    signed = sign_price([role("reporter")], domain, feed, word, time)
    chain.signing(role("keeper")).run(board.push(feed, word, time, signed, gas=GAS))


def _feeds(ground: Ground) -> None:
    """Feeds with one reporter, and a first price each."""
    board = ground.deployment.board
    for feed, price in PRICES.items():
        ground.send("price operator", board.add_feed(feed, 10**12, 10**25, 500, 1, gas=GAS))
        reporters = [role("reporter").address]
        setting = board.set_signed_source(feed, reporters, 1, VALIDITY[feed], gas=GAS)
        ground.send("price operator", setting)
        push_price(ground.chain, board, feed, price)


def _instruments(ground: Ground) -> None:
    """BTC, its perpetual (1) and a dated future (2)."""
    registry = ground.deployment.instruments
    symbol = b"BTC".ljust(8, b"\0")
    ground.send("lister", registry.add_underlier(BTC_DTI, 7, symbol, gas=GAS))
    day = ground.chain.block().time // 86_400
    for kind, cfi, expiry in (
        (1, b"JTMXCC", 0),
        (2, b"FFMCSX", (day + BOND_DAYS // 3) * 86_400 + 8 * 3600),
    ):
        terms = Terms(
            kind=kind,
            underlier=BTC,
            expiry=expiry,
            lot_exp=LOT_EXP,
            cfi=cfi,
            upi=bytes(12),
            settlement_currency=b"USD".ljust(9, b"\0"),
            strike=0,
            option_type=0,
        )
        ground.send("lister", registry.add_instrument(terms, gas=GAS))
