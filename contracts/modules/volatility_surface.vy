# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Volatility surface: interpolation, to the last unit
@license Apache-2.0
@notice What a volatility is between the points at which one is quoted:

        across strikes, linear in volatility over moneyness, which is the strike
        divided by the forward of the option's own expiry;
        across time, linear in total variance (volatility squared, times seconds),
        so that no forward variance between two tenors is negative where the total
        variances of the tenors rise;
        beyond the outermost strikes and tenors, flat in volatility.

        Either way the result lies between the values that it is made of.
@dev    Stateless: import it and call, no `initializes`. The SDK has the same to
        the unit (`keelmark.pricing.surface`).

        x = floor(strike * 10^18 / forward). With x0 <= x < x1 the nearest points,
        the volatility of a tenor is floor((v0 (x1 - x) + v1 (x - x0)) / (x1 - x0)).
        With t0 <= t < t1 seconds the nearest tenors, the volatility at t is
        isqrt(floor((v0^2 t0 (t1 - t) + v1^2 t1 (t - t0)) / ((t1 - t0) t))).
        On a point or a tenor its own value counts alone: the next is not read.
        Volatilities up to 2^64, seconds and moneyness up to 2^63: no overflow.

        An axis: up to six points of 16 bits, ascending, the first one lowest.
"""


_MASK_16: constant(uint256) = 2**16 - 1


@internal
@pure
def _bracket(
    _axis: uint256, _count: uint256, _unit: uint256, _x: uint256
) -> (uint256, uint256, uint256, uint256):
    """
    @notice The points of an axis between which a place lies.
    @param _axis The points.
    @param _count How many, 1 to 6.
    @param _unit What one unit of a point is worth on the place's scale.
    @param _x The place.
    @return uint256 The lower point and the higher point, by index, then their
            values on the place's scale; twice the same point where it alone counts.
    """
    value: uint256 = unsafe_mul(_axis & _MASK_16, _unit)
    if _x <= value:
        return 0, 0, value, value
    axis: uint256 = _axis
    for i: uint256 in range(1, 6):
        if i == _count:
            return unsafe_sub(i, 1), unsafe_sub(i, 1), value, value
        axis >>= 16
        below: uint256 = value
        value = unsafe_mul(axis & _MASK_16, _unit)
        if _x < value:
            return unsafe_sub(i, 1), i, below, value
        if _x == value:
            return i, i, value, value
    return 5, 5, value, value


@internal
@pure
def _across_strikes(
    _low: uint256, _high: uint256, _x0: uint256, _x1: uint256, _x: uint256
) -> uint256:
    """
    @notice A volatility between two of one tenor.
    @param _low At the lower moneyness, wad.
    @param _high At the higher moneyness, wad.
    @param _x0 The lower moneyness.
    @param _x1 The higher moneyness, above the lower one.
    @param _x The moneyness asked for, between them.
    @return uint256 Wad, rounded down.
    """
    return unsafe_div(
        unsafe_add(
            unsafe_mul(_low, unsafe_sub(_x1, _x)), unsafe_mul(_high, unsafe_sub(_x, _x0))
        ),
        unsafe_sub(_x1, _x0),
    )


@internal
@pure
def _across_time(
    _near: uint256, _far: uint256, _t0: uint256, _t1: uint256, _t: uint256
) -> uint256:
    """
    @notice A volatility between two tenors.
    @param _near At the nearer tenor, wad.
    @param _far At the farther tenor, wad.
    @param _t0 The nearer tenor, seconds.
    @param _t1 The farther tenor, seconds, above the nearer one.
    @param _t The time asked for, seconds, between them and above zero.
    @return uint256 Wad, rounded down.
    """
    near: uint256 = unsafe_mul(
        unsafe_mul(_near, _near), unsafe_mul(_t0, unsafe_sub(_t1, _t))
    )
    far: uint256 = unsafe_mul(unsafe_mul(_far, _far), unsafe_mul(_t1, unsafe_sub(_t, _t0)))
    return isqrt(unsafe_div(unsafe_add(near, far), unsafe_mul(unsafe_sub(_t1, _t0), _t)))
