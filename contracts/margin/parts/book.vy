# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Book: every word that a clearing house keeps
@license Apache-2.0
@notice All storage of the house but the report chain and the roles is here, so
        that the house and its desks, which share one storage, cannot disagree on
        where a word is. State that is read together lives together, packed by
        hand (Vyper packs nothing). Everything is keyed by account id, never by
        address, so that recovery of a key moves nothing here.
@dev    Bit offsets count from the least significant bit; signed lanes are two's
        complement.

        account word     cash int104@0 (wad) | position count uint8@104 |
                         collateral mask uint8@112 (bit i = asset i + 1 held) |
                         flags uint8@120 | engine uint8@128 | member uint32@136 |
                         call deadline uint32@168
        position word    instrument uint32@0 | quote int112@32 | size int112@144
        instrument word  time uint32@0 | feed uint16@32 | asset class uint8@48 |
                         kind uint8@56 | scan bps uint16@64 |
                         multiplier bps uint16@80 | lot exponent uint8@96 |
                         funding index int88@104 | funding rate int64@192
                         of an option, from bit 104 on: mark uint88@104 (wad) |
                         valid until uint32@192 | worst lane of a long uint15@224 |
                         of a short uint15@239 | jump @254
        option word      strike uint88@0 (wad) | call @88
        array word       board epoch uint16@0 | sixteen signed lanes int15@16
                         (risk array module)
        market word      gross lots uint48@0 | volume lots uint64@48 |
                         premium sum int72@112 | premium weight uint40@184
        collateral word  feed uint16@0 | class uint8@16 | fx uint8@24 |
                         decimals uint8@32 | maturity uint32@40 | cap uint104@72

        A position is worth size * (mark - funding index) + quote: the quote is
        kept as if the funding index had always been zero, so that no position
        needs an entry index of its own. An option is paid for in cash when it
        changes hands, so that its quote is zero.
