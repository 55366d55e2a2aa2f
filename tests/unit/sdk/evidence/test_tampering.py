"""Every field of a package altered, dropped, repeated or moved: the verifier names what fails.

Each change is tried twice: by somebody who leaves the manifest as it was, and by the sender, who
can write a manifest that fits. The first is found by the digests; the second only by the proofs.
"""

from __future__ import annotations

import copy
import io
import json
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest
from eth_utils import keccak

from keelmark.evidence import Expected, Verdict, pack, unpack, verify
from keelmark.evidence.archive import PARTS, _archive, canonical
from keelmark.evidence.parts import EvidenceBroken, Package
from tests.support.evidence import House

Body = dict[str, Any]
Path = tuple[str | int, ...]

STATED = {
    ("reading", "software"),
    ("reading", "safe_block"),
    ("reading", "finalized_block"),
}
"""Fields that rest on the sender's word: altered, they are shown as altered."""

SHOWN = {
    ("request", "scope", "accounts"),
    ("request", "scope", "accounts", 0),
    ("request", "scope", "instruments"),
    ("request", "scope", "topics"),
    ("request", "scope", "first_block"),
}
"""Fields of the scope that may be altered so that it asks for the same events; it is printed."""

BLAMED = {
    "request": {"request", "headers", "chains", "receipts"},
    "reading": {"reading"},
    "headers": {"headers", "receipts", "chains"},
    "chains": {"chains", "headers", "receipts"},
    "receipts": {"receipts", "chains"},
}
"""Which parts may be named when one was altered and the manifest made to fit: the part itself, or
the one that no longer finds what it rests on."""


@pytest.fixture(scope="module")
def package(house: House) -> Package:
    """Of two contracts, narrowed to an account, so that some records are out of scope."""
    kit = house.stage.kit
    contracts = sorted((kit.house.address, kit.board.address))
    return house.package(house.scope(contracts=contracts, accounts=[2]))


@pytest.fixture(scope="module")
def body(package: Package) -> Body:
    return {name: getattr(package, name).model_dump(mode="json") for name in PARTS}


def resealed(body: Body) -> bytes:
    """The archive of altered parts, with a manifest that fits."""
    files = {name: canonical(body[name]) for name in PARTS}
    digests = {name: "0x" + keccak(data).hex() for name, data in files.items()}
    manifest = {"format": "keelmark evidence", "version": 1, "parts": digests}
    return _archive({"manifest": canonical(manifest), **files})


def unsealed(body: Body, before: Body) -> bytes:
    """The archive of altered parts under the manifest of the unaltered ones."""
    files = {name: canonical(body[name]) for name in PARTS}
    digests = {name: "0x" + keccak(canonical(before[name])).hex() for name in PARTS}
    manifest = {"format": "keelmark evidence", "version": 1, "parts": digests}
    return _archive({"manifest": canonical(manifest), **files})


def judged(archive: bytes, expected: Expected) -> Verdict:
    return verify(*unpack(archive), expected)


def blame(archive: bytes, expected: Expected) -> str | Verdict:
    """The part that the verifier names, or its verdict if nothing is broken."""
    try:
        return judged(archive, expected)
    except EvidenceBroken as error:
        return error.part


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value in a part: the ends, and the lists on the way."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
        return
    yield path, value
    if isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))


