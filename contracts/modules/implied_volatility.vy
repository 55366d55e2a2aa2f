# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Implied volatility by Black-76
@license Apache-2.0
@notice The volatility that gives a premium: one convention, one solver, so that two
        venues cannot differ. It comes back to 1e-12, or to what two units of the premium
        are worth in volatility if that is more. A premium at the intrinsic value has
        volatility zero. What has no volatility is refused, with a reason:

        | premium | reason |
        |---|---|
        | below the intrinsic value | "implied: premium below intrinsic" |
        | at or above the forward (call) or the strike (put) | "implied: premium above bound" |
        | of more than black76.VOLATILITY_MAX | "implied: volatility out of range" |
        | any, at expiry | "implied: no time left" |
@dev    The premium less its intrinsic value, over the smaller of forward and strike, is
        a share v between 0 and 1 that rises with the deviation s = volatility *
        sqrt(time). The root is kept in a bracket. Within it Halley's method runs on
        ln v, or on ln (1 - v) from one half on, where the curve is nearly straight. A
        step that would leave the bracket below is replaced by Newton's in 1 / s², one
        above by the bracket's end the first time, any other by halving. It starts at
        sqrt(2 |ln(F / K)|), where the curve turns, or at (v + |ln(F / K)| / 2) sqrt(2 pi),
        the root where it is nearly straight, whichever is less, but not below
        v sqrt(2 pi), as the root never is. Seven evaluations were the most in fifty
        thousand random premiums of the whole domain.
