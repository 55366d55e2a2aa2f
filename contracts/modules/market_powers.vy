# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Authorities' powers over the market
@license Apache-2.0
@notice Halt everything that adds risk, for a time; bar an instrument for the
        parties of a jurisdiction. Only by an authority whose mandate holds the
        power (Supervision says so); each names its legal basis and its case.
        Neither stops anybody from reducing, closing, or being paid.
@dev    A halt ends by itself. Take-overs wait some time longer, so that nobody is
        liquidated before they could act on what happened meanwhile.
        A bar reaches the parties of its authority's jurisdiction, "EU" those of all
        member states; take-overs go on, or a bar would stop liquidations.
        The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import party_book
uses: party_book

from . import rules


# Powers, as Supervision numbers them.
BAR: constant(uint256) = 4
HALT: constant(uint256) = 8

TRADING_HALTED_TOPIC: constant(bytes32) = keccak256(
    "TradingHalted(uint256,bytes32,uint256,bytes32)"
)
TRADING_RESUMED_TOPIC: constant(bytes32) = keccak256(
    "TradingResumed(uint256,bytes32,uint256,bytes32)"
)
INSTRUMENT_BARRED_TOPIC: constant(bytes32) = keccak256(
    "InstrumentBarred(uint256,bytes32,uint256,bytes32,uint256)"
)
INSTRUMENT_CLEARED_TOPIC: constant(bytes32) = keccak256(
    "InstrumentCleared(uint256,bytes32,uint256,bytes32,uint256)"
)

# One instrument that is barred somewhere, in the gate's table.
_BARRED: constant(uint256) = 2**192

_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1


# Instrument to the jurisdictions in which it is barred: 16 bits each, two ASCII
# letters, none after a gap.
bars: public(HashMap[uint256, uint256])


@external
def halt(until: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Halts all that adds risk, or lengthens a halt. Only an authority with
            that power.
    @param until Seconds; later than a running halt's end, and not too far.
    @param legal_basis The law that allows it, not zero.
    @param case_hash Commitment to the case.
    """
    table: uint256 = party_book.table
    end: uint256 = (table >> 160) & _MASK_32
    assert until > max(end, block.timestamp), "parties: not later"
    assert until <= block.timestamp + rules.HALT_MAX_SECONDS, "parties: halt too long"
    self._set_halt(table, until, TRADING_HALTED_TOPIC, legal_basis, case_hash)


@external
def resume(legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Ends a halt; take-overs still wait. Only an authority with that power.
    @param legal_basis The law or decision that ends it, not zero.
    @param case_hash Commitment to the case.
    """
    table: uint256 = party_book.table
    assert (table >> 160) & _MASK_32 > block.timestamp, "parties: already so"
    self._set_halt(table, block.timestamp, TRADING_RESUMED_TOPIC, legal_basis, case_hash)


@external
def bar_instrument(
    instrument: uint256, legal_basis: bytes32, case_hash: bytes32, review_at: uint256
):
    """
    @notice Stops the parties of the authority's jurisdiction from opening or
            increasing positions in an instrument. Only an authority with that
            power.
    @param instrument Instrument id, not zero.
    @param legal_basis The law that allows it (as MiFIR Art. 42), not zero.
    @param case_hash Commitment to the case.
    @param review_at Seconds; by when the bar is reviewed.
    """
    assert instrument != 0, "parties: no instrument"
    # A past date wraps round to more than any limit, as now does.
    assert (
        unsafe_sub(review_at, block.timestamp + 1) < rules.POWER_REVIEW_MAX_SECONDS
    ), "parties: bad review date"
    authority: uint256 = 0
    own: uint256 = 0
    authority, own = self._authority(legal_basis)
    bars: uint256 = self.bars[instrument]
    place: uint256 = 256
    for i: uint256 in range(16):
        barred: uint256 = (bars >> (16 * i)) & _MASK_16
        assert barred != own, "parties: already so"
        if barred == 0:
            place = 16 * i
            break
    assert place != 256, "parties: too many bars"
    if bars == 0:
        party_book.table += _BARRED
    self.bars[instrument] = bars | (own << place)
    report_chain._report(
        INSTRUMENT_BARRED_TOPIC,
        convert(instrument, bytes32),
        legal_basis,
        abi_encode(own, case_hash, authority | (review_at << 64)),
    )


@external
def clear_instrument(instrument: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Ends the bar of the authority's jurisdiction. Only an authority with
            that power.
    @param instrument Instrument id.
    @param legal_basis The law or decision that ends it, not zero.
    @param case_hash Commitment to the case.
    """
    authority: uint256 = 0
    own: uint256 = 0
    authority, own = self._authority(legal_basis)
    kept: uint256 = 0
    place: uint256 = 0
    bars: uint256 = self.bars[instrument]
    for i: uint256 in range(16):
        barred: uint256 = (bars >> (16 * i)) & _MASK_16
        if barred != own:
            kept |= barred << place
            place += 16
    assert kept != bars, "parties: already so"
    if kept == 0:
        party_book.table -= _BARRED
    self.bars[instrument] = kept
    report_chain._report(
        INSTRUMENT_CLEARED_TOPIC,
        convert(instrument, bytes32),
        legal_basis,
        abi_encode(own, case_hash, authority),
    )


@internal
@view
def _bars_of(_instrument: uint256, _table: uint256) -> uint256:
    """
    @notice The jurisdictions in which an instrument is barred. Its slot is read only
            while any instrument is barred somewhere.
    @param _instrument Instrument id.
    @param _table The gate's table.
    @return uint256 16 bits each.
    """
    if _table < _BARRED:
        return 0
    return self.bars[_instrument]


@internal
@view
def _authority(_legal_basis: bytes32) -> (uint256, uint256):
    """
    @notice The caller's id and jurisdiction; reverts unless it may bar.
    @param _legal_basis Not zero.
    @return uint256 The authority, and two ASCII letters, big-endian.
    """
    assert _legal_basis != empty(bytes32), "parties: no legal basis"
    own: uint256 = (staticcall party_book.SUPERVISION.mandate_of(msg.sender) >> 8) & _MASK_16
    authority: uint256 = staticcall party_book.SUPERVISION.check_power(msg.sender, BAR, own, 0)
    return authority, own


@internal
def _set_halt(
    _table: uint256, _until: uint256, _topic: bytes32, _legal_basis: bytes32, _case_hash: bytes32
):
    """
    @notice Writes the end of a halt and reports it; reverts unless the caller may.
    @param _table The gate's table.
    @param _until Seconds.
    @param _topic The event that says so.
    @param _legal_basis Not zero.
    @param _case_hash Commitment to the case.
    """
    assert _legal_basis != empty(bytes32), "parties: no legal basis"
    authority: uint256 = staticcall party_book.SUPERVISION.check_power(msg.sender, HALT, 0, 0)
    party_book.table = (_table & ~(_MASK_32 << 160)) | (_until << 160)
    report_chain._report(
        _topic, convert(authority, bytes32), _legal_basis, abi_encode(_until, _case_hash)
    )
