# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Risk arrays: what one unit of an option gains or loses in sixteen scenarios
@license Apache-2.0
@notice Scenario: the forward moved by n thirds of the scan range, the volatility moved up
        or down. Lanes 2j and 2j + 1 are move j of 0, 1, -1, 2, -2, 3, -3 with volatility
        up and down; lanes 14 and 15 are moves of 6 and -6 thirds (two scan ranges) with
        volatility up, profit and loss weighted 35 %. A forward that would fall below
        nothing is nothing: a call is then worth nothing, a put its strike.

        Volatility moves scale with the time to expiry: up 40 % and down 22 %, times
        (30 / days) to the power 0.30 under thirty days, counted as one at least, and 0.13
        from thirty on. Moves, weights and powers are practice of venues, not law (see the
        rules with PM_ in their names); scan ranges are the regime's.

        A lane is the profit or loss of one unit long over the forward, in steps of 2^-13,
        rounded down; one unit short loses lane + 1. What the encoding adds to a loss, of
        a long or of a short unit, is never negative and at most one step, 1.23e-4 of the
        forward (and a unit of rounding in each of the two prices).
@dev    Word: epoch uint16@0 (left zero here) | lane k int15@(16 + 15 k), two's
        complement. Lanes are computed with 2^14 added, so that they are never negative.
