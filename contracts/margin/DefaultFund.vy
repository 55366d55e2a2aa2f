# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Default fund
@license Apache-2.0
@notice Holds what clearing members, and houses themselves, put up against a
        member's default, and pays it out in the written order: the carrying
        member's own share, the house's dedicated resources ("skin in the game",
        Delegated Regulation (EU) 153/2013, Art. 35), the other members pro rata.
        Who may call what: `contribute`, `withdraw` and `claim` are for a
        member's own wallet, as the house's party registry knows it; `dedicate`
        is for anyone; `absorb` and `refill` are for a house, on its own book.
        There is no role; whoever deploys it has no power over it. A member leaves
        at once when it carries nobody, so a house closes the accounts that a
        member carries only when their losses are settled.
@dev    One book per house, keyed by the house's address: a hostile house can
        lose only what was contributed to it by name.
        Money is counted by the book (module share_book), never by the balance,
        so that tokens sent here unasked change no share's price.
        Dedicated resources cannot be taken back, by anyone, ever: they are worth
        what they are only while nobody can leave before a loss. A refill passes
        to whoever holds shares when it comes, later contributors included, who
        would have stood for the next loss as well.
"""


from ..interfaces import IDefaultFund
from ..interfaces import IHouseView
from ..interfaces import IPartyRegistry
from ..modules import report_chain
from ..modules import share_book
from ..modules import tokens


implements: IDefaultFund


initializes: report_chain
initializes: share_book[report_chain := report_chain]


exports: (
    report_chain.root,
    share_book.epoch_of,
    share_book.pool_at,
    share_book.shares_at,
    share_book.member_shares_at,
)


# Party word: account id, 32 bits from bit 0.
_ACCOUNT_MASK: constant(uint256) = 2**32 - 1

# The gate's actions.
_WITHDRAW: constant(uint256) = 5
_DEPOSIT: constant(uint256) = 7

# ShareContributed(house indexed, member indexed, amount, shares, pool)
SHARE_CONTRIBUTED_TOPIC: constant(bytes32) = keccak256(
    "ShareContributed(address,uint256,uint256,uint256,uint256)"
)

# ShareWithdrawn(house indexed, member indexed, amount, shares, pool)
SHARE_WITHDRAWN_TOPIC: constant(bytes32) = keccak256(
    "ShareWithdrawn(address,uint256,uint256,uint256,uint256)"
)

# ShareClaimed(house indexed, member indexed, epoch, amount, shares, pool)
SHARE_CLAIMED_TOPIC: constant(bytes32) = keccak256(
    "ShareClaimed(address,uint256,uint256,uint256,uint256,uint256)"
)

# ResourcesDedicated(house indexed, payer indexed, amount, dedicated)
RESOURCES_DEDICATED_TOPIC: constant(bytes32) = keccak256(
    "ResourcesDedicated(address,address,uint256,uint256)"
)

# LossAbsorbed(house indexed, member indexed, from_member, from_house,
# from_others, pool, dedicated)
LOSS_ABSORBED_TOPIC: constant(bytes32) = keccak256(
    "LossAbsorbed(address,uint256,uint256,uint256,uint256,uint256,uint256)"
)

# LayersRefilled(house indexed, member indexed, from_member, from_house,
# from_others, shares, pool, dedicated)
LAYERS_REFILLED_TOPIC: constant(bytes32) = keccak256(
    "LayersRefilled(address,uint256,uint256,uint256,uint256,uint256,uint256,uint256)"
)


# The token that every book is kept in.
TOKEN: public(immutable(address))


# House to units dedicated to it; no function pays them to anybody but the house.
dedicated_of: public(HashMap[address, uint256])


# A member put money into a house's pool.
event ShareContributed:
    house: indexed(address)
    member: indexed(uint256)  # account id
    amount: uint256  # units of the token
    shares: uint256  # new shares
    pool: uint256  # units, after


# A member that carries no account took money out.
event ShareWithdrawn:
    house: indexed(address)
    member: indexed(uint256)
    amount: uint256  # units
    shares: uint256  # shares burnt
    pool: uint256  # units, after


# A member took what was reinstated to a closed epoch.
event ShareClaimed:
    house: indexed(address)
    member: indexed(uint256)
    epoch: uint256
    amount: uint256  # units
    shares: uint256  # shares burnt, all it had there
    pool: uint256  # units of that epoch, after


# A new epoch of shares began, as the last pool was wiped out.
event EpochOpened:
    house: indexed(address)
    epoch: indexed(uint256)  # the new one
    pool: uint256  # units left in the one before
    shares: uint256  # shares left in the one before


# Somebody gave a house resources to lose before its members do.
event ResourcesDedicated:
    house: indexed(address)
    payer: indexed(address)
    amount: uint256  # units
    dedicated: uint256  # units, after


# A house drew on its book; the three amounts are paid to it.
event LossAbsorbed:
    house: indexed(address)
    member: indexed(uint256)  # who carried the account that failed
    from_member: uint256  # units, from its own share
    from_house: uint256  # units, from the dedicated resources
    from_others: uint256  # units, from the other members, pro rata
    pool: uint256  # units, after
    dedicated: uint256  # units, after


# A debtor paid, and the layers that had paid for it were refilled.
event LayersRefilled:
    house: indexed(address)
    member: indexed(uint256)
    from_member: uint256  # units back to the member's share
    from_house: uint256  # units back to the dedicated resources
    from_others: uint256  # units back to the pool
    shares: uint256  # new shares of the member
    pool: uint256  # units of the open epoch, after
    dedicated: uint256  # units, after


@deploy
def __init__(token: address):
    """
    @notice Fixes the token. The deployer is given nothing.
    @param token An ERC-20; a fee on transfer is refused at each transfer.
    """
    assert token.is_contract, "fund: no token"
    TOKEN = token


@external
def contribute(house: address, member: uint256, amount: uint256):
    """
    @notice Pays into the pool of a house for new shares. Only the member's wallet.
    @dev    Shares are sold at today's price: a newcomer neither pays for losses
            before it nor takes anything from those who bore them.
    @param house Whose book.
    @param member The member's account id at that house.
    @param amount Units of the token, approved before.
    """
    self._check_member(house, member, _DEPOSIT)
    assert amount != 0, "fund: no amount"
    tokens._pull(TOKEN, msg.sender, amount)
    minted: uint256 = share_book._credit(house, member, amount)
    report_chain._report(
        SHARE_CONTRIBUTED_TOPIC,
        convert(house, bytes32),
        convert(member, bytes32),
        abi_encode(amount, minted, share_book.pool_at[house][share_book.epoch_of[house]]),
    )


@external
def withdraw(house: address, member: uint256, amount: uint256):
    """
    @notice Takes money out of the pool. Only the member's wallet, and only while
            the house says that the member carries no account.
    @dev    Shares are burnt rounded up; taking out the whole value burns them all.
    @param house Whose book.
    @param member The member's account id.
    @param amount Units, at most `share_value`.
    """
    self._check_member(house, member, _WITHDRAW)
    assert staticcall IHouseView(house).carried_accounts(member) == 0, "fund: carries accounts"
    assert amount != 0, "fund: no amount"
    epoch: uint256 = share_book.epoch_of[house]
    assert amount <= share_book._value(house, epoch, member), "fund: over the share's value"
    burnt: uint256 = share_book._debit(house, epoch, member, amount)
    report_chain._report(
        SHARE_WITHDRAWN_TOPIC,
        convert(house, bytes32),
        convert(member, bytes32),
        abi_encode(amount, burnt, share_book.pool_at[house][epoch]),
    )
    tokens._push(TOKEN, msg.sender, amount)


@external
def claim(house: address, member: uint256, epoch: uint256):
    """
    @notice Takes what was reinstated to an epoch that was wiped out. Only the
            member's wallet. It burns the member's shares of that epoch: what is
            reinstated later goes to those who waited.
    @param house Whose book.
    @param member The member's account id.
    @param epoch A closed epoch.
    """
    self._check_member(house, member, _WITHDRAW)
    assert epoch < share_book.epoch_of[house], "fund: epoch not closed"
    amount: uint256 = share_book._value(house, epoch, member)
    assert amount != 0, "fund: nothing to claim"
    burnt: uint256 = share_book._debit(house, epoch, member, amount)
    report_chain._report(
        SHARE_CLAIMED_TOPIC,
        convert(house, bytes32),
        convert(member, bytes32),
        abi_encode(epoch, amount, burnt, share_book.pool_at[house][epoch]),
    )
    tokens._push(TOKEN, msg.sender, amount)


@external
def dedicate(house: address, amount: uint256):
    """
    @notice Gives a house resources of its own, to be lost before its members'.
            Anyone may; nobody gets them back.
    @dev    Nobody could ever draw what was given to an address without code by
            mistake, so that is refused; `contribute` asks the house anyway.
    @param house Whose book.
    @param amount Units of the token, approved before.
    """
    assert house.is_contract, "fund: no house"
    assert amount != 0, "fund: no amount"
    tokens._pull(TOKEN, msg.sender, amount)
    dedicated: uint256 = self.dedicated_of[house] + amount
    self.dedicated_of[house] = dedicated
    report_chain._report(
        RESOURCES_DEDICATED_TOPIC,
        convert(house, bytes32),
        convert(msg.sender, bytes32),
        abi_encode(amount, dedicated),
    )


@external
def absorb(member: uint256, amount: uint256) -> (uint256, uint256, uint256):
    """
    @notice Pays the caller for a loss, out of the caller's own book, in the
            written order; less than asked where the book holds less.
    @dev    The cost does not depend on the number of members: the others lose
            pro rata because the pool shrinks and their shares stay.
    @param member Account id of the member that carried the account.
    @param amount Units that are missing.
    @return uint256 Units from the member's own share.
    @return uint256 Units from the house's dedicated resources.
    @return uint256 Units from the other members.
    """
    house: address = msg.sender
    epoch: uint256 = share_book.epoch_of[house]

    from_member: uint256 = min(amount, share_book._value(house, epoch, member))
    if from_member != 0:
        share_book._debit(house, epoch, member, from_member)
    dedicated: uint256 = self.dedicated_of[house]
    from_house: uint256 = min(amount - from_member, dedicated)
    dedicated -= from_house
    pool: uint256 = share_book.pool_at[house][epoch]
    from_others: uint256 = min(amount - from_member - from_house, pool)
    pool -= from_others
    paid: uint256 = from_member + from_house + from_others
    if paid == 0:
        return 0, 0, 0

    self.dedicated_of[house] = dedicated
    share_book.pool_at[house][epoch] = pool
    report_chain._report(
        LOSS_ABSORBED_TOPIC,
        convert(house, bytes32),
        convert(member, bytes32),
        abi_encode(from_member, from_house, from_others, pool, dedicated),
    )
    tokens._push(TOKEN, house, paid)
    return from_member, from_house, from_others


@external
def refill(member: uint256, from_member: uint256, from_house: uint256, from_others: uint256):
    """
    @notice Takes back from the caller what a debtor paid, into the caller's own
            book, last layer first: the pool, the dedicated resources, then the
            member, whose burnt shares are made good at today's price. The caller
            decides how much of a payment belongs to which layer.
    @dev    A pool is refilled to one unit a share at most, the open epoch first
            and then those before it; what is over joins the dedicated resources.
    @param member Account id of the member that carried the account.
    @param from_member Units owed back to that member.
    @param from_house Units owed back to the house's dedicated resources.
    @param from_others Units owed back to the other members.
    """
    house: address = msg.sender
    assert from_member == 0 or member != 0, "fund: no member"
    total: uint256 = from_member + from_house + from_others
    assert total != 0, "fund: no amount"
    tokens._pull(TOKEN, house, total)

    dedicated: uint256 = self.dedicated_of[house] + from_house
    dedicated += share_book._reinstate(house, from_others)
    self.dedicated_of[house] = dedicated
    minted: uint256 = 0
    if from_member != 0:
        minted = share_book._credit(house, member, from_member)
    report_chain._report(
        LAYERS_REFILLED_TOPIC,
        convert(house, bytes32),
        convert(member, bytes32),
        abi_encode(
            from_member,
            from_house,
            from_others,
            minted,
            share_book.pool_at[house][share_book.epoch_of[house]],
            dedicated,
        ),
    )


@external
@view
def share_value(house: address, member: uint256) -> uint256:
    """
    @notice What a member's share in a house's open epoch is worth.
    @param house Whose book.
    @param member The member's account id.
    @return uint256 Units of the token, rounded down.
    """
    return share_book._value(house, share_book.epoch_of[house], member)


@internal
@view
def _check_member(_house: address, _member: uint256, _action: uint256):
    """
    @notice Reverts unless the caller is the wallet of a member account, and the
            registry's gate lets it pay in or be paid. Id 0 is what the registry
            answers for a stranger.
    @param _house The house whose registry is asked.
    @param _member The account id that the caller says it is.
    @param _action Withdraw or deposit, as the gate numbers them.
    """
    assert _member != 0, "fund: no member"
    registry: address = staticcall IHouseView(_house).party_registry()
    reason: uint256 = 0
    word: uint256 = 0
    reason, word = staticcall IPartyRegistry(registry).gate(msg.sender, _member, _action, 0)
    assert word & _ACCOUNT_MASK == _member, "fund: not the member's wallet"
    assert reason == 0, concat("fund: gate ", uint2str(reason))
