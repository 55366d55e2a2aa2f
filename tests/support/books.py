"""Accounts and markets for tests of the margin arithmetic, drawn or made by hand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from keelmark.types import (
    AccountState,
    AssetClass,
    CollateralAsset,
    CollateralClass,
    Instrument,
    Kind,
    MarketState,
    Position,
    PriceLane,
)

WAD = 10**18
NOW = 1_583_971_200
"""12 March 2020, midnight UTC."""
DAY = 86_400
SETTLEMENT_FEED = 99
LOT = 10**13


def perpetual(feed: int = 1, scan_bps: int = 3300, **changes: int) -> Instrument:
    """A crypto perpetual whose funding window has just started."""
    made = Instrument(
        time=NOW,
        feed=feed,
        asset_class=AssetClass.CRYPTO,
        kind=Kind.PERPETUAL,
        scan_bps=scan_bps,
        lot_exp=13,
    )
    return replace(made, **changes)


def dated(feed: int = 1, scan_bps: int = 3300, **changes: int) -> Instrument:
    """A crypto future that expires in thirty days."""
    made = perpetual(feed, scan_bps, kind=Kind.DATED_FUTURE, time=NOW + 30 * DAY)
    return replace(made, **changes)


def market(
    instruments: dict[int, Instrument],
    prices: dict[int, int],
    assets: dict[int, CollateralAsset] | None = None,
) -> MarketState:
    """A market whose prices are all fresh; the settlement token is at par."""
    lanes = {feed: PriceLane(price, NOW + 3600) for feed, price in prices.items()}
    lanes.setdefault(SETTLEMENT_FEED, PriceLane(WAD, NOW + 3600))
    return MarketState(NOW, instruments, lanes, SETTLEMENT_FEED, assets or {})


def token(asset_class: int = CollateralClass.E_MONEY, **changes: int) -> CollateralAsset:
    """A collateral asset of six decimals on feed 50, with a cap that does not bind."""
    made = CollateralAsset(
        feed=50,
        asset_class=asset_class,
        foreign_currency=False,
        decimals=6,
        maturity=0,
        cap=10**30,
    )
    return replace(made, **changes)


prices = st.integers(10**14, 10**5 * WAD)
sizes = st.integers(-(10**8), 10**8).map(lambda lots: lots * LOT)
quotes = st.integers(-(10**24), 10**24)


@st.composite
def instruments(draw: st.DrawFn, feed: int) -> Instrument:
    """Any linear instrument on a feed."""
    kind = draw(st.sampled_from([Kind.PERPETUAL, Kind.DATED_FUTURE]))
    started = NOW - draw(st.integers(0, 7200))
    expiry = NOW + draw(st.integers(0, 4000)) * DAY
    funded = kind is Kind.PERPETUAL
    return Instrument(
        time=started if funded else expiry,
        feed=feed,
        asset_class=draw(st.sampled_from(list(AssetClass))),
        kind=kind,
        scan_bps=draw(st.sampled_from([0, 1500, 1850, 3300, 5000])),
        multiplier_bps=draw(st.sampled_from([10_000, 10_001, 12_500, 20_000])),
        lot_exp=13,
        funding_index=draw(st.integers(-(10**20), 10**20)) if funded else 0,
        funding_rate=draw(st.integers(-(10**15), 10**15)) if funded else 0,
    )


@st.composite
def books(draw: st.DrawFn, retail: bool | None = None) -> tuple[AccountState, MarketState]:
    """An account of up to eight positions on up to three underliers, and its market."""
    feeds = draw(st.integers(1, 3))
    count = draw(st.integers(0, 8))
    listed = {
        number: draw(instruments(draw(st.integers(1, feeds)))) for number in range(1, count + 1)
    }
    held = tuple(Position(number, draw(sizes), draw(quotes)) for number in listed)
    is_retail = draw(st.booleans()) if retail is None else retail
    entries = {number: draw(st.integers(0, 10**24)) for number in listed} if is_retail else {}
    account = AccountState(
        cash=draw(st.integers(-(10**24), 10**24)),
        positions=held,
        entry_notional=entries,
        retail=is_retail,
    )
    return account, market(listed, {feed: draw(prices) for feed in range(1, feeds + 1)})
