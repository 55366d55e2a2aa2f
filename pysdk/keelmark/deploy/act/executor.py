"""Makes a plan's steps real, one after another, until all of them are there for good.

What is there, the chain says, each time anew: a run that was killed, one that found half of it
made, and one under which the chain was reorganised are the same run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.chain.operations import BlockHeader, GetBlock, GetChainId, GetCode, Operation
from keelmark.chain.transactions import Fees, GetFees, Pause
from keelmark.deploy.act.creation import Made, creations
from keelmark.deploy.act.journal import Journal
from keelmark.deploy.act.patience import patient
from keelmark.deploy.act.sender import CreationFailed, Sender, check_funds
from keelmark.deploy.act.settings import DeploymentStopped, Progress, Settings, Teller
from keelmark.deploy.factory import FACTORY, FACTORY_CODE_HASH
from keelmark.deploy.steps import Step
from keelmark.errors import ChainMismatch, NoSuchBlock, Reverted, RpcRefused

__all__ = ["act"]

_TRIES = 5
"""How often a contract may be gone again as soon as it was made."""


def act(
    steps: Sequence[Step],
    sender: str,
    *,
    settings: Settings | None = None,
    journal: Journal | None = None,
    gas: Mapping[str, int] | None = None,
    progress: Progress | None = None,
    chain_id: int | None = None,
) -> Operation[tuple[Made, ...]]:
    """The operation that creates the contracts that are missing; run by a client that signs.

    Args:
        steps: all contracts, in an order in which none needs a later one.
        sender: who pays; the client's signer signs for it. It is given no power by this.
        settings: how; see `Settings`.
        journal: of the earlier runs, from `open_journal`; without it nothing outlives this one.
        gas: what the missing ones will use, by name, if it is known: the sender must have enough
            for all of them before the first one is sent.
        progress: told what happens.
        chain_id: of the chain that this was planned for; without it whichever the node is of. A
            signature counts on the chain that it names, whatever was shown to whom.

    Returns:
        one each, in the order of the steps: those that were there as well.

    Raises:
        ChainMismatch: it is another chain, the factory is missing, or other code is at an address;
            nothing was sent.
        InputError: the sender cannot pay.
        DeploymentStopped: a creation fails, or nothing moves any more; what was made stays.
        RpcUnreachable: the node does not answer, asked several times.
    """
    chosen = settings or Settings()
    teller = Teller(progress)
    return patient(
        _act(
            steps,
            to_checksum_address(sender),
            chosen,
            journal if journal is not None else Journal(),
            gas or {},
            teller,
            chain_id,
        ),
        chosen,
        teller,
    )


def _act(
    steps: Sequence[Step],
    sender: str,
    settings: Settings,
    journal: Journal,
    gas: Mapping[str, int],
    teller: Teller,
    planned_for: int | None,
) -> Operation[tuple[Made, ...]]:
    chain_id: int = yield GetChainId()
    if planned_for not in (None, chain_id):
        raise ChainMismatch(
            f"chain: the node says {chain_id}, expected the plan's, {planned_for}; nothing was sent"
        )
    if keccak((yield GetCode(FACTORY))) != FACTORY_CODE_HASH:
        raise ChainMismatch(
            f"factory: chain {chain_id} has no deterministic factory at {FACTORY}, so that no "
            "address could be the same there as elsewhere; nothing was sent"
        )
    hands = Sender(chain_id, sender, settings, journal, teller)
    missing = yield from _missing(steps)
    there = [step for step in steps if step not in missing]
    for step in there:
        teller.tell("there", step.name, f"is at {step.address}")
    yield from _check_purse(missing, sender, settings, gas)
    vain: Counter[str] = Counter()
    while True:
        for step in missing:
            if not (yield from _made(step, steps, hands)):
                _check_vain(vain, step)
                break
            there.append(step)
        made = yield from _confirmed(steps, journal, settings, teller)
        if made is not None:
            return made
        missing = yield from _missing(steps)
        for step in missing:
            if step in there:
                there.remove(step)
                text = f"is at {step.address} no more, and is sent anew"
                teller.tell("gone", step.name, text)


def _check_vain(vain: Counter[str], step: Step) -> None:
    """Counts a step that was sent and is not there.

    Raises:
        DeploymentStopped: too often for reorganisations: something is wrong, and each costs gas.
    """
    vain[step.name] += 1
    if vain[step.name] == _TRIES:
        raise DeploymentStopped(
            f"{step.name}: is not at {step.address}, although it was tried {_TRIES} times"
        )


def _made(step: Step, steps: Sequence[Step], hands: Sender) -> Operation[bool]:
    """One step; whether it is there afterwards.

    Raises:
        DeploymentStopped: its creation fails, and it is not for want of another step.
    """
    try:
        yield from hands.create(step)
    except (Reverted, CreationFailed) as failure:
        absent = yield from _missing(steps)
        earlier = steps[: steps.index(step)]
        if step not in absent or any(one in absent for one in earlier):
            return step not in absent
        if isinstance(failure, CreationFailed):
            raise
        raise DeploymentStopped(
            f"{step.name}: the chain refuses its creation, {failure}; nothing was sent for it"
        ) from None
    return bool((yield GetCode(step.address)))


def _missing(steps: Sequence[Step]) -> Operation[list[Step]]:
    """The steps whose contract is not there.

    Raises:
        ChainMismatch: something else is there.
    """
    absent: list[Step] = []
    for step in steps:
        code: bytes = yield GetCode(step.address)
        if not code:
            absent.append(step)
        elif step.code_hash is not None and keccak(code) != step.code_hash:
            raise ChainMismatch(
                f"{step.name}: other code is at {step.address}, with hash 0x{keccak(code).hex()}, "
                f"expected 0x{step.code_hash.hex()}"
            )
    return absent


def _check_purse(
    missing: Sequence[Step], sender: str, settings: Settings, gas: Mapping[str, int]
) -> Operation[None]:
    """Refuses a sender that could not pay for all that is missing, as far as its gas is known, if
    the next block's prices stayed.

    Raises:
        InputError: says what is there and what is needed.
    """
    total = sum(gas.get(step.name, 0) for step in missing)
    fees: Fees = yield GetFees()
    price = min(fees.tip + (fees.base_fee or 0), settings.max_fee or 2**256)
    if total:
        yield from check_funds(sender, total * price, f"{len(missing)} contracts")


def _confirmed(
    steps: Sequence[Step], journal: Journal, settings: Settings, teller: Teller
) -> Operation[tuple[Made, ...] | None]:
    """What was made, once enough blocks hold all of it; None if some of it is gone.

    Raises:
        DeploymentStopped: there are no new blocks.
    """
    waited, newest = 0.0, -1
    while True:
        if (yield from _missing(steps)):
            return None
        head: BlockHeader = yield GetBlock()
        block = max(0, head.number - settings.confirmations + 1)
        if (yield from _all_there(steps, block)):
            made = yield from creations(steps, journal, head)
            if made is not None:
                return made
        if head.number != newest:
            waited, newest = 0.0, head.number
        if waited > settings.patience_seconds:
            raise DeploymentStopped(
                f"confirmations: block {newest} has been the newest for {waited:.0f} seconds; "
                "all contracts are there, and running again goes on from there"
            )
        text = f"for {settings.confirmations} confirmations, at block {head.number}"
        teller.tell("waiting", "", text)
        yield Pause(settings.poll_seconds)
        waited += settings.poll_seconds


def _all_there(steps: Sequence[Step], block: int) -> Operation[bool]:
    """Whether a block holds all contracts."""
    for step in reversed(steps):
        try:
            if not (yield GetCode(step.address, block)):
                return False
        except (NoSuchBlock, RpcRefused):
            return False
    return True
