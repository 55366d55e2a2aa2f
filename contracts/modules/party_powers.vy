# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Authorities' powers over parties
@license Apache-2.0
@notice Freeze, restrict to closing, authorise a CCP: only by an authority whose
        mandate holds the power for the party's jurisdiction, or under an
        agreement that lends it (Supervision says so). Each names its legal basis,
        a commitment to its case and the date by which it is reviewed; each undoes
        only itself, and none of them moves funds or positions.
@dev    Nothing lapses by itself: what was frozen stays so until somebody who may
        lifts it, and an overdue review is for everybody to see.
        Several authorities can hold a party. The first one stands in the party
        word; the others are bits in `further_holds`, and the lowest of them moves
        up when the first lifts its hold. An authority lifts its own hold only,
        also when the agreement is over under which it acted; the hold of one
        whose mandate is over is lifted by another that is in scope.
        Holds take no lock: the only call that they make is a static one, to
        Supervision, and a lock would cost what the basis and the case do.
        The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import party_book
uses: party_book

from . import action_gate
from . import rules


# Powers, as Supervision numbers them.
FREEZE: constant(uint256) = 1
RESTRICT: constant(uint256) = 2
CCP: constant(uint256) = 16

# Where the authority stands in the party word, and where its bit does among the
# further holds.
FREEZING_LANE: constant(uint256) = 176
RESTRICTING_LANE: constant(uint256) = 248
_FREEZING_BITS: constant(uint256) = 0
_RESTRICTING_BITS: constant(uint256) = 128

PARTY_FROZEN_TOPIC: constant(bytes32) = keccak256(
    "PartyFrozen(uint256,bytes32,uint256,bytes32,uint256)"
)
PARTY_UNFROZEN_TOPIC: constant(bytes32) = keccak256(
    "PartyUnfrozen(uint256,bytes32,uint256,bytes32,uint256)"
)
PARTY_RESTRICTED_TOPIC: constant(bytes32) = keccak256(
    "PartyRestricted(uint256,bytes32,uint256,bytes32,uint256)"
)
PARTY_RELEASED_TOPIC: constant(bytes32) = keccak256(
    "PartyReleased(uint256,bytes32,uint256,bytes32,uint256)"
)
CCP_AUTHORISED_TOPIC: constant(bytes32) = keccak256(
    "CcpAuthorised(uint256,bytes32,uint256,bytes32)"
)
CCP_WITHDRAWN_TOPIC: constant(bytes32) = keccak256(
    "CcpWithdrawn(uint256,bytes32,uint256,bytes32)"
)

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_128: constant(uint256) = 2**128 - 1


# Account to the authorities that hold it beside the one in its party word, one bit
# each: freezing ones 0 to 127, restricting ones from 128 on.
further_holds: public(HashMap[uint256, uint256])


@external
@reentrant
def freeze(
    wallet: address,
    agreement: uint256,
    legal_basis: bytes32,
    case_hash: bytes32,
    review_at: uint256,
):
    """
    @notice Stops every act of a party; its positions can still be liquidated or
            closed compulsorily, and what that leaves stays its own, locked. Only
            an authority in scope.
    @param wallet The party's wallet.
    @param agreement Under which to act in another jurisdiction; 0 = its own.
    @param legal_basis The law that allows it, not zero.
    @param case_hash Commitment to the case.
    @param review_at Seconds; by when the freeze is reviewed.
    """
    self._hold(
        wallet,
        action_gate.FLAG_FROZEN,
        FREEZE,
        agreement,
        legal_basis,
        case_hash,
        review_at,
    )


