# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Harness: opens the jurisdictions module to tests
@license Apache-2.0
"""


from ...contracts.modules import jurisdictions


@external
@pure
def is_jurisdiction(code: uint256) -> bool:
    """
    @notice `jurisdictions._is_jurisdiction`.
    """
    return jurisdictions._is_jurisdiction(code)
