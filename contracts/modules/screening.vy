# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Screening: the sanctions list brought into the party word
@license Apache-2.0
@notice `screen` asks the sanctions list, and the oracles beside it, about a party
        and sets or clears its flag; `sync_list` copies the list's time. Anyone may
        call both: what comes out is the list's, whoever asks.
@dev    The gate reads the flag and the time and asks nobody, with one exception:
        money that leaves is asked about at once, so that nobody can withdraw
        between an update of the list and the flag. A copied time is never newer
        than the list's own, so forgetting to copy it stops new risk and no more.
        A party that has lost a key is screened under its earlier wallets too: a
        listed party does not get off the list by another key.
        `screened_at` in the word is the issuer's word on the person, and is not
        renewed here, where only wallets are compared.
        The contract that uses this module declares its events.
"""


from . import report_chain
uses: report_chain

from . import party_book
uses: party_book

from . import action_gate
from . import rules


# Answers of a sanctions list.
CLEAR: constant(uint256) = 0
LISTED: constant(uint256) = 1
LISTED_BY_ORACLE: constant(uint256) = 2
ORACLE_SILENT: constant(uint256) = 4

# Keys that a party may lose, as each of them is screened for good.
MAX_PREDECESSORS: constant(uint256) = 4

PARTY_SCREENED_TOPIC: constant(bytes32) = keccak256(
    "PartyScreened(uint256,address,uint256,uint256)"
)
LIST_SYNCED_TOPIC: constant(bytes32) = keccak256("ListSynced(address,uint256)")

_MASK_32: constant(uint256) = 2**32 - 1


# The wallet that a party used before it lost that key; zero if there is none.
predecessor_of: public(HashMap[address, address])


# Accounts whose flag an oracle set.
listed_by_oracle: public(HashMap[uint256, bool])


@external
def screen(wallet: address) -> uint256:
    """
    @notice Asks the sanctions list about a party and sets its flag accordingly.
            Anyone. To clear a flag the list must be fresh. An oracle that does not
            answer keeps the flags that oracles set, and no others: whom the list
            has taken off is not locked in for good by a contract that died.
    @param wallet The party's wallet.
    @return uint256 The list's answer: 0 clear, 1 listed, 2 listed by an oracle, 4 an
            oracle did not answer.
    """
    word: uint256 = party_book._word(wallet)
    account: uint256 = word & _MASK_32
    answer: uint256 = self._answer(wallet, word)
    flagged: bool = word & action_gate.FLAG_SANCTIONED != 0
    listed: bool = self._is_listed(answer)
    assert (
        listed
        or answer == CLEAR
        or (answer == ORACLE_SILENT and not self.listed_by_oracle[account])
    ), "parties: list stale or silent"
    assert flagged != listed, "parties: already so"
    if answer == LISTED_BY_ORACLE or self.listed_by_oracle[account]:
        self.listed_by_oracle[account] = listed
    word ^= action_gate.FLAG_SANCTIONED
    party_book.word_of[wallet] = word
    report_chain._report(
        PARTY_SCREENED_TOPIC,
        convert(account, bytes32),
        convert(wallet, bytes32),
        abi_encode(word, answer),
    )
    return answer


@external
def sync_list():
    """
    @notice Copies the time for which the sanctions list was last said to equal its
            source. Anyone.
    """
    time: uint256 = staticcall party_book.SANCTIONS.updated_at()
    table: uint256 = party_book.table
    assert time != (table >> 128) & _MASK_32, "parties: already so"
    party_book.table = (table & ~(_MASK_32 << 128)) | (time << 128)
    report_chain._report(
        LIST_SYNCED_TOPIC,
        convert(party_book.SANCTIONS.address, bytes32),
        convert(time, bytes32),
        b"",
    )


@internal
@view
def _answer(_wallet: address, _word: uint256) -> uint256:
    """
    @notice What the list says of a party, under all wallets that it has had.
    @param _wallet Its wallet.
    @param _word Its word.
    @return uint256 The list's answer, the gravest.
    """
    answer: uint256 = self._asked(_wallet)
    if _word & action_gate.FLAG_RECOVERED == 0:
        return answer
    wallet: address = _wallet
    for i: uint256 in range(MAX_PREDECESSORS):
        wallet = self.predecessor_of[wallet]
        if wallet == empty(address):
            break
        earlier: uint256 = self._asked(wallet)
        if self._is_listed(earlier):
            return earlier
        answer = max(answer, earlier) if not self._is_listed(answer) else answer
    return answer


@internal
@view
def _asked(_wallet: address) -> uint256:
    """
    @notice What the list says of one wallet.
    @param _wallet The wallet.
    @return uint256 The list's answer.
    """
    return staticcall party_book.SANCTIONS.screen(
        _wallet, rules.SANCTIONS_LIST_MAX_AGE_SECONDS
    )


@internal
@pure
def _is_listed(_answer: uint256) -> bool:
    """
    @notice Whether an answer bars a party.
    @param _answer The list's answer.
    @return bool False too where the list is stale or an oracle does not answer.
    """
    return _answer == LISTED or _answer == LISTED_BY_ORACLE
