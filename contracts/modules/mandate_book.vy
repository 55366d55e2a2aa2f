# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mandates of authorities
@license Apache-2.0
@notice Which authority may use which power, in which jurisdiction, from when to
        when: state and checks. What is over stays over, an id is never given
        twice, and the address of each authority has the mandate of no other.
@dev    Mandate word, one slot an authority: id uint8@0 | jurisdiction uint16@8 |
        powers uint16@24 | from uint32@40 | until uint32@72, and a widening that
        counts from its own time on: powers uint16@128 | from uint32@144 | until
        uint32@176 (seconds; until is the first second in which it counts no more).
        The widening repeats the lanes of what it will replace, 104 bits higher, so
        that one shift puts it in force and no transaction has to.
        The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import identifiers
from . import jurisdictions


# Powers, one bit each.
FREEZE: constant(uint256) = 1
RESTRICT: constant(uint256) = 2
BAR: constant(uint256) = 4
HALT: constant(uint256) = 8
CCP: constant(uint256) = 16
ISSUERS: constant(uint256) = 32
COOPERATE: constant(uint256) = 64
ALL_POWERS: constant(uint256) = 127

# Powers that reach the market as a whole.
MARKET_WIDE: constant(uint256) = HALT | ISSUERS

# Ids are 1 to this one: a set of them is 128 bits.
MAX_AUTHORITIES: constant(uint256) = 127

MANDATE_GRANTED_TOPIC: constant(bytes32) = keccak256(
    "MandateGranted(uint256,bytes32,address,uint256,uint256)"
)

_WIDENING: constant(uint256) = 104
_MASK_8: constant(uint256) = 2**8 - 1
_MASK_24: constant(uint256) = 2**24 - 1
_MASK_32: constant(uint256) = 2**32 - 1


# What the book tells of one authority.
struct Mandate:
    authority: address  # its key
    identifier: uint256  # LEI, 20 characters in base 36
    word: uint256  # mandate word; zero if it is over and its key has a later one
    successor: address  # to whom its key is offered; zero = to nobody


# Address to its mandate word; zero if it has none, or has moved it. Asked in the
# path of every power: one slot, and no lock, as nothing here calls another contract.
mandate_of: reentrant(public(HashMap[address, uint256]))

# Id to its address.
authority_of: public(HashMap[uint256, address])

# Id to its LEI, 20 characters in base 36.
identifier_of: public(HashMap[uint256, uint256])

# Id to whom its mandate is offered.
mandate_offered_to: public(HashMap[uint256, address])

# The highest id. Ids only grow.
mandate_count: public(uint256)

# LEI to the last id under it, so that one authority cannot hold two mandates, with
# which it would make agreements with itself.
_last_id: HashMap[uint256, uint256]


@external
@view
def mandates(first: uint256, count: uint256) -> DynArray[Mandate, MAX_AUTHORITIES]:
    """
    @notice Mandates by ascending id, for readers. Anyone may ask.
    @param first The first id, not zero.
    @param count How many at most.
    @return DynArray Those that there are.
    """
    found: DynArray[Mandate, MAX_AUTHORITIES] = []
    assert first != 0, "supervision: no authority"
    for i: uint256 in range(MAX_AUTHORITIES):
        if i >= count or first > self.mandate_count - i:
            break
        id: uint256 = first + i
        found.append(
            Mandate(
                authority=self.authority_of[id],
                identifier=self.identifier_of[id],
                word=self._word_of(id),
                successor=self.mandate_offered_to[id],
            )
        )
    return found


@internal
def _grant(
    _authority: address,
    _identifier: uint256,
    _jurisdiction: bytes2,
    _powers: uint256,
    _begins: uint256,
    _until: uint256,
    _legal_basis: bytes32,
) -> uint256:
    """
    @notice Writes a new mandate and reports it.
    @param _authority Not zero, and without a mandate that is not over.
    @param _identifier LEI; under no mandate that is not over.
    @param _jurisdiction Assigned.
    @param _powers Known bits, at least one.
    @param _begins Seconds.
    @param _until Seconds, after it begins.
    @param _legal_basis Zero for the founding one.
    @return uint256 Its id.
    """
    letters: uint256 = convert(_jurisdiction, uint256)
    assert _authority != empty(address), "supervision: no address"
    assert not self._has_mandate(_authority), "supervision: has a mandate"
    assert identifiers._is_lei(_identifier), "supervision: bad lei"
    assert self._is_over(self._word_of(self._last_id[_identifier])), "supervision: lei in use"
    assert jurisdictions._is_jurisdiction(letters), "supervision: bad jurisdiction"
    assert _powers != 0 and _powers <= ALL_POWERS, "supervision: bad powers"
    assert _until > _begins and _until <= _MASK_32, "supervision: bad end"
    assert self.mandate_count < MAX_AUTHORITIES, "supervision: no more ids"
    id: uint256 = self.mandate_count + 1
    word: uint256 = self._with(id | (letters << 8), _powers, _begins, _until)
    self.mandate_count = id
    self.authority_of[id] = _authority
    self.identifier_of[id] = _identifier
    self._last_id[_identifier] = id
    self.mandate_of[_authority] = word
    report_chain._report(
        MANDATE_GRANTED_TOPIC,
        convert(id, bytes32),
        _legal_basis,
        abi_encode(_authority, _identifier, word),
    )
    return id


