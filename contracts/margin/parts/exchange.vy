# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Exchange: positions change hands
@license Apache-2.0
@notice Every change of a position but settlement is here: a matched trade, and
        a take-over at mark that the close-out contract orders. The house stands
        between the two sides (novation): each leg is reported with a UTI of its
        own, and the prior UTI names the match. The sizes of an instrument's
        positions always sum to zero.
@dev    The mark and the index are the price board's, never a trade's price.
"""


from ...interfaces import IClearingHouse
from ...modules import report_chain
from ...modules import rules
from . import assessment
from . import book
from . import market
from . import marks
from . import novation
from . import wiring


uses: report_chain
uses: book
uses: wiring
uses: assessment
uses: market
uses: novation
uses: marks


INCREASE: constant(uint256) = 2
RETAIL_CATEGORY: constant(uint256) = 1

# How a leg came about, low byte of `execution`.
TRADE: constant(uint256) = 1
LIQUIDATION: constant(uint256) = 2
BACKSTOP: constant(uint256) = 3

OPENING: constant(uint256) = 0
CLOSE_OUT: constant(uint256) = 2
STALE: constant(uint256) = 1
JUMP: constant(uint256) = 2

# Beside price flags: the side must hold its initial margin, whatever it does.
MUST_HOLD: constant(uint256) = 4

# Beside price flags: what trades is an option whose mark is of another epoch.
OLD_MARK: constant(uint256) = 8

MASK_32: constant(uint256) = 2**32 - 1
WAD: constant(uint256) = 10**18

# Rounding is against the account at each step; a fill exactly at mark may cost
# this many wei of equity, which must not make a reduction "grow" a shortfall.
ROUNDING: constant(int256) = 2


@external
def trade(
    buyer: address,
    seller: address,
    buyer_account: uint256,
    seller_account: uint256,
    instrument: uint256,
    size: uint256,
    price: uint256,
    match_id: bytes32,
):
    """
    @notice Clears one match. Only the order matcher, which has checked both
            owners' signatures. Each side is classed from its own position; the
            trade passes if both sides pass.
    @param buyer Owner of the buying account.
    @param seller Owner of the selling account.
    @param buyer_account Account id.
    @param seller_account Account id.
    @param instrument Instrument id.
    @param size Wad, a multiple of the lot.
    @param price Wad, within the band around the index.
    @param match_id Names the match; it becomes the prior UTI.
    """
    assert msg.sender == wiring.MATCHER, "house: not the matcher"
    assert buyer_account != seller_account, "house: same account"
    assert block.timestamp > book.counting_deadline, "house: loss being allocated"
    terms: uint256 = market._open_terms(instrument)
    index: uint256 = 0
    measure: uint256 = 0
    flags: uint256 = 0
    index, measure, flags = marks._mark(instrument, terms)
    is_option: bool = (terms >> 56) & 255 == book.OPTION
    assert self._within_band(price, index, measure, is_option), "house: price outside the band"
    # Zero wraps round to more than any size.
    assert unsafe_sub(size, 1) < 2**111 - 1, "house: bad size"
    terms = market._record_trade(instrument, terms, index, flags, size, price)

    buying: novation.Leg = novation._leg(buyer_account, instrument, convert(size, int256))
    selling: novation.Leg = novation._leg(seller_account, instrument, -convert(size, int256))
    # The asset class decides whether a retail client may open at all.
    buyer_reason: uint256 = 0
    seller_reason: uint256 = 0
    buyer_party: uint256 = 0
    seller_party: uint256 = 0
    buyer_reason, seller_reason, buyer_party, seller_party = staticcall wiring.PARTIES.gate_trade(
        buyer,
        buyer_account,
        buying.action,
        seller,
        seller_account,
        selling.action,
        (terms >> 48) & 255,
        instrument,
    )
    wiring._check_reason(buyer_reason)
    wiring._check_reason(seller_reason)

    unit: int256 = convert(price, int256) - marks._funding_index(terms)
    paid: int256 = convert(size, int256) * unit // convert(WAD, int256)
    fill: novation.Fill = novation.Fill(
        instrument=instrument,
        price=price,
        index=index,
        measure=measure,
        is_option=is_option,
        execution=TRADE,
        trade_id=match_id,
    )
    blocking: uint256 = STALE | JUMP
    if is_option and flags & STALE != 0:
        blocking |= OLD_MARK
    gross: int256 = self._settle_leg(buying, fill, -paid, 0, buyer_party, blocking)
    gross += self._settle_leg(selling, fill, paid, 0, seller_party, blocking)
    market._add_gross(instrument, gross)


@external
def take_over(terms: IClearingHouse.TakeOver):
    """
    @notice Moves part of a position at mark from one account to another and pays
            the penalty. Only the close-out contract, which has checked that it
            may, and that the shortfall falls.
    @param terms The take-over and the numbers to report.
    """
    wiring._check_close_out()
    word: uint256 = market._open_terms(terms.instrument)
    index: uint256 = 0
    measure: uint256 = 0
    flags: uint256 = 0
    index, measure, flags = marks._mark(terms.instrument, word)
    assert flags & STALE == 0, "house: stale price"
    losing: novation.Leg = novation._leg(terms.account, terms.instrument, 0)
    size: int256 = convert(terms.size, int256)
    if losing.size > 0:
        size = -size
    losing = novation._leg(terms.account, terms.instrument, size)
    taking: novation.Leg = novation._leg(terms.taker, terms.instrument, -size)
    paid: int256 = (
        size * (convert(index, int256) - marks._funding_index(word)) // convert(WAD, int256)
    )
    fill: novation.Fill = novation.Fill(
        instrument=terms.instrument,
        price=index,
        index=index,
        measure=measure,
        is_option=(word >> 56) & 255 == book.OPTION,
        execution=terms.mode,
        trade_id=keccak256(abi_encode(report_chain.root, terms.account, terms.taker)),
    )
    penalty: int256 = convert(terms.penalty, int256)
    gross: int256 = self._settle_leg(losing, fill, -paid, -penalty, 0, STALE)
    # Whoever takes over must hold its margin after, also where what it takes
    # closes a position of its own: the rest may have been hedged by that.
    # Not so in a compulsory close: modes 2 and 3 lack the bit that mode 4 is.
    gross += self._settle_leg(
        taking, fill, paid, penalty, 0, STALE | (MUST_HOLD & ~terms.mode)
    )
    if terms.mode == BACKSTOP:
        used: uint256 = min(terms.size * measure // WAD, book.backstop[terms.taker])
        book._set_backstop(terms.taker, book.backstop[terms.taker] - used)
    market._add_volume(terms.instrument, word, terms.size)
    market._add_gross(terms.instrument, gross)
    novation._report_take_over(terms, index)


@internal
@pure
def _within_band(
    _price: uint256, _index: uint256, _measure: uint256, _is_option: bool
) -> bool:
    """
    @notice Whether a price is within the constant band around the index. A premium
            may be a small part of the forward, so that a part of that is the least
            that its band is wide.
    @param _price Wad.
    @param _index Wad; of an option its mark.
    @param _measure Wad; of an option its forward.
    @param _is_option Whether it is a premium.
    @return True if it is.
    """
    band: uint256 = _index * rules.PRICE_BAND_BPS // 10_000
    if _is_option:
        band = max(band, _measure * rules.OPTION_PRICE_BAND_BPS // 10_000)
    return _price + band >= _index and _price <= _index + band


@internal
def _settle_leg(
    _leg: novation.Leg,
    _fill: novation.Fill,
    _quote_delta: int256,
    _cash_delta: int256,
    _party: uint256,
    _blocking: uint256,
) -> int256:
    """
    @notice Applies a fill to one side, checks it, stores and reports it. In a
            take-over the account that loses its position is not checked here:
            the close-out contract has seen that its shortfall falls.
    @param _leg The side, classed.
    @param _fill The fill.
    @param _quote_delta Change of quote plus cash (wad).
    @param _cash_delta Cash besides: the penalty of a take-over (wad).
    @param _party The owner's party word; not used in a take-over.
    @param _blocking Price flags that stop opening; 4 = to be treated as opening, 8 =
           at an old mark.
    @return Change of the absolute size (wad).
    """
    leg: novation.Leg = _leg
    trades: bool = _fill.execution == TRADE
    opens: bool = leg.action <= INCREASE or _blocking & MUST_HOLD != 0
    if opens:
        flags: uint256 = leg.side.word >> 120
        assert flags & (book.CALLED | book.INDEBTED) == 0, "house: called or indebted"
        if trades:
            assert book.uncovered == 0, "house: loss uncovered"
            retail: bool = (_party >> 152) & 255 == RETAIL_CATEGORY
            if leg.side.count == 0:
                leg.side.word = leg.side.word & ~(book.RETAIL << 120)
                if retail:
                    leg.side.word = leg.side.word | (book.RETAIL << 120)
            else:
                # A client who has become retail keeps what is open on the terms
                # on which it was opened, and opens nothing new on them.
                assert not retail or flags & book.RETAIL != 0, "house: category changed"
    before: book.Side = leg.side
    leg = novation._apply(leg, _fill, _quote_delta, _cash_delta)
    # The house lends nobody a premium, which its receiver could take out at once. Who
    # takes over by an old promise, or by compulsion, may owe it and is called for it.
    if _fill.is_option and opens and leg.delta > 0 and _fill.execution <= LIQUIDATION:
        assert book._cash(leg.side.word) >= 0, "house: premium not paid"
    result: IClearingHouse.Margin = empty(IClearingHouse.Margin)
    if opens:
        result = assessment._assess(leg.side, OPENING)
        assert result.flags & _blocking == 0, "house: price stale or jumped"
        assert (
            result.equity >= convert(result.requirement, int256)
        ), "house: below initial margin"
    else:
        result = assessment._assess(leg.side, CLOSE_OUT)
        # The requirement is never negative, so this covers negative equity too.
        if trades and result.equity < convert(result.requirement, int256):
            # At an old mark an option could leave an account that is short for less
            # than it is worth, and the deficit would stay.
            assert result.equity >= 0 or _blocking & OLD_MARK == 0, "house: deficit"
            self._check_reduction(before, leg.side, result)
    leg.equity = result.equity
    leg.requirement = result.requirement
    # Not before the checks: they compare with what was required before.
    novation._write(leg, _fill.instrument, before.count)
    novation._report_leg(leg, _fill)
    return abs(leg.size) - abs(_leg.size)


@internal
@view
def _check_reduction(_before: book.Side, _after: book.Side, _result: IClearingHouse.Margin):
    """
    @notice A reduction of an account that is short passes if the shortfall does
            not grow, or if nothing is left open. Neither may create or deepen a
            negative equity: at mark it cannot, so only a price worse than mark
            would, and the loss would be somebody else's.
    @param _before The side before the trade.
    @param _after The side after it.
    @param _result Its assessment.
    """
    before: IClearingHouse.Margin = assessment._assess(_before, CLOSE_OUT)
    assert (
        _result.equity >= 0 or _result.equity + ROUNDING >= before.equity
    ), "house: deficit"
    assert _after.count == 0 or (
        convert(_result.requirement, int256) - _result.equity
        <= convert(before.requirement, int256) - before.equity + ROUNDING
    ), "house: shortfall grows"
