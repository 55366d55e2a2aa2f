# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Black-76: European options on a forward
@license Apache-2.0
@notice The one pricing convention of Keelmark: Black-76 on the forward, ACT/365 in
        seconds, annualised volatility, rate zero. Premiums are undiscounted, delta is
        forward delta.

        | what | from | to, inclusive | beyond it |
        |---|---|---|---|
        | forward, strike | 1e-9 (10^9) | 2^88 - 1 (3.09e8 units) | "black76: ... out of range" |
        | time | 0 | 10 years of 365 days | "black76: time out of range" |
        | volatility | 0 | 16.00 (1,600 %) | "black76: volatility too large" |

        At no time or no volatility left the price is the intrinsic value, exactly.
        Everywhere call - put = forward - strike to the unit, and prices lie between the
        intrinsic value and the forward (call) or the strike (put). Errors, half a unit
        of rounding aside: of a price 2e-20 of the smaller of forward and strike; of
        delta 1e-19 and 1e-28 / s, s the standard deviation to expiry; of gamma, vega and
        theta 2e-18 of what they are at the money. Farther out than e = -11 they are zero.
@dev    With a = |ln(F / K)| / s, s = volatility * sqrt(time), y = a + s / 2 and
        e = s / 2 - a, whichever option is out of the money is worth
        min(F, K) * (N(e) - max(F, K) / min(F, K) * N(-y)), and since the densities at e
        and y differ by just that factor, the second term is n(e) * mills(y): one
        exponential serves both tails. The other option follows by parity. Errors of e
        and y cancel but for a factor s; an error of the logarithm weighs at most once.
