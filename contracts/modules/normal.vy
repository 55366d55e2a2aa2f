# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Normal law: density and distribution
@license Apache-2.0
@notice The tail beyond x is the density at x times the Mills ratio, which is smooth and
        never small, so one rational approximation serves the whole line with a small
        relative error. Inside [0, 1], rising, symmetric and defined on all of int256.
@dev    The Mills ratio is approximated on [0, 16] by a quotient of degrees 10 and 11,
        of least largest error (1e-20), as a continued fraction (see `fixed_point`).
        Error of the distribution: half a wad of rounding and 4e-21.
"""


from . import fixed_point


# Exclusive limit of the arguments of `_density` and `_mills`, Q96.
LIMIT: constant(uint256) = 16 * 2**96

# From here the tail is less than half a wad, wad.
TAIL_END: constant(int256) = 9 * 10**18

# 1 / sqrt(2 pi), Q144.
PEAK: constant(uint256) = 8_896_710_144_153_107_311_007_564_246_272_276_034_474_883

# Mills ratio by x in [0, 16]: numerators Q192, offsets Q96, without their signs.
_C1: constant(uint256) = (
    6_277_101_735_565_698_966_505_625_884_577_142_568_021_805_123_745_374_514_181
)
_B1: constant(uint256) = 397_941_054_346_676_247_461
_C2: constant(uint256) = (
    6_277_099_052_879_560_261_568_035_197_784_690_189_508_975_407_672_469_994_932
)
_B2: constant(uint256) = 1_858_618_787_486_279_177_059_859
_C3: constant(uint256) = (
    12_560_082_765_256_992_344_926_337_988_060_780_579_032_254_668_598_405_909_746
)
_B3: constant(uint256) = 1_150_723_962_261_042_260_662_544_429
_C4: constant(uint256) = (
    16_535_834_455_323_040_884_804_239_149_141_501_175_507_748_518_255_843_092_666
)
_B4: constant(uint256) = 231_531_798_270_873_131_997_096_211_498
_C5: constant(uint256) = (
    409_688_076_211_451_480_636_624_832_459_296_326_707_118_513_256_426_374_671_408
)
_B5: constant(uint256) = 1_410_203_312_797_467_484_111_226_548_806
_C6: constant(uint256) = (
    38_537_918_041_275_074_182_563_950_294_307_822_631_520_983_638_682_169_628_458
)
_B6: constant(uint256) = 2_993_463_085_316_016_914_419_524_320_265
_C7: constant(uint256) = (
    7_221_700_699_955_218_794_566_684_905_420_906_993_222_265_468_240_578_124_513_671
)
_B7: constant(uint256) = 2_297_172_313_165_446_119_808_098_557_846
_C8: constant(uint256) = (
    16_162_467_638_954_308_418_268_048_770_816_866_714_063_255_989_389_000_984_107
)
_B8: constant(uint256) = 263_961_047_042_190_601_024_123_839_140
_C9: constant(uint256) = (
    238_237_396_842_321_980_277_385_173_711_784_998_030_542_621_011_134_819_805_919
)
_B9: constant(uint256) = 221_292_692_314_077_008_521_724_703_474
_C10: constant(uint256) = (
    2_183_942_424_764_982_796_726_179_004_145_202_881_487_259_319_159_218_497_500
)
_B10: constant(uint256) = 3_493_645_588_925_225_556_261_899_585_561
_C11: constant(uint256) = (
    13_517_385_906_070_502_698_768_866_062_010_345_581_666_205_491_893_232_426_002_265
)
_B11: constant(uint256) = 3_805_832_477_635_185_311_247_656_900_804


@internal
@pure
def _density(_x: uint256) -> uint256:
    """
    @notice Density of the normal law, exp(-x² / 2) / sqrt(2 pi).
    @param _x Q96, below LIMIT.
    @return uint256 Q144, so that the tail keeps its relative precision.
    """
    return fixed_point._exp_down(unsafe_mul(_x, _x) >> 97, PEAK)


@internal
@pure
def _mills(_x: uint256) -> uint256:
    """
    @notice Mills ratio: the tail of the normal law beyond x over its density at x.
    @dev    From the innermost level outward. Signs are written so that each of the
            eleven denominators is positive on [0, 16] (the least is 0.7; a test looks at
            all), hence no quotient wraps.
    @param _x Q96, below LIMIT.
    @return uint256 Q96, from 0.062 to 1.2534.
    """
    inner: uint256 = unsafe_sub(
        unsafe_div(
            _C7,
            unsafe_sub(
                unsafe_add(
                    _B7,
                    unsafe_div(
                        _C8,
                        unsafe_add(
                            unsafe_add(_B8, _x),
                            unsafe_div(
                                _C9,
                                unsafe_sub(
                                    unsafe_add(_B9, _x),
                                    unsafe_div(
                                        _C10,
                                        unsafe_sub(
                                            unsafe_add(
                                                _x,
                                                unsafe_div(
                                                    _C11,
                                                    unsafe_add(_B11, _x),
                                                ),
                                            ),
                                            _B10,
                                        ),
                                    ),
                                ),
                            ),
                        ),
                    ),
                ),
                _x,
            ),
        ),
        unsafe_add(_B6, _x),
    )
    return unsafe_div(
        _C1,
        unsafe_add(
            unsafe_add(_B1, _x),
            unsafe_div(
                _C2,
                unsafe_sub(
                    unsafe_add(
                        _x,
                        unsafe_div(
                            _C3,
                            unsafe_add(
                                unsafe_add(_B3, _x),
                                unsafe_div(
                                    _C4,
                                    unsafe_sub(
                                        unsafe_add(
                                            _x,
                                            unsafe_div(
                                                _C5,
                                                unsafe_sub(
                                                    unsafe_add(_B5, _x),
                                                    unsafe_div(_C6, inner),
                                                ),
                                            ),
                                        ),
                                        _B4,
                                    ),
                                ),
                            ),
                        ),
                    ),
                    _B2,
                ),
            ),
        ),
    )


@internal
@pure
def _cdf(_x: int256) -> uint256:
    """
    @notice Distribution of the normal law: the probability of at most x.
    @dev    N(x) + N(-x) is one whole unit exactly. The tail is below 2^143 and its
            product with a wad below 2^203.
    @param _x Wad; any.
    @return uint256 Wad, nearest; 0 below -9 and one whole unit above 9.
    """
    if _x <= -TAIL_END:
        return 0
    if _x >= TAIL_END:
        return fixed_point.WAD
    x: uint256 = unsafe_div(unsafe_mul(convert(abs(_x), uint256), fixed_point.ONE), fixed_point.WAD)
    tail: uint256 = unsafe_mul(self._density(x), self._mills(x)) >> 96
    tail = unsafe_add(unsafe_mul(tail, fixed_point.WAD), 2**143) >> 144
    if _x < 0:
        return tail
    return unsafe_sub(fixed_point.WAD, tail)
