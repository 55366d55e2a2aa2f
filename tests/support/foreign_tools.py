"""Other tools, as ``scripts/install-*`` installs them: their Pythons, forge, a solc for it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

__all__ = ["forge_script", "run_in"]

CACHE = Path(__file__).resolve().parents[2] / ".cache"

SOLC = f"""#!/usr/bin/env node
const solc = require({str(CACHE / "solc" / "node_modules" / "solc")!r});
if (process.argv.includes('--version'))
    console.log('solc\\nVersion: ' + solc.version().replace('Emscripten.clang', 'Linux.g++'));
else
    console.log(solc.compile(require('fs').readFileSync(0, 'utf8')));
"""
"""The compiler from npm behind the command line that forge expects."""

FORGE_SETTINGS = """[profile.default]
src = "interfaces"
script = "script"
solc = "./solc"
offline = true
fs_permissions = [{ access = "read", path = "./" }]
"""


def _installed(path: Path, script: str) -> Path:
    """A program; skips the test that asks where it is not, or fails it where the environment says
    ``CI=true``."""
    if not path.exists():
        missing = f"{path.name} of {script.removeprefix('install-')} is not installed: "
        missing += f"scripts/{script} installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return path


def _told(command: list[str], folder: Path, **variables: str) -> str:
    """What a command prints, in an environment without our choice of a hash library."""
    plain = {name: value for name, value in os.environ.items() if name != "ETH_HASH_BACKEND"}
    made = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=plain | variables, cwd=folder
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return made.stdout


def run_in(tool: str, script: str, folder: Path, **variables: str) -> list[str]:
    """What a script prints behind the word ``told`` in a tool's own Python, with an export as its
    folder."""
    python = _installed(CACHE / "tools" / tool / "bin" / "python", "install-tools")
    lines = [
        line.split()
        for line in _told([str(python), "-c", script], folder, **variables).splitlines()
    ]
    return [word for line in lines if line[:1] == ["told"] for word in line[1:]]


def forge_script(body: str, folder: Path, url: str) -> str:
    """What forge prints of a script ``Use.s.sol``, with an export as its folder."""
    forge = _installed(CACHE / "forge" / "node_modules" / ".bin" / "forge", "install-forge")
    _installed(CACHE / "solc" / "node_modules" / "solc" / "package.json", "install-solc")
    (folder / "foundry.toml").write_text(FORGE_SETTINGS)
    (folder / "solc").write_text(SOLC)
    (folder / "solc").chmod(0o755)
    (folder / "script").mkdir()
    (folder / "script" / "Use.s.sol").write_text(body)
    return _told([str(forge), "script", "script/Use.s.sol", "--rpc-url", url], folder)
