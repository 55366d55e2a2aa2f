# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Fixed point: logarithm, exponential and square root
@license Apache-2.0
@notice What the pricing modules compute with. Inside, numbers carry 96 binary places
        (Q96, a step of 1.3e-29); wads are for the edge. Functions on wads check their
        arguments and round to the nearest wad. Functions on Q96 say what they take and
        leave it to the caller to keep to it.
@dev    Approximations are rational, of least largest error, found from the definitions
        of the functions in 80 digits and written as continued fractions: a division
        costs as little as a multiplication here, so a level of a fraction replaces two
        steps of Horner's rule. A test derives every coefficient again. Errors, before
        rounding: logarithm 5e-25, exponential 1e-22 of the result (2e-21 above one). The SDK's
        `keelmark.pricing.fixed_point` gives the same to the last unit.
"""


# One whole unit, wad.
WAD: constant(uint256) = 10**18

# One whole unit, Q96.
ONE: constant(uint256) = 2**96

# ln 2, Q96.
LN_2: constant(uint256) = 54_916_777_467_707_473_351_141_471_128

# Exclusive limit of the arguments of `_log_ratio`: above it a shift would overflow.
RATIO_LIMIT: constant(uint256) = 2**158

# Largest argument of `_exp` and, as Q96, of `_exp_up`, wad.
EXP_MAX: constant(int256) = 60 * 10**18

# Below it `_exp` is zero, wad: exp(-43) is less than half a wad.
EXP_ZERO: constant(int256) = -43 * 10**18

# Seconds of a year, ACT/365.
YEAR: constant(uint256) = 31_536_000

# Exclusive limit of `_year_root`, seconds; more than ten years.
SECONDS_LIMIT: constant(uint256) = 2**29

# 1 / ln 2, Q96.
_LOG2_E: constant(uint256) = 114_302_077_158_074_026_402_637_675_937

# (sqrt 2 - 1) / (sqrt 2 + 1), Q96: up to there no power of two is split off.
_NEAR: constant(uint256) = 13_593_403_643_648_453_105_704_098_098

# 2 artanh(z) / z by w = z², in [0, 0.03]: offsets Q96, numerators Q192.
_LOG_0: constant(uint256) = 26_353_459_244_813_727_482_447_654_003
_LOG_C1: constant(uint256) = (
    49_888_597_401_924_788_719_653_395_989_852_696_951_120_015_666_574_586_793_855
)
_LOG_B1: constant(uint256) = 596_795_954_682_652_851_548_191_123_118
_LOG_C2: constant(uint256) = (
    62_736_449_057_363_786_591_912_550_728_737_684_157_846_720_255_953_733_694_905
)
_LOG_B2: constant(uint256) = 311_434_549_732_313_330_544_467_109_757
_LOG_C3: constant(uint256) = (
    3_571_135_365_187_442_740_515_523_283_829_692_161_889_944_922_457_809_511_235
)
_LOG_B3: constant(uint256) = 145_257_706_215_903_786_238_958_661_809
_LOG_C4: constant(uint256) = (
    319_125_776_445_469_600_426_243_711_484_835_778_402_336_291_950_458_074_480
)
_LOG_B4: constant(uint256) = 96_424_865_398_010_968_760_978_937_353

# r coth(r / 2) by w = r², in [0, 0.1225].
_EXP_0: constant(uint256) = 1_132_135_994_725_002_947_993_148_488_466
_EXP_1: constant(uint256) = 1_885_749_456_316_699_086_919_780_226
_EXP_C1: constant(uint256) = (
    11_414_297_178_886_676_447_639_913_840_533_720_624_650_180_963_489_745_424_970_086
)
_EXP_B1: constant(uint256) = 14_777_432_210_338_248_136_121_716_400_637
_EXP_C2: constant(uint256) = (
    12_957_960_950_123_283_706_135_520_594_425_866_369_818_673_175_642_636_354_772_590
)
_EXP_B2: constant(uint256) = 4_242_133_505_583_898_507_312_262_521_621

# 2^192 / YEAR.
_ROOT_SCALE: constant(uint256) = 2**192 // YEAR

# Eight and two ninths of 2^96 / sqrt(YEAR): the line nearest to the root.
_ROOT_LINE_0: constant(uint256) = 12_540_757_148_545_558_172_333_102
_ROOT_LINE_1: constant(uint256) = 3_135_189_287_136_389_543_083_275


@internal
@pure
def _log_ratio(_high: uint256, _low: uint256) -> uint256:
    """
    @notice Natural logarithm of a ratio that is not below one.
    @dev    ln(h / l) = 2 artanh((h - l) / (h + l)): one division, exact at h = l, and the
            same to the last unit for a ratio and its inverse. No overflow: high and base
            are below 2^159, so that differences shifted by 96 stay below 2^255; every
            denominator of the fraction is between 1.18 and 7.6.
    @param _high At least `_low`, below RATIO_LIMIT.
    @param _low At least 1.
    @return uint256 Q96.
    """
    z: uint256 = unsafe_div(
        unsafe_mul(unsafe_sub(_high, _low), ONE), unsafe_add(_high, _low)
    )
    power: uint256 = 0
    above: bool = False
    if z > _NEAR:
        base: uint256 = _low
        if _high >> 128 >= base:
            base <<= 128
            power = 128
        if _high >> 64 >= base:
            base <<= 64
            power |= 64
        if _high >> 32 >= base:
            base <<= 32
            power |= 32
        if _high >> 16 >= base:
            base <<= 16
            power |= 16
        if _high >> 8 >= base:
            base <<= 8
            power |= 8
        if _high >> 4 >= base:
            base <<= 4
            power |= 4
        if _high >> 2 >= base:
            base <<= 2
            power |= 2
        if _high >> 1 >= base:
            base <<= 1
            power |= 1
        # Now base <= high < 2 base: the power of two below the ratio, or the one above.
        z = unsafe_div(unsafe_mul(unsafe_sub(_high, base), ONE), unsafe_add(_high, base))
        if z > _NEAR:
            base <<= 1
            power = unsafe_add(power, 1)
            above = True
            z = unsafe_div(unsafe_mul(unsafe_sub(base, _high), ONE), unsafe_add(_high, base))
    w: uint256 = unsafe_mul(z, z) >> 96
    small: uint256 = unsafe_mul(
        z,
        unsafe_add(
            _LOG_0,
            unsafe_div(
                _LOG_C1,
                unsafe_sub(
                    unsafe_sub(_LOG_B1, w),
                    unsafe_div(
                        _LOG_C2,
                        unsafe_sub(
                            unsafe_sub(_LOG_B2, w),
                            unsafe_div(
                                _LOG_C3,
                                unsafe_sub(
                                    unsafe_sub(_LOG_B3, w),
                                    unsafe_div(_LOG_C4, unsafe_sub(_LOG_B4, w)),
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ) >> 96
    if power == 0:
        return small
    if above:
        return unsafe_sub(unsafe_mul(power, LN_2), small)
    return unsafe_add(unsafe_mul(power, LN_2), small)


@internal
@pure
def _exp_down(_x: uint256, _scale: uint256) -> uint256:
    """
    @notice A scale times exp(-x), rounded down.
    @dev    -x = r - n ln 2 with |r| <= ln 2 / 2 and exp(r) = (g + r) / (g - r), where
            g = r coth(r / 2) is even in r and between 2 and 2.03. r is kept modulo 2^256,
            which its square and its sum with g do not feel. No overflow: x times 1 / ln 2
            is below 2^221, the product with the scale below 2^255.
    @param _x Q96, below 2^124.
    @param _scale Below 2^157.
    @return uint256 In the unit of the scale.
    """
    n: uint256 = unsafe_add(unsafe_mul(_x, _LOG2_E), 2**191) >> 192
    r: uint256 = unsafe_sub(unsafe_mul(n, LN_2), _x)
    w: uint256 = unsafe_mul(r, r) >> 96
    g: uint256 = unsafe_sub(
        unsafe_add(_EXP_0, unsafe_mul(_EXP_1, w) >> 96),
        unsafe_div(
            _EXP_C1,
            unsafe_sub(
                unsafe_add(_EXP_B1, w), unsafe_div(_EXP_C2, unsafe_add(_EXP_B2, w))
            ),
        ),
    )
    return unsafe_div(unsafe_mul(unsafe_add(g, r), _scale), unsafe_sub(g, r)) >> n


@internal
@pure
def _exp_up(_x: uint256, _scale: uint256) -> uint256:
    """
    @notice A scale times exp(x), rounded down.
    @dev    Over exp(-x) in 157 places, of which 70 are left at the end of the range.
    @param _x Q96, at most 60.
    @param _scale Below 2^98.
    @return uint256 In the unit of the scale.
    """
    return unsafe_div(_scale << 157, self._exp_down(_x, 2**157 - 1))


@internal
@pure
def _year_root(_seconds: uint256) -> uint256:
    """
    @notice Square root of a time in years, ACT/365.
    @dev    Newton's method on a line that is within a ninth of the root over a factor of
            16; the error squares and halves each time: 7e-3, 3e-5, 3e-10, 5e-20, 2e-39.
    @param _seconds Below SECONDS_LIMIT.
    @return uint256 Q96; within one unit.
    """
    if _seconds == 0:
        return 0
    power: uint256 = 0
    if _seconds >= 2**16:
        power = 16
    if _seconds >> power >= 2**8:
        power = unsafe_add(power, 8)
    if _seconds >> power >= 2**4:
        power = unsafe_add(power, 4)
    square: uint256 = unsafe_mul(_seconds, _ROOT_SCALE)
    root: uint256 = unsafe_add(
        _ROOT_LINE_0 << power, unsafe_mul(_ROOT_LINE_1, _seconds)
    ) >> (power >> 1)
    root = unsafe_add(root, unsafe_div(square, root)) >> 1
    root = unsafe_add(root, unsafe_div(square, root)) >> 1
    root = unsafe_add(root, unsafe_div(square, root)) >> 1
    root = unsafe_add(root, unsafe_div(square, root)) >> 1
    return unsafe_add(root, unsafe_div(square, root)) >> 1


@internal
@pure
def _ln(_x: uint256) -> int256:
    """
    @notice Natural logarithm of a wad.
    @param _x Wad, from 1 to below RATIO_LIMIT.
    @return int256 Wad, nearest.
    """
    assert _x != 0 and _x < RATIO_LIMIT, "fixed point: no logarithm"
    # A logarithm here is below 70, so its product with a wad is below 2^163.
    if _x >= WAD:
        return convert(unsafe_add(self._log_ratio(_x, WAD) * WAD, 2**95) >> 96, int256)
    return -convert(unsafe_add(self._log_ratio(WAD, _x) * WAD, 2**95) >> 96, int256)


@internal
@pure
def _exp(_x: int256) -> uint256:
    """
    @notice Exponential of a wad.
    @param _x Wad, at most EXP_MAX.
    @return uint256 Wad, nearest; above 100 within 1e-20 of itself.
    """
    if _x <= EXP_ZERO:
        return 0
    assert _x <= EXP_MAX, "fixed point: exponent too large"
    # |x| 2^96 is below 2^163; a wad in Q96 is below 2^156, in Q38 below 2^98.
    x: uint256 = unsafe_div(unsafe_mul(convert(abs(_x), uint256), ONE), WAD)
    if _x < 0:
        return unsafe_add(self._exp_down(x, WAD * ONE), 2**95) >> 96
    return unsafe_add(self._exp_up(x, WAD << 38), 2**37) >> 38


@internal
@pure
def _sqrt(_x: uint256) -> uint256:
    """
    @notice Square root of a wad, rounded down.
    @param _x Wad, below 2^196.
    @return uint256 Wad.
    """
    assert _x < 2**196, "fixed point: root too large"
    return isqrt(unsafe_mul(_x, WAD))
