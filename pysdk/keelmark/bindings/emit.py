"""Text of the generated bindings: one Python shape for each thing an ABI can say.

Lists that could be long are written one item a line with a trailing comma, so that a formatter
leaves the text as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from eth_utils.crypto import keccak

from keelmark.bindings.shapes import (
    VIEWS,
    WIDTH,
    Abi,
    abi_type,
    converter,
    docstring,
    event_signature,
    folded,
    python_type,
    safe,
    snake,
    struct_name,
    structs_of,
    tuple_text,
)
from keelmark.bindings.sources import Sources

__all__ = [
    "emit_contract",
    "emit_event_index",
    "emit_events",
    "emit_package",
]

LIMIT = 380
"""Lines after which a module is split."""


def emit_structs(
    entries: Sequence[dict[str, Any]], sources: Sources, known: Iterable[str] = ()
) -> list[str]:
    """Frozen dataclasses for the structs of some functions, but for those known already."""
    lines: list[str] = []
    done: set[str] = set(known)
    for field in structs_of(entries):
        name = struct_name(field, sources)
        if name in done:
            continue
        done.add(name)
        lines += ["@dataclass(frozen=True, slots=True)", f"class {name}:"]
        lines += [*docstring(f"The contract's struct `{name}`", 4), ""]
        for part in field["components"]:
            lines.append(f"    {safe(part['name'])}: {python_type(part, sources, given=False)}")
            words = sources.comments.get((name, part["name"]))
            lines += docstring(words, 4) if words else []
        lines += ["", ""]
    return lines


def argument_names(entry: dict[str, Any]) -> list[str]:
    """Names of a function's arguments; those of a getter are its keys."""
    names = [safe(field["name"]) for field in entry["inputs"]]
    if names and all(re.fullmatch(r"arg\d+", name) for name in names):
        return ["key"] if len(names) == 1 else [f"key{place}" for place in range(len(names))]
    return names


def given_arguments(entry: dict[str, Any], sources: Sources) -> list[str]:
    """Arguments with their types, as a method takes them."""
    return [
        f"{argument}: {python_type(field, sources, given=True)}"
        for argument, field in zip(argument_names(entry), entry["inputs"], strict=True)
    ]


def signature_text(entry: dict[str, Any]) -> str:
    """``name(type argument,…)``, as `runtime.parse` takes it apart."""
    named = zip(argument_names(entry), entry["inputs"], strict=True)
    inside = ",".join(f"{abi_type(field)} {argument}" for argument, field in named)
    return f"{entry.get('name', '')}({inside})"


def string_lines(text: str, indent: int) -> list[str]:
    """A string literal, cut at commas where it is too long for a line."""
    room = WIDTH - indent - 3
    pieces: list[str] = [""]
    for part in re.findall(r"[^,]*,|[^,]+$", text):
        if pieces[-1] and len(pieces[-1]) + len(part) > room:
            pieces.append("")
        pieces[-1] += part
    pad = " " * indent
    lines = [f'{pad}"{piece}"' for piece in pieces]
    lines[-1] += ","
    return lines


def call_lines(head: str, parts: list[list[str]]) -> list[str]:
    """A returned call, on one line if it fits, else an argument a line."""
    flat = ", ".join("".join(part.strip() for part in lines).removesuffix(",") for lines in parts)
    line = f"        return {head}({flat})"
    if len(line) <= WIDTH and all(len(lines) == 1 for lines in parts):
        return [line, ""]
    return [f"        return {head}(", *(row for lines in parts for row in lines), "        )", ""]


