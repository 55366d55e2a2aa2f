"""The state machine: an act is foretold by the model, sent, and both must agree."""

from __future__ import annotations

from typing import Any

from eth_tester.exceptions import TransactionFailed
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.stateful.powers.model import (
    DAY,
    DEPOSIT,
    FREEZE,
    OPEN,
    REDUCE,
    RESTRICT,
    TAKE,
    WITHDRAW,
    Agreement,
    Model,
)
from tests.stateful.powers.stage import COUNTRIES, Stage

AUTHORITIES = ("supervisor", "second", "authority of FR", "authority of GB", "nobody")
KEYS = {name: [name, *(f"{name} {number}" for number in range(1, 6))] for name in COUNTRIES}
"""Each party's wallets, in the order in which it loses them."""

NAMES = {FREEZE: ("freeze", "unfreeze"), RESTRICT: ("restrict", "release")}

party = st.sampled_from(tuple(COUNTRIES))
authority = st.sampled_from((*AUTHORITIES, "supervisor", "second", "authority of FR"))
power = st.sampled_from((FREEZE, FREEZE, RESTRICT))
agreement = st.sampled_from((0, 0, 0, 1, 2, 3))
spans = st.sampled_from((60, 3_600, DAY, DAY, 3 * DAY, 7 * DAY, 40 * DAY))


