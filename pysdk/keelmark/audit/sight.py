"""What stands at an address: nothing, a key, a proxy, a contract of a release, or other code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeAlias

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.audit.findings import Finding, deviation, notice
from keelmark.chain.operations import BlockId, Call, GetCode, GetStorage, Operation
from keelmark.deploy.plan import ZERO_ADDRESS
from keelmark.errors import KeelmarkError, RpcUnreachable
from keelmark.releases import identify

__all__ = ["Kind", "Sight", "Value", "look", "probe", "sight_findings"]

Value: TypeAlias = str | int | bytes | bool
"""An immutable's value."""


class Kind(Enum):
    """What stands at an address."""

    NOTHING = "no code"
    """A plain key, or an address that nobody has used."""
    DELEGATED = "delegated key"
    """A key whose account runs another contract's code (EIP-7702), until it says otherwise."""
    PROXY = "proxy"
    """Code that runs another contract's (EIP-1167), or names one that can change (EIP-1967)."""
    KNOWN = "known"
    """A contract of a release."""
    UNKNOWN = "unknown code"


@dataclass(frozen=True, slots=True)
class Sight:
    """An address at one block."""

    address: str
    kind: Kind
    code_hash: str = ""
    """keccak256, ``0x`` and 64 digits; empty where there is no code."""
    code_length: int = 0
    """Bytes."""
    contract: str = ""
    """Name of the contract, if it is known."""
    release: str = ""
    immutables: Mapping[str, Value] = field(default_factory=dict)
    """By name, in the order of the code."""
    target: str = ""
    """Whose code a proxy or a delegated key runs."""
    standard: str = ""
    """By which standard it does."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "immutables", MappingProxyType(dict(self.immutables)))

    def word(self, name: str) -> Value | None:
        """An immutable's value; None if it has none of that name."""
        return self.immutables.get(name)

    def text(self, name: str) -> str:
        """An immutable's value as a person reads it."""
        value = self.immutables.get(name)
        return "0x" + value.hex() if isinstance(value, bytes) else str(value)

    def told(self) -> str:
        """In a few words."""
        if self.kind is Kind.KNOWN:
            return f"{self.contract} of release {self.release}"
        if self.target:
            return f"{self.kind.value} ({self.standard}) of {self.target}"
        return str(self.kind.value)


_DELEGATION: Final = bytes.fromhex("ef0100")
"""In front of the address whose code an account runs (EIP-7702)."""

_CLONE: Final = (
    bytes.fromhex("363d3d373d3d3d363d73"),
    bytes.fromhex("5af43d82803e903d91602b57fd5bf3"),
)
"""Before and after the address in a minimal proxy (EIP-1167)."""


def _slot(name: str) -> int:
    """A slot of EIP-1967: the hash of its name less one."""
    return int.from_bytes(keccak(text=name), "big") - 1


_SLOTS: Final = (
    ("EIP-1967", _slot("eip1967.proxy.implementation")),
    ("EIP-1967 beacon", _slot("eip1967.proxy.beacon")),
    ("EIP-1822", int.from_bytes(keccak(text="PROXIABLE"), "big")),
    ("ZeppelinOS", int.from_bytes(keccak(text="org.zeppelinos.proxy.implementation"), "big")),
)
"""Where proxies write whose code they run."""


def look(address: str, block: BlockId = "latest") -> Operation[Sight]:
    """The operation that says what stands at an address.

    Args:
        address: checksummed.
        block: at which block.
    """
    code: bytes = yield GetCode(address, block)
    if not code:
        return Sight(address, Kind.NOTHING)
    code_hash, length = "0x" + keccak(code).hex(), len(code)
    match = identify(code)
    if match is not None:
        return Sight(
            address,
            Kind.KNOWN,
            code_hash,
            length,
            match.contract,
            match.release,
            {item.name: item.value for item in match.immutables},
        )
    kind, target, standard = Kind.UNKNOWN, "", ""
    if code[:3] == _DELEGATION and length == 23:
        kind, target, standard = Kind.DELEGATED, _address(code[3:]), "EIP-7702"
    elif code.startswith(_CLONE[0]) and code[30:] == _CLONE[1]:
        kind, target, standard = Kind.PROXY, _address(code[10:30]), "EIP-1167"
    else:
        for name, slot in _SLOTS:
            word: bytes = yield GetStorage(address, slot, block)
            if any(word):
                kind, target, standard = Kind.PROXY, _address(word[12:]), name
                break
    return Sight(address, kind, code_hash, length, target=target, standard=standard)


def _address(data: bytes) -> str:
    """A checksummed address."""
    return str(to_checksum_address(data))


def probe(address: str, signature: str, block: BlockId) -> Operation[bytes]:
    """The operation that asks a function without arguments; empty if it does not answer with words.

    Args:
        address: whom.
        signature: as ``party_registry()``.
        block: at which block.
    """
    try:
        answer: bytes = yield Call(address, bytes(keccak(text=signature)[:4]), block, gas=3_000_000)
    except RpcUnreachable:
        raise
    except KeelmarkError:
        return b""
    return answer if len(answer) >= 32 else b""


_LIKE_A_HOUSE: Final = ("party_registry()", "price_board()", "back_office()", "house_terms()")
"""What a clearing house answers."""


def sight_findings(seen: Sight, subject: str, block: BlockId) -> Operation[list[Finding]]:
    """The operation that says what is wrong with code that is not known.

    Args:
        seen: what stands there.
        subject: how it is called in the findings.
        block: at which block it is asked what it answers.
    """
    if seen.kind is Kind.KNOWN:
        return []
    at = seen.address
    if seen.kind is Kind.NOTHING:
        text = f"no contract at {at}: a plain key, or an address that nobody has used"
        return [deviation("no-code", subject, text)]
    found: list[Finding] = []
    if seen.kind is Kind.DELEGATED:
        text = f"{at} is a key whose account runs the code of {seen.target} (EIP-7702); the key "
        found.append(
            deviation("delegated-key", subject, text + "can point it elsewhere at any time")
        )
    elif seen.kind is Kind.PROXY:
        text = f"{at} is a proxy ({seen.standard}) that runs the code of {seen.target}"
        if seen.standard != "EIP-1167":
            text += ", which can be changed"
        found.append(deviation("proxy", subject, text))
    else:
        text = (
            f"the code at {at}, {seen.code_length} bytes, hash {seen.code_hash}, is of no release"
        )
        found.append(deviation("unknown-code", subject, text))
    if seen.target and seen.target != ZERO_ADDRESS:
        behind = yield from look(seen.target, block)
        found.append(notice("proxy-target", subject, f"behind it stands {behind.told()}"))
    answered = []
    for signature in _LIKE_A_HOUSE:
        if (yield from probe(seen.address, signature, block)):
            answered.append(signature.partition("(")[0])
    if answered:
        text = f"it answers as a clearing house does ({', '.join(answered)}), without being one"
        found.append(deviation("answers-like-a-house", subject, text))
    return found
