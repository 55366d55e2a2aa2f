"""The places in the example venue at which faults are put in; see `faults`."""

from __future__ import annotations

from dataclasses import dataclass

BOOK = "examples/parts/venue_book.vy"
CUSTODY = "examples/parts/venue_custody.vy"
MARGIN = "examples/parts/venue_margin.vy"
TRADING = "examples/parts/venue_trading.vy"
VENUE = "examples/ExampleVenue.vy"


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement."""

    file: str
    """Below the contracts' folder."""
    old: str
    new: str


def impure(file: str, function: str) -> Edit:
    """Lets a pure function read the balance."""
    return Edit(file, f"@pure\ndef {function}(", f"@view\ndef {function}(")


_STORAGE = "reserve: public(int256)\n"
_VIEW = "@external\n@view\ndef margin("

# Margin

RETAIL_FLOOR = Edit(
    MARGIN,
    "        if _account.retail:\n            if _valuation == CLOSE_OUT:",
    "        capped: bool = _account.retail and not FAULT(no retail cap)\n"
    "        if FAULT(cap for buyers only) and _account.size < 0:\n            capped = False\n"
    "        if capped:\n            if _valuation == CLOSE_OUT:",
)
RETAIL_RATE = Edit(
    MARGIN,
    "notional * rules.RETAIL_MARGIN_CRYPTO_BPS, BPS",
    "notional * (4_000 if FAULT(retail cap too high) else rules.RETAIL_MARGIN_CRYPTO_BPS), BPS",
)
CATEGORY = Edit(
    TRADING,
    "            after.retail = retail\n",
    "            after.retail = retail\n"
    "        elif FAULT(cap at opening only):\n            after.retail = False\n",
)
RATE = (
    Edit(
        MARGIN,
        "        requirement = margin._ceil_div(notional * book.RATE_BPS, BPS)\n",
        "        rate: uint256 = book.RATE_BPS\n"
        "        if FAULT(schedule rate too low):\n            rate = 1_000\n"
        "        elif FAULT(no directional floor):\n            rate = rules.IM_OTHER_BPS\n"
        "        elif FAULT(threshold set by an admin):\n"
        "            rate -= min(rate, book.discount_bps)\n"
        "        requirement = margin._ceil_div(notional * rate, BPS)\n"
        "        if FAULT(requirement rounded down):\n"
        "            requirement = notional * rate // BPS\n",
    ),
    Edit(BOOK, _STORAGE, f"{_STORAGE}discount_bps: uint256\nowners: HashMap[uint256, address]\n"),
    Edit(
        VENUE,
        _VIEW,
        "@external\ndef set_discount(bps: uint256):\n"
        "    assert FAULT(threshold set by an admin)\n"
        "    roles._check_holder(trading.OPERATOR)\n    book.discount_bps = bps\n\n\n" + _VIEW,
    ),
)
HOLDS = Edit(
    MARGIN,
    '    assert state.equity >= convert(state.requirement, int256), "venue: below',
    "    unasked: bool = FAULT(sellers post no margin) and _after.size < 0\n"
    '    assert unasked or state.equity >= convert(state.requirement, int256), "venue: below',
)
OPENING = Edit(
    TRADING,
    "        state = margins._check_opening(_id, after, book.STALE | book.JUMP)\n",
    "        turned: bool = before.size != 0 and (before.size > 0) != (after.size > 0)\n"
    "        lot: bool = abs(_delta) == convert(book.LOT, int256)\n"
    "        blocking: uint256 = book.STALE | book.JUMP\n"
    "        if FAULT(stale price opens):\n            blocking = book.JUMP\n"
    "        unchecked: bool = FAULT(increases unchecked) and before.size != 0 and not turned\n"
    "        unchecked = unchecked or (FAULT(turns unchecked) and turned)\n"
    "        unchecked = unchecked or (FAULT(one lot waved through) and lot)\n"
    "        if not unchecked:\n"
    "            state = margins._check_opening(_id, after, blocking)\n",
)
REDUCTION = Edit(
    TRADING,
    "        state = margins._check_reduction(_id, before, after)\n",
    "        state = margins._check_reduction(_id, before, after)\n"
    "        if FAULT(reducing blocked):\n"
    "            state = margins._check_opening(_id, after, book.JUMP)\n",
)
GAIN = Edit(
    MARGIN,
    "        if gain < 0 or _valuation != WITHDRAWAL:\n",
    "        if FAULT(value rounded up):\n"
    "            gain = _account.size * convert(mark, int256) // 10**18 + _account.quote\n"
    "        if gain < 0 or _valuation != WITHDRAWAL:\n",
)

