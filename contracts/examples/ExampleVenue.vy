# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Example venue: one perpetual contract on one underlier
@license Apache-2.0
@notice A venue that is not the clearing house and obeys the same rules: it imports the
        modules of this project and asks the deployed party registry, price board and
        order matcher. Its contract pays no funding and is worth its underlier's price.
        Who may call what:
        - the order matcher, with two signed orders: `trade`;
        - an account's own wallet: `deposit`, `withdraw`;
        - a professional's wallet, into its own account: `liquidate`, `buy_collateral`;
        - anyone: `write_off`, `contribute` and every view;
        - the operator (two-step role): `stop_opening`. It has no power over thresholds,
          prices or money, and nobody else has any power. The deployer is given none.
@dev    An example: it has no default fund. What the reserve does not cover stops opening
        and withdrawals of money until it is paid. Accounts need not be opened: a party's
        id in the registry is its account. The parts: `venue_book` (connections, state),
        `venue_margin`, `venue_trading`, `venue_custody`. `report_chain` comes first: its
        root is storage slot 0.
"""


from ..interfaces import IClearingHouse
from ..interfaces import ITradeSink

implements: ITradeSink

from ..modules import report_chain
from ..modules import roles
from .parts import venue_book as book
from .parts import venue_custody as custody
from .parts import venue_margin as margins
from .parts import venue_trading as trading


initializes: report_chain
initializes: roles[report_chain := report_chain]
initializes: book
initializes: margins[book := book]
initializes: custody[report_chain := report_chain, book := book, margins := margins]
initializes: trading[
    report_chain := report_chain, roles := roles, book := book, margins := margins
]


exports: (
    report_chain.root,
    roles.hand_over_role,
    roles.accept_role,
    roles.holder_of,
    roles.successor_of,
    book.accounts,
    book.balances,
    book.reserve,
    book.RULEBOOK,
    book.PARTIES,
    book.BOARD,
    book.MATCHER,
    book.INSTRUMENT,
    book.FEED,
    book.LOT,
    book.RATE_BPS,
    book.TOKEN,
    custody.deposit,
    custody.withdraw,
    custody.buy_collateral,
    custody.write_off,
    custody.contribute,
    trading.trade,
    trading.liquidate,
    trading.stop_opening,
    trading.is_stopped,
)


event RoleProposed:
    role: indexed(bytes32)
    holder: indexed(address)
    successor: address

# A role has a new holder; `predecessor` zero for the first.
event RoleAccepted:
    role: indexed(bytes32)
    holder: indexed(address)
    predecessor: address

# One leg of a fill, with the account after it. The clearing house has the same event.
event TradeReported:
    account: indexed(uint256)
    instrument: indexed(uint256)
    uti: bytes32  # LEI in 104 bits, then 128 bits
    prior_uti: bytes32  # names the match
    execution: uint256  # way | action << 8 | account flags << 16 (1 exists, 2 retail)
    size: int256  # wad, + bought
    price: uint256  # wad
    index: uint256  # wad; the price board's
    position_size: int256  # wad, after
    position_quote: int256  # wad, after
    cash: int256  # wad, after
    equity: int256  # wad, after
    initial_margin: uint256  # wad, after

# A position was taken over; its two legs were reported just before. As in the house.
event PositionLiquidated:
    account: indexed(uint256)
    instrument: indexed(uint256)
    taker: uint256  # account id
    mode: uint256  # 2 liquidation
    size: uint256  # wad
    mark: uint256  # wad
    penalty: uint256  # wad, to the taker
    equity_before: int256  # wad
    margin_before: uint256  # wad
    equity_after: int256  # wad
    margin_after: uint256  # wad

# An account paid in. As in the house.
event CollateralDeposited:
    account: indexed(uint256)
    asset: indexed(uint256)  # 0 is the settlement token
    amount: uint256  # token units
    balance: int256  # after; token units, of asset 0 the cash (wad)

# An account took out. As in the house.
event CollateralWithdrawn:
    account: indexed(uint256)
    asset: indexed(uint256)
    amount: uint256  # token units
    balance: int256  # after; token units, of asset 0 the cash (wad)

# Collateral of an account that owes cash was bought. As in the house.
event CollateralSold:
    account: indexed(uint256)
    asset: indexed(uint256)
    buyer: uint256  # account id
    amount: uint256  # token units
    cost: uint256  # wad
    cash: int256  # wad; the seller's, after
    balance: uint256  # token units; the seller's, after
    buyer_cash: int256  # wad, after
    buyer_balance: uint256  # token units, after

# The reserve paid what an account could not.
event ReserveCharged:
    account: indexed(uint256)
    debt: indexed(uint256)  # wad that it owes the reserve, after; retail owes nothing
    deficit: uint256  # wad
    reserve: int256  # wad, after

# The reserve received money: a gift, or the debt of an account.
event ReserveRaised:
    wallet: indexed(address)
    account: indexed(uint256)  # 0 if a gift
    amount: uint256  # wad
    reserve: int256  # wad, after

# The operator stopped new risk, or allowed it again.
event OpeningChanged:
    operator: indexed(address)
    instrument: indexed(uint256)
    stopped: bool


@deploy
def __init__(
    rulebook: address,
    parties: address,
    instruments: address,
    board: address,
    matcher: address,
    instrument: uint256,
    token: address,
    token_feed: uint256,
    lei: uint256,
    operator: address,
    assets: DynArray[book.Asset, book.MAX_ASSETS],
):
    """
    @notice Connects the venue, for good, and names the operator. Whoever deploys it, a
            factory as well, is given nothing.
    @param rulebook Rulebook; its digest must be the one compiled in.
    @param parties Party registry.
    @param instruments Instrument registry.
    @param board Price board.
    @param matcher Order matcher, the only one that may bring trades.
    @param instrument Id of a perpetual in the instrument registry.
    @param token Settlement token: e-money at par, at most 18 decimals.
    @param token_feed Its feed on the board.
    @param lei The venue's LEI, 20 characters in base 36.
    @param operator First holder of the operator's role.
    @param assets Collateral beside the settlement token, known as 1, 2, .. in this order.
    """
    book.__init__(
        rulebook,
        parties,
        instruments,
        board,
        matcher,
        instrument,
        token,
        token_feed,
        lei,
        assets,
    )
    roles._set_holder(trading.OPERATOR, operator)


@external
@view
def margin(account: uint256, valuation: uint256) -> IClearingHouse.Margin:
    """
    @notice An account against its requirement, now. Anyone.
    @param account Account id.
    @param valuation 0 opening, 1 withdrawal, 2 close-out.
    @return Equity (wad), requirement (wad), flags: 1 stale, 2 jumped.
    """
    assert valuation <= margins.CLOSE_OUT, "venue: unknown valuation"
    return margins._assess(account, book.accounts[account], valuation)