def emit_function(entry: dict[str, Any], sources: Sources) -> list[str]:
    """One method."""
    name: str = entry["name"]
    view = entry["stateMutability"] in VIEWS
    outputs = entry["outputs"]
    kinds = [python_type(field, sources, given=False) for field in outputs]
    result = kinds[0] if len(kinds) == 1 else f"tuple[{', '.join(kinds)}]"
    extra = 'block: BlockId = "latest"' if view else "gas: int | None = None"
    head = ["self", *given_arguments(entry, sources), "*", extra]
    answer = f"Operation[{result if view else 'Receipt'}]"
    lines = tuple_text(head, f"def {safe(name)}(", f") -> {answer}:", 4)
    lines += docstring(sources.functions.get(name, f"The contract's `{name}`"), 8)
    passed = tuple_text(argument_names(entry), "(", "),", 12)
    parts = [["            self,"], string_lines(signature_text(entry), 12), passed]
    if not view:
        return lines + call_lines("send", [*parts, ["            gas,"]])
    shapes = [converter(field, f"out[{place}]", sources) for place, field in enumerate(outputs)]
    if len(shapes) == 1:
        shape = folded(shapes[0], 12, "lambda out: ", ",")
    else:
        shape = tuple_text(shapes, "lambda out: (", "),", 12)
    types = ",".join(abi_type(field) for field in outputs)
    parts += [string_lines(types, 12), shape, ["            block,"]]
    return lines + call_lines("read", parts)


def emit_creation(contract: str, entry: dict[str, Any], sources: Sources) -> list[str]:
    """The static method that deploys the contract."""
    given = given_arguments(entry, sources)
    head = ["init_code: bytes", "*", *given, "gas: int | None = None"]
    lines = ["    @staticmethod"]
    lines += tuple_text(head, "def create(", ") -> Operation[Receipt]:", 4)
    lines += docstring("Deploys the contract; the receipt names its address", 8)
    passed = tuple_text(argument_names(entry), "(", "),", 12)
    parts = [[f'            "{contract}",'], ["            init_code,"]]
    parts += [string_lines(signature_text(entry), 12), passed, ["            gas,"]]
    return lines + call_lines("create", parts)


def emit_contract(name: str, abi: Abi, sources: Sources) -> list[tuple[str, str]]:
    """A contract's module, in two more if it is long: one that reads, one that sends."""
    functions = [entry for entry in abi if entry["type"] == "function"]
    widest: dict[str, dict[str, Any]] = {}
    for entry in functions:
        known = widest.get(entry["name"])
        if known is None or len(entry["inputs"]) > len(known["inputs"]):
            widest[entry["name"]] = entry
    reads = [entry for entry in widest.values() if entry["stateMutability"] in VIEWS]
    acts = [entry for entry in widest.values() if entry["stateMutability"] not in VIEWS]
    maker = next((entry for entry in abi if entry["type"] == "constructor"), None)
    creation = emit_creation(name, maker or {"inputs": []}, sources)
    about = sources.notice or f"The contract {name}"
    whole = _class(name, about, [*reads, *acts], creation, sources, name)
    if whole.count("\n") <= LIMIT:
        return [(snake(name), whole)]
    first, second = f"{snake(name)}_reads", f"{snake(name)}_acts"
    told = {
        module: _struct_names(entries, sources)
        for module, entries in ((first, reads), (second, acts))
    }
    homes = {struct: module for module in (second, first) for struct in told[module]}
    return [
        (first, _class(f"{name}Reads", f"What {name} answers", reads, [], sources, name)),
        (
            second,
            _class(
                f"{name}Acts",
                f"What {name} does",
                acts,
                [],
                sources,
                name,
                base=(first, f"{name}Reads"),
                known={struct for struct in told[second] if homes[struct] == first},
            ),
        ),
        (snake(name), _facade(name, about, {**homes, f"{name}Acts": second}, creation)),
    ]


def _struct_names(entries: Sequence[dict[str, Any]], sources: Sources) -> set[str]:
    """Names of the structs that some functions take or return."""
    return {struct_name(field, sources) for field in structs_of(entries)}


