# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Scenarios: equity and initial margin of an account by scenarios
@license Apache-2.0
@notice Portfolio margin: IM = max(W + 0.20 (S - W), short-option minimum). W is
        the worst of sixteen scenarios, taken for each underlier and added up (no
        offset across underliers), never negative; S is the sum of what each
        position would lose alone. The 0.20 is what Art. 27 of Delegated
        Regulation (EU) 153/2013 leaves of offsets; the minimum, 100 bps of forward
        a short unit, is practice of venues.
        A retail account keeps its floor (gross notional over the leverage cap; an
        option's is its forward), and asks no less than S without netting; a long
        option is paid in full and asks nothing.
@dev    An option's sixteen results are lanes of one array word (risk array
        module). With its sign bit flipped a lane is a number v from 0 to 2^15 - 1,
        its result v - 2^14; a short's result, one unit against itself, is the same
        with all fifteen bits flipped. Two lanes, 120 bits apart, are multiplied
        at once by the position's weight: forward notional times multiplier, in
        units of 2^24 wei, rounded up, below 2^100. The unit adds at most 2^25 wei
        an option to a result, either way: 3.4e-11 of the settlement unit, far
        below the step by which every lane is against the account.

        Scenario k moves the forward by n thirds of a scan range, n = 0, 1, -1, 2,
        -2, 3, -3 for lanes 2j and 2j + 1, and 6, -6 at 35 % for the last two; a
        linear position's result is its notional times its rate times that move.
