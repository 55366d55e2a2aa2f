# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize codesize
"""
@title Loss desk of a clearing house
@license Apache-2.0
@notice Code without a state of its own, like the back office that delegates to
        it: calls, sale of collateral, the loss order, debts, and the statement
        of an account. Who may call what is said at the head of `ClearingHouse`.
@dev    Called at its own address, it finds an empty book and refuses. What is not
        here is delegated on, to the take-over desk.
"""


from ..interfaces import IClearingHouse
from ..interfaces import ILossDesk
from ..interfaces import ITakeOverDesk

implements: ILossDesk

from ..modules import report_chain
from ..modules import roles
from .parts import assessment
from .parts import book
from .parts import calls
from .parts import losses
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
initializes: calls[
    report_chain := report_chain,
    book := book,
    wiring := wiring,
    assessment := assessment,
    marks := marks,
]
initializes: losses[
    report_chain := report_chain,
    book := book,
    wiring := wiring,
    assessment := assessment,
    marks := marks,
]


exports: (
    # State, packed as `book` says
    book.accounts,
    book.positions,
    book.instruments,
    book.markets,
    book.dust,
    book.uncovered,
    book.counting_deadline,
    book.counted_gain,
    book.episode,
    book.episode_gains,
    book.episode_loss,
    # Calls, losses, debts
    calls.set_call,
    calls.sell_collateral,
    calls.void_backstop,
    calls.account_words,
    calls.position,
    losses.allocate_loss,
    losses.pay_debt,
    losses.cover_loss,
    losses.count_gain,
    losses.scale_gain,
)


MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1

# Most that a function of the take-over desk answers (bytes).
MAX_ANSWER: constant(uint256) = 512


# The code that other functions are delegated to.
TAKE_OVER_DESK: immutable(address)


# `wallet` is zero where the close-out contract struck the promise out.
event BackstopCommitted:
    member: indexed(uint256)
    wallet: indexed(address)
    amount: uint256  # wad

# A margin call; for retail it is information, close-out has its own trigger.
event MarginCalled:
    account: indexed(uint256)  # CDE 2.30
    member: indexed(uint256)  # CDE 2.16
    equity: int256  # wad
    initial_margin: uint256  # wad; CDE 2.34
    deadline: uint256  # seconds

event MarginCallEnded:
    account: indexed(uint256)  # CDE 2.30
    member: indexed(uint256)  # CDE 2.16
    equity: int256  # wad
    initial_margin: uint256  # wad; CDE 2.34

event CollateralSold:
    account: indexed(uint256)  # CDE 2.30
    asset: indexed(uint256)
    buyer: uint256  # account id
    amount: uint256  # token units
    cost: uint256  # wad
    cash: int256  # wad, seller's after
    balance: uint256  # token units, seller's after
    buyer_cash: int256  # wad, after
    buyer_balance: uint256  # token units, after

# The account's cash goes to zero and the member's falls by `from_member_cash`.
event LossAllocated:
    account: indexed(uint256)
    member: indexed(uint256)
    deficit: uint256  # wad, as all below
    from_member_cash: uint256
    from_member_share: uint256
    from_house: uint256
    from_others: uint256
    uncovered: uint256

event DebtRecorded:
    account: indexed(uint256)
    member: indexed(uint256)
    amount: uint256  # wad

event DebtPaid:
    account: indexed(uint256)
    member: indexed(uint256)
    amount: uint256  # wad
    remaining: uint256  # wad

# Negative balance protection.
event DeficitExtinguished:
    account: indexed(uint256)
    member: indexed(uint256)
    amount: uint256  # wad

event LossCovered:
    episode: indexed(uint256)
    payer: indexed(address)
    amount: uint256  # wad
    uncovered: uint256  # wad, after

event GainCounted:
    account: indexed(uint256)
    episode: indexed(uint256)
    gain: uint256  # wad
    total: uint256  # wad

event GainScaled:
    account: indexed(uint256)
    episode: indexed(uint256)
    amount: uint256  # wad
    cash: int256  # wad, after


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
    take_over_desk_: address,
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
    @param lei The house's LEI, 20 characters in base 36.
    @param take_over_desk_ Take-over desk, deployed with the same arguments before.
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
    assert (
        staticcall ITakeOverDesk(take_over_desk_).wiring_hash() == wiring._hash()
    ), "house: other take-over desk"
    TAKE_OVER_DESK = take_over_desk_


