"""What collateral counts, and what it is sold for.

A collateral asset counts `C (1 - H - Hfx)`: the haircut of its class and that of a currency
mismatch add (Annex II, paragraph 1, of Delegated Regulation (EU) 2016/2251). The classes
and their figures are the framework's; what is not on its list of eligible collateral,
unbacked crypto above all, counts zero. An electronic money token counts as cash (derived) at
the lower of par and market, and not at all for opening and withdrawal once it trades below
the floor.

A stale price counts zero where the account asks for something (opening, withdrawal) and at
its last valid value where it is being judged (close-out): a feed that stops must neither
free money nor liquidate anybody.
"""

from __future__ import annotations

from keelmark.margin.results import CollateralMargin
from keelmark.margin.schedule import YEAR_SECONDS
from keelmark.regulation import value
from keelmark.types import (
    CollateralAsset,
    CollateralClass,
    MarketState,
    PriceLane,
    Valuation,
)
from keelmark.units import BPS, WAD, div_ceil, div_floor

_DEBT_RULES = {
    CollateralClass.GOVERNMENT: (
        "HAIRCUT_GOV_LE1Y_BPS",
        "HAIRCUT_GOV_1_5Y_BPS",
        "HAIRCUT_GOV_GT5Y_BPS",
    ),
    CollateralClass.CORPORATE: (
        "HAIRCUT_CORP_LE1Y_BPS",
        "HAIRCUT_CORP_1_5Y_BPS",
        "HAIRCUT_CORP_GT5Y_BPS",
    ),
}


def haircut_rule(asset_class: int, residual_seconds: int) -> str:
    """The id of the haircut's rule; a class that is not eligible takes that of crypto.

    Args:
        asset_class: `CollateralClass`, or anything else.
        residual_seconds: to redemption, for debt.
    """
    if asset_class == CollateralClass.E_MONEY:
        return "HAIRCUT_EMT_BPS"
    if asset_class == CollateralClass.EQUITY:
        return "HAIRCUT_EQUITY_BPS"
    if asset_class == CollateralClass.GOLD:
        return "HAIRCUT_GOLD_BPS"
    for eligible, (short, middle, long) in _DEBT_RULES.items():
        if asset_class == eligible:
            if residual_seconds <= YEAR_SECONDS:
                return short
            return middle if residual_seconds <= 5 * YEAR_SECONDS else long
    return "HAIRCUT_UNBACKED_CRYPTO_BPS"


def haircut_bps(asset: CollateralAsset, now: int) -> int:
    """Both haircuts of an asset together, in basis points, at most 10,000."""
    residual = max(0, asset.maturity - now)
    own = value(haircut_rule(asset.asset_class, residual))
    mismatch = value("HAIRCUT_FX_BPS") if asset.foreign_currency else 0
    return min(BPS, own + mismatch)


def valuation_price(asset: CollateralAsset, lane: PriceLane, valuation: Valuation, now: int) -> int:
    """The price at which an asset counts under a valuation, wad."""
    if valuation != Valuation.CLOSE_OUT and not lane.fresh(now):
        return 0
    if asset.asset_class == CollateralClass.E_MONEY and not asset.foreign_currency:
        return par_price(lane.price, valuation)
    return lane.price


def par_price(price: int, valuation: Valuation) -> int:
    """A par asset's price: the lower of par and market, zero below the floor.

    The floor binds opening and withdrawal only: it must not liquidate anybody.
    """
    floor = value("EMT_PAR_FLOOR_BPS") * WAD // BPS
    if valuation != Valuation.CLOSE_OUT and price < floor:
        return 0
    return min(price, WAD)


def token_value(balance: int, decimals: int, price: int) -> int:
    """A balance in token units at a price, wad, rounded down."""
    return div_floor(balance * 10 ** (18 - decimals) * price, WAD)


def collateral_margin(
    asset_id: int,
    balance: int,
    market: MarketState,
    valuation: Valuation,
    *,
    retail: bool,
) -> CollateralMargin:
    """What one collateral balance counts.

    Args:
        asset_id: 1 to 8.
        balance: token units.
        market: prices and the asset's word.
        valuation: the purpose.
        retail: whether the account is retail, whose money is e-money only.
    """
    asset = market.assets[asset_id]
    price = valuation_price(asset, market.lanes[asset.feed], valuation, market.now)
    worth = token_value(balance, asset.decimals, price)
    haircut = haircut_bps(asset, market.now)
    counted = min(div_floor(worth * (BPS - haircut), BPS), asset.cap)
    if retail and asset.asset_class != CollateralClass.E_MONEY:
        counted = 0
    return CollateralMargin(asset_id, balance, price, worth, haircut, counted)


def cash_part(cash: int, lane: PriceLane, valuation: Valuation, now: int) -> int:
    """What an account's cash counts, wad.

    Money owed counts in full. Money held is a claim on the settlement token, so it is
    worth no more than the token.
    """
    if cash < 0:
        return cash
    if valuation != Valuation.CLOSE_OUT and not lane.fresh(now):
        return 0
    return div_floor(cash * par_price(lane.price, valuation), WAD)


def sale_discount_bps(asset: CollateralAsset, now: int) -> int:
    """The discount at which collateral is sold: never larger than its haircut."""
    return min(value("COLLATERAL_SALE_DISCOUNT_BPS"), haircut_bps(asset, now))


def sale_cost(asset: CollateralAsset, amount: int, price: int, now: int) -> int:
    """What a buyer pays for collateral of an account in debt, wad, rounded up.

    Args:
        asset: what is sold.
        amount: token units.
        price: the board's, wad.
        now: Unix seconds.
    """
    scaled = amount * 10 ** (18 - asset.decimals) * price
    return div_ceil(scaled * (BPS - sale_discount_bps(asset, now)), WAD * BPS)
