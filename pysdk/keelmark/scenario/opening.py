"""Brings a supervised venue up: the kit, feeds, instruments, and every party with its money."""

from __future__ import annotations

from collections.abc import Callable

from keelmark.bindings.instrument_registry import Terms
from keelmark.bindings.party_registry import Attestation
from keelmark.bindings.test_token import TestToken
from keelmark.chain.client import Chain
from keelmark.chain.compiler import compile_contract
from keelmark.deploy import Plan, deploy
from keelmark.pricing.surface import forward_feed
from keelmark.scenario.cast import (
    AUTHORITY_COUNTRY,
    AUTHORITY_LEI,
    CAST,
    FUNCTIONS,
    HOUSE_DEDICATED,
    REPORTERS,
    lei_word,
    signer_of,
    test_lei,
)
from keelmark.scenario.venue import (
    BOND_FEED,
    BTC,
    GAS,
    LOT_EXP,
    TOKEN,
    TOKEN_FEED,
    WARNING_HASH,
    Venue,
)
from keelmark.scenario.volatility import SURFACE
from keelmark.units import WAD

__all__ = ["NINE_HOURS", "open_venue", "reporter_addresses"]

BTC_DTI = b"4H95J0R2X"

CALL, PUT = 1, 2
"""Types of an option, as the registry numbers them."""

NINE_HOURS = 9 * 3600
"""Greatest age of a BTC price: the replay pushes four a day, at most eight hours apart."""

DAY_AND_TWO_HOURS = 26 * 3600
"""Greatest age of the token's and the bond's price, pushed once a day; the rulebook's limit."""


def open_venue(
    chain: Chain,
    start: int,
    expiries: tuple[int, int],
    strikes: tuple[int, int],
    progress: Callable[[str], None] | None = None,
) -> Venue:
    """Deploys the kit, lists the instruments, brings every party in.

    Args:
        chain: a chain of one's own.
        start: seconds; the venue is set up in the hour before.
        expiries: of the first dated future, which is the options' too, and of the second; each
            at 08:00 UTC of a day.
        strikes: of the put and the call, wad.
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
            convenor=signer_of("convenor").address,
            supervisor=signer_of("authority").address,
            supervisor_lei=test_lei(AUTHORITY_LEI),
            supervisor_jurisdiction=AUTHORITY_COUNTRY,
            sanctions_officer=signer_of("sanctions officer").address,
            lister=signer_of("lister").address,
            price_operator=signer_of("price operator").address,
        ),
    )
    venue = Venue(chain, deployment, token, bond)
    venue.near_expiry, venue.far_expiry = expiries
    venue.put_strike, venue.call_strike = strikes
    venue.transactions = 2 + len(deployment.contracts)
    venue.gas_used = sum(found.gas_used for found in deployment.contracts.values())
    venue.now = chain.block().time
    tell("feeds and instruments")
    _list(venue)
    tell("parties and collateral")
    venue.confirm_list()
    _onboard(venue)
    for country in sorted({actor.country for actor in CAST if actor.warned}):
        publishing = deployment.parties.publish_warning(
            country.encode(), WARNING_HASH, venue.now + 60, gas=GAS
        )
        venue.send("registrar", publishing)
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


def _onboard(venue: Venue) -> None:
    """Attests every party in one transaction; ids follow the order."""
    venue.ids.update({actor.name: number for number, actor in enumerate(CAST, start=1)})
    ids = venue.ids
    attestations = [
        Attestation(
            wallet=signer_of(actor.name).address,
            identifier=10_000 + ids[actor.name] if actor.retail else lei_word(ids[actor.name]),
            jurisdiction=actor.country.encode(),
            category=int(actor.category),
            natural_person=actor.retail,
            member=ids[actor.carried_by] if actor.retail else 0,
            expiry=venue.far_expiry + 400 * 86_400,
            status_until=0,
            screened_at=venue.now,
        )
        for actor in CAST
    ]
    venue.send("registrar", venue.deployment.parties.onboard_many(attestations, gas=GAS))


def _list(venue: Venue) -> None:
    """Feeds, the underlier, five instruments, the bond."""
    _feeds(venue)
    registry, house = venue.deployment.instruments, venue.deployment.house
    venue.send("lister", registry.add_underlier(BTC_DTI, 7, b"BTC".ljust(8, b"\0"), gas=GAS))
    near = venue.near_expiry
    venue.perpetual = _instrument(venue, 1, b"JTMXCC")
    venue.near = _instrument(venue, 2, b"FFMCSX", near)
    venue.far = _instrument(venue, 2, b"FFMCSX", venue.far_expiry)
    venue.put = _instrument(venue, 3, b"HTNDVC", near, venue.put_strike, PUT)
    venue.call = _instrument(venue, 3, b"HTNAVC", near, venue.call_strike, CALL)
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


def _feeds(venue: Venue) -> None:
    """Feeds with two of three reporters: the spot, its surface, the token, the bond."""
    board, operator = venue.deployment.board, "price operator"
    bounds = 10**12, 10**25
    for feed in (BTC, TOKEN_FEED, BOND_FEED):
        venue.send(operator, board.add_feed(feed, *bounds, 500, 1, gas=GAS))
    reporters = reporter_addresses(REPORTERS)
    setting = board.set_signed_source(BTC, reporters, 2, NINE_HOURS, gas=GAS)
    venue.send(operator, setting)
    listing = board.list_surface(
        BTC, SURFACE.tenors, SURFACE.moneyness, WAD // 100, 5 * WAD, 500, 1, gas=GAS
    )
    venue.send(operator, listing)
    adding = board.add_expiry(BTC, venue.near_expiry, *bounds, 500, 1, gas=GAS)
    venue.send(operator, adding)
    points = [feed for row in SURFACE.volatility_feeds() for feed in row]
    points.append(forward_feed(BTC, venue.near_expiry))
    for feeds, age in ((points, NINE_HOURS), ([TOKEN_FEED, BOND_FEED], DAY_AND_TWO_HOURS)):
        venue.send(operator, board.share_signed_source(feeds, BTC, age, gas=GAS))
    venue.push_many({TOKEN_FEED: WAD, BOND_FEED: WAD}, venue.now + 1)


def _instrument(
    venue: Venue, kind: int, cfi: bytes, expiry: int = 0, strike: int = 0, option_type: int = 0
) -> int:
    """Registers and lists an instrument on BTC; its id."""
    terms = Terms(
        kind=kind,
        underlier=BTC,
        expiry=expiry,
        lot_exp=LOT_EXP,
        cfi=cfi,
        upi=bytes(12),
        settlement_currency=b"USD".ljust(9, b"\0"),
        strike=strike,
        option_type=option_type,
    )
    venue.send("lister", venue.deployment.instruments.add_instrument(terms, gas=GAS))
    number = len(venue.book.house.instruments) + 1
    listing = venue.deployment.house.list_instrument(number, 10_000, gas=GAS)
    venue.send("house operator", listing)
    return number
