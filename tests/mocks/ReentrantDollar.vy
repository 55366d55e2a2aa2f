# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: a token of six decimals that calls back
@license Apache-2.0
@notice From inside a transfer it calls whatever it was armed with, once.
"""


from . import token_ledger


initializes: token_ledger


exports: token_ledger.__interface__


# Whom it calls, with what, and whether that call was made and succeeded.
target: address
payload: Bytes[1024]
called: public(bool)
succeeded: public(bool)


@external
def arm(target: address, payload: Bytes[1024]):
    """
    @notice Sets the call that the next transfer makes.
    """
    self.target = target
    self.payload = payload
    self.called = False
    self.succeeded = False


@internal
def _call_back():
    """
    @notice Makes the armed call and remembers how it went.
    """
    if self.target != empty(address) and not self.called:
        self.called = True
        self.succeeded = raw_call(self.target, self.payload, revert_on_failure=False)


@external
def transfer(receiver: address, amount: uint256) -> bool:
    """
    @notice Moves units of the caller's.
    """
    self._call_back()
    token_ledger._move(msg.sender, receiver, amount, amount)
    return True


@external
def transferFrom(owner: address, receiver: address, amount: uint256) -> bool:
    """
    @notice Moves units of somebody who approved the caller.
    """
    token_ledger._spend(owner, amount)
    self._call_back()
    token_ledger._move(owner, receiver, amount, amount)
    return True
