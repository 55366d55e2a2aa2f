# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock: a house that only takes down the matches it is given
@license Apache-2.0
@notice It can be armed to refuse, or to call the matcher back.
"""


from ...contracts.interfaces import ITradeSink


implements: ITradeSink


struct Trade:
    caller: address
    buyer: address
    seller: address
    buyer_account: uint256
    seller_account: uint256
    instrument: uint256
    size: uint256
    price: uint256
    match_id: bytes32


trades: DynArray[Trade, 16]
refusing: public(bool)
reasons: uint256
denials: public(DynArray[bytes32, 16])
payload: Bytes[2048]
reentered: public(bool)


@external
def set_refusing(refusing: bool):
    """
    @notice Makes every trade revert, or not.
    """
    self.refusing = refusing


@external
def set_reasons(reasons: uint256):
    """
    @notice What every question about a match is answered from now on.
    """
    self.reasons = reasons


@external
def arm(payload: Bytes[2048]):
    """
    @notice Sets what the next trade calls the matcher with.
    """
    self.payload = payload


@external
def trade(
    buyer: address,
    seller: address,
    buyer_account: uint256,
    seller_account: uint256,
    instrument: uint256,
    size: uint256,
    price: uint256,
    match_id: bytes32,
):
    """
    @notice Takes a match down.
    """
    assert not self.refusing, "sink: refused"
    self.trades.append(
        Trade(
            caller=msg.sender,
            buyer=buyer,
            seller=seller,
            buyer_account=buyer_account,
            seller_account=seller_account,
            instrument=instrument,
            size=size,
            price=price,
            match_id=match_id,
        )
    )
    if len(self.payload) != 0:
        self.reentered = raw_call(msg.sender, self.payload, revert_on_failure=False)


@external
def deny_trade(
    buyer: address,
    seller: address,
    buyer_account: uint256,
    seller_account: uint256,
    instrument: uint256,
    size: uint256,
    match_id: bytes32,
) -> uint256:
    """
    @notice Takes the question down and answers as it was told.
    """
    self.denials.append(match_id)
    return self.reasons


@external
@view
def all_trades() -> DynArray[Trade, 16]:
    """
    @notice Every match so far, in order.
    """
    return self.trades
