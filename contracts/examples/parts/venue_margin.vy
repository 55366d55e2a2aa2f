# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Margin of the example venue
@license Apache-2.0
@notice Equity and requirement of an account, and what they must be after a change. The
        requirement is the schedule's rate or the scan range, whichever is higher, and for
        a retail client at least half of the notional (leverage of two to one). Equity
        rounds down, requirements round up.
"""


from ...interfaces import IClearingHouse
from ...modules import margin
from ...modules import rules
from . import venue_book as book


uses: book


# What a margin is asked for.
OPENING: constant(uint256) = 0  # stale money and collateral count nothing
WITHDRAWAL: constant(uint256) = 1  # and unrealised profit counts nothing either
CLOSE_OUT: constant(uint256) = 2  # last prices; retail also by the notional at entry

WAD: constant(uint256) = 10**18
BPS: constant(uint256) = 10_000

# Wei that a fill exactly at mark may cost, since each step rounds against the account.
ROUNDING: constant(int256) = 2


@internal
@view
def _assess(_id: uint256, _account: book.Account, _valuation: uint256) -> IClearingHouse.Margin:
    """
    @notice Equity and requirement of an account.
    @param _id Account id, for its collateral.
    @param _account The account, as stored or as it would be.
    @param _valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Equity, requirement and the flags of the underlier's price.
    """
    equity: int256 = self._resources(_id, _account, _valuation)
    requirement: uint256 = 0
    flags: uint256 = 0
    if _account.size != 0:
        mark: uint256 = 0
        mark, flags = book._price(book.FEED)
        gain: int256 = margin._floor_wad(_account.size * convert(mark, int256)) + _account.quote
        if gain < 0 or _valuation != WITHDRAWAL:
            equity += gain
        notional: uint256 = margin._ceil_div(convert(abs(_account.size), uint256) * mark, WAD)
        requirement = margin._ceil_div(notional * book.RATE_BPS, BPS)
        if _account.retail:
            if _valuation == CLOSE_OUT:
                notional = max(notional, convert(abs(_account.quote), uint256))
            requirement = max(
                requirement, margin._ceil_div(notional * rules.RETAIL_MARGIN_CRYPTO_BPS, BPS)
            )
    return IClearingHouse.Margin(equity=equity, requirement=requirement, flags=flags)


@internal
@view
def _resources(_id: uint256, _account: book.Account, _valuation: uint256) -> int256:
    """
    @notice Cash and collateral as margin counts them: the settlement token at the lower
            of par and market, assets less their haircuts, none of these for retail.
    @param _id Account id.
    @param _account The account.
    @param _valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Wad.
    """
    sum: int256 = _account.cash
    price: uint256 = 0
    flags: uint256 = 0
    if sum > 0:
        price, flags = book._price(book.TOKEN_FEED)
        unusable: bool = (
            flags & book.STALE != 0 or price < rules.EMT_PAR_FLOOR_BPS * (WAD // BPS)
        )
        if unusable and _valuation != CLOSE_OUT:
            sum = 0
        else:
            sum = margin._floor_wad(sum * convert(min(price, WAD), int256))
    if _account.retail:
        return sum
    for i: uint256 in range(len(book.ASSETS), bound=book.MAX_ASSETS):
        amount: uint256 = book.balances[_id][i + 1]
        if amount == 0:
            continue
        asset: book.Asset = book.ASSETS[i]
        price, flags = book._price(asset.feed)
        if flags & book.STALE == 0 or _valuation == CLOSE_OUT:
            value: uint256 = amount * 10 ** (18 - asset.decimals) * price // WAD
            sum += convert(value * (BPS - self._haircut(asset)) // BPS, int256)
    return sum


@internal
@view
def _haircut(_asset: book.Asset) -> uint256:
    """
    @notice An asset's haircut at this moment.
    @param _asset The asset.
    @return Basis points; 10,000 for what is not eligible.
    """
    residual: uint256 = max(_asset.maturity, block.timestamp) - block.timestamp
    return margin._haircut_bps(_asset.kind, convert(_asset.fx, uint256), residual)


@internal
@pure
def _is_below_close_out(_margin: IClearingHouse.Margin) -> bool:
    """
    @notice Equity below half of the requirement.
    @param _margin A margin at close-out valuation.
    @return True if it is.
    """
    return _margin.equity * convert(BPS, int256) < convert(
        _margin.requirement * rules.CLOSE_OUT_BPS, int256
    )


@internal
@pure
def _filled(
    _account: book.Account, _delta: int256, _quote_delta: int256, _cash_delta: int256
) -> book.Account:
    """
    @notice An account after a fill; nothing is stored.
    @param _account The account.
    @param _delta Signed size (wad), not zero.
    @param _quote_delta Change of quote plus cash (wad).
    @param _cash_delta Cash besides (wad).
    @return The account after it.
    """
    after: book.Account = _account
    gained: int256 = 0
    after.size, after.quote, gained = margin._next_position(
        _account.size, _account.quote, _delta, _quote_delta
    )
    after.cash += gained + _cash_delta
    return after


@internal
@view
def _check_opening(
    _id: uint256, _after: book.Account, _blocking: uint256
) -> IClearingHouse.Margin:
    """
    @notice Reverts unless an account that takes risk holds its margin.
    @param _id Account id.
    @param _after The account after it.
    @param _blocking Price flags that stop it: 1 stale, 2 jumped.
    @return Its margin.
    """
    state: IClearingHouse.Margin = self._assess(_id, _after, OPENING)
    assert state.flags & _blocking == 0, "venue: price stale or jumped"
    assert state.equity >= convert(state.requirement, int256), "venue: below initial margin"
    return state


@internal
@view
def _check_reduction(
    _id: uint256, _before: book.Account, _after: book.Account
) -> IClearingHouse.Margin:
    """
    @notice Reverts if a reduction enlarges a shortfall, or makes or deepens a negative
            equity: at mark none does, so it would be somebody else's loss. Prices may be
            stale: whoever gets out of risk is not held up by the board.
    @param _id Account id.
    @param _before The account before.
    @param _after The account after.
    @return Its margin after.
    """
    state: IClearingHouse.Margin = self._assess(_id, _after, CLOSE_OUT)
    short: int256 = convert(state.requirement, int256) - state.equity
    if short > 0:
        old: IClearingHouse.Margin = self._assess(_id, _before, CLOSE_OUT)
        assert state.equity >= 0 or state.equity + ROUNDING >= old.equity, "venue: deficit"
        assert _after.size == 0 or (
            short <= convert(old.requirement, int256) - old.equity + ROUNDING
        ), "venue: shortfall grows"
    return state
