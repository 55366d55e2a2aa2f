# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: token that returns nothing
@license Apache-2.0
@notice As a well-known dollar token does.
"""


from . import token_ledger


initializes: token_ledger


exports: token_ledger.__interface__


@external
def transfer(receiver: address, amount: uint256):
    """
    @notice Moves units of the caller's.
    """
    token_ledger._move(msg.sender, receiver, amount, amount)


@external
def transferFrom(owner: address, receiver: address, amount: uint256):
    """
    @notice Moves units of somebody who approved the caller.
    """
    token_ledger._spend(owner, amount)
    token_ledger._move(owner, receiver, amount, amount)