@internal
@view
def _running(_authority: address) -> uint256:
    """
    @notice The mandate by which an address acts now; reverts if there is none.
    @param _authority The address.
    @return uint256 Mandate word; what counts now is in its low 104 bits.
    """
    word: uint256 = self.mandate_of[_authority]
    assert word != 0, "supervision: no authority"
    word = self._now(word)
    assert block.timestamp >= (word >> 40) & _MASK_32, "supervision: mandate not begun"
    assert block.timestamp < (word >> 72) & _MASK_32, "supervision: mandate over"
    return word


@internal
@view
def _cooperating(_authority: address) -> uint256:
    """
    @notice The mandate of an address that may ask, answer and agree; reverts if it
            may not.
    @param _authority The address.
    @return uint256 Mandate word; what counts now is in its low 104 bits.
    """
    word: uint256 = self._running(_authority)
    assert (word >> 24) & COOPERATE != 0, "supervision: power not held"
    return word


@internal
@view
def _has(_id: uint256, _powers: uint256) -> bool:
    """
    @notice Whether an authority's mandate runs and holds powers.
    @param _id The authority.
    @param _powers All of these bits.
    @return bool True if so.
    """
    word: uint256 = self._now(self._word_of(_id))
    return (
        (word >> 24) & _powers == _powers
        and block.timestamp >= (word >> 40) & _MASK_32
        and block.timestamp < (word >> 72) & _MASK_32
    )


@internal
@view
def _has_lost(_id: uint256, _power: uint256) -> bool:
    """
    @notice Whether an authority cannot use a power (again, without a widening).
    @param _id The authority; reverts if the id was never given.
    @param _power One bit.
    @return bool True if its mandate is over or lacks the power.
    """
    assert _id != 0 and _id <= self.mandate_count, "supervision: no authority"
    word: uint256 = self._word_of(_id)
    return self._is_over(word) or (self._now(word) >> 24) & _power == 0


@internal
@view
def _word_of(_id: uint256) -> uint256:
    """
    @notice The mandate word of an authority.
    @param _id The authority.
    @return uint256 Zero if the id was never given, or if the address that had it
            when it was over has another one since.
    """
    word: uint256 = self.mandate_of[self.authority_of[_id]]
    return word if word & _MASK_8 == _id else 0


@internal
@view
def _now(_word: uint256) -> uint256:
    """
    @notice A mandate word with its widening in force, if that counts now.
    @param _word As stored.
    @return uint256 Mandate word.
    """
    begins: uint256 = (_word >> 144) & _MASK_32
    if begins != 0 and block.timestamp >= begins:
        return (_word & _MASK_24) | (_word >> _WIDENING)
    return _word


@internal
@view
def _is_over(_word: uint256) -> bool:
    """
    @notice Whether a mandate is over, for good. One that has not begun is not.
    @param _word As stored; zero is over.
    @return bool True if so.
    """
    return block.timestamp >= (self._now(_word) >> 72) & _MASK_32


@internal
@view
def _has_mandate(_authority: address) -> bool:
    """
    @notice Whether an address has a mandate that is not over.
    @param _authority The address.
    @return bool True also if it has not begun.
    """
    return not self._is_over(self.mandate_of[_authority])


@internal
@view
def _unfinished(_word: uint256) -> uint256:
    """
    @notice A mandate word as it counts now; reverts if there is none or it is over.
    @param _word As stored.
    @return uint256 Mandate word, with a widening that does not count yet.
    """
    assert _word != 0, "supervision: no authority"
    assert not self._is_over(_word), "supervision: mandate over"
    return self._now(_word)


@internal
@pure
def _with(_word: uint256, _powers: uint256, _begins: uint256, _until: uint256) -> uint256:
    """
    @notice A mandate word with other terms and no widening.
    @param _word Of which id and jurisdiction are kept.
    @param _powers Bits.
    @param _begins Seconds.
    @param _until Seconds.
    @return uint256 Mandate word.
    """
    return (_word & _MASK_24) | (_powers << 24) | (_begins << 40) | (_until << 72)
