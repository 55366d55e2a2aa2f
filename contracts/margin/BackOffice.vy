# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize codesize
"""
@title Back office of a clearing house
@license Apache-2.0
@notice Code without a state of its own: the clearing house delegates to it, so
        that every function here runs at the house's address, on the house's
        storage and report chain. Who may call what is said at the head of
        `ClearingHouse`.
@dev    Called at its own address, it finds an empty book and refuses: there are
        no accounts, no members and no holder of any role.
        The part: `custody` (members, accounts, money in and out). What is not here
        is delegated on, to the loss desk.
"""


from ..interfaces import IDenialSink
from ..interfaces import IHouseView
from ..interfaces import ILossDesk

implements: IDenialSink
implements: IHouseView

from ..modules import report_chain
from ..modules import roles
from .parts import assessment
from .parts import book
from .parts import custody
from .parts import denials
from .parts import marks
from .parts import resources
from .parts import wiring


initializes: report_chain
initializes: roles[report_chain := report_chain]
initializes: book
initializes: wiring
initializes: marks[book := book, wiring := wiring]
initializes: resources[book := book, wiring := wiring]
initializes: assessment[book := book, wiring := wiring, resources := resources]
initializes: denials[report_chain := report_chain, book := book, wiring := wiring]
initializes: custody[
    report_chain := report_chain,
    roles := roles,
    book := book,
    wiring := wiring,
    assessment := assessment,
    marks := marks,
    denials := denials,
]


exports: (
    # Roles
    roles.__interface__,
    # State, packed as `book` says
    book.entry_notional,
    book.collaterals,
    book.tokens,
    book.asset_count,
    book.carried_accounts,
    book.backstop,
    book.backstop_total,
    # Members, accounts, money
    custody.list_collateral,
    custody.admit_member,
    custody.open_account,
    custody.close_account,
    custody.commit_backstop,
    custody.deposit,
    custody.withdraw,
    # Acts that leave a trace also where the gate denies them
    custody.try_deposit,
    custody.try_withdraw,
    denials.deny_trade,
)


# Most that a function of the loss desk answers (bytes).
MAX_ANSWER: constant(uint256) = 512


# The code that other functions are delegated to.
LOSS_DESK: immutable(address)


# A party became a clearing member. CDE 2.16 (its LEI, by the registry).
event MemberAdmitted:
    member: indexed(uint256)
    wallet: indexed(address)
    flags: uint256  # account flags

# A client's account was opened by the member that carries it.
event AccountOpened:
    account: indexed(uint256)  # CDE 2.30
    member: indexed(uint256)  # CDE 2.16
    wallet: address
    flags: uint256  # account flags

event AccountClosed:
    account: indexed(uint256)  # CDE 2.30
    member: indexed(uint256)  # CDE 2.16
    wallet: address

# A member promises to take over up to `amount` of notional.
event BackstopCommitted:
    member: indexed(uint256)
    wallet: indexed(address)
    amount: uint256  # wad

event CollateralListed:
    asset: indexed(uint256)
    feed: indexed(uint256)
    token: address
    word: uint256  # collateral word

event CollateralDeposited:
    account: indexed(uint256)  # CDE 2.30
    asset: indexed(uint256)  # 0 = settlement token
    amount: uint256  # token units; CDE 2.31
    balance: int256  # asset 0: cash (wad) after; else token units after

event CollateralWithdrawn:
    account: indexed(uint256)  # CDE 2.30
    asset: indexed(uint256)  # 0 = settlement token
    amount: uint256  # token units
    balance: int256  # asset 0: cash (wad) after; else token units after

# The gate denied an act, and nothing else happened.
event ActDenied:
    account: indexed(uint256)  # CDE 2.30
    wallet: indexed(address)  # who wanted to act
    action: uint256  # 1 open .. 7 deposit (action gate module)
    reason: uint256  # the gate's reason (action gate module)
    subject: uint256  # instrument id, or asset of a payment
    amount: int256  # signed size (wad), or token units of a payment
    reference: bytes32  # names the match; zero for a payment


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
    loss_desk_: address,
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
    @param loss_desk_ Loss desk, deployed with the same arguments before.
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
        staticcall ILossDesk(loss_desk_).wiring_hash() == wiring._hash()
    ), "house: other loss desk"
    LOSS_DESK = loss_desk_


@external
@raw_return
@reentrant
def __default__() -> Bytes[MAX_ANSWER]:
    """
    @notice Delegates on to the loss desk, whose own functions take the lock.
    @return What the loss desk answers.
    """
    return raw_call(LOSS_DESK, msg.data, max_outsize=MAX_ANSWER, is_delegate_call=True)


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
def balance_of(account: uint256, asset: uint256) -> uint256:
    """
    @notice Collateral held.
    @param account Account id.
    @param asset Asset 1 to 8.
    @return Token units.
    """
    return book._balance(account, asset)


@external
@view
def house_terms() -> (address, address, address, address, uint256, uint256, uint256):
    """
    @notice What the house was built with.
    @return Matcher, close-out contract, default fund, settlement token, its
            feed, regime, LEI in base 36.
    """
    return (
        wiring.MATCHER,
        wiring.CLOSE_OUT,
        wiring.FUND.address,
        wiring.TOKEN,
        wiring.TOKEN_FEED,
        wiring.REGIME,
        wiring.LEI,
    )


@external
@view
def party_registry() -> address:
    """
    @notice The party registry.
    @return Its address.
    """
    return wiring.PARTIES.address


@external
@view
def price_board() -> address:
    """
    @notice The price board.
    @return Its address.
    """
    return wiring.BOARD.address


@external
@view
def loss_desk() -> address:
    """
    @notice The code that other functions are delegated to.
    @return Its address.
    """
    return LOSS_DESK
