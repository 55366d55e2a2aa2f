"""Rules of style that hold for every Vyper file."""

import re
from pathlib import Path

import pytest

from keelmark.chain.compiler import Artefact, compile_contract, source_set
from tests.style.vyper_source import (
    CONTRACTS,
    Function,
    deployables,
    functions,
    sources,
    topics,
)

CODE_LIMIT = 24_576
MAX_WIDTH = 100
MAX_LINES = 400
"""Half of a Vyper file is documentation; past this it is split."""
SIGNATURE = re.compile(r'^    "\w+\([\w,]*\)"$')
MAX_REASON = 32
DELEGATES = {
    "BackOffice": "ClearingHouse",
    "LossDesk": "ClearingHouse",
    "TakeOverDesk": "ClearingHouse",
    "InstrumentDesk": "ClearingHouse",
    "PartyDesk": "PartyRegistry",
}
"""Contracts that run only by delegation, and the one that delegates to them."""
GENERATED = {"rules.vy", "rule_table.vy"}

PRAGMAS = ["# pragma version 0.4.3", "# pragma nonreentrancy on"]
LOG = re.compile(r"^\s*(log\s+\w|raw_log\()", re.MULTILINE)
REASON = re.compile(r'(?:assert .*?,\s*|raise\s+)"([^"]*)"')
WORD_TYPE = re.compile(r"^(u?int\d+|address|bool|bytes\d+)$")


def name_of(path: Path) -> str:
    """A short name for the test report."""
    return path.relative_to(CONTRACTS).as_posix()


every_file = pytest.mark.parametrize("path", sources(), ids=name_of)
every_contract = pytest.mark.parametrize("path", deployables(), ids=name_of)


@every_file
def test_pragmas(path: Path) -> None:
    """Compiler pinned, re-entrancy lock on, in modules as well."""
    assert path.read_text("utf-8").splitlines()[:2] == PRAGMAS


@every_file
def test_head(path: Path) -> None:
    """A title, a licence and a notice stand at the head."""
    head = path.read_text("utf-8").split('"""')[1]
    for tag in ("@title", "@license Apache-2.0", "@notice"):
        assert tag in head


@every_file
def test_size_of_file(path: Path) -> None:
    """Width 100, but for an event's signature, which is one string; not too long a file."""
    lines = path.read_text("utf-8").splitlines()
    assert not [
        number
        for number, line in enumerate(lines, 1)
        if len(line) > MAX_WIDTH and not SIGNATURE.match(line)
    ]
    assert len(lines) <= MAX_LINES or path.name in GENERATED


def undocumented(function: Function) -> list[str]:
    """What a function's documentation lacks."""
    wanted = ["@notice", *(f"@param {name} " for name in function.arguments)]
    wanted += ["@return "] if function.returns else []
    return [f"{function.name}: {tag.strip()}" for tag in wanted if tag not in function.doc]


@every_file
def test_natspec(path: Path) -> None:
    """Every function, internal or not, says what it does, takes and gives."""
    lacking = [
        entry for function in functions(path.read_text("utf-8")) for entry in undocumented(function)
    ]
    assert not lacking


@every_file
def test_reasons(path: Path) -> None:
    """A reason is `module: lower-case words`, in at most 32 characters."""
    for reason in REASON.findall(path.read_text("utf-8")):
        assert re.match(r"^[a-z][a-z0-9 -]*: [a-z0-9]", reason), reason
        assert len(reason) <= MAX_REASON, reason


@every_file
def test_internal_names(path: Path) -> None:
    """Internal functions and their arguments begin with an underscore."""
    text = path.read_text("utf-8")
    for match in re.finditer(r"^@internal\n(?:@\w+\n)*def (\w+)\(", text, re.MULTILINE):
        assert match.group(1).startswith("_"), match.group(1)


@every_contract
def test_code_size(path: Path) -> None:
    """Below the limit of the chain."""
    immutables = compile_contract(path).layout.get("code_layout") or {}
    size = len(compile_contract(path).runtime) + 32 * len(re.findall(r"'offset'", str(immutables)))
    assert size < CODE_LIMIT, f"{size} bytes"


def texts(path: Path) -> dict[str, str]:
    """A contract's Vyper sources with all that it imports, interfaces left out."""
    return {
        name: body.decode("utf-8")
        for name, body in source_set(path).items()
        if name.endswith(".vy")
    }


