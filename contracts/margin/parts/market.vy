# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Market: funding, open interest, volume
@license Apache-2.0
@notice Funding: each trade of a perpetual weighs in with its premium over the
        index, no single trade with more than a capped notional; at the end of a
        window the average, clamped to a constant, becomes the rate of the next
        window, accrued by the second in one index. What longs pay is exactly
        what shorts receive.
"""


from ...modules import report_chain
from ...modules import rules
from . import book
from . import marks


uses: report_chain
uses: book


PERPETUAL: constant(uint256) = 1
DATED: constant(uint256) = 2

MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_40: constant(uint256) = 2**40 - 1
MASK_48: constant(uint256) = 2**48 - 1
MASK_64: constant(uint256) = 2**64 - 1
MASK_72: constant(uint256) = 2**72 - 1
MASK_88: constant(uint256) = 2**88 - 1
WAD: constant(uint256) = 10**18
PREMIUM_SCALE: constant(int256) = 10**8

# The most that the funding rate's lane holds (wad of price a second): half a
# percent in eight hours of an index of 53 million.
MAX_RATE: constant(int256) = 2**63 - 1

FUNDING_ROLLED_TOPIC: constant(bytes32) = keccak256(
    "FundingRolled(uint256,uint256,int256,int256,uint256,int256,uint256)"
)


@internal
@view
def _open_terms(_instrument: uint256) -> uint256:
    """
    @notice The word of an instrument that still trades.
    @param _instrument Instrument id.
    @return Instrument word; reverts if unknown, expired or settled.
    """
    terms: uint256 = book.instruments[_instrument]
    kind: uint256 = (terms >> 56) & 255
    assert kind == PERPETUAL or (
        (kind == DATED or kind == book.OPTION) and block.timestamp < terms & MASK_32
    ), "house: instrument not open"
    return terms


@internal
@view
def _is_due(_terms: uint256) -> bool:
    """
    @notice Whether a perpetual's funding window is over.
    @param _terms Instrument word.
    @return True if it is.
    """
    return (_terms >> 56) & 255 == PERPETUAL and (
        block.timestamp >= (_terms & MASK_32) + rules.FUNDING_WINDOW_SECONDS
    )


@internal
def _roll(_instrument: uint256, _terms: uint256, _index: uint256) -> uint256:
    """
    @notice Closes a funding window and starts the next.
    @param _instrument Instrument id.
    @param _terms Instrument word.
    @param _index Index price (wad), fresh.
    @return The new instrument word.
    """
    accrued: int256 = marks._funding_index(_terms)
    state: uint256 = book.markets[_instrument]
    weight: uint256 = (state >> 184) & MASK_40
    premium: int256 = 0
    if weight > 0:
        sum: int256 = convert(convert(state << 72, bytes32), int256) >> 184
        clamp: int256 = convert(rules.FUNDING_CLAMP_BPS * 10_000, int256)
        premium = max(min(sum // convert(weight, int256), clamp), -clamp)
    # An index is below 2^88 and the premium is clamped: no product overflows.
    rate: int256 = unsafe_mul(convert(_index, int256), premium) // (
        PREMIUM_SCALE * convert(rules.FUNDING_PERIOD_SECONDS, int256)
    )
    # No price of an underlier may stop its trades: a rate beyond its lane is cut.
    rate = max(min(rate, MAX_RATE), -MAX_RATE)
    assert abs(accrued) < 2**87, "house: funding out of range"
    terms: uint256 = (
        (_terms & (2**104 - 1) & ~MASK_32)
        | block.timestamp
        | ((convert(convert(accrued, bytes32), uint256) & MASK_88) << 104)
        | (convert(convert(rate, bytes32), uint256) << 192)
    )
    book.instruments[_instrument] = terms
    book.markets[_instrument] = state & (2**112 - 1)
    report_chain._report(
        FUNDING_ROLLED_TOPIC,
        convert(_instrument, bytes32),
        convert((_terms >> 32) & MASK_16, bytes32),
        abi_encode(accrued, rate, _index, premium, weight),
    )
    return terms


@internal
def _record_trade(
    _instrument: uint256,
    _terms: uint256,
    _index: uint256,
    _flags: uint256,
    _size: uint256,
    _price: uint256,
) -> uint256:
    """
    @notice Rolls funding if it is due, then weighs the trade into the premium and
            the volume.
    @param _instrument Instrument id.
    @param _terms Instrument word.
    @param _index Index price (wad).
    @param _flags Price flags; a stale index rolls nothing.
    @param _size Wad, checked here to be a multiple of the lot.
    @param _price Wad.
    @return The instrument word, rolled or not.
    """
    terms: uint256 = _terms
    if _flags & 1 == 0 and self._is_due(_terms):
        terms = self._roll(_instrument, _terms, _index)
    if (_terms >> 56) & 255 == PERPETUAL:
        weight: uint256 = min(
            _size * _price // (WAD * WAD), rules.FUNDING_TRADE_CAP_UNITS
        )
        premium: int256 = (
            (convert(_price, int256) - convert(_index, int256))
            * PREMIUM_SCALE
            // convert(_index, int256)
        )
        state: uint256 = book.markets[_instrument]
        sum: int256 = convert(convert(state << 72, bytes32), int256) >> 184
        sum += convert(weight, int256) * premium
        weight += (state >> 184) & MASK_40
        assert abs(sum) < 2**71 and weight <= MASK_40, "house: funding out of range"
        book.markets[_instrument] = (
            (state & (2**112 - 1))
            | ((convert(convert(sum, bytes32), uint256) & MASK_72) << 112)
            | (weight << 184)
        )
    self._add_volume(_instrument, terms, _size)
    return terms


@internal
def _add_volume(_instrument: uint256, _terms: uint256, _size: uint256):
    """
    @notice Adds to an instrument's volume.
    @param _instrument Instrument id.
    @param _terms Instrument word.
    @param _size Wad, a multiple of the lot.
    """
    lot: uint256 = 10 ** ((_terms >> 96) & 255)
    assert _size % lot == 0, "house: not a multiple of the lot"
    state: uint256 = book.markets[_instrument]
    volume: uint256 = (state >> 48) & MASK_64
    # A counter that ran full stays full: it may not stop a trade.
    volume = min(volume + _size // lot, MASK_64)
    book.markets[_instrument] = (state & ~(MASK_64 << 48)) | (volume << 48)


@internal
def _add_gross(_instrument: uint256, _delta: int256):
    """
    @notice Changes the sum of absolute positions; open interest is half of it.
    @param _instrument Instrument id.
    @param _delta Change (wad), a multiple of the lot.
    """
    lot: int256 = convert(10 ** ((book.instruments[_instrument] >> 96) & 255), int256)
    state: uint256 = book.markets[_instrument]
    gross: int256 = convert(state & MASK_48, int256) + _delta // lot
    assert gross < 2**48, "house: open interest too large"
    book.markets[_instrument] = (state & ~MASK_48) | convert(gross, uint256)
