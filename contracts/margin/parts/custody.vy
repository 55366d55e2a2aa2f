# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Custody: members, accounts, deposits, withdrawals
@license Apache-2.0
@notice Tokens enter by `deposit` and leave by `withdraw`, each called by the
        account's own wallet. Every other payout is an entry in the book, so
        that nobody's blocked token stops another's liquidation.
"""


from ethereum.ercs import IERC20Detailed

from ...modules import report_chain
from ...modules import roles
from ...modules import tokens
from . import assessment
from . import book
from . import denials
from . import marks
from . import wiring


uses: report_chain
uses: roles
uses: book
uses: wiring
uses: assessment
uses: marks
uses: denials


OPERATOR: constant(bytes32) = keccak256("operator")

WITHDRAW: constant(uint256) = 5
DEPOSIT: constant(uint256) = 7
RETAIL_CATEGORY: constant(uint256) = 1
E_MONEY: constant(uint256) = 1
WITHDRAWAL: constant(uint256) = 1
STALE: constant(uint256) = 1
MASK_32: constant(uint256) = 2**32 - 1

# As many as the close-out contract can walk in one call.
MAX_BACKSTOPS: constant(uint256) = 8

MEMBER_ADMITTED_TOPIC: constant(bytes32) = keccak256("MemberAdmitted(uint256,address,uint256)")
ACCOUNT_OPENED_TOPIC: constant(bytes32) = keccak256(
    "AccountOpened(uint256,uint256,address,uint256)"
)
ACCOUNT_CLOSED_TOPIC: constant(bytes32) = keccak256("AccountClosed(uint256,uint256,address)")
COLLATERAL_LISTED_TOPIC: constant(bytes32) = keccak256(
    "CollateralListed(uint256,uint256,address,uint256)"
)
COLLATERAL_DEPOSITED_TOPIC: constant(bytes32) = keccak256(
    "CollateralDeposited(uint256,uint256,uint256,int256)"
)
COLLATERAL_WITHDRAWN_TOPIC: constant(bytes32) = keccak256(
    "CollateralWithdrawn(uint256,uint256,uint256,int256)"
)
BACKSTOP_COMMITTED_TOPIC: constant(bytes32) = keccak256(
    "BackstopCommitted(uint256,address,uint256)"
)


@external
def list_collateral(
    token: address,
    feed: uint256,
    kind: uint256,
    fx: bool,
    decimals: uint256,
    maturity: uint256,
    cap: uint256,
):
    """
    @notice Adds a collateral asset. Only the operator. What a class counts for
            is a constant; the cap is a venue's own and never loosens a haircut.
    @param token ERC-20 token.
    @param feed Its feed on the price board, which must have a price.
    @param kind 1 e-money token, 2 government bond, 3 corporate or covered
           bond, 4 main-index equity, 5 gold; anything else counts zero.
    @param fx True where the asset is in another currency than the settlement.
    @param decimals Decimals of the token, as it says itself, at most 18.
    @param maturity Of a bond (seconds), else 0.
    @param cap The most (wad) that the asset counts for one account.
    """
    roles._check_holder(OPERATOR)
    asset: uint256 = book.asset_count + 1
    assert asset <= 8, "house: too many assets"
    assert token != wiring.TOKEN and token != empty(address), "house: bad token"
    for i: uint256 in range(8):
        assert book.tokens[i + 1] != token, "house: token listed"
    assert feed < 2**16 and kind < 256 and decimals <= 18, "house: bad terms"
    assert maturity < 2**32 and cap < 2**104, "house: bad terms"
    # A digit more or less would be a factor of ten on everybody's collateral.
    assert (
        decimals == convert(staticcall IERC20Detailed(token).decimals(), uint256)
    ), "house: bad terms"
    # Once there is a price, there always is a last one. Without one, a unit of the
    # asset would leave an account that nobody can assess, or liquidate.
    price: uint256 = 0
    flags: uint256 = 0
    price, flags = marks._price(feed)
    word: uint256 = (
        feed
        | (kind << 16)
        | (convert(fx, uint256) << 24)
        | (decimals << 32)
        | (maturity << 40)
        | (cap << 72)
    )
    book.asset_count = asset
    book.collaterals[asset] = word
    book.tokens[asset] = token
    report_chain._report(
        COLLATERAL_LISTED_TOPIC,
        convert(asset, bytes32),
        convert(feed, bytes32),
        abi_encode(token, word),
    )


@external
def admit_member(wallet: address):
    """
    @notice Makes a party a clearing member and opens its own account, which it
            carries itself. Only the operator; the party must have a share in
            the default fund and may not be a retail client.
    @param wallet The party's wallet.
    """
    roles._check_holder(OPERATOR)
    party: uint256 = staticcall wiring.PARTIES.party_of(wallet)
    member: uint256 = party & MASK_32
    assert member != 0, "house: unknown party"
    assert book.accounts[member] == 0, "house: account exists"
    assert staticcall wiring.FUND.share_value(self, member) > 0, "house: no fund share"
    assert (party >> 152) & 255 != RETAIL_CATEGORY, "house: retail member"
    flags: uint256 = book.EXISTS | book.MEMBER
    book.accounts[member] = (flags << 120) | (member << 136)
    book.carried_accounts[member] += 1
    report_chain._report(
        MEMBER_ADMITTED_TOPIC,
        convert(member, bytes32),
        convert(wallet, bytes32),
        abi_encode(flags),
    )


@external
def open_account(wallet: address, member: uint256):
    """
    @notice Opens a client's account. Only the member that will carry it: a
            member stands for its clients' losses, so its consent is what counts.
    @param wallet The client's wallet.
    @param member The caller's account id.
    """
    wiring._check_gate(member, DEPOSIT)
    assert (book.accounts[member] >> 120) & book.MEMBER != 0, "house: not a member"
    party: uint256 = staticcall wiring.PARTIES.party_of(wallet)
    account: uint256 = party & MASK_32
    assert account != 0, "house: unknown party"
    assert book.accounts[account] == 0, "house: account exists"
    assert staticcall wiring.FUND.share_value(self, member) > 0, "house: no fund share"
    flags: uint256 = book.EXISTS
    if (party >> 152) & 255 == RETAIL_CATEGORY:
        flags |= book.RETAIL
    book.accounts[account] = (flags << 120) | (member << 136)
    book.carried_accounts[member] += 1
    report_chain._report(
        ACCOUNT_OPENED_TOPIC,
        convert(account, bytes32),
        convert(member, bytes32),
        abi_encode(wallet, flags),
    )


@external
def close_account(account: uint256):
    """
    @notice Closes an empty account. Only its own wallet, or its carrying member's.
    @param account Account id; no cash, positions, collateral, call or debt.
    """
    word: uint256 = book.accounts[account]
    member: uint256 = (word >> 136) & MASK_32
    assert word != 0, "house: unknown account"
    # The member's fund share waits for it, and its client may be frozen.
    caller: uint256 = staticcall wiring.PARTIES.word_of(msg.sender) & MASK_32
    wiring._check_gate(member if caller == member else account, WITHDRAW)
    # Neither category nor margin engine makes an account less empty.
    empty_word: uint256 = word & ~(((book.RETAIL | book.MEMBER) << 120) | (255 << 128))
    assert empty_word == (book.EXISTS << 120) | (member << 136), "house: account not empty"
    assert member != account or book.carried_accounts[member] == 1, "house: carries accounts"
    assert book.counted_gain[account] == 0, "house: gain not scaled"
    book.accounts[account] = 0
    book.carried_accounts[member] -= 1
    book._set_backstop(account, 0)
    report_chain._report(
        ACCOUNT_CLOSED_TOPIC,
        convert(account, bytes32),
        convert(member, bytes32),
        abi_encode(msg.sender),
    )


@external
def commit_backstop(member: uint256, amount: uint256):
    """
    @notice Promises to take over positions of accounts that nobody liquidates,
            pro rata with the other members. Only the member's wallet.
    @param member The caller's account id.
    @param amount Notional (wad) in all, below 2^112; it replaces what is left.
           At most eight members have a promise at a time.
    """
    wiring._check_gate(member, DEPOSIT)
    assert (book.accounts[member] >> 120) & book.MEMBER != 0, "house: not a member"
    assert amount < 2**112, "house: bad terms"
    book._set_backstop(member, amount)
    assert book.backstop_count <= MAX_BACKSTOPS, "house: too many backstops"
    report_chain._report(
        BACKSTOP_COMMITTED_TOPIC,
        convert(member, bytes32),
        convert(msg.sender, bytes32),
        abi_encode(amount),
    )


@external
def deposit(account: uint256, asset: uint256, amount: uint256):
    """
    @notice Pays in. Only the account's wallet. A retail account pays in the
            settlement token or another e-money token.
    @param account Account id.
    @param asset 0 the settlement token, else a collateral asset.
    @param amount Token units, more than zero.
    """
    wiring._check_gate(account, DEPOSIT)
    self._deposit(account, asset, amount)


@external
def try_deposit(account: uint256, asset: uint256, amount: uint256) -> uint256:
    """
    @notice As `deposit`, but what the gate denies is reported and not reverted.
    @param account Account id.
    @param asset 0 the settlement token, else a collateral asset.
    @param amount Token units, more than zero.
    @return The gate's reason; 0 = paid in.
    """
    reason: uint256 = self._denied(account, DEPOSIT, asset, amount)
    if reason == 0:
        self._deposit(account, asset, amount)
    return reason


@external
def withdraw(account: uint256, asset: uint256, amount: uint256):
    """
    @notice Takes out. Only the account's wallet, and only what is not needed:
            cash that is there, and equity (unrealised profit left out) that
            stays at or above the requirement. Without positions no price is
            needed.
    @param account Account id.
    @param asset 0 the settlement token, else a collateral asset.
    @param amount Token units, more than zero.
    """
    wiring._check_gate(account, WITHDRAW)
    self._withdraw(account, asset, amount)


@external
def try_withdraw(account: uint256, asset: uint256, amount: uint256) -> uint256:
    """
    @notice As `withdraw`, but what the gate denies is reported and not reverted.
    @param account Account id.
    @param asset 0 the settlement token, else a collateral asset.
    @param amount Token units, more than zero.
    @return The gate's reason; 0 = taken out.
    """
    reason: uint256 = self._denied(account, WITHDRAW, asset, amount)
    if reason == 0:
        self._withdraw(account, asset, amount)
    return reason


@internal
def _deposit(_account: uint256, _asset: uint256, _amount: uint256):
    """
    @notice Pays in, for a caller whom the gate has let through.
    @param _account Account id.
    @param _asset 0 the settlement token, else a collateral asset.
    @param _amount Token units, more than zero.
    """
    assert _amount > 0 and _amount < 2**112, "house: bad amount"
    word: uint256 = book.accounts[_account]
    assert word != 0, "house: unknown account"
    token: address = wiring.TOKEN
    balance: int256 = 0
    if _asset == 0:
        balance = book._cash(word) + convert(_amount * wiring.TOKEN_SCALE, int256)
        book.accounts[_account] = book._with_cash(word, balance)
    else:
        token = book.tokens[_asset]
        assert token != empty(address), "house: unknown asset"
        terms: uint256 = book.collaterals[_asset]
        assert (
            (terms >> 16) & 255 == E_MONEY or (word >> 120) & book.RETAIL == 0
        ), "house: not for retail"
        after: uint256 = book._balance(_account, _asset) + _amount
        assert after * 10 ** (18 - ((terms >> 32) & 255)) < 2**112, "house: balance out of range"
        book._set_balance(_account, _asset, after)
        balance = convert(after, int256)
    report_chain._report(
        COLLATERAL_DEPOSITED_TOPIC,
        convert(_account, bytes32),
        convert(_asset, bytes32),
        abi_encode(_amount, balance),
    )
    tokens._pull(token, msg.sender, _amount)


@internal
def _withdraw(_account: uint256, _asset: uint256, _amount: uint256):
    """
    @notice Takes out, for a caller whom the gate has let through.
    @param _account Account id.
    @param _asset 0 the settlement token, else a collateral asset.
    @param _amount Token units, more than zero.
    """
    side: book.Side = book._load(_account, 0)
    assert (side.word >> 120) & (book.CALLED | book.INDEBTED) == 0, "house: called or indebted"
    assert block.timestamp > book.counting_deadline, "house: loss being allocated"
    assert book.counted_gain[_account] == 0, "house: gain not scaled"
    assert _amount > 0, "house: bad amount"
    token: address = wiring.TOKEN
    balance: int256 = 0
    if _asset == 0:
        balance = book._cash(side.word) - convert(_amount * wiring.TOKEN_SCALE, int256)
        assert balance >= 0, "house: not enough cash"
        side.word = book._with_cash(side.word, balance)
        book.accounts[_account] = side.word
    else:
        token = book.tokens[_asset]
        held: uint256 = book._balance(_account, _asset)
        assert held >= _amount, "house: not enough collateral"
        book._set_balance(_account, _asset, held - _amount)
        side.word = book.accounts[_account]
        balance = convert(held - _amount, int256)
    if side.count > 0 or book._cash(side.word) < 0:
        equity: int256 = 0
        requirement: uint256 = 0
        flags: uint256 = 0
        equity, requirement, flags = self._withdrawal_margin(side)
        assert flags & STALE == 0, "house: stale price"
        assert equity >= convert(requirement, int256), "house: below initial margin"
    report_chain._report(
        COLLATERAL_WITHDRAWN_TOPIC,
        convert(_account, bytes32),
        convert(_asset, bytes32),
        abi_encode(_amount, balance),
    )
    tokens._push(token, msg.sender, _amount)


@internal
def _denied(_account: uint256, _action: uint256, _asset: uint256, _amount: uint256) -> uint256:
    """
    @notice Asks the gate about the caller and reports what it denies.
    @param _account Account id.
    @param _action Withdraw or deposit.
    @param _asset 0 the settlement token, else a collateral asset.
    @param _amount Token units.
    @return The gate's reason; 0 = allowed.
    """
    reason: uint256 = 0
    party: uint256 = 0
    reason, party = staticcall wiring.PARTIES.gate(msg.sender, _account, _action, 0)
    if reason != 0:
        assert book.accounts[_account] != 0, "house: unknown account"
        assert _amount < 2**112, "house: bad amount"
        denials._deny(
            _account, msg.sender, _action, reason, _asset, convert(_amount, int256), empty(bytes32)
        )
    return reason


@internal
@view
def _withdrawal_margin(_side: book.Side) -> (int256, uint256, uint256):
    """
    @notice The assessment that a withdrawal must meet.
    @param _side The account after the withdrawal.
    @return Equity, requirement, price flags.
    """
    result: assessment.IClearingHouse.Margin = assessment._assess(_side, WITHDRAWAL)
    return result.equity, result.requirement, result.flags
