# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Requests between authorities
@license Apache-2.0
@notice One authority asks another under an agreement: for information or evidence,
        or to freeze or restrict a party by its own power. The answer travels off
        the chain, encrypted; its digest is delivered here, and whoever opens it says
        so here. A request gives nobody a power.
@dev    requested ─ acknowledge → acknowledged ─ deliver → delivered ─ close → closed
        From the first two also: deliver, refuse → refused ─ close → closed, and
        withdraw → withdrawn. The requested one acknowledges, refuses, delivers; the
        requester withdraws and closes, a delivered one only after it has opened it.
        An answer late is better than none: a deadline stops nothing, `overdue` and
        the time in each event tell. A request outlives its agreement.

        Request word: requester uint8@0 | requested uint8@8 | kind uint8@16 | state
        uint8@24 | agreement uint32@32 | subject uint32@64 | instrument uint32@96 |
        acknowledge by uint32@128 | deliver by uint32@160 | changed at uint32@192
        (seconds) | accesses uint32@224 (how often the requester opened it).
        The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import mandate_book
uses: mandate_book

from . import agreement_book
uses: agreement_book


# States.
REQUESTED: constant(uint256) = 1
ACKNOWLEDGED: constant(uint256) = 2
REFUSED: constant(uint256) = 3
DELIVERED: constant(uint256) = 4
CLOSED: constant(uint256) = 5
WITHDRAWN: constant(uint256) = 6

# Kinds of request that name a party: freeze and restriction.
NAMES_PARTY: constant(uint256) = 12

REQUEST_MADE_TOPIC: constant(bytes32) = keccak256(
    "RequestMade(uint256,uint256,uint256,bytes32,bytes32)"
)
REQUEST_ACKNOWLEDGED_TOPIC: constant(bytes32) = keccak256(
    "RequestAcknowledged(uint256,uint256,uint256)"
)
REQUEST_REFUSED_TOPIC: constant(bytes32) = keccak256(
    "RequestRefused(uint256,uint256,uint256,uint256,bytes32)"
)
REQUEST_DELIVERED_TOPIC: constant(bytes32) = keccak256(
    "RequestDelivered(uint256,uint256,uint256,bytes32)"
)
REQUEST_CLOSED_TOPIC: constant(bytes32) = keccak256(
    "RequestClosed(uint256,uint256,uint256,bytes32)"
)
REQUEST_WITHDRAWN_TOPIC: constant(bytes32) = keccak256(
    "RequestWithdrawn(uint256,uint256,uint256)"
)
ACCESS_LOGGED_TOPIC: constant(bytes32) = keccak256(
    "AccessLogged(uint256,uint256,uint256,bytes32,bytes32)"
)

_STATE: constant(uint256) = 24
_CHANGED_AT: constant(uint256) = 192
_ACCESSES: constant(uint256) = 224
_MASK_8: constant(uint256) = 2**8 - 1
_MASK_32: constant(uint256) = 2**32 - 1


# What the book tells of one request.
struct Request:
    word: uint256  # request word; zero if the id was never given
    scope_hash: bytes32  # commitment to what is asked
    package_digest: bytes32  # digest of what was delivered; zero before


# The highest id. Ids only grow.
request_count: public(uint256)

_word: HashMap[uint256, uint256]
_scope_hash: HashMap[uint256, bytes32]
_package_digest: HashMap[uint256, bytes32]


@external
@view
def request_of(id: uint256) -> Request:
    """
    @notice A request. Anyone may ask.
    @param id The request.
    @return Request All zero if there is none.
    """
    return Request(
        word=self._word[id],
        scope_hash=self._scope_hash[id],
        package_digest=self._package_digest[id],
    )


@external
@view
def overdue(id: uint256) -> uint256:
    """
    @notice Which deadline of a request has passed without an answer. Anyone may ask.
    @param id The request.
    @return uint256 0 none, 1 to acknowledge it, 2 to deliver.
    """
    word: uint256 = self._word[id]
    state: uint256 = (word >> _STATE) & _MASK_8
    if state != REQUESTED and state != ACKNOWLEDGED:
        return 0
    if block.timestamp > (word >> 160) & _MASK_32:
        return 2
    if state == REQUESTED and block.timestamp > (word >> 128) & _MASK_32:
        return 1
    return 0