def hex_changes(text: str) -> list[str]:
    """A bit at the start, in the middle and at the end; a byte less, a byte more."""
    data = bytes.fromhex(text[2:])
    found = [data + b"\0", b"\0" + data]
    for place in {0, len(data) // 2, len(data) - 1} if data else ():
        changed = bytearray(data)
        changed[place] ^= 1
        found.append(bytes(changed))
    found.append(data[:-1] if data else b"\1")
    return ["0x" + item.hex() for item in found]


def changes(value: Any) -> list[Any]:
    """Other values for a field, of its own type and of others."""
    if value is None:
        return [0, 7, {"account": [], "storage": []}, "0x"]
    if isinstance(value, int):
        return [value + 1, value - 1, value + 2**31, str(value), None]
    if isinstance(value, str) and value.startswith("0x"):
        return [*hex_changes(value), value.upper(), "", None]
    if isinstance(value, str):
        return [value + "1", value[:-1], "", None]
    if isinstance(value, list):
        repeated = [value[:1] + value] if value else [[0], ["0x"]]
        dropped = [value[:place] + value[place + 1 :] for place in range(len(value))]
        moved = [value[::-1]] if len(value) > 1 else []
        return [*repeated, *dropped[:3], *dropped[-1:], *moved, None]
    raise AssertionError(f"no change for {value!r}")


def altered(body: Body, path: Path, value: Any) -> Body:
    """The parts with one value replaced."""
    found = copy.deepcopy(body)
    place: Any = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return found


def same(left: Any, right: Any) -> bool:
    """Equal as JSON, where 1 and true differ."""
    return json.dumps(left) == json.dumps(right)


@pytest.mark.parametrize("part", PARTS)
def test_every_field(house: House, package: Package, body: Body, part: str) -> None:
    """No change of any field passes in silence, with or without a manifest that fits."""
    expected = house.expected(package.request.scope)
    digest = unpack(pack(package))[1]
    clean = judged(pack(package), expected)
    assert clean.whole
    tried = 0
    for path, value in leaves(body[part], (part,)):
        for other in changes(value):
            if same(other, value):
                continue
            tried += 1
            changed, where = altered(body, path, other), f"{path}: {value!r} to {other!r}"[:300]
            with pytest.raises(EvidenceBroken) as found:
                judged(unsealed(changed, body), expected)
            assert found.value.part == part, where
            archive = resealed(changed)
            with pytest.raises(EvidenceBroken):
                judged(archive, Expected(block_hashes=expected.block_hashes, digest=digest))
            blamed = blame(archive, expected)
            if isinstance(blamed, str):
                assert blamed.split(".")[0] in BLAMED[part], f"{where}: {blamed}"
            else:
                shown = (
                    blamed.not_proved
                    or (path in SHOWN and blamed.scope != clean.scope)
                    or (path in STATED and blamed.stated != clean.stated)
                )
                assert shown, f"{where} passes in silence"
    assert tried > 10


def test_every_dropped_field(house: House, package: Package, body: Body) -> None:
    """A field left out, and one that is not in the form, are named."""
    expected = house.expected(package.request.scope)
    objects: list[Path] = [
        (), ("scope",), ("contracts", 0), ("contracts", 0, "after"),
        ("contracts", 0, "after", "proof"), ("items", 0),
    ]  # fmt: skip
    tried = 0
    for part in PARTS:
        for path in objects:
            place = body[part]
            for step in path:
                place = place.get(step) if isinstance(place, dict) else place[step]
                if place is None:
                    break
            if not isinstance(place, dict):
                continue
            for key in place:
                less = {name: item for name, item in place.items() if name != key}
                changed = altered(body, (part, *path), less)
                if key in ("accounts", "instruments", "topics"):
                    continue  # left out, they ask for everything: tried above
                with pytest.raises(EvidenceBroken) as found:
                    judged(resealed(changed), expected)
                assert found.value.part == ".".join(str(step) for step in (part, *path, key))
                tried += 1
            with pytest.raises(EvidenceBroken, match="extra"):
                judged(resealed(altered(body, (part, *path), place | {"extra": 1})), expected)
    assert tried > 20


def test_the_scope_decides(house: House, package: Package, body: Body) -> None:
    """A scope widened or narrowed afterwards no longer fits what is in the package."""
    expected = house.expected(package.request.scope)
    for field, value in (("accounts", []), ("accounts", [1]), ("instruments", [1])):
        with pytest.raises(EvidenceBroken) as found:
            judged(resealed(altered(body, ("request", "scope", field), value)), expected)
        assert found.value.part.split(".")[0] in ("chains", "receipts")


def test_front_of_the_range_dropped(house: House) -> None:
    """Records dropped in front, with the root that they lead to: only the root's proof tells."""
    address = house.stage.kit.house.address
    scope = house.scope(contracts=[address])
    package, expected = house.package(scope), house.expected(scope)
    body = {name: getattr(package, name).model_dump(mode="json") for name in PARTS}
    chain = body["chains"]["contracts"][0]
    first = chain["records"][0]
    gone = [one for one in chain["records"] if one["block"] == first["block"]]
    root = bytes.fromhex(chain["before"]["root"][2:])
    for one in gone:
        content = b"".join(bytes.fromhex(text[2:]) for text in (*one["topics"], one["data"]))
        root = keccak(root + keccak(one["block"].to_bytes(32, "big") + content))
    body["receipts"]["items"] = [
        item for item in body["receipts"]["items"] if item["block"] != first["block"]
    ]
    chain["records"] = chain["records"][len(gone) :]
    chain["before"]["root"] = "0x" + root.hex()
    assert blame(resealed(body), expected) == "chains.contracts.0.before.root"

    chain["before"]["proof"] = None
    verdict = blame(resealed(body), expected)
    assert isinstance(verdict, Verdict)
    assert len(verdict.not_proved) == 1
    assert "holds no storage proof" in verdict.not_proved[0]
    assert not any("are complete" in line for line in verdict.proved)


def test_the_manifest(package: Package) -> None:
    """Its own fields: another format, another version, parts missing or unknown."""
    data = pack(package)
    files = {name: canonical(getattr(package, name).model_dump(mode="json")) for name in PARTS}
    digests = {name: "0x" + keccak(content).hex() for name, content in files.items()}
    good = {"format": "keelmark evidence", "version": 1, "parts": digests}
    assert _archive({"manifest": canonical(good), **files}) == data
    for bad, part in (
        (good | {"format": "other"}, "manifest.format"),
        (good | {"version": 2}, "manifest.version"),
        (good | {"version": True}, "manifest.version"),
        (good | {"parts": digests | {"more": digests["chains"]}}, "manifest.parts"),
        (good | {"parts": {"chains": digests["chains"]}}, "manifest.parts"),
        (good | {"parts": digests | {"chains": digests["headers"]}}, "chains"),
        (good | {"more": 1}, "manifest.more"),
    ):
        with pytest.raises(EvidenceBroken) as found:
            unpack(_archive({"manifest": canonical(bad), **files}))
        assert found.value.part == part


def test_the_files(package: Package) -> None:
    """A file too few, too many, twice or out of order; something that is no file."""
    files = {name: canonical(getattr(package, name).model_dump(mode="json")) for name in PARTS}
    digests = {name: "0x" + keccak(content).hex() for name, content in files.items()}
    good = {"format": "keelmark evidence", "version": 1, "parts": digests}
    whole = {"manifest": canonical(good), **files}
    assert _archive(whole) == pack(package)
    for bad in (
        {name: whole[name] for name in whole if name != "receipts"},
        {**whole, "more": b"{}\n"},
        {name: whole[name] for name in reversed(whole)},
        {},
    ):
        with pytest.raises(EvidenceBroken, match="expected manifest, request") as found:
            unpack(_archive(bad))
        assert found.value.part == "archive"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("manifest.json")
        link.type, link.linkname = tarfile.SYMTYPE, "elsewhere"
        archive.addfile(link)
    with pytest.raises(EvidenceBroken, match="no file"):
        unpack(out.getvalue())
    spaced = {**whole, "reading": whole["reading"].replace(b":", b": ")}
    good["parts"] = digests | {"reading": "0x" + keccak(spaced["reading"]).hex()}
    with pytest.raises(EvidenceBroken, match="not canonical") as found:
        unpack(_archive({**spaced, "manifest": canonical(good)}))
    assert found.value.part == "reading"


def test_every_byte_of_the_archive(package: Package) -> None:
    """Also those between the files: a thousand places, each changed."""
    data = pack(package)
    for place in range(0, len(data), max(1, len(data) // 1000)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(EvidenceBroken):
            unpack(bytes(changed))
    for bad in (b"", data[:-512], data + bytes(512), data[512:], b"text" * 200):
        with pytest.raises(EvidenceBroken):
            unpack(bad)
