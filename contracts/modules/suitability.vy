# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Suitability: what protects a retail client
@license Apache-2.0
@notice The registrar publishes a risk warning a jurisdiction (the hash of its
        text); a retail client opens nothing before it has accepted the one in
        force. A party asks by its own key for a category with fewer protections,
        and gets it only after a cooling-off time and when an issuer attests it; a
        category with more protections is granted at once (party book module).
@dev    Risk warnings: ESMA Decision (EU) 2018/796, Art. 2 (e) and Annex II, which
        has the share of losing accounts recalculated every three months: a new
        edition. Categories: MiFID II, Annex II. That a request cools off is
        practice here; see the rule.
        The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import roles
uses: roles

from . import party_book
uses: party_book

from . import action_gate
from . import jurisdictions
from . import rules


REGISTRAR: constant(bytes32) = keccak256("registrar")

WARNING_PUBLISHED_TOPIC: constant(bytes32) = keccak256(
    "WarningPublished(uint256,bytes32,uint256,uint256)"
)
WARNING_ACCEPTED_TOPIC: constant(bytes32) = keccak256(
    "WarningAccepted(uint256,bytes32,uint256)"
)

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1

# Lanes of the suitability word (party book module).
_REQUEST: constant(uint256) = (2**40 - 1) * 2**32
_WARNING: constant(uint256) = (2**64 - 1) * 2**72


# Jurisdiction (two ASCII letters, big-endian) to its warning: edition uint32 |
# effective_at uint32 (seconds). Until then the edition before it still counts.
_warnings: HashMap[uint256, uint256]

# Jurisdiction to the hash of the newest warning's text.
_texts: HashMap[uint256, bytes32]


@external
def publish_warning(jurisdiction: bytes2, text_hash: bytes32, effective_at: uint256):
    """
    @notice Publishes a new edition of a jurisdiction's risk warning. Only the
            registrar.
    @param jurisdiction ISO 3166-1 alpha-2, assigned, or "EU" for the parties whose
           state is kept off the chain.
    @param text_hash keccak256 of the text in UTF-8, not zero.
    @param effective_at Seconds, not in the past and not too far; from then on the
           edition before it no longer counts.
    """
    self._check_registrar()
    letters: uint256 = convert(jurisdiction, uint256)
    assert jurisdictions._is_jurisdiction(letters), "parties: bad jurisdiction"
    assert text_hash != empty(bytes32), "parties: no text"
    assert effective_at >= block.timestamp and (
        effective_at <= block.timestamp + rules.WARNING_NOTICE_MAX_SECONDS
    ), "parties: bad effective date"
    before: uint256 = self._warnings[letters]
    assert block.timestamp >= before >> 32, "parties: edition pending"
    edition: uint256 = (before & _MASK_32) + 1
    self._warnings[letters] = edition | (effective_at << 32)
    self._texts[letters] = text_hash
    report_chain._report(
        WARNING_PUBLISHED_TOPIC,
        convert(letters, bytes32),
        text_hash,
        abi_encode(edition, effective_at),
    )


@external
def accept_warning(text_hash: bytes32):
    """
    @notice Accepts the newest risk warning of the party's jurisdiction. Only the
            party's own wallet.
    @param text_hash keccak256 of the text that was shown.
    """
    word: uint256 = party_book._word(msg.sender)
    letters: uint256 = (word >> 136) & _MASK_16
    edition: uint256 = self._warnings[letters] & _MASK_32
    assert edition != 0, "parties: no warning"
    assert text_hash == self._texts[letters], "parties: another text"
    account: uint256 = word & _MASK_32
    before: uint256 = party_book.suitability_of[account]
    assert (before >> 72) & _MASK_32 != edition, "parties: already so"
    after: uint256 = (before & ~_WARNING) | (edition << 72) | (block.timestamp << 104)
    party_book.suitability_of[account] = after
    report_chain._report(
        WARNING_ACCEPTED_TOPIC, convert(account, bytes32), text_hash, abi_encode(after)
    )


@external
def request_category(category: uint256):
    """
    @notice Asks for a category with fewer protections, or withdraws the request.
            Only the party's own wallet. The request can be granted after the
            cooling-off time, by whoever attests the party.
    @param category 2 professional, 3 eligible counterparty (no natural person);
           0 withdraws.
    """
    word: uint256 = party_book._word(msg.sender)
    account: uint256 = word & _MASK_32
    before: uint256 = party_book.suitability_of[account]
    after: uint256 = before & ~_REQUEST
    if category != 0:
        highest: uint256 = action_gate.ELIGIBLE_COUNTERPARTY
        if word & action_gate.FLAG_NATURAL_PERSON != 0:
            highest = action_gate.PROFESSIONAL
        assert category <= highest and (
            category > (party_book._as_it_counts(word) >> 152) & _MASK_8
        ), "parties: bad category"
        ripe_at: uint256 = block.timestamp + rules.CATEGORY_COOLING_OFF_SECONDS
        after |= (category << 32) | (ripe_at << 40)
    assert after != before, "parties: already so"
    party_book._set_suitability(account, msg.sender, after)


@external
@view
def warning_of(jurisdiction: bytes2) -> (uint256, uint256, bytes32):
    """
    @notice The newest risk warning of a jurisdiction. Anyone may ask.
    @param jurisdiction Two letters.
    @return uint256 Edition, 0 if none; seconds from which it alone counts; and
            keccak256 of its text.
    """
    letters: uint256 = convert(jurisdiction, uint256)
    word: uint256 = self._warnings[letters]
    return word & _MASK_32, word >> 32, self._texts[letters]


@internal
@view
def _check_registrar():
    """
    @notice Reverts unless the caller holds the registrar's role and the registrar
            counts as an issuer: a stolen key loses both when an authority ends it.
    """
    roles._check_holder(REGISTRAR)
    assert (
        party_book.table >> party_book.REGISTRAR_ISSUER
    ) & 1 == 1, "parties: issuer not recognised"


@internal
@view
def _has_accepted(_word: uint256) -> bool:
    """
    @notice Whether a party has accepted the risk warning that is in force.
    @param _word The party word.
    @return bool False too where none has been published.
    """
    warning: uint256 = self._warnings[(_word >> 136) & _MASK_16]
    edition: uint256 = warning & _MASK_32
    accepted: uint256 = (party_book.suitability_of[_word & _MASK_32] >> 72) & _MASK_32
    if accepted == 0:
        return False
    return accepted == edition or (
        accepted + 1 == edition and block.timestamp < warning >> 32
    )