@external
def request(
    agreement: uint256,
    requested: uint256,
    kind: uint256,
    subject: uint256,
    instrument: uint256,
    scope_hash: bytes32,
    acknowledge_by: uint256,
    deliver_by: uint256,
    legal_basis: bytes32,
) -> uint256:
    """
    @notice Asks another authority. Only one that may cooperate, under an agreement
            in force that both accepted and that covers it.
    @param agreement The agreement.
    @param requested The authority that is asked.
    @param kind 1 information, 2 evidence, 4 freeze, 8 restriction.
    @param subject Account id of the party; 0 = none, for kinds 1 and 2 only.
    @param instrument Instrument id; 0 = all in the agreement.
    @param scope_hash Commitment to what is asked, not zero.
    @param acknowledge_by Seconds, in the future.
    @param deliver_by Seconds, not before.
    @param legal_basis The law that allows it to ask, not zero.
    @return uint256 Id of the request.
    """
    caller: uint256 = mandate_book._cooperating(msg.sender) & _MASK_8
    assert legal_basis != empty(bytes32), "supervision: no legal basis"
    assert scope_hash != empty(bytes32), "supervision: no scope"
    assert requested != caller, "supervision: asks itself"
    terms: uint256 = agreement_book._in_force(agreement, caller)
    assert (
        requested <= mandate_book.MAX_AUTHORITIES and (terms >> requested) & 1 == 1
    ), "supervision: other not a member"
    assert mandate_book._has(
        requested, mandate_book.COOPERATE
    ), "supervision: other cannot answer"
    assert (
        kind == 1 or kind == 2 or kind == 4 or kind == 8
    ) and (terms >> 128) & kind != 0, "supervision: kind not agreed"
    assert subject <= _MASK_32, "supervision: bad subject"
    assert subject != 0 or kind & NAMES_PARTY == 0, "supervision: bad subject"
    assert agreement_book._covers(agreement, instrument), "supervision: instrument outside"
    assert acknowledge_by > block.timestamp, "supervision: bad deadline"
    assert (
        deliver_by >= acknowledge_by and deliver_by <= _MASK_32
    ), "supervision: bad deadline"
    id: uint256 = self.request_count + 1
    self.request_count = id
    word: uint256 = (
        caller
        | (requested << 8)
        | (kind << 16)
        | (REQUESTED << _STATE)
        | (agreement << 32)
        | (subject << 64)
        | (instrument << 96)
        | (acknowledge_by << 128)
        | (deliver_by << 160)
        | (block.timestamp << _CHANGED_AT)
    )
    self._word[id] = word
    self._scope_hash[id] = scope_hash
    report_chain._report(
        REQUEST_MADE_TOPIC,
        convert(id, bytes32),
        convert(agreement, bytes32),
        abi_encode(word, scope_hash, legal_basis),
    )
    return id


@external
def acknowledge(id: uint256):
    """
    @notice Says that a request has arrived. Only the requested authority.
    @param id The request.
    """
    word: uint256 = self._answered(id, ACKNOWLEDGED)
    report_chain._report(
        REQUEST_ACKNOWLEDGED_TOPIC,
        convert(id, bytes32),
        convert((word >> 8) & _MASK_8, bytes32),
        abi_encode(word),
    )


@external
def refuse(id: uint256, reason_code: uint256, reason_hash: bytes32):
    """
    @notice Refuses a request. Only the requested authority.
    @param id The request.
    @param reason_code 1 to 255 (grounds of the agreement; 1 to 4 as in IOSCO's MMoU
           6(e): against its law, proceedings under way, not by the terms, public
           interest).
    @param reason_hash Commitment to the reasons.
    """
    assert reason_code != 0 and reason_code <= _MASK_8, "supervision: bad reason"
    word: uint256 = self._answered(id, REFUSED)
    report_chain._report(
        REQUEST_REFUSED_TOPIC,
        convert(id, bytes32),
        convert((word >> 8) & _MASK_8, bytes32),
        abi_encode(word, reason_code, reason_hash),
    )


@external
def deliver(id: uint256, package_digest: bytes32):
    """
    @notice Anchors the answer that was sent, once; it counts as acknowledged. Only
            the requested authority.
    @param id The request.
    @param package_digest digest of the package, not zero.
    """
    assert package_digest != empty(bytes32), "supervision: no package"
    word: uint256 = self._answered(id, DELIVERED)
    self._package_digest[id] = package_digest
    report_chain._report(
        REQUEST_DELIVERED_TOPIC,
        convert(id, bytes32),
        convert((word >> 8) & _MASK_8, bytes32),
        abi_encode(word, package_digest),
    )


