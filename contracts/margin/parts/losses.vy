# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Losses: the written loss order, debts, the scaling of gains
@license Apache-2.0
@notice A loss goes, in this order (Regulation (EU) 648/2012 Art. 45), to: the
        account's own margin; the free resources of the member that carries it
        and its share in the default fund; the house's dedicated resources; the
        other members' shares, pro rata. What is left stops opening, and unpaid
        gains are scaled pro rata. Other clients' margin is never touched.
        A retail client's deficit is extinguished; anybody else's is a debt that
        bars opening and withdrawal and, when paid, refills the layers last to
        first.
@dev    Layers of a debt: 0 member's cash, 1 member's share, 2 the house's
        resources, 3 other members, 4 uncovered; each a multiple of one token
        unit, rounded against the debtor.
"""


from ethereum.ercs import IERC20

from ...interfaces import IClearingHouse
from ...modules import report_chain
from ...modules import rules
from ...modules import tokens
from . import assessment
from . import book
from . import marks
from . import wiring


uses: report_chain
uses: book
uses: wiring
uses: assessment
uses: marks


OPENING: constant(uint256) = 0
WITHDRAWAL: constant(uint256) = 1
CLOSE_OUT: constant(uint256) = 2
STALE: constant(uint256) = 1
MASK_32: constant(uint256) = 2**32 - 1

LOSS_ALLOCATED_TOPIC: constant(bytes32) = keccak256(
    "LossAllocated(uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256)"
)
DEBT_RECORDED_TOPIC: constant(bytes32) = keccak256("DebtRecorded(uint256,uint256,uint256)")
DEBT_PAID_TOPIC: constant(bytes32) = keccak256("DebtPaid(uint256,uint256,uint256,uint256)")
DEFICIT_EXTINGUISHED_TOPIC: constant(bytes32) = keccak256(
    "DeficitExtinguished(uint256,uint256,uint256)"
)
LOSS_COVERED_TOPIC: constant(bytes32) = keccak256("LossCovered(uint256,address,uint256,uint256)")
GAIN_COUNTED_TOPIC: constant(bytes32) = keccak256("GainCounted(uint256,uint256,uint256,uint256)")
GAIN_SCALED_TOPIC: constant(bytes32) = keccak256("GainScaled(uint256,uint256,uint256,int256)")


@external
def allocate_loss(account: uint256):
    """
    @notice Spreads the deficit of an account that has nothing left over the
            layers, in the written order. Anyone.
    @param account Account id: no positions, no collateral, negative cash.
    """
    side: book.Side = book._load(account, 0)
    cash: int256 = book._cash(side.word)
    assert side.count == 0, "house: positions open"
    self._check_collateral(side.word)
    assert cash < 0, "house: no loss"
    deficit: uint256 = convert(-cash, uint256)
    member: uint256 = (side.word >> 136) & MASK_32
    scale: uint256 = wiring.TOKEN_SCALE
    book.accounts[account] = book._with_cash(side.word, 0)

    own: uint256 = 0
    if member != account:
        own = min(self._free_cash(member), deficit) // scale * scale
        book._add_cash(member, -convert(own, int256))
    share: uint256 = 0
    house: uint256 = 0
    others: uint256 = 0
    if deficit > own:
        share, house, others = extcall wiring.FUND.absorb(
            member, (deficit - own + scale - 1) // scale
        )
        share *= scale
        house *= scale
        others *= scale
    covered: uint256 = own + share + house + others
    uncovered: uint256 = max(deficit, covered) - covered
    if uncovered > 0:
        self._start_episode(uncovered)
    else:
        book.dust += covered - deficit
    report_chain._report(
        LOSS_ALLOCATED_TOPIC,
        convert(account, bytes32),
        convert(member, bytes32),
        abi_encode(deficit, own, share, house, others, uncovered),
    )
    if (side.word >> 120) & book.RETAIL != 0:
        report_chain._report(
            DEFICIT_EXTINGUISHED_TOPIC,
            convert(account, bytes32),
            convert(member, bytes32),
            abi_encode(deficit),
        )
        return
    uncovered = (uncovered + scale - 1) // scale * scale
    book.debts[account][0] += own
    book.debts[account][1] += share
    book.debts[account][2] += house
    book.debts[account][3] += others
    book.debts[account][4] += uncovered
    book.accounts[account] |= book.INDEBTED << 120
    report_chain._report(
        DEBT_RECORDED_TOPIC,
        convert(account, bytes32),
        convert(member, bytes32),
        abi_encode(covered + uncovered),
    )


@external
def pay_debt(account: uint256, amount: uint256):
    """
    @notice Pays a recorded debt; the layers are refilled last to first. Anyone.
    @param account The debtor's account id.
    @param amount Token units, at most the debt.
    """
    layers: uint256[5] = book.debts[account]
    scale: uint256 = wiring.TOKEN_SCALE
    left: uint256 = amount * scale
    assert left > 0 and left <= self._debt(account), "house: bad amount"
    paid: uint256[5] = empty(uint256[5])
    for i: uint256 in range(5):
        layer: uint256 = 4 - i
        paid[layer] = min(left, layers[layer])
        left -= paid[layer]
        book.debts[account][layer] = layers[layer] - paid[layer]
    word: uint256 = book.accounts[account]
    member: uint256 = (word >> 136) & MASK_32
    remaining: uint256 = self._debt(account)
    if remaining == 0:
        book.accounts[account] = word & ~(book.INDEBTED << 120)
    reduced: uint256 = min(paid[4], book.uncovered)
    book.uncovered -= reduced
    book.dust += paid[4] - reduced
    if paid[0] > 0:
        book._add_cash(member, convert(paid[0], int256))
    report_chain._report(
        DEBT_PAID_TOPIC,
        convert(account, bytes32),
        convert(member, bytes32),
        abi_encode(amount * scale, remaining),
    )
    tokens._pull(wiring.TOKEN, msg.sender, amount)
    back: uint256 = (paid[1] + paid[2] + paid[3]) // scale
    if back > 0:
        assert extcall IERC20(wiring.TOKEN).approve(
            wiring.FUND.address, back, default_return_value=True
        ), "house: approval refused"
        extcall wiring.FUND.refill(
            member, paid[1] // scale, paid[2] // scale, paid[3] // scale
        )


@external
def cover_loss(amount: uint256):
    """
    @notice Pays for a loss that no layer covered, so that opening can resume.
            Anyone; a gift to the house.
    @param amount Token units, at most the uncovered loss rounded up.
    """
    paid: uint256 = amount * wiring.TOKEN_SCALE
    assert paid > 0 and paid < book.uncovered + wiring.TOKEN_SCALE, "house: bad amount"
    reduced: uint256 = min(paid, book.uncovered)
    book.uncovered -= reduced
    book.dust += paid - reduced
    report_chain._report(
        LOSS_COVERED_TOPIC,
        convert(book.episode, bytes32),
        convert(msg.sender, bytes32),
        abi_encode(paid, book.uncovered),
    )
    tokens._pull(wiring.TOKEN, msg.sender, amount)


@external
def count_gain(account: uint256):
    """
    @notice Counts an account's unpaid gains while a loss is being allocated, so
            that they can be scaled. Anyone; every other winner profits from
            each one counted.
    @dev    A gain is what the house owes the account and has not paid: the sum
            of its positions' values, losing ones set off, less cash that the
            account owes. More than that would be a bite out of its margin. Of a long
            option that is its whole mark, what was paid for it included, as of its
            last refresh: refresh it before counting. A stale price counts at its
            last value, or an outage would spare some.
    @param account Account id.
    """
    assert block.timestamp <= book.counting_deadline, "house: not counting"
    assert book.counted_in[account] != book.episode, "house: already counted"
    side: book.Side = book._load(account, 0)
    full: IClearingHouse.Margin = assessment._assess(side, CLOSE_OUT)
    owed: int256 = min(book._cash(side.word), 0)
    side.count = 0
    side.slot = 0
    bare: IClearingHouse.Margin = assessment._assess(side, CLOSE_OUT)
    gain: uint256 = convert(max(full.equity - bare.equity + owed, 0), uint256)
    book.counted_in[account] = book.episode
    book.counted_gain[account] = gain
    book.gains_to_scale += gain
    book.episode_gains[book.episode] += gain
    report_chain._report(
        GAIN_COUNTED_TOPIC,
        convert(account, bytes32),
        convert(book.episode, bytes32),
        abi_encode(gain, book.episode_gains[book.episode]),
    )


@external
def scale_gain(account: uint256):
    """
    @notice Takes an account's part of an uncovered loss from its counted gains,
            pro rata and never more than the gain. Anyone, after the counting.
    @param account Account id.
    """
    assert block.timestamp > book.counting_deadline, "house: still counting"
    gain: uint256 = book.counted_gain[account]
    assert gain > 0, "house: no counted gain"
    number: uint256 = book.counted_in[account]
    if book.episode_loss[number] == 0:
        book.episode_loss[number] = book.uncovered
    total: uint256 = book.episode_gains[number]
    amount: uint256 = min(
        min((book.episode_loss[number] * gain + total - 1) // total, gain), book.uncovered
    )
    book.counted_gain[account] = 0
    book.gains_to_scale -= gain
    book.uncovered -= amount
    cash: int256 = book._add_cash(account, -convert(amount, int256))
    report_chain._report(
        GAIN_SCALED_TOPIC,
        convert(account, bytes32),
        convert(number, bytes32),
        abi_encode(amount, cash),
    )


@internal
def _start_episode(_loss: uint256):
    """
    @notice Adds an uncovered loss; outside a counting it begins one, once the
            gains of the one before are scaled (anyone scales them).
    @param _loss Wad.
    """
    book.uncovered += _loss
    if block.timestamp > book.counting_deadline:
        assert book.gains_to_scale == 0, "house: gain not scaled"
        book.episode += 1
        book.counting_deadline = block.timestamp + rules.MARGIN_CALL_SECONDS


@internal
@view
def _check_collateral(_word: uint256):
    """
    @notice Reverts while an account holds collateral that can be sold. What hangs
            on a dead feed cannot, and does not hold off the loss order: it stays
            where it is, and the debt bars its withdrawal. A retail client has no
            debt, so that all of its collateral must have been sold.
    @param _word Account word.
    """
    mask: uint256 = (_word >> 112) & 255
    assert mask == 0 or (_word >> 120) & book.RETAIL == 0, "house: collateral left"
    for i: uint256 in range(8):
        if (mask >> i) & 1 != 0:
            price: uint256 = 0
            flags: uint256 = 0
            price, flags = marks._price(book.collaterals[i + 1] & (2**16 - 1))
            assert flags & STALE != 0, "house: collateral left"


@internal
@view
def _free_cash(_account: uint256) -> uint256:
    """
    @notice Cash that an account does not need: min(cash, equity - requirement),
            unrealised profit left out. Valued as for a close-out, so that a
            member is not spared, and no loss waits, because some price is stale.
    @param _account Account id.
    @return Wad.
    """
    side: book.Side = book._load(_account, 0)
    cash: int256 = book._cash(side.word)
    if side.count == 0:
        return convert(max(cash, 0), uint256)
    result: IClearingHouse.Margin = assessment._assess(side, CLOSE_OUT)
    opening: IClearingHouse.Margin = assessment._assess(side, OPENING)
    bare: IClearingHouse.Margin = assessment._assess(side, WITHDRAWAL)
    profit: int256 = opening.equity - bare.equity
    excess: int256 = result.equity - profit - convert(result.requirement, int256)
    return convert(max(min(cash, excess), 0), uint256)


@internal
@view
def _debt(_account: uint256) -> uint256:
    """
    @notice What an account owes.
    @param _account Account id.
    @return Wad.
    """
    layers: uint256[5] = book.debts[_account]
    return layers[0] + layers[1] + layers[2] + layers[3] + layers[4]
