# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: token that takes a fee
@license Apache-2.0
@notice A fee comes out of what arrives, or on top of what leaves.
"""


from . import token_ledger


initializes: token_ledger


exports: token_ledger.__interface__


# Basis points kept from what arrives, and added to what leaves.
fee_bps: public(uint256)
on_top_bps: public(uint256)


@external
def set_fees(fee_bps: uint256, on_top_bps: uint256):
    """
    @notice Sets both fees, basis points of the amount.
    """
    self.fee_bps = fee_bps
    self.on_top_bps = on_top_bps


@internal
def _charge(_from: address, _to: address, _amount: uint256):
    """
    @notice Moves an amount and burns the fees.
    """
    taken: uint256 = _amount + _amount * self.on_top_bps // 10_000
    given: uint256 = _amount - _amount * self.fee_bps // 10_000
    token_ledger._move(_from, _to, taken, given)


@external
def transfer(receiver: address, amount: uint256) -> bool:
    """
    @notice Moves units of the caller's.
    """
    self._charge(msg.sender, receiver, amount)
    return True


@external
def transferFrom(owner: address, receiver: address, amount: uint256) -> bool:
    """
    @notice Moves units of somebody who approved the caller.
    """
    token_ledger._spend(owner, amount)
    self._charge(owner, receiver, amount)
    return True
