"""What a reading is about: a deployment's manifest, or another venue's contract and its ABI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.ingest.endpoint import Endpoint
    from keelmark.store import Description

__all__ = ["Foreign", "described", "described_foreign"]


class Foreign:
    """What the user says about another venue's contract."""

    def __init__(
        self,
        contract: str | None,
        abi: Path | None,
        events: tuple[str, ...],
        venue: str | None,
        first_block: int,
        any_code: bool,
    ) -> None:
        self.contract, self.abi, self.events = contract or "", abi or Path(), events
        self.venue, self.first_block, self.any_code = venue or "", first_block, any_code

    def entries(self) -> list[dict[str, Any]]:
        """The ABI's entries; a compiler's or an explorer's file with an ``abi`` in it does.

        Raises:
            InputError: the file cannot be read or is no ABI.
        """
        try:
            found = json.loads(self.abi.read_text("utf-8"))
        except OSError as error:
            raise InputError(f"abi: {self.abi} cannot be read, {error.strerror}") from None
        except (ValueError, RecursionError):
            raise InputError(f"abi: {self.abi} is no JSON, expected a contract's ABI") from None
        if isinstance(found, dict):
            found = found.get("abi")
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise InputError(f"abi: {self.abi} is no ABI, expected a list of its entries")
        return found

    def address(self) -> bytes:
        """The contract's address.

        Raises:
            InputError: it is none.
        """
        from eth_utils.address import is_address, to_canonical_address

        if not self.contract.startswith("0x") or not is_address(self.contract):
            raise InputError(
                f"contract: {self.contract}, expected an address of 0x and 40 hexadecimal digits"
            )
        return to_canonical_address(self.contract)


def described(manifest: Path) -> Description:
    """A description of a deployment of the kit.

    Raises:
        InputError: the file is no manifest.
    """
    from keelmark.deploy import read_manifest
    from keelmark.store.describe import describe

    return describe(read_manifest(manifest), manifest.read_text("utf-8"))


async def described_foreign(endpoint: Endpoint, foreign: Foreign) -> Description:
    """A description of another venue's contract, with the code that it has now.

    Raises:
        InputError: no code at the address, no such event, or an ABI of other code.
    """
    from eth_utils.crypto import keccak

    from keelmark.ingest.checks import check_events, runtime_code
    from keelmark.ingest.node import Node
    from keelmark.store.describe import describe_foreign

    chain_id = int(await endpoint.result("eth_chainId"), 16)

    def about(code_hash: bytes) -> Description:
        return describe_foreign(
            chain_id=chain_id,
            venue=foreign.venue,
            address=foreign.contract,
            code_hash=code_hash,
            abi=foreign.entries(),
            events=foreign.events,
            first_block=foreign.first_block,
        )

    unknown = about(bytes(32))
    code, searched = await runtime_code(Node(endpoint, unknown), foreign.address())
    if not code:
        raise InputError(
            f"contract: {foreign.contract} has no code on {endpoint.name}, expected a contract"
        )
    if not foreign.any_code:
        check_events(searched, unknown.tables, foreign.contract)
    return about(bytes(keccak(code)))
