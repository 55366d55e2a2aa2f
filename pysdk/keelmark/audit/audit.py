"""An audit of any address: what it is, who controls it, what deviates, what is to come."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keelmark.audit.connections import connection_findings
from keelmark.audit.control import control_findings
from keelmark.audit.discover import Discovery, explore
from keelmark.audit.findings import Finding, Level
from keelmark.audit.manifests import manifest_findings
from keelmark.audit.powers import Powers, read_powers
from keelmark.chain.operations import BlockHeader, GetBlock, Operation
from keelmark.deploy.plan import Deployment
from keelmark.errors import Reorganised

__all__ = ["Audit", "audit"]


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found out about an address, at one block."""

    found: Discovery
    powers: Powers
    findings: tuple[Finding, ...]

    def of(self, level: Level) -> tuple[Finding, ...]:
        """The findings of one level."""
        return tuple(one for one in self.findings if one.level is level)

    @property
    def holds(self) -> bool:
        """Whether everything is known and nothing deviates."""
        return not self.of(Level.DEVIATION)

    def deployment(self) -> Deployment:
        """The house as a manifest says it, with its roles as they are now.

        Raises:
            ChainMismatch: a part of it is missing or is other code.
        """
        return replace(self.found.deployment(), roles=self.powers.held)


def audit(
    address: str,
    *,
    manifest: Deployment | None = None,
    history: bool = True,
    events: bool = True,
) -> Operation[Audit]:
    """The operation that audits an address.

    Args:
        address: checksummed; a house, one of its parts, or anything else.
        manifest: what must be there, if that is written down.
        history: whether to ask when and by whom each part was created.
        events: whether to read the events in which announced changes are.

    Raises:
        Reorganised: the chain replaced blocks while it was read.
        RpcRefused: the node does not give what is needed.
    """
    found = yield from explore(address, written=manifest, history=history)
    findings = yield from connection_findings(found, history=history)
    powers = yield from read_powers(found, events=events)
    findings += control_findings(found, powers)
    if manifest is not None:
        findings += manifest_findings(found, powers, manifest)
    again: BlockHeader = yield GetBlock(found.block.number)
    if again.hash != found.block.hash:
        raise Reorganised(f"block {found.block.number}: replaced while it was read")
    order = {level: place for place, level in enumerate(Level)}
    return Audit(found, powers, tuple(sorted(findings, key=lambda one: order[one.level])))
