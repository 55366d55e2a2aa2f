"""One contract made real: a transaction to the factory, and all that may happen to it.

A transaction takes the sender's next nonce, and whatever becomes of it, nothing else of this
deployment is sent until that nonce is used up. So at any moment at most one transaction can be in
doubt, and it is known: it is noted in the journal before it leaves. While its nonce is free it is
watched: gone from the node, it is sent again; waiting too long, another one with the same nonce
takes its place and pays more; and where the next block costs more than the cap, nothing is sent at
all until it does not. A contract cannot be created twice whatever happens, since its address
follows from its code: a second transaction would fail at the factory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from keelmark.chain.operations import GetCode, Operation
from keelmark.chain.signed_transaction import check_signed, transaction_hash
from keelmark.chain.transactions import (
    EstimateGas,
    Fees,
    GetBalance,
    GetFees,
    GetNonce,
    GetOutcome,
    GetTransaction,
    KnownTransaction,
    Pause,
    SendRaw,
    SignFields,
    TransactionOutcome,
)
from keelmark.deploy.act.fees import Price, first_price, next_price
from keelmark.deploy.act.journal import Journal, Sent
from keelmark.deploy.act.refusals import Refusal, refusal_in
from keelmark.deploy.act.settings import DeploymentStopped, Settings, Teller, ether, gwei
from keelmark.deploy.factory import FACTORY
from keelmark.deploy.steps import Step
from keelmark.errors import InputError, RpcRefused

__all__ = ["CreationFailed", "Sender", "check_funds"]

_TRANSACTION_GAS_LIMIT = 2**24
"""Gas that a transaction may have (EIP-7825)."""

_SETTLING_LOOKS = 5
"""How often a used nonce's outcome is looked for: nodes behind one address are not of one mind."""


class CreationFailed(DeploymentStopped):
    """A transaction that should have created a contract is in a block and did not."""


@dataclass(slots=True)
class _Slot:
    """A nonce, and what was sent with it for one contract."""

    nonce: int
    sent: list[Sent] = field(default_factory=list)
    raws: dict[bytes, bytes] = field(default_factory=dict)
    """Signed transactions of this process, by hash: to be sent again without another signature."""
    accepted: set[bytes] = field(default_factory=set)
    """Hashes of those that the node took from this process."""
    floor: Price | None = None
    """What the node found too little; the next one pays an eighth more."""
    waited: float = 0.0
    """Seconds since something was sent."""
    idle: float = 0.0
    """Seconds since anything moved."""


