"""Supervision told in sets and dates: what it must allow, without a word of its code.

A mandate is a list of periods, each with the powers that it has from then on; nothing is packed,
folded or overwritten. Each act answers whether it is allowed, and is done if so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.support.supervision import COOPERATE, HALT, ISSUERS

__all__ = ["Agreement", "Mandate", "Request", "World", "bits"]

DELAY = 86_400
LAST = 2**32 - 1
OPEN = {"requested", "acknowledged"}


def bits(powers: int) -> frozenset[int]:
    """A number of powers as a set."""
    return frozenset(2**place for place in range(powers.bit_length()) if powers & 2**place)


@dataclass(slots=True)
class Period:
    """What a mandate holds from a time on."""

    begins: int
    powers: frozenset[int]
    until: int


@dataclass(slots=True)
class Mandate:
    """An authority."""

    id: int
    key: str
    jurisdiction: str
    lei: int
    periods: list[Period]

    def now(self, time: int) -> Period:
        """The period that counts, or the first if none has begun."""
        counting = [period for period in self.periods if period.begins <= time]
        return counting[-1] if counting else self.periods[0]

    def begun(self, time: int) -> bool:
        """Whether it has begun."""
        return time >= self.periods[0].begins

    def over(self, time: int) -> bool:
        """Whether it is over."""
        return time >= self.now(time).until

    def holds(self, time: int, powers: frozenset[int]) -> bool:
        """Whether it runs, with these powers."""
        return self.begun(time) and not self.over(time) and powers <= self.now(time).powers


@dataclass(slots=True)
class Agreement:
    """Who agreed to lend what, until when."""

    invited: set[int]
    accepted: set[int]
    powers: frozenset[int]
    until: int


@dataclass(slots=True)
class Request:
    """Who asked whom, and how far it is."""

    requester: int
    requested: int
    state: str = "requested"
    opened: bool = False


@dataclass(slots=True)
class World:
    """Everything."""

    convenor: str
    time: int = 0
    mandates: list[Mandate] = field(default_factory=list)
    at: dict[str, Mandate] = field(default_factory=dict)
    offers: dict[int, str] = field(default_factory=dict)
    agreements: list[Agreement] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def of(self, number: int) -> Mandate | None:
        """An authority that is not over."""
        found = [m for m in self.mandates if m.id == number and not m.over(self.time)]
        return found[0] if found else None

    def free(self, key: str) -> bool:
        """Whether a key has no mandate that is not over."""
        return key not in self.at or self.at[key].over(self.time)

    def running(self, key: str, *powers: int) -> Mandate | None:
        """The mandate by which a key acts, with these powers."""
        found = self.at.get(key)
        return found if found is not None and found.holds(self.time, frozenset(powers)) else None

    def recognise(self, key: str, lei: int, jurisdiction: str, powers: int, until: int) -> bool:
        """The convenor gives a mandate."""
        begins = self.time + DELAY
        taken = any(m.lei == lei and not m.over(self.time) for m in self.mandates)
        if key == self.convenor or not self.free(key) or taken or not begins < until <= LAST:
            return False
        if powers == 0:
            return False
        period = Period(begins, bits(powers), until)
        made = Mandate(len(self.mandates) + 1, key, jurisdiction, lei, [period])
        self.mandates.append(made)
        self.at[key] = made
        return True

    def narrow(self, number: int, powers: int, until: int) -> bool:
        """The convenor takes."""
        mandate = self.of(number)
        if mandate is None:
            return False
        held = mandate.now(self.time)
        same = (held.powers, held.until) == (bits(powers), until)
        if same and all(p.begins <= self.time for p in mandate.periods[1:]):
            return False
        if not bits(powers) <= held.powers or not self.time <= until <= held.until:
            return False
        begins = max(self.time, mandate.periods[0].begins)
        kept = [p for p in mandate.periods if p.begins <= self.time]
        mandate.periods = [*kept, Period(begins, bits(powers), until)]
        return True

    def widen(self, number: int, powers: int, until: int) -> bool:
        """The convenor gives more."""
        mandate = self.of(number)
        if mandate is None:
            return False
        held = mandate.now(self.time)
        if not held.powers <= bits(powers) or not held.until <= until <= LAST:
            return False
        if (held.powers, held.until) == (bits(powers), until):
            return False
        if self.time + DELAY >= held.until:
            return False
        kept = [p for p in mandate.periods if p.begins <= self.time] or mandate.periods[:1]
        mandate.periods = [*kept, Period(self.time + DELAY, bits(powers), until)]
        return True

    def offer(self, key: str, successor: str) -> bool:
        """An authority offers its mandate."""
        if self.free(key):
            return False
        self.offers[self.at[key].id] = successor
        return True

    def accept(self, key: str, number: int) -> bool:
        """Another key takes it."""
        mandate = self.of(number)
        if mandate is None or self.offers.get(number) != key:
            return False
        if key == self.convenor or not self.free(key):
            return False
        del self.offers[number]
        del self.at[mandate.key]
        mandate.key = key
        self.at[key] = mandate
        return True

    def propose(self, key: str, members: list[int], powers: int, until: int) -> bool:
        """An authority proposes an agreement, every kind of request."""
        mandate = self.running(key, COOPERATE, *bits(powers))
        known = {m.id for m in self.mandates}
        if mandate is None or mandate.id not in members or not set(members) <= known:
            return False
        if len(set(members)) != len(members) or len(members) < 2:
            return False
        if not self.time < until <= LAST:
            return False
        self.agreements.append(Agreement(set(members), {mandate.id}, bits(powers), until))
        return True

    def join(self, key: str, number: int) -> bool:
        """A member accepts."""
        mandate = self.running(key, COOPERATE)
        if mandate is None or not 0 < number <= len(self.agreements):
            return False
        found = self.agreements[number - 1]
        if mandate.id not in found.invited - found.accepted or self.time >= found.until:
            return False
        if not found.powers <= mandate.now(self.time).powers:
            return False
        found.accepted.add(mandate.id)
        return True

    def leave(self, key: str, number: int) -> bool:
        """A member leaves."""
        mandate = self.running(key)
        if mandate is None or not 0 < number <= len(self.agreements):
            return False
        found = self.agreements[number - 1]
        if mandate.id not in found.invited:
            return False
        found.invited.discard(mandate.id)
        found.accepted.discard(mandate.id)
        return True

    def ask(self, key: str, number: int, requested: int) -> bool:
        """An authority asks another for evidence."""
        mandate = self.running(key, COOPERATE)
        other = self.of(requested)
        if mandate is None or other is None or not 0 < number <= len(self.agreements):
            return False
        found = self.agreements[number - 1]
        if not {mandate.id, requested} <= found.accepted or mandate.id == requested:
            return False
        if self.time >= found.until or not other.holds(self.time, frozenset({COOPERATE})):
            return False
        self.requests.append(Request(mandate.id, requested))
        return True

    def move(self, key: str, number: int, act: str) -> bool:
        """Everything that is done with a request."""
        mandate = self.running(key, COOPERATE)
        if mandate is None or not 0 < number <= len(self.requests):
            return False
        request = self.requests[number - 1]
        asks, answers = mandate.id == request.requester, mandate.id == request.requested
        if act == "log_access":
            if not (asks or answers) or not request.state.startswith("delivered"):
                return False
            request.opened |= asks
            return True
        if act == "close":
            refused = request.state == "refused"
            if not asks or not (refused or (request.state == "delivered" and request.opened)):
                return False
            request.state = f"{request.state}, closed"
            return True
        done = {
            "acknowledge": (answers, {"requested"}, "acknowledged"),
            "refuse": (answers, OPEN, "refused"),
            "deliver": (answers, OPEN, "delivered"),
            "withdraw_request": (asks, OPEN, "withdrawn"),
        }
        may, states, state = done[act]
        if not may or request.state not in states:
            return False
        request.state = state
        return True

    def may(self, key: str, powers: int, jurisdiction: str, agreement: int) -> int | None:
        """The id that `check_power` answers; None where it refuses."""
        wanted = bits(powers)
        mandate = self.running(key, *wanted)
        if mandate is None or not wanted:
            return None
        if agreement == 0:
            wide = not jurisdiction and wanted <= {HALT, ISSUERS}
            return mandate.id if wide or jurisdiction == mandate.jurisdiction else None
        if agreement > len(self.agreements) or not self.running(key, COOPERATE):
            return None
        found = self.agreements[agreement - 1]
        if mandate.id not in found.accepted or self.time >= found.until:
            return None
        if not wanted <= found.powers:
            return None
        lending = [
            m
            for m in self.mandates
            if m.id in found.accepted - {mandate.id}
            and m.jurisdiction == jurisdiction
            and m.holds(self.time, wanted | {COOPERATE})
        ]
        return mandate.id if lending else None

    def may_lift(
        self, key: str, holder: int, power: int, jurisdiction: str, agreement: int
    ) -> int | None:
        """The id that `check_lift` answers; None where it refuses."""
        mandate = self.running(key)
        if mandate is None or not 0 < holder <= len(self.mandates):
            return None
        if mandate.id == holder:
            return holder if agreement <= len(self.agreements) else None
        other = self.of(holder)
        if other is not None and power in other.now(self.time).powers:
            return None
        return self.may(key, power, jurisdiction, agreement)
