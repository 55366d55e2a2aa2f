"""Supervision on the embedded chain: a convenor, and BaFin of DE and AMF of FR with all powers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from eth_utils import keccak

from keelmark.bindings.supervision import Supervision
from keelmark.chain import Chain, Signer
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import Operation
from keelmark.errors import Reverted
from keelmark.evidence import new_identity
from keelmark.evidence.asking import Asked, new_asked
from keelmark.ledger import cooperation
from keelmark.ledger.cooperation_words import Kind
from keelmark.ledger.supervision import SupervisionReading, read_supervision
from keelmark.types import Power
from tests.conftest import find
from tests.support.parties import lei_text, lei_word
from tests.support.supervision import ALL_POWERS
from tests.support.tester import Actor

BASIS = b"MiFIR Art. 40".ljust(32, b"\0")
DELAY = 86_400
FOREVER = 2**32 - 1
HOUSE = "0x" + "11" * 20
"""A contract that requests are about; nothing of it is asked here."""
ACTORS = ("deployer", "convenor", "BaFin", "AMF", "CONSOB")


@dataclass
class Desk:
    """The contract, and those who act on it."""

    chain: Chain
    signers: dict[str, Signer]
    contract: Supervision

    def run(self, name: str, operation: Operation[Any]) -> Any:
        """An act of somebody."""
        return self.chain.signing(self.signers[name]).run(operation)

    def now(self) -> int:
        """Time of the newest block."""
        return self.chain.block().time

    def later(self, seconds: int) -> None:
        """A block comes so much later."""
        self.chain.set_time(self.now() + seconds)
        self.chain.local.mine()

    def recognise(self, name: str, country: str, number: int, powers: int = ALL_POWERS) -> None:
        """Another authority, whose mandate begins after the delay."""
        self.run(
            "convenor",
            self.contract.recognise_authority(
                self.signers[name].address,
                lei_word(lei_text(number)),
                country.encode(),
                powers,
                FOREVER,
                BASIS,
            ),
        )

    def agreed(self, **fields: Any) -> int:
        """An agreement of both, accepted by both; its id."""
        usual: dict[str, Any] = {
            "members": [1, 2],
            "kinds": Kind(15),
            "powers": Power.FREEZE | Power.RESTRICT,
            "begins": self.now(),
            "until": self.now() + 300 * DELAY,
            "text_hash": keccak(b"the text"),
        }
        made = self.run("BaFin", cooperation.propose(self.contract, **(usual | fields)))
        self.run("AMF", cooperation.accept(self.contract, made.id))
        return int(made.id)

    def asked(self, **fields: Any) -> Asked:
        """A file of a request."""
        usual: dict[str, Any] = {
            "chain_id": self.chain.chain_id(),
            "contracts": [HOUSE],
            "first_block": 0,
            "last_block": None,
        }
        return new_asked(usual | fields, [new_identity()[1]])

    def ask(self, by: str = "AMF", **fields: Any) -> Any:
        """A request of AMF to BaFin."""
        usual: dict[str, Any] = {
            "agreement": 1,
            "to": 1,
            "kind": Kind.EVIDENCE,
            "acknowledge_by": self.now() + 5 * DELAY,
            "deliver_by": self.now() + 10 * DELAY,
            "legal_basis": BASIS,
        }
        return self.run(by, cooperation.ask(self.contract, self.asked(), **(usual | fields)))

    def read(self) -> SupervisionReading:
        """All of it, rebuilt and compared."""
        return self.chain.run(read_supervision(self.contract.address))


@pytest.fixture(scope="module")
def desk(chain: Chain) -> Desk:
    """Deployed; AMF's mandate has begun."""
    signers = {name: Signer.from_key(Actor(name).key) for name in ACTORS}
    for signer in signers.values():
        chain.local.fund(signer.address)
    code = compile_contract(find("supervision/Supervision")).bytecode
    receipt = chain.signing(signers["deployer"]).run(
        Supervision.create(
            code,
            convenor=signers["convenor"].address,
            authority=signers["BaFin"].address,
            identifier=lei_word(lei_text(1)),
            jurisdiction=b"DE",
            powers=ALL_POWERS,
            until=FOREVER,
        )
    )
    desk = Desk(chain, signers, Supervision(str(receipt.contract)))
    desk.recognise("AMF", "FR", 2)
    desk.later(DELAY)
    return desk


@pytest.fixture
def refused(desk: Desk) -> Callable[[str, Operation[Any]], str]:
    """``refused("AMF", operation)``: the contract's reason."""

    def reason(name: str, operation: Operation[Any]) -> str:
        with pytest.raises(Reverted) as found:
            desk.run(name, operation)
        return str(found.value.reason)

    return reason
