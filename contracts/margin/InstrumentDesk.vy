# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Instrument desk of a clearing house
@license Apache-2.0
@notice Code without a state of its own, reached by delegation like the back office:
        instruments begin and end, options' risk arrays are computed, and accounts
        of the scenario engine are assessed. Who may call what is said at the head
        of `ClearingHouse`.
@dev    Called at its own address, it finds an empty book and refuses: there are no
        instruments, no accounts and no holder of any role.
        The parts: `listing` (instruments begin and end), `arrays` (risk arrays and
        marks of options), `scenarios` (portfolio margin).
"""


from ..interfaces import IInstrumentDesk

implements: IInstrumentDesk

from ..modules import report_chain
from ..modules import roles
from .parts import arrays
from .parts import book
from .parts import listing
from .parts import market
from .parts import marks
from .parts import resources
from .parts import scenarios
from .parts import wiring


initializes: report_chain
initializes: roles[report_chain := report_chain]
initializes: book
initializes: wiring
initializes: marks[book := book, wiring := wiring]
initializes: resources[book := book, wiring := wiring]
initializes: market[report_chain := report_chain, book := book]
initializes: listing[
    report_chain := report_chain,
    roles := roles,
    book := book,
    wiring := wiring,
    market := market,
    marks := marks,
]
initializes: arrays[report_chain := report_chain, book := book, wiring := wiring]
initializes: scenarios[book := book, wiring := wiring, resources := resources]


exports: (
    # State, packed as `book` says
    book.option_terms,
    book.risk_arrays,
    book.forwards,
    # Instruments
    listing.list_instrument,
    listing.roll_funding,
    listing.settle_instrument,
    listing.settle_position,
    listing.sweep,
    # Risk arrays
    arrays.refresh_arrays,
    arrays.refresh_account,
    # Scenario margin
    scenarios.assess_scenarios,
)


# Margin engines, as the account word names them.
SCHEDULE: constant(uint256) = 0
SCENARIOS: constant(uint256) = 1

# The gate's action code for what an account's own wallet does with its money.
WITHDRAW: constant(uint256) = 5

ENGINE_CHOSEN_TOPIC: constant(bytes32) = keccak256("EngineChosen(uint256,uint256,uint256)")


event InstrumentListed:
    instrument: indexed(uint256)
    feed: indexed(uint256)
    word: uint256  # instrument word

# Follows InstrumentListed where the instrument is an option.
event OptionListed:
    instrument: indexed(uint256)
    feed: indexed(uint256)
    word: uint256  # option word: strike in 88 bits (wad; CDE 2.60), 1 << 88 if a call

# An option's valuation, CDE 2.28 mark-to-model.
event RiskArrayRefreshed:
    instrument: indexed(uint256)
    feed: indexed(uint256)
    lanes: uint256  # array word
    word: uint256  # instrument word after; the mark is in bits 104 to 191 (CDE 2.25)
    forward: uint256  # wad, of the option's expiry
    volatility: uint256  # wad, annualised
    delta: int256  # wad, forward delta of one unit long (CDE 2.71)
    surface: uint256  # board's surface word: epoch in 16 bits, its time in the next 32
    model: bytes32  # digest of convention, instrument, option, forward, volatility, surface

event FundingRolled:
    instrument: indexed(uint256)
    feed: indexed(uint256)
    funding_index: int256  # wad per unit of size since listing
    funding_rate: int256  # wad per unit of size per second, + longs pay
    index: uint256  # wad
    premium: int256  # 1e-8, after the clamp
    weight: uint256  # whole settlement units of notional that were averaged

event InstrumentSettled:
    instrument: indexed(uint256)
    feed: indexed(uint256)
    price: uint256  # wad
    expiry: uint256  # seconds; CDE 2.19

# European exercise of every position at once, in cash.
event OptionExercised:
    instrument: indexed(uint256)
    feed: indexed(uint256)
    price: uint256  # wad, settlement price of the underlier
    strike: uint256  # wad; CDE 2.60
    payoff: uint256  # wad, what one unit pays
    expiry: uint256  # seconds; CDE 2.19, and first exercise date 2.67

event PositionSettled:
    account: indexed(uint256)  # CDE 2.30
    instrument: indexed(uint256)
    size: int256  # wad, before
    cash_flow: int256  # wad
    cash: int256  # wad, after

event EngineChosen:
    account: indexed(uint256)  # CDE 2.30
    member: indexed(uint256)  # CDE 2.16
    engine: uint256  # 0 schedule, 1 scenarios


@deploy
def __init__(
    rulebook: address,
    parties: address,
    instruments_: address,
    board: address,
    matcher: address,
    close_out: address,
    fund: address,
    token: address,
    token_feed: uint256,
    regime: uint256,
    lei: uint256,
):
    """
    @notice Fixes the same connections as the house that will delegate here.
    @param rulebook Its digest must be the one compiled in.
    @param parties Party registry.
    @param instruments_ Instrument registry.
    @param board Price board.
    @param matcher Order matcher.
    @param close_out Close-out contract.
    @param fund Default fund, in the same token.
    @param token Settlement token, at most 18 decimals.
    @param token_feed Its feed on the board.
    @param regime 1 uncleared schedule, 2 cleared listed, 3 cleared OTC.
    @param lei The house's LEI in base 36.
    """
    wiring.__init__(
        rulebook,
        parties,
        instruments_,
        board,
        matcher,
        close_out,
        fund,
        token,
        token_feed,
        regime,
        lei,
    )


@external
def choose_engine(account: uint256, engine: uint256):
    """
    @notice Chooses how an account is margined. Only its own wallet, and only while
            it holds no position and owes nothing: no choice changes the margin of
            what is open. A retail account may choose the scenario engine too, to
            hold options, and keeps its floor there.
    @param account Account id.
    @param engine 0 schedule, 1 scenarios (where the regime has scan ranges).
    """
    wiring._check_gate(account, WITHDRAW)
    word: uint256 = book._load(account, 0).word
    assert engine == SCHEDULE or engine == SCENARIOS, "house: unknown margin engine"
    # Annex IV's schedule is the only standardised method of its regime.
    assert engine == SCHEDULE or wiring.REGIME != 1, "house: no scan range"
    assert (word >> 104) & 255 == 0, "house: positions open"
    assert (word >> 120) & (book.CALLED | book.INDEBTED) == 0, "house: called or indebted"
    book.accounts[account] = (word & ~(255 << 128)) | (engine << 128)
    report_chain._report(
        ENGINE_CHOSEN_TOPIC,
        convert(account, bytes32),
        convert((word >> 136) & (2**32 - 1), bytes32),
        abi_encode(engine),
    )


@external
@view
def wiring_hash() -> bytes32:
    """
    @notice What the house compares with its own arguments when it is built.
    @return keccak256 of the ABI encoding of every connection.
    """
    return wiring._hash()