class PowersMachine(RuleBasedStateMachine):
    """One example: a life of the registry that begins on the same stage."""

    stage: Stage
    """Set on a subclass by the test, which has the chain."""

    def __init__(self) -> None:
        super().__init__()
        self.before = self.stage.backend.take_snapshot()
        self.model: Model = self.stage.begin()
        self.property = self.stage.property()

    def teardown(self) -> None:
        """Puts the chain back."""
        self.stage.backend.revert_to_snapshot(self.before)

    def act(self, call: Any, sender: str, expected: str) -> None:
        """Sends what the model has foretold, at the model's time."""
        try:
            self.stage.powers.send(call, self.stage.actors(sender))
            refusal = ""
        except TransactionFailed as failure:
            refusal = str(failure.args[0]).removeprefix("execution reverted: ")
        assert refusal == expected

    def tick(self) -> None:
        """The next block's time, for the chain and for the model."""
        self.model.time = self.stage.powers.now() + 1
        self.stage.powers.set_time(self.model.time)

    @property
    def calls(self) -> Any:
        """The registry's functions."""
        return self.stage.powers.registry.functions

    @rule(name=party, by=authority, which=power, under=agreement, old=st.booleans())
    def hold(self, name: str, by: str, which: int, under: int, old: bool) -> None:
        """Freeze or restrict, also under a wallet whose key was lost."""
        self.tick()
        wallet = self._wallet(name, old)
        function = self.calls[NAMES[which][0]]
        review = self.model.time + DAY
        call = function(self.stage.actors(wallet), under, b"law" * 10 + b"\0\0", bytes(32), review)
        self.act(call, by, self.model.hold(by, which, wallet, under))

    @rule(name=party, by=authority, which=power, under=agreement, old=st.booleans())
    def lift(self, name: str, by: str, which: int, under: int, old: bool) -> None:
        """Unfreeze or release."""
        self.tick()
        wallet = self._wallet(name, old)
        function = self.calls[NAMES[which][1]]
        call = function(self.stage.actors(wallet), under, b"law" * 10 + b"\0\0", bytes(32))
        self.act(call, by, self.model.lift(by, which, wallet, under))

    @rule(
        names=st.lists(st.sampled_from(AUTHORITIES[:4]), min_size=2, max_size=3, unique=True),
        lent=st.sampled_from((FREEZE, RESTRICT, FREEZE | RESTRICT)),
        days=st.sampled_from((2, 30, 400)),
    )
    def agree(self, names: list[str], lent: int, days: int) -> None:
        """Some propose and accept an agreement that lends powers; who cannot stays out."""
        if any(self.model.running(name) for name in names):
            return
        mandates = [self.model.authorities[name] for name in names]
        if any(one.powers & (lent | 64) != lent | 64 for one in mandates):
            return
        self.tick()
        until = self.model.time + days * DAY
        members = [one.id for one in mandates]
        supervision = self.stage.powers.supervision.functions
        proposing = supervision.propose_agreement(
            members, 1, lent, [], self.model.time, until, b"\x01" * 32
        )
        self.act(proposing, names[0], "")
        self.model.agreements.append(Agreement({names[0]}, lent, until))
        number = len(self.model.agreements)
        for name in names[1:]:
            self.tick()
            self.act(supervision.accept_agreement(number), name, "")
            self.model.agreements[-1].accepted.add(name)

    @rule(name=st.sampled_from(AUTHORITIES[:4]), number=st.integers(1, 2))
    def leave(self, name: str, number: int) -> None:
        """An authority leaves an agreement."""
        if number > len(self.model.agreements) or self.model.running(name):
            return
        if name not in self.model.agreements[number - 1].accepted:
            return
        self.tick()
        leaving = self.stage.powers.supervision.functions.leave_agreement(number)
        self.act(leaving, name, "")
        self.model.agreements[number - 1].accepted.discard(name)

    @rule(
        name=st.sampled_from(("second", "authority of FR", "supervisor")),
        lost=st.sampled_from((FREEZE, RESTRICT, 64, 0, 0)),
    )
    def narrow(self, name: str, lost: int) -> None:
        """The convenor takes a power away; 0 ends the mandate."""
        mandate = self.model.authorities[name]
        if self.model.running(name) or (lost and not mandate.powers & lost):
            return
        if lost == 0 and name == "supervisor":
            return
        self.tick()
        powers = mandate.powers & ~lost
        until = mandate.until if lost else self.model.time
        narrowing = self.stage.powers.supervision.functions.narrow_mandate(
            mandate.id, powers, until, b"\x01" * 32
        )
        self.act(narrowing, "convenor", "")
        mandate.powers, mandate.until = powers, until

    @rule(name=party, number=st.integers(0, 1), on=st.booleans())
    def change_list(self, name: str, number: int, on: bool) -> None:
        """The officer lists or delists a wallet that a party has or had."""
        wallets = next(one for one in self.model.parties if one.wallets[0] == name).wallets
        wallet = wallets[min(number, len(wallets) - 1)]
        if on == (wallet in self.model.listed):
            return
        self.tick()
        address = self.stage.actors(wallet)
        entries = ([], [(address, b"\x02" * 32)]) if on else ([address], [])
        call = self.stage.powers.sanctions.functions.update(
            *entries, b"\x03" * 32, self.model.list_time
        )
        self.act(call, self.stage.officer, "")
        (self.model.listed.add if on else self.model.listed.discard)(wallet)

    @rule(name=party, old=st.booleans())
    def screen(self, name: str, old: bool) -> None:
        """Anyone has a party screened."""
        self.tick()
        wallet = self._wallet(name, old)
        call = self.calls.screen(self.stage.actors(wallet))
        self.act(call, "keeper", self.model.screen(wallet))

    @rule(sync=st.booleans())
    def confirm(self, sync: bool) -> None:
        """The officer confirms the list; maybe somebody copies its time."""
        self.tick()
        call = self.stage.powers.sanctions.functions.confirm(b"\x03" * 32, self.model.time)
        self.act(call, self.stage.officer, "")
        self.model.list_time = self.model.time
        if sync:
            self.tick()
            self.act(self.calls.sync_list(), "keeper", "")
            self.model.known_time = self.model.list_time

    @rule(name=party)
    def announce(self, name: str) -> None:
        """The registrar announces that the current key is lost."""
        self.tick()
        wallet = self._wallet(name, old=False)
        place = KEYS[name].index(wallet)
        new = KEYS[name][place + 1]
        call = self.calls.announce_recovery(
            self.stage.actors(wallet), self.stage.actors(new), b"\x04" * 32
        )
        self.act(call, "registrar", self.model.announce(wallet, new))

    @rule(name=party, wait=st.booleans())
    def complete(self, name: str, wait: bool) -> None:
        """The replacement takes over, maybe too soon."""
        one = next(one for one in self.model.parties if one.wallets[0] == name)
        if wait and one.announced is not None:
            self._until(one.announced[1])
        self.tick()
        lost = one.wallet
        by = KEYS[name][KEYS[name].index(lost) + 1]
        call = self.calls.complete_recovery(self.stage.actors(lost))
        self.act(call, by, self.model.complete(lost, by))

    @rule(name=party)
    def renew(self, name: str) -> None:
        """The registrar renews a party; its holds stay."""
        self.tick()
        one = next(one for one in self.model.parties if one.wallets[0] == name)
        call = self.calls.renew(
            self.stage.actors(one.wallet),
            2,
            self.model.time + 300 * DAY,
            0,
            self.model.time,
        )
        self.act(call, "registrar", "parties: revoked" if one.revoked else "")
        if not one.revoked:
            one.expiry, one.screened_at = self.model.time + 300 * DAY, self.model.time

    @rule(name=party, really=st.sampled_from((False, False, False, True)))
    def revoke(self, name: str, really: bool) -> None:
        """The registrar revokes a party, seldom."""
        one = next(one for one in self.model.parties if one.wallets[0] == name)
        if not really or one.revoked:
            return
        self.tick()
        self.act(self.calls.revoke(self.stage.actors(one.wallet), bytes(32)), "registrar", "")
        one.revoked = True

    @rule(by=authority, seconds=st.sampled_from((600, 7 * DAY, -1)))
    def halt(self, by: str, seconds: int) -> None:
        """A halt, or the end of one."""
        self.tick()
        running = self.model.halted_until > self.model.time
        until = self.model.time + seconds
        refusal = self.model.running(by)
        if seconds < 0:
            call = self.calls.resume(b"\x01" * 32, bytes(32))
            refusal = refusal if running else "parties: already so"
            until = self.model.time
        else:
            call = self.calls.halt(until, b"\x01" * 32, bytes(32))
            if until <= max(self.model.halted_until, self.model.time):
                refusal = "parties: not later"
        self.act(call, by, refusal)
        if not refusal:
            self.model.halted_until = until

    @rule(by=st.sampled_from(("supervisor", "authority of FR")))
    def issuer(self, by: str) -> None:
        """An authority ends or restores the registrar's recognition."""
        self.tick()
        counts = not self.model.registrar_counts
        call = self.calls.set_issuer(1, counts, b"\x01" * 32, bytes(32))
        refusal = self.model.running(by)
        self.act(call, by, refusal)
        if not refusal:
            self.model.registrar_counts = counts

    @rule(seconds=spans)
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self._until(self.stage.powers.now() + seconds)

    @invariant()
    def the_gate_says_what_the_model_does(self) -> None:
        """Also for every wallet that was lost: it never acts for the account again."""
        self.model.time = self.stage.powers.now()
        for one in self.model.parties:
            for wallet in one.wallets[-2:]:
                for action in (OPEN, REDUCE, WITHDRAW, DEPOSIT, TAKE):
                    asked = self.calls.gate(self.stage.actors(wallet), one.account, action, 7)
                    expected = self.model.reason(one, wallet, action)
                    assert asked.call()[0] == expected, (wallet, action)

    @invariant()
    def words_follow_the_model(self) -> None:
        """One live wallet an account, which never changes; flags and holders."""
        for one in self.model.parties:
            word = self.stage.powers.word(one.wallet)
            flags = 2 * one.held(RESTRICT) + 4 * one.held(FREEZE) + 8 * one.revoked
            flags += 32 * one.sanctioned + 128 * (len(one.wallets) > 1)
            assert word % 2**32 == one.account
            assert word >> 160 & 255 == flags
            assert word >> 176 & 255 == one.holds[FREEZE].first
            assert word >> 248 == one.holds[RESTRICT].first
            assert word >> 136 & 2**16 - 1 == int.from_bytes(one.country.encode(), "big")
            held = sum(1 << number for number in one.holds[FREEZE].others)
            held += sum(1 << 128 + number for number in one.holds[RESTRICT].others)
            assert self.calls.further_holds(one.account).call() == held
            for lost in one.wallets[:-1]:
                assert self.stage.powers.word(lost) == 12 << 160
        assert self.calls.account_count().call() == self.stage.accounts

    @invariant()
    def no_property_moves(self) -> None:
        """Not a slot of house, fund or token changes by anything that is done here."""
        assert self.stage.property() == self.property

    def _wallet(self, name: str, old: bool) -> str:
        """A party's wallet, or its first one."""
        one = next(one for one in self.model.parties if one.wallets[0] == name)
        return one.wallets[0] if old else one.wallet

    def _until(self, time: int) -> None:
        """A block of that time."""
        if time > self.stage.powers.now():
            self.stage.powers.until(time)