"""


from . import black76
from . import fixed_point


# Steps after which the solver gives up.
MAX_TURNS: constant(uint256) = 64

# A step below this part of the deviation is the last: the next is below its cube.
_CLOSE: constant(uint256) = 2**26

# A cap that is never reached, so that no product can wrap, whatever noise there is.
_PULL_MAX: constant(uint256) = 2**128

# sqrt(2 pi), Q96.
_SQRT_TWO_PI: constant(uint256) = 198_593_407_093_870_406_399_063_457_410

# One whole unit, Q144.
_WHOLE: constant(uint256) = 2**144


@internal
@pure
def _implied_volatility(
    _is_call: bool, _forward: uint256, _strike: uint256, _seconds: uint256, _premium: uint256
) -> uint256:
    """
    @notice The volatility at which Black-76 gives a premium. Reverts outside the domain of
            `black76` and where there is none.
    @param _is_call Call, else put.
    @param _forward Wad.
    @param _strike Wad.
    @param _seconds Time to expiry.
    @param _premium Wad, undiscounted.
    @return uint256 Wad, annualised.
    """
    black76._check(_forward, _strike, _seconds, 0)
    assert _seconds != 0, "implied: no time left"
    low: uint256 = min(_forward, _strike)
    high: uint256 = max(_forward, _strike)
    intrinsic: uint256 = 0
    if _is_call == (_forward > _strike):
        intrinsic = unsafe_sub(high, low)
    assert _premium >= intrinsic, "implied: premium below intrinsic"
    bound: uint256 = _forward if _is_call else _strike
    assert _premium < bound, "implied: premium above bound"
    if _premium == intrinsic:
        return 0
    # What is left is less than low, as the bound is at most intrinsic + low: 88 bits.
    left: uint256 = unsafe_sub(_premium, intrinsic)
    logarithm: uint256 = fixed_point._log_ratio(high, low)
    root: uint256 = fixed_point._year_root(_seconds)
    most: uint256 = black76._deviation(black76.VOLATILITY_MAX, root)
    density: uint256 = 0
    near: uint256 = 0
    far: uint256 = 0
    density, near, far = black76._kernel(logarithm, most)
    largest: uint256 = unsafe_sub(max(near, far), far)
    # The largest premium as black76._value rounds it.
    bound = unsafe_add(unsafe_mul(low, largest), 2**143) >> 144
    assert left <= bound, "implied: volatility out of range"
    deviation: uint256 = self._solve(logarithm, min(unsafe_div(left << 144, low), largest), most)
    volatility: uint256 = unsafe_div(
        unsafe_add(unsafe_mul(deviation, fixed_point.WAD), root >> 1), root
    )
    return min(volatility, black76.VOLATILITY_MAX)


@internal
@pure
def _solve(_log: uint256, _share: uint256, _most: uint256) -> uint256:
    """
    @notice The deviation at which the kernel gives a share that its largest one gives.
    @dev    Bounds: deviations below 2^103, shares and densities at most 2^144, a
            logarithm of two shares below 2^103, so every product stays below 2^248.
    @param _log |ln(F / K)|, Q96.
    @param _share Q144, below one whole unit.
    @param _most Largest deviation, Q96.
    @return uint256 Q96.
    """
    density: uint256 = 0
    near: uint256 = 0
    far: uint256 = 0
    least: uint256 = 0
    most: uint256 = _most
    untried: bool = True
    s: uint256 = min(
        isqrt(_log << 97),
        unsafe_mul(unsafe_add(_share >> 48, _log >> 1), _SQRT_TWO_PI) >> 96,
    )
    s = max(s, unsafe_mul(_share >> 48, _SQRT_TWO_PI) >> 96)
    s = min(max(s, 1), most)
    small: bool = _share < _WHOLE >> 1
    target: uint256 = _share if small else unsafe_sub(_WHOLE, _share)
    for turn: uint256 in range(MAX_TURNS):
        density, near, far = black76._kernel(_log, s)
        found: uint256 = unsafe_sub(max(near, far), far)
        over: bool = found > _share
        if over:
            most = s
            untried = False
        else:
            least = s
        tail: uint256 = found if small else unsafe_sub(_WHOLE, found)
        following: uint256 = 0
        if density != 0 and tail != 0:
            size: uint256 = unsafe_div(
                unsafe_mul(fixed_point._log_ratio(max(tail, target), min(tail, target)), tail),
                density,
            )
            if size < unsafe_mul(s, 8):
                pull: uint256 = min(unsafe_div(unsafe_mul(density, s), tail), _PULL_MAX)
                following = self._halley(_log, s, size, over, pull, small)
                moved: uint256 = unsafe_sub(max(following, s), min(following, s))
                if unsafe_mul(moved, _CLOSE) <= s:
                    return min(following, most)
            if small and over and following <= least and size < 2**150:
                scale: uint256 = isqrt(unsafe_div(s << 152, unsafe_add(s, unsafe_mul(size, 2))))
                following = unsafe_mul(s, scale) >> 76
            if following >= most and untried:
                s = most
                untried = False
                continue
        if following <= least or following >= most:
            following = unsafe_add(least, most) >> 1
        if unsafe_sub(most, least) <= 1:
            return most
        s = following
    raise "implied: no convergence"


@internal
@pure
def _halley(
    _log: uint256, _s: uint256, _size: uint256, _over: bool, _pull: uint256, _small: bool
) -> uint256:
    """
    @notice The deviation after one step: Newton's, over one more or less half its bend.
    @dev    The curve's bend is what moves e and y apart, e * y, and what the logarithm
            adds. With a density, e is below 11 and y below 16 (see black76._kernel), so
            the bend is below 2^129 and, times a relative step below 2^99, below 2^229.
    @param _log |ln(F / K)|, Q96.
    @param _s Deviation, Q96.
    @param _size Newton's step, Q96, below eight deviations.
    @param _over Whether the deviation is too large.
    @param _pull What the logarithm adds to the bend, Q96.
    @param _small Whether it is the logarithm of v, else of 1 - v.
    @return uint256 Q96; zero if the step leads below it.
    """
    distance: uint256 = unsafe_div(_log << 96, _s)
    half: uint256 = _s >> 1
    pull: int256 = convert(_pull, int256)
    if not _small:
        pull = unsafe_sub(0, pull)
    bend: int256 = unsafe_add(
        unsafe_mul(
            unsafe_sub(convert(half, int256), convert(distance, int256)),
            convert(unsafe_add(half, distance), int256),
        ) >> 96,
        pull,
    )
    turn: int256 = unsafe_mul(convert(unsafe_div(_size << 96, _s), int256), bend) >> 97
    if not _over:
        turn = unsafe_sub(0, turn)
    divisor: int256 = max(unsafe_add(2**96, turn), 2**95)
    step: uint256 = unsafe_div(_size << 96, convert(divisor, uint256))
    if _over:
        return unsafe_sub(_s, min(step, _s))
    return unsafe_add(_s, step)
