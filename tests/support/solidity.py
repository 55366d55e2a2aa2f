"""The Solidity compiler from npm, for the venue that is written in it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

__all__ = ["SOLC_FOLDER", "Compiled", "compile_solidity"]

REPOSITORY = Path(__file__).resolve().parents[2]
SOLC_FOLDER = REPOSITORY / ".cache" / "solc"
SCRIPT = (
    "const solc = require('solc'), read = require('fs').readFileSync;"
    "process.stdout.write(solc.compile(read(0, 'utf8')))"
)
MISSING = "solc is not installed: scripts/install-solc installs it from npm"


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the compiler made of one contract."""

    abi: list[dict[str, Any]]
    bytecode: bytes
    runtime: bytes
    layout: dict[str, Any]


def compile_solidity(path: Path) -> Compiled:
    """Compiles the contract that a file is named after, with the Solidity files beside it; the
    result is kept by its sources.

    Skips the test that asks where there is no compiler, or fails it where the environment says
    ``CI=true``.
    """
    package = SOLC_FOLDER / "node_modules" / "solc" / "package.json"
    if not package.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    request = {
        "language": "Solidity",
        "sources": {
            file.name: {"content": file.read_text("utf-8")}
            for file in sorted(path.parent.glob("*.sol"))
        },
        "settings": {
            "evmVersion": "prague",
            "optimizer": {"enabled": True, "runs": 200},
            "viaIR": True,
            "outputSelection": {
                "*": {"*": ["abi", "evm.bytecode", "evm.deployedBytecode", "storageLayout"]}
            },
        },
    }
    version = json.loads(package.read_text("utf-8"))["version"]
    key = hashlib.sha256(f"{version}{json.dumps(request)}".encode()).hexdigest()[:40]
    kept = SOLC_FOLDER / f"{path.stem}-{key}.json"
    if not kept.is_file():
        made = subprocess.run(
            ["node", "-e", SCRIPT],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            cwd=SOLC_FOLDER,
            check=True,
        )
        answer = json.loads(made.stdout)
        errors = [
            entry["formattedMessage"]
            for entry in answer.get("errors", [])
            if entry["severity"] == "error" or "contract code size" in entry["message"].lower()
        ]
        assert not errors, "\n".join(errors)
        kept.write_text(json.dumps(answer["contracts"][path.name][path.stem]), "utf-8")
    found = json.loads(kept.read_text("utf-8"))
    return Compiled(
        found["abi"],
        bytes.fromhex(found["evm"]["bytecode"]["object"]),
        bytes.fromhex(found["evm"]["deployedBytecode"]["object"]),
        found["storageLayout"],
    )
