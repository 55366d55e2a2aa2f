"""Licences of what is installed at run time, against a list of those allowed."""

import re
from importlib.metadata import PackageNotFoundError, distribution

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

WORDS = (
    (r"Apache( Software)?( License)?,?( Version)?( 2\.0)?", "Apache-2.0"),
    (r"Mozilla Public License 2\.0 \(MPL 2\.0\)", "MPL-2.0"),
    (r"Python Software Foundation License", "PSF-2.0"),
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


def closure() -> list[str]:
    """Every distribution that a run needs, this one included, as far as it is installed."""
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
        waiting += [name_of(item) for item in requires if "extra ==" not in item]
    return sorted(seen)


def plain(text: str) -> str:
    """One licence in SPDX's spelling."""
    for pattern, identifier in WORDS:
        if re.fullmatch(pattern, text.strip()):
            return identifier
    return text.strip()


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
    return {plain(part) for part in re.split(r"\s+(?:AND|OR)\s+", field)}


@pytest.mark.parametrize("name", closure())
def test_licence_is_allowed(name: str) -> None:
    """On the list, or the dependency goes."""
    assert licences(name) <= ALLOWED


def test_closure_is_whole() -> None:
    """The walk reaches what is needed only by what we need."""
    assert {"web3", "vyper", "pyarrow", "pydantic-core", "numpy"} <= set(closure())


@pytest.mark.parametrize("text", ["GPL-3.0-only", "LGPL-2.1", "AGPL-3.0", "BUSL-1.1", "unknown"])
def test_others_are_refused(text: str) -> None:
    """A licence that is not on the list does not pass under another spelling."""
    assert plain(text) not in ALLOWED
