# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Share book: pools that lose pro rata, in one step
@license Apache-2.0
@notice One pool per house and epoch, and the shares of its members. A loss
        shrinks the pool and leaves the shares, so that its cost does not depend
        on how many members there are.
@dev    A share starts at one unit of the token, loses with the pool, and a
        refill lifts it back to one at most:
            pool <= shares, always, and shares <= pool * 10^9 when shares are sold.
        As a share is never worth more than a unit, no rounding is worth more
        than a unit either, and nobody can price a later contributor out (the
        "inflation" attack of vaults). A pool that lost all but 10^-9 opens a new
        epoch with the next contribution: else each wipe-out would multiply the
        count of shares. The old epoch's members keep their claim to what is
        reinstated later.
        The contract that uses this module declares `EpochOpened` and moves the
        tokens; amounts are units of its token.
"""


from . import report_chain


uses: report_chain


# Shares per unit of the pool above which it counts as wiped out.
MAX_SHARES_PER_UNIT: constant(uint256) = 1_000_000_000

# How many epochs a refill reaches back; what is over is the caller's to place.
# An epoch ends only by losing all but 10^-9, so four is many.
MAX_EPOCHS_BACK: constant(uint256) = 4

# EpochOpened(house indexed, epoch indexed, pool, shares)
EPOCH_OPENED_TOPIC: constant(bytes32) = keccak256(
    "EpochOpened(address,uint256,uint256,uint256)"
)


# House to the number of its open epoch of shares.
epoch_of: public(HashMap[address, uint256])

# House to epoch to units of the token. Written by the functions below and never
# read from the balance: a donation must not move the price of a share.
pool_at: public(HashMap[address, HashMap[uint256, uint256]])

# House to epoch to the count of all members' shares.
shares_at: public(HashMap[address, HashMap[uint256, uint256]])

# House to epoch to member (account id) to its shares.
member_shares_at: public(HashMap[address, HashMap[uint256, HashMap[uint256, uint256]]])


@internal
@view
def _value(_house: address, _epoch: uint256, _member: uint256) -> uint256:
    """
    @notice What a member's shares of an epoch are worth.
    @param _house Whose book.
    @param _epoch Which epoch.
    @param _member The member.
    @return uint256 Units, rounded down: the pool never owes more than it has.
    """
    shares: uint256 = self.member_shares_at[_house][_epoch][_member]
    if shares == 0:
        return 0
    return shares * self.pool_at[_house][_epoch] // self.shares_at[_house][_epoch]


@internal
def _credit(_house: address, _member: uint256, _amount: uint256) -> uint256:
    """
    @notice Adds money to the pool against new shares of a member, in a new epoch
            if the pool was wiped out.
    @param _house Whose book.
    @param _member Who gets the shares.
    @param _amount Units, not zero, here already.
    @return uint256 The new shares, rounded down; at least one a unit.
    """
    epoch: uint256 = self.epoch_of[_house]
    pool: uint256 = self.pool_at[_house][epoch]
    shares: uint256 = self.shares_at[_house][epoch]
    if shares > pool * MAX_SHARES_PER_UNIT:
        epoch += 1
        self.epoch_of[_house] = epoch
        report_chain._report(
            EPOCH_OPENED_TOPIC,
            convert(_house, bytes32),
            convert(epoch, bytes32),
            abi_encode(pool, shares),
        )
        pool = 0
        shares = 0
    minted: uint256 = _amount
    if shares != 0:
        minted = _amount * shares // pool
    self.pool_at[_house][epoch] = pool + _amount
    self.shares_at[_house][epoch] = shares + minted
    self.member_shares_at[_house][epoch][_member] += minted
    return minted


@internal
def _debit(_house: address, _epoch: uint256, _member: uint256, _amount: uint256) -> uint256:
    """
    @notice Takes money out of an epoch's pool against a member's shares.
    @param _house Whose book.
    @param _epoch Which epoch.
    @param _member Whose shares are burnt.
    @param _amount Units, not zero, at most the shares' value.
    @return uint256 The shares burnt: rounded up, and all for the whole value.
    """
    pool: uint256 = self.pool_at[_house][_epoch]
    shares: uint256 = self.shares_at[_house][_epoch]
    burnt: uint256 = self.member_shares_at[_house][_epoch][_member]
    if _amount < self._value(_house, _epoch, _member):
        burnt = (_amount * shares + pool - 1) // pool
    self.pool_at[_house][_epoch] = pool - _amount
    self.shares_at[_house][_epoch] = shares - burnt
    self.member_shares_at[_house][_epoch][_member] -= burnt
    return burnt


@internal
def _reinstate(_house: address, _amount: uint256) -> uint256:
    """
    @notice Gives money back to the pools that lost it, newest epoch first, each
            to one unit a share at most.
    @param _house Whose book.
    @param _amount Units, here already.
    @return uint256 Units for which no pool has room.
    """
    rest: uint256 = _amount
    epoch: uint256 = self.epoch_of[_house]
    for i: uint256 in range(MAX_EPOCHS_BACK):
        pool: uint256 = self.pool_at[_house][epoch]
        back: uint256 = min(rest, self.shares_at[_house][epoch] - pool)
        self.pool_at[_house][epoch] = pool + back
        rest -= back
        if rest == 0 or epoch == 0:
            break
        epoch -= 1
    return rest
