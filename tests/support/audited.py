"""Houses to audit: sound ones, and code put on a chain without its own constructor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from keelmark.audit import Audit, Discovery, audit
from keelmark.audit.connections import connection_findings
from keelmark.audit.discover import explore
from keelmark.chain import Chain, SigningChain
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import (
    GetBlock,
    GetCode,
    GetLogs,
    Operation,
    Receipt,
    Request,
    Transact,
)
from keelmark.deploy.factory import CREATION, CREATOR, CREATOR_WEI, FACTORY
from keelmark.deploy.kit import artefacts
from keelmark.deploy.plan import Plan
from keelmark.deploy.steps import addresses, steps
from keelmark.errors import RpcRefused
from keelmark.releases import current
from tests.conftest import find
from tests.support.deployed_kit import DeployedKit, code_at
from tests.support.factory_kit import to_factory

__all__ = [
    "Dropping",
    "Pruned",
    "Replacing",
    "Told",
    "altered",
    "by_factory",
    "make",
    "put",
    "told_of",
    "told_of_all",
    "with_immutable",
]


def put(chain: SigningChain, code: bytes, storage: dict[int, int] | None = None) -> str:
    """Puts code at a new address, as whoever writes the init code can; its address."""
    head = b""
    for slot, word in (storage or {}).items():
        head += b"\x7f" + word.to_bytes(32, "big") + b"\x7f" + slot.to_bytes(32, "big") + b"\x55"
    # PUSH2 length, DUP1, PUSH2 where the code begins, PUSH0, CODECOPY, PUSH0, RETURN
    place = len(head) + 11
    tail = b"\x61" + len(code).to_bytes(2, "big") + b"\x80\x61" + place.to_bytes(2, "big")
    receipt = chain.run(_create(head + tail + b"\x5f\x39\x5f\xf3" + code))
    return str(receipt.contract)


def make(chain: SigningChain, path: str, arguments: bytes = b"") -> str:
    """Deploys a contract of the tests or the kit; its address."""
    receipt = chain.run(_create(compile_contract(find(path)).bytecode + arguments))
    return str(receipt.contract)


def _create(init_code: bytes) -> Operation[Receipt]:
    """The operation that creates a contract."""
    receipt: Receipt = yield Transact(None, init_code, gas=12_000_000)
    return receipt


def with_immutable(code: bytes, contract: str, name: str, value: int | str) -> bytes:
    """Deployed code with another value of an immutable; addresses as text."""
    released = current().contract(contract)
    offset = next(item.offset for item in released.immutables if item.name == name)
    word = int(value, 16) if isinstance(value, str) else value
    start = released.runtime_length + offset
    return code[:start] + word.to_bytes(32, "big") + code[start + 32 :]


def altered(kit: DeployedKit, contract: str, **values: int | str) -> str:
    """A contract of the kit once more, by nobody's constructor, with other immutables."""
    code = kit.code(contract)
    for name, value in values.items():
        code = with_immutable(code, contract, name, value)
    return put(kit.chain, code)


class Pruned:
    """A node that has let go of all states but the newest."""

    name = "pruned"

    def __init__(self, chain: Chain) -> None:
        self.node = chain.node

    def answer(self, request: Request, signer: Any = None) -> Any:
        """The answer, unless it needs an old state."""
        head = self.node.answer(GetBlock()).number
        if isinstance(request, GetCode) and isinstance(request.block, int) and request.block < head:
            raise RpcRefused("rpc: eth_getCode refused, missing trie node", -32000)
        return self.node.answer(request, signer)


class Dropping:
    """A node that leaves a log out."""

    name = "dropping"

    def __init__(self, chain: Chain) -> None:
        self.node = chain.node

    def answer(self, request: Request, signer: Any = None) -> Any:
        """The answer; of several logs the last is missing."""
        answer = self.node.answer(request, signer)
        return answer[:-1] if isinstance(request, GetLogs) and len(answer) > 1 else answer


class Replacing:
    """A node whose newest block is replaced after its header was first asked for."""

    name = "replacing"

    def __init__(self, chain: Chain) -> None:
        self.node = chain.node

    def answer(self, request: Request, signer: Any = None) -> Any:
        """The answer; the header of a height has another hash than before."""
        answer = self.node.answer(request, signer)
        if isinstance(request, GetBlock) and request.block == self.node.answer(GetBlock()).number:
            return replace(answer, hash=b"\x11" * 32)
        return answer


@dataclass(frozen=True, slots=True)
class Told:
    """What findings there are, by name."""

    texts: dict[str, list[str]]

    def __contains__(self, code: str) -> bool:
        return code in self.texts

    def one(self, code: str) -> str:
        """The only finding of a name."""
        (text,) = self.texts[code]
        return text


def _told(findings: Any) -> Told:
    texts: dict[str, list[str]] = {}
    for finding in findings:
        texts.setdefault(finding.code, []).append(str(finding))
    return Told(texts)


def told_of(chain: Chain, address: str, **settings: Any) -> tuple[Discovery, Told]:
    """What is found about code and connections alone."""
    found = chain.run(explore(address, **settings))
    return found, _told(chain.run(connection_findings(found)))


def told_of_all(chain: Chain, address: str, **settings: Any) -> tuple[Audit, Told]:
    """A whole audit."""
    made = chain.run(audit(address, **settings))
    return made, _told(made.findings)


def by_factory(chain: SigningChain, plan: Plan) -> dict[str, str]:
    """A house made by the deterministic factory on a local chain; its addresses by name."""
    if not chain.run(code_at(FACTORY)):
        chain.local.fund(CREATOR, CREATOR_WEI)
        chain.node.backend.send_raw_transaction(CREATION)  # type: ignore[attr-defined]
    planned = steps(plan, artefacts())
    for step in planned:
        chain.run(to_factory(step.calldata))
    return addresses(plan, planned)
