"""What can go wrong, as types.

Every failure that a caller is meant to handle is a `KeelmarkError`; its text is one sentence that
names the field and says what was expected. A subclass also inherits the builtin exception that a
caller would catch by habit.
"""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from keelmark.types import GateReason


class KeelmarkError(Exception):
    """Root of every error that this package raises on purpose."""


class InputError(KeelmarkError, ValueError):
    """A value given by the user is malformed or outside its range."""


class RpcUnreachable(KeelmarkError, ConnectionError):
    """No JSON-RPC node answers at the given address."""


class RpcRefused(KeelmarkError, RuntimeError):
    """The node answered a request with an error that is not a revert."""

    def __init__(self, message: str, code: int = 0, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        """JSON-RPC error code; 0 if there was none."""
        self.data = data
        """What the node said beside: a suggested range, a reason; None if nothing."""


class NoSuchBlock(KeelmarkError, LookupError):
    """The chain does not have, or no longer has, the block asked for."""


class Reorganised(KeelmarkError, RuntimeError):
    """The chain replaced blocks while they were read; what was read is thrown away."""


class ReceiptTimeout(KeelmarkError, TimeoutError):
    """A transaction was sent and not mined in time; it may still be."""


class SigningRequired(KeelmarkError, PermissionError):
    """A client that only reads was asked to send a transaction."""


class StoreFailed(KeelmarkError, RuntimeError):
    """A store could not be opened, read or written; what was to be written is not there."""


class DecodingFailed(KeelmarkError, ValueError):
    """Bytes from a chain do not have the shape that the contract's interface gives them."""


class ChainMismatch(InputError):
    """A deployment belongs to another chain, or its contracts are not the ones written down."""


class Reverted(KeelmarkError, RuntimeError):
    """A contract refused. Its text is the reason; the fields say where and by which rule."""

    def __init__(
        self,
        reason: str,
        *,
        rule: str | None = None,
        figures: Mapping[str, int] | None = None,
        data: bytes = b"",
    ) -> None:
        self.reason = reason
        """The contract's own words, as in ``"house: below initial margin"``."""
        self.module = reason.partition(":")[0] if ": " in reason else ""
        """The part that refused (``house``, ``matcher``); empty if the revert had no reason."""
        self.rule = rule
        """Id of the rule that bit, or None if no threshold of the rulebook is behind it."""
        self.figures: Mapping[str, int] = MappingProxyType(dict(figures or {}))
        """The numbers that failed, by name, as far as the caller knew them."""
        self.data = data
        """The revert's bytes."""
        super().__init__(reason)

    def __str__(self) -> str:
        known = ", ".join(f"{name} {number}" for name, number in self.figures.items())
        parts = [self.reason, f"rule {self.rule}" if self.rule else "", known]
        return "; ".join(part for part in parts if part)


class GateRefusal(Reverted, PermissionError):
    """The action gate does not let this party do this now."""

    def __init__(self, gate: GateReason, module: str = "house", **fields: Any) -> None:
        self.gate = gate
        """Why, as the gate's own enumeration."""
        words = gate.name.lower().replace("_", " ")
        super().__init__(f"{module}: gate {gate.value}, {words}", **fields)


class MarginRefusal(Reverted, ValueError):
    """Equity would not cover the initial margin, or the account may not take more risk."""


class PriceRefusal(Reverted, ValueError):
    """A price is stale, outside the band, or has just jumped."""


class DomainRefusal(Reverted, ValueError):
    """An argument is outside what an option can be priced at, or no price fits it."""


class RoleRefusal(Reverted, PermissionError):
    """The caller does not hold the role or own what it acts on."""


class MachineFailure(Reverted, ArithmeticError):
    """No reason was given: an overflow, a bad argument, or the gas ran out."""


# The threshold behind a refusal. A margin refusal is put down to the schedule's rate for crypto
# assets; a caller who knows the asset class, the client category or the regime names the rule that
# bound.
_RULES: Mapping[str, str] = MappingProxyType(
    {
        "board: minute observed": "SETTLEMENT_INTERVAL_SECONDS",
        "board: notice not over": "TIGHTENING_NOTICE_SECONDS",
        "board: sources disagree": "PRICE_DEVIATION_LIMIT_BPS",
        "board: volatility bounds": "VOLATILITY_MAX_BPS",
        "close-out: call not met": "MARGIN_CALL_SECONDS",
        "close-out: grace period": "PRICE_GRACE_SECONDS",
        "close-out: halted": "HALT_GRACE_SECONDS",
        "close-out: liquidators first": "BACKSTOP_DELAY_SECONDS",
        "close-out: not liquidatable": "CLOSE_OUT_BPS",
        "close-out: stale price": "PRICE_MAX_AGE_LIMIT_SECONDS",
        "house: below initial margin": "IM_CRYPTO_BPS",
        "house: no settlement price": "SETTLEMENT_MIN_OBSERVATIONS",
        "house: price outside the band": "PRICE_BAND_BPS",
        "house: price stale or jumped": "PRICE_JUMP_BPS",
        "house: shortfall grows": "IM_CRYPTO_BPS",
        "house: stale price": "PRICE_MAX_AGE_LIMIT_SECONDS",
        "house: too many positions": "MAX_POSITIONS",
        "house: too many underliers": "MAX_UNDERLIERS",
        "house: window not over": "FUNDING_WINDOW_SECONDS",
        "parties: bad effective date": "WARNING_NOTICE_MAX_SECONDS",
        "parties: bad review date": "POWER_REVIEW_MAX_SECONDS",
        "parties: cooling off": "CATEGORY_COOLING_OFF_SECONDS",
        "parties: halt too long": "HALT_MAX_SECONDS",
        "parties: list stale or silent": "SANCTIONS_LIST_MAX_AGE_SECONDS",
        "parties: not yet": "RECOVERY_DELAY_SECONDS",
        "parties: stale screening": "SCREENING_MAX_AGE_SECONDS",
        "parties: too late": "RECOVERY_WINDOW_SECONDS",
        "supervision: mandate not begun": "MANDATE_DELAY_SECONDS",
        "surface: stale node": "PRICE_MAX_AGE_LIMIT_SECONDS",
    }
)

_MARGIN_WORDS = (
    "margin",
    "shortfall",
    "deficit",
    "indebted",
    "collateral",
    "cash",
    "withdraw",
    "overshoot",
    "premium",
    "no options here",
)
_PRICING_MODULES = ("binomial", "black76", "fixed point", "implied", "risk")
_UNPRICED = ("surface: missing forward", "surface: missing tenor")
_PRICE_WORDS = ("price", "stale", "band", "jump", "grace")
_ROLE_WORDS = (
    "not the",
    "not a member",
    "not a reporter",
    "no authority",
    "out of scope",
    "power not held",
    "mandate not begun",
    "mandate over",
    "hold of another",
    "request of others",
)
_PRICELESS_MODULES = ("parties", "supervision", "sanctions")
_ERROR_SELECTOR = bytes.fromhex("08c379a0")


def revert_reason(data: bytes) -> str:
    """The reason string in a revert's bytes; empty if there is none.

    Args:
        data: what the call returned when it reverted.
    """
    if data[:4] != _ERROR_SELECTOR or len(data) < 68:
        return ""
    length = int.from_bytes(data[36:68], "big")
    return data[68 : 68 + length].decode("utf-8", "replace")


def reverted(
    reason: str,
    *,
    rule: str | None = None,
    figures: Mapping[str, int] | None = None,
    data: bytes = b"",
) -> Reverted:
    """The typed exception for a reason string.

    Args:
        reason: the contract's words; empty if it gave none.
        rule: id of the rule that bound, if the caller knows better than the reason tells.
        figures: numbers that failed, by name.
        data: the revert's bytes.
    """
    fields: dict[str, Any] = {
        "rule": rule or _RULES.get(reason),
        "figures": figures,
        "data": data,
    }
    module, _, words = reason.partition(": ")
    code = words.removeprefix("gate ")
    if code != words and code.isdigit() and int(code) in set(GateReason):
        return GateRefusal(GateReason(int(code)), module, **fields)
    if not reason:
        return MachineFailure("the contract reverted without a reason", **fields)
    if module == "machine":
        return MachineFailure(f"the machine stopped with {words}", **fields)
    if module in _PRICING_MODULES:
        return DomainRefusal(reason, **fields)
    if module == "roles" or any(word in words for word in _ROLE_WORDS):
        return RoleRefusal(reason, **fields)
    priced = module not in _PRICELESS_MODULES
    if reason in _UNPRICED or (priced and any(word in words for word in _PRICE_WORDS)):
        return PriceRefusal(reason, **fields)
    if module in ("house", "close-out") and any(word in words for word in _MARGIN_WORDS):
        return MarginRefusal(reason, **fields)
    return Reverted(reason, **fields)


def translate_revert(
    failure: object,
    *,
    rule: str | None = None,
    figures: Mapping[str, int] | None = None,
) -> KeelmarkError:
    """One typed exception for whatever a chain reports when a transaction or call fails.

    Takes eth-tester's ``TransactionFailed`` (whose text is the reason or the repr of the revert's
    bytes), web3's ``ContractLogicError`` (``message`` and ``data``), a node's JSON-RPC error
    object, the bare revert bytes, and a receipt whose status is 0 (which carries no reason).

    Args:
        failure: any of these.
        rule: id of the rule that bound, if the caller knows it.
        figures: the numbers that failed, by name (wad, bps or seconds as the name says).

    Returns:
        the exception, to be raised by the caller; `RpcRefused` if it was no revert.
    """
    if isinstance(failure, KeelmarkError):
        if isinstance(failure, Reverted) and (rule or figures):
            known = {**failure.figures, **(figures or {})}
            words = (
                failure.reason
                if not isinstance(failure, GateRefusal)
                else (f"{failure.module}: gate {failure.gate.value}")
            )
            return reverted(words, rule=rule or failure.rule, figures=known, data=failure.data)
        return failure
    words, data, code = _read_failure(failure)
    reason = revert_reason(data) or words
    if code not in (None, 3, -32000, -32015) and not data and "revert" not in words:
        return RpcRefused(f"rpc: the node refused the request, {words}", code or 0)
    for prefix in ("execution reverted: ", "execution reverted", "VM Exception: ", "revert: "):
        reason = reason.removeprefix(prefix)
    if code == -32000 and not data and "revert" not in words:
        if "gas" not in words:
            return RpcRefused(f"rpc: the node refused the request, {words}", code)
        reason = f"machine: {words}"
    if reason in ("empty revert", "data: ", "0x", "no data", "b''"):
        reason = ""
    return reverted(reason.strip(), rule=rule, figures=figures, data=data)


def _read_failure(failure: object) -> tuple[str, bytes, int | None]:
    """Words, revert bytes and JSON-RPC code of a failure, as far as it has them."""
    if isinstance(failure, bytes):
        return "", failure, None
    if isinstance(failure, Mapping):
        if "status" in failure and "code" not in failure:
            return "", b"", None
        body = failure.get("error", failure)
        return str(body.get("message", "")), _as_bytes(body.get("data")), int(body.get("code", 0))
    words = str(getattr(failure, "message", None) or (getattr(failure, "args", None) or ("",))[0])
    data = _as_bytes(getattr(failure, "data", None))
    bare = words.removeprefix("execution reverted: ")
    if not data and bare[:2] in ("b'", 'b"'):
        try:
            data, words = bytes(literal_eval(bare)), ""
        except (ValueError, SyntaxError):
            data = b""
    return words, data, None


def _as_bytes(value: object) -> bytes:
    """Revert data as bytes, from bytes, hexadecimal text or an object that wraps it."""
    if isinstance(value, Mapping):
        value = value.get("data") or value.get("result")
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, str) and value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            return b""
    return b""
