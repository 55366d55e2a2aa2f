# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Ledger that the misbehaving tokens of the tests share
@license Apache-2.0
@notice Balances and allowances that anybody may mint; how a transfer answers is
        the mock's own affair.
"""


decimals: public(constant(uint8)) = 6


balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])


@external
def mint(receiver: address, amount: uint256):
    """
    @notice Makes units out of nothing.
    """
    self.balanceOf[receiver] += amount


@external
def approve(spender: address, amount: uint256) -> bool:
    """
    @notice Sets an allowance of the caller's.
    """
    self.allowance[msg.sender][spender] = amount
    return True


@internal
def _spend(_owner: address, _amount: uint256):
    """
    @notice Uses up an allowance of the caller's.
    """
    assert self.allowance[_owner][msg.sender] >= _amount, "mock token: allowance"
    self.allowance[_owner][msg.sender] -= _amount


@internal
def _move(_from: address, _to: address, _taken: uint256, _given: uint256):
    """
    @notice Takes from one holder and gives to another, not always the same.
    """
    assert self.balanceOf[_from] >= _taken, "mock token: balance"
    self.balanceOf[_from] -= _taken
    self.balanceOf[_to] += _given
