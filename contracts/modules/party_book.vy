# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Party book: the registry's state and the one road into it
@license Apache-2.0
@notice Holds one packed word a wallet and lets it in through `_attest` (the
        registrar's) and `_admit` (a signed attestation, which also renews).
        Nothing here checks a role or a signature: whoever calls it does.
@dev    Nothing personal is stored or reported. A legal person is its LEI, a
        public identifier. A natural person is a client code that the carrying
        member salted and keeps off chain, with a flag, a country and a category.
        The contract that uses this module declares its events.

        A wallet leads to its account and not the other way: one slot a party.
        Who wants the wallet of an account reads it in the events, which all name
        both. A key that was lost leaves a tombstone: a word without an account.

        Seam: a sub-account will be a further id in a word of its own.
"""


from ..interfaces import ISanctionsList
from ..interfaces import ISupervision

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
SUITABILITY_CHANGED_TOPIC: constant(bytes32) = keccak256(
    "SuitabilityChanged(uint256,address,uint256)"
)

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_32: constant(uint256) = 2**32 - 1

# Who a party is, which no renewal changes: identifier, jurisdiction, and whether
# it is a natural person.
_IDENTITY: constant(uint256) = (2**120 - 1) * 2**32 | 2**160

# What a renewal writes: category, whether it has a date, issuer, expiry and
# screened_at. The account, the other flags and the authorities are not among it.
_RENEWED: constant(uint256) = (
    255 * 2**152 | 64 * 2**160 | 255 * 2**168 | (2**64 - 1) * 2**184
)

# Lanes of the suitability word: status_until uint32 | requested category uint8 |
# ripe_at uint32.
_REQUEST: constant(uint256) = (2**40 - 1) * 2**32


# What an issuer attests about one party.
struct Attestation:
    wallet: address  # the party's key; one wallet, one account
    identifier: uint256  # LEI in base 36, or the salted client code (104 bits)
    jurisdiction: bytes2  # ISO 3166-1 alpha-2, assigned, or "EU"
    category: uint256  # 1 retail, 2 professional, 3 eligible counterparty
    natural_person: bool  # True: `identifier` is a client code
    member: uint256  # natural person: account of the carrying member; else 0
    expiry: uint256  # seconds; the attestation holds before it
    status_until: uint256  # seconds; from then on the category is retail; 0 = never
    screened_at: uint256  # seconds; when sanctions lists were last consulted


# Who holds which power, and the list that parties are screened against. For good.
SUPERVISION: immutable(ISupervision)
SANCTIONS: immutable(ISanctionsList)

# Wallet to its party word (format: action gate module).
word_of: public(HashMap[address, uint256])

# How many account ids have been given out. They are dense, from 1, so that
# statements over all accounts have an index.
account_count: public(uint256)

# Account to its suitability word: status_until uint32 | requested category uint8 |
# time from which the request may be granted uint32 | edition of the risk warning
# that was accepted uint32 | when it was, uint32.
suitability_of: public(HashMap[uint256, uint256])

# What the gate reads for everybody, in one slot (format: action gate module).
# Clearing an issuer's bit stops, at once, every party that it let in.
table: uint256


@deploy
def __init__(_supervision: address, _sanctions: address):
    """
    @notice Connects the book, for good.
    @param _supervision Supervision.
    @param _sanctions Sanctions list.
    """
    SUPERVISION = ISupervision(_supervision)
    SANCTIONS = ISanctionsList(_sanctions)


@internal
def _begin():
    """
    @notice Recognises the registrar as an issuer and takes over the list's time.
            Only in a constructor.
    """
    self.table = 2**REGISTRAR_ISSUER | (staticcall SANCTIONS.updated_at() << 128)


@internal
def _attest(_attestation: Attestation, _issuer: uint256) -> uint256:
    """
    @notice Gives a wallet that is not known its account and word, and reports it.
    @param _attestation What is attested; see the struct.
    @param _issuer Who attests.
    @return uint256 The account id.
    """
    assert self.word_of[_attestation.wallet] == 0, "parties: wallet known"
    word: uint256 = self._enter(_attestation, self._checked(_attestation) | (_issuer << 168))
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
            and its other flags stay: a freeze or a restriction outlives any
            renewal, and a revoked party does not come back. Does not report.
    @dev    The screening must be newer than the one before, and not merely as
            old: of two attestations that nobody has brought yet, the older one
            can never undo the newer. While an issuer counts and its attestation
            holds, no other renews it: else one could loosen what another
            attests, or take its party out of its reach. After that the party
            itself must bring what the other signed: whoever attests a party can
            announce that its key is lost.
    @param _attestation What is attested; see the struct.
    @param _issuer Who attests; recognised.
    @return uint256 The party word.
    """
    fresh: uint256 = self._checked(_attestation) | (_issuer << 168)
    word: uint256 = self.word_of[_attestation.wallet]
    if word == 0:
        return self._enter(_attestation, fresh)
    assert word & action_gate.FLAG_REVOKED == 0, "parties: revoked"
    assert (word ^ fresh) & _IDENTITY == 0, "parties: another party"
    assert fresh >> 216 > (word >> 216) & _MASK_32, "parties: older screening"
    before: uint256 = (word >> 168) & _MASK_8
    if before != _issuer:
        assert msg.sender == _attestation.wallet, "parties: another issuer"
        if (self.table >> before) & 1 == 1:
            assert block.timestamp >= (word >> 184) & _MASK_32, "parties: another issuer"
    return self._renew(_attestation.wallet, word, fresh, _attestation.status_until)


@internal
@view
def _checked(_attestation: Attestation) -> uint256:
    """
    @notice What an attestation says, checked, as a word without account and
            issuer.
    @param _attestation What is attested; see the struct.
    @return uint256 Identifier, jurisdiction, category, flags, expiry and
            screened_at in place.
    """
    a: Attestation = _attestation
    assert a.wallet != empty(address), "parties: no wallet"
    letters: uint256 = convert(a.jurisdiction, uint256)
    assert jurisdictions._is_jurisdiction(letters), "parties: bad jurisdiction"
    word: uint256 = self._renewed(
        a.category, a.natural_person, a.expiry, a.status_until, a.screened_at
    )
    if a.natural_person:
        assert a.identifier != 0 and a.identifier < 2**104, "parties: bad client code"
        # Who carries it in a house, the house knows; here the number is reported.
        assert a.member != 0 and a.member <= self.account_count, "parties: bad member"
        word |= action_gate.FLAG_NATURAL_PERSON
    else:
        assert identifiers._is_lei(a.identifier), "parties: bad lei"
        assert a.member == 0, "parties: member of a firm"
    return word | (a.identifier << 32) | (letters << 136)


@internal
def _enter(_attestation: Attestation, _word: uint256) -> uint256:
    """
    @notice Gives a wallet the next account id and writes its word.
    @param _attestation The wallet, without a word, and its status' end.
    @param _word Its word without an account.
    @return uint256 Its word with the account.
    """
    account: uint256 = self.account_count + 1
    assert account <= _MASK_32, "parties: full"
    word: uint256 = _word | account
    self.account_count = account
    self.word_of[_attestation.wallet] = word
    if _attestation.status_until != 0:
        self._set_suitability(account, _attestation.wallet, _attestation.status_until)
    return word


@internal
def _renew(_wallet: address, _word: uint256, _fresh: uint256, _status_until: uint256) -> uint256:
    """
    @notice Writes what a renewal changes. A category with fewer protections needs
            a request of the party that has cooled off; one with more is granted
            at once.
    @param _wallet The party's wallet.
    @param _word Its word.
    @param _fresh A word whose renewed lanes hold what is new.
    @param _status_until Seconds, or 0.
    @return uint256 The word after.
    """
    account: uint256 = _word & _MASK_32
    before: uint256 = self.suitability_of[account]
    after: uint256 = (before & ~_MASK_32) | _status_until
    category: uint256 = (_fresh >> 152) & _MASK_8
    counts: uint256 = (self._as_it_counts(_word) >> 152) & _MASK_8
    if category < counts:
        # Whoever asked had other protections to lose than it has from now on.
        after &= ~_REQUEST
    if category > counts:
        assert (before >> 32) & _MASK_8 == category, "parties: not requested"
        assert block.timestamp >= (before >> 40) & _MASK_32, "parties: cooling off"
        after &= ~_REQUEST
    if after != before:
        self._set_suitability(account, _wallet, after)
    word: uint256 = (_word & ~_RENEWED) | (_fresh & _RENEWED)
    self.word_of[_wallet] = word
    return word


@internal
def _set_suitability(_account: uint256, _wallet: address, _word: uint256):
    """
    @notice Writes a suitability word and reports it.
    @param _account The party's account id.
    @param _wallet Its wallet.
    @param _word The word.
    """
    self.suitability_of[_account] = _word
    report_chain._report(
        SUITABILITY_CHANGED_TOPIC,
        convert(_account, bytes32),
        convert(_wallet, bytes32),
        abi_encode(_word),
    )


@internal
@view
def _as_it_counts(_word: uint256) -> uint256:
    """
    @notice A party word with the category that counts now: retail where a status
            has lapsed.
    @param _word The party word.
    @return uint256 The same word but for its category.
    """
    if _word & action_gate.FLAG_STATUS_DATED == 0:
        return _word
    if block.timestamp < self.suitability_of[_word & _MASK_32] & _MASK_32:
        return _word
    return (_word & ~(_MASK_8 << 152)) | (action_gate.RETAIL << 152)


@internal
@view
def _renewed(
    _category: uint256,
    _natural_person: bool,
    _expiry: uint256,
    _status_until: uint256,
    _screened_at: uint256,
) -> uint256:
    """
    @notice The part of a word that a renewal writes, checked: category, expiry,
            screening. A natural person is never an eligible counterparty (MiFID
            II Art. 30).
    @param _category 1 to 3.
    @param _natural_person Whether the party is one.
    @param _expiry Seconds, after now.
    @param _status_until Seconds, after now; 0 = none, as for a retail client.
    @param _screened_at Seconds, not after now and not stale.
    @return uint256 The four in place.
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
    word: uint256 = (_category << 152) | (_expiry << 184) | (_screened_at << 216)
    if _status_until != 0:
        assert (
            _category != action_gate.RETAIL
            and _status_until > block.timestamp
            and _status_until <= _MASK_32
        ), "parties: bad status date"
        word |= action_gate.FLAG_STATUS_DATED
    return word


@internal
@view
def _word(_wallet: address) -> uint256:
    """
    @notice The word of a wallet's party; reverts if there is none.
    @param _wallet The wallet.
    @return uint256 The party word.
    """
    word: uint256 = self.word_of[_wallet]
    # A tombstone has no account.
    assert word & _MASK_32 != 0, "parties: no such party"
    return word
