"""Without any service: the code is rebuilt from the standard JSON and compared with the chain's."""

from __future__ import annotations

from eth_utils.crypto import keccak

from keelmark.chain.standard_json import rebuild
from keelmark.deploy.factory import address_of_hash
from keelmark.deploy.plan import DeployedContract
from keelmark.releases import current
from keelmark.source_verification.claim import Claim
from keelmark.source_verification.outcome import Outcome, Verdict

__all__ = ["check_offline"]


def check_offline(
    claim: Claim, contract: DeployedContract, factory: str, code: bytes | None = None
) -> Outcome:
    """Rebuilds a contract and compares it, byte for byte.

    Args:
        claim: the contract and its sources.
        contract: the same contract in the manifest, with its init code's hash and its salt.
        factory: the factory that created it; empty if it was created plainly.
        code: the deployed code, as the chain has it; None compares with the manifest alone, from
            whose init-code hash the address follows.

    Raises:
        vyper.exceptions.VyperException: the compiler refuses the sources.
    """
    rebuilt = rebuild(claim.given)
    init_code = bytes.fromhex(rebuilt["bytecode"][2:]) + claim.constructor_arguments
    runtime = bytes.fromhex(rebuilt["bytecode_runtime"][2:])
    compared = ["init code"]
    if "0x" + keccak(init_code).hex() != contract.init_code_hash:
        return Outcome(Verdict.REFUSED, "init code rebuilt from the sources is another")
    if factory and contract.salt:
        salt = bytes.fromhex(contract.salt[2:])
        if address_of_hash(salt, keccak(init_code), factory) != claim.address:
            return Outcome(Verdict.REFUSED, "the address does not follow from the init code")
        compared.append("address")
    if code is not None:
        immutables = 32 * len(current().contract(claim.name).immutables)
        if not code:
            return Outcome(Verdict.REFUSED, "the chain has no code there")
        if "0x" + keccak(code).hex() != contract.code_hash:
            return Outcome(Verdict.REFUSED, "the chain's code is not the manifest's")
        if code[: len(runtime)] != runtime or len(code) != len(runtime) + immutables:
            return Outcome(Verdict.REFUSED, "the chain's code is not what the sources compile to")
        compared.append(f"{len(runtime)} bytes of code")
        if immutables:
            compared[-1] += f" before {immutables} of immutables"
    return Outcome(Verdict.VERIFIED, "equal: " + ", ".join(compared))
