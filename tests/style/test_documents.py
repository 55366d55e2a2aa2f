"""Documents and commands: links lead somewhere, and nothing names a machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
QUOTED = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?)`")
MADE = ("out/", "build/", "dist/", ".venv/", ".cache/")
"""Folders that a command makes, so that a fresh clone lacks them."""

MACHINE = [
    re.compile(rf"(?<![\w.$}}])/{folder}/")
    for folder in ("work", "home", "root", "Users", "tmp", "opt")
]
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
NAMES = re.compile(r"\b(ali" + r"ce|bo" + r"b|charl" + r"ie)\b", re.IGNORECASE)


def tracked() -> list[Path]:
    """Every text file of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    binary = {".png", ".parquet", ".gz"}
    return [path for path in paths if path.is_file() and path.suffix not in binary]


def short(path: Path) -> str:
    """A path as the test report shows it."""
    return path.relative_to(ROOT).as_posix()


DOCUMENTS = [path for path in tracked() if path.suffix == ".md"]


def missing(text: str, folder: Path) -> list[str]:
    """Links and quoted paths of a document that lead nowhere."""
    links = [link for link in LINK.findall(text) if "://" not in link]
    lacking = [link for link in links if not (folder / link).exists()]
    for path in QUOTED.findall(text):
        if path.startswith(MADE) or "keelmark/contracts" in path:
            continue
        if not (ROOT / path).exists() and not (folder / path).exists():
            lacking.append(path)
    return lacking


@pytest.mark.parametrize("path", DOCUMENTS, ids=short)
def test_links(path: Path) -> None:
    """Each relative link and each path in back quotes is there."""
    assert not missing(path.read_text("utf-8"), path.parent)


def breaches(text: str) -> list[str]:
    """Paths of a machine, marks of unfinished work, and actors without a role."""
    patterns = [*MACHINE, UNFINISHED, NAMES]
    return [found.group() for pattern in patterns if (found := pattern.search(text))]


def test_no_machine_paths_and_nothing_unfinished() -> None:
    """The repository names no machine, leaves nothing open and names actors by their role."""
    skipped = {"LICENSE"}
    found = {
        short(path): bad
        for path in tracked()
        if path.name not in skipped and (bad := breaches(path.read_text("utf-8")))
    }
    assert not {name: bad for name, bad in found.items() if name != short(Path(__file__))}


def test_commands_are_executable() -> None:
    """What the README tells a newcomer to run can be run."""
    for path in (ROOT / "scripts").iterdir():
        text = path.read_text("utf-8")
        if text.startswith("#!"):
            assert path.stat().st_mode & 0o111, short(path)
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


@pytest.mark.parametrize("name", ["requirements-dev.lock", "requirements-benchmark.lock"])
def test_lock_holds_versions_only(name: str) -> None:
    """One exact version a line: no address, no option, no file."""
    for line in (ROOT / name).read_text("utf-8").splitlines():
        assert re.fullmatch(r"[\w.-]+==[\w.]+", line), line


def test_checks_can_fail() -> None:
    """The readers of this file see what they look for."""
    text = "[a](nowhere.md) and `no/where.py`, but [b](https://example.org) and `README.md`"
    assert missing(text, ROOT) == ["nowhere.md", "no/where.py"]
    assert breaches("open('/" + "tmp/x')")
    assert breaches("# TO" + "DO later")
    assert breaches("ali" + "ce pays")
    assert not breaches("$wo" + "rk/site, ../tmp/x and a/ro" + "ot/b")
