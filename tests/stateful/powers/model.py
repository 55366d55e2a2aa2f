"""What authorities, parties and the list may do to each other, written from the rules alone.

Every act returns the refusal that it must meet, word for word, or nothing and changes the model.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["COOPERATE", "DAY", "FREEZE", "RESTRICT", "Agreement", "Authority", "Model", "Party"]

DAY = 86_400
FREEZE, RESTRICT, COOPERATE = 1, 2, 64
LIST_MAX_AGE, GRACE = 3 * DAY, 3_600
RECOVERY_DELAY, RECOVERY_WINDOW = 7 * DAY, 30 * DAY
MOST_KEYS = 4
OPEN, INCREASE, REDUCE, CLOSE, WITHDRAW, TAKE, DEPOSIT = range(1, 8)


@dataclass
class Authority:
    """One mandate."""

    id: int
    country: str
    powers: int
    until: int = 2**32 - 1


@dataclass
class Agreement:
    """Who accepted it, what it lends, until when."""

    accepted: set[str]
    powers: int
    until: int


@dataclass
class Hold:
    """Who holds a party: the first by name, and the others."""

    first: int = 0
    others: set[int] = field(default_factory=set)


@dataclass
class Party:
    """One account, with the wallets that it has had; the last one acts."""

    account: int
    country: str
    wallets: list[str]
    expiry: int
    screened_at: int
    holds: dict[int, Hold] = field(default_factory=lambda: {FREEZE: Hold(), RESTRICT: Hold()})
    revoked: bool = False
    sanctioned: bool = False
    announced: tuple[str, int] | None = None

    @property
    def wallet(self) -> str:
        """The wallet that acts."""
        return self.wallets[-1]

    def held(self, power: int) -> bool:
        """Whether anybody holds it."""
        return self.holds[power].first != 0


@dataclass
class Model:
    """All that counts."""

    time: int
    authorities: dict[str, Authority]
    parties: list[Party]
    list_time: int
    known_time: int
    listed: set[str] = field(default_factory=set)
    agreements: list[Agreement] = field(default_factory=list)
    halted_until: int = 0
    registrar_counts: bool = True

    # Who may do what.

    def running(self, name: str) -> str:
        """Why an authority cannot act at all; empty if it can."""
        mandate = self.authorities.get(name)
        if mandate is None:
            return "supervision: no authority"
        return "supervision: mandate over" if self.time >= mandate.until else ""

    def scope(self, name: str, power: int, country: str, agreement: int) -> str:
        """Why an authority cannot use a power there; empty if it can."""
        refusal = self.running(name)
        if refusal:
            return refusal
        mandate = self.authorities[name]
        if not mandate.powers & power:
            return "supervision: power not held"
        if agreement == 0:
            return "" if mandate.country == country else "supervision: out of scope"
        if not mandate.powers & COOPERATE:
            return "supervision: power not held"
        if agreement > len(self.agreements):
            return "supervision: no such agreement"
        terms = self.agreements[agreement - 1]
        if self.time >= terms.until:
            return "supervision: agreement lapsed"
        if name not in terms.accepted:
            return "supervision: not a member"
        if not terms.powers & power:
            return "supervision: power not lent"
        lends = any(
            self.authorities[other].country == country
            and not self.running(other)
            and self.authorities[other].powers & power
            and self.authorities[other].powers & COOPERATE
            for other in terms.accepted - {name}
        )
        return "" if lends else "supervision: out of scope"

    def party_of(self, wallet: str) -> Party | None:
        """Whose key a wallet is now."""
        return next((party for party in self.parties if party.wallet == wallet), None)

    # Powers.

    def hold(self, name: str, power: int, wallet: str, agreement: int) -> str:
        """Freeze or restrict."""
        party = self.party_of(wallet)
        if party is None:
            return "parties: no such party"
        refusal = self.scope(name, power, party.country, agreement)
        if refusal:
            return refusal
        hold, caller = party.holds[power], self.authorities[name].id
        if caller == hold.first or caller in hold.others:
            return "parties: already so"
        if hold.first == 0:
            hold.first = caller
        else:
            hold.others.add(caller)
        return ""

    def lift(self, name: str, power: int, wallet: str, agreement: int) -> str:
        """Unfreeze or release: its own, or what nobody else can lift."""
        party = self.party_of(wallet)
        if party is None:
            return "parties: no such party"
        if not party.held(power):
            return "parties: already so"
        refusal = self.running(name)
        if refusal:
            return refusal
        hold, caller = party.holds[power], self.authorities[name].id
        if caller in (hold.first, *hold.others):
            if agreement > len(self.agreements):
                return "supervision: no such agreement"
            leaving = caller
        else:
            leaving = hold.first
            holder = next(other for other in self.authorities.values() if other.id == leaving)
            if self.time < holder.until and holder.powers & power:
                return "supervision: hold of another"
            refusal = self.scope(name, power, party.country, agreement)
            if refusal:
                return refusal
        if leaving == hold.first:
            hold.first = min(hold.others, default=0)
        hold.others.discard(leaving)
        hold.others.discard(hold.first)
        return ""

    # A lost key.

    def announce(self, wallet: str, new: str) -> str:
        """The registrar announces."""
        party = self.party_of(wallet)
        if party is None:
            return "parties: no such party"
        if not self.registrar_counts:
            return "parties: not its issuer"
        if party.announced is not None:
            return "parties: already announced"
        party.announced = (new, self.time + RECOVERY_DELAY)
        return ""

    def complete(self, wallet: str, by: str) -> str:
        """The replacement takes over."""
        party = next((one for one in self.parties if one.wallet == wallet), None)
        if party is None or party.announced is None or party.announced[0] != by:
            return "parties: not the replacement"
        if not self.registrar_counts:
            return "parties: issuer not recognised"
        ripe_at = party.announced[1]
        if self.time < ripe_at:
            return "parties: not yet"
        if self.time > ripe_at + RECOVERY_WINDOW:
            return "parties: too late"
        if len(party.wallets) > MOST_KEYS:
            return "parties: too many keys"
        if by in self.listed:
            return "parties: sanctioned"
        party.wallets.append(by)
        party.announced = None
        return ""

    # The list.

    def screen(self, wallet: str) -> str:
        """Anyone has a party screened, under all wallets that it has had."""
        party = self.party_of(wallet)
        if party is None:
            return "parties: no such party"
        listed = any(one in self.listed for one in party.wallets)
        if not listed and self.time > self.list_time + LIST_MAX_AGE:
            return "parties: list stale or silent"
        if listed == party.sanctioned:
            return "parties: already so"
        party.sanctioned = listed
        return ""

    # What the gate must say.

    def reason(self, party: Party, wallet: str, action: int) -> int:
        """For the party's account, by one of the wallets that it has had."""
        if wallet != party.wallet:
            return 9
        if party.held(FREEZE):
            return 4
        if party.sanctioned:
            return 11
        if action == WITHDRAW and any(one in self.listed for one in party.wallets):
            return 11
        if action in (REDUCE, CLOSE, WITHDRAW, DEPOSIT):
            return 0
        return self._risk(party, action)

    def _risk(self, party: Party, action: int) -> int:
        """For what adds risk to a professional."""
        if party.revoked:
            return 3
        if party.held(RESTRICT):
            return 5
        if not self.registrar_counts:
            return 10
        if self.time >= party.expiry:
            return 2
        if self.time > party.screened_at + 365 * DAY:
            return 8
        if action == TAKE:
            return 13 if self.halted_until and self.time < self.halted_until + GRACE else 0
        if self.time > self.known_time + LIST_MAX_AGE:
            return 12
        return 13 if self.time < self.halted_until else 0