def _class(
    title: str,
    about: str,
    entries: list[dict[str, Any]],
    creation: list[str],
    sources: Sources,
    contract: str,
    base: tuple[str, str] | None = None,
    known: Iterable[str] = (),
) -> str:
    """A module with one class.

    Args:
        title: the class.
        about: its docstring.
        entries: its functions.
        creation: lines of its static method, if it has one.
        sources: words and names.
        contract: the contract, for the module's head.
        base: module and name of the class it extends.
        known: structs that the base's module has already.
    """
    body = emit_structs(entries, sources, known)
    heads = f"({base[1]})" if base else ""
    body += ["@dataclass(frozen=True, slots=True)", f"class {title}{heads}:"]
    body += [*docstring(about, 4), ""]
    if base is None:
        body += ["    address: str", '    """Where it is, checksummed."""', ""]
    body += creation
    for entry in entries:
        body += emit_function(entry, sources)
    structs = sorted(_struct_names(entries, sources) - set(known))
    taken = dict.fromkeys((base[1], *known), base[0]) if base else {}
    return _module(contract, [title, *structs], body, taken)


def _facade(name: str, about: str, places: dict[str, str], creation: list[str]) -> str:
    """The module that joins the two halves of a long contract.

    Args:
        name: the contract.
        about: its docstring.
        places: module by class, for what the halves define.
        creation: lines of the static method that deploys it.
    """
    body = ["@dataclass(frozen=True, slots=True)", f"class {name}({name}Acts):"]
    body += [*docstring(about, 4), "", *creation]
    structs = [struct for struct in sorted(places) if struct != f"{name}Acts"]
    return _module(name, [name, *structs], body, places)


def imports(places: dict[str, str]) -> list[str]:
    """Import lines for names by the module of this package that has them."""
    modules: dict[str, list[str]] = {}
    for name, module in places.items():
        modules.setdefault(module, []).append(name)
    lines: list[str] = []
    for module, names in sorted(modules.items()):
        head = f"from {module} import "
        ordered = sorted(names, key=lambda name: (name.islower(), name.lower()))
        if len(head + ", ".join(ordered)) <= WIDTH:
            lines.append(head + ", ".join(ordered))
        else:
            lines += [f"{head}(", *(f"    {name}," for name in ordered), ")"]
    return lines


def _module(contract: str, exported: list[str], body: list[str], taken: dict[str, str]) -> str:
    """A module's text: its head with the imports that the body uses, then the body."""
    text = "\n".join(body)
    lines = [f'"""Generated from the contracts: {contract}. Do not edit."""', ""]
    lines += ["from __future__ import annotations", ""]
    if "Sequence[" in text:
        lines.append("from collections.abc import Sequence")
    lines.append("from dataclasses import dataclass")
    lines += ["from typing import ClassVar", ""] if "ClassVar[" in text else [""]
    places = {name: f"keelmark.bindings.{module}" for name, module in taken.items()}
    for name in ("checksum", "create", "read", "send"):
        if re.search(rf"(?<!def )(?<!\.)\b{name}\(", text):
            places[name] = "keelmark.bindings.runtime"
    if "(Event)" in text:
        places["Event"] = "keelmark.bindings.runtime"
    for name in ("BlockId", "Operation", "Receipt"):
        if re.search(rf"\b{name}\b", text):
            places[name] = "keelmark.chain.operations"
    ordered = sorted(exported, key=lambda name: (name != exported[0], name))
    lines += imports(places)
    lines += ["", *tuple_text([f'"{name}"' for name in ordered], "__all__ = [", "]", 0), "", ""]
    return "\n".join(lines) + "\n" + text.rstrip("\n") + "\n"


