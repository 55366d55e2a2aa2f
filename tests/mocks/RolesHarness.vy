# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Roles harness
@license Apache-2.0
@notice A test's smallest contract with a report chain and roles: any caller
        reports, the holder of the one role sets the number.
"""


from ...contracts.modules import report_chain
from ...contracts.modules import roles


initializes: report_chain
initializes: roles[report_chain := report_chain]


exports: (
    report_chain.root,
    roles.holder_of,
    roles.successor_of,
    roles.hand_over_role,
    roles.accept_role,
)


# The one role of this contract.
KEEPER: constant(bytes32) = keccak256("keeper")

# NumberSet(keeper indexed, slot indexed, number)
NUMBER_SET_TOPIC: constant(bytes32) = keccak256("NumberSet(address,uint256,uint256)")


# What the keeper wrote last.
number: public(uint256)


event NumberSet:
    keeper: indexed(address)  # who set it
    slot: indexed(uint256)  # always 1
    number: uint256  # the new number, no unit


event RoleProposed:
    role: indexed(bytes32)  # keccak256 of the role's name
    holder: indexed(address)  # who offers it
    successor: address  # to whom


event RoleAccepted:
    role: indexed(bytes32)  # keccak256 of the role's name
    holder: indexed(address)  # who has it now
    predecessor: address  # who had it; zero for the first


@deploy
def __init__(keeper: address):
    """
    @notice Names the first keeper.
    @param keeper The holder of the one role.
    """
    roles._set_holder(KEEPER, keeper)


@external
def set_number(number: uint256):
    """
    @notice Stores a number. Only the keeper; 13 is refused.
    @param number The number, no unit.
    """
    roles._check_holder(KEEPER)
    assert number != 13, "harness: unlucky number"
    self.number = number
    report_chain._report(
        NUMBER_SET_TOPIC,
        convert(msg.sender, bytes32),
        convert(convert(1, uint256), bytes32),
        abi_encode(number),
    )


@external
def report(topic1: bytes32, topic2: bytes32, data: Bytes[512]):
    """
    @notice Reports anything, for tests of the chain itself.
    @param topic1 The first indexed field.
    @param topic2 The second indexed field.
    @param data The data.
    """
    report_chain._report(NUMBER_SET_TOPIC, topic1, topic2, data)


@external
@view
def clock() -> (uint256, uint256):
    """
    @notice Block time and number as a call sees them.
    """
    return block.timestamp, block.number


@external
@view
def refuse(reason: String[32]):
    """
    @notice Reverts with the given reason.
    @param reason The reason.
    """
    assert False, reason
