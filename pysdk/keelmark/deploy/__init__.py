"""Deploying a house and its parts, and the manifest that says where they are.

deployment = deploy(chain.signing(signer), Plan(lei=…, token=…, …))     # on a chain of one's own
write_manifest(deployment, manifest_path(Path("deployments"), deployment))
chain.run(verify(load("keelmark", chain.chain_id())))

Through the deterministic factory, at the same addresses on every chain: `propose` says what would
be done, `simulate.simulate` what it takes, `act.act` does it, `record.recorded` is what came of it.
"""

from keelmark.deploy.house_file import House, read_house
from keelmark.deploy.kit import deploy, deployment
from keelmark.deploy.loading import load
from keelmark.deploy.manifest import manifest_path, read_manifest, verify, write_manifest
from keelmark.deploy.plan import DeployedContract, Deployment, HeldRole, Plan
from keelmark.deploy.proposal import Proposal, propose

__all__ = [
    "DeployedContract",
    "Deployment",
    "HeldRole",
    "House",
    "Plan",
    "Proposal",
    "deploy",
    "deployment",
    "load",
    "manifest_path",
    "propose",
    "read_house",
    "read_manifest",
    "verify",
    "write_manifest",
]
