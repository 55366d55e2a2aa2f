# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Agreements between authorities
@license Apache-2.0
@notice Which authorities answer which requests of each other, about which
        instruments, from when to when, and which powers each lets the others use in
        its own jurisdiction. In force between those that accepted; two make a
        bilateral one. Any of them leaves at any time, for good.
@dev    Nobody can lend more than it has. A member lends what its own mandate holds
        for its own jurisdiction, never what was lent to it: whoever uses a lent
        power needs it in its own mandate as well, and a member other than itself
        whose mandate runs, holds it and is of that jurisdiction. All of that is
        asked at each use, so that a narrowed mandate narrows what it lent.

        Terms word: accepted uint128@0 (one bit an authority) | kinds uint8@128 |
        powers uint16@136 | from uint32@152 | until uint32@184 (seconds) | proposer
        uint8@216. Instruments word: eight ids of 32 bits; zero is all.
        The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import mandate_book
uses: mandate_book


# Most authorities in one agreement, and most instruments that it names.
MAX_MEMBERS: constant(uint256) = 32
MAX_INSTRUMENTS: constant(uint256) = 8

# Kinds of request: 1 information, 2 evidence, 4 freeze, 8 restriction.
ALL_KINDS: constant(uint256) = 15

# Powers that a member can let others use.
LENDABLE: constant(uint256) = mandate_book.FREEZE | mandate_book.RESTRICT

AGREEMENT_PROPOSED_TOPIC: constant(bytes32) = keccak256(
    "AgreementProposed(uint256,bytes32,uint256,uint256,uint256)"
)
AGREEMENT_ACCEPTED_TOPIC: constant(bytes32) = keccak256(
    "AgreementAccepted(uint256,uint256,uint256)"
)
AGREEMENT_LEFT_TOPIC: constant(bytes32) = keccak256("AgreementLeft(uint256,uint256,uint256)")

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1


# What the book tells of one agreement.
struct Agreement:
    terms: uint256  # terms word; zero if the id was never given
    invited: uint256  # one bit an authority that may accept or has, and has not left
    instruments: uint256  # eight ids of 32 bits; zero = all
    text_hash: bytes32  # commitment to the text that was signed


# The highest id. Ids only grow, and stay below 2^32.
agreement_count: public(uint256)

# Agreement and jurisdiction to those that accepted and are of it, one bit each: who
# may lend a power there, without a search.
lenders: public(HashMap[uint256, HashMap[uint256, uint256]])

_terms: HashMap[uint256, uint256]
_invited: HashMap[uint256, uint256]
_instruments: HashMap[uint256, uint256]
_text_hash: HashMap[uint256, bytes32]


@external
@view
def agreement(id: uint256) -> Agreement:
    """
    @notice An agreement. Anyone may ask.
    @param id The agreement.
    @return Agreement All zero if there is none.
    """
    return Agreement(
        terms=self._terms[id],
        invited=self._invited[id],
        instruments=self._instruments[id],
        text_hash=self._text_hash[id],
    )


@external
def propose_agreement(
    members: DynArray[uint256, MAX_MEMBERS],
    kinds: uint256,
    powers: uint256,
    instruments: DynArray[uint256, MAX_INSTRUMENTS],
    begins: uint256,
    until: uint256,
    text_hash: bytes32,
) -> uint256:
    """
    @notice Proposes an agreement and accepts it. Only an authority that may
            cooperate, one of its members.
    @param members Two authorities or more, each once.
    @param kinds Kinds of request that each answers; bits 1 to 8.
    @param powers Powers that each lets the others use at home; bits 1 and 2.
    @param instruments Instrument ids, each once; empty = all, as powers need.
    @param begins Seconds; may be past, for a text that is older than its record.
    @param until Seconds; the first second in which it is over.
    @param text_hash Commitment to the text that was signed, not zero.
    @return uint256 Its id.
    """
    caller: uint256 = mandate_book._cooperating(msg.sender)
    invited: uint256 = 0
    for member: uint256 in members:
        assert member != 0 and member <= mandate_book.mandate_count, "supervision: no authority"
        assert (invited >> member) & 1 == 0, "supervision: member twice"
        invited |= 1 << member
    assert (invited >> (caller & _MASK_8)) & 1 == 1, "supervision: not a member"
    assert len(members) > 1, "supervision: no other member"
    assert kinds <= ALL_KINDS and powers & ~LENDABLE == 0, "supervision: bad kinds or powers"
    assert kinds | powers != 0, "supervision: empty agreement"
    assert until > max(begins, block.timestamp) and until <= _MASK_32, "supervision: bad end"
    assert text_hash != empty(bytes32), "supervision: no text"
    # A hold on a party reaches all of its instruments.
    assert powers == 0 or len(instruments) == 0, "supervision: powers reach all"
    listed: uint256 = 0
    for i: uint256 in range(len(instruments), bound=MAX_INSTRUMENTS):
        instrument: uint256 = instruments[i]
        assert instrument != 0 and instrument <= _MASK_32, "supervision: bad instrument"
        assert not self._names(listed, instrument), "supervision: instrument twice"
        listed |= instrument << (32 * i)
    id: uint256 = self.agreement_count + 1
    assert id <= _MASK_32, "supervision: no more ids"
    self.agreement_count = id
    self._invited[id] = invited
    self._instruments[id] = listed
    self._text_hash[id] = text_hash
    terms: uint256 = self._accept(
        id,
        (kinds << 128)
        | (powers << 136)
        | (begins << 152)
        | (until << 184)
        | ((caller & _MASK_8) << 216),
        caller,
    )
    report_chain._report(
        AGREEMENT_PROPOSED_TOPIC,
        convert(id, bytes32),
        text_hash,
        abi_encode(terms, invited, listed),
    )
    return id