class Sender:
    """Sends for one account, one contract after another."""

    def __init__(
        self, chain_id: int, address: str, settings: Settings, journal: Journal, teller: Teller
    ) -> None:
        self._chain_id = chain_id
        self._address = address
        self._settings = settings
        self._journal = journal
        self._teller = teller

    def create(self, step: Step) -> Operation[None]:
        """Sends what creates a contract, until the nonce that it takes is used up.

        Whether the contract is there then, the caller looks up: a reorganisation, or somebody
        else's transaction, may have made it otherwise.

        Raises:
            Reverted: the chain says that the creation would fail; nothing was sent for it.
            InputError: the sender cannot pay.
            CreationFailed: it failed all the same.
            DeploymentStopped: nothing moves any more.
        """
        slot = yield from self._slot(step)
        if slot is None:
            return
        gas: int | None = None
        while True:
            if (yield from self._settled(step, slot)) or (yield from self._cut_off(slot)):
                return
            waiting = yield from self._waiting(slot.sent)
            stuck = bool(waiting) and slot.waited >= self._settings.stuck_seconds
            if not waiting or stuck:
                if gas is None:
                    gas = yield from self._gas(step)
                yield from self._offer(step, slot, gas, waiting)
            yield from self._pause(slot, f"{step.name}: nonce {slot.nonce} is not used up")

    def _slot(self, step: Step) -> Operation[_Slot | None]:
        """The nonce to use: that of a transaction which waits for this contract, else the next
        one when everything else of the sender's is through; None if the contract is there by
        then."""
        for one in (yield from self._waiting(self._journal.of(step.address))):
            if one.sender == self._address and one.nonce < (
                yield GetNonce(self._address, "pending")
            ):
                self._teller.tell("waiting", step.name, f"finds {_shown(one)} waiting")
                return _Slot(one.nonce, list(self._journal.at(self._address, one.nonce)))
        slot = _Slot(-1)
        while True:
            nonce: int = yield GetNonce(self._address)
            if nonce != slot.nonce:
                slot = _Slot(nonce, list(self._journal.at(self._address, nonce)))
            count = (yield GetNonce(self._address, "pending")) - nonce
            others = yield from self._waiting_of_others(step)
            if count <= 0 and not others:
                return slot
            ours = yield from self._waiting(slot.sent)
            if slot.idle >= self._settings.stuck_seconds and (ours or count <= 0):
                # Ours, but for a contract that is not wanted any more: its place is taken. Or
                # another sender's for this contract: it is left behind.
                return slot
            text = (
                f"waits for {count} earlier transactions of {self._address}, nonce {slot.nonce} on"
                if count > 0
                else f"waits for {_shown(others[0])} of {others[0].sender}"
            )
            self._teller.tell("waiting", step.name, text)
            yield from self._pause(slot, f"{step.name}: {text}")
            if (yield GetCode(step.address)):
                return None

    def _settled(self, step: Step, slot: _Slot) -> Operation[bool]:
        """Whether the nonce is used up.

        Raises:
            CreationFailed: by a creation that failed, and the contract is not there.
        """
        for look in range(_SETTLING_LOOKS):
            for one in slot.sent:
                outcome: TransactionOutcome | None = yield GetOutcome(one.hash)
                if outcome is None:
                    continue
                if one.address != step.address:
                    return True
                if not outcome.succeeded and not (yield GetCode(step.address)):
                    raise CreationFailed(
                        f"{step.name}: its creation failed in transaction 0x{one.hash.hex()} of "
                        f"block {outcome.block_number}, which used {outcome.gas_used} gas"
                    )
                text = f"created in block {outcome.block_number} for {outcome.gas_used} gas"
                self._teller.tell("made", step.name, text)
                return True
            if (yield GetNonce(self._address)) <= slot.nonce:
                return False
            if look + 1 < _SETTLING_LOOKS:
                yield Pause(self._settings.poll_seconds)
        return True

    def _cut_off(self, slot: _Slot) -> Operation[bool]:
        """Whether a reorganisation has taken a nonce before this one, which nothing waits to use:
        no transaction with this one can be mined until that is filled."""
        if (yield GetNonce(self._address)) >= slot.nonce:
            return False
        return bool((yield GetNonce(self._address, "pending")) < slot.nonce)

    def _waiting(self, sent: tuple[Sent, ...] | list[Sent]) -> Operation[list[Sent]]:
        """Those that the node knows and that are in no block."""
        found: list[Sent] = []
        for one in sent:
            known: KnownTransaction | None = yield GetTransaction(one.hash)
            if known is not None and known.block_number is None:
                found.append(one)
        return found

    def _waiting_of_others(self, step: Step) -> Operation[list[Sent]]:
        """Those for this contract that another account sent in an earlier run."""
        sent = [one for one in self._journal.of(step.address) if one.sender != self._address]
        return (yield from self._waiting(sent))

    def _gas(self, step: Step) -> Operation[int]:
        """The gas limit of the transaction: the chain's estimate and a margin."""
        estimate: int = yield EstimateGas(self._address, FACTORY, step.calldata)
        wanted = estimate * self._settings.gas_margin_percent // 100
        return min(wanted, max(estimate, _TRANSACTION_GAS_LIMIT))

    def _offer(self, step: Step, slot: _Slot, gas: int, waiting: list[Sent]) -> Operation[None]:
        """Sends the transaction, or another one in its place, if the fees allow it."""
        last = slot.sent[-1] if slot.sent and slot.sent[-1].hash in slot.raws else None
        fees: Fees = yield GetFees()
        too_little = [one.price for one in waiting] + ([slot.floor] if slot.floor else [])
        cap = self._settings.max_fee
        if too_little:
            price = next_price(max(too_little, key=lambda one: one.max_fee), fees, cap)
        else:
            price = first_price(fees, cap)
        if price is None:
            self._wait_for_fees(step, slot, fees, waiting)
        elif waiting and (yield GetBalance(self._address)) < gas * price.max_fee:
            # What waits may be mined yet: that is no reason to stop.
            text = f"{_shown(waiting[-1])}; the sender cannot pay an eighth more"
            self._teller.tell("waiting", step.name, text)
        elif last is not None and not too_little:
            if last.hash in slot.accepted:
                text = f"{_shown(last)} was gone"
                self._teller.tell("sent again", step.name, text)
            yield from self._hand_over(step, slot, last, waiting)
        else:
            sent = yield from self._signed(step, slot, price, gas)
            self._teller.tell("replaced" if waiting else "sent", step.name, _shown(sent))
            yield from self._hand_over(step, slot, sent, waiting)

    def _wait_for_fees(self, step: Step, slot: _Slot, fees: Fees, waiting: list[Sent]) -> None:
        """Says why nothing is sent. Gas that costs more than the cap is waited out, however long it
        takes."""
        now, cap = fees.tip + (fees.base_fee or 0), self._settings.max_fee
        if cap is not None and now > cap:
            slot.idle = 0.0
            text = f"gas costs {gwei(now)}, more than the cap of {gwei(cap)}"
        elif waiting:
            text = f"{_shown(waiting[-1])}; paying an eighth more is too much"
        else:
            text = "the node wants more than may be paid"
        self._teller.tell("waiting", step.name, text, topic="fees")

    def _signed(self, step: Step, slot: _Slot, price: Price, gas: int) -> Operation[Sent]:
        """A transaction signed and noted, but not sent.

        Raises:
            InputError: the sender cannot pay, or the client signs for somebody else.
        """
        yield from check_funds(self._address, gas * price.max_fee, step.name)
        fields: dict[str, Any] = {
            "chainId": self._chain_id,
            "nonce": slot.nonce,
            "gas": gas,
            "value": 0,
            "data": step.calldata,
            "to": FACTORY,
            **price.fields(),
        }
        raw: bytes = yield SignFields(fields)
        check_signed(raw, fields, self._address)
        sent = Sent(
            step.name, step.address, self._address, slot.nonce, transaction_hash(raw), price
        )
        self._journal.record(sent)
        slot.sent.append(sent)
        slot.raws[sent.hash] = raw
        return sent

    def _hand_over(
        self, step: Step, slot: _Slot, sent: Sent, waiting: list[Sent]
    ) -> Operation[None]:
        """Sends a transaction; what the node says against it decides what is tried next.

        Raises:
            InputError: the sender cannot pay for it.
            RpcRefused: for a reason that time does not mend.
        """
        slot.waited, slot.floor = 0.0, None
        try:
            yield SendRaw(slot.raws[sent.hash])
        except RpcRefused as error:
            refusal = refusal_in(str(error))
            if refusal is Refusal.FUNDS:
                raise InputError(
                    f"funds: {self._address} cannot pay for {step.name}; {error}"
                ) from None
            if refusal is Refusal.OTHER:
                raise
            if refusal is Refusal.UNDERPRICED or (refusal is Refusal.REPLACES and waiting):
                slot.floor = sent.price
            elif refusal is Refusal.REPLACES:
                # Of ours nothing waits there: whoever sent it may need it, so it is left alone.
                text = f"another transaction of {self._address} with nonce {slot.nonce} waits"
                self._teller.tell("waiting", step.name, text)
        else:
            slot.idle = 0.0
            slot.accepted.add(sent.hash)

    def _pause(self, slot: _Slot, about: str) -> Operation[None]:
        """Lets time pass.

        Raises:
            DeploymentStopped: nothing has moved for too long.
        """
        yield Pause(self._settings.poll_seconds)
        slot.waited += self._settings.poll_seconds
        slot.idle += self._settings.poll_seconds
        if slot.idle > self._settings.patience_seconds:
            raise DeploymentStopped(
                f"{about}, and nothing has moved for {self._settings.patience_seconds:.0f} "
                "seconds; running again goes on from there"
            )


def check_funds(address: str, wei: int, purpose: str) -> Operation[None]:
    """Refuses an account that cannot pay.

    Args:
        address: whose.
        wei: what is needed at most.
        purpose: what for.

    Raises:
        InputError: says what is there and what is needed.
    """
    balance: int = yield GetBalance(address)
    if balance < wei:
        raise InputError(
            f"funds: {address} has {ether(balance)}, expected {ether(wei)} or more for {purpose}"
        )


def _shown(sent: Sent) -> str:
    """A transaction in a line."""
    price = f"{gwei(sent.price.max_fee)} at most"
    return f"transaction 0x{sent.hash.hex()} with nonce {sent.nonce}, {price} a gas"