# Collateral and payments

HAIRCUT = Edit(
    MARGIN,
    "            sum += convert(value * (BPS - self._haircut(asset)) // BPS, int256)\n",
    "            keep: uint256 = BPS - self._haircut(asset)\n"
    "            if FAULT(no haircut):\n                keep = BPS\n"
    "            elif FAULT(haircut inverted):\n                keep = self._haircut(asset)\n"
    "            sum += convert(value * keep // BPS, int256)\n",
)
KIND = Edit(
    MARGIN,
    "    return margin._haircut_bps(_asset.kind,",
    "    if FAULT(ineligible collateral counts) and _asset.kind > margin.GOLD:\n        return 0\n"
    "    return margin._haircut_bps(_asset.kind,",
)
RETAIL_BONDS = Edit(
    CUSTODY,
    "        assert not book._is_retail(party),",
    "        assert FAULT(retail pays in bonds) or not book._is_retail(party),",
)
PAID_IN = Edit(
    CUSTODY,
    "        held.cash += convert(amount * book.SCALE - paid, int256)\n",
    "        held.cash += convert(amount * book.SCALE - paid, int256)\n"
    "        if FAULT(money counts twice):\n"
    "            held.cash += convert(amount * book.SCALE, int256)\n",
)
TAKEN_OUT = Edit(
    CUSTODY,
    '        assert state.flags & book.STALE == 0, "venue: stale price"\n'
    "        assert state.equity >= convert(state.requirement, int256)",
    "        stale: bool = state.flags & book.STALE != 0\n"
    '        assert FAULT(stale price lets money out) or not stale, "venue: stale price"\n'
    "        assert FAULT(margin can be taken out) or state.equity >= convert(\n"
    "            state.requirement, int256\n        )",
)
PROFIT = Edit(
    MARGIN,
    "        if gain < 0 or _valuation != WITHDRAWAL:\n",
    "        if gain < 0 or _valuation != WITHDRAWAL or FAULT(profit withdrawable):\n",
)
OWNER = Edit(
    CUSTODY,
    "    book._check_gate(account, action_gate.WITHDRAW, 0)\n",
    "    if not FAULT(anyone takes out):\n"
    "        book._check_gate(account, action_gate.WITHDRAW, 0)\n",
)
PUSH = Edit(
    CUSTODY,
    "    tokens._push(token, msg.sender, amount)",
    "    kept: uint256 = amount // 100 if FAULT(a hundredth is kept) else 0\n"
    "    tokens._push(token, msg.sender, amount - kept)",
)
DEFICIT = Edit(
    CUSTODY,
    "    if not held.retail:\n",
    "    if FAULT(deficit charged to retail) or not held.retail:\n",
)
CHARGED = Edit(
    CUSTODY,
    "    book.reserve -= convert(deficit, int256)\n",
    "    if FAULT(another client pays):\n"
    "        book.accounts[account - 1].cash -= convert(deficit, int256)\n"
    "    else:\n        book.reserve -= convert(deficit, int256)\n",
)

# Prices

