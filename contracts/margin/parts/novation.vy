# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Novation: what a fill does to one account
@license Apache-2.0
@notice The house stands between the two sides of a fill: each leg is classed
        from the account's own position, applied, stored and reported with a UTI
        of its own, while the prior UTI names the match. Nothing here checks
        margin: who may do what is said by those who use this.
"""


from ...interfaces import IClearingHouse
from ...modules import margin
from ...modules import report_chain
from . import assessment
from . import book
from . import market
from . import marks
from . import wiring


uses: report_chain
uses: book
uses: wiring
uses: assessment
uses: market
uses: marks


OPEN: constant(uint256) = 1
INCREASE: constant(uint256) = 2
REDUCE: constant(uint256) = 3
CLOSE: constant(uint256) = 4

WAD: constant(uint256) = 10**18

# No position is worth more (wad): it keeps every product of the margin check
# far from overflow, so that no account can become impossible to assess.
MAX_NOTIONAL: constant(uint256) = 10**32

TRADE_REPORTED_TOPIC: constant(bytes32) = keccak256(
    "TradeReported(uint256,uint256,bytes32,bytes32,uint256,int256,uint256,uint256,int256,"
    "int256,int256,int256,uint256)"
)
POSITION_LIQUIDATED_TOPIC: constant(bytes32) = keccak256(
    "PositionLiquidated(uint256,uint256,uint256,uint256,uint256,uint256,uint256,int256,"
    "uint256,int256,uint256)"
)


# What both legs of one fill share.
struct Fill:
    instrument: uint256
    price: uint256  # wad
    index: uint256  # wad; an option's mark
    measure: uint256  # wad; what notional is measured by: an option's forward
    is_option: bool  # paid for in cash, at once and in full
    execution: uint256
    trade_id: bytes32


# One leg, before it is reported.
struct Leg:
    side: book.Side
    action: uint256
    delta: int256
    size: int256
    quote: int256
    entry: uint256  # retail: entry notional after (wad)
    equity: int256
    requirement: uint256


@internal
@view
def _leg(_account: uint256, _instrument: uint256, _delta: int256) -> Leg:
    """
    @notice Loads one side and classes what it is about to do.
    @param _account Account id.
    @param _instrument Instrument id.
    @param _delta Signed size (wad).
    @return The leg; a flip through zero counts as opening.
    """
    return self._class(book._load(_account, _instrument), _delta)


@internal
@pure
def _class(_side: book.Side, _delta: int256) -> Leg:
    """
    @notice Classes what a side is about to do at its slot.
    @param _side The side, loaded.
    @param _delta Signed size (wad).
    @return The leg; a flip through zero counts as opening.
    """
    size: int256 = 0
    quote: int256 = 0
    size, quote = book._position(_side)
    action: uint256 = OPEN
    if size != 0:
        after: int256 = size + _delta
        if (size > 0) == (_delta > 0):
            action = INCREASE
        elif after == 0:
            action = CLOSE
        elif (after > 0) == (size > 0):
            action = REDUCE
    return Leg(
        side=_side,
        action=action,
        delta=_delta,
        size=size,
        quote=quote,
        entry=0,
        equity=0,
        requirement=0,
    )


@internal
@view
def _preview(
    _account: uint256, _instrument: uint256, _delta: int256, _valuation: uint256
) -> IClearingHouse.Margin:
    """
    @notice Assessment after a fill at mark, nothing stored.
    @param _account Account id.
    @param _instrument Instrument id that trades.
    @param _delta Signed size (wad).
    @param _valuation 0 opening, 1 withdrawal, 2 close-out.
    @return The assessment.
    """
    terms: uint256 = market._open_terms(_instrument)
    fill: Fill = empty(Fill)
    fill.instrument = _instrument
    flags: uint256 = 0
    fill.index, fill.measure, flags = marks._mark(_instrument, terms)
    fill.price = fill.index
    fill.is_option = (terms >> 56) & 255 == book.OPTION
    unit: int256 = convert(fill.index, int256) - marks._funding_index(terms)
    leg: Leg = self._apply(
        self._leg(_account, _instrument, _delta),
        fill,
        -(_delta * unit // convert(WAD, int256)),
        0,
    )
    return assessment._assess(leg.side, _valuation)


@internal
@view
def _apply(_leg: Leg, _fill: Fill, _quote_delta: int256, _cash_delta: int256) -> Leg:
    """
    @notice The arithmetic of a fill on one side, entry notional included; nothing
            is stored.
    @param _leg The side, classed.
    @param _fill The fill.
    @param _quote_delta Change of quote plus cash (wad).
    @param _cash_delta Cash besides (wad).
    @return The leg after it.
    """
    leg: Leg = _leg
    cash: int256 = 0
    # A premium is cash at once; what a linear instrument gains waits in its quote.
    quote_delta: int256 = _quote_delta
    cash_delta: int256 = _cash_delta
    entry_price: uint256 = _fill.price
    if _fill.is_option:
        # Only the scenario engine margins options; each account chooses (instrument
        # desk), and nobody is asked to take over what it could not hold.
        assert (leg.side.word >> 128) & 255 != 0, "house: no options here"
        cash_delta += quote_delta
        quote_delta = 0
        entry_price = _fill.measure
    leg.size, leg.quote, cash = margin._next_position(
        _leg.size, _leg.quote, _leg.delta, quote_delta
    )
    size: uint256 = convert(abs(leg.size), uint256)
    assert size * _fill.measure < MAX_NOTIONAL * WAD, "house: position too large"
    leg.side = book._with_position(leg.side, _fill.instrument, leg.size, leg.quote)
    cash += book._cash(leg.side.word) + cash_delta
    leg.side.word = book._with_cash(leg.side.word, cash)
    if (leg.side.word >> 120) & book.RETAIL != 0 and leg.action != CLOSE:
        return self._with_entry(leg, _fill.instrument, entry_price)
    return leg


@internal
@view
def _with_entry(_leg: Leg, _instrument: uint256, _price: uint256) -> Leg:
    """
    @notice A leg after its fill, with its notional at entry.
    @param _leg The leg of a retail account, not closed; its size is the one after
           the fill.
    @param _instrument Instrument id.
    @param _price Wad; at what the fill trades, or an option's forward then.
    @return The leg; its side carries the change against what is stored.
    """
    leg: Leg = _leg
    stored: uint256 = book.entry_notional[leg.side.account][_instrument]
    size: uint256 = convert(abs(leg.size), uint256)
    traded: uint256 = convert(abs(leg.delta), uint256)
    if leg.action == REDUCE:
        leg.entry = stored - stored * traded // (size + traded)
    elif leg.action == OPEN:
        leg.entry = margin._ceil_div(size * _price, WAD)
    else:
        leg.entry = stored + margin._ceil_div(traded * _price, WAD)
    leg.side.entry = convert(leg.entry, int256) - convert(stored, int256)
    return leg


@internal
def _write(_leg: Leg, _instrument: uint256, _held: uint256):
    """
    @notice Stores a leg after its fill.
    @param _leg The leg.
    @param _instrument Instrument id.
    @param _held Positions that the account held before.
    """
    book._store(_leg.side, _held)
    if (_leg.side.word >> 120) & book.RETAIL != 0:
        book.entry_notional[_leg.side.account][_instrument] = _leg.entry


@internal
def _report_leg(_leg: Leg, _fill: Fill):
    """
    @notice Reports one leg of a fill with its UTI.
    @param _leg The leg after the fill.
    @param _fill The fill.
    """
    leg_no: uint256 = 1
    if _leg.delta < 0:
        leg_no = 2
    uti: bytes32 = keccak256(abi_encode(chain.id, self, _fill.trade_id, leg_no))
    lei: uint256 = wiring.LEI << 128
    report_chain._report(
        TRADE_REPORTED_TOPIC,
        convert(_leg.side.account, bytes32),
        convert(_fill.instrument, bytes32),
        abi_encode(
            lei | (convert(uti, uint256) >> 128),
            lei | (convert(_fill.trade_id, uint256) >> 128),
            _fill.execution | (_leg.action << 8) | (((_leg.side.word >> 120) & 255) << 16),
            _leg.delta,
            _fill.price,
            _fill.index,
            _leg.size,
            _leg.quote,
            book._cash(_leg.side.word),
            _leg.equity,
            _leg.requirement,
        ),
    )


@internal
def _report_take_over(_terms: IClearingHouse.TakeOver, _mark: uint256):
    """
    @notice Reports a take-over, after its two legs.
    @param _terms The take-over.
    @param _mark Wad.
    """
    report_chain._report(
        POSITION_LIQUIDATED_TOPIC,
        convert(_terms.account, bytes32),
        convert(_terms.instrument, bytes32),
        abi_encode(
            _terms.taker,
            _terms.mode,
            _terms.size,
            _mark,
            _terms.penalty,
            _terms.equity_before,
            _terms.margin_before,
            _terms.equity_after,
            _terms.margin_after,
        ),
    )
