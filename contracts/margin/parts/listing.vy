# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Listing: instruments begin and end
@license Apache-2.0
@notice An instrument of the registry is opened with the regime's scan range in
        its word; a dated future or an option ends at the mean of thirty
        one-minute observations that the price board recorded, and its positions
        are paid out one by one or in short lists, so that no sweep needs
        unbounded gas. An option is European and cash settled: what it pays is its
        intrinsic value at that price, never less than zero.
"""


from ...interfaces import IInstrumentRegistry
from ...modules import margin
from ...modules import report_chain
from ...modules import roles
from ...modules import rules
from . import book
from . import market
from . import marks
from . import wiring


uses: report_chain
uses: roles
uses: book
uses: wiring
uses: market
uses: marks


OPERATOR: constant(bytes32) = keccak256("operator")

PERPETUAL: constant(uint256) = 1
DATED: constant(uint256) = 2
CRYPTO: constant(uint256) = 7
CALL: constant(uint256) = 1

MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_88: constant(uint256) = 2**88 - 1
MASK_104: constant(uint256) = 2**104 - 1
WAD: constant(uint256) = 10**18

# Accounts in one sweep, at most: some forty thousand gas each.
MAX_SWEEP: constant(uint256) = 32

# Bitcoin's registered DTI, left-aligned; the only underlier with scan ranges of
# its own, all others use the wider class default.
BITCOIN_DTI: constant(bytes32) = 0x344839354a305232580000000000000000000000000000000000000000000000

INSTRUMENT_LISTED_TOPIC: constant(bytes32) = keccak256("InstrumentListed(uint256,uint256,uint256)")
OPTION_LISTED_TOPIC: constant(bytes32) = keccak256("OptionListed(uint256,uint256,uint256)")
OPTION_EXERCISED_TOPIC: constant(bytes32) = keccak256(
    "OptionExercised(uint256,uint256,uint256,uint256,uint256,uint256)"
)
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
    @param instrument Instrument id; a perpetual, dated future or option. An option
           has no mark until its array is refreshed, and needs a scan range, which
           the uncleared schedule has none of.
    @param multiplier_bps Margin multiplier, 10,000 or more: only tighter.
    """
    roles._check_holder(OPERATOR)
    assert instrument > 0 and instrument <= MASK_32, "house: bad instrument"
    assert book.instruments[instrument] == 0, "house: instrument listed"
    assert multiplier_bps >= 10_000 and multiplier_bps <= MASK_16, "house: bad multiplier"
    listing: IInstrumentRegistry.Listing = staticcall wiring.INSTRUMENTS.listing(instrument)
    # Retail caps of the other classes are readable rules and not yet applied.
    assert listing.asset_class == CRYPTO, "house: class not supported"
    assert listing.lot_exp <= 24, "house: bad lot"
    time: uint256 = listing.expiry
    if listing.kind == PERPETUAL:
        time = block.timestamp
    assert time >= block.timestamp, "house: expired"
    scan: uint256 = self._scan_bps(listing.dti)
    word: uint256 = (
        time
        | (listing.underlier << 32)
        | (listing.asset_class << 48)
        | (listing.kind << 56)
        | (scan << 64)
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
    if listing.kind == book.OPTION:
        assert scan != 0, "house: no scan range"
        assert self._is_european(listing.cfi), "house: not european"
        assert listing.strike <= MASK_88, "house: strike out of range"
        option: uint256 = listing.strike
        if listing.option_type == CALL:
            option |= 1 << 88
        book.option_terms[instrument] = option
        report_chain._report(
            OPTION_LISTED_TOPIC,
            convert(instrument, bytes32),
            convert(listing.underlier, bytes32),
            abi_encode(option),
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
    index, flags = marks._price((terms >> 32) & MASK_16)
    assert flags & 1 == 0, "house: stale price"
    assert market._is_due(terms), "house: window not over"
    market._roll(instrument, terms, index)


@external
def settle_instrument(instrument: uint256):
    """
    @notice Fixes the settlement price of an expired future, or exercises an expired
            option for all who hold it. Anyone, once the price board has enough
            observations.
    @param instrument Instrument id of a dated future or option.
    """
    terms: uint256 = book.instruments[instrument]
    kind: uint256 = (terms >> 56) & 255
    assert kind == DATED or kind == book.OPTION, "house: does not expire"
    expiry: uint256 = terms & MASK_32
    assert block.timestamp >= expiry, "house: not expired"
    price: uint256 = 0
    final: bool = False
    price, final = staticcall wiring.BOARD.settlement_price((terms >> 32) & MASK_16, expiry)
    assert final and price > 0 and price < 2**87, "house: no settlement price"
    feed: bytes32 = convert((terms >> 32) & MASK_16, bytes32)
    paid: uint256 = price
    if kind == DATED:
        report_chain._report(
            INSTRUMENT_SETTLED_TOPIC,
            convert(instrument, bytes32),
            feed,
            abi_encode(price, expiry),
        )
    else:
        option: uint256 = book.option_terms[instrument]
        strike: uint256 = option & MASK_88
        if option >> 88 != 0:
            paid = max(price, strike) - strike
        else:
            paid = max(price, strike) - price
        report_chain._report(
            OPTION_EXERCISED_TOPIC,
            convert(instrument, bytes32),
            feed,
            abi_encode(price, strike, paid, expiry),
        )
    book.instruments[instrument] = (terms & MASK_104) | (book.SETTLED << 56) | (paid << 104)


@external
def settle_position(account: uint256, instrument: uint256):
    """
    @notice Pays out one position of a settled instrument in cash. Anyone; it frees
            the account's slot. Rounding goes to the house's dust.
    @param account Account id.
    @param instrument Instrument id.
    """
    assert not book._is_uncounted(account), "house: gain not counted"
    assert self._settle(account, instrument), "house: no position"


@external
def sweep(instrument: uint256, owners: DynArray[uint256, MAX_SWEEP]):
    """
    @notice Pays out the positions of several accounts in a settled instrument.
            Anyone. An account without one, or whose gains are still to be counted,
            is passed over, so that nobody can spoil a list.
    @param instrument Instrument id.
    @param owners Account ids.
    """
    for account: uint256 in owners:
        if not book._is_uncounted(account):
            self._settle(account, instrument)


@internal
def _settle(_account: uint256, _instrument: uint256) -> bool:
    """
    @notice Pays out one position of a settled instrument.
    @param _account Account id.
    @param _instrument Instrument id.
    @return False if the account has none.
    """
    terms: uint256 = book.instruments[_instrument]
    assert (terms >> 56) & book.SETTLED != 0, "house: not settled"
    side: book.Side = book._load(_account, _instrument)
    held: uint256 = side.count
    size: int256 = 0
    quote: int256 = 0
    size, quote = book._position(side)
    if size == 0:
        return False
    product: int256 = size * convert((terms >> 104) & MASK_88, int256)
    flow: int256 = margin._floor_wad(product) + quote
    side = book._with_position(side, _instrument, 0, 0)
    cash: int256 = book._cash(side.word) + flow
    side.word = book._with_cash(side.word, cash)
    book.entry_notional[_account][_instrument] = 0
    book._store(side, held)
    # Wei fractions that the floors leave: both sides of the market lose at most
    # one wei a position, and the whole of it is counted here.
    book.settlement_residue[_instrument] += (
        product - margin._floor_wad(product) * convert(WAD, int256)
    )
    whole: int256 = book.settlement_residue[_instrument] // convert(WAD, int256)
    if whole > 0:
        book.settlement_residue[_instrument] -= whole * convert(WAD, int256)
        book.dust += convert(whole, uint256)
    market._add_gross(_instrument, -abs(size))
    report_chain._report(
        POSITION_SETTLED_TOPIC,
        convert(_account, bytes32),
        convert(_instrument, bytes32),
        abi_encode(size, flow, cash),
    )
    return True


@internal
@pure
def _is_european(_cfi: bytes6) -> bool:
    """
    @notice Whether an option is exercised at its expiry only.
    @param _cfi An option's classification, which the registry has checked.
    @return True if its style letter says so: E of a listed option (O), A or D of
            any other (H).
    """
    letters: uint256 = convert(_cfi, uint256)
    if letters >> 40 == 79:  # O
        return (letters >> 24) & 255 == 69
    style: uint256 = (letters >> 16) & 255
    return style == 65 or style == 68


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
