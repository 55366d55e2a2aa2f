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

MAX_POSITIONS: constant(uint256) = 20
MAX_UNDERLIERS: constant(uint256) = 4
MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_88: constant(uint256) = 2**88 - 1
WAD: constant(uint256) = 10**18
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
    lane: uint256 = staticcall wiring.BOARD.price_lane(_feed)
    price: uint256 = lane & MASK_88
    assert price != 0, "house: no price"
    flags: uint256 = ((lane >> 120) & 1) << 1
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
    if (_instrument >> 56) & 255 != 1:
        return 0
    elapsed: uint256 = min(
        block.timestamp - (_instrument & MASK_32), rules.FUNDING_WINDOW_SECONDS
    )
    index: int256 = convert(convert(_instrument << 64, bytes32), int256) >> 168
    rate: int256 = convert(convert(_instrument, bytes32), int256) >> 192
    return index + rate * convert(elapsed, int256)


@internal
@view
def _assess(_side: book.Side, _valuation: uint256) -> IClearingHouse.Margin:
    """
    @notice Equity and initial margin of an account.
    @param _side The account with its positions.
    @param _valuation 0 opening: stale collateral counts zero; 1 withdrawal:
           unrealised profit is left out too; 2 close-out: last valid prices.
    @return Equity, requirement and price flags.
    """
    feeds: uint256[MAX_UNDERLIERS] = empty(uint256[MAX_UNDERLIERS])
    marks: uint256[MAX_UNDERLIERS] = empty(uint256[MAX_UNDERLIERS])
    deltas: int256[MAX_UNDERLIERS] = empty(int256[MAX_UNDERLIERS])
    rates: uint256[MAX_UNDERLIERS] = empty(uint256[MAX_UNDERLIERS])
    used: uint256 = 0
    gross: uint256 = 0
    retail: uint256 = 0
    at_entry: uint256 = 0
    positive: uint256 = 0  # the house's positive values: what accounts lose
    total: int256 = 0
    flags: uint256 = 0
    equity: int256 = 0
    is_retail: bool = _side.word & (book.RETAIL << 120) != 0

    for i: uint256 in range(_side.count, bound=MAX_POSITIONS):
        word: uint256 = _side.positions[i]
        instrument: uint256 = book.instruments[word & MASK_32]
        size: int256 = convert(convert(word, bytes32), int256) >> 144
        quote: int256 = convert(convert(word << 112, bytes32), int256) >> 144
        value_: int256 = 0
        if (instrument >> 56) & book.SETTLED != 0:
            settled: int256 = convert((instrument >> 104) & MASK_88, int256)
            value_ = margin._floor_wad(unsafe_mul(size, settled)) + quote
        else:
            feed: uint256 = (instrument >> 32) & MASK_16
            slot: uint256 = 0
            for j: uint256 in range(MAX_UNDERLIERS):
                if j == used or feeds[j] == feed:
                    break
                slot += 1
            if slot == used:
                assert slot < MAX_UNDERLIERS, "house: too many underliers"
                price: uint256 = 0
                price_flags: uint256 = 0
                price, price_flags = self._price(feed)
                feeds[slot] = feed
                marks[slot] = price
                flags |= price_flags
                used += 1
            mark: uint256 = marks[slot]
            unit: int256 = convert(mark, int256) - self._funding_index(instrument)
            value_ = margin._floor_wad(unsafe_mul(size, unit)) + quote
            deltas[slot] += size
            # |size| < 2^111 and mark < 2^88, so that no product here overflows.
            notional: uint256 = unsafe_div(
                unsafe_add(unsafe_mul(convert(abs(size), uint256), mark), WAD - 1), WAD
            )
            residual: uint256 = 0
            if (instrument >> 56) & 255 != 1:
                residual = max(instrument & MASK_32, block.timestamp) - block.timestamp
            rate: uint256 = margin._schedule_rate_bps((instrument >> 48) & 255, residual)
            multiplier: uint256 = (instrument >> 80) & MASK_16
            gross += unsafe_div(
                unsafe_add(unsafe_mul(notional, unsafe_mul(rate, multiplier)), 10**8 - 1), 10**8
            )
            scan: uint256 = unsafe_div(
                unsafe_add(
                    unsafe_mul(max(rate, (instrument >> 64) & MASK_16), multiplier), BPS - 1
                ),
                BPS,
            )
            rates[slot] = max(rates[slot], scan)
            if is_retail:
                retail += margin._ceil_div(notional * rules.RETAIL_MARGIN_CRYPTO_BPS, BPS)
                if _valuation == CLOSE_OUT:
                    entry: uint256 = book.entry_notional[_side.account][word & MASK_32]
                    if i == _side.slot:
                        entry = convert(convert(entry, int256) + _side.entry, uint256)
                    at_entry += margin._ceil_div(entry * rules.RETAIL_MARGIN_CRYPTO_BPS, BPS)
        total += value_
        if value_ < 0:
            positive = unsafe_add(positive, convert(-value_, uint256))
            equity += value_
        elif _valuation != WITHDRAWAL:
            equity += value_

    net: uint256 = 0
    if total < 0:
        net = convert(-total, uint256)
    requirement: uint256 = margin._net_requirement(gross, positive, net)
    directional: uint256 = 0
    for j: uint256 in range(used, bound=MAX_UNDERLIERS):
        directional += margin._ceil_div(
            convert(abs(deltas[j]), uint256) * marks[j] * rates[j], BPS_WAD
        )
    requirement = max(max(requirement, directional), max(retail, at_entry))
    return IClearingHouse.Margin(
        equity=equity + self._resources(_side.account, _side.word, _valuation),
        requirement=requirement,
        flags=flags,
    )


