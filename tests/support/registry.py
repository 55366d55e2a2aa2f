"""A party registry with what it stands on: authorities, a sanctions list, its desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from web3 import Web3
from web3.contract import Contract
from web3.types import TxReceipt

from tests.support.parties import lei_text, lei_word
from tests.support.supervision import ALL_POWERS
from tests.support.tester import Actor

__all__ = ["BASIS", "CASE", "DAY", "LIST_MAX_AGE", "ZERO", "Registry", "deploy_registry", "united"]

DAY = 86_400
LIST_MAX_AGE = 3 * DAY
"""Age of the sanctions list beyond which nothing is opened, seconds."""

BASIS = b"EU 596/2014 Art. 23".ljust(32, b"\0")
CASE = b"\x11" * 32
SOURCE = b"\x5a" * 32
WARNING = b"\x77" * 32
"""Hash of the text of a risk warning."""

SUPERVISOR_LEI = lei_text(990_001)
FOREVER = 2**32 - 1
ZERO = "0x" + "00" * 20

REVIEWED = ("freeze", "restrict")
LIFTED = ("unfreeze", "release")

MEMBER_STATES = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
]
"""The 27 member states as europa.eu lists them, where retail leverage is capped; "EU" stands for a
state that is kept off the chain."""


@dataclass
class Registry:
    """One address with the functions of registry and desk, and both that it asks."""

    parties: Contract
    desk: Contract
    supervision: Contract
    sanctions: Contract
    send: Callable[..., TxReceipt]
    actors: Callable[[str], Actor]
    now: Callable[[], int]
    first_list_time: int

    def power(
        self,
        power: str,
        wallet: str,
        basis: bytes = BASIS,
        case: bytes = CASE,
        *,
        agreement: int = 0,
        review_at: int | None = None,
    ) -> Any:
        """The call of an authority's power over a party; reviewed in thirty days."""
        function = self.parties.functions[power]
        if power in REVIEWED:
            review = self.now() + 30 * DAY if review_at is None else review_at
            return function(wallet, agreement, basis, case, review)
        if power in LIFTED:
            return function(wallet, agreement, basis, case)
        return function(wallet, basis, case)

    def confirm(self) -> None:
        """Says that the list equals its source now, and copies its time into the gate's table."""
        officer = self.actors("sanctions officer")
        self.send(self.sanctions.functions.confirm(SOURCE, self.now()), officer)
        self.send(self.parties.functions.sync_list(), self.actors("keeper"))

    def ages_until(self, time: int) -> bool:
        """Whether the list that the gate knows will be more than two days old at a time."""
        if time - self.first_list_time <= 2 * DAY:
            return False
        known: int = self.parties.functions.list_time().call()
        return time - known > 2 * DAY

    def wait(self, clock: Callable[[int], None], time: int) -> None:
        """The next block's time; before a long wait the list is confirmed, so that it is not
        older than a minute after it."""
        if self.ages_until(time):
            clock(max(time - 60, self.now()))
            self.confirm()
        clock(time)

    def accept_warning(self, wallet: str, country: str) -> list[TxReceipt]:
        """A retail client accepts its country's risk warning, which is published if there is
        none; nothing where retail clients are not let in anyway."""
        if country not in (*MEMBER_STATES, "EU"):
            return []
        receipts = []
        functions, letters = self.parties.functions, country.encode()
        edition, _, text = functions.warning_of(letters).call()
        if edition == 0:
            text = WARNING
            publishing = functions.publish_warning(letters, text, self.now() + 1)
            receipts.append(self.send(publishing, self.actors("registrar")))
        receipts.append(self.send(functions.accept_warning(text), wallet))
        return receipts


def deploy_registry(
    deploy: Callable[..., Contract],
    w3: Web3,
    send: Callable[..., TxReceipt],
    actors: Callable[[str], Actor],
    now: Callable[[], int],
    oracles: tuple[str, str, str] = (ZERO, ZERO, ZERO),
) -> Registry:
    """With the registrar, the authority "supervisor" of DE that has every power, the convenor,
    and a list that the sanctions officer has confirmed."""
    supervision = deploy(
        "supervision/Supervision",
        actors("convenor"),
        actors("supervisor"),
        lei_word(SUPERVISOR_LEI),
        b"DE",
        ALL_POWERS,
        FOREVER,
    )
    sanctions = deploy("registry/SanctionsList", actors("sanctions officer"), *oracles)
    time = now()
    send(sanctions.functions.confirm(SOURCE, time), actors("sanctions officer"))
    asked = (supervision.address, sanctions.address)
    desk = deploy("registry/PartyDesk", *asked)
    registry = deploy("registry/PartyRegistry", actors("registrar"), *asked, desk.address)
    parties = w3.eth.contract(address=registry.address, abi=united((registry, desk)))
    return Registry(parties, desk, supervision, sanctions, send, actors, now, time)


def united(parts: Iterable[Contract]) -> list[Any]:
    """The functions and events of a contract and of those that it delegates to."""
    seen: dict[str, Any] = {}
    for part in parts:
        for entry in part.abi:
            if entry["type"] not in ("constructor", "fallback"):
                seen.setdefault(f"{entry['type']} {entry['name']}", entry)
    return list(seen.values())
