# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: says how long it makes acts wait and who signs, and does neither
@license Apache-2.0
"""


# Seconds.
getMinDelay: public(immutable(uint256))

# How many owners sign.
getThreshold: public(constant(uint256)) = 2


@deploy
def __init__(delay: uint256):
    """
    @notice Fixes what it says.
    """
    getMinDelay = delay


@external
@view
def getOwners() -> DynArray[address, 3]:
    """
    @notice Three owners.
    """
    return [self, msg.sender, empty(address)]


@external
@payable
def act(target: address, data: Bytes[1024]):
    """
    @notice Calls anything at once, for whoever asks.
    """
    raw_call(target, data)
