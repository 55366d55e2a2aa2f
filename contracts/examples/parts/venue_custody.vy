# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Custody of the example venue: payments, collateral, losses
@license Apache-2.0
@notice Tokens enter by `deposit` and `contribute` and leave by `withdraw`; every other
        payment is an entry in the book. A loss that an account cannot pay goes to the
        reserve and never to another account.
"""


from ...interfaces import IClearingHouse
from ...modules import action_gate
from ...modules import margin
from ...modules import report_chain
from ...modules import rules
from ...modules import tokens
from . import venue_book as book
from . import venue_margin as margins


uses: report_chain
uses: book
uses: margins


WAD: constant(uint256) = 10**18
BPS: constant(uint256) = 10_000

COLLATERAL_DEPOSITED_TOPIC: constant(bytes32) = keccak256(
    "CollateralDeposited(uint256,uint256,uint256,int256)"
)
COLLATERAL_WITHDRAWN_TOPIC: constant(bytes32) = keccak256(
    "CollateralWithdrawn(uint256,uint256,uint256,int256)"
)
COLLATERAL_SOLD_TOPIC: constant(bytes32) = keccak256(
    "CollateralSold(uint256,uint256,uint256,uint256,uint256,int256,uint256,int256,uint256)"
)
RESERVE_CHARGED_TOPIC: constant(bytes32) = keccak256(
    "ReserveCharged(uint256,uint256,uint256,int256)"
)
RESERVE_RAISED_TOPIC: constant(bytes32) = keccak256(
    "ReserveRaised(address,uint256,uint256,int256)"
)


@external
def deposit(account: uint256, asset: uint256, amount: uint256):
    """
    @notice Pays in. Only the account's wallet; retail pays in money alone. Money pays a
            debt to the reserve first.
    @param account Account id.
    @param asset 0 the settlement token, else a collateral asset.
    @param amount Token units, more than zero.
    """
    party: uint256 = book._check_gate(account, action_gate.DEPOSIT, 0)
    assert amount > 0 and amount < 2**112, "venue: bad amount"
    held: book.Account = book.accounts[account]
    token: address = book.TOKEN
    balance: int256 = 0
    if asset == 0:
        paid: uint256 = min(amount * book.SCALE, held.debt)
        held.debt -= paid
        held.cash += convert(amount * book.SCALE - paid, int256)
        book.accounts[account] = held
        balance = held.cash
        if paid > 0:
            self._raise_reserve(account, paid)
    else:
        assert not book._is_retail(party), "venue: not for retail"
        # Else a bankrupt could hold off its write-off, unit by unit.
        assert held.cash >= 0 and held.debt == 0, "venue: cash owed"
        terms: book.Asset = self._asset(asset)
        token = terms.token
        after: uint256 = book.balances[account][asset] + amount
        # Keeps every product of the margin check far from overflow.
        assert after * 10 ** (18 - terms.decimals) < 2**112, "venue: balance out of range"
        book.balances[account][asset] = after
        balance = convert(after, int256)
    report_chain._report(
        COLLATERAL_DEPOSITED_TOPIC,
        convert(account, bytes32),
        convert(asset, bytes32),
        abi_encode(amount, balance),
    )
    tokens._pull(token, msg.sender, amount)


@external
def withdraw(account: uint256, asset: uint256, amount: uint256):
    """
    @notice Takes out. Only the account's wallet, and only what is not needed: cash that
            is there, and margin that holds with unrealised profit left out. An account
            that is flat and owes nothing needs no price.
    @param account Account id.
    @param asset 0 the settlement token, else a collateral asset.
    @param amount Token units, more than zero.
    """
    book._check_gate(account, action_gate.WITHDRAW, 0)
    assert amount > 0 and amount < 2**112, "venue: bad amount"
    held: book.Account = book.accounts[account]
    assert held.debt == 0, "venue: debt unpaid"
    token: address = book.TOKEN
    balance: int256 = 0
    if asset == 0:
        # Whoever was first would take what is missing from the last.
        assert book.reserve >= 0, "venue: loss uncovered"
        held.cash -= convert(amount * book.SCALE, int256)
        balance = held.cash
        assert balance >= 0, "venue: not enough cash"
        book.accounts[account] = held
    else:
        token = self._asset(asset).token
        assert book.balances[account][asset] >= amount, "venue: not enough collateral"
        book.balances[account][asset] -= amount
        balance = convert(book.balances[account][asset], int256)
    if held.size != 0 or held.cash < 0:
        state: IClearingHouse.Margin = margins._assess(account, held, margins.WITHDRAWAL)
        assert state.flags & book.STALE == 0, "venue: stale price"
        assert state.equity >= convert(state.requirement, int256), "venue: below initial margin"
    report_chain._report(
        COLLATERAL_WITHDRAWN_TOPIC,
        convert(account, bytes32),
        convert(asset, bytes32),
        abi_encode(amount, balance),
    )
    tokens._push(token, msg.sender, amount)


@external
def buy_collateral(
    account: uint256, asset: uint256, amount: uint256, buyer: uint256, max_cost: uint256
):
    """
    @notice Buys collateral of an account that owes cash and is flat, or below the close-out
            level, at the board's price less a discount no larger than the asset's haircut.
            Only a professional's wallet, with cash of its own account.
    @param account Account id that owes cash.
    @param asset Collateral asset.
    @param amount Token units; no more than what brings cash back to zero.
    @param buyer The caller's account id.
    @param max_cost The most (wad) that the caller pays.
    """
    party: uint256 = book._check_gate(buyer, action_gate.LIQUIDATE, 0)
    assert not book._is_retail(party), "venue: not for retail"
    assert account != buyer, "venue: same account"
    seller: book.Account = book.accounts[account]
    assert seller.cash < 0, "venue: no cash owed"
    if seller.size != 0:
        state: IClearingHouse.Margin = margins._assess(account, seller, margins.CLOSE_OUT)
        assert state.flags & book.STALE == 0, "venue: stale price"
        assert margins._is_below_close_out(state), "venue: not due"
    terms: book.Asset = self._asset(asset)
    price: uint256 = 0
    flags: uint256 = 0
    price, flags = book._price(terms.feed)
    assert flags & book.STALE == 0, "venue: stale price"
    discount: uint256 = min(rules.COLLATERAL_SALE_DISCOUNT_BPS, margins._haircut(terms))
    unit: uint256 = 10 ** (18 - terms.decimals) * price * (BPS - discount)
    assert amount > 0 and amount <= book.balances[account][asset], "venue: bad amount"
    owed: uint256 = convert(-seller.cash, uint256)
    assert (amount - 1) * unit < owed * WAD * BPS, "venue: more than owed"
    cost: uint256 = margin._ceil_div(amount * unit, WAD * BPS)
    assert cost <= max_cost, "venue: above the limit"

    paying: book.Account = book.accounts[buyer]
    paying.cash -= convert(cost, int256)
    seller.cash += convert(cost, int256)
    assert paying.cash >= 0, "venue: not enough cash"
    book.accounts[buyer] = paying
    book.accounts[account] = seller
    book.balances[account][asset] -= amount
    book.balances[buyer][asset] += amount
    margins._check_opening(buyer, paying, book.STALE)
    report_chain._report(
        COLLATERAL_SOLD_TOPIC,
        convert(account, bytes32),
        convert(asset, bytes32),
        abi_encode(
            buyer,
            amount,
            cost,
            seller.cash,
            book.balances[account][asset],
            paying.cash,
            book.balances[buyer][asset],
        ),
    )


@external
def write_off(account: uint256):
    """
    @notice Charges the reserve with what an account owes and cannot pay: it is flat and its
            collateral is sold. A retail client owes nothing after (its balance cannot be
            negative); anybody else owes the reserve. Anyone.
    @param account Account id.
    """
    held: book.Account = book.accounts[account]
    assert held.size == 0 and held.cash < 0, "venue: no deficit"
    for i: uint256 in range(len(book.ASSETS), bound=book.MAX_ASSETS):
        assert book.balances[account][i + 1] == 0, "venue: collateral left"
    deficit: uint256 = convert(-held.cash, uint256)
    held.cash = 0
    if not held.retail:
        held.debt += deficit
    book.accounts[account] = held
    book.reserve -= convert(deficit, int256)
    report_chain._report(
        RESERVE_CHARGED_TOPIC,
        convert(account, bytes32),
        convert(held.debt, bytes32),
        abi_encode(deficit, book.reserve),
    )


@external
def contribute(amount: uint256):
    """
    @notice Adds to the reserve, for good. Anyone.
    @param amount Units of the settlement token, more than zero.
    """
    assert amount > 0 and amount < 2**112, "venue: bad amount"
    self._raise_reserve(0, amount * book.SCALE)
    tokens._pull(book.TOKEN, msg.sender, amount)


@internal
def _raise_reserve(_account: uint256, _amount: uint256):
    """
    @notice Books what the reserve received.
    @param _account Account id that paid its debt; 0 for a gift.
    @param _amount Wad.
    """
    book.reserve += convert(_amount, int256)
    report_chain._report(
        RESERVE_RAISED_TOPIC,
        convert(msg.sender, bytes32),
        convert(_account, bytes32),
        abi_encode(_amount, book.reserve),
    )


@internal
@view
def _asset(_asset: uint256) -> book.Asset:
    """
    @notice A collateral asset.
    @param _asset 1, 2, .. in the order of the constructor.
    @return The asset; reverts if there is none.
    """
    assert _asset > 0 and _asset <= len(book.ASSETS), "venue: unknown asset"
    return book.ASSETS[_asset - 1]
