# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Safe moves of ERC-20 tokens
@license Apache-2.0
@notice Pulls and pushes that end with exactly the balance that was asked for,
        or revert. Books are kept by amount, so a token that moves another
        amount than it was told would leave a hole for the last to withdraw.
@dev    Tokens that return nothing are taken as having succeeded, provided that
        there is code at the address; tokens that return false are refused. The
        reason of a token that reverts (a blocklist, too small an allowance)
        passes through unchanged.
        Amounts are units of the token. Zero amounts are the caller's to refuse.
        A token may call back from inside a transfer: whoever uses this module
        writes its books before a push, and holds its lock around both.
"""


from ethereum.ercs import IERC20


@internal
def _pull(_token: address, _from: address, _amount: uint256):
    """
    @notice Takes tokens from somebody who approved this contract.
    @dev A fee on transfer, and a pull from this contract itself, both leave the
         balance short and are refused here.
    @param _token The token's contract.
    @param _from Who pays; the caller has established that this is allowed.
    @param _amount Units that must arrive, no more and no less.
    """
    before: uint256 = staticcall IERC20(_token).balanceOf(self)
    assert extcall IERC20(_token).transferFrom(
        _from, self, _amount, default_return_value=True
    ), "tokens: transfer refused"
    balance: uint256 = staticcall IERC20(_token).balanceOf(self)
    assert balance == before + _amount, "tokens: amount received differs"


@internal
def _push(_token: address, _to: address, _amount: uint256):
    """
    @notice Pays tokens out of this contract.
    @dev Measured at both ends. At ours, because a fee on top of the amount would
         be paid by everybody else in the book; at the payee's, because a house
         that is paid by a fund books what it was promised.
         A push to this contract itself moves nothing and is refused.
    @param _token The token's contract.
    @param _to Who is paid.
    @param _amount Units that must leave and arrive, no more and no less.
    """
    before: uint256 = staticcall IERC20(_token).balanceOf(self)
    payee_before: uint256 = staticcall IERC20(_token).balanceOf(_to)
    assert extcall IERC20(_token).transfer(
        _to, _amount, default_return_value=True
    ), "tokens: transfer refused"
    balance: uint256 = staticcall IERC20(_token).balanceOf(self)
    assert before == balance + _amount, "tokens: amount sent differs"
    payee_balance: uint256 = staticcall IERC20(_token).balanceOf(_to)
    assert payee_balance == payee_before + _amount, "tokens: amount received differs"
