"""The manifest that a store carries, as a deployment."""

from __future__ import annotations

import tempfile
from pathlib import Path

from keelmark.deploy import Deployment, read_manifest
from keelmark.errors import InputError
from keelmark.store.model import Description

__all__ = ["deployment_of"]


def deployment_of(description: Description) -> Deployment:
    """The deployment that a store is about.

    Raises:
        InputError: the store carries no manifest, or none that can be read.
    """
    if not description.manifest:
        raise InputError("manifest: the store carries none; it is of no deployment of the kit")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "manifest.json"
        path.write_text(description.manifest, "utf-8")
        try:
            return read_manifest(path, chain_id=description.chain_id)
        except InputError as error:
            raise InputError(str(error).replace(str(path), "the store")) from None
