"""A release's contracts as data: hashes, lengths and where the immutables are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = [
    "Immutable",
    "Release",
    "ReleasedContract",
    "current",
    "read_release",
    "releases",
    "rulebook_init_code",
]

FOLDER = Path(__file__).resolve().parent
"""Where the files of data are."""

RULEBOOK = FOLDER / "rulebook-init-code.hex"
"""The frozen artefact: what the factory is given on every chain."""


@dataclass(frozen=True, slots=True)
class Immutable:
    """A value that the constructor appended to the deployed code."""

    name: str
    """As in the source, without its module: ``PARTIES``."""
    type: str
    """Its ABI type; a contract is an ``address``."""
    interface: str
    """The interface that the source gives that address, as ``IPartyRegistry``; else empty."""
    offset: int
    """Bytes from the end of the runtime code."""


@dataclass(frozen=True, slots=True)
class ReleasedContract:
    """One deployable contract of a release."""

    name: str
    path: str
    """Its file below the contracts' folder."""
    optimise: str
    """What the compiler optimised for: ``gas``, its default, or ``codesize``."""
    source_hash: str
    """SHA-256, 64 digits, as `Artefact.source_hash`."""
    init_code_hash: str
    """keccak256 of the init code before constructor arguments, ``0x`` and 64 digits."""
    runtime_hash: str
    """keccak256 of the deployed code without its immutables, ``0x`` and 64 digits."""
    runtime_length: int
    """Bytes of that code."""
    report_chain: bool
    """Whether it folds its logs into a report chain; not all that do are part of a report."""
    immutables: tuple[Immutable, ...]
    """In the order in which they lie, each a word of 32 bytes."""

    @property
    def code_length(self) -> int:
        """Bytes of the deployed code, immutables included."""
        return self.runtime_length + 32 * len(self.immutables)


@dataclass(frozen=True, slots=True)
class Release:
    """The contracts of one version of the package."""

    version: str
    rulebook_digest: str
    """Digest over every rule, ``0x`` and 64 digits."""
    contracts: tuple[ReleasedContract, ...]

    def contract(self, name: str) -> ReleasedContract:
        """A contract by name.

        Raises:
            KeyError: the release has none of that name.
        """
        for contract in self.contracts:
            if contract.name == name:
                return contract
        raise KeyError(name)


@lru_cache(maxsize=1)
def releases() -> tuple[Release, ...]:
    """Every release that this package knows, the newest first."""
    found = [read_release(path.read_text("utf-8")) for path in FOLDER.glob("*.json")]
    return tuple(sorted(found, key=_age, reverse=True))


def current() -> Release:
    """The release of this package's own version."""
    from keelmark import __version__

    return next(release for release in releases() if release.version == __version__)


@lru_cache(maxsize=1)
def rulebook_init_code() -> bytes:
    """The rulebook's frozen init code: no constructor argument, no immutable, no metadata.

    It is what every chain's rulebook is created from, whatever a later compiler would make of the
    same source, so that its CREATE2 address is one.
    """
    return bytes.fromhex(RULEBOOK.read_text("ascii"))


def read_release(text: str) -> Release:
    """A release from the text of its file.

    Raises:
        ValueError, KeyError, TypeError: the text is no release.
    """
    data: dict[str, Any] = json.loads(text)
    return Release(
        version=data["release"],
        rulebook_digest=data["rulebookDigest"],
        contracts=tuple(_contract(entry) for entry in data["contracts"]),
    )


def _contract(entry: dict[str, Any]) -> ReleasedContract:
    """One contract from its entry."""
    return ReleasedContract(
        name=entry["name"],
        path=entry["path"],
        optimise=entry["optimise"],
        source_hash=entry["sourceHash"],
        init_code_hash=entry["initCodeHash"],
        runtime_hash=entry["runtimeHash"],
        runtime_length=entry["runtimeLength"],
        report_chain=entry["reportChain"],
        immutables=tuple(
            Immutable(item["name"], item["type"], item["interface"], item["offset"])
            for item in entry["immutables"]
        ),
    )


def _age(release: Release) -> tuple[int, ...]:
    """Versions in the order of their numbers, so that 0.10.0 is newer than 0.9.0."""
    return tuple(int(part) for part in release.version.split("."))
