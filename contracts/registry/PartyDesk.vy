# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Party desk
@license Apache-2.0
@notice Code without a state of its own: the party registry delegates to it what is
        called seldom, so that both act on one storage and one report chain. Who
        may call what is said at the registry's head; called at its own address it
        acts on an empty book that nobody asks.
@dev    Initialises the same modules as the registry in the same order, so that both
        have one layout of storage (a test compares them).
"""


from ..interfaces import IPartyDesk
implements: IPartyDesk

from ..modules import report_chain
initializes: report_chain

from ..modules import roles
initializes: roles[report_chain := report_chain]

from ..modules import party_book
initializes: party_book[report_chain := report_chain]

from ..modules import party_powers
initializes: party_powers[report_chain := report_chain, party_book := party_book]

from ..modules import market_powers
initializes: market_powers[report_chain := report_chain, party_book := party_book]

from ..modules import screening
initializes: screening[report_chain := report_chain, party_book := party_book]

from ..modules import suitability
initializes: suitability[
    report_chain := report_chain, roles := roles, party_book := party_book
]

from ..modules import issuer_book
initializes: issuer_book[
    report_chain := report_chain, roles := roles, party_book := party_book
]

from ..modules import attestations
initializes: attestations[
    report_chain := report_chain, party_book := party_book, issuer_book := issuer_book
]

from ..modules import recovery
initializes: recovery[
    report_chain := report_chain,
    roles := roles,
    party_book := party_book,
    issuer_book := issuer_book,
    screening := screening,
]

from ..modules import action_gate


exports: (
    # Who holds which role, and how it is handed over.
    roles.holder_of,
    roles.successor_of,
    roles.hand_over_role,
    # What is known of a party.
    party_book.account_count,
    party_book.suitability_of,
    # Authorities' powers.
    party_powers.authorise_ccp,
    party_powers.withdraw_ccp,
    party_powers.further_holds,
    market_powers.halt,
    market_powers.resume,
    market_powers.bar_instrument,
    market_powers.clear_instrument,
    market_powers.bars,
    # The sanctions list.
    screening.screen,
    screening.sync_list,
    screening.predecessor_of,
    screening.listed_by_oracle,
    # What protects a retail client.
    suitability.publish_warning,
    suitability.accept_warning,
    suitability.request_category,
    suitability.warning_of,
    # Who attests beside the registrar, and what they take back.
    issuer_book.issuer_of,
    issuer_book.ended_at,
    issuer_book.signer_of,
    issuer_book.recognise_issuer,
    issuer_book.set_issuer,
    attestations.revoke_attested,
    attestations.void_nonces,
    attestations.is_nonce_used,
    attestations.domain_separator,
    # A key that was lost.
    recovery.announce_recovery,
    recovery.contest_recovery,
    recovery.complete_recovery,
    recovery.recovery_of,
)


# Attests parties.
REGISTRAR: public(constant(bytes32)) = keccak256("registrar")

_MASK_32: constant(uint256) = 2**32 - 1
_MASK_128: constant(uint256) = 2**128 - 1


event PartyChanged:
    account: indexed(uint256)  # dense account id
    wallet: indexed(address)  # the party's key
    word: uint256  # party word with its new category, expiry, screening, issuer


event PartyRevoked:
    account: indexed(uint256)  # dense account id
    wallet: indexed(address)  # the party's key
    word: uint256  # revoked flag set
    reason: bytes32  # registrar's reason code or a commitment to it


event AttestationRevoked:
    account: indexed(uint256)  # dense account id
    wallet: indexed(address)  # the party's key
    word: uint256  # revoked flag set
    nonce: uint256  # the issuer's, used up
    reason: bytes32  # the issuer's reason code or a commitment to it


event NonceVoided:
    issuer: indexed(uint256)  # whose
    nonce: indexed(uint256)  # what carries it can never be brought


event CcpAuthorised:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # authorised-CCP flag set; Cleared (CDE 2.14) may be Y
    case_hash: bytes32  # commitment to the case


event CcpWithdrawn:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # authorised-CCP flag cleared
    case_hash: bytes32  # commitment to the case


event TradingHalted:
    authority: indexed(uint256)  # who acts
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    until: uint256  # seconds; the halt ends by itself
    case_hash: bytes32  # commitment to the case


event TradingResumed:
    authority: indexed(uint256)  # who acts
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    until: uint256  # seconds; now
    case_hash: bytes32  # commitment to the case


event InstrumentBarred:
    instrument: indexed(uint256)  # instrument id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    jurisdiction: uint256  # whose parties it reaches: two ASCII letters
    case_hash: bytes32  # commitment to the case
    mandate: uint256  # authority uint32 | 0 uint32 | review_at uint64 (seconds)


event InstrumentCleared:
    instrument: indexed(uint256)  # instrument id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    jurisdiction: uint256  # whose parties it reached: two ASCII letters
    case_hash: bytes32  # commitment to the case
    mandate: uint256  # authority uint32


event PartyScreened:
    account: indexed(uint256)  # dense account id
    wallet: indexed(address)  # the party's key
    word: uint256  # sanctioned flag set or cleared
    answer: uint256  # 0 clear, 1 listed, 2 listed by an oracle, 4 an oracle is silent


event ListSynced:
    list: indexed(address)  # the sanctions list
    as_of: indexed(uint256)  # seconds: when it was last said to equal its source


event WarningPublished:
    jurisdiction: indexed(uint256)  # whose retail clients it is for: two ASCII letters
    text_hash: indexed(bytes32)  # keccak256 of the text in UTF-8
    edition: uint256  # 1 and up
    effective_at: uint256  # seconds; from then on no earlier edition counts


event WarningAccepted:
    account: indexed(uint256)  # dense account id
    text_hash: indexed(bytes32)  # keccak256 of the text in UTF-8
    suitability: uint256  # suitability word with the edition and the time


event SuitabilityChanged:
    account: indexed(uint256)  # dense account id
    wallet: indexed(address)  # the party's key
    suitability: uint256  # suitability word: status_until, request, warning


event RecoveryAnnounced:
    account: indexed(uint256)  # dense account id
    lost: indexed(address)  # the key that is lost
    replacement: address  # the key that is to replace it
    ripe_at: uint256  # seconds; from then on it can
    evidence: bytes32  # commitment to what was examined
    issuer: uint256  # who announced it; 1 is the registrar


event RecoveryContested:
    account: indexed(uint256)  # dense account id
    lost: indexed(address)  # the key that is not lost
    contester: address  # who ended it


event PartyRecovered:
    account: indexed(uint256)  # dense account id
    lost: indexed(address)  # left without an account, for good
    replacement: address  # the party's key from now on
    word: uint256  # party word, now the replacement's


event IssuerRecognised:
    issuer: indexed(uint256)  # its number, 2 to 127, for good
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    signer: address  # its key, or the contract that signs for it
    identifier: uint256  # its LEI in base 36
    case_hash: bytes32  # commitment to the case


event IssuerChanged:
    issuer: indexed(uint256)  # 1 is the registrar
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    recognised: uint256  # 1 recognised, 0 not
    case_hash: bytes32  # commitment to the case


event RoleProposed:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who offers it
    successor: address  # who may accept it; zero withdraws the offer


event RoleAccepted:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who holds it from now on
    predecessor: address  # who held it; zero for the first


@deploy
def __init__(supervision_: address, sanctions: address):
    """
    @notice Fixes the same connections as the registry that will delegate here.
    @param supervision_ Supervision.
    @param sanctions Sanctions list.
    """
    party_book.__init__(supervision_, sanctions)


@external
def accept_role(role: bytes32):
    """
    @notice Takes over the registrar's role. Only the one to whom it is offered, who
            must be no authority and no issuer.
    @param role keccak256 of the role's name.
    """
    assert msg.sender == roles.successor_of[role], "roles: not the successor"
    assert issuer_book.issuer_of[msg.sender] == 0 and (
        staticcall party_book.SUPERVISION.mandate_of(msg.sender) == 0
    ), "parties: one holder, two roles"
    roles.successor_of[role] = empty(address)
    roles._set_holder(role, msg.sender)


@external
@view
def recognised_issuers() -> uint256:
    """
    @notice The issuers whose attestations open positions. Anyone may ask.
    @return uint256 One bit each, 1 to 127.
    """
    return party_book.table & _MASK_128


@external
@view
def list_time() -> uint256:
    """
    @notice The sanctions list's time as the gate knows it. Anyone may ask.
    @return uint256 Seconds; never later than the list's own.
    """
    return (party_book.table >> 128) & _MASK_32


@external
@view
def halted_until() -> uint256:
    """
    @notice When the last halt ends, or ended. Anyone may ask.
    @return uint256 Seconds; 0 if there has been none.
    """
    return (party_book.table >> 160) & _MASK_32


@external
@view
def supervision() -> address:
    """
    @notice Who says which authorities there are. Anyone may ask.
    @return address Supervision.
    """
    return party_book.SUPERVISION.address


@external
@view
def sanctions_list() -> address:
    """
    @notice The list that parties are screened against. Anyone may ask.
    @return address The sanctions list.
    """
    return party_book.SANCTIONS.address


@external
def renew(
    wallet: address, category: uint256, expiry: uint256, status_until: uint256, screened_at: uint256
):
    """
    @notice Renews a party's attestation and screening, and its category, which
            may change: to one with fewer protections only as the party asked and
            after the cooling-off time. Only the registrar. A restriction or
            freeze stays.
    @param wallet The party's wallet.
    @param category 1 retail, 2 professional, 3 eligible counterparty.
    @param expiry Seconds, in the future.
    @param status_until Seconds from which the category is retail; 0 = never.
    @param screened_at Seconds; no older than the screening before.
    """
    suitability._check_registrar()
    assert wallet != msg.sender, "parties: vouches for itself"
    word: uint256 = party_book._word(wallet)
    assert word & action_gate.FLAG_REVOKED == 0, "parties: revoked"
    assert screened_at >= (word >> 216) & _MASK_32, "parties: older screening"
    fresh: uint256 = party_book._renewed(
        category,
        word & action_gate.FLAG_NATURAL_PERSON != 0,
        expiry,
        status_until,
        screened_at,
    )
    word = party_book._renew(
        wallet, word, fresh | (party_book.REGISTRAR_ISSUER << 168), status_until
    )
    report_chain._report(
        party_book.PARTY_CHANGED_TOPIC,
        convert(word & _MASK_32, bytes32),
        convert(wallet, bytes32),
        abi_encode(word),
    )


@external
def revoke(wallet: address, reason: bytes32):
    """
    @notice Withdraws a party's attestation, for good. It can still reduce, close,
            pay in and be paid out. Only the registrar.
    @param wallet The party's wallet.
    @param reason A reason code or a commitment to the reason.
    """
    suitability._check_registrar()
    word: uint256 = party_book._word(wallet)
    assert word & action_gate.FLAG_REVOKED == 0, "parties: revoked"
    word |= action_gate.FLAG_REVOKED
    party_book.word_of[wallet] = word
    report_chain._report(
        party_book.PARTY_REVOKED_TOPIC,
        convert(word & _MASK_32, bytes32),
        convert(wallet, bytes32),
        abi_encode(word, reason),
    )
