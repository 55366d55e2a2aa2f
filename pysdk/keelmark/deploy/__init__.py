"""Deploying a house and its parts, and the manifest that says where they are.

deployment = deploy(chain.signing(signer), Plan(lei=…, token=…, …))
write_manifest(deployment, manifest_path(Path("deployments"), deployment))
chain.run(verify(read_manifest(path, chain_id=chain.chain_id())))
"""

from keelmark.deploy.kit import deploy, deployment
from keelmark.deploy.manifest import manifest_path, read_manifest, verify, write_manifest
from keelmark.deploy.plan import DeployedContract, Deployment, Plan

__all__ = [
    "DeployedContract",
    "Deployment",
    "Plan",
    "deploy",
    "deployment",
    "manifest_path",
    "read_manifest",
    "verify",
    "write_manifest",
]