BAND = Edit(
    TRADING,
    "    band: uint256 =",
    "    assert not FAULT(stale price blocks reducing) or flags & book.STALE == 0\n"
    "    band: uint256 =",
)
STALE = Edit(
    BOOK,
    "        flags |= STALE\n",
    "        if not FAULT(nothing is ever stale):\n            flags |= STALE\n",
)
OWN_PRICE = (
    Edit(BOOK, _STORAGE, f"{_STORAGE}own_price: uint256\nhas_own: bool\n"),
    Edit(
        BOOK,
        '    assert price != 0, "venue: no price"\n',
        "    if _feed == FEED and self.has_own:\n        price = self.own_price\n",
    ),
    Edit(
        VENUE,
        _VIEW,
        "@external\ndef push_own(price: uint256):\n    assert FAULT(zero price accepted)\n"
        "    book.own_price = price\n    book.has_own = True\n\n\n" + _VIEW,
    ),
)

# Parties

GATE = (
    impure(BOOK, "_check_reason"),
    Edit(
        BOOK,
        "    assert _reason == 0, concat",
        "    passes: bool = _reason == 0\n"
        "    passes = passes or (FAULT(unknown party trades) and _reason == 1)\n"
        "    passes = passes or (FAULT(attestation not in force) and _reason == 3)\n"
        "    passes = passes or (FAULT(frozen can act) and _reason == 4)\n"
        "    passes = passes or (FAULT(close-only opens) and _reason == 5)\n"
        "    passes = passes or (FAULT(banned jurisdiction trades) and _reason == 6)\n"
        "    passes = passes or (FAULT(sanctioned can withdraw) and _reason == 11)\n"
        "    assert passes, concat",
    ),
)
SELLING = (
    Edit(
        TRADING,
        "    buyer_reason: uint256 = 0\n",
        "    asked: uint256 = selling\n"
        "    if FAULT(close-only cannot reduce):\n        asked = action_gate.OPEN\n"
        "    elif FAULT(expired cannot reduce):\n        asked = action_gate.INCREASE\n"
        "    buyer_reason: uint256 = 0\n",
    ),
    Edit(
        TRADING,
        "        seller_account,\n        selling,\n",
        "        seller_account,\n        asked,\n",
    ),
)
LOSING = Edit(
    TRADING,
    "    self._check_size(size, convert(abs(losing.size), uint256) + 1)\n",
    '    assert not (FAULT(retail never closed out) and losing.retail), "venue: retail"\n'
    "    self._check_size(size, convert(abs(losing.size), uint256) + 1)\n",
)
FROZEN = (
    RATE[1],  # the storage of owners
    Edit(
        CUSTODY,
        "    if asset == 0:\n        paid: uint256",
        "    book.owners[account] = msg.sender\n    if asset == 0:\n        paid: uint256",
    ),
    Edit(
        TRADING,
        "    losing: book.Account = book.accounts[account]\n",
        "    losing: book.Account = book.accounts[account]\n"
        "    if FAULT(frozen is never liquidated):\n"
        "        why: uint256 = 0\n        word: uint256 = 0\n"
        "        why, word = staticcall book.PARTIES.gate(\n"
        "            book.owners[account], account, action_gate.REDUCE, book.ASSET_CLASS\n"
        "        )\n        book._check_reason(why)\n",
    ),
)

# Liquidation

DUE = Edit(
    TRADING,
    "    assert margins._is_below_close_out(before),",
    "    assert FAULT(healthy account liquidated) or margins._is_below_close_out(before),",
)
LEVEL = (
    impure(MARGIN, "_is_below_close_out"),
    Edit(
        MARGIN,
        "_margin.requirement * rules.CLOSE_OUT_BPS, int256",
        "_margin.requirement\n"
        "        * (4_000 if FAULT(close-out too late) else rules.CLOSE_OUT_BPS), int256",
    ),
)
OVERSHOOT = Edit(
    TRADING,
    "        assert less.state.equity <",
    "        assert FAULT(liquidator takes too much) or less.state.equity <",
)
PENALTY = Edit(
    TRADING,
    "        _size * _mark // WAD, _before.equity,",
    "        _size * _mark // WAD * (3 if FAULT(penalty too high) else 1), _before.equity,",
)
TAKER = Edit(
    TRADING,
    "    state: IClearingHouse.Margin = margins._check_opening(taker, taking, book.STALE)\n",
    "    state: IClearingHouse.Margin = margins._assess(taker, taking, margins.OPENING)\n"
    "    if not FAULT(liquidator needs no margin):\n"
    "        state = margins._check_opening(taker, taking, book.STALE)\n",
)
PAID = Edit(
    TRADING,
    "    paid: int256 = convert(size * mark // WAD, int256)\n",
    "    paid: int256 = convert(size * mark // WAD, int256)\n"
    "    if FAULT(liquidator pays too little):\n        paid = paid * 9 // 10\n",
)