@external
def close(id: uint256, outcome_hash: bytes32):
    """
    @notice Ends a request that was refused, or delivered and opened. Only the
            requester.
    @param id The request.
    @param outcome_hash Commitment to what came of it.
    """
    word: uint256 = self._own(id)
    state: uint256 = (word >> _STATE) & _MASK_8
    assert state == REFUSED or state == DELIVERED, "supervision: wrong state"
    assert state == REFUSED or word >> _ACCESSES != 0, "supervision: never opened"
    word = self._move(id, word, CLOSED)
    report_chain._report(
        REQUEST_CLOSED_TOPIC,
        convert(id, bytes32),
        convert(word & _MASK_8, bytes32),
        abi_encode(word, outcome_hash),
    )


@external
def withdraw_request(id: uint256):
    """
    @notice Takes back a request that has no answer yet. Only the requester.
    @param id The request.
    """
    word: uint256 = self._own(id)
    self._check_open(word, WITHDRAWN)
    word = self._move(id, word, WITHDRAWN)
    report_chain._report(
        REQUEST_WITHDRAWN_TOPIC,
        convert(id, bytes32),
        convert(word & _MASK_8, bytes32),
        abi_encode(word),
    )


@external
def log_access(id: uint256, digest: bytes32, purpose: bytes32):
    """
    @notice Says that a delivered package was opened, also after the request was
            closed. Only the requester or the requested authority.
    @param id The request.
    @param digest The package's, as delivered: another package is refused.
    @param purpose Why, as text or its hash; not zero.
    """
    caller: uint256 = mandate_book._cooperating(msg.sender) & _MASK_8
    word: uint256 = self._known(id)
    assert (
        caller == word & _MASK_8 or caller == (word >> 8) & _MASK_8
    ), "supervision: request of others"
    assert self._package_digest[id] != empty(bytes32), "supervision: wrong state"
    assert digest == self._package_digest[id], "supervision: another package"
    assert purpose != empty(bytes32), "supervision: no purpose"
    if caller == word & _MASK_8:
        word += 1 << _ACCESSES
        self._word[id] = word
    report_chain._report(
        ACCESS_LOGGED_TOPIC,
        convert(id, bytes32),
        convert(caller, bytes32),
        abi_encode(word, digest, purpose),
    )


@internal
def _answered(_id: uint256, _state: uint256) -> uint256:
    """
    @notice Answers a request; reverts unless its requested authority calls and it
            can still get that answer.
    @param _id The request.
    @param _state The answer.
    @return uint256 Request word after.
    """
    caller: uint256 = mandate_book._cooperating(msg.sender) & _MASK_8
    word: uint256 = self._known(_id)
    assert caller == (word >> 8) & _MASK_8, "supervision: request of others"
    self._check_open(word, _state)
    return self._move(_id, word, _state)


@internal
@view
def _own(_id: uint256) -> uint256:
    """
    @notice A request of the caller; reverts if it made no such one.
    @param _id The request.
    @return uint256 Request word.
    """
    caller: uint256 = mandate_book._cooperating(msg.sender) & _MASK_8
    word: uint256 = self._known(_id)
    assert caller == word & _MASK_8, "supervision: request of others"
    return word


@internal
@view
def _known(_id: uint256) -> uint256:
    """
    @notice A request; reverts if there is none.
    @param _id The request.
    @return uint256 Request word.
    """
    word: uint256 = self._word[_id]
    assert word != 0, "supervision: no such request"
    return word


@internal
@pure
def _check_open(_word: uint256, _next: uint256):
    """
    @notice Reverts unless a request waits for an answer, and for this one.
    @param _word Request word.
    @param _next The state that it would get: acknowledged only from requested.
    """
    state: uint256 = (_word >> _STATE) & _MASK_8
    assert state == REQUESTED or (
        state == ACKNOWLEDGED and _next != ACKNOWLEDGED
    ), "supervision: wrong state"


@internal
def _move(_id: uint256, _word: uint256, _state: uint256) -> uint256:
    """
    @notice Writes a request's new state and its time.
    @param _id The request.
    @param _word Request word.
    @param _state The new state.
    @return uint256 Request word after.
    """
    kept: uint256 = _word & ~((_MASK_8 << _STATE) | (_MASK_32 << _CHANGED_AT))
    word: uint256 = kept | (_state << _STATE) | (block.timestamp << _CHANGED_AT)
    self._word[_id] = word
    return word
