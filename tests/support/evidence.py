"""A house to ask evidence of, and nodes that answer in their own way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rlp.codec import decode

from keelmark.chain import Chain, Signer
from keelmark.chain.operations import GetProof, Request
from keelmark.errors import RpcRefused
from keelmark.evidence import Expected, Package, Verdict, pack, unpack, verify
from keelmark.evidence.parts import Scope
from keelmark.ledger.evidence import build_evidence
from tests.integration.test_anvil_equality import Stage

FIRST_BLOCK = 30
"""After the deployment and the onboarding, so that the chains begin in the middle."""


@dataclass(frozen=True)
class House:
    """A chain with a house, and how to ask for evidence of it."""

    stage: Stage

    @property
    def chain(self) -> Chain:
        """The embedded chain."""
        return self.stage.chain

    def scope(self, **fields: Any) -> Scope:
        """A scope over every reporting contract; fields replace the usual ones."""
        usual: dict[str, Any] = {
            "chain_id": self.chain.chain_id(),
            "contracts": sorted(self.stage.kit.reporting.values()),
            "first_block": FIRST_BLOCK,
            "last_block": self.chain.block().number - 1,
        }
        return Scope(**(usual | fields))

    def package(self, scope: Scope | None = None, **options: Any) -> Package:
        """A package as the SDK builds it."""
        return self.chain.run(build_evidence("CASE-2020/7", scope or self.scope(), **options))

    def expected(self, scope: Scope | None = None, **fields: Any) -> Expected:
        """What a receiver knows who trusts the last block's hash and has the manifest."""
        kit, last = self.stage.kit, (scope or self.scope()).last_block
        usual: dict[str, Any] = {
            "block_hashes": (self.chain.block(last).hash,),
            "request": "CASE-2020/7",
            "chain_id": kit.chain_id,
            "contracts": {
                address: kit.contracts[name].code_hash for name, address in kit.reporting.items()
            },
            "rulebook_digest": kit.rulebook_digest,
        }
        return Expected(**(usual | fields))


def judged(house: House, package: Package, **fields: Any) -> Verdict:
    """The verdict on a package that was packed and unpacked."""
    return verify(*unpack(pack(package)), house.expected(package.request.scope, **fields))


class OddNode:
    """The embedded chain behind a node that answers some requests in its own way."""

    name = "odd"

    def __init__(self, house: House, odd: Callable[[Request, Any], Any]) -> None:
        self._node = house.chain._node
        self._odd = odd

    def answer(self, request: Request, signer: Signer | None = None) -> Any:
        """The chain's answer, as the odd node gives it."""
        return self._odd(request, lambda: self._node.answer(request, signer))


def built(house: House, odd: Callable[[Request, Any], Any], **fields: Any) -> Package:
    """A package built from an odd node."""
    chain = Chain(OddNode(house, odd))
    return chain.run(build_evidence("CASE-2020/7", house.scope(**fields)))


def one(request: Request) -> Any:
    """The operation of a single request."""
    return (yield request)


def no_proofs(request: Request, answer: Callable[[], Any]) -> Any:
    """A node that has no storage proofs to give."""
    if isinstance(request, GetProof):
        raise RpcRefused("rpc: eth_getProof refused, the method does not exist", -32601)
    return answer()


def number_of(header: str) -> bytes:
    """A header's number, from its RLP by the library."""
    return bytes(decode(bytes.fromhex(header[2:]))[8])
