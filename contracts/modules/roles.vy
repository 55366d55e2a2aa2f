# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Roles with one holder each and a two-step hand-over
@license Apache-2.0
@notice A role is named by keccak256 of its name and has one holder. The holder
        proposes a successor, who must accept: a mistyped address costs nothing.
        A constructor names every first holder explicitly, so whoever deploys
        the contract (a factory, say) ends with no power.
@dev    The contract that uses this module declares `RoleProposed` and
        `RoleAccepted`, so that both enter its ABI.
"""


from . import report_chain


uses: report_chain


# RoleProposed(role indexed, holder indexed, successor)
ROLE_PROPOSED_TOPIC: constant(bytes32) = keccak256("RoleProposed(bytes32,address,address)")

# RoleAccepted(role indexed, holder indexed, predecessor); predecessor is zero
# for the first holder, whom the constructor names.
ROLE_ACCEPTED_TOPIC: constant(bytes32) = keccak256("RoleAccepted(bytes32,address,address)")


# Role to its holder; the zero address means that nobody holds it, for good.
holder_of: public(HashMap[bytes32, address])

# Role to whom it is offered.
successor_of: public(HashMap[bytes32, address])


@external
def hand_over_role(role: bytes32, successor: address):
    """
    @notice Offers a role. Only its holder; the zero address withdraws an offer.
    @param role keccak256 of the role's name.
    @param successor Who may accept it.
    """
    assert msg.sender == self.holder_of[role], "roles: not the holder"
    self.successor_of[role] = successor
    report_chain._report(
        ROLE_PROPOSED_TOPIC, role, convert(msg.sender, bytes32), abi_encode(successor)
    )


@external
def accept_role(role: bytes32):
    """
    @notice Takes over a role. Only the one to whom it is offered.
    @param role keccak256 of the role's name.
    """
    assert msg.sender == self.successor_of[role], "roles: not the successor"
    self.successor_of[role] = empty(address)
    self._set_holder(role, msg.sender)


@internal
def _set_holder(_role: bytes32, _holder: address):
    """
    @notice Writes a holder; called by constructors and by `accept_role`.
    @param _role keccak256 of the role's name.
    @param _holder The new holder, not zero.
    """
    assert _holder != empty(address), "roles: no holder"
    predecessor: address = self.holder_of[_role]
    self.holder_of[_role] = _holder
    report_chain._report(
        ROLE_ACCEPTED_TOPIC, _role, convert(_holder, bytes32), abi_encode(predecessor)
    )


@internal
@view
def _check_holder(_role: bytes32):
    """
    @notice Reverts unless the caller holds the role.
    @param _role keccak256 of the role's name.
    """
    assert msg.sender == self.holder_of[_role], "roles: not the holder"
