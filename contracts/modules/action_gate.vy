# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Action gate: may this party do this, now?
@license Apache-2.0
@notice One pure function turns a party's packed word, an action and an asset
        class into a reason code; zero is yes. Every gate of the kit asks it, so
        that no venue can have a rule of its own that is laxer.
@dev    The gate knows the action, because a rule that stops new risk must never
        stop somebody from getting out of risk:
        - REDUCE, CLOSE, WITHDRAW and DEPOSIT pass for everybody but the unknown,
          the frozen and the sanctioned: an attestation that ran out, a
          revocation, a stale screening and close-only stop new risk and do not
          lock money in. Only a freeze, which states its legal basis, and an
          entry of a sanctions list do that.
        - OPEN, INCREASE and LIQUIDATE (taking somebody's position over) add
          risk to the party that acts and meet every rule. A number that is no
          action is treated as one of these.
        - A stale sanctions list stops OPEN and INCREASE. It does not stop
          take-overs: whoever confirms the list could hold off every liquidation.
        - A halt stops OPEN and INCREASE, and LIQUIDATE until some time after it,
          so that nobody is taken over before they could act.
        - Being liquidated is not an action of the party: a house does not ask
          the gate about the one whose position is taken.

        Party word, from the least significant bit: account uint32 | identifier
        uint104 | jurisdiction uint16 (two ASCII letters) | category uint8 |
        flags uint8 | issuer uint8 | freezing authority uint8 | expiry uint32 |
        screened_at uint32 | restricting authority uint8.

        Table: recognised issuers, one bit each, uint128 | time of the sanctions
        list uint32 | end of the last halt uint32 | instruments that are barred
        somewhere uint64.
"""


from . import rules


# Actions. A flip through zero is an OPEN.
OPEN: constant(uint256) = 1
INCREASE: constant(uint256) = 2
REDUCE: constant(uint256) = 3
CLOSE: constant(uint256) = 4
WITHDRAW: constant(uint256) = 5
LIQUIDATE: constant(uint256) = 6
DEPOSIT: constant(uint256) = 7

# Reasons.
ALLOWED: constant(uint256) = 0
UNKNOWN_PARTY: constant(uint256) = 1
ATTESTATION_EXPIRED: constant(uint256) = 2
REVOKED: constant(uint256) = 3
FROZEN: constant(uint256) = 4
CLOSE_ONLY: constant(uint256) = 5
RETAIL_BANNED: constant(uint256) = 6
RETAIL_UNCONFIRMED: constant(uint256) = 7
SCREENING_STALE: constant(uint256) = 8
NOT_THE_OWNER: constant(uint256) = 9
ISSUER_NOT_RECOGNISED: constant(uint256) = 10
SANCTIONED: constant(uint256) = 11
LIST_STALE: constant(uint256) = 12
HALTED: constant(uint256) = 13
WARNING_NOT_ACCEPTED: constant(uint256) = 14
INSTRUMENT_BARRED: constant(uint256) = 15

# Client categories.
RETAIL: constant(uint256) = 1
PROFESSIONAL: constant(uint256) = 2
ELIGIBLE_COUNTERPARTY: constant(uint256) = 3

# Flags, in place within the party word (the flags lane starts at bit 160).
FLAG_NATURAL_PERSON: constant(uint256) = 1 * 2**160
FLAG_CLOSE_ONLY: constant(uint256) = 2 * 2**160
FLAG_FROZEN: constant(uint256) = 4 * 2**160
FLAG_REVOKED: constant(uint256) = 8 * 2**160
FLAG_AUTHORISED_CCP: constant(uint256) = 16 * 2**160
FLAG_SANCTIONED: constant(uint256) = 32 * 2**160
# The category has a date, in the suitability word, from which it counts as retail.
FLAG_STATUS_DATED: constant(uint256) = 64 * 2**160
# The party has lost a key before: its earlier wallets are screened as well.
FLAG_RECOVERED: constant(uint256) = 128 * 2**160

# Asset class of unbacked crypto-assets.
CRYPTO: constant(uint256) = 7

# Issuers are 1 to this number: one bit each in the table of recognised ones.
MAX_ISSUER: constant(uint256) = 127

# The actions that end or secure risk, one bit each.
_SAFE_ACTIONS: constant(uint256) = (
    2**REDUCE | 2**CLOSE | 2**WITHDRAW | 2**DEPOSIT
)

_MASK_8: constant(uint256) = 2**8 - 1
_MASK_16: constant(uint256) = 2**16 - 1
_MASK_32: constant(uint256) = 2**32 - 1

# Jurisdictions that ban crypto derivatives for retail clients: GB (FCA PS20/10,
# COBS 22.6, read), SG (MAS PSG-G02, unconfirmed), HK (SFC, unconfirmed).
_GB: constant(uint256) = 18_242  # "GB" as a big-endian number
_SG: constant(uint256) = 21_319
_HK: constant(uint256) = 18_507
_EU: constant(uint256) = 17_749

# The member states of the European Union, where Decision (EU) 2018/796 and the
# national measures that made it permanent cap retail leverage, and "EU" itself
# for a party whose state is kept off the chain. One bit a code: the second
# letter (A = 1) plus 32 for each first letter, eight first letters a word.
_EU_A_TO_G: constant(uint256) = (
    2 ** (32 * 1 + 20)  # AT
    | 2 ** (32 * 2 + 5)  # BE
    | 2 ** (32 * 2 + 7)  # BG
    | 2 ** (32 * 3 + 25)  # CY
    | 2 ** (32 * 3 + 26)  # CZ
    | 2 ** (32 * 4 + 5)  # DE
    | 2 ** (32 * 4 + 11)  # DK
    | 2 ** (32 * 5 + 5)  # EE
    | 2 ** (32 * 5 + 19)  # ES
    | 2 ** (32 * 5 + 21)  # EU
    | 2 ** (32 * 6 + 9)  # FI
    | 2 ** (32 * 6 + 18)  # FR
    | 2 ** (32 * 7 + 18)  # GR
)
_EU_H_TO_O: constant(uint256) = (
    2 ** (32 * 0 + 18)  # HR
    | 2 ** (32 * 0 + 21)  # HU
    | 2 ** (32 * 1 + 5)  # IE
    | 2 ** (32 * 1 + 20)  # IT
    | 2 ** (32 * 4 + 20)  # LT
    | 2 ** (32 * 4 + 21)  # LU
    | 2 ** (32 * 4 + 22)  # LV
    | 2 ** (32 * 5 + 20)  # MT
    | 2 ** (32 * 6 + 12)  # NL
)
_EU_P_TO_W: constant(uint256) = (
    2 ** (32 * 0 + 12)  # PL
    | 2 ** (32 * 0 + 20)  # PT
    | 2 ** (32 * 2 + 15)  # RO
    | 2 ** (32 * 3 + 5)  # SE
    | 2 ** (32 * 3 + 9)  # SI
    | 2 ** (32 * 3 + 11)  # SK
)


@internal
@pure
def _reason(
    _word: uint256,
    _account: uint256,
    _action: uint256,
    _asset_class: uint256,
    _timestamp: uint256,
    _table: uint256,
) -> uint256:
    """
    @notice Why a party may not act; zero if it may.
    @dev    The first rule that fails is the answer, the gravest first.
    @param _word The party word of the wallet that acts; zero if there is none.
    @param _account The account it acts for.
    @param _action One of the actions above.
    @param _asset_class Asset class of the product; any for a payment.
    @param _timestamp Now, in seconds.
    @param _table Recognised issuers, list time, end of the last halt.
    @return uint256 One of the reasons above.
    """
    if _word == 0:
        return UNKNOWN_PARTY
    if _word & _MASK_32 != _account:
        return NOT_THE_OWNER
    if _word & (FLAG_FROZEN | FLAG_SANCTIONED) != 0:
        return FROZEN if _word & FLAG_FROZEN != 0 else SANCTIONED
    if (_SAFE_ACTIONS >> _action) & 1 == 1:
        return ALLOWED
    if _word & FLAG_REVOKED != 0:
        return REVOKED
    if _word & FLAG_CLOSE_ONLY != 0:
        return CLOSE_ONLY
    if (_table >> ((_word >> 168) & _MASK_8)) & 1 == 0:
        return ISSUER_NOT_RECOGNISED
    if _timestamp >= (_word >> 184) & _MASK_32:
        return ATTESTATION_EXPIRED
    if _timestamp > ((_word >> 216) & _MASK_32) + rules.SCREENING_MAX_AGE_SECONDS:
        return SCREENING_STALE
    halted_until: uint256 = (_table >> 160) & _MASK_32
    if _action == LIQUIDATE:
        if halted_until != 0:
            halted_until += rules.HALT_GRACE_SECONDS
    elif _timestamp > ((_table >> 128) & _MASK_32) + rules.SANCTIONS_LIST_MAX_AGE_SECONDS:
        return LIST_STALE
    if _timestamp < halted_until:
        return HALTED
    if (_word >> 152) & _MASK_8 != RETAIL:
        return ALLOWED
    return self._retail_reason((_word >> 136) & _MASK_16, _asset_class)


@internal
@pure
def _opens(_action: uint256) -> bool:
    """
    @notice Whether an action adds risk by the party's own will: not by taking over
            what somebody else must part with.
    @param _action One of the actions above.
    @return bool True also for a number that is none of them.
    """
    return _action != LIQUIDATE and (_SAFE_ACTIONS >> _action) & 1 == 0


@internal
@pure
def _is_member_state(_jurisdiction: uint256) -> bool:
    """
    @notice Whether a code is a member state of the European Union, or "EU".
    @param _jurisdiction Two ASCII letters, big-endian.
    @return bool True if it is.
    """
    first: uint256 = (_jurisdiction >> 8) & 31
    members: uint256 = 0
    if first < 8:
        members = _EU_A_TO_G
    elif first < 16:
        members = _EU_H_TO_O
    elif first < 24:
        members = _EU_P_TO_W
    return (members >> (((first & 7) << 5) | (_jurisdiction & 31))) & 1 == 1


@internal
@pure
def _is_barred(_bars: uint256, _jurisdiction: uint256) -> bool:
    """
    @notice Whether an instrument's bars reach a jurisdiction.
    @param _bars Up to sixteen jurisdictions, 16 bits each, none after a gap.
    @param _jurisdiction Two ASCII letters, big-endian.
    @return bool True if it is one of them, or a member state where one is "EU".
    """
    bars: uint256 = _bars
    for i: uint256 in range(16):
        if bars == 0:
            break
        barred: uint256 = bars & _MASK_16
        if barred == _jurisdiction:
            return True
        if barred == _EU and self._is_member_state(_jurisdiction):
            return True
        bars >>= 16
    return False


@internal
@pure
def _retail_reason(_jurisdiction: uint256, _asset_class: uint256) -> uint256:
    """
    @notice What a jurisdiction says to a retail client who wants to add risk.
    @dev    Yes only where a leverage cap was read in its source: the European
            Union. The house then asks margin at the cap. Everywhere else it is
            no, with one reason where a ban on crypto derivatives is known and
            another where no rule has been confirmed.
    @param _jurisdiction Two ASCII letters, big-endian.
    @param _asset_class Asset class of the product.
    @return uint256 ALLOWED, RETAIL_BANNED or RETAIL_UNCONFIRMED.
    """
    if self._is_member_state(_jurisdiction):
        return ALLOWED
    if _asset_class == CRYPTO:
        if _jurisdiction == _GB or _jurisdiction == _SG or _jurisdiction == _HK:
            return RETAIL_BANNED
    return RETAIL_UNCONFIRMED


@internal
@pure
def _action_of(_size: int256, _delta: int256) -> uint256:
    """
    @notice What a trade is to one side, from that side's own position.
    @dev    Reverts on a delta of zero, which is no trade.
    @param _size Position before, wad of the underlier, negative if short.
    @param _delta Change, same unit and sign.
    @return uint256 OPEN, INCREASE, REDUCE or CLOSE; a flip through zero is OPEN.
    """
    assert _delta != 0, "gate: zero delta"
    if _size == 0:
        return OPEN
    if (_size > 0) == (_delta > 0):
        return INCREASE
    after: int256 = _size + _delta
    if after == 0:
        return CLOSE
    if (after > 0) == (_size > 0):
        return REDUCE
    return OPEN
