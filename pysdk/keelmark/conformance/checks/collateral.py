"""What collateral counts for."""

from __future__ import annotations

from keelmark.conformance.check import Violation, check
from keelmark.conformance.checks.figures import to_cents
from keelmark.conformance.desk import RETAIL, UNIT, Desk, money
from keelmark.conformance.guarded import sequence
from keelmark.conformance.vocabulary import Asset, NotOffered
from keelmark.regulation import value
from keelmark.types import CollateralClass
from keelmark.units import BPS, WAD

YEAR = 365 * 86_400
HAIRCUTS = (
    "HAIRCUT_GOV_LE1Y_BPS",
    "HAIRCUT_GOV_1_5Y_BPS",
    "HAIRCUT_GOV_GT5Y_BPS",
    "HAIRCUT_CORP_LE1Y_BPS",
    "HAIRCUT_CORP_1_5Y_BPS",
    "HAIRCUT_CORP_GT5Y_BPS",
    "HAIRCUT_EQUITY_BPS",
    "HAIRCUT_GOLD_BPS",
    "HAIRCUT_FX_BPS",
    "HAIRCUTS_ADD",
)
AMOUNT = 1_000 * WAD
"""Tokens that are paid in."""


def haircut_bps(asset: Asset) -> int:
    """What the law takes off at least, of an asset's value."""
    if asset.kind is None:
        return BPS
    residual = asset.residual_seconds
    years = "LE1Y" if residual <= YEAR else "1_5Y" if residual <= 5 * YEAR else "GT5Y"
    own = {
        CollateralClass.E_MONEY: "HAIRCUT_EMT_BPS",
        CollateralClass.GOVERNMENT: f"HAIRCUT_GOV_{years}_BPS",
        CollateralClass.CORPORATE: f"HAIRCUT_CORP_{years}_BPS",
        CollateralClass.EQUITY: "HAIRCUT_EQUITY_BPS",
        CollateralClass.GOLD: "HAIRCUT_GOLD_BPS",
    }[asset.kind]
    currency = value("HAIRCUT_FX_BPS") if asset.foreign_currency else 0
    return min(value(own) + currency, BPS)


@check("collateral.haircut", rules=HAIRCUTS)
def haircut(desk: Desk) -> None:
    """Eligible collateral counts for no more than its value less its haircut."""
    eligible = [item for item in sequence(desk.adapter, "assets", Asset) if item.kind is not None]
    if not eligible:
        raise NotOffered("the venue takes no other collateral than the settlement token")
    for asset in eligible:
        gained, worth = _gained(desk, asset), AMOUNT * asset.price // WAD
        most = worth * (BPS - haircut_bps(asset)) // BPS
        desk.require(
            0 < gained <= most,
            f"{money(worth)} of asset {asset.id} count {money(gained)}, at most {money(most)}",
        )


@check(
    "collateral.ineligible",
    rules=("HAIRCUT_UNBACKED_CRYPTO_BPS", "CQS4_CORP_ELIGIBLE", "CQS4_SECN_ELIGIBLE"),
)
def ineligible(desk: Desk) -> None:
    """What is on no list of eligible collateral is refused or counts nothing."""
    others = [item for item in sequence(desk.adapter, "assets", Asset) if item.kind is None]
    if not others:
        raise NotOffered("the adapter names no token that is on no list of eligible collateral")
    for asset in others:
        gained = _gained(desk, asset)
        desk.require(gained <= 0, f"asset {asset.id} counts {money(gained)}")


@check("collateral.retail-cash", rules=("HAIRCUT_EMT_BPS",), basis="ESMA 2018/796 Annex I")
def retail_cash(desk: Desk) -> None:
    """A retail client's margin is money: another asset is refused or counts nothing."""
    found = [
        item
        for item in sequence(desk.adapter, "assets", Asset)
        if item.kind not in (None, CollateralClass.E_MONEY)
    ]
    if not found:
        raise NotOffered("the venue takes no other collateral than money")
    party = desk.party("retail client", RETAIL, cash=100 * UNIT)
    before = desk.account(party).equity
    for asset in found:
        desk.endow(party, AMOUNT, asset)
        words = desk.deposit(party, AMOUNT, asset).call()
        desk.note(
            f"it pays in asset {asset.id}: {'done' if words is None else f'refused ({words})'}"
        )
    gained = desk.account(party).equity - before
    desk.require(gained <= 0, f"such assets count {money(gained)}")


@check("collateral.cash-exact", rules=("HAIRCUT_CASH_BPS",))
def cash_exact(desk: Desk) -> None:
    """Money paid in counts for exactly what left the wallet, once."""
    party = desk.party("client")
    amount = to_cents(12_345 * UNIT + 67 * UNIT // 100)
    desk.endow(party, amount)
    wallet, equity = desk.holdings(party), desk.account(party).equity
    desk.allow(desk.deposit(party, amount))
    paid, counted = wallet - desk.holdings(party), desk.account(party).equity - equity
    desk.require(
        paid == amount == counted,
        f"{money(paid)} left the wallet, {money(counted)} count, of {money(amount)}",
    )


def _gained(desk: Desk, asset: Asset) -> int:
    """What a deposit adds to a party's equity; nothing if it is refused."""
    party = desk.party(f"client with asset {asset.id}", cash=100 * UNIT)
    desk.endow(party, AMOUNT, asset)
    before = desk.account(party).equity
    act = desk.deposit(party, AMOUNT, asset)
    words = act.call()
    desk.note(f"{act.words}: {'done' if words is None else f'refused ({words})'}")
    if words is not None and asset.kind is not None:
        raise Violation(f"{act.words}: refused ({words}), though the adapter says it is taken")
    return desk.account(party).equity - before
