# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Assessment: equity and initial margin of an account
@license Apache-2.0
@notice One pass over the positions gives the schedule's netted requirement, the
        directional floor, the retail floor and unrealised profit and loss; one
        pass over the collateral gives the rest of equity. Initial margin is
        max(net, sum over underliers of r |net delta notional|), and for retail
        at least gross notional over the leverage cap. An account whose engine is
        the scenario engine is assessed by the instrument desk instead.
@dev    Prices are read from the price board's stored words; no price source is
        ever called from here.
"""


from ...interfaces import IClearingHouse
from ...interfaces import IInstrumentDesk
from ...modules import margin
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

PERPETUAL: constant(uint256) = 1

MAX_POSITIONS: constant(uint256) = 20
MAX_UNDERLIERS: constant(uint256) = 4
MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_88: constant(uint256) = 2**88 - 1
WAD: constant(uint256) = 10**18
WAD_SIGNED: constant(int256) = 10**18
BPS: constant(uint256) = 10_000
BPS_WAD: constant(uint256) = 10**22

# Account word's engine byte.
ENGINE: constant(uint256) = 255 << 128


@internal
@view
def _assess(_side: book.Side, _valuation: uint256) -> IClearingHouse.Margin:
    """
    @notice Equity and initial margin of an account.
    @dev    Unchecked arithmetic is bounded by the book: |size| < 2^111,
            |quote| < 2^111, mark < 2^88, at most twenty positions, rates and
            multipliers below 2^16; the largest product stays below 2^235. The
            figures of the underlier at hand live in scalars and go to the arrays
            only when a position on another one comes.
    @param _side The account with its positions.
    @param _valuation 0 opening: stale collateral counts zero; 1 withdrawal:
           unrealised profit is left out too; 2 close-out: last valid prices.
    @return Equity, requirement and price flags.
    """
    if _side.word & ENGINE != 0:
        return staticcall IInstrumentDesk(self).assess_scenarios(
            _side.account,
            _side.word,
            _side.count,
            _side.slot,
            _side.changed,
            _side.entry,
            _valuation,
        )
    feeds: uint256[MAX_UNDERLIERS] = empty(uint256[MAX_UNDERLIERS])
    last_marks: uint256[MAX_UNDERLIERS] = empty(uint256[MAX_UNDERLIERS])
    deltas: int256[MAX_UNDERLIERS] = empty(int256[MAX_UNDERLIERS])
    rates: uint256[MAX_UNDERLIERS] = empty(uint256[MAX_UNDERLIERS])
    money_word: uint256 = 0
    used: uint256 = 0
    slot: uint256 = 0
    feed: uint256 = 0
    mark: uint256 = 0
    delta: int256 = 0
    rate: uint256 = 0
    gross: uint256 = 0
    retail: uint256 = 0
    at_entry: uint256 = 0
    positive: uint256 = 0  # the house's positive values: what the account loses
    total: int256 = 0
    flags: uint256 = 0
    is_retail: bool = _side.word & (book.RETAIL << 120) != 0

    for i: uint256 in range(_side.count, bound=MAX_POSITIONS):
        word: uint256 = _side.changed
        if i != _side.slot:
            word = book.positions[_side.account][i]
        instrument: uint256 = book.instruments[word & MASK_32]
        kind: uint256 = (instrument >> 56) & 255
        unit: int256 = 0
        if kind & book.SETTLED != 0:
            unit = convert((instrument >> 104) & MASK_88, int256)
        else:
            if (instrument >> 32) & MASK_16 != feed:
                key: uint256 = (instrument >> 32) & MASK_16
                if used != 0:
                    feeds[slot] = feed
                    last_marks[slot] = mark
                    deltas[slot] = delta
                    rates[slot] = rate
                    slot = used
                    for j: uint256 in range(used, bound=MAX_UNDERLIERS):
                        if feeds[j] == key:
                            slot = j
                            break
                feed = key
                if slot == used:
                    board_word: uint256 = 0
                    if slot == 0:
                        # The board keeps two feeds a word; the settlement
                        # token's word comes along in the same call.
                        board_word, money_word = staticcall wiring.BOARD.price_words(
                            feed >> 1, wiring.TOKEN_FEED >> 1
                        )
                    else:
                        assert slot < MAX_UNDERLIERS, "house: too many underliers"
                        board_word = staticcall wiring.BOARD.price_word(feed >> 1)
                    price_flags: uint256 = 0
                    mark, price_flags = marks._read_lane(board_word, feed)
                    flags |= price_flags
                    delta = 0
                    rate = 0
                    used = unsafe_add(used, 1)
                else:
                    mark = last_marks[slot]
                    delta = deltas[slot]
                    rate = rates[slot]
            size: int256 = convert(convert(word, bytes32), int256) >> 144
            unit = unsafe_sub(convert(mark, int256), marks._funding_index(instrument))
            delta = unsafe_add(delta, size)
            notional: uint256 = unsafe_div(
                unsafe_add(unsafe_mul(convert(abs(size), uint256), mark), WAD - 1), WAD
            )
            schedule: uint256 = rules.IM_OTHER_BPS
            if (instrument >> 48) & 255 <= margin.INTEREST_RATE:
                residual: uint256 = 0
                if kind != PERPETUAL:
                    residual = max(instrument & MASK_32, block.timestamp) - block.timestamp
                schedule = margin._schedule_rate_bps((instrument >> 48) & 255, residual)
            multiplier: uint256 = (instrument >> 80) & MASK_16
            gross = unsafe_add(
                gross,
                unsafe_div(
                    unsafe_add(
                        unsafe_mul(notional, unsafe_mul(schedule, multiplier)), 10**8 - 1
                    ),
                    10**8,
                ),
            )
            rate = max(
                rate,
                unsafe_div(
                    unsafe_add(
                        unsafe_mul(max(schedule, (instrument >> 64) & MASK_16), multiplier),
                        BPS - 1,
                    ),
                    BPS,
                ),
            )
            if is_retail:
                retail += margin._ceil_div(notional * rules.RETAIL_MARGIN_CRYPTO_BPS, BPS)
                if _valuation == CLOSE_OUT:
                    entry: uint256 = book.entry_notional[_side.account][word & MASK_32]
                    if i == _side.slot:
                        entry = convert(convert(entry, int256) + _side.entry, uint256)
                    at_entry += margin._ceil_div(entry * rules.RETAIL_MARGIN_CRYPTO_BPS, BPS)
        worth: int256 = unsafe_mul(convert(convert(word, bytes32), int256) >> 144, unit)
        if worth < 0:
            worth = unsafe_sub(worth, WAD_SIGNED - 1)  # `//` truncates; this floors
        worth = unsafe_add(
            unsafe_div(worth, WAD_SIGNED), convert(convert(word << 112, bytes32), int256) >> 144
        )
        total = unsafe_add(total, worth)
        if worth < 0:
            positive = unsafe_add(positive, convert(unsafe_sub(0, worth), uint256))

    requirement: uint256 = 0
    if used != 0:
        requirement = self._directional(delta, mark, rate)
        if used != 1:
            # The underlier at hand is added; the others are in the arrays.
            for j: uint256 in range(used, bound=MAX_UNDERLIERS):
                if j != slot:
                    requirement = unsafe_add(
                        requirement, self._directional(deltas[j], last_marks[j], rates[j])
                    )
        # Netting never asks for more than G, so a book that points one way, whose
        # directional floor is at least G, needs no ratio.
        if requirement < gross:
            net: uint256 = 0
            if total < 0:
                net = convert(unsafe_sub(0, total), uint256)
            requirement = max(requirement, margin._net_requirement(gross, positive, net))
        if is_retail:
            requirement = max(requirement, max(retail, at_entry))
    if _valuation == WITHDRAWAL:
        total = -convert(positive, int256)
    total += resources._resources(_side.account, _side.word, _valuation, money_word)
    return IClearingHouse.Margin(equity=total, requirement=requirement, flags=flags)


@internal
@pure
def _directional(_delta: int256, _mark: uint256, _rate: uint256) -> uint256:
    """
    @notice The directional floor of one underlier: r |net delta notional|.
    @param _delta Net size (wad), |delta| < 2^116.
    @param _mark Wad, below 2^88.
    @param _rate Basis points, below 2^29.
    @return Wad, rounded up.
    """
    return unsafe_div(
        unsafe_add(
            unsafe_mul(unsafe_mul(convert(abs(_delta), uint256), _mark), _rate), BPS_WAD - 1
        ),
        BPS_WAD,
    )
