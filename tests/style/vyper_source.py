"""What the style tests read out of Vyper files."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"

_DEF = re.compile(r"^def (\w+)\(", re.MULTILINE)
_TOPIC = re.compile(r"^(\w+_TOPIC): constant\(bytes32\) = keccak256\(\s*(.*?)\s*\)$", re.M | re.S)
_STRING = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Function:
    """A function as it stands in the file."""

    name: str
    """Its name."""
    arguments: tuple[str, ...]
    """Names of its arguments."""
    returns: bool
    """Whether it returns something."""
    doc: str
    """Its docstring; empty if it has none."""


def sources() -> list[Path]:
    """Every Vyper file of the project."""
    return sorted(CONTRACTS.rglob("*.vy"))


def deployables() -> list[Path]:
    """Files in CamelCase: each is deployed as a contract."""
    return [path for path in sources() if path.stem[0].isupper()]


def _closing(text: str, start: int) -> int:
    """Index of the bracket that closes the one at `start`."""
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] in "([") - (text[index] in ")]")
        if depth == 0:
            return index
    raise ValueError("a bracket is never closed")


def _split(text: str) -> list[str]:
    """Arguments, split at the commas that stand in no bracket."""
    parts, depth, current = [], 0, ""
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += letter
    return [part.strip() for part in [*parts, current] if part.strip()]


def functions(text: str) -> list[Function]:
    """Every function of a file, with its documentation."""
    found = []
    for match in _DEF.finditer(text):
        opening = match.end() - 1
        closing = _closing(text, opening)
        colon = closing + 1
        while text[colon] != ":":
            colon = _closing(text, colon) + 1 if text[colon] in "([" else colon + 1
        body = text[colon + 1 :].lstrip()
        doc = body[3:].split('"""', 1)[0] if body.startswith('"""') else ""
        names = [part.split(":")[0].strip() for part in _split(text[opening + 1 : closing])]
        returns = "->" in text[closing:colon]
        found.append(Function(match.group(1), tuple(names), returns, doc))
    return found


def topics(text: str) -> dict[str, str]:
    """Signature of an event by the name of its topic constant."""
    return {name: "".join(_STRING.findall(body)) for name, body in _TOPIC.findall(text)}
