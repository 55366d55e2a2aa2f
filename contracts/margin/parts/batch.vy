# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Batch: several positions taken over at once
@license Apache-2.0
@notice A hedged book can be such that no single step lowers its requirement, and
        a large one costs the same margin check for each position. Here positions
        in several instruments change hands at mark first, and both accounts are
        assessed once, after: the shortfall must have fallen, the taker must hold
        its initial margin, and one lot less of the last position would not have
        sufficed. All legs report the equity and margin after the whole; the
        penalty is paid, and reported, with the last.
"""


from ...interfaces import IClearingHouse
from ...modules import margin
from ...modules import report_chain
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


MAX_TAKES: constant(uint256) = 5
LIQUIDATION: constant(uint256) = 2
OPENING: constant(uint256) = 0
CLOSE_OUT: constant(uint256) = 2
STALE: constant(uint256) = 1
WAD: constant(uint256) = 10**18


@external
def take_over_many(
    account: uint256,
    taker: uint256,
    takes: DynArray[IClearingHouse.Take, MAX_TAKES],
    equity: int256,
    requirement: uint256,
):
    """
    @notice Moves positions at mark from one account to another and pays the
            penalty. Only the close-out contract, which has checked that the
            account may be liquidated and who takes.
    @param account Account id to liquidate.
    @param taker Account id that takes.
    @param takes What is taken, each with the worst mark that is accepted.
    @param equity Of the account, before (wad).
    @param requirement Of the account, before (wad).
    """
    wiring._check_close_out()
    assert account != taker, "house: same account"
    # While gains are counted, closing a position would turn one into cash.
    assert not (
        book._is_uncounted(account) or book._is_uncounted(taker)
    ), "house: gain not counted"
    count: uint256 = len(takes)
    assert count > 0, "house: nothing taken"
    legs: novation.Leg[2 * MAX_TAKES] = empty(novation.Leg[2 * MAX_TAKES])
    fills: novation.Fill[MAX_TAKES] = empty(novation.Fill[MAX_TAKES])
    notional: uint256 = 0
    bought: bool = False  # the taker pays a premium
    lot: uint256 = 0
    for i: uint256 in range(count, bound=MAX_TAKES):
        take: IClearingHouse.Take = takes[i]
        word: uint256 = market._open_terms(take.instrument)
        lot = 10 ** ((word >> 96) & 255)
        side: book.Side = book._load(account, take.instrument)
        held: int256 = 0
        quote: int256 = 0
        held, quote = book._position(side)
        assert take.size > 0 and take.size <= convert(abs(held), uint256), "house: size too large"
        fill: novation.Fill = self._fill(word, take, held)
        fill.trade_id = keccak256(abi_encode(report_chain.root, account, taker, i))
        fills[i] = fill
        delta: int256 = convert(take.size, int256)
        if held > 0:
            delta = -delta
        unit: int256 = convert(fill.index, int256) - marks._funding_index(word)
        paid: int256 = delta * unit // convert(WAD, int256)
        leg: novation.Leg = self._move(side, fill, delta, -paid)
        gross: int256 = abs(leg.size) - abs(leg.size - delta)
        legs[2 * i] = leg
        side = book._load(taker, take.instrument)
        bought = bought or (fill.is_option and delta < 0)
        leg = self._move(side, fill, -delta, paid)
        gross += abs(leg.size) - abs(leg.size + delta)
        legs[2 * i + 1] = leg
        market._add_volume(take.instrument, word, take.size)
        market._add_gross(take.instrument, gross)
        notional += take.size * fill.measure // WAD

    last: uint256 = count - 1
    after: IClearingHouse.Margin = assessment._assess(book._load(account, 0), CLOSE_OUT)
    penalty: uint256 = margin._penalty(notional, equity, requirement, after.requirement)
    legs[2 * last].side.word = self._pay(legs[2 * last].side, -convert(penalty, int256))
    legs[2 * last + 1].side.word = self._pay(legs[2 * last + 1].side, convert(penalty, int256))
    after.equity -= convert(penalty, int256)
    assert (
        convert(after.requirement, int256) - after.equity
        < convert(requirement, int256) - equity
    ), "house: shortfall must fall"
    if after.equity > convert(after.requirement, int256) and (
        count > 1 or takes[last].size > lot
    ):
        back: int256 = convert(lot, int256)
        if legs[2 * last].delta > 0:
            back = -back
        short: IClearingHouse.Margin = novation._preview(
            account, takes[last].instrument, back, CLOSE_OUT
        )
        saved: uint256 = margin._penalty(
            notional - lot * fills[last].measure // WAD, equity, requirement, short.requirement
        )
        assert (
            short.equity + convert(penalty, int256) - convert(saved, int256)
            < convert(short.requirement, int256)
        ), "house: overshoots"
    assert not bought or book._cash(legs[2 * last + 1].side.word) >= 0, "house: premium not paid"
    taken: IClearingHouse.Margin = self._check_taker(taker)

    terms: IClearingHouse.TakeOver = IClearingHouse.TakeOver(
        account=account,
        taker=taker,
        instrument=0,
        size=0,
        penalty=0,
        mode=LIQUIDATION,
        equity_before=equity,
        margin_before=requirement,
        equity_after=after.equity,
        margin_after=after.requirement,
    )
    for i: uint256 in range(count, bound=MAX_TAKES):
        legs[2 * i].equity = after.equity
        legs[2 * i].requirement = after.requirement
        legs[2 * i + 1].equity = taken.equity
        legs[2 * i + 1].requirement = taken.requirement
        novation._report_leg(legs[2 * i], fills[i])
        novation._report_leg(legs[2 * i + 1], fills[i])
        terms.instrument = takes[i].instrument
        terms.size = takes[i].size
        if i == last:
            terms.penalty = penalty
        novation._report_take_over(terms, fills[i].index)


@internal
@view
def _fill(_word: uint256, _take: IClearingHouse.Take, _held: int256) -> novation.Fill:
    """
    @notice The fill of one position, at a mark that is beyond doubt and accepted.
    @param _word Instrument word.
    @param _take What is taken.
    @param _held What the account holds (wad).
    @return The fill, its trade id not yet set.
    """
    mark: uint256 = 0
    measure: uint256 = 0
    flags: uint256 = 0
    mark, measure, flags = marks._mark(_take.instrument, _word)
    assert flags & STALE == 0, "house: stale price"
    if _held > 0:
        assert mark <= _take.limit, "house: mark above the limit"
    else:
        assert mark >= _take.limit, "house: mark below the limit"
    return novation.Fill(
        instrument=_take.instrument,
        price=mark,
        index=mark,
        measure=measure,
        is_option=(_word >> 56) & 255 == book.OPTION,
        execution=LIQUIDATION,
        trade_id=empty(bytes32),
    )


@internal
def _move(
    _side: book.Side, _fill: novation.Fill, _delta: int256, _quote_delta: int256
) -> novation.Leg:
    """
    @notice One side of a fill, stored and not yet assessed.
    @param _side The account, loaded.
    @param _fill The fill.
    @param _delta Signed size (wad).
    @param _quote_delta Change of quote plus cash (wad).
    @return The leg after it.
    """
    leg: novation.Leg = novation._apply(
        novation._class(_side, _delta), _fill, _quote_delta, 0
    )
    novation._write(leg, _fill.instrument, _side.count)
    return leg


@internal
def _pay(_side: book.Side, _amount: int256) -> uint256:
    """
    @notice Changes the cash of an account whose last leg this is.
    @param _side The side after its leg.
    @param _amount Wad, signed.
    @return The account word, stored.
    """
    word: uint256 = book._with_cash(_side.word, book._cash(_side.word) + _amount)
    book.accounts[_side.account] = word
    return word


@internal
@view
def _check_taker(_taker: uint256) -> IClearingHouse.Margin:
    """
    @notice Reverts unless the taker holds its initial margin after the whole.
    @param _taker Account id.
    @return Its margin at opening valuation.
    """
    side: book.Side = book._load(_taker, 0)
    assert (side.word >> 120) & (book.CALLED | book.INDEBTED) == 0, "house: called or indebted"
    result: IClearingHouse.Margin = assessment._assess(side, OPENING)
    assert result.flags & STALE == 0, "house: price stale or jumped"
    assert result.equity >= convert(result.requirement, int256), "house: below initial margin"
    return result
