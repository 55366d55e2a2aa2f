# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Party book: the registry's state and the one road into it
@license Apache-2.0
@notice Holds a packed word a wallet and a wallet an account id, and lets a word
        in through `_attest` (the registrar's) and `_admit` (a signed attestation,
        which also renews). Nothing here checks a role or a signature: whoever
        calls it does.
@dev    Nothing personal is stored or reported. A legal person is its LEI, a
        public identifier. A natural person is a client code that the carrying
        member salted and keeps off chain, with a flag, a country and a category.
        The contract that uses this module declares its three events.

        Seam: a sub-account will be a further id whose `wallet_of` is the same
        wallet; the word keeps the first.
"""


from . import report_chain
uses: report_chain

from . import action_gate
from . import identifiers
from . import jurisdictions
from . import rules


# The registrar as an issuer of attestations.
REGISTRAR_ISSUER: constant(uint256) = 1


PARTY_ONBOARDED_TOPIC: constant(bytes32) = keccak256(
    "PartyOnboarded(uint256,address,uint256,uint256)"
)
PARTY_CHANGED_TOPIC: constant(bytes32) = keccak256("PartyChanged(uint256,address,uint256)")
PARTY_REVOKED_TOPIC: constant(bytes32) = keccak256(
    "PartyRevoked(uint256,address,uint256,bytes32)"
)

_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1

# Who a party is, which no renewal changes: identifier, jurisdiction, and whether
# it is a natural person.
_IDENTITY: constant(uint256) = (2**120 - 1) * 2**32 | 2**160

# What a renewal writes: category, issuer, expiry and screened_at. The account and
# the flags are not among it.
_RENEWED: constant(uint256) = 255 * 2**152 | (2**16 - 1) * 2**168 | (2**64 - 1) * 2**184


# What an issuer attests about one party.
struct Attestation:
    wallet: address  # the party's key; one wallet, one account
    identifier: uint256  # LEI in base 36, or the salted client code (104 bits)
    jurisdiction: bytes2  # ISO 3166-1 alpha-2, assigned, or "EU"
    category: uint256  # 1 retail, 2 professional, 3 eligible counterparty
    natural_person: bool  # True: `identifier` is a client code
    member: uint256  # natural person: account of the carrying member; else 0
    expiry: uint256  # seconds; the attestation holds before it
    screened_at: uint256  # seconds; when sanctions lists were last consulted


# Wallet to its party word (format: action gate module). One slot, so that the
# gate reads one slot a side.
word_of: public(HashMap[address, uint256])

# Account id to its wallet. Ids are dense, from 1, so that statements over all
# accounts have an index.
wallet_of: public(HashMap[uint256, address])

# How many account ids have been given out.
account_count: public(uint256)

# The issuers whose attestations open positions, one bit each. Clearing a bit
# stops, at once, every party that a compromised issuer let in.
recognised_issuers: public(uint256)


@deploy
def __init__():
    """
    @notice Recognises the registrar as an issuer.
    """
    self.recognised_issuers = 2**REGISTRAR_ISSUER


@internal
def _attest(_attestation: Attestation, _issuer: uint256) -> uint256:
    """
    @notice Gives a wallet that is not known its account and word, and reports it.
    @param _attestation What is attested; see the struct.
    @param _issuer Who attests.
    @return uint256 The account id.
    """
    assert self.word_of[_attestation.wallet] == 0, "parties: wallet known"
    word: uint256 = self._enter(
        _attestation.wallet, self._checked(_attestation) | (_issuer << 168)
    )
    account: uint256 = word & _MASK_32
    report_chain._report(
        PARTY_ONBOARDED_TOPIC,
        convert(account, bytes32),
        convert(_attestation.wallet, bytes32),
        abi_encode(word, _attestation.member),
    )
    return account


@internal
def _admit(_attestation: Attestation, _issuer: uint256) -> uint256:
    """
    @notice Gives a wallet its account and word, or renews the word that it has:
            category, expiry, screening and issuer. Who the party is, its account
            and its flags stay: a freeze or a restriction outlives any renewal,
            and a revoked party does not come back. Does not report.
    @dev    The screening must be newer than the one before, and not merely as
            old: of two attestations that nobody has brought yet, the older one
            can never undo the newer. While an issuer counts and its attestation
            holds, no other renews it: else one could loosen what another
            attests, or take its party out of its reach.
    @param _attestation What is attested; see the struct.
    @param _issuer Who attests; recognised.
    @return uint256 The party word.
    """
    fresh: uint256 = self._checked(_attestation) | (_issuer << 168)
    word: uint256 = self.word_of[_attestation.wallet]
    if word == 0:
        return self._enter(_attestation.wallet, fresh)
    assert word & action_gate.FLAG_REVOKED == 0, "parties: revoked"
    assert (word ^ fresh) & _IDENTITY == 0, "parties: another party"
    assert fresh >> 216 > (word >> 216) & _MASK_32, "parties: older screening"
    before: uint256 = (word >> 168) & _MASK_16
    if before != _issuer and (self.recognised_issuers >> before) & 1 == 1:
        assert block.timestamp >= (word >> 184) & _MASK_32, "parties: another issuer"
    word = (word & ~_RENEWED) | (fresh & _RENEWED)
    self.word_of[_attestation.wallet] = word
    return word


@internal
@view
def _checked(_attestation: Attestation) -> uint256:
    """
    @notice What an attestation says, checked, as a word without account and
            issuer.
    @param _attestation What is attested; see the struct.
    @return uint256 Identifier, jurisdiction, category, natural-person flag,
            expiry and screened_at in place.
    """
    a: Attestation = _attestation
    assert a.wallet != empty(address), "parties: no wallet"
    letters: uint256 = convert(a.jurisdiction, uint256)
    assert jurisdictions._is_jurisdiction(letters), "parties: bad jurisdiction"
    word: uint256 = self._renewed(a.category, a.natural_person, a.expiry, a.screened_at)
    if a.natural_person:
        assert a.identifier != 0 and a.identifier < 2**104, "parties: bad client code"
        member: uint256 = self._word(a.member)
        assert member & (
            action_gate.FLAG_NATURAL_PERSON | action_gate.FLAG_FROZEN | action_gate.FLAG_REVOKED
        ) == 0, "parties: bad member"
        word |= action_gate.FLAG_NATURAL_PERSON
    else:
        assert identifiers._is_lei(a.identifier), "parties: bad lei"
        assert a.member == 0, "parties: member of a firm"
    return word | (a.identifier << 32) | (letters << 136)


@internal
def _enter(_wallet: address, _word: uint256) -> uint256:
    """
    @notice Gives a wallet the next account id and writes its word.
    @param _wallet A wallet without a word.
    @param _word Its word without an account.
    @return uint256 Its word with the account.
    """
    account: uint256 = self.account_count + 1
    assert account <= _MASK_32, "parties: full"
    word: uint256 = _word | account
    self.account_count = account
    self.word_of[_wallet] = word
    self.wallet_of[account] = _wallet
    return word


@internal
@view
def _renewed(
    _category: uint256, _natural_person: bool, _expiry: uint256, _screened_at: uint256
) -> uint256:
    """
    @notice The part of a word that a renewal writes, checked: category, expiry,
            screening. A natural person is never an eligible counterparty (MiFID
            II Art. 30).
    @param _category 1 to 3.
    @param _natural_person Whether the party is one.
    @param _expiry Seconds, after now.
    @param _screened_at Seconds, not after now and not stale.
    @return uint256 The three fields in place.
    """
    assert _category >= action_gate.RETAIL, "parties: bad category"
    highest: uint256 = action_gate.ELIGIBLE_COUNTERPARTY
    if _natural_person:
        highest = action_gate.PROFESSIONAL
    assert _category <= highest, "parties: bad category"
    assert _expiry > block.timestamp and _expiry <= _MASK_32, "parties: bad expiry"
    assert _screened_at <= block.timestamp, "parties: future screening"
    assert (
        block.timestamp <= _screened_at + rules.SCREENING_MAX_AGE_SECONDS
    ), "parties: stale screening"
    return (_category << 152) | (_expiry << 184) | (_screened_at << 216)


@internal
@view
def _word(_account: uint256) -> uint256:
    """
    @notice The word of an account's party; reverts if there is none.
    @param _account The account id.
    @return uint256 The party word.
    """
    wallet: address = self.wallet_of[_account]
    assert wallet != empty(address), "parties: no such account"
    return self.word_of[wallet]