@external
def accept_agreement(id: uint256):
    """
    @notice Accepts an agreement that is not over. Only a member that may cooperate
            and holds every power that it would lend.
    @param id The agreement.
    """
    caller: uint256 = mandate_book._cooperating(msg.sender)
    member: uint256 = caller & _MASK_8
    terms: uint256 = self._terms[id]
    assert terms != 0, "supervision: no such agreement"
    assert (self._invited[id] >> member) & 1 == 1, "supervision: not a member"
    assert (terms >> member) & 1 == 0, "supervision: already accepted"
    assert block.timestamp < (terms >> 184) & _MASK_32, "supervision: agreement lapsed"
    terms = self._accept(id, terms, caller)
    report_chain._report(
        AGREEMENT_ACCEPTED_TOPIC, convert(id, bytes32), convert(member, bytes32), abi_encode(terms)
    )


@external
def leave_agreement(id: uint256):
    """
    @notice Leaves an agreement at once and for good, or declines it. Requests that
            were made stay to be answered. Only a member.
    @param id The agreement.
    """
    caller: uint256 = mandate_book._running(msg.sender)
    member: uint256 = caller & _MASK_8
    letters: uint256 = (caller >> 8) & _MASK_16
    bit: uint256 = 1 << member
    assert self._invited[id] & bit != 0, "supervision: not a member"
    terms: uint256 = self._terms[id] & ~bit
    self._terms[id] = terms
    self._invited[id] ^= bit
    self.lenders[id][letters] &= ~bit
    report_chain._report(
        AGREEMENT_LEFT_TOPIC, convert(id, bytes32), convert(member, bytes32), abi_encode(terms)
    )


@internal
def _accept(_id: uint256, _terms: uint256, _mandate: uint256) -> uint256:
    """
    @notice Enters an authority as one that accepted.
    @param _id The agreement.
    @param _terms Terms word.
    @param _mandate The authority's mandate word as it counts now.
    @return uint256 Terms word after.
    """
    powers: uint256 = (_terms >> 136) & _MASK_16
    assert (_mandate >> 24) & powers == powers, "supervision: power not held"
    bit: uint256 = 1 << (_mandate & _MASK_8)
    terms: uint256 = _terms | bit
    self._terms[_id] = terms
    self.lenders[_id][(_mandate >> 8) & _MASK_16] |= bit
    return terms


@internal
@view
def _in_force(_id: uint256, _member: uint256) -> uint256:
    """
    @notice The terms of an agreement; reverts unless it is in force for a member.
    @param _id The agreement.
    @param _member Id of the authority that uses it.
    @return uint256 Terms word.
    """
    terms: uint256 = self._terms[_id]
    assert terms != 0, "supervision: no such agreement"
    assert block.timestamp >= (terms >> 152) & _MASK_32, "supervision: agreement not begun"
    assert block.timestamp < (terms >> 184) & _MASK_32, "supervision: agreement lapsed"
    assert (terms >> _member) & 1 == 1, "supervision: not a member"
    return terms


@internal
@view
def _check_lent(_id: uint256, _mandate: uint256, _power: uint256, _jurisdiction: uint256):
    """
    @notice Reverts unless an agreement lends an authority a power.
    @param _id The agreement.
    @param _mandate Mandate word of who uses it, as it counts now; holds the power.
    @param _power Bits.
    @param _jurisdiction In which it is used: two ASCII letters, big-endian.
    """
    caller: uint256 = _mandate & _MASK_8
    assert (_mandate >> 24) & mandate_book.COOPERATE != 0, "supervision: power not held"
    terms: uint256 = self._in_force(_id, caller)
    assert (terms >> 136) & _MASK_16 & _power == _power, "supervision: power not lent"
    rest: uint256 = self.lenders[_id][_jurisdiction] & ~(1 << caller)
    for member: uint256 in range(1, mandate_book.MAX_AUTHORITIES + 1):
        if rest >> member == 0:
            break
        if (rest >> member) & 1 == 1 and mandate_book._has(
            member, _power | mandate_book.COOPERATE
        ):
            return
    raise "supervision: out of scope"


@internal
@view
def _covers(_id: uint256, _instrument: uint256) -> bool:
    """
    @notice Whether a request under an agreement may be about an instrument.
    @param _id The agreement.
    @param _instrument Instrument id; 0 = all in the agreement.
    @return bool True if so.
    """
    if _instrument == 0:
        return True
    listed: uint256 = self._instruments[_id]
    return _instrument <= _MASK_32 and (listed == 0 or self._names(listed, _instrument))


@internal
@pure
def _names(_instruments: uint256, _instrument: uint256) -> bool:
    """
    @notice Whether a list has an instrument.
    @param _instruments Eight ids of 32 bits.
    @param _instrument Not zero.
    @return bool True if it has.
    """
    for i: uint256 in range(MAX_INSTRUMENTS):
        if (_instruments >> (32 * i)) & _MASK_32 == _instrument:
            return True
    return False
