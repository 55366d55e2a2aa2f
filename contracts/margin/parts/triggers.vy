# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Triggers: when an account may be closed out
@license Apache-2.0
@notice Equity below half of the account's total initial margin, at once; for
        anybody but a retail client also a margin call that was not met by its
        deadline. Prices that are stale or in their grace period suspend both,
        as far as they could make a difference. No state: the house is asked.
"""


from ...interfaces import IClearingHouse
from ...interfaces import IInstrumentDesk
from ...interfaces import ILossDesk
from ...modules import rules


CLOSE_OUT: constant(uint256) = 2
STALE: constant(uint256) = 1
BPS: constant(uint256) = 10_000

# Account word's engine byte.
ENGINE: constant(uint256) = 255 << 128

# Account flags, as the house keeps them.
RETAIL: constant(uint256) = 2
CALLED: constant(uint256) = 4


# An account as the house sees it now.
struct View:
    cash: int256  # wad
    flags: uint256
    call_deadline: uint256  # seconds
    margin: IClearingHouse.Margin
    in_doubt: uint256  # notional whose price is stale or in its grace period (wad)


@internal
def _refreshed(_house: address, _account: uint256, _other: uint256) -> View:
    """
    @notice An account now. Its options' arrays and those of whoever is to take from
            it are refreshed first, as far as the board allows: neither judgement
            depends on who was here, and nobody's promise on a price that moved.
    @param _house Clearing house.
    @param _account Account id.
    @param _other Account id that is to take; 0 for none.
    @return As `_look`.
    """
    word: uint256 = 0
    other: uint256 = 0
    word, other = staticcall ILossDesk(_house).account_words(_account, _other)
    if word & ENGINE != 0:
        extcall IInstrumentDesk(_house).refresh_account(_account)
    if other & ENGINE != 0:
        extcall IInstrumentDesk(_house).refresh_account(_other)
    return self._look(_house, _account, word)


@internal
def _refresh(_house: address, _account: uint256):
    """
    @notice Refreshes the arrays of an account's options, as far as the board allows.
    @param _house Clearing house.
    @param _account Account id.
    """
    word: uint256 = 0
    other: uint256 = 0
    word, other = staticcall ILossDesk(_house).account_words(_account, 0)
    if word & ENGINE != 0:
        extcall IInstrumentDesk(_house).refresh_account(_account)


@internal
@view
def _look(_house: address, _account: uint256, _word: uint256) -> View:
    """
    @notice An account now, at last prices where some are stale.
    @param _house Clearing house.
    @param _account Account id.
    @param _word Its account word: cash int104@0 (wad), flags uint8@120, call
           deadline uint32@168.
    @return Cash, flags, deadline and margin at close-out valuation.
    """
    return View(
        cash=convert(convert(_word << 152, bytes32), int256) >> 152,
        flags=(_word >> 120) & 255,
        call_deadline=(_word >> 168) & (2**32 - 1),
        margin=staticcall IClearingHouse(_house).margin(_account, CLOSE_OUT),
        in_doubt=0,
    )


@internal
def _liquidatable(
    _house: address, _account: uint256, _instrument: uint256, _other: uint256
) -> View:
    """
    @notice Reverts unless an account may be liquidated now. A price that is stale
            or in its grace period suspends that, unless the positions that hang
            on it are too small to make a difference: else one lot on a feed that
            died would shield an account for good.
    @param _house Clearing house.
    @param _account Account id.
    @param _instrument What is to be taken; its own price must be beyond doubt.
    @param _other Account id that is to take; 0 for none.
    @return The account.
    """
    seen: View = self._refreshed(_house, _account, _other)
    notional: uint256 = 0
    named: bool = False
    notional, named = staticcall ILossDesk(_house).doubt(_account, _instrument)
    seen.in_doubt = notional
    if named or not self._is_beyond_doubt(seen.margin, notional):
        assert seen.margin.flags & STALE == 0, "close-out: stale price"
        raise "close-out: grace period"
    assert self._is_due(seen), "close-out: not liquidatable"
    return seen


@internal
@pure
def _is_beyond_doubt(_margin: IClearingHouse.Margin, _notional: uint256) -> bool:
    """
    @notice Whether an account would be below the close-out level even if every
            position with a doubtful price had gained its whole notional, and
            asked no margin.
    @param _margin The margin at last prices.
    @param _notional Notional of the positions in doubt (wad).
    @return True if it would, or if there are none.
    """
    if _notional == 0:
        return True
    return self._is_below_close_out(
        IClearingHouse.Margin(
            equity=_margin.equity + convert(_notional, int256),
            requirement=max(_margin.requirement, _notional) - _notional,
            flags=0,
        )
    )


@internal
@view
def _is_due(_seen: View) -> bool:
    """
    @notice The two triggers; retail has only the first.
    @param _seen The account.
    @return True if either is met.
    """
    if self._is_below_close_out(_seen.margin):
        return True
    return (
        _seen.flags & RETAIL == 0
        and self._is_overdue(_seen)
        and _seen.margin.equity < convert(_seen.margin.requirement, int256)
    )


@internal
@pure
def _is_below_close_out(_margin: IClearingHouse.Margin) -> bool:
    """
    @notice Equity below half of the account's total initial margin.
    @param _margin The margin.
    @return True if it is.
    """
    return _margin.equity * convert(BPS, int256) < convert(
        _margin.requirement * rules.CLOSE_OUT_BPS, int256
    )


@internal
@view
def _is_overdue(_seen: View) -> bool:
    """
    @notice Called, and the deadline has passed.
    @param _seen The account.
    @return True if it is.
    """
    return _seen.flags & CALLED != 0 and block.timestamp > _seen.call_deadline


@internal
@view
def _check_waited(_seen: View):
    """
    @notice Liquidators come first: the backstop waits for a margin call to have
            stood for a while, unless the account is worth nothing, since then
            no penalty would pay a liquidator.
    @param _seen The account.
    """
    if _seen.margin.equity <= 0:
        return
    called_at: uint256 = _seen.call_deadline - min(
        rules.MARGIN_CALL_SECONDS, _seen.call_deadline
    )
    assert _seen.flags & CALLED != 0 and (
        block.timestamp >= called_at + rules.BACKSTOP_DELAY_SECONDS
    ), "close-out: liquidators first"
