# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Clearing house
@license Apache-2.0
@notice Holds every account, novates every trade, keeps margin by the rulebook's
        constants and reports each act as an event on its report chain.

        Who may call what (the desks' functions are called here too):
        - the order matcher: `trade`;
        - the close-out contract: `take_over`, `set_call`, `sell_collateral`;
        - the operator (two-step role): `list_instrument`, `list_collateral`,
          `admit_member`; no power over prices or thresholds, and none to move
          money, but whoever lists collateral decides what backs positions: the
          role belongs with a time lock;
        - a clearing member's wallet: `open_account`, `commit_backstop`;
        - an account's own wallet: `deposit`, `withdraw`, `close_account`,
          `choose_engine`;
        - anyone: `refresh_arrays`, `refresh_account`, `roll_funding`,
          `settle_instrument`, `settle_position`, `sweep`, `allocate_loss`,
          `pay_debt`, `cover_loss`, `count_gain`, `scale_gain` and every view.
        The deployer ends with no power. Nothing here can be upgraded: a new
        rulebook is a new house, to which positions port.
@dev    A contract may hold 24,576 bytes, so that what is not on the path of a
        trade lives in `InstrumentDesk` or `BackOffice` and is reached by
        delegation: same address, same storage, same report chain. All initialise
        `report_chain`, `roles` and `book` in this order and have no other storage;
        a test compares their layouts. The addresses are fixed here, and no code
        behind them destroys itself or delegates to an address that can change.

        The parts: `book` (state), `wiring` (immutables), `assessment` (equity and
        margin), `market` (funding, open interest), `novation` (what a fill does to
        one account), `exchange` (trades and take-overs). `report_chain` comes
        first: its root is storage slot 0.
"""


from ..interfaces import IBackOffice
from ..interfaces import IClearingHouse
from ..interfaces import IInstrumentDesk
from ..interfaces import ITradeSink

implements: IClearingHouse
implements: ITradeSink

from ..modules import report_chain
from ..modules import roles
from .parts import assessment
from .parts import book
from .parts import exchange
from .parts import market
from .parts import marks
from .parts import novation
from .parts import resources
from .parts import wiring


initializes: report_chain
initializes: roles[report_chain := report_chain]
initializes: book
initializes: wiring
initializes: marks[book := book, wiring := wiring]
initializes: resources[book := book, wiring := wiring]
initializes: assessment[book := book, wiring := wiring, resources := resources]
initializes: market[report_chain := report_chain, book := book]
initializes: novation[
    report_chain := report_chain,
    book := book,
    wiring := wiring,
    assessment := assessment,
    market := market,
    marks := marks,
]
initializes: exchange[
    report_chain := report_chain,
    book := book,
    wiring := wiring,
    assessment := assessment,
    market := market,
    novation := novation,
    marks := marks,
]


exports: (
    # Report chain
    report_chain.root,
    # Trades and positions
    exchange.trade,
    exchange.take_over,
)


OPERATOR: constant(bytes32) = keccak256("operator")

# Most that a function of the back office answers (bytes).
MAX_ANSWER: constant(uint256) = 512


# What the instrument desk answers; every other function is the back office's or is
# delegated on by it.
INSTRUMENT_DESK_FUNCTIONS: constant(bytes4[12]) = [
    method_id(
        "assess_scenarios(uint256,uint256,uint256,uint256,uint256,int256,uint256)",
        output_type=bytes4,
    ),
    method_id("refresh_arrays(uint256[])", output_type=bytes4),
    method_id("refresh_account(uint256)", output_type=bytes4),
    method_id("list_instrument(uint256,uint256)", output_type=bytes4),
    method_id("roll_funding(uint256)", output_type=bytes4),
    method_id("settle_instrument(uint256)", output_type=bytes4),
    method_id("settle_position(uint256,uint256)", output_type=bytes4),
    method_id("sweep(uint256,uint256[])", output_type=bytes4),
    method_id("choose_engine(uint256,uint256)", output_type=bytes4),
    method_id("option_terms(uint256)", output_type=bytes4),
    method_id("risk_arrays(uint256)", output_type=bytes4),
    method_id("forwards(uint256)", output_type=bytes4),
]


# The code that other functions are delegated to.
BACK_OFFICE: immutable(address)
INSTRUMENT_DESK: immutable(address)


# A role is offered; `successor` zero withdraws the offer.
event RoleProposed:
    role: indexed(bytes32)
    holder: indexed(address)
    successor: address

# A role has a new holder; `predecessor` zero for the first.
event RoleAccepted:
    role: indexed(bytes32)
    holder: indexed(address)
    predecessor: address

# One leg of a fill, with the position after it (perpetuals report at position
# level). CDE 2.112 PSTN for perpetuals, else TCTN.
event TradeReported:
    account: indexed(uint256)  # CDE 2.30; parties 2.6 and 2.7 by the registry
    instrument: indexed(uint256)  # CDE 2.102 by the registry
    uti: bytes32  # LEI in 104 bits, then 128 bits
    prior_uti: bytes32  # CDE 2.96, names the match
    execution: uint256  # CDE 2.107, 2.108: way | action << 8 | account flags << 16
    size: int256  # wad, + bought; CDE 2.13 its sign, 2.79 its amount
    price: uint256  # wad; CDE 2.50
    index: uint256  # wad; CDE 2.105 the price board
    position_size: int256  # wad, after
    position_quote: int256  # wad, after, as if funding had begun at zero
    cash: int256  # wad, after
    equity: int256  # wad, after
    initial_margin: uint256  # wad, after; CDE 2.34

event FundingRolled:
    instrument: indexed(uint256)
    feed: indexed(uint256)
    funding_index: int256  # wad per unit of size since listing
    funding_rate: int256  # wad per unit of size per second, + longs pay
    index: uint256  # wad
    premium: int256  # 1e-8, after the clamp
    weight: uint256  # whole settlement units of notional that were averaged

# CDE 2.108 ETRM. Its two legs were reported just before as TradeReported.
event PositionLiquidated:
    account: indexed(uint256)  # CDE 2.30
    instrument: indexed(uint256)
    taker: uint256  # account id
    mode: uint256  # 2 liquidation, 3 backstop, 4 compulsory close
    size: uint256  # wad
    mark: uint256  # wad
    penalty: uint256  # wad, to the taker
    equity_before: int256  # wad
    margin_before: uint256  # wad
    equity_after: int256  # wad
    margin_after: uint256  # wad


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
    back_office_: address,
    instrument_desk_: address,
    operator: address,
):
    """
    @notice Fixes the house's connections, regime and operator, for good or until
            the operator hands over.
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
    @param lei The house's LEI, 20 characters in base 36.
    @param back_office_ Back office, deployed with the same arguments before.
    @param instrument_desk_ Instrument desk, deployed with the same arguments before.
    @param operator First holder of the operator's role.
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
    # Different arguments in the three would be two houses in one storage.
    assert (
        staticcall IBackOffice(back_office_).wiring_hash() == wiring._hash()
    ), "house: other back office"
    assert (
        staticcall IInstrumentDesk(instrument_desk_).wiring_hash() == wiring._hash()
    ), "house: other instrument desk"
    BACK_OFFICE = back_office_
    INSTRUMENT_DESK = instrument_desk_
    roles._set_holder(OPERATOR, operator)


@external
@raw_return
@reentrant
def __default__() -> Bytes[MAX_ANSWER]:
    """
    @notice Delegates to the instrument desk or the back office, whose own functions
            take the lock.
    @return What they answer.
    """
    desk: address = BACK_OFFICE
    if convert(slice(msg.data, 0, 4), bytes4) in INSTRUMENT_DESK_FUNCTIONS:
        desk = INSTRUMENT_DESK
    return raw_call(desk, msg.data, max_outsize=MAX_ANSWER, is_delegate_call=True)


@external
@view
def margin(account: uint256, valuation: uint256) -> IClearingHouse.Margin:
    """
    @notice Equity and initial margin of an account now.
    @param account Account id.
    @param valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Equity (wad), requirement (wad), price flags (1 stale, 2 jumped).
    """
    return assessment._assess(book._load(account, 0), valuation)


@external
@view
def back_office() -> address:
    """
    @notice The code that most other functions are delegated to.
    @return Its address.
    """
    return BACK_OFFICE


@external
@view
def instrument_desk() -> address:
    """
    @notice The code that functions of instruments are delegated to.
    @return Its address.
    """
    return INSTRUMENT_DESK