@internal
@view
def _resources(_account: uint256, _word: uint256, _valuation: uint256) -> int256:
    """
    @notice Cash and collateral of an account as margin counts them.
    @param _account Account id.
    @param _word Account word.
    @param _valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Wad; negative where cash owed exceeds the collateral's value.
    """
    sum: int256 = book._cash(_word)
    if sum > 0:
        sum = convert(self._money(convert(sum, uint256), wiring.TOKEN_FEED, _valuation), int256)
    mask: uint256 = (_word >> 112) & 255
    if mask == 0:
        return sum
    for i: uint256 in range(8):
        if mask >> i == 0:
            break
        if (mask >> i) & 1 == 0:
            continue
        asset: uint256 = book.collaterals[i + 1]
        category: uint256 = (asset >> 16) & 255
        # Retail money is cash and e-money tokens only.
        if category != margin.E_MONEY and _word & (book.RETAIL << 120) != 0:
            continue
        amount: uint256 = book._balance(_account, i + 1) * 10 ** (18 - ((asset >> 32) & 255))
        feed: uint256 = asset & MASK_16
        fx: uint256 = (asset >> 24) & 255
        counted: uint256 = 0
        if category == margin.E_MONEY and fx == 0:
            counted = self._money(amount, feed, _valuation)
        else:
            price: uint256 = 0
            price_flags: uint256 = 0
            price, price_flags = self._price(feed)
            if _valuation == CLOSE_OUT or price_flags & STALE == 0:
                counted = amount * price // WAD
        counted = counted * (BPS - self._haircut(asset)) // BPS
        sum += convert(min(counted, asset >> 72), int256)
    return sum


@internal
@view
def _money(_amount: uint256, _feed: uint256, _valuation: uint256) -> uint256:
    """
    @notice What an e-money token counts for: the lower of par and market, and
            nothing for opening below 0.98 of par or at a stale price.
    @param _amount Wad of the token at par.
    @param _feed Its feed.
    @param _valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Wad.
    """
    price: uint256 = 0
    flags: uint256 = 0
    price, flags = self._price(_feed)
    if _valuation != CLOSE_OUT:
        if flags & STALE != 0 or price < rules.EMT_PAR_FLOOR_BPS * (WAD // BPS):
            return 0
    if price >= WAD:
        return _amount
    return _amount * price // WAD


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
