# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: token that answers false
@license Apache-2.0
@notice It moves what it was asked to move, or nothing, and says that it failed.
"""


from . import token_ledger


initializes: token_ledger


exports: token_ledger.__interface__


# Whether it moves the units all the same.
moves: public(bool)


@external
def set_moves(moves: bool):
    """
    @notice Sets whether units move in spite of the answer.
    """
    self.moves = moves



@external
def transfer(receiver: address, amount: uint256) -> bool:
    """
    @notice Moves units of the caller's.
    """
    if self.moves:
        token_ledger._move(msg.sender, receiver, amount, amount)
    return False


@external
def transferFrom(owner: address, receiver: address, amount: uint256) -> bool:
    """
    @notice Moves units of somebody who approved the caller.
    """
    token_ledger._spend(owner, amount)
    if self.moves:
        token_ledger._move(owner, receiver, amount, amount)
    return False
