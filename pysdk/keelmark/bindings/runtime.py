"""What generated bindings share: building operations, decoding results and events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any, ClassVar, Protocol, Self, TypeVar

from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from keelmark.chain.operations import BlockId, Call, Operation, RawLog, Receipt, Transact
from keelmark.errors import (
    DecodingFailed,
    InputError,
    KeelmarkError,
    Reverted,
    translate_revert,
)

__all__ = ["Event", "checksum", "create", "decode_log", "plain", "read", "send"]

T = TypeVar("T")

checksum = to_checksum_address


def plain(value: Any) -> Any:
    """A value as the ABI encoder wants it: dataclasses as tuples, sequences as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return tuple(plain(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [plain(item) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class Signature:
    """A function's signature, taken apart."""

    name: str
    selector: bytes
    types: tuple[str, ...]
    """ABI types of the arguments."""
    arguments: tuple[str, ...]
    """Names of the arguments."""


def split_types(text: str) -> tuple[str, ...]:
    """The parts of a list of ABI types, split at the commas outside of brackets."""
    parts: list[str] = []
    depth = start = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return (*parts, text[start:].strip()) if text.strip() else ()


@lru_cache(maxsize=1024)
def parse(signature: str) -> Signature:
    """Takes ``name(type argument,…)`` apart; a constructor's has no name."""
    name, _, rest = signature.partition("(")
    pairs = [part.rpartition(" ") for part in split_types(rest.removesuffix(")"))]
    types = tuple(kind for kind, _, _ in pairs)
    selector = keccak(text=f"{name}({','.join(types)})")[:4] if name else b""
    return Signature(name, bytes(selector), types, tuple(argument for _, _, argument in pairs))


def _encode(where: str, signature: Signature, values: Sequence[Any]) -> bytes:
    """Calldata.

    Raises:
        InputError: an argument does not fit its type; the text names it.
    """
    flat = [plain(value) for value in values]
    try:
        return signature.selector + bytes(abi_encode(signature.types, flat))
    except (EncodingError, TypeError, ValueError, OverflowError):
        named = zip(signature.arguments, signature.types, flat, strict=True)
        for name, kind, value in named:
            try:
                abi_encode([kind], [value])
            except (EncodingError, TypeError, ValueError, OverflowError):
                raise InputError(f"{where}: {name} is {value!r}, expected {kind}") from None
        raise


def _decode(where: str, types: Sequence[str], data: bytes) -> tuple[Any, ...]:
    """Decoded outputs.

    Raises:
        DecodingFailed: the bytes are none; an address without code answers nothing at all.
    """
    try:
        return tuple(abi_decode(types, data))
    except (DecodingError, OverflowError) as error:
        told = f"{len(data)} bytes" if data else "nothing; is the contract there?"
        raise DecodingFailed(f"{where}: expected {', '.join(types)}, got {told}") from error


def _refused(refusal: Reverted, signature: Signature, values: Sequence[Any]) -> KeelmarkError:
    """A refusal with the numbers among the arguments."""
    named = zip(signature.arguments, values, strict=True)
    numbers = {
        name: value
        for name, value in named
        if isinstance(value, int) and not isinstance(value, bool)
    }
    return translate_revert(refusal, figures=numbers)


class Bound(Protocol):
    """A binding: something with an address."""

    @property
    def address(self) -> str:
        """Where the contract is."""


def read(
    binding: Bound,
    signature: str,
    values: Sequence[Any],
    outputs: str,
    shape: Callable[[tuple[Any, ...]], T],
    block: BlockId,
) -> Operation[T]:
    """The operation of a view function.

    Args:
        binding: the contract.
        signature: ``name(type argument,…)``.
        values: the arguments.
        outputs: ABI types of the results.
        shape: from decoded outputs to the typed result.
        block: at which block.
    """
    parsed = parse(signature)
    where = f"{type(binding).__name__}.{parsed.name}"
    try:
        answer: bytes = yield Call(binding.address, _encode(where, parsed, values), block)
    except Reverted as refusal:
        raise _refused(refusal, parsed, values) from None
    return shape(_decode(where, split_types(outputs), answer))


def send(
    binding: Bound, signature: str, values: Sequence[Any], gas: int | None
) -> Operation[Receipt]:
    """The operation of a function that changes state; see `read` for the arguments.

    Raises:
        Reverted: the contract refused; the numbers among the arguments go with it.
    """
    parsed = parse(signature)
    where = f"{type(binding).__name__}.{parsed.name}"
    try:
        data = _encode(where, parsed, values)
        receipt: Receipt = yield Transact(binding.address, data, gas=gas)
    except Reverted as refusal:
        raise _refused(refusal, parsed, values) from None
    return receipt


def create(
    contract: str, init_code: bytes, signature: str, values: Sequence[Any], gas: int | None
) -> Operation[Receipt]:
    """The operation of a deployment; the receipt names the contract.

    Raises:
        Reverted: the constructor refused.
    """
    parsed = parse(signature)
    try:
        data = init_code + _encode(contract, parsed, values)
        receipt: Receipt = yield Transact(None, data, gas=gas)
    except Reverted as refusal:
        raise _refused(refusal, parsed, values) from None
    return receipt


@dataclass(frozen=True, slots=True)
class Event:
    """Root of every event: indexed fields first, then the data, as in the contract."""

    NAME: ClassVar[str] = ""
    """The event's name in the ABI."""
    TOPIC: ClassVar[bytes] = b""
    """keccak256 of its signature."""
    INDEXED: ClassVar[tuple[str, ...]] = ()
    """ABI types of the indexed fields."""
    DATA: ClassVar[tuple[str, ...]] = ()
    """ABI types of the other fields, each one word."""

    @classmethod
    def decode(cls, topics: Sequence[bytes], data: bytes) -> Self:
        """The event in a log.

        Raises:
            DecodingFailed: the log is of another event or another shape.
        """
        indexed, words = cls.INDEXED, cls.DATA
        if (
            not topics
            or topics[0] != cls.TOPIC
            or len(topics) != len(indexed) + 1
            or len(data) != 32 * len(words)
        ):
            raise DecodingFailed(
                f"{cls.NAME}: expected its topic, {len(indexed)} indexed fields and "
                f"{32 * len(words)} bytes of data"
            )
        first = [_word(kind, word) for kind, word in zip(indexed, topics[1:], strict=True)]
        rest = [_word(kind, data[32 * place : 32 * place + 32]) for place, kind in enumerate(words)]
        return cls(*first, *rest)


def _word(kind: str, word: bytes) -> Any:
    """One static word as a value.

    Raises:
        DecodingFailed: the word is outside the type's range.
    """
    if kind.startswith("uint"):
        number = int.from_bytes(word, "big")
        if number >> int(kind[4:]):
            raise DecodingFailed(f"event: {kind} expected, got {number}")
        return number
    if kind.startswith("int"):
        number = int.from_bytes(word, "big", signed=True)
        bound = 1 << (int(kind[3:]) - 1)
        if not -bound <= number < bound:
            raise DecodingFailed(f"event: {kind} expected, got {number}")
        return number
    if kind == "address":
        if any(word[:12]):
            raise DecodingFailed("event: address expected, got a longer word")
        return checksum(word[12:])
    if kind == "bool":
        if word[:-1].strip(b"\x00") or word[-1] > 1:
            raise DecodingFailed("event: bool expected, got another word")
        return word[-1] == 1
    return word[: int(kind[5:])]


def decode_log(log: RawLog, events: Mapping[bytes, type[Event]]) -> Event:
    """The typed event of a log.

    Args:
        log: a log of a contract of the kit.
        events: event classes by topic.

    Raises:
        DecodingFailed: none of them has the log's topic. A reader that skipped what it does not
            know would miss what matters most.
    """
    kind = events.get(log.topics[0]) if log.topics else None
    if kind is None:
        topic = log.topics[0].hex() if log.topics else "none"
        raise DecodingFailed(f"event: {log.address} logged the unknown topic {topic}")
    return kind.decode(log.topics, log.data)


def decode_logs(logs: Iterable[RawLog], events: Mapping[bytes, type[Event]]) -> tuple[Event, ...]:
    """The typed events of several logs, in their order."""
    return tuple(decode_log(log, events) for log in logs)
