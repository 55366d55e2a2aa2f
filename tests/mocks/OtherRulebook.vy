# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: a rulebook with other rules
@license Apache-2.0
"""


@external
@view
def digest() -> bytes32:
    """
    @notice A digest that no house was compiled with.
    """
    return keccak256("other rules")
