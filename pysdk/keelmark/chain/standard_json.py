"""The compiler's standard JSON input for a contract of ours, and the code rebuilt from it.

The input has every source that takes part, under its path below the contracts' parent folder, and
the settings that decide the code. Whoever gives it to ``vyper --standard-json`` of the same version
gets the same bytes, in any folder: explorers and Sourcify do nothing else. Its fields are those
that all of them take: ``language``, ``sources``, ``settings``.

Source: the Vyper documentation, "Compiling a Contract", "Compiler Input and Output JSON".
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from keelmark.chain.vyper_sources import cache_root, contracts_root, source_set, write_whole

__all__ = [
    "COMPILER_COMMIT",
    "COMPILER_VERSION",
    "EVM_VERSION",
    "StandardInput",
    "rebuild",
    "standard_input",
]

COMPILER_VERSION = "0.4.3"
COMPILER_COMMIT = "bff19ea2"
"""The commit that the compiler's long version names."""
EVM_VERSION = "prague"

_OUTPUTS = ("abi", "evm.bytecode.object", "evm.deployedBytecode.object", "layout")


@dataclass(frozen=True, slots=True)
class StandardInput:
    """A contract's standard JSON input."""

    name: str
    """The contract's name."""
    target: str
    """Its file in ``body["sources"]``."""
    body: dict[str, Any]
    """The input itself."""

    @property
    def text(self) -> str:
        """The input as it is sent; the same sources give the same bytes."""
        return json.dumps(self.body, sort_keys=True)

    @property
    def identifier(self) -> str:
        """File and contract, as explorers name it: ``contracts/margin/CloseOut.vy:CloseOut``."""
        return f"{self.target}:{self.name}"


def standard_input(source: Path) -> StandardInput:
    """The standard JSON input of a contract below ``contracts_root()``.

    Args:
        source: the contract's file.

    Raises:
        ValueError: the file, or one that it imports, is not below that folder.
    """
    source = source.resolve()
    base = contracts_root().parent
    sources: dict[str, dict[str, str]] = {}
    for name, content in source_set(source).items():
        path = Path(os.path.normpath(source.parent / name)).relative_to(base)
        sources[path.as_posix()] = {"content": content.decode("utf-8")}
    target = source.relative_to(base).as_posix()
    settings = {  # what is optimised for is the source's own pragma, else the compiler's default
        "evmVersion": EVM_VERSION,
        "bytecodeMetadata": False,
        "search_paths": ["."],
        "outputSelection": {target: ["*"]},
    }
    body = {"language": "Vyper", "sources": sources, "settings": settings}
    return StandardInput(source.stem, target, body)


def rebuild(given: StandardInput) -> dict[str, Any]:
    """Compiles a standard JSON input, once per content: the answer is kept in the cache.

    Args:
        given: the input; which outputs it selects does not count, as they decide no byte of code.

    Returns:
        ``abi``, ``bytecode`` and ``bytecode_runtime`` as hexadecimal text with ``0x``, ``layout``.

    Raises:
        vyper.exceptions.VyperException: the compiler refuses it.
    """
    settings = {**given.body["settings"], "outputSelection": {given.target: list(_OUTPUTS)}}
    body = {**given.body, "settings": settings}
    text = json.dumps(body, sort_keys=True)
    key = hashlib.sha256(f"{COMPILER_VERSION}\n{text}".encode()).hexdigest()
    store = cache_root() / "rebuilt" / f"{given.name}-{key[:40]}.json"
    try:
        found = json.loads(store.read_text("utf-8"))
        return {name: found[name] for name in ("abi", "bytecode", "bytecode_runtime", "layout")}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    made = _run(body)["contracts"][given.target][PurePosixPath(given.target).stem]
    output = {
        "abi": made["abi"],
        "bytecode": made["evm"]["bytecode"]["object"],
        "bytecode_runtime": made["evm"]["deployedBytecode"]["object"],
        "layout": made["layout"],
    }
    write_whole(store, output)
    return output


def _run(body: dict[str, Any]) -> dict[str, Any]:
    """The compiler's answer; imported here, for it takes half a second to load."""
    from vyper.cli.vyper_json import compile_json

    output: dict[str, Any] = compile_json(body, exc_handler=_raise)
    return output


def _raise(path: object, error: Exception, component: str) -> dict[str, Any]:
    """Lets the compiler's exception through; its own handler prints first."""
    del path, component
    error._exc_handler = True  # type: ignore[attr-defined]  # the compiler's own mark
    raise error