# Reports

SELLER = Edit(
    TRADING,
    "    self._settle(seller_account, selling, -delta, paid, seller_party, fill)\n",
    "    sold: int256 = -delta\n"
    "    if FAULT(positions do not sum to zero):\n        sold -= convert(book.LOT, int256)\n"
    "    self._settle(seller_account, selling, sold, paid, seller_party, fill)\n"
    "    if FAULT(event doubled):\n"
    "        nothing: IClearingHouse.Margin = empty(IClearingHouse.Margin)\n"
    "        held: book.Account = book.accounts[buyer_account]\n"
    "        self._store(buyer_account, held, buying, delta, nothing, fill)\n",
)
MISSING = Edit(
    TRADING,
    "    flags: uint256 = EXISTS\n",
    "    if FAULT(event missing) and _delta < 0:\n        return\n    flags: uint256 = EXISTS\n",
)
FIGURES = Edit(
    TRADING,
    "            _delta,\n            _fill.price,\n",
    "            abs(_delta) if FAULT(event without its sign) else _delta,\n"
    "            _fill.price + 1 if FAULT(event with another price) else _fill.price,\n",
)
_WITHDRAWN = (
    "        COLLATERAL_WITHDRAWN_TOPIC,\n        convert(account, bytes32),\n"
    "        convert(asset, bytes32),\n        abi_encode(amount"
)
PAYMENT = Edit(
    CUSTODY,
    f"{_WITHDRAWN}, balance)",
    f"{_WITHDRAWN} + 1 if FAULT(payment misreported) else amount, balance)",
)
LIQUIDATED = Edit(
    TRADING,
    "        POSITION_LIQUIDATED_TOPIC,\n",
    '        keccak256("Moved()") if FAULT(liquidation unreported) else '
    "POSITION_LIQUIDATED_TOPIC,\n",
)
BESIDE = Edit(
    CUSTODY,
    "    tokens._pull(token, msg.sender, amount)\n",
    "    if FAULT(log beside the chain):\n        raw_log(\n"
    "            [COLLATERAL_DEPOSITED_TOPIC, convert(account, bytes32), empty(bytes32)],\n"
    "            abi_encode(amount, balance),\n        )\n"
    "    tokens._pull(token, msg.sender, amount)\n",
)

# Powers

SWEEP = (
    Edit(
        VENUE,
        "\nfrom ..interfaces import IClearingHouse\n",
        "\nfrom ethereum.ercs import IERC20\nfrom ..interfaces import IClearingHouse\n",
    ),
    Edit(
        VENUE,
        "@external\n@view\ndef margin(account: uint256,",
        "@external\ndef sweep(amount: uint256):\n    assert FAULT(operator takes money)\n"
        "    roles._check_holder(trading.OPERATOR)\n"
        "    assert extcall IERC20(book.TOKEN).transfer(msg.sender, amount)\n\n\n"
        "@external\n@view\ndef margin(account: uint256,",
    ),
)
HOLDER = Edit(
    VENUE,
    "    roles._set_holder(trading.OPERATOR, operator)\n",
    "    roles._set_holder(\n"
    "        trading.OPERATOR, msg.sender if FAULT(role left with the deployer) else operator\n"
    "    )\n",
)
