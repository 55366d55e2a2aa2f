# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Listing: instruments begin and end
@license Apache-2.0
@notice An instrument of the registry is opened with the regime's scan range in
        its word; a dated future ends at the mean of thirty one-minute
        observations that the price board recorded, and its positions are paid
        out one by one, so that no sweep needs unbounded gas.
"""


from ...interfaces import IInstrumentRegistry
from ...modules import margin
from ...modules import report_chain
from ...modules import roles
from ...modules import rules
from . import assessment
from . import book
from . import market
from . import wiring


uses: report_chain
uses: roles
uses: book
uses: wiring
uses: assessment
uses: market


OPERATOR: constant(bytes32) = keccak256("operator")

PERPETUAL: constant(uint256) = 1
DATED: constant(uint256) = 2
CRYPTO: constant(uint256) = 7

MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_88: constant(uint256) = 2**88 - 1
WAD: constant(uint256) = 10**18

# Bitcoin's registered DTI, left-aligned; the only underlier with scan ranges of
# its own, all others use the wider class default.
BITCOIN_DTI: constant(bytes32) = 0x344839354a305232580000000000000000000000000000000000000000000000

INSTRUMENT_LISTED_TOPIC: constant(bytes32) = keccak256("InstrumentListed(uint256,uint256,uint256)")
INSTRUMENT_SETTLED_TOPIC: constant(bytes32) = keccak256(
    "InstrumentSettled(uint256,uint256,uint256,uint256)"
)
POSITION_SETTLED_TOPIC: constant(bytes32) = keccak256(
    "PositionSettled(uint256,uint256,int256,int256,int256)"
)

@external
def list_instrument(instrument: uint256, multiplier_bps: uint256):
    """
    @notice Opens an instrument of the registry for trading. Only the operator.
    @param instrument Instrument id; a perpetual or dated future.
    @param multiplier_bps Margin multiplier, 10,000 or more: only tighter.
    """
    roles._check_holder(OPERATOR)
    assert instrument > 0 and instrument <= MASK_32, "house: bad instrument"
    assert book.instruments[instrument] == 0, "house: instrument listed"
    assert multiplier_bps >= 10_000 and multiplier_bps <= MASK_16, "house: bad multiplier"
    listing: IInstrumentRegistry.Listing = staticcall wiring.INSTRUMENTS.listing(instrument)
    assert listing.kind == PERPETUAL or listing.kind == DATED, "house: kind not supported"
    # Retail caps of the other classes are readable rules and not yet applied.
    assert listing.asset_class == CRYPTO, "house: class not supported"
    assert listing.lot_exp <= 24, "house: bad lot"
    time: uint256 = listing.expiry
    if listing.kind == PERPETUAL:
        time = block.timestamp
    assert time >= block.timestamp, "house: expired"
    word: uint256 = (
        time
        | (listing.underlier << 32)
        | (listing.asset_class << 48)
        | (listing.kind << 56)
        | (self._scan_bps(listing.dti) << 64)
        | (multiplier_bps << 80)
        | (listing.lot_exp << 96)
    )
    book.instruments[instrument] = word
    report_chain._report(
        INSTRUMENT_LISTED_TOPIC,
        convert(instrument, bytes32),
        convert(listing.underlier, bytes32),
        abi_encode(word),
    )


@external
def roll_funding(instrument: uint256):
    """
    @notice Ends a funding window that is over and sets the rate of the next one.
            Anyone; trades do it by themselves.
    @param instrument Instrument id of a perpetual.
    """
    terms: uint256 = market._open_terms(instrument)
    index: uint256 = 0
    flags: uint256 = 0
    index, flags = assessment._price((terms >> 32) & MASK_16)
    assert flags & 1 == 0, "house: stale price"
    assert market._is_due(terms), "house: window not over"
    market._roll(instrument, terms, index)


@external
def settle_instrument(instrument: uint256):
    """
    @notice Fixes the settlement price of an expired future. Anyone, once the
            price board has enough observations.
    @param instrument Instrument id of a dated future.
    """
    terms: uint256 = book.instruments[instrument]
    assert (terms >> 56) & 255 == DATED, "house: not a dated future"
    expiry: uint256 = terms & MASK_32
    assert block.timestamp >= expiry, "house: not expired"
    price: uint256 = 0
    final: bool = False
    price, final = staticcall wiring.BOARD.settlement_price((terms >> 32) & MASK_16, expiry)
    assert final and price > 0 and price < 2**87, "house: no settlement price"
    book.instruments[instrument] = terms | (book.SETTLED << 56) | (price << 104)
    report_chain._report(
        INSTRUMENT_SETTLED_TOPIC,
        convert(instrument, bytes32),
        convert((terms >> 32) & MASK_16, bytes32),
        abi_encode(price, expiry),
    )


@external
def settle_position(account: uint256, instrument: uint256):
    """
    @notice Pays out one position of a settled future in cash. Anyone; it frees
            the account's slot. Rounding goes to the house's dust.
    @param account Account id.
    @param instrument Instrument id.
    """
    terms: uint256 = book.instruments[instrument]
    assert (terms >> 56) & book.SETTLED != 0, "house: not settled"
    assert not book._is_uncounted(account), "house: gain not counted"
    side: book.Side = book._load(account, instrument)
    held: uint256 = side.count
    size: int256 = 0
    quote: int256 = 0
    size, quote = book._position(side)
    assert size != 0, "house: no position"
    product: int256 = size * convert((terms >> 104) & MASK_88, int256)
    flow: int256 = margin._floor_wad(product) + quote
    side = book._with_position(side, instrument, 0, 0)
    cash: int256 = book._cash(side.word) + flow
    side.word = book._with_cash(side.word, cash)
    book.entry_notional[account][instrument] = 0
    book._store(side, held)
    # Wei fractions that the floors leave: both sides of the market lose at most
    # one wei a position, and the whole of it is counted here.
    book.settlement_residue[instrument] += (
        product - margin._floor_wad(product) * convert(WAD, int256)
    )
    whole: int256 = book.settlement_residue[instrument] // convert(WAD, int256)
    if whole > 0:
        book.settlement_residue[instrument] -= whole * convert(WAD, int256)
        book.dust += convert(whole, uint256)
    market._add_gross(instrument, -abs(size))
    report_chain._report(
        POSITION_SETTLED_TOPIC,
        convert(account, bytes32),
        convert(instrument, bytes32),
        abi_encode(size, flow, cash),
    )


@internal
@view
def _scan_bps(_dti: bytes32) -> uint256:
    """
    @notice The regime's scan range for an underlier.
    @param _dti Nine ASCII characters, left-aligned.
    @return Basis points; 0 under the schedule, which has none.
    """
    if wiring.REGIME == 2:
        if _dti == BITCOIN_DTI:
            return rules.SCAN_BTC_LISTED_BPS
        return rules.SCAN_DEFAULT_LISTED_BPS
    if wiring.REGIME == 3:
        if _dti == BITCOIN_DTI:
            return rules.SCAN_BTC_OTC_BPS
        return rules.SCAN_DEFAULT_OTC_BPS
    return 0
