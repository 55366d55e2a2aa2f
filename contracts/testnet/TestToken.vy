# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Test token
@license Apache-2.0
@notice A plain ERC-20 of any name and number of decimals, for testnets and the
        embedded chain. It is worth nothing and must never be collateral on a
        chain that holds money: its minter makes as much of it as they like.
        Who may call what: `mint` is for the holder of the role "minter" alone;
        the rest is for each holder's own tokens. The role is handed over in two
        steps; the deployer is given nothing.
@dev    It behaves as the standard says and no more: returns true, takes no fee,
        calls nobody back. Misbehaving tokens live with the tests.
"""


from ethereum.ercs import IERC20


from ..modules import report_chain
from ..modules import roles


implements: IERC20


initializes: report_chain
initializes: roles[report_chain := report_chain]


exports: (
    report_chain.root,
    roles.holder_of,
    roles.successor_of,
    roles.hand_over_role,
    roles.accept_role,
)


# The role that may mint.
MINTER: constant(bytes32) = keccak256("minter")

# Transfer(sender indexed, receiver indexed, amount)
TRANSFER_TOPIC: constant(bytes32) = keccak256("Transfer(address,address,uint256)")

# Approval(owner indexed, spender indexed, amount)
APPROVAL_TOPIC: constant(bytes32) = keccak256("Approval(address,address,uint256)")


# How many decimal digits of a unit a wallet shows.
decimals: public(immutable(uint8))


# The token's long and short name.
name: public(String[32])
symbol: public(String[16])

# Units in existence, of a holder, and left of what a holder granted a spender.
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])


# Tokens moved; the zero address sends what is minted.
event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    amount: uint256  # units


# An allowance was set.
event Approval:
    owner: indexed(address)
    spender: indexed(address)
    amount: uint256  # units


# A role was offered (module roles).
event RoleProposed:
    role: indexed(bytes32)
    holder: indexed(address)
    successor: address


# A role was taken up (module roles).
event RoleAccepted:
    role: indexed(bytes32)
    holder: indexed(address)
    predecessor: address


@deploy
def __init__(long_name: String[32], short_name: String[16], digits: uint8, minter: address):
    """
    @notice Names the token and its minter.
    @param long_name The token's name.
    @param short_name Its symbol.
    @param digits Its decimals, at most 18.
    @param minter The first holder of the role "minter", not zero.
    """
    assert digits <= 18, "test token: decimals over 18"
    self.name = long_name
    self.symbol = short_name
    decimals = digits
    roles._set_holder(MINTER, minter)


@external
def mint(receiver: address, amount: uint256):
    """
    @notice Makes new tokens. Only the minter.
    @param receiver Who gets them.
    @param amount Units.
    """
    roles._check_holder(MINTER)
    self.totalSupply += amount
    self.balanceOf[receiver] += amount
    self._report_transfer(empty(address), receiver, amount)


@external
def transfer(receiver: address, amount: uint256) -> bool:
    """
    @notice Moves tokens of the caller's.
    @param receiver Who gets them.
    @param amount Units.
    @return bool Always true.
    """
    self._move(msg.sender, receiver, amount)
    return True


@external
def transferFrom(owner: address, receiver: address, amount: uint256) -> bool:
    """
    @notice Moves tokens of somebody who granted the caller an allowance.
    @param owner Whose tokens.
    @param receiver Who gets them.
    @param amount Units; the allowance falls by as much, an unlimited one too.
    @return bool Always true.
    """
    granted: uint256 = self.allowance[owner][msg.sender]
    assert granted >= amount, "test token: allowance too small"
    self.allowance[owner][msg.sender] = granted - amount
    self._move(owner, receiver, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    """
    @notice Lets somebody move tokens of the caller's.
    @param spender Who.
    @param amount Units, in place of what was granted before.
    @return bool Always true.
    """
    self.allowance[msg.sender][spender] = amount
    report_chain._report(
        APPROVAL_TOPIC,
        convert(msg.sender, bytes32),
        convert(spender, bytes32),
        abi_encode(amount),
    )
    return True


@internal
def _move(_from: address, _to: address, _amount: uint256):
    """
    @notice Moves tokens between two holders.
    @param _from Whose they were.
    @param _to Whose they are, not zero.
    @param _amount Units.
    """
    assert _to != empty(address), "test token: no receiver"
    assert self.balanceOf[_from] >= _amount, "test token: balance too small"
    self.balanceOf[_from] -= _amount
    self.balanceOf[_to] += _amount
    self._report_transfer(_from, _to, _amount)


@internal
def _report_transfer(_from: address, _to: address, _amount: uint256):
    """
    @notice Reports a move of tokens.
    @param _from Whose they were; zero when minted.
    @param _to Whose they are.
    @param _amount Units.
    """
    report_chain._report(
        TRANSFER_TOPIC,
        convert(_from, bytes32),
        convert(_to, bytes32),
        abi_encode(_amount),
    )
