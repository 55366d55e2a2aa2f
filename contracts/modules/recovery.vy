# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Recovery of a lost key
@license Apache-2.0
@notice Whoever attests a party announces that its key is lost and which wallet
        replaces it; after a delay the new wallet takes the party word over, with
        the account and so with every position, balance, limit, call, debt and
        freeze. Until then the lost key itself, who announced, or an authority in
        scope contests it, and nothing happens.
@dev    No supervisor announces, and none can: recovery is the one road on which
        property changes hands without its key, so it is slow, seen by everybody,
        and stopped by one call of whoever still has the key. A stolen key is a
        case for a freeze, which moves along.
        The lost wallet keeps a tombstone and is never let in again.
        The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import roles
uses: roles

from . import party_book
uses: party_book

from . import issuer_book
uses: issuer_book

from . import screening
uses: screening

from . import action_gate
from . import rules


REGISTRAR: constant(bytes32) = keccak256("registrar")

# The power of an authority that may contest, as Supervision numbers it.
FREEZE: constant(uint256) = 1

# The word of a wallet whose key was lost: no account, and no act.
TOMBSTONE: constant(uint256) = action_gate.FLAG_REVOKED | action_gate.FLAG_FROZEN

RECOVERY_ANNOUNCED_TOPIC: constant(bytes32) = keccak256(
    "RecoveryAnnounced(uint256,address,address,uint256,bytes32,uint256)"
)
RECOVERY_CONTESTED_TOPIC: constant(bytes32) = keccak256(
    "RecoveryContested(uint256,address,address)"
)
PARTY_RECOVERED_TOPIC: constant(bytes32) = keccak256(
    "PartyRecovered(uint256,address,address,uint256)"
)

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1
_MASK_160: constant(uint256) = 2**160 - 1


# Lost wallet to its announced recovery: replacement uint160 | the time from which
# it can be completed uint32 (seconds) | the issuer that announced it uint8, which
# must still count then. Zero if there is none.
recovery_of: public(HashMap[address, uint256])


@external
def announce_recovery(lost: address, replacement: address, evidence: bytes32):
    """
    @notice Announces that a party's key is lost. Only the registrar, or the issuer
            that attests the party.
    @param lost The party's wallet.
    @param replacement A wallet that is no party's and never was.
    @param evidence Commitment to what was examined, not zero.
    """
    word: uint256 = party_book._word(lost)
    issuer: uint256 = self._attests(word)
    assert issuer != 0, "parties: not its issuer"
    assert self.recovery_of[lost] == 0, "parties: already announced"
    assert replacement != empty(address), "parties: no wallet"
    assert replacement != msg.sender, "parties: vouches for itself"
    assert party_book.word_of[replacement] == 0, "parties: wallet known"
    assert evidence != empty(bytes32), "parties: no evidence"
    ripe_at: uint256 = block.timestamp + rules.RECOVERY_DELAY_SECONDS
    self.recovery_of[lost] = (
        convert(replacement, uint256) | (ripe_at << 160) | (issuer << 192)
    )
    report_chain._report(
        RECOVERY_ANNOUNCED_TOPIC,
        convert(word & _MASK_32, bytes32),
        convert(lost, bytes32),
        abi_encode(replacement, ripe_at, evidence, issuer),
    )


@external
def contest_recovery(lost: address):
    """
    @notice Ends an announced recovery. Only the wallet itself, whoever attests the
            party, or an authority that could freeze it.
    @param lost The party's wallet.
    """
    assert self.recovery_of[lost] != 0, "parties: no recovery"
    word: uint256 = party_book._word(lost)
    if msg.sender != lost and self._attests(word) == 0:
        authority: uint256 = staticcall party_book.SUPERVISION.check_power(
            msg.sender, FREEZE, (word >> 136) & _MASK_16, 0
        )
    self.recovery_of[lost] = 0
    report_chain._report(
        RECOVERY_CONTESTED_TOPIC,
        convert(word & _MASK_32, bytes32),
        convert(lost, bytes32),
        abi_encode(msg.sender),
    )


@external
def complete_recovery(lost: address):
    """
    @notice Takes over a party whose key was lost. Only the announced replacement,
            after the delay and before the announcement is too old. A freeze, a
            restriction and a sanctions flag move along.
    @param lost The party's wallet before.
    """
    announced: uint256 = self.recovery_of[lost]
    assert (
        announced != 0 and convert(announced & _MASK_160, address) == msg.sender
    ), "parties: not the replacement"
    # What a stolen key announced ends with its recognition, and does not come back
    # with it.
    issuer: uint256 = announced >> 192
    ripe_at: uint256 = (announced >> 160) & _MASK_32
    assert (party_book.table >> issuer) & 1 == 1 and (
        ripe_at - rules.RECOVERY_DELAY_SECONDS > issuer_book.ended_at[issuer]
    ), "parties: issuer not recognised"
    assert block.timestamp >= ripe_at, "parties: not yet"
    assert block.timestamp <= ripe_at + rules.RECOVERY_WINDOW_SECONDS, "parties: too late"
    assert party_book.word_of[msg.sender] == 0, "parties: wallet known"
    assert (
        staticcall party_book.SUPERVISION.mandate_of(msg.sender) == 0
    ), "parties: one holder, two roles"
    word: uint256 = party_book._word(lost)
    self._check_keys(lost)
    assert not screening._is_listed(screening._asked(msg.sender)), "parties: sanctioned"
    word |= action_gate.FLAG_RECOVERED
    self.recovery_of[lost] = 0
    party_book.word_of[lost] = TOMBSTONE
    party_book.word_of[msg.sender] = word
    screening.predecessor_of[msg.sender] = lost
    report_chain._report(
        PARTY_RECOVERED_TOPIC,
        convert(word & _MASK_32, bytes32),
        convert(lost, bytes32),
        abi_encode(msg.sender, word),
    )


@internal
@view
def _attests(_word: uint256) -> uint256:
    """
    @notice As which issuer the caller attests a party: the registrar, or the issuer
            in its word, while it counts.
    @param _word The party word.
    @return uint256 Its number; 0 if it does not.
    """
    issuer: uint256 = party_book.REGISTRAR_ISSUER
    if msg.sender != roles.holder_of[REGISTRAR]:
        issuer = issuer_book.issuer_of[msg.sender]
        if issuer != (_word >> 168) & _MASK_8:
            return 0
    if (party_book.table >> issuer) & 1 == 0:
        return 0
    return issuer


@internal
@view
def _check_keys(_lost: address):
    """
    @notice Reverts where a party has lost as many keys as are screened.
    @param _lost Its wallet.
    """
    wallet: address = _lost
    for i: uint256 in range(screening.MAX_PREDECESSORS - 1):
        wallet = screening.predecessor_of[wallet]
        if wallet == empty(address):
            return
    assert screening.predecessor_of[wallet] == empty(address), "parties: too many keys"