@external
@reentrant
def unfreeze(wallet: address, agreement: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Ends an authority's freeze. Only itself, or one in scope where its
            mandate is over.
    @param wallet The party's wallet.
    @param agreement Under which to act in another jurisdiction; 0 = its own.
    @param legal_basis The law or decision that ends it, not zero.
    @param case_hash Commitment to the case.
    """
    self._lift(wallet, action_gate.FLAG_FROZEN, FREEZE, agreement, legal_basis, case_hash)


@external
@reentrant
def restrict(
    wallet: address,
    agreement: uint256,
    legal_basis: bytes32,
    case_hash: bytes32,
    review_at: uint256,
):
    """
    @notice Makes a party close-only. Only an authority in scope.
    @param wallet The party's wallet.
    @param agreement Under which to act in another jurisdiction; 0 = its own.
    @param legal_basis The law that allows it, not zero.
    @param case_hash Commitment to the case.
    @param review_at Seconds; by when the restriction is reviewed.
    """
    self._hold(
        wallet,
        action_gate.FLAG_CLOSE_ONLY,
        RESTRICT,
        agreement,
        legal_basis,
        case_hash,
        review_at,
    )


@external
@reentrant
def release(wallet: address, agreement: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Ends an authority's close-only. Only itself, or one in scope where its
            mandate is over.
    @param wallet The party's wallet.
    @param agreement Under which to act in another jurisdiction; 0 = its own.
    @param legal_basis The law or decision that ends it, not zero.
    @param case_hash Commitment to the case.
    """
    self._lift(wallet, action_gate.FLAG_CLOSE_ONLY, RESTRICT, agreement, legal_basis, case_hash)


@external
def authorise_ccp(wallet: address, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Marks a house's party as an authorised CCP (EMIR Art. 14); reports of
            that house may then say "cleared". Only an authority in scope.
    @param wallet Wallet of the house's party.
    @param legal_basis The authorisation, not zero.
    @param case_hash Commitment to the case.
    """
    self._set_ccp(wallet, True, CCP_AUTHORISED_TOPIC, legal_basis, case_hash)


@external
def withdraw_ccp(wallet: address, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Withdraws a CCP's authorisation (EMIR Art. 20). Only an authority in
            scope.
    @param wallet Wallet of the house's party.
    @param legal_basis The decision, not zero.
    @param case_hash Commitment to the case.
    """
    self._set_ccp(wallet, False, CCP_WITHDRAWN_TOPIC, legal_basis, case_hash)


@internal
def _hold(
    _wallet: address,
    _flag: uint256,
    _power: uint256,
    _agreement: uint256,
    _legal_basis: bytes32,
    _case_hash: bytes32,
    _review_at: uint256,
):
    """
    @notice Puts an authority's hold on a party and reports it.
    @param _wallet The party's wallet.
    @param _flag Frozen or close-only, in place.
    @param _power The power that it takes.
    @param _agreement 0 = the caller's own jurisdiction.
    @param _legal_basis Not zero.
    @param _case_hash Commitment to the case.
    @param _review_at Seconds; in the future, and not too far.
    """
    assert _legal_basis != empty(bytes32), "parties: no legal basis"
    # A past date wraps round to more than any limit, as now does.
    assert (
        unsafe_sub(_review_at, unsafe_add(block.timestamp, 1)) < rules.POWER_REVIEW_MAX_SECONDS
    ), "parties: bad review date"
    word: uint256 = party_book._word(_wallet)
    authority: uint256 = staticcall party_book.SUPERVISION.check_power(
        msg.sender, _power, (word >> 136) & _MASK_16, _agreement
    )
    lane: uint256 = FREEZING_LANE if _power == FREEZE else RESTRICTING_LANE
    if word & _flag == 0:
        word |= _flag | (authority << lane)
        party_book.word_of[_wallet] = word
    else:
        assert (word >> lane) & _MASK_8 != authority, "parties: already so"
        first: uint256 = _FREEZING_BITS if _power == FREEZE else _RESTRICTING_BITS
        held: uint256 = self.further_holds[word & _MASK_32]
        joined: uint256 = held | (1 << (authority + first))
        assert joined != held, "parties: already so"
        self.further_holds[word & _MASK_32] = joined
    report_chain._report(
        PARTY_FROZEN_TOPIC if _power == FREEZE else PARTY_RESTRICTED_TOPIC,
        convert(word & _MASK_32, bytes32),
        _legal_basis,
        abi_encode(word, _case_hash, authority | (_agreement << 32) | (_review_at << 64)),
    )


@internal
def _lift(
    _wallet: address,
    _flag: uint256,
    _power: uint256,
    _agreement: uint256,
    _legal_basis: bytes32,
    _case_hash: bytes32,
):
    """
    @notice Lifts an authority's hold on a party and reports it. While others hold
            the party, it stays held.
    @param _wallet The party's wallet.
    @param _flag Frozen or close-only, in place.
    @param _power The power that it takes.
    @param _agreement 0 = the caller's own jurisdiction.
    @param _legal_basis Not zero.
    @param _case_hash Commitment to the case.
    """
    assert _legal_basis != empty(bytes32), "parties: no legal basis"
    # It is reported beside other numbers, and an own hold asks nobody about it.
    assert _agreement <= _MASK_32, "parties: bad agreement"
    word: uint256 = party_book._word(_wallet)
    assert word & _flag != 0, "parties: already so"
    lane: uint256 = FREEZING_LANE if _power == FREEZE else RESTRICTING_LANE
    first: uint256 = _FREEZING_BITS if _power == FREEZE else _RESTRICTING_BITS
    others: uint256 = self.further_holds[word & _MASK_32]
    held: uint256 = (others >> first) & _MASK_128
    caller: uint256 = staticcall party_book.SUPERVISION.mandate_of(msg.sender) & _MASK_8
    joined: bool = caller != 0 and (held >> caller) & 1 == 1
    holder: uint256 = caller if joined else (word >> lane) & _MASK_8
    authority: uint256 = staticcall party_book.SUPERVISION.check_lift(
        msg.sender, holder, _power, (word >> 136) & _MASK_16, _agreement
    )
    if held == 0:
        word &= ~(_flag | (_MASK_8 << lane))
    else:
        leaving: uint256 = holder
        if not joined:
            leaving = self._lowest(held)
            word = (word & ~(_MASK_8 << lane)) | (leaving << lane)
        self.further_holds[word & _MASK_32] = others ^ (1 << (leaving + first))
    party_book.word_of[_wallet] = word
    report_chain._report(
        PARTY_UNFROZEN_TOPIC if _power == FREEZE else PARTY_RELEASED_TOPIC,
        convert(word & _MASK_32, bytes32),
        _legal_basis,
        abi_encode(word, _case_hash, authority | (_agreement << 32) | (holder << 64)),
    )


@internal
@pure
def _lowest(_bits: uint256) -> uint256:
    """
    @notice The place of the lowest set bit.
    @param _bits Not zero, below 2^128.
    @return uint256 0 to 127.
    """
    for i: uint256 in range(128):
        if (_bits >> i) & 1 == 1:
            return i
    raise  # unreachable


@internal
def _set_ccp(
    _wallet: address, _raised: bool, _topic: bytes32, _legal_basis: bytes32, _case_hash: bytes32
):
    """
    @notice Raises or lowers the mark of an authorised CCP and reports it.
    @param _wallet Wallet of the house's party.
    @param _raised True to raise it.
    @param _topic The event that says so.
    @param _legal_basis Not zero.
    @param _case_hash Commitment to the case.
    """
    assert _legal_basis != empty(bytes32), "parties: no legal basis"
    word: uint256 = party_book._word(_wallet)
    authority: uint256 = staticcall party_book.SUPERVISION.check_power(
        msg.sender, CCP, (word >> 136) & _MASK_16, 0
    )
    assert _raised != (word & action_gate.FLAG_AUTHORISED_CCP != 0), "parties: already so"
    word ^= action_gate.FLAG_AUTHORISED_CCP
    party_book.word_of[_wallet] = word
    report_chain._report(
        _topic, convert(word & _MASK_32, bytes32), _legal_basis, abi_encode(word, _case_hash)
    )