"""


from ...interfaces import IClearingHouse
from ...modules import rules
from . import book
from . import marks
from . import resources
from . import wiring


uses: book
uses: wiring
uses: resources


OPENING: constant(uint256) = 0
WITHDRAWAL: constant(uint256) = 1
CLOSE_OUT: constant(uint256) = 2

MAX_POSITIONS: constant(uint256) = 20
MAX_UNDERLIERS: constant(uint256) = 4
MASK_15: constant(uint256) = 2**15 - 1
MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_88: constant(uint256) = 2**88 - 1
WAD: constant(uint256) = 10**18
WAD_SIGNED: constant(int256) = 10**18
BPS: constant(uint256) = 10_000

# Lanes 0 and 8 of an array word without its epoch.
PAIR: constant(uint256) = MASK_15 | (MASK_15 << 120)
MASK_120: constant(uint256) = 2**120 - 1

# One bit, the lowest, in each of sixteen lanes.
ONES: constant(uint256) = (2**240 - 1) // (2**15 - 1)

# What turns signed lanes into numbers from zero on, and for a short the same with
# every bit flipped.
BIAS: constant(uint256) = ONES << 14
FLIP: constant(uint256) = ONES * (MASK_15 ^ (1 << 14))

# Weights are kept in units of 2^24 wei; a lane's unit is 2^-13.
WEIGHT_DIVISOR: constant(uint256) = 10**22 << 24
MAX_WEIGHT: constant(uint256) = 2**100 - 1
LANE_WEI: constant(uint256) = 2**11

# Moves are counted in thirtieths of a scan range, rates in basis points.
MOVE_SCALE: constant(uint256) = 30 * 10_000
EXTREME: constant(uint256) = 30 * rules.PM_EXTREME_SCANS * rules.PM_EXTREME_WEIGHT_BPS // BPS


# The positions on one underlier, added up.
struct Ladder:
    feed: uint256
    mark: uint256  # wad
    surface: uint256  # board's surface word
    delta: int256  # signed notional times rate of linear positions (wad x bps)
    weight: uint256  # of the options
    lanes: uint256[8]  # lanes k and k + 8 of the options, 120 bits apart


# What does not depend on the underlier.
struct Sums:
    own_linear: uint256  # worst loss of each linear position alone (wad x bps)
    own_lanes: uint256  # of each option (weight x lanes)
    shorts: uint256  # weight of the short options
    floor: uint256  # retail (wad)
    at_entry: uint256  # retail, at entry notional (wad)
    total: int256  # value of the positions (wad)
    losing: int256  # of the losing ones
    premium: int256  # of the long options
    flags: uint256


@external
@view
@reentrant
def assess_scenarios(
    account: uint256,
    word: uint256,
    count: uint256,
    slot: uint256,
    changed: uint256,
    entry: int256,
    valuation: uint256,
) -> IClearingHouse.Margin:
    """
    @notice Equity and initial margin of an account of the scenario engine. Only
            the house itself, in the middle of whatever it does: hence no lock.
    @param account Account id.
    @param word Account word.
    @param count Positions held.
    @param slot Position that differs from storage; `count` if none does.
    @param changed The position word there.
    @param entry Retail: entry notional there, less what is stored (wad).
    @param valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Equity, requirement and price flags.
    """
    assert msg.sender == self, "house: not the house"
    ladders: Ladder[MAX_UNDERLIERS] = empty(Ladder[MAX_UNDERLIERS])
    at: Ladder = empty(Ladder)
    sums: Sums = empty(Sums)
    used: uint256 = 0
    place: uint256 = 0
    is_retail: bool = word & (book.RETAIL << 120) != 0
    expiry_key: uint256 = 0
    forward: uint256 = 0

    for i: uint256 in range(count, bound=MAX_POSITIONS):
        position: uint256 = changed
        if i != slot:
            position = book.positions[account][i]
        id: uint256 = position & MASK_32
        terms: uint256 = book.instruments[id]
        kind: uint256 = (terms >> 56) & 255
        size: int256 = convert(convert(position, bytes32), int256) >> 144
        unit: int256 = convert((terms >> 104) & MASK_88, int256)
        if kind & book.SETTLED == 0:
            if (terms >> 32) & MASK_16 != at.feed:
                key: uint256 = (terms >> 32) & MASK_16
                if used != 0:
                    ladders[place] = at
                    place = used
                    for j: uint256 in range(used, bound=MAX_UNDERLIERS):
                        if ladders[j].feed == key:
                            place = j
                            break
                if place == used:
                    assert place < MAX_UNDERLIERS, "house: too many underliers"
                    at = empty(Ladder)
                    at.feed = key
                    board_word: uint256 = 0
                    board_word, at.surface = staticcall wiring.BOARD.price_and_surface(
                        key >> 1, key
                    )
                    price_flags: uint256 = 0
                    at.mark, price_flags = marks._read_lane(board_word, key)
                    sums.flags |= price_flags
                    used = unsafe_add(used, 1)
                else:
                    at = ladders[place]
            held: uint256 = convert(abs(size), uint256)
            measure: uint256 = at.mark
            if kind == book.OPTION:
                if terms & (MASK_32 | (MASK_16 << 32)) != expiry_key:
                    expiry_key = terms & (MASK_32 | (MASK_16 << 32))
                    forward = book.forwards[
                        (((terms >> 32) & MASK_16) << 32) | (terms & MASK_32)
                    ]
                measure = forward
                lanes: uint256 = book.risk_arrays[id]
                sums.flags |= marks._array_flags(terms, lanes, at.surface)
                lanes >>= 16
                weight: uint256 = min(
                    unsafe_div(
                        unsafe_add(
                            unsafe_mul(
                                unsafe_mul(held, forward), (terms >> 80) & MASK_16
                            ),
                            WEIGHT_DIVISOR - 1,
                        ),
                        WEIGHT_DIVISOR,
                    ),
                    MAX_WEIGHT,
                )
                if size < 0:
                    lanes ^= FLIP
                    sums.shorts = unsafe_add(sums.shorts, weight)
                    sums.own_lanes = unsafe_add(
                        sums.own_lanes, unsafe_mul(weight, (terms >> 239) & MASK_15)
                    )
                else:
                    lanes ^= BIAS
                    if not is_retail:
                        sums.own_lanes = unsafe_add(
                            sums.own_lanes, unsafe_mul(weight, (terms >> 224) & MASK_15)
                        )
                at.weight = unsafe_add(at.weight, weight)
                at.lanes = self._add_lanes(at.lanes, lanes, weight)
            else:
                unit = unsafe_sub(convert(at.mark, int256), marks._funding_index(terms))
                rate: uint256 = unsafe_div(
                    unsafe_add(
                        unsafe_mul((terms >> 64) & MASK_16, (terms >> 80) & MASK_16), BPS - 1
                    ),
                    BPS,
                )
                charge: uint256 = unsafe_mul(self._notional(held, at.mark), rate)
                sums.own_linear = unsafe_add(sums.own_linear, charge)
                if size < 0:
                    at.delta = unsafe_sub(at.delta, convert(charge, int256))
                else:
                    at.delta = unsafe_add(at.delta, convert(charge, int256))
            if is_retail and (kind != book.OPTION or size < 0):
                sums.floor += self._retail_floor(self._notional(held, measure))
                if valuation == CLOSE_OUT:
                    at_entry: uint256 = book.entry_notional[account][id]
                    if i == slot:
                        at_entry = convert(convert(at_entry, int256) + entry, uint256)
                    sums.at_entry += self._retail_floor(at_entry)
        worth: int256 = unsafe_mul(size, unit)
        if worth < 0:
            worth = unsafe_sub(worth, WAD_SIGNED - 1)  # `//` truncates; this floors
        worth = unsafe_add(
            unsafe_div(worth, WAD_SIGNED),
            convert(convert(position << 112, bytes32), int256) >> 144,
        )
        sums.total = unsafe_add(sums.total, worth)
        if worth < 0:
            sums.losing = unsafe_add(sums.losing, worth)
        elif kind == book.OPTION:
            sums.premium = unsafe_add(sums.premium, worth)

    if used != 0:
        ladders[place] = at
    requirement: uint256 = self._requirement(ladders, used, sums, is_retail)
    equity: int256 = sums.total
    if valuation == WITHDRAWAL:
        equity = sums.losing
    elif valuation == OPENING and is_retail:
        # Retail money is cash and e-money tokens only: a premium backs nothing.
        equity -= sums.premium
    equity += resources._resources(account, word, valuation, 0)
    return IClearingHouse.Margin(equity=equity, requirement=requirement, flags=sums.flags)


@internal
@pure
def _requirement(
    _ladders: Ladder[MAX_UNDERLIERS], _used: uint256, _sums: Sums, _is_retail: bool
) -> uint256:
    """
    @notice Initial margin from what was added up.
    @param _ladders The underliers.
    @param _used How many.
    @param _sums The rest.
    @param _is_retail Whether the retail floor holds.
    @return Wad, rounded up.
    """
    alone: uint256 = unsafe_add(
        unsafe_mul(_sums.own_lanes, LANE_WEI),
        unsafe_div(unsafe_add(_sums.own_linear, BPS - 1), BPS),
    )
    if _is_retail:
        return max(max(_sums.floor, _sums.at_entry), alone)
    worst: uint256 = 0
    for j: uint256 in range(_used, bound=MAX_UNDERLIERS):
        worst = unsafe_add(worst, self._worst(_ladders[j]))
    # Each underlier's worst was rounded up by itself.
    rest: uint256 = unsafe_mul(
        unsafe_sub(max(alone, worst), worst), BPS - rules.PORTFOLIO_OFFSET_CAP_BPS
    )
    least: uint256 = unsafe_mul(_sums.shorts << 24, rules.PM_SHORT_MINIMUM_BPS)
    return max(
        unsafe_add(worst, unsafe_div(unsafe_add(rest, BPS - 1), BPS)),
        unsafe_div(unsafe_add(least, BPS - 1), BPS),
    )


@internal
@pure
def _worst(_ladder: Ladder) -> uint256:
    """
    @notice The worst scenario of one underlier.
    @param _ladder Its positions, added up.
    @return The loss (wad), rounded up; 0 if no scenario loses.
    """
    if _ladder.weight == 0:
        # Without options a whole scan range, up or down, is the worst.
        return unsafe_div(
            unsafe_add(convert(abs(_ladder.delta), uint256), BPS - 1), BPS
        )
    # The sums of two lanes of one move, volatility up and down, count once: the
    # lesser. Lanes 0 to 7 are in the low halves, 8 to 15 in the high ones.
    one: uint256 = _ladder.lanes[0]
    two: uint256 = _ladder.lanes[1]
    still: uint256 = min(one & MASK_120, two & MASK_120)
    down_two: uint256 = min(one >> 120, two >> 120)
    one = _ladder.lanes[2]
    two = _ladder.lanes[3]
    up_one: uint256 = min(one & MASK_120, two & MASK_120)
    up_three: uint256 = min(one >> 120, two >> 120)
    one = _ladder.lanes[4]
    two = _ladder.lanes[5]
    down_one: uint256 = min(one & MASK_120, two & MASK_120)
    down_three: uint256 = min(one >> 120, two >> 120)
    one = _ladder.lanes[6]
    two = _ladder.lanes[7]
    up_two: uint256 = min(one & MASK_120, two & MASK_120)
    # Profit of each move, without what the lanes count from.
    step: int256 = _ladder.delta
    worst: int256 = self._scaled(still)
    worst = min(worst, unsafe_add(self._scaled(up_one), unsafe_mul(step, 10)))
    worst = min(worst, unsafe_sub(self._scaled(down_one), unsafe_mul(step, 10)))
    worst = min(worst, unsafe_add(self._scaled(up_two), unsafe_mul(step, 20)))
    worst = min(worst, unsafe_sub(self._scaled(down_two), unsafe_mul(step, 20)))
    worst = min(worst, unsafe_add(self._scaled(up_three), unsafe_mul(step, 30)))
    worst = min(worst, unsafe_sub(self._scaled(down_three), unsafe_mul(step, 30)))
    step = unsafe_mul(step, convert(EXTREME, int256))
    worst = min(worst, unsafe_add(self._scaled(one >> 120), step))
    worst = min(worst, unsafe_sub(self._scaled(two >> 120), step))
    worst = unsafe_sub(self._scaled(unsafe_mul(_ladder.weight, 2**14)), worst)
    return unsafe_div(
        unsafe_add(convert(max(worst, 0), uint256), MOVE_SCALE - 1), MOVE_SCALE
    )


@internal
@pure
def _scaled(_sum: uint256) -> int256:
    """
    @notice A sum of weights times lanes as money.
    @param _sum Below 2^120.
    @return Wad, times `MOVE_SCALE`.
    """
    return convert(
        convert(unsafe_mul(_sum, LANE_WEI * MOVE_SCALE), bytes32), int256
    )


@internal
@pure
def _add_lanes(_sums: uint256[8], _lanes: uint256, _weight: uint256) -> uint256[8]:
    """
    @notice Adds sixteen lanes times a weight, two at a time.
    @param _sums Lanes k and k + 8, 120 bits apart.
    @param _lanes Sixteen numbers of fifteen bits.
    @param _weight Below 2^100, so that twenty such products stay below 2^120.
    @return The sums.
    """
    return [
        unsafe_add(_sums[0], unsafe_mul(_lanes & PAIR, _weight)),
        unsafe_add(_sums[1], unsafe_mul((_lanes >> 15) & PAIR, _weight)),
        unsafe_add(_sums[2], unsafe_mul((_lanes >> 30) & PAIR, _weight)),
        unsafe_add(_sums[3], unsafe_mul((_lanes >> 45) & PAIR, _weight)),
        unsafe_add(_sums[4], unsafe_mul((_lanes >> 60) & PAIR, _weight)),
        unsafe_add(_sums[5], unsafe_mul((_lanes >> 75) & PAIR, _weight)),
        unsafe_add(_sums[6], unsafe_mul((_lanes >> 90) & PAIR, _weight)),
        unsafe_add(_sums[7], unsafe_mul((_lanes >> 105) & PAIR, _weight)),
    ]


@internal
@pure
def _notional(_size: uint256, _price: uint256) -> uint256:
    """
    @notice Notional of a size.
    @param _size Wad, below 2^111.
    @param _price Wad, below 2^88.
    @return Wad, rounded up.
    """
    return unsafe_div(unsafe_add(unsafe_mul(_size, _price), WAD - 1), WAD)


@internal
@pure
def _retail_floor(_notional: uint256) -> uint256:
    """
    @notice Gross notional over the leverage cap.
    @param _notional Wad.
    @return Wad, rounded up.
    """
    return (_notional * rules.RETAIL_MARGIN_CRYPTO_BPS + BPS - 1) // BPS
