# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Party registry
@license Apache-2.0
@notice Who may trade: one packed word a wallet, with the account id by which
        every other contract keys its state.

        Anyone may read, ask the gate, and bring what a recognised issuer signed:
        `attest`, `attest_many`, `revoke_attested`; an issuer may also
        `revoke_attested` and `void_nonces` by itself. The registrar, issuer 1,
        attests by its own calls: `onboard`, `onboard_many`, `renew`, `revoke`.
        The supervisor, and not the registrar, may `freeze`, `restrict` to
        closing, mark a house as an authorised CCP and recognise an issuer of
        attestations, and undo each; every such act names its legal basis. Both
        roles are handed over in two steps. The deployer holds no role, and no
        role can move anybody's funds.
@dev    State and checks are in the party book module; the powers, the issuers and
        what they sign are modules too. Answers `isVerified` as the identity
        registries of ERC-3643 do.
        An account id is never given out twice, and a revoked party stays
        revoked: who returns does so with another wallet and another account.
"""


from ..interfaces import IPartyRegistry
implements: IPartyRegistry

from ..modules import report_chain
initializes: report_chain

from ..modules import roles
initializes: roles[report_chain := report_chain]

from ..modules import party_book
initializes: party_book[report_chain := report_chain]

from ..modules import party_powers
initializes: party_powers[
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

from ..modules import action_gate


exports: (
    # The head of the report chain.
    report_chain.root,
    # Who holds which role, and how it is handed over.
    roles.holder_of,
    roles.successor_of,
    roles.hand_over_role,
    roles.accept_role,
    # What is known of a party, and which issuers count.
    party_book.word_of,
    party_book.wallet_of,
    party_book.account_count,
    party_book.recognised_issuers,
    # The supervisor's powers.
    party_powers.freeze,
    party_powers.unfreeze,
    party_powers.restrict,
    party_powers.release,
    party_powers.authorise_ccp,
    party_powers.withdraw_ccp,
    # Who attests beside the registrar.
    issuer_book.issuer_of,
    issuer_book.signer_of,
    issuer_book.recognise_issuer,
    issuer_book.set_issuer,
    # What they sign.
    attestations.attest,
    attestations.attest_many,
    attestations.revoke_attested,
    attestations.void_nonces,
    attestations.is_nonce_used,
    attestations.domain_separator,
)


# Attests parties.
REGISTRAR: public(constant(bytes32)) = keccak256("registrar")

# Freezes, restricts, authorises, withdraws recognition.
SUPERVISOR: public(constant(bytes32)) = keccak256("supervisor")

_MASK_32: constant(uint256) = 2**32 - 1


# Every party event carries the whole word after the change, so that the
# registry can be rebuilt from its events alone. Where a field is `legal_basis`
# it names the law, and `case_hash` commits to the file without showing it.

event PartyOnboarded:
    account: indexed(uint256)  # the new account id
    wallet: indexed(address)  # the party's key
    word: uint256  # party word: LEI or client code (CDE 2.6, 2.7; its type 2.8)
    member: uint256  # account of the carrying member; 0 for a legal person


event PartyChanged:
    account: indexed(uint256)  # dense account id
    wallet: indexed(address)  # the party's key
    word: uint256  # party word with its new category, expiry, screening, issuer


event PartyAttested:
    account: indexed(uint256)  # the new account id, or the one that is renewed
    wallet: indexed(address)  # the party's key
    word: uint256  # party word after: LEI or client code, issuer, expiry, screening
    member: uint256  # account of the carrying member; 0 for a legal person
    nonce: uint256  # the issuer's, used up
    document: bytes32  # salted commitment to an IVMS101 document; zero if none


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


event PartyFrozen:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # frozen flag set
    case_hash: bytes32  # commitment to the case


event PartyUnfrozen:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # frozen flag cleared
    case_hash: bytes32  # commitment to the case


event PartyRestricted:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # close-only flag set
    case_hash: bytes32  # commitment to the case


event PartyReleased:
    account: indexed(uint256)  # dense account id
    legal_basis: indexed(bytes32)  # the law or decision, as text or its hash
    word: uint256  # close-only flag cleared
    case_hash: bytes32  # commitment to the case


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


event IssuerRecognised:
    issuer: indexed(uint256)  # its number, 2 to 255, for good
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
def __init__(registrar: address, supervisor: address):
    """
    @notice Names both role holders; the deployer gets nothing.
    @param registrar Who attests parties; not the supervisor.
    @param supervisor Who freezes and restricts.
    """
    assert registrar != supervisor, "parties: one holder, two roles"
    roles._set_holder(REGISTRAR, registrar)
    roles._set_holder(SUPERVISOR, supervisor)
    party_book.__init__()


@external
@view
def gate(wallet: address, account: uint256, action: uint256, asset_class: uint256) -> (
    uint256, uint256
):
    """
    @notice May a wallet, for an account, do this? Anyone may ask.
    @param wallet Who acts.
    @param account Account id that it acts for.
    @param action 1 open .. 7 deposit (action gate module).
    @param asset_class Asset class of the product; any for a payment.
    @return uint256 Reason, 0 = allowed, and the party word.
    """
    word: uint256 = party_book.word_of[wallet]
    issuers: uint256 = party_book.recognised_issuers
    return (
        action_gate._reason(word, account, action, asset_class, block.timestamp, issuers),
        word,
    )


@external
@view
def gate_trade(
    buyer: address,
    buyer_account: uint256,
    buyer_action: uint256,
    seller: address,
    seller_account: uint256,
    seller_action: uint256,
    asset_class: uint256,
) -> (uint256, uint256, uint256, uint256):
    """
    @notice The gate for both sides of a trade, in one call. Anyone may ask.
    @param buyer Wallet of the buying side.
    @param buyer_account Its account id.
    @param buyer_action What the trade is to it.
    @param seller Wallet of the selling side.
    @param seller_account Its account id.
    @param seller_action What the trade is to it.
    @param asset_class Asset class of the product.
    @return uint256 Reason of the buyer, of the seller, word of the buyer, of the
            seller.
    """
    issuers: uint256 = party_book.recognised_issuers
    bought: uint256 = party_book.word_of[buyer]
    sold: uint256 = party_book.word_of[seller]
    now: uint256 = block.timestamp
    return (
        action_gate._reason(bought, buyer_account, buyer_action, asset_class, now, issuers),
        action_gate._reason(sold, seller_account, seller_action, asset_class, now, issuers),
        bought,
        sold,
    )


@external
@view
def isVerified(wallet: address) -> bool:
    """
    @notice Whether a wallet may open positions, whatever the product, as identity
            registries of ERC-3643 answer it. Anyone may ask.
    @dev    The gate's answer for an opening trade of the wallet's own account. A
            retail client passes where a leverage cap is known for it, as it does
            in every asset class there.
    @param wallet The wallet.
    @return bool True if the gate would let it open.
    """
    word: uint256 = party_book.word_of[wallet]
    return (
        action_gate._reason(
            word,
            word & _MASK_32,
            action_gate.OPEN,
            0,
            block.timestamp,
            party_book.recognised_issuers,
        )
        == action_gate.ALLOWED
    )


@external
def onboard(attestation: party_book.Attestation) -> uint256:
    """
    @notice Attests one party, not itself. Only the registrar.
    @param attestation What the registrar attests; see the struct.
    @return uint256 The account id given out.
    """
    roles._check_holder(REGISTRAR)
    assert attestation.wallet != msg.sender, "parties: vouches for itself"
    return party_book._attest(attestation, party_book.REGISTRAR_ISSUER)


@external
def onboard_many(parties: DynArray[party_book.Attestation, 50]):
    """
    @notice Attests up to fifty parties, not itself; one that is refused refuses
            all. Only the registrar.
    @param parties What is attested of each, in the order in which ids are given out.
    """
    roles._check_holder(REGISTRAR)
    for attestation: party_book.Attestation in parties:
        assert attestation.wallet != msg.sender, "parties: vouches for itself"
        party_book._attest(attestation, party_book.REGISTRAR_ISSUER)


@external
def renew(account: uint256, category: uint256, expiry: uint256, screened_at: uint256):
    """
    @notice Renews a party's attestation and screening, and its category, which
            may change. Only the registrar. A restriction or freeze stays.
    @param account The party's account id.
    @param category 1 retail, 2 professional, 3 eligible counterparty.
    @param expiry Seconds, in the future.
    @param screened_at Seconds; no older than the screening before.
    """
    roles._check_holder(REGISTRAR)
    word: uint256 = party_book._word(account)
    assert word & action_gate.FLAG_REVOKED == 0, "parties: revoked"
    assert screened_at >= (word >> 216) & _MASK_32, "parties: older screening"
    renewed: uint256 = party_book._renewed(
        category, word & action_gate.FLAG_NATURAL_PERSON != 0, expiry, screened_at
    )
    word = (word & ~party_book._RENEWED) | renewed | (party_book.REGISTRAR_ISSUER << 168)
    wallet: address = party_book.wallet_of[account]
    party_book.word_of[wallet] = word
    report_chain._report(
        party_book.PARTY_CHANGED_TOPIC,
        convert(account, bytes32),
        convert(wallet, bytes32),
        abi_encode(word),
    )


@external
def revoke(account: uint256, reason: bytes32):
    """
    @notice Withdraws a party's attestation, for good. It can still reduce, close,
            pay in and be paid out. Only the registrar.
    @param account The party's account id.
    @param reason A reason code or a commitment to the reason.
    """
    roles._check_holder(REGISTRAR)
    word: uint256 = party_book._word(account)
    assert word & action_gate.FLAG_REVOKED == 0, "parties: revoked"
    word |= action_gate.FLAG_REVOKED
    wallet: address = party_book.wallet_of[account]
    party_book.word_of[wallet] = word
    report_chain._report(
        party_book.PARTY_REVOKED_TOPIC,
        convert(account, bytes32),
        convert(wallet, bytes32),
        abi_encode(word, reason),
    )
