# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Harness that gives the tokens module an ABI
@license Apache-2.0
@notice For tests only: anybody may move anything.
"""


from ...contracts.modules import tokens


@external
def pull(token: address, payer: address, amount: uint256):
    """
    @notice `tokens._pull` with the caller's arguments.
    """
    tokens._pull(token, payer, amount)


@external
def push(token: address, payee: address, amount: uint256):
    """
    @notice `tokens._push` with the caller's arguments.
    """
    tokens._push(token, payee, amount)