@external
@raw_return
@reentrant
def __default__() -> Bytes[MAX_ANSWER]:
    """
    @notice Delegates on to the take-over desk, whose own functions take the lock.
    @return What the take-over desk answers.
    """
    return raw_call(TAKE_OVER_DESK, msg.data, max_outsize=MAX_ANSWER, is_delegate_call=True)


@external
@view
def wiring_hash() -> bytes32:
    """
    @notice What the house compares with its own arguments when it is built.
    @return keccak256 of the ABI encoding of every connection.
    """
    return wiring._hash()


@external
@view
def statement(account: uint256) -> ILossDesk.Statement:
    """
    @notice All of an account on one page; walk ids 1 to the party registry's
            `account_count` for a statement over all accounts.
    @param account Account id.
    @return The statement; reverts for an account never opened.
    """
    side: book.Side = book._load(account, 0)
    result: IClearingHouse.Margin = assessment._assess(side, assessment.CLOSE_OUT)
    return ILossDesk.Statement(
        cash=book._cash(side.word),
        equity=result.equity,
        requirement=result.requirement,
        flags=(side.word >> 120) & 255,
        member=(side.word >> 136) & MASK_32,
        call_deadline=(side.word >> 168) & MASK_32,
        debt=losses._debt(account),
        position_count=side.count,
    )


@external
@view
def collateral_terms(asset: uint256) -> (uint256, uint256, uint256):
    """
    @notice What a buyer of collateral needs of an asset.
    @param asset Asset 1 to 8.
    @return Price (wad, fresh), haircut (bps), wad per token unit.
    """
    word: uint256 = book.collaterals[asset]
    price: uint256 = 0
    flags: uint256 = 0
    price, flags = marks._price(word & MASK_16)
    assert flags & 1 == 0, "house: stale price"
    assert (
        block.timestamp >= staticcall wiring.BOARD.grace_until(word & MASK_16)
    ), "house: grace period"
    return price, resources._haircut(word), 10 ** (18 - ((word >> 32) & 255))


@external
@view
def debt_layers(account: uint256) -> uint256[5]:
    """
    @notice A debt by the layer that paid for it.
    @param account Account id.
    @return Wads: member's cash, member's share, house, other members, uncovered.
    """
    return book.debts[account]


@external
@view
def margin_after(
    account: uint256, instrument: uint256, delta: int256, valuation: uint256
) -> IClearingHouse.Margin:
    """
    @notice The same, as if `delta` had changed hands at mark.
    @param account Account id.
    @param instrument Instrument id that trades.
    @param delta Signed size (wad).
    @param valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Equity (wad), requirement (wad), price flags (1 stale, 2 jumped).
    """
    return novation._preview(account, instrument, delta, valuation)


@external
@view
def instrument_terms(
    instrument: uint256,
) -> (uint256, uint256, uint256, uint256, uint256):
    """
    @notice What a liquidator needs of an instrument.
    @param instrument Instrument id that trades.
    @return Lot (wad), feed, asset class, mark (wad), and the price that notional
            is measured by (wad): the mark, or an option's forward.
    """
    terms: uint256 = market._open_terms(instrument)
    mark: uint256 = 0
    measure: uint256 = 0
    flags: uint256 = 0
    mark, measure, flags = marks._mark(instrument, terms)
    return (
        10 ** ((terms >> 96) & 255),
        (terms >> 32) & MASK_16,
        (terms >> 48) & 255,
        mark,
        measure,
    )


@external
@view
def doubt(account: uint256, instrument: uint256) -> (uint256, bool):
    """
    @notice How much of an account hangs on prices that are stale or in their
            grace period.
    @param account Account id.
    @param instrument Instrument id.
    @return Notional of those positions at the last prices (wad), and whether the
            instrument is one of them.
    """
    return calls._doubt(account, instrument)


@external
@view
def is_uncounted(account: uint256) -> bool:
    """
    @notice Whether gains are being counted and this account's have not been.
    @param account Account id.
    @return True if its positions must stand still until `count_gain`.
    """
    return book._is_uncounted(account)


@external
@view
def grace_until(account: uint256) -> uint256:
    """
    @notice When liquidation of an account may start again after one of the
            prices that its positions need had been stale.
    @param account Account id.
    @return Seconds; 0 if none was.
    """
    return calls._grace_until(account)


@external
@view
def take_over_desk() -> address:
    """
    @notice The code that other functions are delegated to.
    @return Its address.
    """
    return TAKE_OVER_DESK
