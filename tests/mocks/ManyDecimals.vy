# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: a token finer than a wad
@license Apache-2.0
"""


@external
@view
def decimals() -> uint8:
    """
    @notice Nineteen, one more than a house can scale.
    """
    return 19
