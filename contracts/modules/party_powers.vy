# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Supervisor's powers over parties
@license Apache-2.0
@notice Freeze, restrict to closing, authorise a CCP: each names its legal basis
        and a commitment to its case, each undoes only itself, and none of them
        moves funds or positions. Only the supervisor may call any function here.
@dev    The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import roles
uses: roles

from . import party_book
uses: party_book

from . import action_gate


# Freezes, restricts, authorises, withdraws recognition.
SUPERVISOR: constant(bytes32) = keccak256("supervisor")


PARTY_FROZEN_TOPIC: constant(bytes32) = keccak256("PartyFrozen(uint256,bytes32,uint256,bytes32)")
PARTY_UNFROZEN_TOPIC: constant(bytes32) = keccak256(
    "PartyUnfrozen(uint256,bytes32,uint256,bytes32)"
)
PARTY_RESTRICTED_TOPIC: constant(bytes32) = keccak256(
    "PartyRestricted(uint256,bytes32,uint256,bytes32)"
)
PARTY_RELEASED_TOPIC: constant(bytes32) = keccak256(
    "PartyReleased(uint256,bytes32,uint256,bytes32)"
)
CCP_AUTHORISED_TOPIC: constant(bytes32) = keccak256(
    "CcpAuthorised(uint256,bytes32,uint256,bytes32)"
)
CCP_WITHDRAWN_TOPIC: constant(bytes32) = keccak256(
    "CcpWithdrawn(uint256,bytes32,uint256,bytes32)"
)


@external
def freeze(account: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Stops every act of a party; its positions can still be liquidated or
            closed compulsorily. Only the supervisor.
    @param account The party's account id.
    @param legal_basis The law that allows it, not zero.
    @param case_hash Commitment to the case.
    """
    self._flag(
        account, action_gate.FLAG_FROZEN, True, PARTY_FROZEN_TOPIC, legal_basis, case_hash
    )


@external
def unfreeze(account: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Ends a freeze. Only the supervisor.
    @param account The party's account id.
    @param legal_basis The law or decision that ends it, not zero.
    @param case_hash Commitment to the case.
    """
    self._flag(
        account, action_gate.FLAG_FROZEN, False, PARTY_UNFROZEN_TOPIC, legal_basis, case_hash
    )


@external
def restrict(account: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Makes a party close-only. Only the supervisor.
    @param account The party's account id.
    @param legal_basis The law that allows it, not zero.
    @param case_hash Commitment to the case.
    """
    self._flag(
        account, action_gate.FLAG_CLOSE_ONLY, True, PARTY_RESTRICTED_TOPIC, legal_basis, case_hash
    )


@external
def release(account: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Ends close-only. Only the supervisor.
    @param account The party's account id.
    @param legal_basis The law or decision that ends it, not zero.
    @param case_hash Commitment to the case.
    """
    self._flag(
        account, action_gate.FLAG_CLOSE_ONLY, False, PARTY_RELEASED_TOPIC, legal_basis, case_hash
    )


@external
def authorise_ccp(account: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Marks a house's party as an authorised CCP (EMIR Art. 14); reports of
            that house may then say "cleared". Only the supervisor.
    @param account Account id of the house's party.
    @param legal_basis The authorisation, not zero.
    @param case_hash Commitment to the case.
    """
    self._flag(
        account,
        action_gate.FLAG_AUTHORISED_CCP,
        True,
        CCP_AUTHORISED_TOPIC,
        legal_basis,
        case_hash,
    )


@external
def withdraw_ccp(account: uint256, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Withdraws a CCP's authorisation (EMIR Art. 20). Only the supervisor.
    @param account Account id of the house's party.
    @param legal_basis The decision, not zero.
    @param case_hash Commitment to the case.
    """
    self._flag(
        account,
        action_gate.FLAG_AUTHORISED_CCP,
        False,
        CCP_WITHDRAWN_TOPIC,
        legal_basis,
        case_hash,
    )


@internal
def _flag(
    _account: uint256,
    _flag: uint256,
    _raised: bool,
    _topic: bytes32,
    _legal_basis: bytes32,
    _case_hash: bytes32,
):
    """
    @notice Raises or lowers one flag of a party and reports it; only the
            supervisor.
    @param _account The party's account id.
    @param _flag One flag, in place.
    @param _raised True to raise it.
    @param _topic The event that says so.
    @param _legal_basis Not zero.
    @param _case_hash Commitment to the case.
    """
    roles._check_holder(SUPERVISOR)
    assert _legal_basis != empty(bytes32), "parties: no legal basis"
    word: uint256 = party_book._word(_account)
    assert _raised != (word & _flag != 0), "parties: already so"
    word ^= _flag
    party_book.word_of[party_book.wallet_of[_account]] = word
    report_chain._report(
        _topic, convert(_account, bytes32), _legal_basis, abi_encode(word, _case_hash)
    )
