# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Trading of the example venue: trades and take-overs
@license Apache-2.0
@notice The venue stands between the two sides of a trade. What adds risk needs margin, a
        fresh price and the gate's consent; what reduces it passes at a stale price too and
        stops only where it would make a loss for others. An account below half of its
        requirement is taken over at mark, by no more than brings it back.
"""


from ...interfaces import IClearingHouse
from ...modules import action_gate
from ...modules import margin
from ...modules import report_chain
from ...modules import roles
from ...modules import rules
from . import venue_book as book
from . import venue_margin as margins


uses: report_chain
uses: roles
uses: book
uses: margins


OPERATOR: constant(bytes32) = keccak256("operator")

# How a leg came about, low byte of `execution`.
TRADE: constant(uint256) = 1
LIQUIDATION: constant(uint256) = 2

# Account flags of `execution`: an account exists, and is a retail client's.
EXISTS: constant(uint256) = 1
RETAIL: constant(uint256) = 2

WAD: constant(uint256) = 10**18
BPS: constant(uint256) = 10_000

TRADE_REPORTED_TOPIC: constant(bytes32) = keccak256(
    "TradeReported(uint256,uint256,bytes32,bytes32,uint256,int256,uint256,uint256,int256,"
    "int256,int256,int256,uint256)"
)
POSITION_LIQUIDATED_TOPIC: constant(bytes32) = keccak256(
    "PositionLiquidated(uint256,uint256,uint256,uint256,uint256,uint256,uint256,int256,"
    "uint256,int256,uint256)"
)
OPENING_CHANGED_TOPIC: constant(bytes32) = keccak256("OpeningChanged(address,uint256,bool)")


# What both legs of a fill share.
struct Fill:
    execution: uint256
    price: uint256  # wad
    index: uint256  # wad
    id: bytes32  # names the match


# An account after part of its position was taken over.
struct Taken:
    account: book.Account
    state: IClearingHouse.Margin
    penalty: uint256  # wad


# Whether the operator has stopped new risk.
is_stopped: public(bool)


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
    @notice Clears one match. Only the order matcher, which has checked both owners'
            signatures. Each side is classed from its own position.
    @param buyer Owner of the buying account.
    @param seller Owner of the selling account.
    @param buyer_account Account id.
    @param seller_account Account id.
    @param instrument The venue's only one.
    @param size Wad, a multiple of the lot.
    @param price Wad, within the band around the board's price.
    @param match_id Names the match; it becomes the prior UTI.
    """
    assert msg.sender == book.MATCHER, "venue: not the matcher"
    assert instrument == book.INSTRUMENT, "venue: unknown instrument"
    assert buyer_account != seller_account, "venue: same account"
    self._check_size(size, 2**111)
    index: uint256 = 0
    flags: uint256 = 0
    index, flags = book._price(book.FEED)
    band: uint256 = index * rules.PRICE_BAND_BPS // BPS
    assert price <= index + band and price + band >= index, "venue: price outside the band"

    delta: int256 = convert(size, int256)
    buying: uint256 = action_gate._action_of(book.accounts[buyer_account].size, delta)
    selling: uint256 = action_gate._action_of(book.accounts[seller_account].size, -delta)
    buyer_reason: uint256 = 0
    seller_reason: uint256 = 0
    buyer_party: uint256 = 0
    seller_party: uint256 = 0
    buyer_reason, seller_reason, buyer_party, seller_party = staticcall book.PARTIES.gate_trade(
        buyer,
        buyer_account,
        buying,
        seller,
        seller_account,
        selling,
        book.ASSET_CLASS,
        instrument,
    )
    book._check_reason(buyer_reason)
    book._check_reason(seller_reason)

    # One number for both sides, so that nothing is made or lost by rounding.
    paid: int256 = convert(size * price // WAD, int256)
    fill: Fill = Fill(execution=TRADE, price=price, index=index, id=match_id)
    self._settle(buyer_account, buying, delta, -paid, buyer_party, fill)
    self._settle(seller_account, selling, -delta, paid, seller_party, fill)


@external
def liquidate(account: uint256, taker: uint256, size: uint256, limit: uint256):
    """
    @notice Takes over part of a position at mark from an account whose equity is below half
            of its requirement, and a penalty with it. The account is asked nothing, frozen
            or not. Only a professional's wallet, into its own account.
    @param account Account id to liquidate.
    @param taker The caller's account id; it must hold its margin after.
    @param size Wad, a multiple of the lot; no further than one lot beyond the requirement.
    @param limit The worst mark (wad) that the caller accepts: the highest when it takes a
           long position, the lowest when it takes a short one.
    """
    party: uint256 = book._check_gate(taker, action_gate.LIQUIDATE, book.ASSET_CLASS)
    assert not book._is_retail(party), "venue: not for retail"
    assert account != taker, "venue: same account"
    mark: uint256 = 0
    flags: uint256 = 0
    mark, flags = book._price(book.FEED)
    assert flags & book.STALE == 0, "venue: stale price"
    assert (
        block.timestamp >= staticcall book.BOARD.grace_until(book.FEED)
    ), "venue: grace period"
    losing: book.Account = book.accounts[account]
    before: IClearingHouse.Margin = margins._assess(account, losing, margins.CLOSE_OUT)
    assert margins._is_below_close_out(before), "venue: not liquidatable"
    self._check_size(size, convert(abs(losing.size), uint256) + 1)
    if losing.size > 0:
        assert mark <= limit, "venue: mark above the limit"
    else:
        assert mark >= limit, "venue: mark below the limit"

    after: Taken = self._taken(account, losing, before, size, mark)
    short: int256 = convert(after.state.requirement, int256) - after.state.equity
    assert (
        short < convert(before.requirement, int256) - before.equity
    ), "venue: shortfall must fall"
    if short < 0 and size > book.LOT:
        less: Taken = self._taken(account, losing, before, size - book.LOT, mark)
        assert less.state.equity < convert(less.state.requirement, int256), "venue: overshoots"

    delta: int256 = after.account.size - losing.size
    paid: int256 = convert(size * mark // WAD, int256)
    if delta < 0:
        paid = -paid
    taking: book.Account = book.accounts[taker]
    assert taking.debt == 0, "venue: debt unpaid"
    action: uint256 = action_gate._action_of(taking.size, -delta)
    if taking.size == 0:
        taking.retail = False
    taking = margins._filled(taking, -delta, paid, convert(after.penalty, int256))
    # A jump holds off no take-over: it is what take-overs are for.
    state: IClearingHouse.Margin = margins._check_opening(taker, taking, book.STALE)
    fill: Fill = Fill(
        execution=LIQUIDATION,
        price=mark,
        index=mark,
        id=keccak256(abi_encode(report_chain.root, account, taker)),
    )
    leaving: uint256 = action_gate._action_of(losing.size, delta)
    self._store(account, after.account, leaving, delta, after.state, fill)
    self._store(taker, taking, action, -delta, state, fill)
    report_chain._report(
        POSITION_LIQUIDATED_TOPIC,
        convert(account, bytes32),
        convert(book.INSTRUMENT, bytes32),
        abi_encode(
            taker,
            LIQUIDATION,
            size,
            mark,
            after.penalty,
            before.equity,
            before.requirement,
            after.state.equity,
            after.state.requirement,
        ),
    )


@external
def stop_opening(stopped: bool):
    """
    @notice Stops new risk, or allows it again. Only the operator. Reducing, paying in and
            out, and take-overs go on.
    @param stopped True to stop.
    """
    roles._check_holder(OPERATOR)
    self.is_stopped = stopped
    report_chain._report(
        OPENING_CHANGED_TOPIC,
        convert(msg.sender, bytes32),
        convert(book.INSTRUMENT, bytes32),
        abi_encode(stopped),
    )


@internal
@view
def _check_size(_size: uint256, _below: uint256):
    """
    @notice Reverts unless a size is a multiple of the lot, not zero and not too large.
    @param _size Wad.
    @param _below The first size (wad) that is too large.
    """
    assert _size > 0 and _size < _below and _size % book.LOT == 0, "venue: bad size"


@internal
def _settle(
    _id: uint256,
    _action: uint256,
    _delta: int256,
    _quote_delta: int256,
    _party: uint256,
    _fill: Fill,
):
    """
    @notice Applies a trade to one side, checks it, stores and reports it.
    @param _id Account id.
    @param _action What the trade is to the side; a flip through zero opens.
    @param _delta Signed size (wad).
    @param _quote_delta Change of quote plus cash (wad).
    @param _party The owner's party word.
    @param _fill The trade.
    """
    before: book.Account = book.accounts[_id]
    after: book.Account = margins._filled(before, _delta, _quote_delta, 0)
    state: IClearingHouse.Margin = empty(IClearingHouse.Margin)
    if action_gate._opens(_action):
        retail: bool = book._is_retail(_party)
        assert not self.is_stopped, "venue: opening stopped"
        assert book.reserve >= 0, "venue: loss uncovered"
        assert before.debt == 0, "venue: debt unpaid"
        # Who has become retail keeps what is open on its terms and opens nothing on them.
        assert before.size == 0 or before.retail or not retail, "venue: category changed"
        if before.size == 0:
            after.retail = retail
        state = margins._check_opening(_id, after, book.STALE | book.JUMP)
    else:
        state = margins._check_reduction(_id, before, after)
    self._store(_id, after, _action, _delta, state, _fill)


@internal
@view
def _taken(
    _id: uint256,
    _account: book.Account,
    _before: IClearingHouse.Margin,
    _size: uint256,
    _mark: uint256,
) -> Taken:
    """
    @notice An account after a take-over; nothing is stored.
    @param _id Account id.
    @param _account The account.
    @param _before Its margin.
    @param _size Wad, no more than it holds.
    @param _mark Wad.
    @return The account, its margin and the penalty that it paid.
    """
    delta: int256 = convert(_size, int256)
    paid: int256 = convert(_size * _mark // WAD, int256)
    if _account.size > 0:
        delta = -delta
        paid = -paid
    after: book.Account = margins._filled(_account, delta, -paid, 0)
    state: IClearingHouse.Margin = margins._assess(_id, after, margins.CLOSE_OUT)
    penalty: uint256 = margin._penalty(
        _size * _mark // WAD, _before.equity, _before.requirement, state.requirement
    )
    after.cash -= convert(penalty, int256)
    return Taken(
        account=after,
        state=margins._assess(_id, after, margins.CLOSE_OUT),
        penalty=penalty,
    )


@internal
def _store(
    _id: uint256,
    _account: book.Account,
    _action: uint256,
    _delta: int256,
    _state: IClearingHouse.Margin,
    _fill: Fill,
):
    """
    @notice Stores a side of a fill and reports it, with a UTI of its own.
    @param _id Account id.
    @param _account The account after it.
    @param _action What the fill was to it.
    @param _delta Signed size (wad).
    @param _state Its margin after, as it was checked.
    @param _fill The fill.
    """
    book.accounts[_id] = _account
    flags: uint256 = EXISTS
    if _account.retail:
        flags |= RETAIL
    leg_no: uint256 = 1 if _delta > 0 else 2
    uti: bytes32 = keccak256(abi_encode(chain.id, self, _fill.id, leg_no))
    lei: uint256 = book.LEI << 128
    report_chain._report(
        TRADE_REPORTED_TOPIC,
        convert(_id, bytes32),
        convert(book.INSTRUMENT, bytes32),
        abi_encode(
            lei | (convert(uti, uint256) >> 128),
            lei | (convert(_fill.id, uint256) >> 128),
            _fill.execution | (_action << 8) | (flags << 16),
            _delta,
            _fill.price,
            _fill.index,
            _account.size,
            _account.quote,
            _account.cash,
            _state.equity,
            _state.requirement,
        ),
    )
