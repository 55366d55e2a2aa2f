# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Signed attestations
@license Apache-2.0
@notice What a recognised issuer says of a party, signed off chain (EIP-712) and
        brought by the party or by anyone: `attest`, `attest_many`. The first one
        gives a wallet its account, each later one renews it. The issuer takes
        back what it attested with `revoke_attested`, signed or by a call of its
        own, and with `void_nonces` what nobody has brought yet.
@dev    What is trusted is what was written once: no signature is verified again
        when somebody trades. That an issuer no longer counts is seen at once all
        the same, since its bit is read by the gate.
        - Replay: the domain holds the chain and this registry, and a nonce of
          the issuer is used up by the first statement that carries it. It is the
          nonce that is marked and never a hash of the signature, so another
          encoding of the same signature gains nothing (and is refused anyway).
        - Nobody vouches for itself: the party is neither the signer nor a legal
          person with the issuer's LEI.
        - `document` commits to what the issuer keeps about the party (IVMS101,
          salted); it is reported and not stored.
        The contract that uses this module declares its three events.
"""


from . import report_chain
uses: report_chain

from . import party_book
uses: party_book

from . import issuer_book
uses: issuer_book

from . import action_gate
from . import contract_signatures
from . import signatures


# The most statements that one call brings, and the most nonces that one voids.
MAX_BATCH: constant(uint256) = 50

PARTY_ATTESTED_TOPIC: constant(bytes32) = keccak256(
    "PartyAttested(uint256,address,uint256,uint256,uint256,bytes32)"
)
ATTESTATION_REVOKED_TOPIC: constant(bytes32) = keccak256(
    "AttestationRevoked(uint256,address,uint256,uint256,bytes32)"
)
NONCE_VOIDED_TOPIC: constant(bytes32) = keccak256("NonceVoided(uint256,uint256)")

_ATTESTATION_TYPE: constant(bytes32) = keccak256(
    "Attestation(address wallet,uint256 identifier,bytes2 jurisdiction,"
    "uint256 category,bool natural_person,uint256 member,uint256 expiry,"
    "uint256 status_until,uint256 screened_at,uint256 issuer,uint256 nonce,"
    "bytes32 document)"
)
_REVOCATION_TYPE: constant(bytes32) = keccak256(
    "Revocation(address wallet,uint256 issuer,uint256 nonce,bytes32 reason)"
)
_NAME_HASH: constant(bytes32) = keccak256("Keelmark PartyRegistry")
_VERSION_HASH: constant(bytes32) = keccak256("1")

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_32: constant(uint256) = 2**32 - 1


# What an issuer signs about a party. The field order is that of the EIP-712 type.
struct SignedAttestation:
    wallet: address  # the party's key; one wallet, one account
    identifier: uint256  # LEI in base 36, or the salted client code (104 bits)
    jurisdiction: bytes2  # ISO 3166-1 alpha-2, assigned, or "EU"
    category: uint256  # 1 retail, 2 professional, 3 eligible counterparty
    natural_person: bool  # True: `identifier` is a client code
    member: uint256  # natural person: account of the carrying member; else 0
    expiry: uint256  # seconds; the attestation holds before it
    status_until: uint256  # seconds; from then on the category is retail; 0 = never
    screened_at: uint256  # seconds; when sanctions lists were last consulted
    issuer: uint256  # number of the issuer, 2 to 127
    nonce: uint256  # any number that the issuer has not used up
    document: bytes32  # salted commitment to the IVMS101 document; zero if none


# What an issuer signs to take its attestation of a party back, for good.
struct Revocation:
    wallet: address  # the party
    issuer: uint256  # number of the issuer, 2 to 127
    nonce: uint256  # any number that the issuer has not used up
    reason: bytes32  # a reason code or a commitment to the reason


# Issuer to word (nonce // 256) to one bit a nonce. A set bit is never cleared: it
# is what stops a replay.
_nonces: HashMap[uint256, HashMap[uint256, uint256]]


@external
def attest(
    attestation: SignedAttestation, signature: Bytes[contract_signatures.MAX_SIGNATURE]
) -> uint256:
    """
    @notice Lets a party in, or renews it, on what a recognised issuer signed.
            Anyone may bring it.
    @param attestation What the issuer signed; see the struct.
    @param signature r || s || v of the issuer's key; what its contract takes for
           one (ERC-1271), at most 260 bytes.
    @return uint256 The party's account id.
    """
    return self._bring(self._domain(), attestation, signature)


@external
def attest_many(
    attestations: DynArray[SignedAttestation, MAX_BATCH],
    signed: DynArray[Bytes[contract_signatures.MAX_SIGNATURE], MAX_BATCH],
):
    """
    @notice Brings up to fifty attestations, of one issuer or of several; one that
            is refused refuses all. Anyone may bring them.
    @param attestations In the order in which ids are given out.
    @param signed A signature each, in the same order.
    """
    assert len(attestations) == len(signed), "parties: signatures missing"
    domain: bytes32 = self._domain()
    for i: uint256 in range(len(attestations), bound=MAX_BATCH):
        self._bring(domain, attestations[i], signed[i])


@external
def revoke_attested(
    revocation: Revocation, signature: Bytes[contract_signatures.MAX_SIGNATURE]
):
    """
    @notice Takes back, for good, what an issuer attested of a party; it can still
            reduce, close, pay in and be paid out. Anyone may bring what the
            issuer signed; without a signature it is for the issuer itself.
    @param revocation What the issuer says; see the struct.
    @param signature The issuer's, as in `attest`; empty in its own call.
    """
    word: uint256 = issuer_book._recognised(revocation.issuer)
    if len(signature) == 0:
        assert msg.sender == issuer_book._signer(word), "parties: not the issuer"
    else:
        self._check_signature(
            word,
            signatures._digest_of(
                self._domain(), keccak256(abi_encode(_REVOCATION_TYPE, revocation))
            ),
            signature,
        )
    assert self._use(revocation.issuer, revocation.nonce), "parties: nonce used"
    party: uint256 = party_book.word_of[revocation.wallet]
    assert party != 0, "parties: no such party"
    assert (party >> 168) & _MASK_8 == revocation.issuer, "parties: another issuer"
    assert party & action_gate.FLAG_REVOKED == 0, "parties: revoked"
    party |= action_gate.FLAG_REVOKED
    party_book.word_of[revocation.wallet] = party
    report_chain._report(
        ATTESTATION_REVOKED_TOPIC,
        convert(party & _MASK_32, bytes32),
        convert(revocation.wallet, bytes32),
        abi_encode(party, revocation.nonce, revocation.reason),
    )


@external
def void_nonces(issuer: uint256, nonces: DynArray[uint256, MAX_BATCH]):
    """
    @notice Makes worthless what an issuer signed and nobody has brought yet. Only
            the issuer, recognised or not.
    @dev    Nonces used up already, repeated ones too, are passed over: else
            whoever brings one statement would keep the others alive.
    @param issuer Number of the issuer.
    @param nonces Its nonces.
    """
    signer: address = issuer_book._signer(issuer_book._issuers[issuer])
    assert msg.sender == signer, "parties: not the issuer"
    for nonce: uint256 in nonces:
        if self._use(issuer, nonce):
            report_chain._report(
                NONCE_VOIDED_TOPIC, convert(issuer, bytes32), convert(nonce, bytes32), b""
            )


@external
@view
def is_nonce_used(issuer: uint256, nonce: uint256) -> bool:
    """
    @notice Whether a nonce is used up: brought, or voided. Anyone may ask.
    @param issuer Number of the issuer.
    @param nonce The nonce.
    @return bool True if nothing that carries it can be brought any more.
    """
    return (self._nonces[issuer][nonce >> 8] >> (nonce & 255)) & 1 == 1


@external
@view
def domain_separator() -> bytes32:
    """
    @notice The EIP-712 domain of this registry on this chain.
    @return bytes32 hashStruct(eip712Domain).
    """
    return self._domain()


@internal
def _bring(
    _domain: bytes32,
    _attestation: SignedAttestation,
    _signature: Bytes[contract_signatures.MAX_SIGNATURE],
) -> uint256:
    """
    @notice Checks who signed an attestation, uses up its nonce and writes it.
    @param _domain The domain separator.
    @param _attestation What was signed.
    @param _signature By whom, as in `attest`.
    @return uint256 The party's account id.
    """
    a: SignedAttestation = _attestation
    word: uint256 = issuer_book._recognised(a.issuer)
    assert a.wallet != issuer_book._signer(word), "parties: vouches for itself"
    if not a.natural_person:
        assert not issuer_book._is_itself(word, a.identifier), "parties: vouches for itself"
    self._check_signature(
        word,
        signatures._digest_of(_domain, keccak256(abi_encode(_ATTESTATION_TYPE, a))),
        _signature,
    )
    assert self._use(a.issuer, a.nonce), "parties: nonce used"
    party: uint256 = party_book._admit(
        party_book.Attestation(
            wallet=a.wallet,
            identifier=a.identifier,
            jurisdiction=a.jurisdiction,
            category=a.category,
            natural_person=a.natural_person,
            member=a.member,
            expiry=a.expiry,
            status_until=a.status_until,
            screened_at=a.screened_at,
        ),
        a.issuer,
    )
    report_chain._report(
        PARTY_ATTESTED_TOPIC,
        convert(party & _MASK_32, bytes32),
        convert(a.wallet, bytes32),
        abi_encode(party, a.member, a.nonce, a.document),
    )
    return party & _MASK_32


@internal
@view
def _check_signature(
    _issuer: uint256, _digest: bytes32, _signature: Bytes[contract_signatures.MAX_SIGNATURE]
):
    """
    @notice Reverts unless an issuer signed a digest: its key in the one canonical
            form, or its contract by saying so.
    @param _issuer The issuer's word.
    @param _digest What was signed.
    @param _signature The signature.
    """
    signer: address = issuer_book._signer(_issuer)
    if issuer_book._is_contract(_issuer):
        assert contract_signatures._has_signed(
            signer, _digest, _signature
        ), "parties: contract did not sign"
    else:
        assert len(_signature) == 65, "signatures: length"
        assert (
            signatures._recover(_digest, slice(_signature, 0, 65)) == signer
        ), "parties: not the issuer"


@internal
def _use(_issuer: uint256, _nonce: uint256) -> bool:
    """
    @notice Marks a nonce of an issuer's as used up.
    @param _issuer Number of the issuer.
    @param _nonce The nonce.
    @return bool False if it was used up before, and nothing was done.
    """
    word: uint256 = self._nonces[_issuer][_nonce >> 8]
    marked: uint256 = word | (1 << (_nonce & 255))
    if marked == word:
        return False
    self._nonces[_issuer][_nonce >> 8] = marked
    return True


@internal
@view
def _domain() -> bytes32:
    """
    @notice The domain separator, read afresh: a fork of the chain changes it.
    @return bytes32 hashStruct(eip712Domain).
    """
    return signatures._domain_separator(_NAME_HASH, _VERSION_HASH)
