# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Settlement window: the mean of thirty one-minute observations
@license Apache-2.0
@notice A dated product settles at the mean of its index in the half hour before
        08:00 UTC, one observation a minute, so that nobody settles a book with
        one trade. If fewer than twenty are there at expiry, the window goes on
        until they are.
@dev    Stateless: the caller stores the word. Word: sum uint128@0 (wad) | count
        uint8@128 | minute uint40@136 (the last observed minute, counted from 1
        at the opening of the window).
"""


from . import rules


_DAY: constant(uint256) = 86_400
_EXPIRY_OF_DAY: constant(uint256) = 28_800
_MASK_8: constant(uint256) = 2**8 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_128: constant(uint256) = 2**128 - 1

# How long before expiry the window opens, seconds.
_WINDOW: constant(uint256) = rules.SETTLEMENT_OBSERVATIONS * rules.SETTLEMENT_INTERVAL_SECONDS


@internal
@view
def _check_open(_word: uint256, _expiry: uint256):
    """
    @notice Reverts unless an observation may be made now.
    @param _word What was observed so far.
    @param _expiry Seconds; 08:00 UTC of a day.
    """
    assert _expiry <= _MASK_32 and _expiry % _DAY == _EXPIRY_OF_DAY, "board: not 08:00 utc"
    assert block.timestamp + _WINDOW >= _expiry, "board: window not open"
    assert not self._is_final(_word, _expiry), "board: settled"
    assert self._minute(_expiry) > _word >> 136, "board: minute observed"


@internal
@view
def _observed(_word: uint256, _expiry: uint256, _price: uint256) -> uint256:
    """
    @notice The word after one more observation, made now.
    @param _word What was observed so far; `_check_open` has passed.
    @param _expiry Seconds.
    @param _price The index now, wad, below 2^88.
    @return uint256 The new word.
    """
    count: uint256 = ((_word >> 128) & _MASK_8) + 1
    return ((_word & _MASK_128) + _price) | (count << 128) | (self._minute(_expiry) << 136)


@internal
@view
def _is_final(_word: uint256, _expiry: uint256) -> bool:
    """
    @notice Whether the settlement price can no longer change: expiry is there,
            and enough observations are.
    @param _word What was observed.
    @param _expiry Seconds.
    @return bool True if it is final.
    """
    return (
        block.timestamp >= _expiry
        and (_word >> 128) & _MASK_8 >= rules.SETTLEMENT_MIN_OBSERVATIONS
    )


@internal
@pure
def _mean(_word: uint256) -> uint256:
    """
    @notice The mean of what was observed, rounded down; zero if nothing was.
    @param _word What was observed.
    @return uint256 Wad.
    """
    count: uint256 = (_word >> 128) & _MASK_8
    if count == 0:
        return 0
    return (_word & _MASK_128) // count


@internal
@view
def _minute(_expiry: uint256) -> uint256:
    """
    @notice The minute that runs now, counted from 1 at the window's opening.
    @param _expiry Seconds.
    @return uint256 1 to 30 before expiry, more after it.
    """
    return (block.timestamp + _WINDOW - _expiry) // rules.SETTLEMENT_INTERVAL_SECONDS + 1