def emits_beside_the_chain(sources_of_contract: dict[str, str]) -> list[str]:
    """Files with a log statement of their own, where the contract has a report chain."""
    if not any(Path(name).name == "report_chain.vy" for name in sources_of_contract):
        return []
    return [
        name
        for name, text in sources_of_contract.items()
        if LOG.search(text) and Path(name).name != "report_chain.vy"
    ]


@every_contract
def test_every_log_is_chained(path: Path) -> None:
    """Nothing leaves a reporting contract but through the report chain."""
    assert not emits_beside_the_chain(texts(path))


def events_of(artefact: Artefact) -> dict[str, list[dict[str, object]]]:
    """Fields of each event by its signature."""
    return {
        f"{entry['name']}({','.join(field['type'] for field in entry['inputs'])})": entry["inputs"]
        for entry in artefact.abi
        if entry["type"] == "event"
    }


def declared_topics(path: Path) -> set[str]:
    """Signatures of every topic constant that a contract's sources hold."""
    return {found for text in texts(path).values() for found in topics(text).values()}


@pytest.mark.parametrize(
    "path", [path for path in deployables() if path.stem not in DELEGATES], ids=name_of
)
def test_topics_are_events(path: Path) -> None:
    """Each topic constant is the signature of an event in the ABI, and each event has one.

    Code that a contract delegates to emits at that contract's address: a reader of the address
    needs all their events together, and so they are compared together.
    """
    parts = [path, *(other for other in deployables() if DELEGATES.get(other.stem) == path.stem)]
    declared = set().union(*(declared_topics(part) for part in parts))
    assert declared == set().union(*(events_of(compile_contract(part)) for part in parts))


@pytest.mark.parametrize("name", [path.stem for path in deployables() if path.stem in DELEGATES])
def test_delegates_match_their_house(name: str) -> None:
    """Code that is delegated to has the storage of the one that delegates, slot by slot."""
    paths = {path.stem: path for path in deployables()}
    desk, house = compile_contract(paths[name]), compile_contract(paths[DELEGATES[name]])
    assert desk.layout["storage_layout"] == house.layout["storage_layout"]


@every_contract
def test_shape_of_events(path: Path) -> None:
    """Two indexed fields, first in the list; static words only; named noun and participle."""
    if not any(Path(name).name == "report_chain.vy" for name in texts(path)):
        return
    for signature, fields in events_of(compile_contract(path)).items():
        indexed = [bool(field["indexed"]) for field in fields]
        assert indexed == [True, True] + [False] * (len(fields) - 2), signature
        assert all(WORD_TYPE.match(str(field["type"])) for field in fields), signature


@every_contract
def test_root_is_slot_zero(path: Path) -> None:
    """A storage proof of slot 0 proves a reporting contract's logs."""
    storage = compile_contract(path).layout.get("storage_layout") or {}
    chained = any(
        re.search(r"^initializes: report_chain$", text, re.MULTILINE)
        for text in texts(path).values()
    )
    assert chained == ("report_chain" in storage)
    if chained:
        assert storage["report_chain"]["root"]["slot"] == 0


def test_checks_can_fail() -> None:
    """The readers of this folder see what they look for."""
    text = (
        "A_TOPIC: constant(bytes32) = keccak256(\n"
        '    "PartyFrozen(uint256,"\n    "bytes32)"\n)\n'
        "@external\ndef f(a: uint256, b: DynArray[uint256, 3]) -> (uint256, bool):\n"
        '    """\n    @notice Does.\n    @param a One.\n    """\n    log Gone(a=a)\n'
        "@external\ndef g():\n    pass\n"
    )
    assert topics(text) == {"A_TOPIC": "PartyFrozen(uint256,bytes32)"}
    first, second = functions(text)
    assert first.arguments == ("a", "b")
    assert undocumented(first) == ["f: @param b", "f: @return"]
    assert undocumented(second) == ["g: @notice"]
    chain = {"modules/report_chain.vy": "    raw_log([a], b)\n"}
    assert emits_beside_the_chain({**chain, "C.vy": text}) == ["C.vy"]
    assert emits_beside_the_chain({**chain, "C.vy": "    raw_log([a], b)"}) == ["C.vy"]
    assert not emits_beside_the_chain({**chain, "C.vy": "catalog: uint256\n# log it\n"})
    assert not emits_beside_the_chain({"C.vy": text})
