# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Take-over desk of a clearing house
@license Apache-2.0
@notice Code without a state of its own, like the loss desk that delegates to it:
        several positions taken over at once. Only the close-out contract calls.
@dev    Called at its own address, it finds an empty book and refuses.
"""


from ..interfaces import ITakeOverDesk

implements: ITakeOverDesk

from ..modules import report_chain
from ..modules import roles
from .parts import assessment
from .parts import batch
from .parts import book
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
initializes: batch[
    report_chain := report_chain,
    book := book,
    wiring := wiring,
    assessment := assessment,
    market := market,
    novation := novation,
    marks := marks,
]


exports: batch.take_over_many


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
@view
def wiring_hash() -> bytes32:
    """
    @notice What the house compares with its own arguments when it is built.
    @return keccak256 of the ABI encoding of every connection.
    """
    return wiring._hash()