"""


from . import fixed_point
from . import normal


# Least forward and strike, wad.
PRICE_MIN: constant(uint256) = 10**9

# Exclusive limit of forward and strike: what a lane of the price board holds, wad.
PRICE_LIMIT: constant(uint256) = 2**88

_PRICE_RANGE: constant(uint256) = PRICE_LIMIT - PRICE_MIN

# Longest time to expiry, seconds: ten years of 365 days.
SECONDS_MAX: constant(uint256) = 315_360_000

# Largest volatility, wad: the board's bound of 5.00, scaled up by a scenario, is 10.55.
VOLATILITY_MAX: constant(uint256) = 16 * 10**18

# From here the tail, times the largest price, is less than half a unit, Q96.
_TAIL_END: constant(uint256) = 11 * 2**96

# One whole unit, Q144.
_WHOLE: constant(uint256) = 2**144


@internal
@pure
def _check(_forward: uint256, _strike: uint256, _seconds: uint256, _volatility: uint256):
    """
    @notice Reverts outside the domain, each limit with a reason of its own.
    @param _forward Wad.
    @param _strike Wad.
    @param _seconds Time to expiry.
    @param _volatility Wad, annualised.
    """
    # Below the minimum the difference wraps to more than any limit.
    assert unsafe_sub(_forward, PRICE_MIN) < _PRICE_RANGE, "black76: forward out of range"
    assert unsafe_sub(_strike, PRICE_MIN) < _PRICE_RANGE, "black76: strike out of range"
    assert _seconds <= SECONDS_MAX, "black76: time out of range"
    assert _volatility <= VOLATILITY_MAX, "black76: volatility too large"


@internal
@pure
def _deviation(_volatility: uint256, _root: uint256) -> uint256:
    """
    @notice Standard deviation of the logarithm of the forward at expiry.
    @dev    Below 2^66 times 2^98.
    @param _volatility Wad, annualised, below 2^66.
    @param _root Square root of the time in years, Q96.
    @return uint256 Q96; zero only if one of the two is.
    """
    return unsafe_div(unsafe_mul(_volatility, _root), fixed_point.WAD)


@internal
@pure
def _kernel(_log: uint256, _deviation: uint256) -> (uint256, uint256, uint256):
    """
    @notice What the option out of the money is made of, for a unit of the smaller of
            forward and strike.
    @dev    y² - e² = 2 |ln(F / K)| is at most 180, so that y < 16 where |e| < 11 and the
            logarithm is at most 64, as it is here: both bounds fit below 2^90 and above 0.
            A log of Q96 shifted by 96 is below 2^199.
    @param _log |ln(F / K)|, Q96, at most 64.
    @param _deviation Q96, not zero, below 2^104.
    @return uint256 Density at e, Q144; zero beyond the tail's end.
    @return uint256 N(e), Q144.
    @return uint256 max(F, K) / min(F, K) * N(-y), Q144; not above N(e), but for rounding
            of less than 2^54 far from the strike, where the two are small.
    """
    distance: uint256 = unsafe_div(_log << 96, _deviation)
    half: uint256 = _deviation >> 1
    e: uint256 = unsafe_sub(distance, half)
    density: uint256 = 0
    if distance >= half:
        if e >= _TAIL_END:
            return 0, 0, 0
        density = fixed_point._exp_down(unsafe_mul(e, e) >> 97, normal.PEAK)
        return (
            density,
            unsafe_mul(density, normal._mills(e)) >> 96,
            unsafe_mul(density, normal._mills(unsafe_add(distance, half))) >> 96,
        )
    e = unsafe_sub(half, distance)
    if e >= _TAIL_END:
        return 0, _WHOLE, 0
    density = fixed_point._exp_down(unsafe_mul(e, e) >> 97, normal.PEAK)
    near: uint256 = unsafe_sub(_WHOLE, unsafe_mul(density, normal._mills(e)) >> 96)
    far: uint256 = unsafe_mul(density, normal._mills(unsafe_add(distance, half))) >> 96
    # Close to the strike the two meet at one half, each with an error of 4e-21.
    if far > near:
        return density, near, near
    return density, near, far


@internal
@pure
def _parts(
    _forward: uint256, _strike: uint256, _deviation: uint256
) -> (uint256, uint256, uint256):
    """
    @notice `_kernel` of a forward and a strike.
    @param _forward Wad, from 1 to below 2^91.
    @param _strike Wad, from 1 to below 2^88.
    @param _deviation Q96, below 2^104; zero gives the limit, with no density.
    @return uint256 Density at e, Q144.
    @return uint256 N(e), Q144.
    @return uint256 max(F, K) / min(F, K) * N(-y), Q144.
    """
    if _deviation == 0:
        half: uint256 = _WHOLE >> 1 if _forward == _strike else 0
        return 0, half, half
    if _forward > _strike:
        return self._kernel(fixed_point._log_ratio(_forward, _strike), _deviation)
    return self._kernel(fixed_point._log_ratio(_strike, _forward), _deviation)


@internal
@pure
def _call_delta(_forward: uint256, _strike: uint256, _near: uint256, _far: uint256) -> uint256:
    """
    @notice N(d1), from the parts of a price.
    @dev    Below the strike it is N(e); above, one less K / F times the far part. The
            strike times a part is below 2^234, a part times a wad below 2^205.
    @param _forward Wad.
    @param _strike Wad.
    @param _near N(e), Q144.
    @param _far max(F, K) / min(F, K) * N(-y), Q144.
    @return uint256 Wad, nearest.
    """
    part: uint256 = _near
    if _forward > _strike:
        part = unsafe_sub(_WHOLE, unsafe_div(unsafe_mul(_strike, _far), _forward))
    return unsafe_add(unsafe_mul(part, fixed_point.WAD), 2**143) >> 144


@internal
@pure
def _value(
    _is_call: bool, _forward: uint256, _strike: uint256, _near: uint256, _far: uint256
) -> uint256:
    """
    @notice Price from its parts: intrinsic value and the value out of the money.
    @dev    min(F, K) is below 2^88, a part at most 2^144. Where rounding makes the near
            part the smaller one, what that adds is less than half a unit: nothing.
    @param _is_call Call, else put.
    @param _forward Wad.
    @param _strike Wad.
    @param _near N(e), Q144.
    @param _far max(F, K) / min(F, K) * N(-y), Q144.
    @return uint256 Wad, nearest.
    """
    above: bool = _forward > _strike
    low: uint256 = _forward
    intrinsic: uint256 = unsafe_sub(_strike, _forward)
    if above:
        low = _strike
        intrinsic = unsafe_sub(_forward, _strike)
    if above != _is_call:
        intrinsic = 0
    return unsafe_add(
        unsafe_add(unsafe_mul(low, unsafe_sub(_near, _far)), 2**143) >> 144, intrinsic
    )


@internal
@pure
def _price(
    _is_call: bool, _forward: uint256, _strike: uint256, _seconds: uint256, _volatility: uint256
) -> uint256:
    """
    @notice Price of a European option. Reverts outside the domain.
    @param _is_call Call, else put.
    @param _forward Wad.
    @param _strike Wad.
    @param _seconds Time to expiry.
    @param _volatility Wad, annualised.
    @return uint256 Wad, undiscounted, nearest.
    """
    self._check(_forward, _strike, _seconds, _volatility)
    density: uint256 = 0
    near: uint256 = 0
    far: uint256 = 0
    density, near, far = self._parts(
        _forward, _strike, self._deviation(_volatility, fixed_point._year_root(_seconds))
    )
    return self._value(_is_call, _forward, _strike, near, far)


@internal
@pure
def _prices(
    _forward: uint256, _strike: uint256, _seconds: uint256, _volatility: uint256
) -> (uint256, uint256, uint256):
    """
    @notice Call, put and the call's delta at once. Reverts outside the domain.
    @param _forward Wad.
    @param _strike Wad.
    @param _seconds Time to expiry.
    @param _volatility Wad, annualised.
    @return uint256 Call, wad.
    @return uint256 Put, wad; call - put = forward - strike, exactly.
    @return uint256 Forward delta of the call, wad; the put's is one less. Without time or
            volatility 1 above the strike, 0 below, 1/2 at it.
    """
    self._check(_forward, _strike, _seconds, _volatility)
    deviation: uint256 = self._deviation(_volatility, fixed_point._year_root(_seconds))
    density: uint256 = 0
    near: uint256 = 0
    far: uint256 = 0
    if deviation == 0:
        density, near, far = self._parts(_forward, _strike, 0)
    # Bounds as in `_value` and `_call_delta`.
    if _forward > _strike:
        if deviation != 0:
            density, near, far = self._kernel(
                fixed_point._log_ratio(_forward, _strike), deviation
            )
        put: uint256 = unsafe_add(unsafe_mul(_strike, unsafe_sub(near, far)), 2**143) >> 144
        near = unsafe_sub(_WHOLE, unsafe_div(unsafe_mul(_strike, far), _forward))
        return (
            unsafe_add(put, unsafe_sub(_forward, _strike)),
            put,
            unsafe_add(unsafe_mul(near, fixed_point.WAD), 2**143) >> 144,
        )
    if deviation != 0:
        density, near, far = self._kernel(
            fixed_point._log_ratio(_strike, _forward), deviation
        )
    call: uint256 = unsafe_add(unsafe_mul(_forward, unsafe_sub(near, far)), 2**143) >> 144
    return (
        call,
        unsafe_add(call, unsafe_sub(_strike, _forward)),
        unsafe_add(unsafe_mul(near, fixed_point.WAD), 2**143) >> 144,
    )


@internal
@pure
def _greeks(
    _is_call: bool, _forward: uint256, _strike: uint256, _seconds: uint256, _volatility: uint256
) -> (uint256, int256, uint256, uint256, int256):
    """
    @notice Price and sensitivities. Reverts outside the domain, and at the strike without
            time or volatility, where gamma has no bound.
    @dev    The forward times its density at d1 is min(F, K) times the density at e, which
            is below 2^231. Gamma: a numerator below 2^215. Vega: 2^135 times a root below
            2^98. Theta: 2^183 times a volatility below 2^64.
    @param _is_call Call, else put.
    @param _forward Wad.
    @param _strike Wad.
    @param _seconds Time to expiry.
    @param _volatility Wad, annualised.
    @return uint256 Price, wad.
    @return int256 Forward delta, wad: -1 to 0 for a put.
    @return uint256 Gamma, wad: change of delta for a change of the forward by one.
    @return uint256 Vega, wad: change of the price for a change of volatility by 1.00.
    @return int256 Theta, wad a year, never positive: change of the price as time passes.
    """
    self._check(_forward, _strike, _seconds, _volatility)
    root: uint256 = fixed_point._year_root(_seconds)
    deviation: uint256 = self._deviation(_volatility, root)
    assert deviation != 0 or _forward != _strike, "black76: gamma has no bound"
    density: uint256 = 0
    near: uint256 = 0
    far: uint256 = 0
    density, near, far = self._parts(_forward, _strike, deviation)
    delta: int256 = convert(self._call_delta(_forward, _strike, near, far), int256)
    if not _is_call:
        delta = unsafe_sub(delta, convert(fixed_point.WAD, int256))
    price: uint256 = self._value(_is_call, _forward, _strike, near, far)
    if density == 0:
        return price, delta, 0, 0, 0
    weight: uint256 = unsafe_mul(min(_forward, _strike), density)
    below: uint256 = unsafe_mul(_forward, deviation)
    slope: uint256 = unsafe_mul(unsafe_div(weight, _forward), fixed_point.WAD) >> 48
    gamma: uint256 = unsafe_div(
        unsafe_add(unsafe_mul(slope, fixed_point.WAD), below >> 1), below
    )
    vega: uint256 = unsafe_add(unsafe_mul(weight >> 96, root), 2**143) >> 144
    decay: uint256 = unsafe_mul(weight >> 48, _volatility)
    below = unsafe_mul(root, 2 * fixed_point.WAD)
    theta: uint256 = unsafe_div(unsafe_add(decay, below >> 1), below)
    return price, delta, gamma, vega, unsafe_sub(0, convert(theta, int256))
