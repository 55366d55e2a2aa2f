# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: a house as a default fund sees it, its own party registry included
@license Apache-2.0
"""


from ethereum.ercs import IERC20


from ...contracts.interfaces import IDefaultFund
from ...contracts.interfaces import IHouseView
from ...contracts.modules import action_gate


implements: IHouseView


word_of: public(HashMap[address, uint256])
carried_accounts: public(HashMap[uint256, uint256])
fund: public(address)
paid: public(uint256[3])


@external
@view
def party_registry() -> address:
    """
    @notice The registry is this contract.
    """
    return self


@external
@view
def gate(wallet: address, account: uint256, action: uint256, asset_class: uint256) -> (
    uint256, uint256
):
    """
    @notice The registry's gate, as far as a fund needs it.
    """
    word: uint256 = self.word_of[wallet]
    reason: uint256 = action_gate._reason(
        word, account, action, asset_class, block.timestamp, 0
    )
    return reason, word


@external
def set_fund(fund: address):
    """
    @notice Sets whom it draws on.
    """
    self.fund = fund


@external
def set_word(wallet: address, word: uint256):
    """
    @notice Sets a wallet's party word.
    """
    self.word_of[wallet] = word


@external
def set_carried(member: uint256, count: uint256):
    """
    @notice Sets how many accounts a member carries.
    """
    self.carried_accounts[member] = count


@external
def absorb(member: uint256, amount: uint256):
    """
    @notice Draws on its book and remembers the answer.
    """
    a: uint256 = 0
    b: uint256 = 0
    c: uint256 = 0
    a, b, c = extcall IDefaultFund(self.fund).absorb(member, amount)
    self.paid = [a, b, c]


@external
def refill(
    token: address,
    approved: uint256,
    member: uint256,
    from_member: uint256,
    from_house: uint256,
    from_others: uint256,
):
    """
    @notice Approves the fund and gives back.
    """
    extcall IERC20(token).approve(self.fund, approved, default_return_value=True)
    extcall IDefaultFund(self.fund).refill(member, from_member, from_house, from_others)
