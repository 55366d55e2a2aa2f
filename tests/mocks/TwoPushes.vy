# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock that brings two reports in one transaction
@license Apache-2.0
"""


interface Board:
    def push(
        feed: uint256, price: uint256, timestamp: uint256, signatures: DynArray[Bytes[65], 8]
    ): nonpayable


BOARD: immutable(Board)


@deploy
def __init__(board: address):
    """
    @notice Names the board.
    """
    BOARD = Board(board)


@external
def push_two(
    feed: uint256,
    price: uint256,
    timestamp: uint256,
    signatures: DynArray[Bytes[65], 8],
    other_feed: uint256,
    other_price: uint256,
    other_timestamp: uint256,
    other_signatures: DynArray[Bytes[65], 8],
):
    """
    @notice Both, in this order.
    """
    extcall BOARD.push(feed, price, timestamp, signatures)
    extcall BOARD.push(other_feed, other_price, other_timestamp, other_signatures)
