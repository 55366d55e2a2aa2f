# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mandates given, narrowed, widened and moved
@license Apache-2.0
@notice The convenor gives, narrows and widens mandates; it is no authority and can
        use none of their powers itself. A mandate begins, and grows, only after a
        delay that everybody can watch, and shrinks at once. The authority itself
        moves it to another key, in two steps, so that a mistyped address costs
        nothing.
@dev    The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import roles
uses: roles

from . import mandate_book
uses: mandate_book

from . import rules


# Gives, narrows and widens mandates.
CONVENOR: constant(bytes32) = keccak256("convenor")

MANDATE_NARROWED_TOPIC: constant(bytes32) = keccak256("MandateNarrowed(uint256,bytes32,uint256)")
MANDATE_WIDENED_TOPIC: constant(bytes32) = keccak256("MandateWidened(uint256,bytes32,uint256)")
MANDATE_OFFERED_TOPIC: constant(bytes32) = keccak256("MandateOffered(uint256,address,address)")
MANDATE_MOVED_TOPIC: constant(bytes32) = keccak256("MandateMoved(uint256,address,address,uint256)")

_WIDENING: constant(uint256) = 104
_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_104: constant(uint256) = 2**104 - 1


@external
def recognise_authority(
    authority: address,
    identifier: uint256,
    jurisdiction: bytes2,
    powers: uint256,
    until: uint256,
    legal_basis: bytes32,
) -> uint256:
    """
    @notice Gives a mandate, which begins after the delay. Only the convenor.
    @param authority Who gets it: neither the convenor nor who has one that is not over.
    @param identifier Its LEI, 20 characters in base 36; under no other mandate.
    @param jurisdiction ISO 3166-1 alpha-2, assigned, or "EU".
    @param powers Bits 1 to 64, at least one.
    @param until Seconds; the first second in which it is over.
    @param legal_basis The law that founds the authority, not zero.
    @return uint256 Its id.
    """
    self._check_convenor(legal_basis)
    assert authority != msg.sender, "supervision: is the convenor"
    return mandate_book._grant(
        authority,
        identifier,
        jurisdiction,
        powers,
        block.timestamp + rules.MANDATE_DELAY_SECONDS,
        until,
        legal_basis,
    )


@external
def narrow_mandate(id: uint256, powers: uint256, until: uint256, legal_basis: bytes32):
    """
    @notice Takes powers from a mandate or ends it earlier, at once, and withdraws a
            widening that does not count yet. Only the convenor.
    @param id The authority.
    @param powers Those that it keeps; none that it has not.
    @param until Seconds; not in the past, not later than it is; now = it is over.
    @param legal_basis The decision, not zero.
    """
    self._check_convenor(legal_basis)
    before: uint256 = mandate_book._unfinished(mandate_book._word_of(id))
    assert (before >> 24) & _MASK_16 & powers == powers, "supervision: not narrower"
    assert until <= (before >> 72) & _MASK_32, "supervision: not narrower"
    assert until >= block.timestamp, "supervision: end in the past"
    word: uint256 = mandate_book._with(before, powers, (before >> 40) & _MASK_32, until)
    assert word != before, "supervision: nothing changes"
    mandate_book.mandate_of[mandate_book.authority_of[id]] = word
    report_chain._report(
        MANDATE_NARROWED_TOPIC, convert(id, bytes32), legal_basis, abi_encode(word)
    )


@external
def widen_mandate(id: uint256, powers: uint256, until: uint256, legal_basis: bytes32):
    """
    @notice Adds powers to a mandate or ends it later. Counts after the delay, if it
            is not withdrawn by then, and takes the place of one that does not count
            yet. Only the convenor.
    @param id The authority; its mandate must run until the widening counts.
    @param powers Those that it then has; all that it has now among them.
    @param until Seconds; not earlier than it is.
    @param legal_basis The decision, not zero.
    """
    self._check_convenor(legal_basis)
    word: uint256 = mandate_book._unfinished(mandate_book._word_of(id))
    held: uint256 = (word >> 24) & _MASK_16
    end: uint256 = (word >> 72) & _MASK_32
    assert powers <= mandate_book.ALL_POWERS and powers & held == held, "supervision: not wider"
    assert until >= end and until <= _MASK_32, "supervision: not wider"
    assert powers != held or until != end, "supervision: nothing changes"
    begins: uint256 = block.timestamp + rules.MANDATE_DELAY_SECONDS
    assert begins < end, "supervision: over by then"
    word = (word & _MASK_104) | (mandate_book._with(0, powers, begins, until) << _WIDENING)
    mandate_book.mandate_of[mandate_book.authority_of[id]] = word
    report_chain._report(
        MANDATE_WIDENED_TOPIC, convert(id, bytes32), legal_basis, abi_encode(word)
    )


@external
def offer_mandate(successor: address):
    """
    @notice Offers the caller's mandate to another key. Only an authority whose
            mandate is not over; the zero address withdraws an offer.
    @param successor Who may accept it.
    """
    word: uint256 = mandate_book._unfinished(mandate_book.mandate_of[msg.sender])
    id: uint256 = word & _MASK_8
    mandate_book.mandate_offered_to[id] = successor
    report_chain._report(
        MANDATE_OFFERED_TOPIC,
        convert(id, bytes32),
        convert(msg.sender, bytes32),
        abi_encode(successor),
    )


@external
def accept_mandate(id: uint256):
    """
    @notice Takes over a mandate as it is, with a widening that does not count yet.
            Only the one to whom it is offered: neither the convenor nor who has a
            mandate that is not over.
    @param id The authority.
    """
    assert msg.sender == mandate_book.mandate_offered_to[id], "supervision: not the successor"
    word: uint256 = mandate_book._word_of(id)
    mandate_book._unfinished(word)
    assert msg.sender != roles.holder_of[CONVENOR], "supervision: is the convenor"
    assert not mandate_book._has_mandate(msg.sender), "supervision: has a mandate"
    predecessor: address = mandate_book.authority_of[id]
    mandate_book.mandate_offered_to[id] = empty(address)
    mandate_book.mandate_of[predecessor] = 0
    mandate_book.mandate_of[msg.sender] = word
    mandate_book.authority_of[id] = msg.sender
    report_chain._report(
        MANDATE_MOVED_TOPIC,
        convert(id, bytes32),
        convert(msg.sender, bytes32),
        abi_encode(predecessor, word),
    )


@internal
@view
def _check_convenor(_legal_basis: bytes32):
    """
    @notice Reverts unless the convenor calls and names a legal basis.
    @param _legal_basis Not zero.
    """
    roles._check_holder(CONVENOR)
    assert _legal_basis != empty(bytes32), "supervision: no legal basis"
