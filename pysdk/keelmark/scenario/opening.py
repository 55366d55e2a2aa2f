"""Brings a supervised venue up: the kit, feeds, instruments, and every party with its money."""

from __future__ import annotations

from collections.abc import Callable

from keelmark.bindings.instrument_registry import Terms
from keelmark.bindings.test_token import TestToken
from keelmark.chain.client import Chain
from keelmark.chain.compiler import compile_contract
from keelmark.deploy import Plan, deploy
from keelmark.scenario.cast import (
    CAST,
    FUNCTIONS,
    HOUSE_DEDICATED,
    REPORTERS,
    signer_of,
    test_lei,
)
from keelmark.scenario.venue import BOND_FEED, BTC, GAS, LOT_EXP, TOKEN, TOKEN_FEED, Venue
from keelmark.units import WAD

__all__ = ["NINE_HOURS", "open_venue", "reporter_addresses"]

BTC_DTI = b"4H95J0R2X"

NINE_HOURS = 9 * 3600
"""Greatest age of a BTC price: the replay pushes four a day, at most eight hours apart."""

DAY_AND_TWO_HOURS = 26 * 3600
"""Greatest age of the token's and the bond's price, pushed once a day; the rulebook's limit."""


def open_venue(
    chain: Chain,
    start: int,
    near_expiry: int,
    far_expiry: int,
    progress: Callable[[str], None] | None = None,
) -> Venue:
    """Deploys the kit, lists the instruments, brings every party in.

    Args:
        chain: a chain of one's own.
        start: seconds; the venue is set up in the hour before.
        near_expiry: of the first dated future, 08:00 UTC of a day.
        far_expiry: of the second.
        progress: told what is being done.

    Raises:
        Reverted: a contract refused; nothing in the set-up is meant to be refused.
    """
    tell = progress or (lambda _: None)
    for name in (*FUNCTIONS, *(actor.name for actor in CAST)):
        chain.local.fund(signer_of(name).address, 10**24)
    chain.set_time(start - 3600)
    deployer = chain.signing(signer_of("deployer"))
    minter = signer_of("minter").address
    code = compile_contract("testnet/TestToken").bytecode
    tokens = [
        deployer.run(
            TestToken.create(
                code, long_name=name, short_name=symbol, digits=6, minter=minter, gas=GAS
            )
        ).contract
        for name, symbol in (("Test Dollar", "TUSD"), ("Test Government Bond", "TGOV"))
    ]
    token, bond = (TestToken(str(address)) for address in tokens)
    tell("deploying the kit")
    deployment = deploy(
        deployer,
        Plan(
            lei=test_lei(0),
            token=token.address,
            token_feed=TOKEN_FEED,
            operator=signer_of("house operator").address,
            registrar=signer_of("registrar").address,
            supervisor=signer_of("supervisor").address,
            lister=signer_of("lister").address,
            price_operator=signer_of("price operator").address,
        ),
    )
    venue = Venue(chain, deployment, token, bond, near_expiry=near_expiry, far_expiry=far_expiry)
    venue.transactions = 2 + len(deployment.contracts)
    venue.gas_used = sum(found.gas_used for found in deployment.contracts.values())
    venue.now = chain.block().time
    tell("feeds and instruments")
    _list(venue)
    tell("parties and collateral")
    venue.onboard(CAST)
    house = deployment.house
    for actor in CAST:
        venue.endow(actor)
        venue.enrol(actor)
    operator = "house operator"
    wallet = signer_of(operator).address
    venue.send("minter", token.mint(wallet, HOUSE_DEDICATED * TOKEN, gas=GAS))
    venue.send(operator, token.approve(deployment.fund.address, 2**200, gas=GAS))
    dedicating = deployment.fund.dedicate(house.address, HOUSE_DEDICATED * TOKEN, gas=GAS)
    venue.send(operator, dedicating)
    return venue


def reporter_addresses(names: tuple[str, ...]) -> list[str]:
    """Reporters' addresses in the ascending order that the board asks for."""
    return sorted((signer_of(name).address for name in names), key=lambda text: int(text, 16))


def _list(venue: Venue) -> None:
    """Feeds with two of three reporters, the underlier, three instruments, the bond."""
    board, registry, house = (
        venue.deployment.board,
        venue.deployment.instruments,
        venue.deployment.house,
    )
    reporters = reporter_addresses(REPORTERS)
    bounds = 10**12, 10**25
    for feed, age in (
        (BTC, NINE_HOURS),
        (TOKEN_FEED, DAY_AND_TWO_HOURS),
        (BOND_FEED, DAY_AND_TWO_HOURS),
    ):
        venue.send("price operator", board.add_feed(feed, *bounds, 500, 1, gas=GAS))
        setting = board.set_signed_source(feed, reporters, 2, age, gas=GAS)
        venue.send("price operator", setting)
    for feed in (TOKEN_FEED, BOND_FEED):
        venue.push(feed, WAD, venue.now + 1)
    venue.send("lister", registry.add_underlier(BTC_DTI, 7, b"BTC".ljust(8, b"\0"), gas=GAS))
    for expiry in (0, venue.near_expiry, venue.far_expiry):
        terms = Terms(
            kind=2 if expiry else 1,
            underlier=BTC,
            expiry=expiry,
            lot_exp=LOT_EXP,
            cfi=b"FFMCSX" if expiry else b"JTMXCC",
            upi=bytes(12),
            settlement_currency=b"USD".ljust(9, b"\0"),
            strike=0,
            option_type=0,
        )
        venue.send("lister", registry.add_instrument(terms, gas=GAS))
    venue.perpetual, venue.near, venue.far = 1, 2, 3
    for number in (1, 2, 3):
        venue.send("house operator", house.list_instrument(number, 10_000, gas=GAS))
    listing = house.list_collateral(
        token=venue.bond.address,
        feed=BOND_FEED,
        kind=2,
        fx=False,
        decimals=6,
        maturity=venue.far_expiry + 200 * 86_400,
        cap=10**26,
        gas=GAS,
    )
    venue.send("house operator", listing)
