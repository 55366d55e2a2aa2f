# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Order matcher
@license Apache-2.0
@notice Checks two orders that their owners signed off chain (EIP-712) and hands
        the match to the clearing house that both name.
        Who may call what: `match` and `try_match` are for anyone, unless an order
        names a venue, and then for that venue only; `cancel` and `cancel_many` are for each
        owner's own nonces. There is no role, no owner and nothing to configure;
        the contract holds no money and whoever deploys it has no power.
@dev    It knows no house. Orders name theirs, so that a hostile house can spoil
        only orders that were signed for it.
        Nonces live in words of 128, two bits each: 0 fresh, 1 partly filled,
        3 used (filled whole, or cancelled). The middle state tells a fresh
        order from a partly filled one without reading its fill slot, 2,100 gas
        a side as a rule. The slot exists while an order is partly filled.
        One nonce may stand under several orders of an owner: the first to be
        filled whole, or a cancellation, ends all of them; until then each fills
        up to its own size. Replacing a partly filled order without cancelling
        it therefore adds to it.
        Whole fills are reported by the house; cancellations and partial fills
        are chained here.
"""


from ..interfaces import IDenialSink
from ..interfaces import ITradeSink
from ..modules import report_chain
from ..modules import signatures


initializes: report_chain


exports: report_chain.root


# The only kind of signature for now: ECDSA by the owner's own key. 1 (ERC-1271)
# and 2 (a delegate's key) are reserved and refused.
KIND_OWNER: constant(uint256) = 0

# The most nonces that one call cancels.
MAX_CANCELS: constant(uint256) = 64

# Two bits a nonce.
_PARTLY: constant(uint256) = 1
_USED: constant(uint256) = 3

# OrderCancelled(owner indexed, nonce indexed)
ORDER_CANCELLED_TOPIC: constant(bytes32) = keccak256("OrderCancelled(address,uint256)")

# OrderPartlyFilled(digest indexed, owner indexed, filled, size)
ORDER_PARTLY_FILLED_TOPIC: constant(bytes32) = keccak256(
    "OrderPartlyFilled(bytes32,address,uint256,uint256)"
)

_ORDER_TYPE: constant(bytes32) = keccak256(
    "Order(address house,address owner,uint256 account,uint256 instrument,"
    "int256 size,uint256 limit,uint256 nonce,uint256 expiry,address venue,"
    "uint256 kind)"
)
_NAME_HASH: constant(bytes32) = keccak256("Keelmark OrderMatcher")
_VERSION_HASH: constant(bytes32) = keccak256("1")


# The chain and domain of the deployment. On a fork with another chain id the
# domain is computed afresh, so that no order is good on both.
_CHAIN_ID: immutable(uint256)
_DOMAIN: immutable(bytes32)


# What an owner signs. The field order is that of the EIP-712 type.
struct Order:
    house: address  # the clearing house that novates it
    owner: address  # the wallet that signed it
    account: uint256  # the owner's account id at the house
    instrument: uint256  # instrument id
    size: int256  # wad of the underlier; positive buys, negative sells
    limit: uint256  # wad; the highest price of a buy, the lowest of a sale
    nonce: uint256  # any number that the owner has not used up
    expiry: uint256  # seconds; the last second at which it may be filled
    venue: address  # who may match it; zero = anyone
    kind: uint256  # how it is signed; 0 = the owner's own ECDSA signature


# What was seen of an order before it is marked.
struct Seen:
    digest: bytes32  # what its owner signed
    word: uint256  # its word of nonces
    before: uint256  # wad filled before
    after: uint256  # wad filled after
    whole: uint256  # wad of the whole order


# Digest to the wad filled so far; zero for fresh and for finished orders. Without
# it, an order could be filled over and over by a part of its size.
filled: public(HashMap[bytes32, uint256])

# Owner to word (nonce // 128) to two bits a nonce. A set `_USED` is never taken
# back: it is what stops a replay.
_nonces: HashMap[address, HashMap[uint256, uint256]]


# An owner withdrew a nonce, and with it every order that carries it.
event OrderCancelled:
    owner: indexed(address)
    nonce: indexed(uint256)


# An order was filled in part and stays open.
event OrderPartlyFilled:
    digest: indexed(bytes32)  # the order's EIP-712 digest
    owner: indexed(address)
    filled: uint256  # wad filled so far, this match included
    size: uint256  # wad of the whole order, without sign


@deploy
def __init__():
    """
    @notice Fixes the EIP-712 domain. The deployer is given nothing.
    """
    _CHAIN_ID = chain.id
    _DOMAIN = signatures._domain_separator(_NAME_HASH, _VERSION_HASH)


@external
def match(
    buy: Order,
    buy_signature: Bytes[65],
    sell: Order,
    sell_signature: Bytes[65],
    size: uint256,
    price: uint256,
):
    """
    @notice Fills two orders against one another and has their house novate the
            trade. Anyone may call it, or the venue that an order names.
    @dev    Both orders are marked first; if the house refuses, the marks go too.
    @param buy The buying order.
    @param buy_signature Its owner's signature, r || s || v.
    @param sell The selling order.
    @param sell_signature Its owner's signature, r || s || v.
    @param size Wad to fill, positive, at most what is left of either order.
    @param price Wad; within both limits.
    """
    assert buy.house == sell.house, "matcher: houses differ"
    assert buy.instrument == sell.instrument, "matcher: instruments differ"
    assert buy.account != sell.account, "matcher: same account"
    self._check_terms(buy.size, buy.limit, sell.size, sell.limit, size, price)
    domain: bytes32 = self._domain()
    bought: Seen = self._seen(domain, buy, buy_signature, buy.size, size)
    self._mark(buy.owner, buy.nonce, bought)
    sold: Seen = self._seen(domain, sell, sell_signature, -sell.size, size)
    self._mark(sell.owner, sell.nonce, sold)
    extcall ITradeSink(buy.house).trade(
        buy.owner,
        sell.owner,
        buy.account,
        sell.account,
        buy.instrument,
        size,
        price,
        keccak256(abi_encode(bought.digest, sold.digest, bought.before, sold.before)),
    )


@external
def try_match(
    buy: Order,
    buy_signature: Bytes[65],
    sell: Order,
    sell_signature: Bytes[65],
    size: uint256,
    price: uint256,
) -> uint256:
    """
    @notice As `match`, but where the gate denies a side nothing is filled and
            nothing reverts: the house reports it. All else reverts as it does there.
    @param buy The buying order.
    @param buy_signature Its owner's signature, r || s || v.
    @param sell The selling order.
    @param sell_signature Its owner's signature, r || s || v.
    @param size Wad to fill, positive, at most what is left of either order.
    @param price Wad; within both limits.
    @return uint256 0 if matched; else the gate's reason for the buyer and, times
            256, for the seller.
    """
    assert buy.house == sell.house, "matcher: houses differ"
    assert buy.instrument == sell.instrument, "matcher: instruments differ"
    assert buy.account != sell.account, "matcher: same account"
    self._check_terms(buy.size, buy.limit, sell.size, sell.limit, size, price)
    domain: bytes32 = self._domain()
    # Both signatures are checked first: nobody's denial is reported who did not ask.
    bought: Seen = self._seen(domain, buy, buy_signature, buy.size, size)
    sold: Seen = self._seen(domain, sell, sell_signature, -sell.size, size)
    match_id: bytes32 = keccak256(
        abi_encode(bought.digest, sold.digest, bought.before, sold.before)
    )
    reasons: uint256 = extcall IDenialSink(buy.house).deny_trade(
        buy.owner, sell.owner, buy.account, sell.account, buy.instrument, size, match_id
    )
    if reasons != 0:
        return reasons
    self._mark(buy.owner, buy.nonce, bought)
    # Read again: two orders of one owner can share a word of nonces.
    sold = self._seen(domain, sell, sell_signature, -sell.size, size)
    self._mark(sell.owner, sell.nonce, sold)
    extcall ITradeSink(buy.house).trade(
        buy.owner, sell.owner, buy.account, sell.account, buy.instrument, size, price, match_id
    )
    return 0


@external
def cancel(nonce: uint256):
    """
    @notice Ends every order of the caller's that carries a nonce. Reverts if the
            nonce is used up, so that nobody takes a filled order for cancelled.
    @param nonce The caller's nonce.
    """
    assert self._cancel(nonce), "matcher: nonce used"


@external
def cancel_many(nonces: DynArray[uint256, MAX_CANCELS]):
    """
    @notice Ends every order of the caller's that carries one of these nonces.
    @dev    Nonces used up already, repeated ones too, are passed over: else
            whoever fills one order would keep all the others alive.
    @param nonces The caller's nonces.
    """
    for nonce: uint256 in nonces:
        self._cancel(nonce)


@external
@view
def is_used(owner: address, nonce: uint256) -> bool:
    """
    @notice Whether a nonce is used up: an order of it filled whole, or cancelled.
    @param owner Whose nonce.
    @param nonce The nonce.
    @return bool True if no order that carries it can be filled any more.
    """
    return (self._nonces[owner][nonce >> 7] >> ((nonce & 127) << 1)) & _USED == _USED


@external
@view
def digest_of(order: Order) -> bytes32:
    """
    @notice What the owner of an order signs.
    @param order The order.
    @return bytes32 Its EIP-712 digest on this chain.
    """
    return self._digest_of(self._domain(), order)


@external
@view
def domain_separator() -> bytes32:
    """
    @notice The EIP-712 domain of this matcher on this chain.
    @return bytes32 hashStruct(eip712Domain).
    """
    return self._domain()


@internal
@pure
def _check_terms(
    _buy_size: int256,
    _buy_limit: uint256,
    _sell_size: int256,
    _sell_limit: uint256,
    _size: uint256,
    _price: uint256,
):
    """
    @notice Reverts unless a fill is within two orders' sides and limits.
    @param _buy_size Wad of the buying order.
    @param _buy_limit Wad; its highest price.
    @param _sell_size Wad of the selling order.
    @param _sell_limit Wad; its lowest price.
    @param _size What to fill, wad.
    @param _price Wad.
    """
    assert _size != 0, "matcher: no size"
    assert _buy_size > 0, "matcher: buy order must buy"
    assert _sell_size < 0, "matcher: sell order must sell"
    assert _price <= _buy_limit, "matcher: above the buy limit"
    assert _price >= _sell_limit, "matcher: below the sell limit"


@internal
@view
def _seen(
    _domain: bytes32, _order: Order, _signature: Bytes[65], _whole: int256, _size: uint256
) -> Seen:
    """
    @notice Checks what one order says by itself.
    @param _domain The domain separator.
    @param _order The order.
    @param _signature Its owner's signature.
    @param _whole The order's size without its sign, wad.
    @param _size What to fill, wad, not zero.
    @return Seen The order's digest, state and fill.
    """
    assert _order.kind == KIND_OWNER, "matcher: signature kind"
    assert block.timestamp <= _order.expiry, "matcher: order expired"
    if _order.venue != empty(address):
        assert msg.sender == _order.venue, "matcher: not the venue"

    # `_recover` never answers zero, so an order of owner zero cannot pass.
    digest: bytes32 = self._digest_of(_domain, _order)
    assert signatures._recover(digest, _signature) == _order.owner, "matcher: not the owner"

    word: uint256 = self._nonces[_order.owner][_order.nonce >> 7]
    state: uint256 = (word >> ((_order.nonce & 127) << 1)) & _USED
    assert state != _USED, "matcher: nonce used"
    before: uint256 = 0
    if state == _PARTLY:
        before = self.filled[digest]
    after: uint256 = before + _size
    whole: uint256 = convert(_whole, uint256)
    assert after <= whole, "matcher: size over the order"
    return Seen(digest=digest, word=word, before=before, after=after, whole=whole)


@internal
def _mark(_owner: address, _nonce: uint256, _order: Seen):
    """
    @notice Marks an order as filled so far.
    @param _owner Its owner.
    @param _nonce Its nonce.
    @param _order What was seen of it, nothing written since.
    """
    lane: uint256 = (_nonce & 127) << 1
    if _order.after == _order.whole:
        self._nonces[_owner][_nonce >> 7] = _order.word | (_USED << lane)
        if _order.before != 0:
            self.filled[_order.digest] = 0
    else:
        if (_order.word >> lane) & _USED != _PARTLY:
            self._nonces[_owner][_nonce >> 7] = _order.word | (_PARTLY << lane)
        self.filled[_order.digest] = _order.after
        report_chain._report(
            ORDER_PARTLY_FILLED_TOPIC,
            _order.digest,
            convert(_owner, bytes32),
            abi_encode(_order.after, _order.whole),
        )


@internal
def _cancel(_nonce: uint256) -> bool:
    """
    @notice Marks a nonce of the caller's as used up.
    @param _nonce The nonce.
    @return bool False if it was used up before, and nothing was done.
    """
    word: uint256 = self._nonces[msg.sender][_nonce >> 7]
    marked: uint256 = word | (_USED << ((_nonce & 127) << 1))
    # One bit of two set is a partly filled order, and may be cancelled.
    if marked == word:
        return False
    self._nonces[msg.sender][_nonce >> 7] = marked
    report_chain._report(
        ORDER_CANCELLED_TOPIC,
        convert(msg.sender, bytes32),
        convert(_nonce, bytes32),
        b"",
    )
    return True


@internal
@view
def _domain() -> bytes32:
    """
    @notice The domain separator, read afresh only where the chain id changed.
    @return bytes32 hashStruct(eip712Domain).
    """
    if chain.id == _CHAIN_ID:
        return _DOMAIN
    return signatures._domain_separator(_NAME_HASH, _VERSION_HASH)


@internal
@pure
def _digest_of(_domain: bytes32, _order: Order) -> bytes32:
    """
    @notice The EIP-712 digest of an order.
    @param _domain The domain separator.
    @param _order The order.
    @return bytes32 What the owner signs.
    """
    return signatures._digest_of(_domain, keccak256(abi_encode(_ORDER_TYPE, _order)))
