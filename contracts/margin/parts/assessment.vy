# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Assessment: equity and initial margin of an account
@license Apache-2.0
@notice One pass over the positions gives the schedule's netted requirement, the
        directional floor, the retail floor and unrealised profit and loss; one
        pass over the collateral gives the rest of equity. Initial margin is
        max(net, sum over underliers of r |net delta notional|), and for retail
        at least gross notional over the leverage cap.
@dev    Prices are read from the price board's stored words; no price source is
        ever called from here.
"""


from ...interfaces import IClearingHouse
from ...modules import margin
from ...modules import rules
from . import book
from . import wiring


uses: book
uses: wiring


OPENING: constant(uint256) = 0
WITHDRAWAL: constant(uint256) = 1
CLOSE_OUT: constant(uint256) = 2

STALE: constant(uint256) = 1
JUMP: constant(uint256) = 2

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


@internal
@view
def _price(_feed: uint256) -> (uint256, uint256):
    """
    @notice A feed's last good price.
    @param _feed Feed id.
    @return Price (wad) and flags: 1 stale, 2 jumped.
    """
    return self._read_lane(staticcall wiring.BOARD.price_word(_feed >> 1), _feed)


@internal
@view
def _read_lane(_word: uint256, _feed: uint256) -> (uint256, uint256):
    """
    @notice Takes a feed's lane from the board's word of two.
    @param _word The board's word: the even feed in the low half.
    @param _feed Feed id.
    @return Price (wad) and flags: 1 stale, 2 jumped.
    """
    lane: uint256 = _word >> ((_feed & 1) << 7)
    price: uint256 = lane & MASK_88
    assert price != 0, "house: no price"
    flags: uint256 = (lane >> 119) & JUMP
    if (lane >> 88) & MASK_32 < block.timestamp:
        flags |= STALE
    return price, flags


@internal
@view
def _funding_index(_instrument: uint256) -> int256:
    """
    @notice Funding paid by one unit of size since listing. A rate lives for one
            window, so funding that nobody rolls stops by itself.
    @param _instrument Instrument word.
    @return Wad of the settlement unit per unit of size; 0 for a dated future.
    """
    if (_instrument >> 56) & 255 != PERPETUAL:
        return 0
    # A window starts at a block's time, so the difference is not negative; a rate
    # is below 2^63 and an index below 2^87.
    elapsed: uint256 = min(
        unsafe_sub(block.timestamp, _instrument & MASK_32), rules.FUNDING_WINDOW_SECONDS
    )
    return unsafe_add(
        convert(convert(_instrument << 64, bytes32), int256) >> 168,
        unsafe_mul(
            convert(convert(_instrument, bytes32), int256) >> 192, convert(elapsed, int256)
        ),
    )


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
    feeds: uint256[MAX_UNDERLIERS] = empty(uint256[MAX_UNDERLIERS])
    marks: uint256[MAX_UNDERLIERS] = empty(uint256[MAX_UNDERLIERS])
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
                    marks[slot] = mark
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
                    mark, price_flags = self._read_lane(board_word, feed)
                    flags |= price_flags
                    delta = 0
                    rate = 0
                    used = unsafe_add(used, 1)
                else:
                    mark = marks[slot]
                    delta = deltas[slot]
                    rate = rates[slot]
            size: int256 = convert(convert(word, bytes32), int256) >> 144
            unit = unsafe_sub(convert(mark, int256), self._funding_index(instrument))
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
                        requirement, self._directional(deltas[j], marks[j], rates[j])
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
    total += self._resources(_side.account, _side.word, _valuation, money_word)
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


@internal
@view
def _resources(
    _account: uint256, _word: uint256, _valuation: uint256, _money_word: uint256
) -> int256:
    """
    @notice Cash and collateral of an account as margin counts them.
    @dev    A balance times its scale is below 2^112 (custody sees to it), prices
            are below 2^88 and haircuts at most 10,000.
    @param _account Account id.
    @param _word Account word.
    @param _valuation 0 opening, 1 withdrawal, 2 close-out.
    @param _money_word The board's word that holds the settlement token's feed; 0
           if it was not read yet.
    @return Wad; negative where cash owed exceeds the collateral's value.
    """
    sum: int256 = book._cash(_word)
    mask: uint256 = (_word >> 112) & 255
    money_word: uint256 = _money_word
    if money_word == 0 and (sum > 0 or mask != 0):
        money_word = staticcall wiring.BOARD.price_word(wiring.TOKEN_FEED >> 1)
    if sum > 0:
        price: uint256 = 0
        price_flags: uint256 = 0
        price, price_flags = self._read_lane(money_word, wiring.TOKEN_FEED)
        if price_flags & STALE != 0 or price < WAD:
            sum = convert(
                self._money(convert(sum, uint256), price, price_flags, _valuation), int256
            )
    if mask == 0:
        return sum
    for i: uint256 in range(8):
        bits: uint256 = mask >> i
        if bits == 0:
            break
        if bits & 1 == 0:
            continue
        asset: uint256 = book.collaterals[i + 1]
        category: uint256 = (asset >> 16) & 255
        # Retail money is cash and e-money tokens only.
        if category != margin.E_MONEY and _word & (book.RETAIL << 120) != 0:
            continue
        amount: uint256 = unsafe_mul(
            book._balance(_account, i + 1), pow_mod256(10, unsafe_sub(18, (asset >> 32) & 255))
        )
        board_word: uint256 = money_word
        if (asset & MASK_16) >> 1 != wiring.TOKEN_FEED >> 1:
            board_word = staticcall wiring.BOARD.price_word((asset & MASK_16) >> 1)
        price: uint256 = 0
        price_flags: uint256 = 0
        price, price_flags = self._read_lane(board_word, asset & MASK_16)
        counted: uint256 = 0
        if category == margin.E_MONEY and (asset >> 24) & 255 == 0:
            counted = self._money(amount, price, price_flags, _valuation)
        elif _valuation == CLOSE_OUT or price_flags & STALE == 0:
            counted = unsafe_div(unsafe_mul(amount, price), WAD)
        counted = unsafe_div(unsafe_mul(counted, unsafe_sub(BPS, self._haircut(asset))), BPS)
        sum = unsafe_add(sum, convert(min(counted, asset >> 72), int256))
    return sum


@internal
@pure
def _money(_amount: uint256, _price: uint256, _flags: uint256, _valuation: uint256) -> uint256:
    """
    @notice What an e-money token counts for: the lower of par and market, and
            nothing for opening below 0.98 of par or at a stale price.
    @param _amount Wad of the token at par.
    @param _price Its price (wad).
    @param _flags Its price flags.
    @param _valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Wad.
    """
    if _valuation != CLOSE_OUT:
        if _flags & STALE != 0 or _price < rules.EMT_PAR_FLOOR_BPS * (WAD // BPS):
            return 0
    return _amount * min(_price, WAD) // WAD


@internal
@view
def _haircut(_asset: uint256) -> uint256:
    """
    @notice Haircut of a collateral asset at this moment.
    @param _asset Collateral word.
    @return Basis points; 10,000 for what is not eligible.
    """
    maturity: uint256 = (_asset >> 40) & MASK_32
    residual: uint256 = max(maturity, block.timestamp) - block.timestamp
    return margin._haircut_bps((_asset >> 16) & 255, (_asset >> 24) & 255, residual)
