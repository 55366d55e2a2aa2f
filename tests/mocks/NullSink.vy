# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: a house that does nothing, to weigh the matcher alone
@license Apache-2.0
"""


from ...contracts.interfaces import ITradeSink


implements: ITradeSink


@external
def trade(
    buyer: address,
    seller: address,
    buyer_account: uint256,
    seller_account: uint256,
    instrument: uint256,
    size: uint256,
    price: uint256,
    match_id: bytes32,
):
    """
    @notice Takes a match and forgets it.
    """
    pass


@external
def deny_trade(
    buyer: address,
    seller: address,
    buyer_account: uint256,
    seller_account: uint256,
    instrument: uint256,
    size: uint256,
    match_id: bytes32,
) -> uint256:
    """
    @notice Denies nobody.
    """
    return 0
