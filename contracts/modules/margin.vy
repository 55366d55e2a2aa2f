# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Margin arithmetic for linear instruments
@license Apache-2.0
@notice Pure arithmetic of the schedule of Annex IV of Delegated Regulation (EU)
        2016/2251, of haircuts (Annex II) and of the change that a trade makes
        to a position. No state, no calls: a venue imports what it needs.
@dev    Money, prices and sizes are wads (1e18); rates are basis points.
        Requirements round up and equity rounds down, so that every rounding is
        against the account.
"""


from . import rules


WAD: constant(int256) = 10**18
WAD_U: constant(uint256) = 10**18
BPS: constant(uint256) = 10_000

# Asset classes, as instruments carry them.
CREDIT: constant(uint256) = 1
COMMODITY: constant(uint256) = 2
EQUITY: constant(uint256) = 3
FOREIGN_EXCHANGE: constant(uint256) = 4
INTEREST_RATE: constant(uint256) = 5

# Collateral classes, as collateral assets carry them.
E_MONEY: constant(uint256) = 1
GOVERNMENT_BOND: constant(uint256) = 2
CORPORATE_BOND: constant(uint256) = 3
MAIN_INDEX_EQUITY: constant(uint256) = 4
GOLD: constant(uint256) = 5

ONE_YEAR: constant(uint256) = 365 * 86_400
TWO_YEARS: constant(uint256) = 2 * ONE_YEAR
FIVE_YEARS: constant(uint256) = 5 * ONE_YEAR


@internal
@pure
def _floor_wad(_product: int256) -> int256:
    """
    @notice A wad-times-wad product back in wads, rounded towards minus infinity.
    @param _product The product, scale 1e36.
    @return The quotient, scale 1e18. (`//` alone truncates towards zero.)
    """
    if _product >= 0:
        return unsafe_div(_product, WAD)
    return -unsafe_div(-_product + WAD - 1, WAD)


@internal
@pure
def _ceil_div(_numerator: uint256, _denominator: uint256) -> uint256:
    """
    @notice Division rounded up.
    @param _numerator Any number; below 2^255.
    @param _denominator Not zero.
    @return The least integer not below the quotient.
    """
    return (_numerator + _denominator - 1) // _denominator


@internal
@pure
def _schedule_rate_bps(_asset_class: uint256, _residual: uint256) -> uint256:
    """
    @notice The schedule's rate. Annex IV Table 1 has no class for crypto assets:
            they go where an unclear instrument goes, to the highest rate.
    @param _asset_class 1 credit .. 5 interest rate; 6 other and 7 crypto.
    @param _residual Seconds to maturity; 0 for a perpetual.
    @return Basis points of notional.
    """
    if _asset_class > INTEREST_RATE:
        return rules.IM_OTHER_BPS
    if _asset_class == COMMODITY:
        return rules.IM_COMMODITY_BPS
    if _asset_class == EQUITY:
        return rules.IM_EQUITY_BPS
    if _asset_class == FOREIGN_EXCHANGE:
        return rules.IM_FX_BPS
    if _asset_class == CREDIT:
        if _residual <= TWO_YEARS:
            return rules.IM_CREDIT_0_2Y_BPS
        if _residual <= FIVE_YEARS:
            return rules.IM_CREDIT_2_5Y_BPS
        return rules.IM_CREDIT_OVER_5Y_BPS
    if _residual <= TWO_YEARS:
        return rules.IM_RATES_0_2Y_BPS
    if _residual <= FIVE_YEARS:
        return rules.IM_RATES_2_5Y_BPS
    return rules.IM_RATES_OVER_5Y_BPS


@internal
@pure
def _net_requirement(_gross: uint256, _positive: uint256, _net: uint256) -> uint256:
    """
    @notice net = 0.4 G + 0.6 NGR G (Annex IV, paragraph 3), rounded up.
    @param _gross G, the sum of notional times rate (wad).
    @param _positive Gross replacement cost of the house: its positive values (wad).
    @param _net Net replacement cost of the house, not below zero (wad).
    @return The netted requirement (wad). With no positive value NGR is undefined
            in the text and 1 here, the cautious reading; from there it falls to
            the text's ratio while the positive values grow to a tenth of G, so
            that no dust position can make it jump. It is never below the text's.
    """
    ramp: uint256 = _gross * rules.NGR_RAMP_BPS // BPS
    if _positive >= ramp and _positive != 0:
        return self._ceil_div(
            _gross * (rules.NET_FIXED_BPS * _positive + rules.NET_NGR_BPS * _net),
            BPS * _positive,
        )
    if ramp == 0:
        return _gross
    return self._ceil_div(
        _gross * (rules.NET_FIXED_BPS * ramp + rules.NET_NGR_BPS * (_net + ramp - _positive)),
        BPS * ramp,
    )


@internal
@pure
def _haircut_bps(_class: uint256, _fx: uint256, _residual: uint256) -> uint256:
    """
    @notice Haircut of a collateral asset; haircuts add (Annex II, paragraph 1).
    @param _class 1 e-money token .. 5 gold; anything else is not eligible.
    @param _fx Not 0 where the asset is in another currency than the exposure.
    @param _residual Seconds to the asset's maturity.
    @return Basis points of value, 10,000 for what is not eligible.
    """
    haircut: uint256 = BPS
    if _class == E_MONEY:
        haircut = rules.HAIRCUT_CASH_BPS
    elif _class == GOVERNMENT_BOND:
        haircut = rules.HAIRCUT_GOV_GT5Y_BPS
        if _residual <= ONE_YEAR:
            haircut = rules.HAIRCUT_GOV_LE1Y_BPS
        elif _residual <= FIVE_YEARS:
            haircut = rules.HAIRCUT_GOV_1_5Y_BPS
    elif _class == CORPORATE_BOND:
        haircut = rules.HAIRCUT_CORP_GT5Y_BPS
        if _residual <= ONE_YEAR:
            haircut = rules.HAIRCUT_CORP_LE1Y_BPS
        elif _residual <= FIVE_YEARS:
            haircut = rules.HAIRCUT_CORP_1_5Y_BPS
    elif _class == MAIN_INDEX_EQUITY:
        haircut = rules.HAIRCUT_EQUITY_BPS
    elif _class == GOLD:
        haircut = rules.HAIRCUT_GOLD_BPS
    if _fx == 0:
        return haircut
    return min(haircut + rules.HAIRCUT_FX_BPS, BPS)


@internal
@pure
def _next_position(
    _size: int256, _quote: int256, _delta: int256, _quote_delta: int256
) -> (int256, int256, int256):
    """
    @notice What a fill makes of a position. Size and quote move together, and
            what is closed turns into cash; quote plus cash changes by exactly
            `_quote_delta`, so nothing is lost to rounding.
    @param _size Signed size before (wad).
    @param _quote Quote before (wad): minus what was paid for the size.
    @param _delta Signed size of the fill (wad), not zero.
    @param _quote_delta Change of quote plus cash (wad).
    @return Size after, quote after, change of cash (wads).
    """
    after: int256 = _size + _delta
    if _size == 0 or (_size > 0) == (_delta > 0):
        return after, _quote + _quote_delta, 0
    if after == 0:
        return 0, 0, _quote + _quote_delta
    if (after > 0) == (_size > 0):
        released: int256 = _quote * abs(_delta) // abs(_size)
        return after, _quote - released, released + _quote_delta
    closing: int256 = _quote_delta * abs(_size) // abs(_delta)
    return after, _quote_delta - closing, _quote + closing


@internal
@pure
def _penalty(
    _notional: uint256, _equity: int256, _before: uint256, _after: uint256
) -> uint256:
    """
    @notice The penalty of a liquidation, capped so that the shortfall's share of
            the requirement falls: (equity - penalty) / after > equity / before.
    @param _notional Notional taken over at mark (wad).
    @param _equity Equity before (wad); without equity there is no penalty.
    @param _before Requirement before (wad).
    @param _after Requirement after (wad), below `_before`.
    @return The penalty (wad).
    """
    if _equity <= 0 or _after >= _before:
        return 0
    share: uint256 = self._ceil_div(convert(_equity, uint256) * (_before - _after), _before)
    if share == 0:
        return 0
    return min(_notional * rules.LIQUIDATION_PENALTY_BPS // BPS, share - 1)
