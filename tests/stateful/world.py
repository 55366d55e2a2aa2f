"""The stage of the machine: who is there, with what, before the first step."""

from __future__ import annotations

from typing import Any

from keelmark.margin.words import unpack_price_lane
from keelmark.proofs.report_chain import fold
from tests.stateful.losses import LossModel
from tests.stateful.stage import Reader, Stage, give_tokens
from tests.stateful.terms import Party
from tests.support import rebuilt
from tests.support.market import (
    BOND_FEED,
    BTC,
    ETH,
    PROFESSIONAL,
    RETAIL,
    TOKEN,
    TOKEN_FEED,
    WAD,
    Market,
)

EURO_FEED = 12
"""Feed of an e-money token in another currency."""

MEMBERS = ("member", "second member")
CLIENTS = ("maker", "fund manager", "speculator", "gambler", "retail trader", "retail saver")
BANNED = "british client"
NEWCOMER = "newcomer"
"""Known to the registry, without an account at the house."""

PAYER = "payer"
"""Pays for others; has no account."""

TRADERS = (*MEMBERS, *CLIENTS, BANNED)


def build(market: Market, backend: Any) -> Stage:
    """Everybody joins, and everything is listed."""
    market.list_instrument(ETH, multiplier=12_345)
    market.euro = market.deploy(
        "testnet/TestToken", "Test Euro", "TEUR", 6, market.actors("minter")
    )
    market.add_feed(EURO_FEED)
    market.price(EURO_FEED, WAD)
    market.do(
        market.house.functions.list_collateral(
            market.euro.address,
            EURO_FEED,
            1,
            True,
            6,
            0,
            50_000 * WAD,
        ),
        market.operator,
    )
    market.join("second member", PROFESSIONAL, "FR", member=True, share=20_000)
    market.join("maker", PROFESSIONAL, cash=4_000_000)
    market.join("fund manager", PROFESSIONAL, cash=30_000, bonds=25_000)
    market.join("speculator", PROFESSIONAL, cash=150_000, carried_by="second member")
    market.join("gambler", PROFESSIONAL, cash=250_000)
    market.join("retail trader", RETAIL, cash=9_000)
    market.join("retail saver", RETAIL, "FR", cash=60_000, carried_by="second member")
    market.join("british client", RETAIL, "GB", cash=9_000)
    market.deposit("member", 40_000)
    market.deposit("second member", 300_000)
    market.onboard(NEWCOMER)
    give_tokens(market, (*TRADERS, NEWCOMER, PAYER))
    dedicating = market.fund.functions.dedicate(market.house.address, 5_000 * TOKEN)
    market.do(dedicating, market.actors(PAYER))
    for feed, price in ((BTC, 8000), (ETH, 200), (TOKEN_FEED, 1), (BOND_FEED, 1), (EURO_FEED, 1)):
        market.price(feed, price * WAD)
    chains = rebuilt.both_chains(market)
    roots = {address: fold(logs) for address, logs in chains.items()}
    return Stage(backend, market, rebuilt.ledger(market, chains), roots, Reader(backend, market))


def model_of(stage: Stage) -> LossModel:
    """The model of the stage before the first step."""
    market, house = stage.market, stage.ledger.house
    parties = {number: Party() for number in market.ids.values()}
    for name in ("retail trader", "retail saver"):
        parties[market.ids[name]] = Party(retail=True, other_reason=0)
    # 6: crypto derivatives are banned for retail; 7: of anything else no rule is confirmed.
    parties[market.ids[BANNED]] = Party(retail=True, opening_reason=6, other_reason=7)
    lane = market.board.functions.price_lane
    feeds = (BTC, ETH, TOKEN_FEED, BOND_FEED, EURO_FEED)
    return LossModel(
        accounts=stage.ledger.accounts,
        house=house,
        lanes={feed: unpack_price_lane(lane(feed).call()) for feed in feeds},
        parties=parties,
        tokens=market.token.functions.balanceOf(market.house.address).call(),
        now=market.now(),
    )
