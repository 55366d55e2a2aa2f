# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Supervision
@license Apache-2.0
@notice Who the authorities are, which power each may use in which jurisdiction, and
        what they agreed to do for each other. It acts on no party and knows no other
        contract: registries ask `check_power` and `check_lift`.

        Anyone reads. The convenor recognises authorities and widens mandates, both
        after a delay, and narrows them at once; it is never an authority, and its
        role is handed over in two steps. An authority moves its own mandate to
        another key, agrees with others, asks them and answers them. The deployer
        holds nothing, and nobody here can move funds.
"""


from ..interfaces import ISupervision
implements: ISupervision

from ..modules import report_chain
initializes: report_chain

from ..modules import roles
initializes: roles[report_chain := report_chain]

from ..modules import mandate_book
initializes: mandate_book[report_chain := report_chain]

from ..modules import mandate_acts
initializes: mandate_acts[
    report_chain := report_chain, roles := roles, mandate_book := mandate_book
]

from ..modules import agreement_book
initializes: agreement_book[report_chain := report_chain, mandate_book := mandate_book]

from ..modules import request_book
initializes: request_book[
    report_chain := report_chain,
    mandate_book := mandate_book,
    agreement_book := agreement_book,
]


exports: (
    # The head of the report chain.
    report_chain.root,
    # Who holds the role, and how it is offered.
    roles.holder_of,
    roles.successor_of,
    roles.hand_over_role,
    # Mandates: who may do what, where, from when to when.
    mandate_book.mandate_of,
    mandate_book.authority_of,
    mandate_book.identifier_of,
    mandate_book.mandate_offered_to,
    mandate_book.mandate_count,
    mandate_book.mandates,
    # The convenor's acts.
    mandate_acts.recognise_authority,
    mandate_acts.narrow_mandate,
    mandate_acts.widen_mandate,
    # An authority's key changes.
    mandate_acts.offer_mandate,
    mandate_acts.accept_mandate,
    # Agreements between authorities.
    agreement_book.agreement_count,
    agreement_book.agreement,
    agreement_book.lenders,
    agreement_book.propose_agreement,
    agreement_book.accept_agreement,
    agreement_book.leave_agreement,
    # Requests under them.
    request_book.request_count,
    request_book.request_of,
    request_book.overdue,
    request_book.request,
    request_book.acknowledge,
    request_book.refuse,
    request_book.deliver,
    request_book.close,
    request_book.withdraw_request,
    # Who opened what was delivered.
    request_book.log_access,
)


_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1


# Every event carries the whole word after the change, so that the book can be
# rebuilt from its events alone.

event MandateGranted:
    authority: indexed(uint256)  # the new id
    legal_basis: indexed(bytes32)  # the law, as text or its hash; zero for the first
    wallet: address  # its key
    identifier: uint256  # LEI, 20 characters in base 36
    mandate: uint256  # mandate word: from, until in seconds


event MandateNarrowed:
    authority: indexed(uint256)  # id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    mandate: uint256  # mandate word after, without a widening


event MandateWidened:
    authority: indexed(uint256)  # id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    mandate: uint256  # mandate word: the widening in bits 128 on, from when it counts


event MandateOffered:
    authority: indexed(uint256)  # id
    holder: indexed(address)  # who offers it
    successor: address  # who may accept it; zero withdraws the offer


event MandateMoved:
    authority: indexed(uint256)  # id
    holder: indexed(address)  # who holds it from now on
    predecessor: address  # who held it
    mandate: uint256  # mandate word, unchanged


event AgreementProposed:
    agreement: indexed(uint256)  # the new id
    text_hash: indexed(bytes32)  # commitment to the text that was signed
    terms: uint256  # terms word: from, until in seconds; accepted by the proposer
    invited: uint256  # members, one bit each
    instruments: uint256  # eight ids of 32 bits; zero = all


event AgreementAccepted:
    agreement: indexed(uint256)  # id
    authority: indexed(uint256)  # id of the member
    terms: uint256  # terms word after


event AgreementLeft:
    agreement: indexed(uint256)  # id
    authority: indexed(uint256)  # id of the member, which is invited no more
    terms: uint256  # terms word after


event RequestMade:
    request: indexed(uint256)  # the new id
    agreement: indexed(uint256)  # id
    word: uint256  # request word: who asks whom, what about, deadlines in seconds
    scope_hash: bytes32  # commitment to what is asked
    legal_basis: bytes32  # the law, as text or its hash


event RequestAcknowledged:
    request: indexed(uint256)  # id
    authority: indexed(uint256)  # id of the requested one
    word: uint256  # request word after


event RequestRefused:
    request: indexed(uint256)  # id
    authority: indexed(uint256)  # id of the requested one
    word: uint256  # request word after
    reason_code: uint256  # 1 to 255
    reason_hash: bytes32  # commitment to the reasons


event RequestDelivered:
    request: indexed(uint256)  # id
    authority: indexed(uint256)  # id of the requested one
    word: uint256  # request word after
    package_digest: bytes32  # of the package, inside its encryption


event RequestClosed:
    request: indexed(uint256)  # id
    authority: indexed(uint256)  # id of the requester
    word: uint256  # request word after
    outcome_hash: bytes32  # commitment to what came of it


event RequestWithdrawn:
    request: indexed(uint256)  # id
    authority: indexed(uint256)  # id of the requester
    word: uint256  # request word after


event AccessLogged:
    request: indexed(uint256)  # id
    authority: indexed(uint256)  # id of who opened the package
    word: uint256  # request word after; counts the requester's accesses
    digest: bytes32  # the package's
    purpose: bytes32  # why, as text or its hash


event RoleProposed:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who offers it
    successor: address  # who may accept it; zero withdraws the offer


event RoleAccepted:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who holds it from now on
    predecessor: address  # who held it; zero for the first


@deploy
def __init__(
    convenor: address,
    authority: address,
    identifier: uint256,
    jurisdiction: bytes2,
    powers: uint256,
    until: uint256,
):
    """
    @notice Names the convenor and the founding authority, id 1, whose mandate begins
            at once; the deployer gets nothing.
    @param convenor Who recognises authorities from then on; not the authority.
    @param authority The founding authority's key.
    @param identifier Its LEI, 20 characters in base 36.
    @param jurisdiction ISO 3166-1 alpha-2, assigned, or "EU".
    @param powers Bits 1 to 64, at least one.
    @param until Seconds; the first second in which its mandate is over.
    """
    assert convenor != authority, "supervision: is the convenor"
    roles._set_holder(mandate_acts.CONVENOR, convenor)
    mandate_book._grant(
        authority,
        identifier,
        jurisdiction,
        powers,
        block.timestamp,
        until,
        empty(bytes32),
    )


@external
@view
@reentrant
def check_power(
    authority: address, power: uint256, jurisdiction: uint256, agreement: uint256
) -> uint256:
    """
    @notice Reverts unless an authority may use a power. Anyone may ask.
    @param authority Who acts.
    @param power One bit.
    @param jurisdiction Two ASCII letters, big-endian; 0 = the market as a whole.
    @param agreement Under which to act in another jurisdiction; 0 = its own.
    @return uint256 Its id.
    """
    # The common case, for what it costs: a mandate without a widening, at home.
    word: uint256 = mandate_book.mandate_of[authority]
    if (
        agreement == 0
        and word >> 104 == 0
        and jurisdiction == (word >> 8) & _MASK_16
        and power & ~((word >> 24) & _MASK_16) == 0
        and power != 0
        and block.timestamp >= (word >> 40) & _MASK_32
        and block.timestamp < word >> 72
    ):
        return word & _MASK_8
    return self._check_scope(mandate_book._running(authority), power, jurisdiction, agreement)


@external
@view
@reentrant
def check_lift(
    authority: address,
    holder: uint256,
    power: uint256,
    jurisdiction: uint256,
    agreement: uint256,
) -> uint256:
    """
    @notice Reverts unless an authority may lift what one holds by a power: its own
            hold, also when it has lost the power or the agreement is over; that of
            another which has lost the power or whose mandate is over, if it is in
            scope itself. Anyone may ask.
    @param authority Who acts.
    @param holder Id of the authority that holds.
    @param power One bit.
    @param jurisdiction Two ASCII letters, big-endian.
    @param agreement Under which to act in another jurisdiction; 0 = its own.
    @return uint256 Id of who acts.
    """
    word: uint256 = mandate_book._running(authority)
    if word & _MASK_8 == holder:
        assert (
            agreement == 0 or agreement <= agreement_book.agreement_count
        ), "supervision: no such agreement"
        return holder
    assert mandate_book._has_lost(holder, power), "supervision: hold of another"
    return self._check_scope(word, power, jurisdiction, agreement)


@external
def accept_role(role: bytes32):
    """
    @notice Takes over the convenor's role. Only the one to whom it is offered, who
            must not have a mandate that is not over.
    @param role keccak256 of the role's name.
    """
    assert msg.sender == roles.successor_of[role], "roles: not the successor"
    assert not mandate_book._has_mandate(msg.sender), "supervision: has a mandate"
    roles.successor_of[role] = empty(address)
    roles._set_holder(role, msg.sender)


@internal
@view
def _check_scope(
    _word: uint256, _power: uint256, _jurisdiction: uint256, _agreement: uint256
) -> uint256:
    """
    @notice Reverts unless a mandate reaches as far as that.
    @param _word Mandate word as it counts now.
    @param _power One bit.
    @param _jurisdiction Two ASCII letters, big-endian; 0 = the market as a whole.
    @param _agreement 0 = its own jurisdiction.
    @return uint256 Id of the mandate.
    """
    assert _power != 0, "supervision: power not held"
    assert (_word >> 24) & _MASK_16 & _power == _power, "supervision: power not held"
    if _agreement != 0:
        agreement_book._check_lent(_agreement, _word, _power, _jurisdiction)
    elif _jurisdiction == 0:
        # A power over parties is never asked without a jurisdiction.
        assert _power & ~mandate_book.MARKET_WIDE == 0, "supervision: out of scope"
    else:
        assert _jurisdiction == (_word >> 8) & _MASK_16, "supervision: out of scope"
    return _word & _MASK_8
