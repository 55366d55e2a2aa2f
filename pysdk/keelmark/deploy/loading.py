"""A deployment by its name: where manifests are looked for."""

from __future__ import annotations

import os
from pathlib import Path

from keelmark.deploy.chains import find_chain
from keelmark.deploy.manifest import read_manifest
from keelmark.deploy.plan import Deployment
from keelmark.errors import InputError

__all__ = ["load"]


def load(system: str, chain: int | str, folder: Path | None = None) -> Deployment:
    """The deployment of a name on a chain, from ``<folder>/<chain id>/<system>.json``.

    Args:
        system: its name, as its house file says.
        chain: the chain's id, or its name among `chains.known_chains`.
        folder: with the manifests; without it ``KEELMARK_DEPLOYMENTS``, else ``deployments`` in the
            working folder.

    Raises:
        InputError: there is no such chain or manifest, or it was altered.
        ChainMismatch: it is for another chain than its folder says.
    """
    if isinstance(chain, str):
        found = find_chain(chain)
        if found is None:
            raise InputError(f"chain: there is none called {chain!r}; expected a name or an id")
        chain = found.chain_id
    where = folder or Path(os.environ.get("KEELMARK_DEPLOYMENTS") or "deployments")
    path = where / str(chain) / f"{system}.json"
    if not path.is_file():
        raise InputError(f"deployment: no {system} on chain {chain}, expected {path}")
    return read_manifest(path, chain_id=chain)