def emit_event(entry: dict[str, Any], sources: Sources) -> list[str]:
    """One event's class."""
    name = entry["name"]
    topic = keccak(text=event_signature(entry)).hex()
    fields = sorted(entry["inputs"], key=lambda field: not field["indexed"])
    lines = ["@dataclass(frozen=True, slots=True)", f"class {name}(Event):"]
    lines += [*docstring(sources.events.get(name, f"The event `{name}`"), 4), ""]
    lines.append(f'    NAME: ClassVar[str] = "{name}"')
    lines += ["    TOPIC: ClassVar[bytes] = bytes.fromhex(", f'        "{topic}"', "    )"]
    for title, wanted in (("INDEXED", True), ("DATA", False)):
        kinds = [f'"{abi_type(field)}"' for field in fields if field["indexed"] is wanted]
        lines += tuple_text(kinds, f"{title}: ClassVar[tuple[str, ...]] = (", ")", 4)
    lines.append("")
    for field in fields:
        lines.append(f"    {safe(field['name'])}: {python_type(field, sources, given=False)}")
        words = sources.comments.get((name, field["name"]))
        lines += docstring(words, 4) if words else []
    return [*lines, "", ""]


def emit_events(
    home: str, entries: list[tuple[dict[str, Any], Sources]]
) -> Iterator[tuple[str, str, list[str]]]:
    """Modules of events: name, text, and the classes in it."""
    chunks: list[tuple[list[str], list[str]]] = [([], [])]
    for entry, sources in entries:
        lines = emit_event(entry, sources)
        names, body = chunks[-1]
        if body and len(body) + len(lines) > LIMIT - 40:
            names, body = [], []
            chunks.append((names, body))
        names.append(entry["name"])
        body += lines
    for place, (names, body) in enumerate(chunks, 1):
        suffix = f"_{place}" if len(chunks) > 1 else ""
        module = f"{snake(home)}_events{suffix}"
        yield module, _module(f"events of {home}", names, body, {}), names


def emit_event_index(places: dict[str, str]) -> str:
    """The module that has every event, and the table by topic."""
    lines = ['"""Generated from the contracts: every event. Do not edit."""', ""]
    lines += ["from __future__ import annotations", "", "from collections.abc import Mapping"]
    lines += ["from types import MappingProxyType", ""]
    homes = {name: f"keelmark.bindings.{module}" for name, module in places.items()}
    lines += [*imports({**homes, "Event": "keelmark.bindings.runtime"}), ""]
    ordered = sorted(places)
    lines += tuple_text([f'"{name}"' for name in ["EVENTS", *ordered]], "__all__ = [", "]", 0)
    lines += ["", "EVENTS: Mapping[bytes, type[Event]] = MappingProxyType(", "    {"]
    lines += [f"        {name}.TOPIC: {name}," for name in ordered]
    lines += ["    }", ")", '"""Every event of the kit by its topic."""', ""]
    return "\n".join(lines)


def emit_package(places: dict[str, str]) -> str:
    """The package's own file: the contracts, imported when they are asked for, so that the
    generator runs whatever state the generated files are in."""
    lines = ['"""Generated from the contracts: typed bindings, one class a contract. Do not edit.']
    lines += ["", "A method of a binding does nothing by itself: it returns an operation, which"]
    lines += ["`Chain.run` or `AsyncChain.run` runs.", '"""', ""]
    lines += ["from importlib import import_module", "from typing import TYPE_CHECKING", ""]
    lines.append("if TYPE_CHECKING:")
    homes = {name: f"keelmark.bindings.{module}" for name, module in places.items()}
    lines += [f"    {line}" for line in imports(homes)]
    lines += ["", *tuple_text([f'"{name}"' for name in sorted(places)], "__all__ = [", "]", 0)]
    lines += ["", "_MODULES = {"]
    lines += [f'    "{name}": "{module}",' for name, module in sorted(places.items())]
    lines += ["}", "", "", "def __getattr__(name: str) -> object:"]
    lines += ['    """A contract\'s class, by its name."""', "    if name not in _MODULES:"]
    lines.append('        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")')
    lines.append('    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)')
    return "\n".join(lines) + "\n"
