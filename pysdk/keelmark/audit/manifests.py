"""Whether a house is what its manifest says."""

from __future__ import annotations

from collections.abc import Iterator

from keelmark.audit.discover import Discovery
from keelmark.audit.findings import Finding, deviation, notice
from keelmark.audit.powers import Powers
from keelmark.deploy.plan import Deployment

__all__ = ["manifest_findings"]


def manifest_findings(found: Discovery, powers: Powers, manifest: Deployment) -> list[Finding]:
    """What differs between a house and its manifest.

    Args:
        found: the parts.
        powers: who holds what.
        manifest: what is written down.
    """
    told: list[Finding] = []
    if manifest.chain_id != found.chain_id:
        text = f"its chainId is {manifest.chain_id}, this chain is {found.chain_id}"
        told.append(deviation("manifest-chain", "manifest", text))
    if found.rulebook_digest and manifest.rulebook_digest != found.rulebook_digest:
        text = f"its rulebookDigest is {manifest.rulebook_digest}, found {found.rulebook_digest}"
        told.append(deviation("manifest-digest", "manifest", text))
    release = found.house.sight.release if found.house else ""
    if manifest.release and release and manifest.release != release:
        text = f"its release is {manifest.release}, found {release}"
        told.append(deviation("manifest-release", "manifest", text))
    told += _contracts(found, manifest)
    told += _terms(found, manifest)
    told += _roles(powers, manifest)
    return told


def _contracts(found: Discovery, manifest: Deployment) -> Iterator[Finding]:
    """Addresses, code and creations."""
    for name, part in found.parts.items():
        written = manifest.contracts.get(name)
        if written is None:
            text = f"it does not have {part.sight.address}"
            yield deviation("manifest-contract", "manifest", text)
            continue
        seen = part.sight
        if written.address != seen.address:
            text = f"its {name} is at {written.address}, found {seen.address}"
            yield deviation("manifest-address", "manifest", text)
        elif written.code_hash != seen.code_hash:
            text = f"its code_hash of {name} is {written.code_hash}, found {seen.code_hash}"
            yield deviation("manifest-code", "manifest", text)
        made = part.creation
        arguments = "" if made.arguments is None else "0x" + made.arguments.hex()
        if arguments and written.init_code_hash and arguments != written.constructor_arguments:
            text = (
                f"its constructor_arguments of {name} are {written.constructor_arguments}, found "
                f"{arguments}"
            )
            yield deviation("manifest-creation", "manifest", text)
        if made.transaction_hash and written.transaction_hash not in ("", made.transaction_hash):
            text = (
                f"its transaction_hash of {name} is {written.transaction_hash}, found "
                f"{made.transaction_hash}"
            )
            yield deviation("manifest-creation", "manifest", text)
    for name in manifest.contracts:
        if name not in found.parts and found.house is not None:
            text = f"its {name} was not found from {found.root.sight.address}"
            yield notice("manifest-unfound", "manifest", text)


def _terms(found: Discovery, manifest: Deployment) -> Iterator[Finding]:
    """What the house is built with for good."""
    if found.house is None or not found.house.sound:
        return
    seen = found.house.sight
    written: tuple[tuple[str, str, str | int], ...] = (
        ("token", "TOKEN", manifest.token),
        ("tokenFeed", "TOKEN_FEED", manifest.token_feed),
        ("regime", "REGIME", int(manifest.regime)),
        ("lei", "LEI", int(manifest.lei, 36)),
    )
    for name, immutable, value in written:
        if value != seen.word(immutable):
            text = f"its {name} is {value}, the house was built with {seen.text(immutable)}"
            yield deviation("manifest-terms", "manifest", text)


def _roles(powers: Powers, manifest: Deployment) -> Iterator[Finding]:
    """Roles that moved since the manifest was written, and authorities that it does not have."""
    written = {(one.contract, one.role): one.holder for one in manifest.roles}
    if not written:
        return
    for one in powers.held:
        before = written.get((one.contract, one.role))
        if before is None:
            text = f"it does not have {one.role} of {one.contract}, {one.holder}"
            yield deviation("manifest-role", "manifest", text)
        elif before != one.holder:
            text = f"its {one.role} of {one.contract} is {before}, {one.holder} holds it now"
            yield deviation("manifest-role", "manifest", text)
