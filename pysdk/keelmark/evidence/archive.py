"""The package as bytes: a tar archive whose every byte follows from its content.

`manifest.json` stands first and holds the hash of every other part; the package's digest is the
hash of the manifest. Each part is canonical JSON: keys sorted, no spaces, ASCII, one line feed at
the end. An archive that is not, to the byte, the one that its parts give is refused, so the digest
vouches for the whole of it, and the same parts have the same digest whoever packs them.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any, Final

from eth_utils.crypto import keccak
from pydantic import BaseModel, ValidationError

from keelmark.evidence.parts import FORMAT, VERSION, EvidenceBroken, Manifest, Package, hex_of

__all__ = ["PARTS", "pack", "package_digest", "unpack"]

PARTS: Final = ("request", "reading", "headers", "chains", "receipts")
"""The files of the archive after the manifest, in order, without their ending."""

_NAMES: Final = ("manifest", *PARTS)


def canonical(value: Any) -> bytes:
    """A JSON value in the one form that it has here."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode("ascii") + b"\n"


def part_bytes(package: Package) -> dict[str, bytes]:
    """Every part's bytes, the manifest's included."""
    body = {name: canonical(getattr(package, name).model_dump(mode="json")) for name in PARTS}
    digests = {name: hex_of(keccak(data)) for name, data in body.items()}
    manifest = {"format": FORMAT, "version": VERSION, "parts": digests}
    return {"manifest": canonical(manifest), **body}


def package_digest(package: Package) -> bytes:
    """The digest of a package: keccak256 of its manifest's bytes."""
    return bytes(keccak(part_bytes(package)["manifest"]))


def pack(package: Package) -> bytes:
    """A package as an archive."""
    return _archive(part_bytes(package))


def _archive(parts: Mapping[str, bytes]) -> bytes:
    """Files as a tar archive without times, owners or anything else of the machine's."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in parts.items():
            entry = tarfile.TarInfo(f"{name}.json")
            entry.size = len(data)
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def unpack(data: bytes) -> tuple[Package, bytes]:
    """A package and its digest from an archive.

    Raises:
        EvidenceBroken: it is no archive of a package, a part is not the one that the manifest
            names, or a field is malformed; the text names it.
    """
    files = _files(data)
    if tuple(files) != _NAMES:
        raise EvidenceBroken("archive", f"holds {', '.join(files)}; expected {', '.join(_NAMES)}")
    if _archive(files) != data:
        raise EvidenceBroken("archive", "is not in its only form; bytes beside the parts differ")
    manifest = _part(Manifest, "manifest", files["manifest"])
    if tuple(sorted(manifest.parts)) != tuple(sorted(PARTS)):
        raise EvidenceBroken("manifest.parts", f"expected exactly {', '.join(PARTS)}")
    for name in PARTS:
        found = hex_of(keccak(files[name]))
        if manifest.parts[name] != found:
            raise EvidenceBroken(
                name, f"its digest is {found}, the manifest has {manifest.parts[name]}"
            )
    fields = Package.model_fields
    parts = {name: _part(fields[name].annotation, name, files[name]) for name in PARTS}
    return Package(**parts), bytes(keccak(files["manifest"]))


def _files(data: bytes) -> dict[str, bytes]:
    """The files of an archive by name, without their ending.

    Raises:
        EvidenceBroken: it is no tar archive of regular files.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None:
                    raise EvidenceBroken("archive", "holds something that is no file")
                found[entry.name.removesuffix(".json")] = content.read()
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        if isinstance(error, EvidenceBroken):
            raise
        raise EvidenceBroken("archive", "is no tar archive of a package") from None
    return found


def _part(model: Any, name: str, data: bytes) -> Any:
    """One part from its bytes.

    Raises:
        EvidenceBroken: it is not canonical JSON of the part's shape.
    """
    try:
        value = json.loads(data)
        if canonical(value) != data:
            raise EvidenceBroken(name, "is not canonical JSON")
        assert issubclass(model, BaseModel)
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in (name, *first["loc"]))
        raise EvidenceBroken(where, first["msg"].lower()) from None
    except (ValueError, RecursionError) as error:
        if isinstance(error, EvidenceBroken):
            raise
        raise EvidenceBroken(name, "is no JSON") from None
