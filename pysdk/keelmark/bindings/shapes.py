"""How names, types and texts of an ABI are written in Python."""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from keelmark.bindings.sources import Sources

Abi: TypeAlias = list[dict[str, Any]]

WIDTH = 100
VIEWS = ("view", "pure")


def snake(name: str) -> str:
    """``OrderMatcher`` as ``order_matcher``; a name in capitals in small letters."""
    if name.isupper():
        return name.lower()
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def safe(name: str) -> str:
    """A name that Python takes, without the contract's trailing underscore."""
    bare = snake(name.rstrip("_"))
    return f"{bare}_" if keyword.iskeyword(bare) else bare


def abi_type(field: dict[str, Any]) -> str:
    """The canonical ABI type, tuples written out."""
    kind: str = field["type"]
    if kind.startswith("tuple"):
        inner = ",".join(abi_type(part) for part in field["components"])
        return f"({inner}){kind[5:]}"
    return kind


def event_signature(entry: dict[str, Any]) -> str:
    """``Name(type,…)``."""
    return f"{entry['name']}({','.join(abi_type(field) for field in entry['inputs'])})"


def struct_name(field: dict[str, Any], sources: Sources) -> str:
    """The name that the sources give a struct, by the names of its fields."""
    names = tuple(part["name"] for part in field["components"])
    return sources.structs.get(names) or "".join(name.title() for name in names)


def python_type(field: dict[str, Any], sources: Sources, *, given: bool) -> str:
    """The Python type of a field; what is given may be any sequence."""
    kind: str = field["type"]
    if kind.endswith("]"):
        inner = {**field, "type": kind[: kind.rindex("[")]}
        element = python_type(inner, sources, given=given)
        return f"Sequence[{element}]" if given else f"tuple[{element}, ...]"
    if kind == "tuple":
        return struct_name(field, sources)
    if "int" in kind:
        return "int"
    return {"address": "str", "bool": "bool", "string": "str"}.get(kind, "bytes")


def converter(field: dict[str, Any], value: str, sources: Sources) -> str:
    """The expression that turns a decoded value into its Python type."""
    kind: str = field["type"]
    if kind.endswith("]"):
        inner = {**field, "type": kind[: kind.rindex("[")]}
        element = converter(inner, "item", sources)
        if element == "item":
            return f"tuple({value})"
        return f"tuple({element} for item in {value})"
    if kind == "tuple":
        parts = [
            converter(part, f"{value}[{place}]", sources)
            for place, part in enumerate(field["components"])
        ]
        plain = all(part == f"{value}[{place}]" for place, part in enumerate(parts))
        name = struct_name(field, sources)
        return f"{name}(*{value})" if plain else f"{name}({', '.join(parts)})"
    return f"checksum({value})" if kind == "address" else value


def docstring(text: str, indent: int) -> list[str]:
    """A docstring, wrapped."""
    pad = " " * indent
    words = text.strip()
    words = words[:1].upper() + words[1:]
    if words and words[-1] not in ".!?:":
        words += "."
    lines = textwrap.wrap(f'"""{words}', WIDTH - indent - 3, break_on_hyphens=False)
    if len(lines) == 1:
        return [f'{pad}{lines[0]}"""']
    return [*(pad + line for line in lines), f'{pad}"""']


def tuple_text(items: Iterable[str], head: str, tail: str, indent: int) -> list[str]:
    """A bracketed list on one line if it fits, else one item a line."""
    listed = list(items)
    pad = " " * indent
    comma = "," if len(listed) == 1 and head.endswith("(") else ""
    line = f"{pad}{head}{', '.join(listed)}{comma}{tail}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{pad}{head}", *(f"{pad}    {item}," for item in listed), f"{pad}{tail}"]


def structs_of(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every struct among the inputs and outputs, inner ones first."""
    for entry in entries:
        for field in [*entry.get("inputs", []), *entry.get("outputs", [])]:
            yield from _structs_in(field)


def _structs_in(field: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if field["type"].startswith("tuple"):
        for part in field["components"]:
            yield from _structs_in(part)
        yield field


def folded(text: str, indent: int, first: str = "", last: str = "") -> list[str]:
    """A call on as many lines as the formatter gives it; none longer than fits.

    Args:
        text: a name or nested calls, the last argument perhaps a generator.
        indent: of its first line.
        first: in front of it.
        last: behind it.
    """
    space = " " * indent
    whole = f"{space}{first}{text}{last}"
    if len(whole) <= WIDTH or not text.endswith(")"):
        return [whole]
    head, _, rest = text.partition("(")
    inner = rest[:-1]
    arguments = _apart(inner, ", ")
    body, *each = _apart(inner, " for ")
    if len(f"{space}    {inner}") <= WIDTH:
        lines = [f"{space}    {inner}"]
    elif len(arguments) == 1 and each:
        lines = [*folded(body, indent + 4), f"{space}    for {each[0]}"]
    else:
        lines = [line for one in arguments for line in folded(one, indent + 4, "", ",")]
    return [f"{space}{first}{head}(", *lines, f"{space}){last}"]


def _apart(text: str, mark: str) -> list[str]:
    """A text's parts between the marks that stand in no brackets."""
    found, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and text.startswith(mark, place):
            found.append(text[start:place])
            start = place + len(mark)
    return [*found, text[start:]]
