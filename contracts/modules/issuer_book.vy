# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Issuers of attestations
@license Apache-2.0
@notice Who may attest parties beside the registrar: a number, a signer (a key, or
        a contract that answers ERC-1271) and an LEI, recognised by an authority
        with that power on a legal basis that is reported. It can end a
        recognition, and everything attested under it stops opening at once.
@dev    A number keeps its signer for good, and a signer its number. Were a new
        key put in under an old number, what a stolen key attested would open
        again with it; could a key have two numbers, ending one would leave the
        other. Who changes keys signs through a contract, or gets a new number
        and renews its parties.
        The contract that uses this module declares its two events.
"""


from . import report_chain
uses: report_chain

from . import roles
uses: roles

from . import party_book
uses: party_book

from . import action_gate
from . import identifiers


REGISTRAR: constant(bytes32) = keccak256("registrar")

# The power to recognise issuers and to end it, as Supervision numbers it.
ISSUERS: constant(uint256) = 32


ISSUER_RECOGNISED_TOPIC: constant(bytes32) = keccak256(
    "IssuerRecognised(uint256,bytes32,address,uint256,bytes32)"
)
ISSUER_CHANGED_TOPIC: constant(bytes32) = keccak256(
    "IssuerChanged(uint256,bytes32,uint256,bytes32)"
)

# An LEI without its two check digits, which the rest determines.
_CHECK_DIGITS: constant(uint256) = 36**2

_CONTRACT: constant(uint256) = 2**255
_MASK_160: constant(uint256) = 2**160 - 1
_MASK_94: constant(uint256) = 2**94 - 1


# Issuer to its word: signer uint160 | LEI without check digits uint94 @ 160 | one
# spare bit | whether the signer was a contract when it was recognised @ 255. That
# bit is kept, so that code put at a key's address later signs nothing.
_issuers: HashMap[uint256, uint256]

# Issuer to when its recognition was last ended (seconds); zero if it never was.
ended_at: public(HashMap[uint256, uint256])

# Signer to its issuer number; zero if it is none.
issuer_of: public(HashMap[address, uint256])


@external
def recognise_issuer(
    issuer: uint256,
    signer: address,
    identifier: uint256,
    legal_basis: bytes32,
    case_hash: bytes32,
):
    """
    @notice Recognises a new issuer of attestations under a number that nobody has
            had. Only an authority with that power.
    @param issuer 2 to 127; 1 is the registrar.
    @param signer Its key's address, or the contract that signs for it (ERC-1271,
           already deployed); not the supervisor, and no issuer's yet.
    @param identifier Its LEI in base 36; a party with the same LEI is one that it
           may not attest.
    @param legal_basis The law or decision, not zero.
    @param case_hash Commitment to the case.
    """
    self._check_authority()
    assert (
        issuer > party_book.REGISTRAR_ISSUER and issuer <= action_gate.MAX_ISSUER
    ), "parties: no such issuer"
    assert self._issuers[issuer] == 0, "parties: issuer known"
    assert signer != empty(address), "parties: no signer"
    # Whoever has two roles would go on in one where the other is ended.
    assert signer != roles.holder_of[REGISTRAR] and (
        staticcall party_book.SUPERVISION.mandate_of(signer) == 0
    ), "parties: one holder, two roles"
    assert self.issuer_of[signer] == 0, "parties: signer known"
    assert identifiers._is_lei(identifier), "parties: bad lei"
    assert legal_basis != empty(bytes32), "parties: no legal basis"
    word: uint256 = convert(signer, uint256) | ((identifier // _CHECK_DIGITS) << 160)
    if signer.is_contract:
        word |= _CONTRACT
    self._issuers[issuer] = word
    self.issuer_of[signer] = issuer
    party_book.table |= 1 << issuer
    report_chain._report(
        ISSUER_RECOGNISED_TOPIC,
        convert(issuer, bytes32),
        legal_basis,
        abi_encode(signer, identifier, case_hash),
    )


@external
def set_issuer(issuer: uint256, recognised: bool, legal_basis: bytes32, case_hash: bytes32):
    """
    @notice Ends the recognition of an issuer of attestations, or restores it. Who
            was let in by one that is not recognised may reduce and close. Only
            an authority with that power.
    @param issuer 1 (the registrar), or one that was recognised before.
    @param recognised Whether its attestations count.
    @param legal_basis The law or decision, not zero.
    @param case_hash Commitment to the case.
    """
    self._check_authority()
    assert (
        issuer == party_book.REGISTRAR_ISSUER or self._issuers[issuer] != 0
    ), "parties: no such issuer"
    assert legal_basis != empty(bytes32), "parties: no legal basis"
    assert recognised != ((party_book.table >> issuer) & 1 == 1), "parties: already so"
    party_book.table ^= 1 << issuer
    if not recognised:
        self.ended_at[issuer] = block.timestamp
    report_chain._report(
        ISSUER_CHANGED_TOPIC,
        convert(issuer, bytes32),
        legal_basis,
        abi_encode(convert(recognised, uint256), case_hash),
    )


@external
@view
def signer_of(issuer: uint256) -> address:
    """
    @notice Who signs for an issuer. Anyone may ask.
    @param issuer Its number.
    @return address Zero for the registrar and for a number that nobody has.
    """
    return self._signer(self._issuers[issuer])


@internal
@view
def _check_authority():
    """
    @notice Reverts unless the caller may recognise issuers.
    """
    authority: uint256 = staticcall party_book.SUPERVISION.check_power(msg.sender, ISSUERS, 0, 0)


@internal
@view
def _recognised(_issuer: uint256) -> uint256:
    """
    @notice The word of an issuer that counts today; reverts for any other.
    @param _issuer Its number.
    @return uint256 Its word.
    """
    word: uint256 = self._issuers[_issuer]
    assert word != 0, "parties: no such issuer"
    assert (party_book.table >> _issuer) & 1 == 1, "parties: issuer not recognised"
    return word


@internal
@pure
def _signer(_word: uint256) -> address:
    """
    @notice The signer in an issuer's word.
    @param _word The word.
    @return address Zero in an empty word.
    """
    return convert(_word & _MASK_160, address)


@internal
@pure
def _is_contract(_word: uint256) -> bool:
    """
    @notice Whether an issuer signs through its code.
    @param _word The issuer's word.
    @return bool False for a key.
    """
    return _word & _CONTRACT != 0


@internal
@pure
def _is_itself(_word: uint256, _identifier: uint256) -> bool:
    """
    @notice Whether a legal person is the issuer itself.
    @param _word The issuer's word.
    @param _identifier The legal person's LEI in base 36.
    @return bool True if the LEIs are the same.
    """
    return (_word >> 160) & _MASK_94 == _identifier // _CHECK_DIGITS
