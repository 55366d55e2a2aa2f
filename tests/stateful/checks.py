"""What must hold of the contracts after every step, whatever the step was."""

from __future__ import annotations

from keelmark.ledger import Ledger, reconcile
from keelmark.ledger.reconcile import HouseReads, money
from keelmark.margin.account import position_margin
from keelmark.margin.schedule import directional_rate, directional_requirement
from keelmark.types import AccountFlag, Valuation
from keelmark.units import WAD
from tests.stateful.losses import LossModel
from tests.stateful.stage import Reader
from tests.stateful.terms import TOKEN_SCALE


def hidden_words(reader: Reader, accounts: range, instruments: range, episodes: range) -> dict:
    """What reconciliation does not read: words that only the machine compares."""
    epoch = reader.fund_word("epoch_of")
    names = ("counted_in", "counted_gain", "carried_accounts", "backstop")
    found = {name: {key: reader.word(name, key) for key in accounts} for name in names}
    found["residue"] = {key: reader.signed("settlement_residue", key) for key in instruments}
    found["gains"] = {key: reader.word("episode_gains", key) for key in episodes}
    found["loss"] = {key: reader.word("episode_loss", key) for key in episodes}
    found["shares"] = {key: reader.fund_word("member_shares_at", epoch, key) for key in accounts}
    singles = ("counting_deadline", "episode", "backstop_total", "backstop_count", "gains_to_scale")
    found["single"] = {name: reader.word(name) for name in singles}
    found["single"]["epoch"] = epoch
    return {name: {key: one for key, one in kept.items() if one} for name, kept in found.items()}


def expected_words(book: LossModel | Ledger) -> dict:
    """The same, of the model or of a ledger (which knows no `counted_in`)."""
    accounts, house = book.accounts, book.house
    promises = [one.backstop for one in accounts.values() if one.backstop]
    found = {
        "counted_gain": {key: one.counted_gain for key, one in accounts.items()},
        "carried_accounts": {key: one.carried for key, one in accounts.items()},
        "backstop": {key: one.backstop for key, one in accounts.items()},
        "residue": dict(house.residues),
        "gains": {key: one.gains for key, one in house.episodes.items()},
        "loss": {key: one.loss for key, one in house.episodes.items()},
        "shares": dict(house.fund.open_epoch.shares),
        "single": {
            "counting_deadline": house.counting_deadline,
            "episode": house.episode,
            "backstop_total": sum(promises),
            "backstop_count": len(promises),
            "gains_to_scale": sum(one.counted_gain for one in accounts.values()),
            "epoch": len(house.fund.epochs) - 1,
        },
    }
    if isinstance(book, LossModel):
        found["counted_in"] = dict(book.counted_in)
    return {name: {key: one for key, one in kept.items() if one} for name, kept in found.items()}


def same_state(model: LossModel, ledger: Ledger, reader: Reader, ids: tuple[range, range]) -> None:
    """Contracts, model and ledger hold the same, to the wei."""
    accounts, instruments = ids
    reads = reader.reads(accounts, instruments)
    assert ledger.findings == []
    assert reconcile(ledger, reads) == []
    assert reconcile(Ledger(accounts=model.accounts, house=model.house), reads) == []
    hidden = hidden_words(reader, accounts, instruments, range(1, model.house.episode + 1))
    assert expected_words(model) == hidden
    del hidden["counted_in"]
    # The ledger fixes an episode's loss at its first scaling too.
    assert expected_words(ledger) == hidden
    money_is_conserved(model, ledger, reads, reader)
    positions_balance(reads)
    deficits_are_recorded(model)


def money_is_conserved(model: LossModel, ledger: Ledger, reads: HouseReads, reader: Reader) -> None:
    """Tokens in the house are what is owed to everybody, and nothing is over."""
    house = model.house
    total = house.dust - house.uncovered
    fractions = 0
    for book in model.accounts.values():
        total += book.cash + sum(held.quote for held in book.positions.values())
        for number, held in book.positions.items():
            if house.instruments[number].settled:
                fractions += held.size * house.instruments[number].funding_index
    fractions += sum(house.residues.values())
    assert fractions % WAD == 0, "settlement left a fraction of a wei"
    total += fractions // WAD
    assert reads.token_balance == total == model.tokens * TOKEN_SCALE == money(ledger)
    fund = sum(epoch.pool for epoch in house.fund.epochs) + house.fund.dedicated
    assert reader.tokens(reader.fund) == fund
    for asset, token in ((1, reader.market.bond), (2, reader.market.euro)):
        held = sum(book.balances.get(asset, 0) for book in model.accounts.values())
        assert reader.tokens(reader.house, token) == held


def positions_balance(reads: HouseReads) -> None:
    """By the contracts' words alone: sizes sum to zero, open interest is half their sum."""
    sizes: dict[int, list[int]] = {}
    for account in reads.accounts.values():
        for word in account.positions:
            size = word >> 144
            sizes.setdefault(word % 2**32, []).append(size - 2**112 if size >> 111 else size)
    for number, word in reads.instruments.items():
        held = sizes.get(number, [])
        settled = word >> 56 & 0x80
        assert settled or sum(held) == 0
        lot = 10 ** (word >> 96 & 255)
        assert reads.markets[number] % 2**48 * lot == sum(map(abs, held))


def deficits_are_recorded(model: LossModel) -> None:
    """A debt is flagged, retail has none, and open interest of cash owed is nobody's gift."""
    for book in model.accounts.values():
        assert bool(book.flags & AccountFlag.INDEBTED) == (book.debt > 0)
        assert not (book.retail and book.debt)
        assert all(layer % TOKEN_SCALE == 0 for layer in book.debts)


def same_margins(model: LossModel, reader: Reader, turn: int, *, thorough: bool) -> None:
    """Equity, requirement and price flags of every account: in one valuation a step, in turn,
    or in all three at once."""
    for account in model.accounts:
        valuations = tuple(Valuation) if thorough else (Valuation((account + turn) % 3),)
        for valuation in valuations:
            found = model.check(account, valuation)
            expected = (found.equity, found.requirement, found.flags)
            assert reader.margin(account, valuation) == expected, (account, valuation.name)


def no_dust_frees_margin(model: LossModel, reader: Reader, turn: int) -> None:
    """One more lot, at mark, frees at most what a lot requires by itself.

    One account and instrument a step, in turn: the lot extends what is held, or opens.
    """
    numbers = [
        number
        for number, one in model.house.instruments.items()
        if not one.settled and (one.kind == 1 or model.now < one.time)
    ]
    accounts = sorted(model.accounts)
    account, number = accounts[turn % len(accounts)], numbers[turn // len(accounts) % len(numbers)]
    instrument, state = model.house.instruments[number], model.accounts[account].state()
    if len(state.positions) == 20:
        return
    held = state.position(number).size
    lot = -instrument.lot if held < 0 or (held == 0 and turn % 2) else instrument.lot
    before = reader.margin(account, Valuation.OPENING)[1]
    after = reader.margin_after(account, number, lot, Valuation.OPENING)[1]
    market = model.market()
    lines = [position_margin(one, market) for one in state.positions]
    rates = [
        directional_rate(
            line.rate_bps,
            market.instruments[line.instrument].scan_bps,
            market.instruments[line.instrument].multiplier_bps,
        )
        for line in lines
    ]
    own = directional_rate(1500, instrument.scan_bps, instrument.multiplier_bps)
    price = model.lanes[instrument.feed].price
    alone = directional_requirement(instrument.lot, price, max([own, *rates]))
    assert after >= before - alone - 20, (account, number, lot)