"""


MAX_POSITIONS: constant(uint256) = 20
MAX_ASSETS: constant(uint256) = 8

MASK_16: constant(uint256) = 2**16 - 1
MASK_32: constant(uint256) = 2**32 - 1
MASK_104: constant(uint256) = 2**104 - 1
MASK_112: constant(uint256) = 2**112 - 1
MASK_128: constant(uint256) = 2**128 - 1

# Flags of an account word.
EXISTS: constant(uint256) = 1
RETAIL: constant(uint256) = 2
CALLED: constant(uint256) = 4
INDEBTED: constant(uint256) = 8
MEMBER: constant(uint256) = 16

# Bit of the kind byte that says "settled": the funding index then holds the
# settlement price; of an option, what it pays.
SETTLED: constant(uint256) = 128

# Kind byte of an option that is not settled.
OPTION: constant(uint256) = 3


# An account as it is or as it would be: one position may differ from storage.
struct Side:
    account: uint256
    word: uint256  # account word
    count: uint256  # positions held
    slot: uint256  # where the instrument's position is; `count` if there is none
    changed: uint256  # the position word at `slot`, which storage may not have yet
    entry: int256  # retail: entry notional at the slot, less what is stored (wad)


# Account id to account word.
accounts: public(HashMap[uint256, uint256])

# Account id to its positions; the first `position count` are in use, so that a
# margin check never walks a gap.
positions: public(HashMap[uint256, uint256[MAX_POSITIONS]])

# Account id to collateral balances, two uint128 lanes a word (token units).
balances: HashMap[uint256, uint256[4]]

# Account id and instrument to notional at entry (wad), for retail accounts only:
# their close-out level is the larger of the one at entry prices and now.
entry_notional: public(HashMap[uint256, HashMap[uint256, uint256]])

# Instrument id to instrument word.
instruments: public(HashMap[uint256, uint256])

# Instrument id to market word.
markets: public(HashMap[uint256, uint256])

# Asset 1 to 8 to collateral word and token; asset 0 is the settlement token.
collaterals: public(HashMap[uint256, uint256])
tokens: public(HashMap[uint256, address])
asset_count: public(uint256)

# Wad that rounding left over; it belongs to nobody's account, and counting it
# keeps the sum of all money exact.
dust: public(uint256)

# Instrument to what the floors of its settlement have left so far (scale 1e36,
# below one wei): whole wei move on to `dust`.
settlement_residue: HashMap[uint256, int256]

# Losses that no layer covered (wad). While there are any, nothing is opened.
uncovered: public(uint256)

# Until then (seconds) unpaid gains are counted and nothing trades.
counting_deadline: public(uint256)

# The count of times that a loss was left uncovered; gains are scaled by episode.
episode: public(uint256)

# Episode to the gains counted in it, and to the loss to spread over them (wad).
episode_gains: public(HashMap[uint256, uint256])
episode_loss: public(HashMap[uint256, uint256])

# Account id to the last episode in which its gains were counted.
counted_in: HashMap[uint256, uint256]

# Unpaid gains counted for an account and not yet scaled (wad): a withdrawal must
# not run ahead of the scaling.
counted_gain: public(HashMap[uint256, uint256])

# Account id to its debt by layer (wad).
debts: HashMap[uint256, uint256[5]]

# Member's account id to how many accounts it carries. A member that carries any
# cannot take its share out of the default fund.
carried_accounts: public(HashMap[uint256, uint256])

# Member's account id to what is left of the notional (wad) that it has promised
# to take over, and the sum of all: compulsory closes wait until that is used up.
backstop: public(HashMap[uint256, uint256])
backstop_total: public(uint256)

# How many members have a promise left. A backstop walks them all, so a ninth
# promise would make every backstop, and every compulsory close after it,
# impossible.
backstop_count: uint256

# Gains counted and not scaled yet (wad). A later loss waits for them: whether the
# one or the other episode is scaled first would decide who bears which loss.
gains_to_scale: uint256

# Option's instrument id to option word and to risk array.
option_terms: public(HashMap[uint256, uint256])
risk_arrays: public(HashMap[uint256, uint256])

# Underlier << 32 | expiry to the reference forward (wad): what the arrays of that
# expiry are fractions of, kept once for all its strikes.
forwards: public(HashMap[uint256, uint256])


@internal
@view
def _load(_account: uint256, _instrument: uint256) -> Side:
    """
    @notice Reads an account and looks for one of its positions.
    @param _account Account id; reverts if it was never opened.
    @param _instrument The instrument to look for; 0 for none.
    @return The side.
    """
    word: uint256 = self.accounts[_account]
    assert word != 0, "house: unknown account"
    count: uint256 = (word >> 104) & 255
    slot: uint256 = count
    changed: uint256 = 0
    if _instrument != 0:
        # From the last to the first: whoever empties an account from its end finds
        # each position at once.
        for i: uint256 in range(count, bound=MAX_POSITIONS):
            place: uint256 = unsafe_sub(unsafe_sub(count, i), 1)
            position: uint256 = self.positions[_account][place]
            if position & MASK_32 == _instrument:
                slot = place
                changed = position
                break
    return Side(account=_account, word=word, count=count, slot=slot, changed=changed, entry=0)


@internal
@pure
def _position(_side: Side) -> (int256, int256):
    """
    @notice Size and quote at the side's slot.
    @param _side The side.
    @return Size and quote (wads), zeros where the instrument is not held.
    """
    if _side.slot == _side.count:
        return 0, 0
    return self._unpack_position(_side.changed)


@internal
@pure
def _unpack_position(_word: uint256) -> (int256, int256):
    """
    @notice Size and quote of a position word.
    @param _word The word.
    @return Size and quote (wads).
    """
    return (
        convert(convert(_word, bytes32), int256) >> 144,
        convert(convert(_word << 112, bytes32), int256) >> 144,
    )


@internal
@pure
def _cash(_word: uint256) -> int256:
    """
    @notice Cash of an account word.
    @param _word The word.
    @return Cash (wad), negative where the account owes.
    """
    return convert(convert(_word << 152, bytes32), int256) >> 152


@internal
@pure
def _with_cash(_word: uint256, _cash: int256) -> uint256:
    """
    @notice An account word with other cash.
    @param _word The word.
    @param _cash The cash (wad), |cash| < 2^103.
    @return The word.
    """
    assert _cash < 2**103 and _cash >= -(2**103), "house: cash out of range"
    return ((_word >> 104) << 104) | (convert(convert(_cash, bytes32), uint256) & MASK_104)


@internal
@view
def _with_position(_side: Side, _instrument: uint256, _size: int256, _quote: int256) -> Side:
    """
    @notice A side with another position at its slot; a closed one is dropped and
            the last one takes its place.
    @param _side The side, as it was loaded.
    @param _instrument Instrument id.
    @param _size Size after (wad), |size| < 2^111.
    @param _quote Quote after (wad), |quote| < 2^111.
    @return The side, account word included.
    """
    side: Side = _side
    if _size == 0:
        side.count -= 1
        side.changed = self.positions[side.account][side.count]
    else:
        assert _size < 2**111 and _size >= -(2**111), "house: size out of range"
        assert _quote < 2**111 and _quote >= -(2**111), "house: quote out of range"
        if side.slot == side.count:
            assert side.count < MAX_POSITIONS, "house: too many positions"
            side.count += 1
        side.changed = (
            (convert(convert(_size, bytes32), uint256) << 144)
            | ((convert(convert(_quote, bytes32), uint256) & MASK_112) << 32)
            | _instrument
        )
    side.word = (side.word & ~(255 << 104)) | (side.count << 104)
    return side


@internal
def _store(_side: Side, _held: uint256):
    """
    @notice Writes back an account and the position that changed.
    @param _side The side after the change; its slot is where the change was.
    @param _held Positions held before.
    """
    self.accounts[_side.account] = _side.word
    if _side.slot < _side.count:
        self.positions[_side.account][_side.slot] = _side.changed
    if _side.count < _held:
        self.positions[_side.account][_side.count] = 0


@internal
def _set_backstop(_member: uint256, _amount: uint256):
    """
    @notice Writes what is left of a member's promise, the sum and the count.
    @param _member The member's account id.
    @param _amount Notional (wad).
    """
    before: uint256 = self.backstop[_member]
    self.backstop[_member] = _amount
    self.backstop_total = self.backstop_total - before + _amount
    if before == 0 and _amount > 0:
        self.backstop_count += 1
    elif before > 0 and _amount == 0:
        self.backstop_count -= 1


@internal
@view
def _is_uncounted(_account: uint256) -> bool:
    """
    @notice Whether gains are being counted and this account's have not been:
            until then nothing may turn them into cash, which is not scaled.
    @param _account Account id.
    @return True if its positions must stand still.
    """
    return block.timestamp <= self.counting_deadline and self.counted_in[_account] != self.episode


@internal
@view
def _balance(_account: uint256, _asset: uint256) -> uint256:
    """
    @notice Collateral held.
    @param _account Account id.
    @param _asset Asset 1 to 8.
    @return Token units.
    """
    index: uint256 = _asset - 1
    return (self.balances[_account][index >> 1] >> ((index & 1) << 7)) & MASK_128


@internal
def _set_balance(_account: uint256, _asset: uint256, _amount: uint256):
    """
    @notice Writes a collateral balance and the account's mask.
    @param _account Account id.
    @param _asset Asset 1 to 8.
    @param _amount Token units, below 2^128.
    """
    assert _amount <= MASK_128, "house: balance out of range"
    index: uint256 = _asset - 1
    lane: uint256 = (index & 1) << 7
    lanes: uint256 = self.balances[_account][index >> 1]
    self.balances[_account][index >> 1] = (lanes & ~(MASK_128 << lane)) | (_amount << lane)
    word: uint256 = self.accounts[_account]
    bit: uint256 = 1 << (112 + index)
    if _amount == 0:
        self.accounts[_account] = word & ~bit
    else:
        self.accounts[_account] = word | bit


@internal
def _add_cash(_account: uint256, _amount: int256) -> int256:
    """
    @notice Changes an account's cash.
    @param _account Account id.
    @param _amount Wad, signed.
    @return Cash after (wad).
    """
    word: uint256 = self.accounts[_account]
    assert word != 0, "house: unknown account"
    cash: int256 = self._cash(word) + _amount
    self.accounts[_account] = self._with_cash(word, cash)
    return cash
