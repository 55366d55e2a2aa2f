# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Denials: acts that the gate refused and that leave a trace
@license Apache-2.0
@notice A transaction that reverts reports nothing. Whoever wants a refusal on the
        ledger calls a function that asks the gate first, answers its reason and
        reports `ActDenied`: `deny_trade` here, `try_deposit` and `try_withdraw` in
        custody. Nothing else is changed by a denial.
"""


from ...modules import action_gate
from ...modules import report_chain
from . import book
from . import wiring


uses: report_chain
uses: book
uses: wiring


ACT_DENIED_TOPIC: constant(bytes32) = keccak256(
    "ActDenied(uint256,address,uint256,uint256,uint256,int256,bytes32)"
)


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
    @notice Asks the gate about both sides of a match and reports what it denies.
            Only the order matcher, which has checked both owners' signatures.
    @param buyer Owner of the buying account.
    @param seller Owner of the selling account.
    @param buyer_account Account id.
    @param seller_account Account id.
    @param instrument Instrument id.
    @param size Wad.
    @param match_id Names the match.
    @return Reason of the buyer and, times 256, of the seller; 0 = both may.
    """
    assert msg.sender == wiring.MATCHER, "house: not the matcher"
    terms: uint256 = book.instruments[instrument]
    assert terms != 0, "house: unknown instrument"
    # Half a lot cannot be traded, and so not be denied.
    assert (
        size > 0 and size < 2**111 and size % 10 ** ((terms >> 96) & 255) == 0
    ), "house: bad size"
    delta: int256 = convert(size, int256)
    buying: uint256 = self._action(buyer_account, instrument, delta)
    selling: uint256 = self._action(seller_account, instrument, -delta)
    buyer_reason: uint256 = 0
    seller_reason: uint256 = 0
    bought: uint256 = 0
    sold: uint256 = 0
    buyer_reason, seller_reason, bought, sold = staticcall wiring.PARTIES.gate_trade(
        buyer,
        buyer_account,
        buying,
        seller,
        seller_account,
        selling,
        (terms >> 48) & 255,
        instrument,
    )
    if buyer_reason != 0:
        self._deny(buyer_account, buyer, buying, buyer_reason, instrument, delta, match_id)
    if seller_reason != 0:
        self._deny(seller_account, seller, selling, seller_reason, instrument, -delta, match_id)
    return buyer_reason | (seller_reason << 8)


@internal
@view
def _action(_account: uint256, _instrument: uint256, _delta: int256) -> uint256:
    """
    @notice What a trade is to an account.
    @param _account Account id.
    @param _instrument Instrument id.
    @param _delta Signed size (wad).
    @return Action code of the action gate module.
    """
    size: int256 = 0
    quote: int256 = 0
    size, quote = book._position(book._load(_account, _instrument))
    return action_gate._action_of(size, _delta)


@internal
def _deny(
    _account: uint256,
    _wallet: address,
    _action: uint256,
    _reason: uint256,
    _subject: uint256,
    _amount: int256,
    _reference: bytes32,
):
    """
    @notice Reports an act that the gate refused.
    @param _account The account that was acted for.
    @param _wallet Who wanted to act.
    @param _action Action code of the action gate module.
    @param _reason The gate's reason.
    @param _subject Instrument id, or asset of a payment.
    @param _amount Signed size (wad), or token units of a payment.
    @param _reference Names the match; zero for a payment.
    """
    report_chain._report(
        ACT_DENIED_TOPIC,
        convert(_account, bytes32),
        convert(_wallet, bytes32),
        abi_encode(_action, _reason, _subject, _amount, _reference),
    )
