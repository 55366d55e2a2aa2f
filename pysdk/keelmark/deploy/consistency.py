"""Whether a manifest agrees with itself: what somebody altered by hand is named.

An address follows from the factory, the salt and the hash of the init code; the arguments with
which a contract was built name other contracts, the token and the house. What only a chain can say
(code, transactions, blocks) is `manifest.verify`'s to compare.
"""

from __future__ import annotations

from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address

from keelmark.deploy.factory import address_of_hash
from keelmark.deploy.plan import DeployedContract, Deployment
from keelmark.deploy.wiring import CONTRACT_OF, PARAMETERS
from keelmark.errors import InputError
from keelmark.identifiers import pack_lei

__all__ = ["check_consistent"]


def check_consistent(deployment: Deployment, where: str) -> None:
    """Compares what a manifest says twice.

    Args:
        deployment: as it was read.
        where: the file, for the sentence.

    Raises:
        InputError: names the field that does not follow from the others.
    """
    for contract in deployment.contracts.values():
        _check_address(deployment, contract, where)
        _check_arguments(deployment, contract, where)


def _check_address(deployment: Deployment, contract: DeployedContract, where: str) -> None:
    """That a contract is where its factory puts it."""
    if not contract.salt:
        return
    name = contract.name
    if not deployment.factory:
        raise InputError(f"manifest: salt of {name} in {where}, expected none without a factory")
    if not contract.init_code_hash:
        raise InputError(f"manifest: init_code_hash of {name} in {where}, expected one with a salt")
    salt, init_code_hash = (
        bytes.fromhex(text[2:]) for text in (contract.salt, contract.init_code_hash)
    )
    follows = address_of_hash(salt, init_code_hash, deployment.factory)
    if follows != contract.address:
        raise InputError(
            f"manifest: address of {name} in {where} is {contract.address}, its factory, salt and "
            f"init_code_hash give {follows}; the file was altered"
        )


def _check_arguments(deployment: Deployment, contract: DeployedContract, where: str) -> None:
    """That a contract was built with what the manifest says of the others and of the house."""
    words = bytes.fromhex(contract.constructor_arguments[2:])
    named = PARAMETERS.get(contract.name, ())
    if not contract.init_code_hash and not words:
        return  # it was there before, or the manifest is of the first version
    if len(words) != 32 * len(named):
        raise InputError(
            f"manifest: constructor_arguments of {contract.name} in {where}, expected "
            f"{len(named)} words, not {len(words) // 32}"
        )
    try:
        values = decode([kind for _, kind in named], words)
    except DecodingError:
        raise InputError(
            f"manifest: constructor_arguments of {contract.name} in {where}, expected "
            + ", ".join(f"{kind} {name}" for name, kind in named)
        ) from None
    known = _known(deployment)
    for (name, kind), value in zip(named, values, strict=True):
        told = to_checksum_address(value) if kind == "address" else value
        if name in known and known[name][1] != told:
            field, expected = known[name]
            raise InputError(
                f"manifest: {field} in {where} is {expected}, {contract.name} was built with {told}"
            )


def _known(deployment: Deployment) -> dict[str, tuple[str, Any]]:
    """By argument: the field of the manifest that says the same, and what it says."""
    found: dict[str, tuple[str, Any]] = {
        argument: (f"address of {name}", deployment.contracts[name].address)
        for argument, name in CONTRACT_OF.items()
    }
    found["token"] = ("token", deployment.token)
    found["token_feed"] = ("tokenFeed", deployment.token_feed)
    found["regime"] = ("regime", int(deployment.regime))
    found["lei"] = ("lei", pack_lei(deployment.lei))
    return found
