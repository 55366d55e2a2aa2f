"""A party registry under several authorities, a sanctions list, and the verbs of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from web3 import Web3
from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.attested import SignedAttestation
from tests.support.parties import lei_text, lei_word
from tests.support.registry import BASIS, CASE, DAY, united
from tests.support.supervision import ALL_POWERS
from tests.support.tester import Actor

__all__ = ["BASIS", "CASE", "CRYPTO", "DAY", "NOBODY", "YEAR", "Powers"]

YEAR = 365 * DAY
NOBODY = "0x" + "00" * 20
EVIDENCE = b"\x22" * 32
SOURCE = b"\x33" * 32
CRYPTO = 7


@dataclass
class Powers:
    """The registry, who supervises it and what it asks, with parties as tests ask for them."""

    w3: Web3
    deploy: Callable[..., Contract]
    actors: Callable[[str], Actor]
    send: Callable[..., TxReceipt]
    set_time: Callable[[int], None]
    now: Callable[[], int]
    mine: Callable[..., None]
    numbers: int = 0
    """Identifiers given out."""
    ids: dict[str, int] = field(default_factory=dict)
    """Account ids by name."""
    authorities: dict[str, int] = field(default_factory=lambda: {"supervisor": 1})
    supervision: Contract = field(init=False)
    sanctions: Contract = field(init=False)
    oracle: Contract = field(init=False)
    registry: Contract = field(init=False)

    def __post_init__(self) -> None:
        """Deploys all of it; "supervisor" is the founding authority, of DE."""
        who = self.actors
        self.supervision = self.deploy(
            "supervision/Supervision",
            who("convenor"),
            who("supervisor"),
            lei_word(lei_text(800)),
            b"DE",
            ALL_POWERS,
            2**32 - 1,
        )
        self.oracle = self.deploy("tests/mocks/SanctionsOracle")
        self.sanctions = self.deploy(
            "registry/SanctionsList", who("officer"), self.oracle.address, NOBODY, NOBODY
        )
        self.confirm()
        self.registry = self.another_registry()

    @classmethod
    def over(cls, market: Any, mine: Callable[..., None]) -> Powers:
        """The same verbs over a venue that is there already; its list has no oracle."""
        made = cls.__new__(cls)
        made.w3, made.deploy, made.actors, made.send = (
            market.w3,
            market.deploy,
            market.actors,
            market.send,
        )
        made.set_time, made.now, made.mine = market.clock, market.now, mine
        made.numbers, made.ids, made.authorities = 500, market.ids, {"supervisor": 1}
        made.supervision, made.sanctions = market.supervision, market.sanctions
        made.registry = market.parties
        return made

    def another_registry(self) -> Contract:
        """A registry with its desk, as one contract; it has no party yet."""
        connections = (self.supervision.address, self.sanctions.address)
        desk = self.deploy("registry/PartyDesk", *connections)
        registry = self.deploy(
            "registry/PartyRegistry", self.actors("registrar"), *connections, desk.address
        )
        return self.w3.eth.contract(address=registry.address, abi=united((registry, desk)))

    # Time and the list.

    def wait(self, seconds: int) -> None:
        """Lets time pass."""
        self.until(self.now() + seconds)

    def until(self, time: int) -> None:
        """Mines a block of that time."""
        self.set_time(time)
        self.mine()

    def confirm(self) -> TxReceipt:
        """The officer says that the list equals its source."""
        return self.send(
            self.sanctions.functions.confirm(SOURCE, self.now()), self.actors("officer")
        )

    def sync(self) -> TxReceipt:
        """Confirms the list, and the registry takes the time over."""
        self.confirm()
        return self.send(self.registry.functions.sync_list(), self.actors("keeper"))

    def list_wallet(self, wallet: str) -> TxReceipt:
        """Puts a wallet on the list; its time stays what it is."""
        time = int(self.sanctions.functions.updated_at().call())
        entries = [(wallet, b"OFAC-SDN-1".ljust(32, b"\0"))]
        call = self.sanctions.functions.update([], entries, SOURCE, time)
        return self.send(call, self.actors("officer"))

    def delist_wallet(self, wallet: str) -> TxReceipt:
        """Takes a wallet off the list."""
        time = int(self.sanctions.functions.updated_at().call())
        call = self.sanctions.functions.update([wallet], [], SOURCE, time)
        return self.send(call, self.actors("officer"))

    def screen(self, name: str, by: str = "keeper") -> TxReceipt:
        """Anyone has a party screened."""
        return self.send(self.registry.functions.screen(self.actors(name)), self.actors(by))

    # Parties.

    def statement(
        self, name: str, country: str = "DE", category: int = 2, **fields: Any
    ) -> SignedAttestation:
        """What may be attested of a party; a natural person is carried by account 1."""
        self.numbers += 1
        natural = bool(fields.pop("natural", category == 1))
        made = SignedAttestation(
            wallet=self.actors(name).address,
            identifier=self.numbers if natural else lei_word(lei_text(self.numbers)),
            jurisdiction=country.encode(),
            category=category,
            natural_person=natural,
            member=1 if natural else 0,
            expiry=self.now() + 300 * DAY,
            status_until=0,
            screened_at=self.now(),
            issuer=1,
            nonce=0,
        )
        return made.but(**fields)

    def enter(self, name: str, country: str = "DE", category: int = 2, **fields: Any) -> int:
        """The registrar onboards a party."""
        stated = self.statement(name, country, category, **fields)
        self.send(self.registry.functions.onboard(stated[:9]), self.actors("registrar"))
        self.ids[name] = int(self.registry.functions.account_count().call())
        return self.ids[name]

    def word(self, name: str) -> int:
        """The party word of a wallet."""
        return int(self.registry.functions.word_of(self.actors(name)).call())

    def flags(self, name: str) -> int:
        """The eight flags of a wallet."""
        return self.word(name) >> 160 & 255

    def reason(self, name: str, action: int, account: int | None = None, cls: int = CRYPTO) -> int:
        """The gate's reason."""
        asked = self.ids.get(name, 0) if account is None else account
        call = self.registry.functions.gate(self.actors(name), asked, action, cls)
        return int(call.call()[0])

    def reasons(self, name: str, account: int | None = None, cls: int = CRYPTO) -> list[int]:
        """The gate's reasons for actions 1 to 7."""
        return [self.reason(name, action, account, cls) for action in range(1, 8)]

    def renew(self, name: str, category: int = 2, expiry: int = 0, **fields: Any) -> TxReceipt:
        """The registrar renews a party, screened now."""
        call = self.registry.functions.renew(
            self.actors(name),
            category,
            expiry or self.now() + 300 * DAY,
            fields.get("status_until", 0),
            fields.get("screened_at", self.now()),
        )
        return self.send(call, self.actors(fields.get("by", "registrar")))

    # Issuers.

    def recognise_issuer(self, number: int, signer: str, lei: int, **fields: Any) -> TxReceipt:
        """An authority recognises an issuer."""
        call = self.registry.functions.recognise_issuer(
            number, signer, lei, fields.get("basis", BASIS), CASE
        )
        return self.send(call, self.actors(fields.get("by", "supervisor")))

    def set_issuer(self, number: int, recognised: bool, by: str = "supervisor") -> TxReceipt:
        """An authority ends or restores an issuer's recognition."""
        call = self.registry.functions.set_issuer(number, recognised, BASIS, CASE)
        return self.send(call, self.actors(by))

    def signed(self, stated: Any, by: str, registry: str = "", chain_id: int = 0) -> bytes:
        """What a named actor signs, for this registry on this chain unless others are named."""
        signed: bytes = stated.sign(
            self.actors(by).key,
            registry or self.registry.address,
            chain_id or self.w3.eth.chain_id,
        )
        return signed

    def attest(self, stated: Any, signature: bytes, by: str = "stranger") -> TxReceipt:
        """Anyone brings a signed attestation."""
        return self.send(self.registry.functions.attest(stated, signature), self.actors(by))

    # Authorities.

    def recognise(self, name: str, country: str, powers: int = ALL_POWERS, **fields: Any) -> int:
        """The convenor gives a mandate, which begins a day later; nothing waits here."""
        self.authorities[name] = int(self.supervision.functions.mandate_count().call()) + 1
        call = self.supervision.functions.recognise_authority(
            self.actors(name),
            lei_word(lei_text(800 + self.authorities[name])),
            country.encode(),
            powers,
            fields.get("until", 2**32 - 1),
            BASIS,
        )
        self.send(call, self.actors("convenor"))
        return self.authorities[name]

    def narrow(self, name: str, powers: int, until: int) -> TxReceipt:
        """The convenor takes powers away, or ends a mandate."""
        call = self.supervision.functions.narrow_mandate(
            self.authorities[name], powers, until, BASIS
        )
        return self.send(call, self.actors("convenor"))

    def end(self, name: str) -> None:
        """A mandate is over, at once."""
        powers = int(self.supervision.functions.mandate_of(self.actors(name)).call())
        time = self.now() + 1
        self.set_time(time)
        self.narrow(name, powers >> 24 & 127, time)

    def hold(self, power: str, name: str, by: str = "supervisor", **fields: Any) -> TxReceipt:
        """``freeze`` or ``restrict``."""
        call = getattr(self.registry.functions, power)(
            self.actors(name),
            fields.get("agreement", 0),
            fields.get("basis", BASIS),
            CASE,
            fields.get("review_at", self.now() + 90 * DAY),
        )
        return self.send(call, self.actors(by))

    def lift(self, power: str, name: str, by: str = "supervisor", **fields: Any) -> TxReceipt:
        """``unfreeze`` or ``release``."""
        call = getattr(self.registry.functions, power)(
            self.actors(name), fields.get("agreement", 0), fields.get("basis", BASIS), CASE
        )
        return self.send(call, self.actors(by))

    def freeze(self, name: str, by: str = "supervisor", **fields: Any) -> TxReceipt:
        """An authority freezes a party."""
        return self.hold("freeze", name, by, **fields)

    def unfreeze(self, name: str, by: str = "supervisor", **fields: Any) -> TxReceipt:
        """An authority lifts its freeze."""
        return self.lift("unfreeze", name, by, **fields)

    def restrict(self, name: str, by: str = "supervisor", **fields: Any) -> TxReceipt:
        """An authority makes a party close-only."""
        return self.hold("restrict", name, by, **fields)

    def release(self, name: str, by: str = "supervisor", **fields: Any) -> TxReceipt:
        """An authority lifts its restriction."""
        return self.lift("release", name, by, **fields)

    def halt(self, until: int, by: str = "supervisor", basis: bytes = BASIS) -> TxReceipt:
        """An authority halts trading."""
        return self.send(self.registry.functions.halt(until, basis, CASE), self.actors(by))

    def resume(self, by: str = "supervisor", basis: bytes = BASIS) -> TxReceipt:
        """An authority ends a halt."""
        return self.send(self.registry.functions.resume(basis, CASE), self.actors(by))

    def bar(self, instrument: int, by: str = "supervisor", **fields: Any) -> TxReceipt:
        """An authority bars an instrument."""
        call = self.registry.functions.bar_instrument(
            instrument,
            fields.get("basis", BASIS),
            CASE,
            fields.get("review_at", self.now() + 90 * DAY),
        )
        return self.send(call, self.actors(by))

    def clear(self, instrument: int, by: str = "supervisor", basis: bytes = BASIS) -> TxReceipt:
        """An authority ends its bar."""
        call = self.registry.functions.clear_instrument(instrument, basis, CASE)
        return self.send(call, self.actors(by))

    # A lost key, and what protects a retail client.

    def announce(self, lost: str, replacement: str, by: str = "registrar", **fields: Any) -> Any:
        """Who attests a party announces that its key is lost."""
        call = self.registry.functions.announce_recovery(
            self.actors(lost), self.actors(replacement), fields.get("evidence", EVIDENCE)
        )
        return self.send(call, self.actors(by))

    def contest(self, lost: str, by: str) -> TxReceipt:
        """Somebody contests it."""
        return self.send(
            self.registry.functions.contest_recovery(self.actors(lost)), self.actors(by)
        )

    def complete(self, lost: str, by: str) -> TxReceipt:
        """The replacement takes over."""
        return self.send(
            self.registry.functions.complete_recovery(self.actors(lost)), self.actors(by)
        )

    def recover(self, lost: str, replacement: str) -> TxReceipt:
        """Announced by the registrar, waited for, completed."""
        self.announce(lost, replacement)
        self.wait(7 * DAY)
        receipt = self.complete(lost, replacement)
        self.ids[replacement] = self.ids[lost]
        return receipt

    def publish(self, country: str, text: bytes, effective_at: int, by: str = "registrar") -> Any:
        """The registrar publishes a risk warning."""
        call = self.registry.functions.publish_warning(country.encode(), text, effective_at)
        return self.send(call, self.actors(by))

    def accept(self, name: str, text: bytes) -> TxReceipt:
        """A party accepts a risk warning."""
        return self.send(self.registry.functions.accept_warning(text), self.actors(name))

    def request(self, name: str, category: int) -> TxReceipt:
        """A party asks for another category."""
        return self.send(self.registry.functions.request_category(category), self.actors(name))

    # What authorities agreed to.

    def agree(self, *names: str, powers: int = 3, days: int = 365) -> int:
        """The first proposes an agreement that lends powers, the others accept it."""
        calls = self.supervision.functions
        members = [self.authorities[name] for name in names]
        until = self.now() + days * DAY
        proposing = calls.propose_agreement(members, 15, powers, [], self.now(), until, CASE)
        self.send(proposing, self.actors(names[0]))
        number = int(calls.agreement_count().call())
        for name in names[1:]:
            self.send(calls.accept_agreement(number), self.actors(name))
        return number
