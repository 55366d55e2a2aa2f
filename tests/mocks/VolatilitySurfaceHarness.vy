# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Harness: opens the volatility surface module to tests
@license Apache-2.0
"""


from ...contracts.modules import volatility_surface


@external
@pure
def bracket(
    axis: uint256, count: uint256, unit: uint256, x: uint256
) -> (uint256, uint256, uint256, uint256):
    """
    @notice `volatility_surface._bracket`.
    """
    return volatility_surface._bracket(axis, count, unit, x)


@external
@pure
def across_strikes(
    low: uint256, high: uint256, x0: uint256, x1: uint256, x: uint256
) -> uint256:
    """
    @notice `volatility_surface._across_strikes`.
    """
    return volatility_surface._across_strikes(low, high, x0, x1, x)


@external
@pure
def across_time(near: uint256, far: uint256, t0: uint256, t1: uint256, t: uint256) -> uint256:
    """
    @notice `volatility_surface._across_time`.
    """
    return volatility_surface._across_time(near, far, t0, t1, t)
