# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Instrument registry
@license Apache-2.0
@notice What may be traded: underliers, each with its digital token identifier
        (DTI), and instruments on them: perpetual futures, dated futures and
        options, linear and settled in cash.

        Anyone may read. The lister registers underliers and instruments and
        enters a product identifier (UPI) once it has been issued; it can change
        nothing that is registered, and it decides nothing about margin: whether
        a house lists an instrument, and with what figures, is the house's. The
        role is handed over in two steps; the deployer holds none.
@dev    Events carry all terms, so the registry can be rebuilt from them alone.
        Ids are dense, from 1. An underlier's id is also its feed on the price
        board. A UPI comes from the Derivatives Service Bureau alone: it is
        checked and stored, or zero, never made here.

        A margin engine is not an instrument and has no CFI. It is a function of
        a market's infrastructure, described by attributes that its contracts
        show: margin mode (cross, or portfolio), method of initial margin
        (schedule, scenario), collateral set and haircuts (the rulebook's digest),
        liquidation (partial, with backstop), allocation of losses (the default
        fund's order), price source and its greatest age, close-out level, retail
        rules, and who may change what.
"""


from ..interfaces import IInstrumentRegistry
implements: IInstrumentRegistry

from ..modules import report_chain
initializes: report_chain

from ..modules import roles
initializes: roles[report_chain := report_chain]

from ..modules import identifiers


exports: (
    # The head of the report chain.
    report_chain.root,
    # Who holds the role, and how it is handed over.
    roles.holder_of,
    roles.successor_of,
    roles.hand_over_role,
    roles.accept_role,
)


# Registers underliers and instruments.
LISTER: public(constant(bytes32)) = keccak256("lister")

# A future without expiry, held to its index by funding; likely a contract for
# difference under EU law (ESMA's statement of 24 February 2026).
PERPETUAL: constant(uint256) = 1

# A future that settles at the mean of thirty observations before its expiry.
DATED_FUTURE: constant(uint256) = 2

# A call or put with a strike. Registered here; a house may refuse to list it.
OPTION: constant(uint256) = 3

# Highest asset class; 7 is crypto.
_LAST_ASSET_CLASS: constant(uint256) = 7

# Dated products expire at 08:00 UTC.
_EXPIRY_OF_DAY: constant(uint256) = 28_800
_DAY: constant(uint256) = 86_400

# A lot is at most 10^24 wad, a million units of the underlier.
_LAST_LOT_EXP: constant(uint256) = 24

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_48: constant(uint256) = 2**48 - 1
_MASK_72: constant(uint256) = 2**72 - 1
_MASK_128: constant(uint256) = 2**128 - 1

UNDERLIER_REGISTERED_TOPIC: constant(bytes32) = keccak256(
    "UnderlierRegistered(uint256,bytes32,uint256,bytes32)"
)
INSTRUMENT_REGISTERED_TOPIC: constant(bytes32) = keccak256(
    "InstrumentRegistered(uint256,uint256,uint256,uint256,uint256,bytes32,bytes32,bytes32,uint256)"
)
UPI_ASSIGNED_TOPIC: constant(bytes32) = keccak256("UpiAssigned(uint256,bytes32)")


# The terms of an instrument.
struct Terms:
    kind: uint256  # 1 perpetual future, 2 dated future, 3 option
    underlier: uint256  # dense underlier id
    expiry: uint256  # seconds, 08:00 UTC; 0 for a perpetual
    lot_exp: uint256  # the lot is 10^lot_exp wad of the underlier
    cfi: bytes6  # ISO 10962, six letters that fit the kind
    upi: bytes12  # ISO 4914, or zero if none has been issued
    settlement_currency: bytes9  # ISO 4217 (three letters) or a DTI
    strike: uint256  # options: wad, settlement currency per unit; else 0
    option_type: uint256  # options: 1 call, 2 put; else 0


# Underlier id to its word: dti uint72@0 | symbol uint64@72 | asset_class
# uint8@136. Zero if there is none, as every asset class is above zero.
underlier_word: public(HashMap[uint256, uint256])

# Instrument id to its first word: kind uint8@0 | option_type uint8@8 | lot_exp
# uint8@16 | underlier uint16@24 | expiry uint32@40 | cfi uint48@72 |
# settlement_currency uint72@120.
instrument_word: public(HashMap[uint256, uint256])

# Instrument id to its second word: strike uint128@0 | upi uint96@128.
terms_word: public(HashMap[uint256, uint256])

# DTI to the underlier that has it, zero if none has. It stops a token from being
# listed twice, which would give it two prices to choose from.
underlier_of_dti: public(HashMap[bytes9, uint256])

# How many ids of each sort have been given out. An id is never used twice, so a
# report that names one names the same terms for ever.
underlier_count: public(uint256)
instrument_count: public(uint256)


event UnderlierRegistered:
    underlier: indexed(uint256)  # dense id, also the feed on the price board
    dti: indexed(bytes32)  # nine ASCII characters, left-aligned; zero if no token (CDE 2.14 EMIR)
    asset_class: uint256  # 1 credit .. 6 other, 7 crypto (crypto indicator, CDE 2.106)
    symbol: bytes32  # up to eight ASCII characters, left-aligned


event InstrumentRegistered:
    instrument: indexed(uint256)  # dense id
    underlier: indexed(uint256)  # dense id
    kind: uint256  # 1 perpetual future, 2 dated future, 3 option
    expiry: uint256  # seconds; 0 for a perpetual (CDE 2.2)
    lot_exp: uint256  # the lot is 10^lot_exp wad of the underlier
    cfi: bytes32  # six ASCII letters, left-aligned; says call or put (EMIR 2.9)
    upi: bytes32  # twelve ASCII characters, left-aligned, or zero (EMIR 2.8)
    settlement_currency: bytes32  # ISO 4217 or DTI, left-aligned (CDE 2.20)
    strike: uint256  # wad, settlement currency per unit; 0 if no option (CDE 2.60)


event UpiAssigned:
    instrument: indexed(uint256)  # dense id
    upi: indexed(bytes32)  # twelve ASCII characters, left-aligned (EMIR 2.8)


event RoleProposed:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who offers it
    successor: address  # who may accept it; zero withdraws the offer


event RoleAccepted:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who holds it from now on
    predecessor: address  # who held it; zero for the first


@deploy
def __init__(lister: address):
    """
    @notice Names the role's holder; the deployer gets nothing.
    @param lister Who registers underliers and instruments.
    """
    roles._set_holder(LISTER, lister)


@external
@view
def listing(instrument: uint256) -> IInstrumentRegistry.Listing:
    """
    @notice What a house needs to know of an instrument. Anyone may ask; reverts
            if there is none.
    @param instrument Dense instrument id.
    @return Listing Kind, underlier, asset class, expiry, lot and DTI.
    """
    word: uint256 = self.instrument_word[instrument]
    assert word != 0, "instruments: unknown"
    underlier: uint256 = (word >> 24) & _MASK_16
    asset: uint256 = self.underlier_word[underlier]
    return IInstrumentRegistry.Listing(
        kind=word & _MASK_8,
        underlier=underlier,
        asset_class=asset >> 136,
        expiry=(word >> 40) & _MASK_32,
        lot_exp=(word >> 16) & _MASK_8,
        dti=convert((asset & _MASK_72) << 184, bytes32),
        strike=self.terms_word[instrument] & _MASK_128,
        option_type=(word >> 8) & _MASK_8,
        cfi=convert(convert((word >> 72) & _MASK_48, uint48), bytes6),
    )


@external
@view
def terms(instrument: uint256) -> Terms:
    """
    @notice All terms of an instrument, as they were registered. Anyone may ask;
            reverts if there is none.
    @param instrument Dense instrument id.
    @return Terms See the struct.
    """
    word: uint256 = self.instrument_word[instrument]
    assert word != 0, "instruments: unknown"
    second: uint256 = self.terms_word[instrument]
    return Terms(
        kind=word & _MASK_8,
        underlier=(word >> 24) & _MASK_16,
        expiry=(word >> 40) & _MASK_32,
        lot_exp=(word >> 16) & _MASK_8,
        cfi=convert(convert((word >> 72) & _MASK_48, uint48), bytes6),
        upi=convert(convert(second >> 128, uint96), bytes12),
        settlement_currency=convert(convert((word >> 120) & _MASK_72, uint72), bytes9),
        strike=second & _MASK_128,
        option_type=(word >> 8) & _MASK_8,
    )


@external
def add_underlier(dti: bytes9, asset_class: uint256, symbol: bytes8) -> uint256:
    """
    @notice Registers an underlier. Only the lister.
    @param dti Nine ASCII characters with a right check character; zero for what
           is no digital token, which a crypto-asset always is.
    @param asset_class 1 credit, 2 commodity, 3 equity, 4 foreign exchange, 5
           interest rate, 6 other, 7 crypto.
    @param symbol A short name for people, up to eight ASCII characters.
    @return uint256 The underlier's dense id.
    """
    roles._check_holder(LISTER)
    assert asset_class != 0 and asset_class <= _LAST_ASSET_CLASS, "instruments: bad asset class"
    assert symbol != empty(bytes8), "instruments: no symbol"
    underlier: uint256 = self.underlier_count + 1
    assert underlier <= _MASK_16, "instruments: full"
    if dti != empty(bytes9):
        assert identifiers._is_dti(dti), "instruments: bad dti"
        assert self.underlier_of_dti[dti] == 0, "instruments: dti known"
        self.underlier_of_dti[dti] = underlier
    else:
        assert asset_class != _LAST_ASSET_CLASS, "instruments: no dti"
    self.underlier_count = underlier
    self.underlier_word[underlier] = (
        convert(dti, uint256) | (convert(symbol, uint256) << 72) | (asset_class << 136)
    )
    report_chain._report(
        UNDERLIER_REGISTERED_TOPIC,
        convert(underlier, bytes32),
        convert(dti, bytes32),
        abi_encode(asset_class, convert(symbol, bytes32)),
    )
    return underlier


@external
def add_instrument(terms: Terms) -> uint256:
    """
    @notice Registers an instrument; its terms never change. Only the lister.
    @param terms See the struct.
    @return uint256 The instrument's dense id.
    """
    roles._check_holder(LISTER)
    t: Terms = terms
    # What a kind has no use for must be zero, or one product could be registered in
    # many disguises.
    assert t.kind >= PERPETUAL and t.kind <= OPTION, "instruments: bad kind"
    assert self.underlier_word[t.underlier] != 0, "instruments: no underlier"
    assert t.lot_exp <= _LAST_LOT_EXP, "instruments: bad lot"
    if t.kind == PERPETUAL:
        assert t.expiry == 0, "instruments: bad expiry"
    else:
        assert t.expiry > block.timestamp and t.expiry <= _MASK_32, "instruments: bad expiry"
        assert t.expiry % _DAY == _EXPIRY_OF_DAY, "instruments: not 08:00 utc"
    if t.kind == OPTION:
        assert t.strike != 0 and t.strike <= _MASK_128, "instruments: bad strike"
        assert t.option_type == 1 or t.option_type == 2, "instruments: bad option type"
    else:
        assert t.strike == 0, "instruments: bad strike"
        assert t.option_type == 0, "instruments: bad option type"
    assert identifiers._is_cfi(t.cfi, t.kind, t.option_type), "instruments: bad cfi"
    assert identifiers._is_currency(t.settlement_currency), "instruments: bad currency"
    if t.upi != empty(bytes12):
        assert identifiers._is_upi(t.upi), "instruments: bad upi"
    return self._store(t)


@external
def assign_upi(instrument: uint256, upi: bytes12):
    """
    @notice Enters the product identifier that the Derivatives Service Bureau has
            issued, once. Only the lister.
    @param instrument Dense instrument id.
    @param upi Twelve ASCII characters with a right check character.
    """
    roles._check_holder(LISTER)
    assert self.instrument_word[instrument] != 0, "instruments: unknown"
    word: uint256 = self.terms_word[instrument]
    assert word >> 128 == 0, "instruments: upi known"
    assert identifiers._is_upi(upi), "instruments: bad upi"
    self.terms_word[instrument] = word | (convert(upi, uint256) << 128)
    report_chain._report(
        UPI_ASSIGNED_TOPIC, convert(instrument, bytes32), convert(upi, bytes32), b""
    )


@internal
def _store(_terms: Terms) -> uint256:
    """
    @notice Gives checked terms an id, stores and reports them.
    @param _terms See the struct.
    @return uint256 The instrument's dense id.
    """
    instrument: uint256 = self.instrument_count + 1
    assert instrument <= _MASK_32, "instruments: full"
    self.instrument_count = instrument
    self.instrument_word[instrument] = (
        _terms.kind
        | (_terms.option_type << 8)
        | (_terms.lot_exp << 16)
        | (_terms.underlier << 24)
        | (_terms.expiry << 40)
        | (convert(_terms.cfi, uint256) << 72)
        | (convert(_terms.settlement_currency, uint256) << 120)
    )
    if _terms.kind == OPTION or _terms.upi != empty(bytes12):
        self.terms_word[instrument] = _terms.strike | (convert(_terms.upi, uint256) << 128)
    report_chain._report(
        INSTRUMENT_REGISTERED_TOPIC,
        convert(instrument, bytes32),
        convert(_terms.underlier, bytes32),
        abi_encode(
            _terms.kind,
            _terms.expiry,
            _terms.lot_exp,
            convert(_terms.cfi, bytes32),
            convert(_terms.upi, bytes32),
            convert(_terms.settlement_currency, bytes32),
            _terms.strike,
        ),
    )
    return instrument
