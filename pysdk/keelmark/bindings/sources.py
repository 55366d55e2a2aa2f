"""What an ABI leaves out, read from the Vyper sources: names of structs, words of comments.

The compiler's ABI has no struct names and no comments, and its NatSpec does not reach functions
that a contract exports from a module. Sources follow one style here, so that plain patterns find
all three.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from keelmark.chain.compiler import source_set

__all__ = ["Sources", "read_sources"]

_BLOCK = re.compile(r"^(struct|event) (\w+):\n((?:[ \t]+.*\n|[ \t]*\n)+)", re.M)
_FIELD = re.compile(r"^[ \t]+(\w+):\s*([^#\n]+?)(?:[ \t]*#[ \t]*(.*))?$")
_COMMENT = re.compile(r"^[ \t]*#[ \t]?(.*)$")
_FUNCTION = re.compile(r'^def (\w+)\([^"]*?:\n[ \t]+"""\n(.*?)"""', re.M | re.S)
_NOTICE = re.compile(r"@notice\s+(.*?)(?=\n\s*@|\Z)", re.S)
_GETTER = re.compile(r"((?:^#.*\n)+)^(\w+): (?:reentrant\()?public\(", re.M)
_CONTRACT_NOTICE = re.compile(r'^"""\n(.*?)"""', re.M | re.S)


@dataclass(slots=True)
class Sources:
    """What was found in a contract and everything it imports; the first finding wins."""

    structs: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Struct name by the names of its fields."""
    comments: dict[tuple[str, str], str] = field(default_factory=dict)
    """Comment by (struct or event, field)."""
    events: dict[str, str] = field(default_factory=dict)
    """Comment in front of an event."""
    functions: dict[str, str] = field(default_factory=dict)
    """The notice of a function, or the comment in front of a public variable."""
    notice: str = ""
    """The notice of the contract itself."""


def read_sources(path: Path) -> Sources:
    """Reads a contract and what it imports.

    Args:
        path: the deployable file.
    """
    found = Sources()
    files = source_set(path)
    order = sorted(files, key=lambda name: (name != path.name, name.endswith(".vyi"), name))
    for name in order:
        text = files[name].decode("utf-8")
        _read_blocks(text, found)
        for function, body in _FUNCTION.findall(text):
            notice = _NOTICE.search(body)
            if notice:
                found.functions.setdefault(function, squeezed(notice.group(1)))
        for comment, variable in _GETTER.findall(text):
            words = " ".join(line.lstrip("# ") for line in comment.splitlines())
            found.functions.setdefault(variable, squeezed(words))
        head = _CONTRACT_NOTICE.search(text)
        if name == path.name and head:
            notice = _NOTICE.search(head.group(1))
            found.notice = squeezed(notice.group(1)) if notice else ""
    return found


def _read_blocks(text: str, found: Sources) -> None:
    """Structs and events with the comments of their fields."""
    for match in _BLOCK.finditer(text):
        kind, name, body = match.groups()
        names: list[str] = []
        above: list[str] = []
        for line in body.splitlines():
            row = _FIELD.match(line)
            comment = _COMMENT.match(line)
            if row:
                names.append(row.group(1))
                words = " ".join([*above, row.group(3) or ""])
                if words.strip():
                    found.comments.setdefault((name, row.group(1)), squeezed(words))
                above = []
            elif comment:
                above.append(comment.group(1))
        if kind == "struct":
            found.structs.setdefault(tuple(names), name)
        else:
            before = text[: match.start()].rstrip("\n").splitlines()
            lead: list[str] = []
            while before and before[-1].startswith("#"):
                lead.insert(0, before.pop().lstrip("# "))
            if lead:
                found.events.setdefault(name, squeezed(" ".join(lead)))


def squeezed(text: str) -> str:
    """Text on one line, without what would end a docstring."""
    return " ".join(text.split()).replace('"""', "'''").replace("\\", "/")
