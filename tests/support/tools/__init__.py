"""Other people's tools: each in an environment of its own, with our package as pip installs it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import pytest

__all__ = ["installed_package", "run_tool", "tool_folder"]

REPOSITORY = Path(__file__).resolve().parents[3]
SCRIPTS = Path(__file__).resolve().parent


def tool_folder(name: str) -> Path:
    """The environment of "titanoboa" or "ape".

    Skips the test that asks where there is none, or fails it where the environment says
    ``CI=true``.
    """
    folder = REPOSITORY / ".cache" / "tools" / name
    if not (folder / ".installed").is_file():
        missing = f"{name} is not installed: scripts/install-tools installs it from PyPI"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return folder


def installed_package() -> Path:
    """Our package as pip installs it, without dependencies: the wheel, built and unpacked; kept
    while the contracts are the same, so that the tools keep what they compiled."""
    digest = hashlib.sha256()
    contracts = [path for path in (REPOSITORY / "contracts").rglob("*") if path.is_file()]
    for path in (*sorted(contracts), REPOSITORY / "hatch_build.py", REPOSITORY / "pyproject.toml"):
        digest.update(f"{path.relative_to(REPOSITORY)}\n".encode() + path.read_bytes())
    site = REPOSITORY / ".cache" / "tools" / f"package-{digest.hexdigest()[:16]}"
    if not site.is_dir():
        with TemporaryDirectory(dir=site.parent) as made:
            command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", made]
            subprocess.run([*command, "."], cwd=REPOSITORY, check=True, capture_output=True)
            (wheel,) = Path(made).glob("*.whl")
            unpacked = Path(made) / "site"
            with ZipFile(wheel) as packed:
                packed.extractall(unpacked)
            unpacked.rename(site)
    return site


def run_tool(name: str, folder: Path, facts: dict[str, Any]) -> Any:
    """Runs a tool's script with our package on its path, in a folder; answers what it printed."""
    environment_folder = tool_folder(name)
    home = environment_folder / "home"
    home.mkdir(exist_ok=True)
    site = installed_package()
    if name == "ape":
        # Ape passes over sources below a folder `.cache`.
        site = Path(shutil.copytree(site / "keelmark", folder / "site" / "keelmark")).parent
    environment = {
        "PATH": f"{environment_folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(site),
        "HOME": str(home),
    }
    made = subprocess.run(
        [environment_folder / "bin" / "python", SCRIPTS / f"with_{name}.py"],
        input=json.dumps(facts),
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    # A tool may print before its script does.
    return json.loads(made.stdout[made.stdout.rindex("{") :])
