# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Sanctions list
@license Apache-2.0
@notice Which wallets are barred, under which entry of a published list, and for
        which moment the list was last said to equal its source.

        Anyone may read. The sanctions officer updates the list in batches and
        confirms it where the source has not changed; the role is handed over in
        two steps, and the deployer holds none. The officer can move no funds,
        and nothing here acts on an account: gates ask.

        Beside the list stand up to three oracles with `isSanctioned(address)`,
        named at deployment for good. An oracle can only add: `screen` asks each
        with bounded gas and takes an answer of exactly one word, 0 or 1. One
        that reverts or answers in another shape does not unlist anybody; it
        counts as not answering, and who asks decides what that stops.
@dev    An entry is one storage word, its reference. A wallet that is listed twice,
        or taken off without being there, is refused, and with it the whole batch:
        the count and the digest cannot drift from the list.

        `updated_at` never goes back. A change that needs several batches gives
        all but the last the time that the list already has, so that half a
        change is never taken for a fresh list (the SDK does so).
"""


from ..interfaces import ISanctionsList
implements: ISanctionsList

from ..modules import report_chain
initializes: report_chain

from ..modules import roles
initializes: roles[report_chain := report_chain]

from ..modules import set_digest


exports: (
    # The head of the report chain.
    report_chain.root,
    # Who holds the role, and how it is handed over.
    roles.holder_of,
    roles.successor_of,
    roles.hand_over_role,
    roles.accept_role,
)


# Updates and confirms the list.
SANCTIONS_OFFICER: public(constant(bytes32)) = keccak256("sanctions officer")

# Most entries added, and most taken off, in one call.
MAX_BATCH: public(constant(uint256)) = 100

# Gas that each oracle gets.
ORACLE_GAS: public(constant(uint256)) = 50_000

# Answers of `screen`.
CLEAR: constant(uint256) = 0
LISTED: constant(uint256) = 1
LISTED_BY_ORACLE: constant(uint256) = 2
STALE: constant(uint256) = 3
ORACLE_SILENT: constant(uint256) = 4

# Gas that must be there before an oracle is asked: a call passes on 63 of 64
# parts, and some is needed to make it.
_GAS_FLOOR: constant(uint256) = ORACLE_GAS * 64 // 63 + 5_000

_IS_SANCTIONED: constant(Bytes[4]) = method_id("isSanctioned(address)")

_MASK_64: constant(uint256) = 2**64 - 1

ENTRY_LISTED_TOPIC: constant(bytes32) = keccak256("EntryListed(address,bytes32)")
ENTRY_DELISTED_TOPIC: constant(bytes32) = keccak256("EntryDelisted(address,bytes32)")
LIST_UPDATED_TOPIC: constant(bytes32) = keccak256(
    "ListUpdated(bytes32,uint256,uint256,uint256,uint256,bytes32)"
)
LIST_CONFIRMED_TOPIC: constant(bytes32) = keccak256(
    "ListConfirmed(bytes32,uint256,uint256,bytes32)"
)


# The oracles asked beside the list; zero where there is none. Immutable, as an
# oracle that could be dropped would unlist whom it lists.
ORACLE_1: public(immutable(address))
ORACLE_2: public(immutable(address))
ORACLE_3: public(immutable(address))


# A wallet and why it is listed.
struct Entry:
    wallet: address  # whom, not zero
    reference: bytes32  # entry of the published list, as in "OFAC-SDN-12345"; not zero


# Wallet to its entry's reference; zero if it is not listed.
reference_of: public(HashMap[address, bytes32])

# updated_at uint64@0 (seconds) | count uint64@64. One word, so that a batch
# writes it once.
_state: uint256

# The sum of all entries' points (set digest module).
_digest: uint256[2]


event EntryListed:
    wallet: indexed(address)  # who is barred from now on
    reference: indexed(bytes32)  # entry of the published list, left-aligned ASCII


event EntryDelisted:
    wallet: indexed(address)  # who is barred no more
    reference: indexed(bytes32)  # entry under which it was listed, left-aligned ASCII


event ListUpdated:
    source: indexed(bytes32)  # SHA-256 of the published file
    as_of: indexed(uint256)  # seconds: when the list was last said to equal its source
    added: uint256  # entries added by this batch
    removed: uint256  # entries taken off by this batch
    listed: uint256  # entries on the list after it
    digest: bytes32  # of all entries after it (set digest module)


event ListConfirmed:
    source: indexed(bytes32)  # SHA-256 of the published file
    as_of: indexed(uint256)  # seconds: when the list was seen to equal it
    listed: uint256  # entries on the list
    digest: bytes32  # of all entries (set digest module)


event RoleProposed:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who offers it
    successor: address  # who may accept it; zero withdraws the offer


event RoleAccepted:
    role: indexed(bytes32)  # keccak256 of its name
    holder: indexed(address)  # who holds it from now on
    predecessor: address  # who held it; zero for the first


@deploy
def __init__(officer: address, oracle_1: address, oracle_2: address, oracle_3: address):
    """
    @notice Names the officer and the oracles; the deployer gets nothing.
    @param officer Who updates and confirms the list.
    @param oracle_1 A contract with `isSanctioned(address)`, or zero.
    @param oracle_2 Another one, or zero.
    @param oracle_3 Another one, or zero.
    """
    for oracle: address in [oracle_1, oracle_2, oracle_3]:
        assert oracle == empty(address) or oracle.is_contract, "sanctions: oracle has no code"
    ORACLE_1 = oracle_1
    ORACLE_2 = oracle_2
    ORACLE_3 = oracle_3
    roles._set_holder(SANCTIONS_OFFICER, officer)


@external
@view
def isSanctioned(addr: address) -> bool:
    """
    @notice Whether a wallet is on this list. Anyone may ask; no oracle is asked.
    @param addr The wallet.
    @return bool True if it is listed, however old the list is.
    """
    return self.reference_of[addr] != empty(bytes32)


@external
@view
def status(wallet: address) -> (bool, bytes32, uint256):
    """
    @notice A wallet's entry. Anyone may ask.
    @param wallet The wallet.
    @return bool Whether it is listed, its entry's reference (zero if not), and
            the list's time, seconds.
    """
    reference: bytes32 = self.reference_of[wallet]
    return reference != empty(bytes32), reference, self._state & _MASK_64


@external
@view
def updated_at() -> uint256:
    """
    @notice For which moment the list was last said to equal its source. Anyone
            may ask.
    @return uint256 Seconds; zero if it has never been.
    """
    return self._state & _MASK_64


@external
@view
def listed_count() -> uint256:
    """
    @notice How many wallets are listed. Anyone may ask.
    @return uint256 The number.
    """
    return self._state >> 64


@external
@view
def digest() -> bytes32:
    """
    @notice The digest of the whole list, in any order of its entries. Anyone may
            ask; whoever has the list can compute it (set digest module).
    @return bytes32 keccak256 of the point's two words.
    """
    return self._digest_word(self._digest)


@external
@view
def is_fresh(max_age: uint256) -> bool:
    """
    @notice Whether the list is young enough. Anyone may ask.
    @param max_age Seconds, not zero: no age means that the check is off.
    @return bool True if the list was said to equal its source no longer ago.
    """
    return self._is_fresh(max_age)


@external
@view
def screen(wallet: address, max_age: uint256) -> uint256:
    """
    @notice The list and the oracles as one answer, the gravest first. Anyone may
            ask; reverts if too little gas is left to ask an oracle properly, as
            who pays the gas must not choose the answer.
    @param wallet The wallet.
    @param max_age Seconds after which the list is stale, not zero.
    @return uint256 0 clear, 1 listed here, 2 listed by an oracle, 3 the list is
            stale, 4 an oracle did not answer.
    """
    fresh: bool = self._is_fresh(max_age)
    if self.reference_of[wallet] != empty(bytes32):
        return LISTED
    silent: bool = False
    for oracle: address in [ORACLE_1, ORACLE_2, ORACLE_3]:
        if oracle == empty(address):
            continue
        answered: bool = False
        listed: bool = False
        answered, listed = self._ask(oracle, wallet)
        if listed:
            return LISTED_BY_ORACLE
        if not answered:
            silent = True
    if not fresh:
        return STALE
    return ORACLE_SILENT if silent else CLEAR


@external
def update(
    removals: DynArray[address, MAX_BATCH],
    additions: DynArray[Entry, MAX_BATCH],
    source: bytes32,
    as_of: uint256,
):
    """
    @notice Takes wallets off the list, then adds others; all or nothing. Only the
            sanctions officer. An entry under another reference is taken off and
            added in one call.
    @param removals Wallets that are listed.
    @param additions Entries of wallets that are not.
    @param source SHA-256 of the published file.
    @param as_of Seconds for which the list then equals the source; the time that
           it already has if more batches follow.
    """
    roles._check_holder(SANCTIONS_OFFICER)
    assert len(removals) + len(additions) != 0, "sanctions: empty batch"
    sum: uint256[2] = self._digest
    for wallet: address in removals:
        reference: bytes32 = self.reference_of[wallet]
        assert reference != empty(bytes32), "sanctions: not listed"
        self.reference_of[wallet] = empty(bytes32)
        sum = set_digest._without(sum, wallet, reference)
        report_chain._report(ENTRY_DELISTED_TOPIC, convert(wallet, bytes32), reference, b"")
    for entry: Entry in additions:
        assert entry.wallet != empty(address), "sanctions: no wallet"
        assert entry.reference != empty(bytes32), "sanctions: no reference"
        assert self.reference_of[entry.wallet] == empty(bytes32), "sanctions: already listed"
        self.reference_of[entry.wallet] = entry.reference
        sum = set_digest._with(sum, entry.wallet, entry.reference)
        report_chain._report(
            ENTRY_LISTED_TOPIC, convert(entry.wallet, bytes32), entry.reference, b""
        )
    self._digest = sum
    listed: uint256 = (self._state >> 64) + len(additions) - len(removals)
    self._set_state(source, as_of, listed)
    report_chain._report(
        LIST_UPDATED_TOPIC,
        source,
        convert(as_of, bytes32),
        abi_encode(len(additions), len(removals), listed, self._digest_word(sum)),
    )


@external
def confirm(source: bytes32, as_of: uint256):
    """
    @notice Says that the list equals its source, which had no change. Only the
            sanctions officer.
    @param source SHA-256 of the published file.
    @param as_of Seconds for which it does; not before the list's time.
    """
    roles._check_holder(SANCTIONS_OFFICER)
    listed: uint256 = self._state >> 64
    self._set_state(source, as_of, listed)
    report_chain._report(
        LIST_CONFIRMED_TOPIC,
        source,
        convert(as_of, bytes32),
        abi_encode(listed, self._digest_word(self._digest)),
    )


@internal
def _set_state(_source: bytes32, _as_of: uint256, _listed: uint256):
    """
    @notice Checks and writes the list's time and count.
    @param _source SHA-256 of the published file, not zero.
    @param _as_of Seconds, neither in the future nor before the list's time.
    @param _listed Entries on the list.
    """
    assert _source != empty(bytes32), "sanctions: no source"
    assert _as_of <= block.timestamp, "sanctions: future time"
    assert _as_of >= self._state & _MASK_64, "sanctions: time goes back"
    self._state = _as_of | (_listed << 64)


@internal
@view
def _is_fresh(_max_age: uint256) -> bool:
    """
    @notice Whether the list is young enough.
    @param _max_age Seconds, not zero.
    @return bool True if it is; never for a list that has had no time yet.
    """
    assert _max_age != 0, "sanctions: no age"
    updated: uint256 = self._state & _MASK_64
    return updated != 0 and block.timestamp - updated <= _max_age


@internal
@view
def _ask(_oracle: address, _wallet: address) -> (bool, bool):
    """
    @notice Asks one oracle, which is trusted with nothing but its word.
    @param _oracle The oracle.
    @param _wallet The wallet.
    @return bool Whether one word, 0 or 1, came back; and whether it was 1.
    """
    assert msg.gas >= _GAS_FLOOR, "sanctions: too little gas"
    success: bool = False
    response: Bytes[64] = b""
    success, response = raw_call(
        _oracle,
        abi_encode(_wallet, method_id=_IS_SANCTIONED),
        max_outsize=64,
        gas=ORACLE_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    if not success or len(response) != 32:
        return False, False
    word: uint256 = convert(slice(response, 0, 32), uint256)
    return word <= 1, word == 1


@internal
@pure
def _digest_word(_point: uint256[2]) -> bytes32:
    """
    @notice A digest as one word.
    @param _point The point.
    @return bytes32 keccak256 of its two words.
    """
    return keccak256(abi_encode(_point[0], _point[1]))