"""


from . import black76
from . import fixed_point
from . import rules


# Added to a lane while it is computed; one step beyond the largest lane.
BIAS: constant(uint256) = 2**14

# Steps of a lane in one forward.
STEPS: constant(uint256) = 2**13

# Largest scan range: three times the forward. Up to the whole of it every lane fits.
SCAN_MAX_BPS: constant(uint256) = 30_000

_DAY: constant(uint256) = 86_400
_BPS: constant(uint256) = 10_000
_THIRDS: constant(uint256) = 30_000

# Moves of the forward in thirds of a scan range, counted from the deepest fall so that
# none is negative; the last two are the extremes.
_CENTRE: constant(uint256) = 3 * rules.PM_EXTREME_SCANS
_MOVES: constant(uint256[9]) = [
    _CENTRE,
    _CENTRE + 1,
    _CENTRE - 1,
    _CENTRE + 2,
    _CENTRE - 2,
    _CENTRE + 3,
    _CENTRE - 3,
    2 * _CENTRE,
    0,
]

# Where the lane of the first extreme begins, bits.
_EXTREMES_AT: constant(uint256) = 16 + 14 * 15


@internal
@pure
def _risk_array(
    _is_call: bool,
    _forward: uint256,
    _strike: uint256,
    _seconds: uint256,
    _volatility: uint256,
    _scan_bps: uint256,
) -> (uint256, uint256, int256, uint256, uint256):
    """
    @notice One unit's scenarios. Reverts outside the domain of `black76`, for a scan range
            beyond SCAN_MAX_BPS, and if a lane does not fit.
    @dev    A moved forward is at most seven times the forward, below 2^91. Weighted steps
            are below 2^27 and prices below 2^91.
    @param _is_call Call, else put.
    @param _forward Reference forward, wad.
    @param _strike Wad.
    @param _seconds Time to expiry.
    @param _volatility Wad, annualised.
    @param _scan_bps Scan range of the regime.
    @return uint256 Lanes, in their place in the word; the epoch's bits are zero.
    @return uint256 Price, wad.
    @return int256 Forward delta, wad.
    @return uint256 Worst loss of one unit long, steps; never negative.
    @return uint256 Worst loss of one unit short, steps; never negative.
    """
    black76._check(_forward, _strike, _seconds, _volatility)
    assert _scan_bps <= SCAN_MAX_BPS, "risk: scan out of range"
    root: uint256 = fixed_point._year_root(_seconds)
    density: uint256 = 0
    near: uint256 = 0
    far: uint256 = 0
    density, near, far = black76._parts(
        _forward, _strike, black76._deviation(_volatility, root)
    )
    price: uint256 = black76._value(_is_call, _forward, _strike, near, far)
    delta: int256 = convert(black76._call_delta(_forward, _strike, near, far), int256)
    if not _is_call:
        delta = unsafe_sub(delta, convert(fixed_point.WAD, int256))
    up: uint256 = 0
    down: uint256 = 0
    up, down = self._moved_volatilities(_volatility, _seconds)
    up = black76._deviation(up, root)
    down = black76._deviation(down, root)
    lanes: uint256 = 0
    place: uint256 = 16
    least: uint256 = 2 * BIAS
    most: uint256 = 0
    weight: uint256 = _BPS * STEPS
    loss: uint256 = unsafe_mul(price, weight)
    one: uint256 = unsafe_mul(_forward, _BPS)
    bias: uint256 = unsafe_mul(one, BIAS)
    for move: uint256 in _MOVES:
        logarithm: uint256 = 0
        intrinsic: uint256 = 0
        low: uint256 = self._moved_forward(_forward, _scan_bps, move)
        if low > _strike:
            logarithm = fixed_point._log_ratio(low, _strike)
            if _is_call:
                intrinsic = unsafe_sub(low, _strike)
            low = _strike
        else:
            # Nothing has no logarithm; times a forward of nothing none is needed.
            logarithm = fixed_point._log_ratio(_strike, max(low, 1))
            if not _is_call:
                intrinsic = unsafe_sub(_strike, low)
        if place == _EXTREMES_AT:
            weight = rules.PM_EXTREME_WEIGHT_BPS * STEPS
            loss = unsafe_mul(price, weight)
        for deviation: uint256 in [up, down]:
            near = 0
            far = 0
            if deviation != 0:
                density, near, far = black76._kernel(logarithm, deviation)
            # As in black76._value; then the lane, rounded down, with BIAS added.
            moved: uint256 = unsafe_add(
                unsafe_add(unsafe_mul(low, unsafe_sub(near, far)), 2**143) >> 144, intrinsic
            )
            # Below nothing the difference wraps and is far more than a lane takes.
            gain: uint256 = unsafe_add(unsafe_mul(moved, weight), bias)
            lane: uint256 = unsafe_div(unsafe_sub(gain, loss), one)
            assert lane < 2 * BIAS, "risk: lane overflow"
            lanes |= (lane ^ BIAS) << place
            place = unsafe_add(place, 15)
            least = min(least, lane)
            most = max(most, lane)
            if place > _EXTREMES_AT:
                break
    return (
        lanes,
        price,
        delta,
        unsafe_sub(BIAS, min(least, BIAS)),
        unsafe_sub(max(unsafe_add(most, 1), BIAS), BIAS),
    )


@internal
@pure
def _moved_volatilities(_volatility: uint256, _seconds: uint256) -> (uint256, uint256):
    """
    @notice Volatility up and down, moves scaled with the time to expiry.
    @dev    The scale is between 0.49 and 2.78, and the volatility below 2^64.
    @param _volatility Wad, at most black76.VOLATILITY_MAX.
    @param _seconds Time to expiry, at most black76.SECONDS_MAX.
    @return uint256 Up, wad, rounded down.
    @return uint256 Down, wad, rounded up; zero rather than negative.
    """
    tenor: uint256 = rules.PM_VOLATILITY_TENOR_DAYS * _DAY
    scale: uint256 = 0
    if _seconds < tenor:
        scale = fixed_point._exp_up(
            unsafe_div(
                unsafe_mul(
                    fixed_point._log_ratio(tenor, max(_seconds, _DAY)),
                    rules.PM_VOLATILITY_POWER_SHORT_BPS,
                ),
                _BPS,
            ),
            fixed_point.ONE,
        )
    else:
        scale = fixed_point._exp_down(
            unsafe_div(
                unsafe_mul(
                    fixed_point._log_ratio(_seconds, tenor),
                    rules.PM_VOLATILITY_POWER_LONG_BPS,
                ),
                _BPS,
            ),
            fixed_point.ONE,
        )
    scale = unsafe_mul(_volatility, scale)
    up: uint256 = unsafe_mul(scale, rules.PM_VOLATILITY_UP_BPS)
    down: uint256 = unsafe_mul(scale, rules.PM_VOLATILITY_DOWN_BPS)
    down = unsafe_div(down, _BPS * fixed_point.ONE)
    return (
        unsafe_add(_volatility, unsafe_div(up, _BPS * fixed_point.ONE)),
        unsafe_sub(_volatility, min(down, _volatility)),
    )


@internal
@pure
def _moved_forward(_forward: uint256, _scan_bps: uint256, _move: uint256) -> uint256:
    """
    @notice The forward after a move; zero rather than negative.
    @param _forward Wad.
    @param _scan_bps Scan range.
    @param _move Thirds of it, counted from the deepest fall.
    @return uint256 Wad, rounded down.
    """
    rise: uint256 = unsafe_add(_THIRDS, unsafe_mul(_scan_bps, _move))
    fall: uint256 = unsafe_mul(_scan_bps, _CENTRE)
    if rise <= fall:
        return 0
    return unsafe_div(unsafe_mul(_forward, unsafe_sub(rise, fall)), _THIRDS)
