# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: token with a blocklist
@license Apache-2.0
@notice Whoever is on the list neither sends nor receives.
"""


from . import token_ledger


initializes: token_ledger


exports: token_ledger.__interface__


# Who is barred.
blocked: public(HashMap[address, bool])


@external
def set_blocked(holder: address, blocked: bool):
    """
    @notice Puts a holder on the list, or takes them off it.
    """
    self.blocked[holder] = blocked


@internal
@view
def _check(_from: address, _to: address):
    """
    @notice Reverts if either end is barred.
    """
    assert not self.blocked[_from], "mock token: sender blocked"
    assert not self.blocked[_to], "mock token: receiver blocked"



@external
def transfer(receiver: address, amount: uint256) -> bool:
    """
    @notice Moves units of the caller's.
    """
    self._check(msg.sender, receiver)
    token_ledger._move(msg.sender, receiver, amount, amount)
    return True


@external
def transferFrom(owner: address, receiver: address, amount: uint256) -> bool:
    """
    @notice Moves units of somebody who approved the caller.
    """
    token_ledger._spend(owner, amount)
    self._check(owner, receiver)
    token_ledger._move(owner, receiver, amount, amount)
    return True
