"""Licences of what is installed at run time, against a list of those allowed."""

import json
import re
from base64 import b64decode
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

import pytest

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "HPND",
    "ISC",
    "MIT",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "Public-Domain",
    "Zlib",
}
"""No GPL, LGPL or AGPL; MPL-2.0 unmodified only."""

COMPILED_IN = ALLOWED | {"Apache-2.0 WITH LLVM-exception", "Unicode-3.0", "Unicode-DFS-2016"}
"""For parts of a wheel built from Rust: also a wider Apache, and Unicode's for its tables."""

WORDS = (
    (r"Apache( Software)?( License)?,?( Version)?( 2\.0)?", "Apache-2.0"),
    (r"Mozilla Public License 2\.0 \(MPL 2\.0\)", "MPL-2.0"),
    (r"Python Software Foundation License", "PSF-2.0"),
    (r"CC0 1\.0 Universal \(CC0 1\.0\) Public Domain Dedication", "CC0-1.0"),
    (r"ISC License( \(ISCL\))?", "ISC"),
    (r"MIT License", "MIT"),
    (r"BSD License", "BSD"),
    (r"Public Domain", "Public-Domain"),
)
"""Other spellings of the same, in classifiers and old fields."""


def name_of(requirement: str) -> str:
    """The normalised project name at the start of a requirement."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None, requirement
    return re.sub(r"[-_.]+", "-", found.group()).lower()


DEVELOPMENT = {"dev", "benchmark"}
"""Extras that nobody needs to run Keelmark; whatever the others bring is looked at."""


def is_shipped(name: str, requirement: str) -> bool:
    """Whether a requirement of a distribution is installed where Keelmark runs."""
    extra = re.search(r"extra == ['\"]([\w-]+)['\"]", requirement)
    return extra is None or (name == "keelmark" and extra[1] not in DEVELOPMENT)


def closure() -> list[str]:
    """Every distribution that a run needs, with every extra of ours, this one included, as far as
    it is installed."""
    waiting, seen = ["keelmark"], set[str]()
    while waiting:
        name = waiting.pop()
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue  # needed on another platform only
        if name in seen:
            continue
        seen.add(name)
        waiting += [name_of(item) for item in requires if is_shipped(name, item)]
    return sorted(seen)


def plain(text: str) -> str:
    """One licence in SPDX's spelling."""
    for pattern, identifier in WORDS:
        if re.fullmatch(pattern, text.strip()):
            return identifier
    return text.strip()


def inside(name: str) -> set[str]:
    """What a wheel's own files say: its licence's text, and the list of what is compiled into it,
    where of several licences offered one that is allowed is chosen."""
    files = distribution(name).files or []
    text = next(file for file in files if file.name == "LICENSE").read_text()
    found = {"MIT"} if "Permission is hereby granted, free of charge" in text else {"unknown"}
    bill = next(file for file in files if file.name.endswith(".cyclonedx.json"))
    for crate in json.loads(bill.read_text())["components"]:
        assert crate["licenses"], crate["name"]
        for entry in crate["licenses"]:
            found |= compiled_in(entry)
    return found


def compiled_in(entry: dict[str, Any]) -> set[str]:
    """Licences of one compiled part that are not in `COMPILED_IN`; none if it can be had under
    one that is."""
    licence = entry.get("license", {})
    words = entry.get("expression") or licence.get("id") or licence["name"]
    if words == "Unknown":
        first = b64decode(licence["text"]["content"]).decode().splitlines()[0]
        words = {"UNICODE LICENSE V3": "Unicode-3.0"}.get(first, "unknown")
    clauses = [clause.split(" OR ") for clause in re.sub(r"[()]", "", words).split(" AND ")]
    return {" OR ".join(offered) for offered in clauses if not set(offered) & COMPILED_IN}


def licences(name: str) -> set[str]:
    """What a distribution says of itself: expression, else classifiers, else the old field."""
    metadata = distribution(name).metadata
    expression = metadata.get("License-Expression")
    if expression:
        return {plain(part) for part in re.split(r"\s+(?:AND|OR)\s+|[()]", expression) if part}
    classifiers = [
        entry.rsplit(" :: ", 1)[1]
        for entry in metadata.get_all("Classifier") or []
        if entry.startswith("License :: ") and entry.count(" :: ") > 0
    ]
    if classifiers:
        return {plain(entry) for entry in classifiers}
    field = (metadata.get("License") or "unknown").splitlines()[0]
    if field.startswith("Copyright") and name == "cycler":
        return {"BSD-3-Clause"}  # the field holds the licence's whole text
    if field == "unknown" and name == "pyrage":
        return inside(name)  # the metadata are silent; the wheel holds its licence and its crates'
    return {plain(part) for part in re.split(r"\s+(?:AND|OR)\s+", field)}


@pytest.mark.parametrize("name", closure())
def test_licence_is_allowed(name: str) -> None:
    """On the list, or the dependency goes."""
    assert licences(name) <= ALLOWED


def test_closure_is_whole() -> None:
    """The walk reaches what is needed only by what we need."""
    assert {"web3", "vyper", "pyarrow", "pydantic-core", "numpy", "pyrage"} <= set(closure())
    assert {"deltalake", "distributed", "fastapi", "adbc-driver-postgresql"} <= set(closure())
    assert "pytest" in closure(), "the conformance suite is one of ours"
    assert not {"pytest-xdist", "hypothesis", "mypy"} & set(closure())


@pytest.mark.parametrize("text", ["GPL-3.0-only", "LGPL-2.1", "AGPL-3.0", "BUSL-1.1", "unknown"])
def test_others_are_refused(text: str) -> None:
    """A licence that is not on the list does not pass under another spelling."""
    assert plain(text) not in ALLOWED


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("MIT OR Apache-2.0", set()),
        ("Apache-2.0 OR GPL-2.0-only", set()),
        ("(MIT OR Apache-2.0) AND Unicode-DFS-2016", set()),
        ("GPL-2.0-only", {"GPL-2.0-only"}),
        ("MIT AND (GPL-2.0-only OR AGPL-3.0)", {"GPL-2.0-only OR AGPL-3.0"}),
    ],
)
def test_compiled_parts(words: str, refused: set[str]) -> None:
    """A part of a wheel must be to be had under an allowed licence, in every clause."""
    assert compiled_in({"expression": words}) == refused
